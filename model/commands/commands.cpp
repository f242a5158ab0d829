#include "model/commands/commands.h"

#include "model/commands/check_command.h"
#include "model/commands/code_command.h"
#include "model/commands/console.h"
#include "model/commands/export_command.h"
#include "model/commands/map_command.h"
#include "model/commands/run_command.h"
#include "model/topology/labs.h"

#include <QCoreApplication>

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct CommandsText
{
    Q_DECLARE_TR_FUNCTIONS(Commands)
};

struct Command
{
    QLatin1String name;
    int (*run)(const QStringList& arguments);
};

constexpr std::array commands = {
    Command{"run"_L1, runCommand},   Command{"export"_L1, exportCommand}, Command{"check"_L1, checkCommand},
    Command{"code"_L1, codeCommand}, Command{"map"_L1, mapCommand},
};

const Command* find(const QString& name)
{
    for (const Command& command : commands)
        if (name == command.name)
            return &command;
    return nullptr;
}

bool isHelp(const QString& argument)
{
    return argument == "--help"_L1 || argument == "-h"_L1;
}

/// In lines of at most 78 characters.
QString labList()
{
    constexpr qsizetype widest = 78;
    QString text;
    QString line = u" "_s;
    for (const QString& name : labNames()) {
        if (line.size() + 1 + name.size() > widest) {
            text += line + u'\n';
            line = u" "_s;
        }
        line += u' ' + name;
    }
    return text + line + u'\n';
}

QString helpText()
{
    return CommandsText::
        tr("byteyard: build, see and understand inter-process communication with real processes.\n"
           "\n"
           "  byteyard [LAB | SESSION.pcapng]\n"
           "      opens the window\n"
           "  byteyard -- PROGRAM [ARGUMENT]...\n"
           "      opens the window with this program on the canvas, and runs it\n"
           "  byteyard --map all|PID,PID...\n"
           "      opens the window on a map of this machine, or of these processes and whom they share with\n"
           "  byteyard --picture FILE.png LAB [--run-for 3s] [--theme light|dark] [--size 1600x1000]\n"
           "      runs a topology in a window, writes a picture of that window, and ends\n"
           "  byteyard run [OPTION]... -- PROGRAM [ARGUMENT]...\n"
           "      runs a program here, in this terminal, with no display, and then says what it did\n"
           "  byteyard run [LAB] [--group NAME] [--attach PID]... [--no-children] [--for 5s]\n"
           "                   [--capture auto|ptrace|ebpf|sampled]\n"
           "                   [--budget CALLS_A_SECOND] [--record FILE.pcapng[.zst]]\n"
           "                   [--export FILE.jsonl|.csv|.pcapng|.payloads.pcapng|.html|.txt]... [--json]\n"
           "                   [--calls] [--system-files]\n"
           "      runs a topology with no display, until all have ended, --for is over, or Ctrl-C;\n"
           "      --calls writes each call to standard error as it comes, --json to standard output;\n"
           "      --group runs that group's processes alone;\n"
           "      --attach follows a process that runs already with its children (--no-children: those "
           "alone\n"
           "      that it makes from then on), and lets them go at the end\n"
           "  byteyard export SESSION.pcapng OUT.jsonl|.csv|.pcapng|.payloads.pcapng|.html|.txt\n"
           "      turns a recorded session into another form; .zst behind a name compresses\n"
           "  byteyard check LAB\n"
           "      says what is wrong with a topology, each fault with its place\n"
           "  byteyard code LAB --language bash|c|python [--output FILE]\n"
           "      writes a topology as a program, to standard output or into a new file\n"
           "  byteyard map [--pid PID]... [--json]\n"
           "      who has which pipes, sockets, queues and memory of this machine, how full they are, and "
           "who\n"
           "      waits on what; follows and stops nobody\n"
           "  byteyard --help, --version\n"
           "\n"
           "LAB is a topology's file, or the name of one of the program's own:\n"
           "%1"
           "\n"
           "Exit status: 0 it went through; 1 something in the run failed to start; 2 the arguments "
           "or the file are\n"
           "wrong. With -- PROGRAM it is the program's (128 and its number when a signal ended it); 127 when "
           "it\n"
           "could not be started, 125 when something else failed.")
            .arg(labList());
}

} // namespace

bool isCommandLine(const QStringList& arguments)
{
    if (arguments.isEmpty())
        return false;
    const QString& first = arguments.first();
    return find(first) || isHelp(first) || first == "--version"_L1;
}

int runCommandLine(const QStringList& arguments)
{
    const QString first = arguments.value(0);
    const QStringList rest = arguments.mid(1);
    const Command* command = find(first);
    if (isHelp(first) || (command && rest.size() == 1 && isHelp(rest.first()))) {
        say(helpText());
        return exitOk;
    }
    if (first == "--version"_L1) {
        say(u"byteyard " BYTEYARD_VERSION ""_s);
        return exitOk;
    }
    if (command)
        return command->run(rest);
    sayError(
        CommandsText::tr("byteyard: there is no command “%1”. Type byteyard --help for those that there are.")
            .arg(first));
    return exitUsage;
}

} // namespace byteyard::model
