#include "model/program/program_languages.h"
#include "model/program/python_parts.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;
using When = PlannedProcess::When;

namespace {

QString pythonLoop(const ProgramPlan& plan)
{
    const bool held = plan.anyHeld();
    const bool ticks = plan.anyWaits(When::After) || plan.anyWaits(When::Listens);
    const bool hands = plan.anyWaits(When::ByHand);
    Lines lines;
    lines.addBlock(uR"text(def start(process):
    """Makes a process for it."""
    process.pid = os.fork()
    if process.pid == 0:
        try:
            # Python ignores SIGPIPE and makes an exception of SIGINT: a program expects neither.
            for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
            process.run()
            os._exit(0)
        except Exception as error:
            print(f"{process.name}: {error}", file=sys.stderr, flush=True)
        finally:
            os._exit(127)
)text"_s);
    if (held)
        lines.addBlock(uR"text(    if process.may_start:
        # Until it has its ends, and no others, and waits for its turn.
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    else:
        process.state = "running"


def let_go():
    """Lets those go whose turn has come."""
    again = True
    while again:  # others may wait for just one of them
        again = False
        for process in processes:
            if process.state == "held" and process.may_start():
                process.state = "running"
                os.kill(process.pid, signal.SIGCONT)
                again = True
)text"_s);
    if (plan.anyWaits(When::Listens))
        lines.addBlock(
            uR"text(            elif process.state == "held" and process.listener and process.listener.state == "ended":
                print(f"{process.name} never starts: {process.listener.name} has ended, and does not listen",
                      file=sys.stderr)
                process.state = "running"
                failed.append(process)
                os.kill(process.pid, signal.SIGKILL)
)text"_s);
    lines.addBlock(uR"text(

def reap():
    """Takes note of who has ended."""
    while any(process.pid for process in processes):
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        for process in processes:
            if process.pid != pid:
                continue
            process.pid, process.state = 0, "ended"
            code = os.waitstatus_to_exitcode(status)
            if code < 0:
                print(f"{process.name}: ended by signal {-code} ({signal.strsignal(-code)})", file=sys.stderr)
            elif code > 0:
                print(f"{process.name}: exit code {code}", file=sys.stderr)
            if code == 127:  # as a shell says that there is no such program
                failed.append(process)


def attend():
    """Waits for all of them; what the program ends with. Signals are taken one by one here, so none comes at a
    bad moment."""
)text"_s);
    if (hands)
        lines.add(u"    global hands"_s);
    lines.add(u"    stopped_by = 0"_s);
    lines.add(u"    while any(process.pid for process in processes):"_s);
    if (held)
        lines.add(u"        let_go()"_s);
    if (ticks) {
        lines.add(u"        came = signal.sigtimedwait(AWAITED, 0.02)"_s);
        lines.add(u"        number = came.si_signo if came else 0"_s);
    } else {
        lines.add(u"        number = signal.sigwaitinfo(AWAITED).si_signo"_s);
    }
    lines.add(u"        if number == signal.SIGCHLD:"_s);
    lines.add(u"            reap()"_s);
    if (hands) {
        lines.add(u"        elif number == signal.SIGUSR1:"_s);
        lines.add(u"            hands += 1"_s);
    }
    lines.add(u"        elif number == signal.SIGALRM:"_s);
    lines.add(u"            end_all(signal.SIGKILL)"_s);
    lines.add(ticks ? u"        elif number:  # Ctrl-C: first a word, a second later the end"_s
                    : u"        else:  # Ctrl-C: first a word, a second later the end"_s);
    lines.add(u"            stopped_by = number"_s);
    lines.add(u"            end_all(signal.SIGTERM)"_s);
    lines.add(u"            signal.alarm(1)"_s);
    lines.add(u"    return 128 + stopped_by if stopped_by else 1 if failed else 0"_s);
    lines.addBlock(uR"text(

def end_all(number):
    for process in processes:
        if process.pid:
            os.kill(process.pid, number)
)text"_s);
    if (held)
        lines.add(u"            os.kill(process.pid, signal.SIGCONT)  # it may be held"_s);
    lines.addBlock(uR"text(

def clean_up():
    """Takes away all that was made. Processes are still there only when something failed."""
    end_all(signal.SIGKILL)
    for action in reversed(undo):
        try:
            action()
        except OSError:
            pass  # somebody else has taken it away
    shutil.rmtree(directory, ignore_errors=True)
)text"_s);
    return lines.text();
}

QString pythonMain(const ProgramPlan& plan, PythonNeeds& needs)
{
    Lines lines;
    lines.add(u"def main():"_s);
    lines.add(u"    try:"_s);
    lines.add(u"        os.chdir(directory)"_s);
    const QString indent(19, u' ');
    for (const auto& [name, content] : plan.files) {
        QStringList pieces;
        const QStringList split = content.split(u'\n');
        for (qsizetype i = 0; i < split.size(); ++i)
            if (i + 1 < split.size() || !split.at(i).isEmpty())
                pieces.append(pythonString(split.at(i) + (i + 1 < split.size() ? u"\n"_s : QString())));
        if (pieces.isEmpty())
            pieces.append(u"\"\""_s);
        lines.add(u"        %1(%2,\n%3%4)"_s.arg(needs.helper(u"write_file"_s), pythonString(name), indent,
                                                 pieces.join(u'\n' + indent)));
    }
    if (!plan.endpoints.isEmpty())
        lines.add(u"        make_endpoints()"_s);
    lines.add(u"        for process in processes:"_s);
    lines.add(u"            start(process)"_s);
    if (plan.holdsEnds())
        lines.add(u"        close_ends()"_s);
    for (const PlannedProcess& process : plan.processes)
        if (process.when == When::ByHand)
            lines.add(
                u"        print(f\"{process_%1.name} waits: kill -USR1 {parent}\", file=sys.stderr)"_s.arg(
                    process.name));
    lines.addBlock(uR"text(        return attend()
    except OSError as error:
        print(f"{sys.argv[0]}: {error}", file=sys.stderr)
        return 1
    finally:
        clean_up()


sys.exit(main())
)text"_s);
    return lines.text();
}

QString pythonCloseEnds(const ProgramPlan& plan)
{
    QStringList ends;
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        for (const QString& end : ProgramPlan::heldEnds(endpoint))
            ends.append(endpoint.name + u'_' + end);
    return uR"text(def close_ends():
    """Closes this process's copies of all ends: a reader sees the end of file only when the last copy of the write
    end is closed, and a writer gets SIGPIPE only when the last copy of the read end is. One that is forgotten, here
    or in a child, hides both."""
    for end in [%1]:
        os.close(end)
)text"_s.arg(ends.join(u", "_s));
}

} // namespace

QString pythonProgram(const ProgramPlan& plan)
{
    PythonNeeds needs;
    for (const char* module : {"os", "shutil", "signal", "sys", "tempfile"})
        needs.modules.insert(QString::fromLatin1(module));
    const PythonEndpoints endpoints = pythonEndpoints(plan, needs);
    const QString functions = pythonProcessFunctions(plan, needs);
    const QString processes = pythonProcessList(plan, needs);
    const QString main = pythonMain(plan, needs);
    const QString helpers = pythonHelpers(needs);

    Lines lines;
    lines.add(u"#!/usr/bin/env python3"_s);
    lines.add(u"# %1"_s.arg(inComment(plan.title.isEmpty() ? u"A topology"_s : plan.title)));
    lines.add(u"#"_s);
    lines.add(
        u"# A topology of Byteyard as a program: it makes the endpoints, then a process for each part that is one,"_s);
    lines.add(
        u"# each with its own descriptors and no others; it waits for them, and takes away what it made."_s);
    lines.gap();
    QStringList modules(needs.modules.begin(), needs.modules.end());
    modules.sort();
    for (const QString& module : modules)
        lines.add(u"import "_s + module);
    lines.gap();
    QString awaited = u"SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM"_s;
    if (plan.anyWaits(When::ByHand))
        awaited += u", signal.SIGUSR1"_s;
    lines.add(u"AWAITED = {signal.%1}"_s.arg(awaited));
    lines.add(u"signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)"_s);
    lines.add(
        u"os.closerange(3, os.sysconf(\"SC_OPEN_MAX\"))  # what we were started with, the processes must not have"_s);
    lines.add(u"parent = os.getpid()"_s);
    lines.add(
        u"directory = tempfile.mkdtemp(prefix=\"byteyard-\")  # where processes run; goes at the end"_s);
    lines.add(u"undo = []  # what takes away what was made"_s);
    lines.add(u"failed = []  # processes that could not start"_s);
    if (plan.anyWaits(When::After))
        lines.add(u"began = time.monotonic()"_s);
    if (plan.anyWaits(When::ByHand))
        lines.add(u"hands = 0  # how often SIGUSR1 came"_s);
    if (needs.helpers.contains(u"move_up"_s))
        lines.add(
            u"HIGHEST = %1  # the highest descriptor that a process is promised"_s.arg(plan.highestTarget()));
    QStringList blocks;
    if (!helpers.isEmpty())
        blocks.append(helpers);
    if (!plan.endpoints.isEmpty()) {
        QString making = u"def make_endpoints():\n"_s;
        if (!endpoints.variables.isEmpty())
            making += u"    global %1\n"_s.arg(endpoints.variables.join(u", "_s));
        making += endpoints.making.text();
        if (endpoints.variables.isEmpty())
            making += u"    pass\n"_s;
        blocks.append(making);
    }
    if (plan.holdsEnds())
        blocks.append(pythonCloseEnds(plan));
    blocks += {functions, processes, pythonLoop(plan), main};
    for (const QString& block : blocks)
        lines.addBlock(u"\n\n"_s + block);
    return lines.text();
}

} // namespace byteyard::model
