#include "model/program/program_languages.h"
#include "model/program/python_parts.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;
using From = PlannedDescriptor::From;
using When = PlannedProcess::When;

namespace {

class PythonProcessWriter
{
public:
    PythonProcessWriter(const ProgramPlan& plan, PythonNeeds& needs) : m_plan(plan), m_needs(needs) {}

    QString run()
    {
        for (const PlannedProcess& process : m_plan.processes) {
            if (process.isScript())
                addScript(process);
            addRun(process);
        }
        return m_lines.text();
    }

private:
    void add(const QString& line) { m_lines.add(u"    "_s + line); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }
    void twoLines() { m_lines.addBlock(m_lines.isEmpty() ? QString() : u"\n\n"_s); }

    void addScript(const PlannedProcess& process)
    {
        twoLines();
        QStringList names;
        for (const ScriptValue& value : m_plan.valuesOf(process))
            names.append(value.name);
        m_lines.add(u"def script_%1(%2):"_s.arg(process.name, names.join(u", "_s)));
        for (const QString& line : scriptComment(process))
            add(line.isEmpty() ? u"#"_s : u"# "_s + line);
        add(u"pass  # TODO: what the script above does."_s);
    }

    void addRun(const PlannedProcess& process)
    {
        twoLines();
        m_lines.add(u"def run_%1():"_s.arg(process.name));
        add(u"# "_s + subjectOf(process));
        if (!process.directory.isEmpty())
            add(u"os.chdir(%1)"_s.arg(pythonText(process.directory, m_plan)));
        addDescriptors(process, false);
        if (m_plan.holdsEnds())
            add(u"close_ends()"_s);
        if (process.isHeld())
            add(u"os.kill(os.getpid(), signal.SIGSTOP)  # goes on when attend() sends SIGCONT"_s);
        addDescriptors(process, true);
        for (const auto& [name, value] : process.environment)
            add(u"os.environ[%1] = %2"_s.arg(pythonString(name), pythonText(value, m_plan)));
        QStringList words;
        if (process.isScript()) {
            for (const ScriptValue& value : m_plan.valuesOf(process))
                words.append(!value.variable.isEmpty()               ? value.variable
                             : value.type == ScriptValue::Type::Text ? pythonString(value.literal)
                                                                     : value.literal);
            add(u"script_%1(%2)"_s.arg(process.name, words.join(u", "_s)));
            return;
        }
        for (const ProgramText& word : process.argv)
            words.append(pythonText(word, m_plan));
        add(u"os.execvp(%1, [%2])"_s.arg(words.first(), words.join(u", "_s)));
    }

    void addDescriptors(const PlannedProcess& process, bool late)
    {
        for (const PlannedDescriptor& descriptor : process.descriptors)
            if (descriptor.isLate() == late)
                addDescriptor(descriptor);
    }

    void addDescriptor(const PlannedDescriptor& descriptor)
    {
        const QString target = QString::number(descriptor.target);
        if (descriptor.from == From::Null) {
            add(u"%1(%2, os.devnull, %3)"_s.arg(helper("open_as"), target, pythonFlags(descriptor.flags)));
            return;
        }
        if (descriptor.from == From::Output) {
            add(u"%1(%2, %3, %4)"_s.arg(helper("open_as"), target, pythonText(descriptor.path, m_plan),
                                        pythonFlags(descriptor.flags)));
            return;
        }
        const PlannedEndpoint& endpoint = m_plan.endpoints.at(descriptor.endpoint);
        switch (descriptor.from) {
        case From::Open:
            add(u"%1(%2, %3_path, %4, %5)"_s.arg(helper("open_as"), target, endpoint.name,
                                                 pythonFlags(descriptor.flags), pythonMode(endpoint)));
            break;
        case From::Name:
            addNamed(endpoint, descriptor, target);
            break;
        case From::Connect:
            addSocket(endpoint, QString(), u"connect"_s, target);
            break;
        default:
            add(u"os.dup2(%1_%2, %3)"_s.arg(endpoint.name, m_plan.heldEnd(descriptor), target));
            break;
        }
    }

    /// What each process opens for itself.
    void addNamed(const PlannedEndpoint& endpoint, const PlannedDescriptor& descriptor, const QString& target)
    {
        const bool sends = descriptor.port == "send"_L1;
        if (endpoint.node->kind == Kind::Raw) {
            addSocket(endpoint, u", %1"_s.arg(endpoint.protocol()), sends ? u"connect"_s : u"bind"_s, target);
            return;
        }
        const bool isQueue = endpoint.node->kind == Kind::PosixQueue;
        helper("c_call");
        add(u"%1(c_call(\"%2\", os.fsencode(%3_path), %4), %5)"_s.arg(
            helper("take"), isQueue ? u"mq_open"_s : u"shm_open"_s, endpoint.name,
            isQueue ? (sends ? u"os.O_WRONLY"_s : u"os.O_RDONLY"_s) : u"os.O_RDWR, 0"_s, target));
    }

    void addSocket(const PlannedEndpoint& endpoint, const QString& protocol, const QString& call,
                   const QString& target)
    {
        m_needs.modules.insert(u"socket"_s);
        add(u"end = socket.socket(socket.%1, socket.%2%3)"_s.arg(endpoint.socketFamily(),
                                                                 endpoint.socketType(), protocol));
        for (const QString& line : pythonOptions(endpoint, u"end"_s))
            add(line);
        add(u"end.%1(%2)"_s.arg(call, pythonAddress(endpoint, m_needs)));
        add(u"%1(end.detach(), %2)"_s.arg(helper("take"), target));
    }

    const ProgramPlan& m_plan;
    PythonNeeds& m_needs;
    Lines m_lines;
};

/// When it may be let go, as an expression.
QString pythonTurn(const PlannedProcess& process, const ProgramPlan& plan, PythonNeeds& needs)
{
    const QString other =
        process.other >= 0 ? u"process_"_s + plan.processes.at(process.other).name : QString();
    switch (process.when) {
    case When::AtOnce:
        break;
    case When::After:
        needs.modules.insert(u"time"_s);
        return u"time.monotonic() - began >= %1"_s.arg(process.seconds);
    case When::Runs:
        return other + u".state != \"held\""_s;
    case When::Exits:
        return other + u".state == \"ended\""_s;
    case When::ByHand:
        return u"hands >= %1"_s.arg(process.hand);
    case When::Listens: {
        const PlannedEndpoint& endpoint = plan.endpoints.at(process.listensAt);
        if (!endpoint.path.isEmpty())
            return u"%1(%2_path, %3)"_s.arg(needs.helper(u"has_path"_s), endpoint.name,
                                            endpoint.node->kind == Kind::UnixDatagram ? u"0"_s
                                                                                      : u"0x10000"_s);
        const bool isTcp = endpoint.node->kind == Kind::Tcp;
        const QString port = endpoint.port();
        const QString call = needs.helper(u"is_bound"_s) + u"(\"%1\", %2, %3)"_s;
        const QString state = isTcp ? u"10"_s : u"7"_s; // TCP_LISTEN, TCP_CLOSE
        return call.arg(isTcp ? u"tcp"_s : u"udp"_s, port, state) + u" or "_s +
               call.arg(isTcp ? u"tcp6"_s : u"udp6"_s, port, state);
    }
    }
    return {};
}

} // namespace

QString pythonProcessFunctions(const ProgramPlan& plan, PythonNeeds& needs)
{
    return PythonProcessWriter(plan, needs).run();
}

QString pythonProcessList(const ProgramPlan& plan, PythonNeeds& needs)
{
    Lines lines;
    lines.addBlock(uR"text(class Process:
    """A process that is to be, is there (pid), or has ended."""

    def __init__(self, name, run, may_start=None%1):
        self.name = name
        self.run = run  # in a process of its own
        self.may_start = may_start  # None: at once
%2        self.pid = 0
        self.state = "held"
)text"_s.replace("%1"_L1, plan.anyWaits(When::Listens) ? u", listener=None"_s : QString())
                       .replace("%2"_L1, plan.anyWaits(When::Listens)
                                             ? u"        self.listener = listener\n"_s
                                             : QString()));
    lines.addBlock(u"\n\n"_s);
    QStringList names;
    // In an order in which one that is waited for stands before those that wait for it to listen.
    QSet<QString> done;
    while (done.size() < plan.processes.size())
        for (const PlannedProcess& process : plan.processes) {
            const bool waits =
                process.when == When::Listens && !done.contains(plan.processes.at(process.other).name);
            if (done.contains(process.name) || waits)
                continue;
            done.insert(process.name);
            const QString turn = pythonTurn(process, plan, needs);
            lines.add(u"process_%1 = Process(%2, run_%1%3%4)"_s.arg(
                process.name, pythonString(process.node->name),
                turn.isEmpty() ? QString() : u", lambda: "_s + turn,
                process.when == When::Listens ? u", process_"_s + plan.processes.at(process.other).name
                                              : QString()));
        }
    for (const PlannedProcess& process : plan.processes)
        names.append(u"process_"_s + process.name);
    lines.add(u"processes = [%1]"_s.arg(names.join(u", "_s)));
    return lines.text();
}

} // namespace byteyard::model
