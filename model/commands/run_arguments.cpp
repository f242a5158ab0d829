#include "model/commands/run_arguments.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct RunArgumentsText
{
    Q_DECLARE_TR_FUNCTIONS(RunArguments)
};

const QStringList& captures()
{
    static const QStringList list = {u"auto"_s, u"ptrace"_s, u"ebpf"_s, u"sampled"_s};
    return list;
}

/// Takes one option with its value. Returns what is wrong with it.
QString takeOption(RunArguments& into, const QString& name, const QString& value)
{
    if (name == "--for"_L1) {
        into.forMs = readDuration(value);
        if (into.forMs == 0)
            return RunArgumentsText::tr("--for %1 is no duration. Write it like 5s, 500ms or 2m.").arg(value);
    } else if (name == "--capture"_L1) {
        if (!captures().contains(value))
            return RunArgumentsText::tr("--capture %1 is not known. Choose one of %2.")
                .arg(value, captures().join(u", "_s));
        into.capture = value;
    } else if (name == "--budget"_L1) {
        bool isNumber = false;
        into.budget = value.toInt(&isNumber);
        if (!isNumber || into.budget < 0 || into.budget > 1'000'000'000)
            return RunArgumentsText::
                tr("--budget %1 is no number of calls a second. Choose one from 0 (no bound) to 1000000000.")
                    .arg(value);
    } else if (name == "--record"_L1) {
        if (!value.endsWith(".pcapng"_L1) && !value.endsWith(".pcapng.zst"_L1))
            return RunArgumentsText::tr(
                       "--record %1 does not end in .pcapng or .pcapng.zst. Name a file that does.")
                .arg(value);
        into.record = value;
    } else if (name == "--group"_L1) {
        into.group = value;
        if (value.isEmpty())
            return RunArgumentsText::tr("--group has no name. Name a group of the topology.");
    } else if (name == "--attach"_L1) {
        bool isNumber = false;
        const int pid = value.toInt(&isNumber);
        if (!isNumber || pid <= 0)
            return RunArgumentsText::tr("--attach %1 is no process id. Look one up, for example with pgrep.")
                .arg(value);
        into.attach.append(pid);
    } else {
        RunArguments::Export one;
        one.path = value;
        if (!exportFormatOf(value, one.format))
            return RunArgumentsText::tr("--export %1 has an ending that is not known. Choose .jsonl, .csv, "
                                        ".pcapng, .payloads.pcapng, .html or .txt, with "
                                        ".zst behind it to compress.")
                .arg(value);
        into.exports.append(one);
    }
    return {};
}

/// What is wrong with what stands behind `--`.
QString programFault(const RunArguments& with)
{
    if (with.program.isEmpty())
        return RunArgumentsText::tr(
            "There is no program behind --. Write byteyard run -- PROGRAM ARGUMENTS.");
    if (!with.lab.isEmpty())
        return RunArgumentsText::tr(
                   "Either a topology runs or a program: leave %1 out, or what is behind --.")
            .arg(with.lab);
    return {};
}

} // namespace

int readDuration(const QString& text)
{
    static const QRegularExpression form(u"^([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h)?$"_s);
    static const QHash<QString, double> units = {
        {u""_s, 1000}, {u"ms"_s, 1}, {u"s"_s, 1000}, {u"m"_s, 60e3}, {u"h"_s, 3600e3}};
    constexpr double week = 7 * 24 * 3600e3;
    const QRegularExpressionMatch match = form.match(text);
    const double ms = match.hasMatch() ? match.captured(1).toDouble() * units.value(match.captured(2)) : 0;
    return ms > 0 && ms <= week ? std::max(1, static_cast<int>(ms)) : 0;
}

RunArguments readRunArguments(const QStringList& arguments)
{
    static const QStringList withValue = {u"--for"_s,    u"--capture"_s, u"--budget"_s, u"--record"_s,
                                          u"--export"_s, u"--attach"_s,  u"--group"_s};
    RunArguments result;
    for (qsizetype i = 0; i < arguments.size() && result.error.isEmpty(); ++i) {
        const QString& argument = arguments.at(i);
        const QString name = argument.section(u'=', 0, 0);
        if (argument == "--"_L1) {
            result.program = arguments.mid(i + 1);
            result.error = programFault(result);
            break;
        }
        if (argument == "--json"_L1) {
            result.json = true;
        } else if (argument == "--calls"_L1) {
            result.calls = true;
        } else if (argument == "--system-files"_L1) {
            result.systemFiles = true;
        } else if (argument == "--no-children"_L1) {
            result.attachChildren = false;
        } else if (withValue.contains(name)) {
            const bool joined = name.size() < argument.size();
            if (!joined && i + 1 == arguments.size())
                result.error = RunArgumentsText::tr("%1 needs a value.").arg(name);
            else
                result.error =
                    takeOption(result, name, joined ? argument.mid(name.size() + 1) : arguments.at(++i));
        } else if (argument.startsWith(u'-') && argument != "-"_L1) {
            result.error =
                RunArgumentsText::tr("There is no option %1. Type byteyard --help for those that there are.")
                    .arg(argument);
        } else if (!result.lab.isEmpty()) {
            result.error =
                RunArgumentsText::tr("One topology runs at a time: %1 is one too many.").arg(argument);
        } else {
            result.lab = argument;
        }
    }
    if (result.error.isEmpty() && result.lab.isEmpty() && result.program.isEmpty() && result.attach.isEmpty())
        result.error = RunArgumentsText::tr(
            "Name the topology to run: byteyard run LAB.byteyard, a program: byteyard run "
            "-- PROGRAM ARGUMENTS, or a process to attach to: --attach PID");
    if (result.error.isEmpty() && result.attach.isEmpty() && !result.attachChildren)
        result.error = RunArgumentsText::tr("--no-children goes with --attach PID.");
    if (result.error.isEmpty() && result.lab.isEmpty() && !result.group.isEmpty())
        result.error = RunArgumentsText::tr("--group needs the topology that the group is in.");
    return result;
}

} // namespace byteyard::model
