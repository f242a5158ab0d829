#include "model/program/c_parts.h"

#include "model/program/program_languages.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;
using From = PlannedDescriptor::From;
using When = PlannedProcess::When;

namespace {

class CProcessWriter
{
public:
    CProcessWriter(const ProgramPlan& plan, CNeeds& needs) : m_plan(plan), m_needs(needs) {}

    QString run()
    {
        for (const PlannedProcess& process : m_plan.processes) {
            if (process.isScript())
                addScript(process);
            addRun(process);
            if (process.when == When::Listens)
                addListens(process);
        }
        return m_lines.text();
    }

private:
    void add(const QString& line) { m_lines.add(u"    "_s + line); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }

    void addScript(const PlannedProcess& process)
    {
        m_lines.gap();
        const QStringList comment = scriptComment(process);
        for (qsizetype i = 0; i < comment.size(); ++i)
            m_lines.add((i == 0 ? u"/* "_s : comment.at(i).isEmpty() ? u" *"_s : u" * "_s) + comment.at(i));
        m_lines.add(u" */"_s);
        QStringList declarations;
        const QList<ScriptValue> values = m_plan.valuesOf(process);
        for (const ScriptValue& value : values)
            declarations.append((value.type == ScriptValue::Type::Text   ? u"const char *"_s
                                 : value.type == ScriptValue::Type::Size ? u"size_t "_s
                                                                         : u"int "_s) +
                                value.name);
        m_lines.add(u"static void script_%1(%2)"_s.arg(
            process.name, declarations.isEmpty() ? u"void"_s : declarations.join(u", "_s)));
        m_lines.add(u"{"_s);
        for (const ScriptValue& value : values)
            add(u"(void)%1;"_s.arg(value.name));
        add(u"/* TODO: what the script above does. */"_s);
        m_lines.add(u"}"_s);
    }

    void addRun(const PlannedProcess& process)
    {
        m_lines.gap();
        m_lines.add(u"/* %1 */"_s.arg(subjectOf(process)));
        m_lines.add(u"static void run_%1(void)"_s.arg(process.name));
        m_lines.add(u"{"_s);
        if (!process.directory.isEmpty()) {
            const QString directory = cText(process.directory, m_plan, m_needs);
            add(u"check(chdir(%1), %2);"_s.arg(directory,
                                               process.directory.isLiteral() ? directory : u"\"chdir\""_s));
        }
        addDescriptors(process, false);
        if (m_plan.holdsEnds())
            add(u"close_ends();"_s);
        if (process.isHeld())
            add(u"raise(SIGSTOP); /* goes on when attend() sends SIGCONT */"_s);
        addDescriptors(process, true);
        for (const auto& [name, value] : process.environment)
            add(u"setenv(%1, %2, 1);"_s.arg(cString(name), cText(value, m_plan, m_needs)));
        if (process.isScript()) {
            QStringList values;
            for (const ScriptValue& value : m_plan.valuesOf(process))
                values.append(!value.variable.isEmpty()               ? value.variable
                              : value.type == ScriptValue::Type::Text ? cString(value.literal)
                                                                      : value.literal);
            add(u"script_%1(%2);"_s.arg(process.name, values.join(u", "_s)));
        } else {
            QStringList arguments;
            for (const ProgramText& argument : process.argv)
                arguments.append(cText(argument, m_plan, m_needs));
            arguments.append(u"NULL"_s);
            add(u"char *arguments[] = {%1};"_s.arg(arguments.join(u", "_s)));
            add(u"execvp(arguments[0], arguments);"_s);
            add(u"fail(arguments[0]);"_s);
        }
        m_lines.add(u"}"_s);
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
        const QString flags = descriptor.flags.join(" | "_L1);
        if (descriptor.from == From::Null) {
            add(u"%1(%2, \"/dev/null\", %3, 0);"_s.arg(helper("open_as"), target, flags));
            return;
        }
        if (descriptor.from == From::Output) {
            add(u"%1(%2, %3, %4, 0666);"_s.arg(helper("open_as"), target,
                                               cText(descriptor.path, m_plan, m_needs), flags));
            return;
        }
        const PlannedEndpoint& endpoint = m_plan.endpoints.at(descriptor.endpoint);
        switch (descriptor.from) {
        case From::Open:
            add(u"%1(%2, %3_path, %4, %5);"_s.arg(helper("open_as"), target, endpoint.name, flags,
                                                  endpoint.text("mode")));
            break;
        case From::Name:
            addNamed(endpoint, descriptor, target);
            break;
        case From::Connect:
            addConnect(endpoint, target);
            break;
        default:
            add(u"check(dup2(%1, %2), \"dup2\");"_s.arg(cEnd(endpoint, m_plan.heldEnd(descriptor)), target));
            break;
        }
    }

    /// What each process opens for itself.
    void addNamed(const PlannedEndpoint& endpoint, const PlannedDescriptor& descriptor, const QString& target)
    {
        const QString take = helper("take");
        if (endpoint.node->kind == Kind::PosixQueue) {
            add(u"%1(check(mq_open(%2_path, %3), %2_path), %4);"_s.arg(
                take, endpoint.name, descriptor.port == "send"_L1 ? u"O_WRONLY"_s : u"O_RDONLY"_s, target));
            add(u"fcntl(%1, F_SETFD, 0); /* mq_open() sets FD_CLOEXEC */"_s.arg(target));
        } else if (endpoint.node->kind == Kind::PosixShm) {
            add(u"%1(check(shm_open(%2_path, O_RDWR, 0), %2_path), %3);"_s.arg(take, endpoint.name, target));
            add(u"fcntl(%1, F_SETFD, 0); /* shm_open() sets FD_CLOEXEC */"_s.arg(target));
        } else {
            add(u"%1(check(socket(%2, SOCK_RAW, %3), \"socket\"), %4); /* %5: needs CAP_NET_RAW */"_s.arg(
                take, endpoint.socketFamily(), QString::number(endpoint.protocol()), target,
                inComment(endpoint.text("protocol"))));
            add(u"%1(%2, %3);"_s.arg(descriptor.port == "send"_L1 ? helper("connect_to") : helper("bind_to"),
                                     target, cAddress(endpoint, m_needs)));
        }
    }

    void addConnect(const PlannedEndpoint& endpoint, const QString& target)
    {
        add(u"%1(check(socket(%2, %3, 0), \"socket\"), %4);"_s.arg(helper("take"), endpoint.socketFamily(),
                                                                   endpoint.socketType(), target));
        for (const auto& [key, option] :
             {std::pair("sndbuf", u"SO_SNDBUF"_s), std::pair("rcvbuf", u"SO_RCVBUF"_s)})
            if (endpoint.number(key) > 0)
                add(u"%1(%2, SOL_SOCKET, %3, %4);"_s.arg(helper("set_option"), target, option,
                                                         QString::number(endpoint.number(key))));
        if (endpoint.flag("nodelay")) {
            m_needs.headers.insert(u"netinet/in.h"_s);
            m_needs.headers.insert(u"netinet/tcp.h"_s);
            add(u"%1(%2, IPPROTO_TCP, TCP_NODELAY, 1);"_s.arg(helper("set_option"), target));
        }
        add(u"%1(%2, %3);"_s.arg(helper("connect_to"), target, cAddress(endpoint, m_needs)));
    }

    void addListens(const PlannedProcess& process)
    {
        const PlannedEndpoint& endpoint = m_plan.endpoints.at(process.listensAt);
        if (m_listening.contains(endpoint.name))
            return;
        m_listening.insert(endpoint.name);
        m_lines.gap();
        m_lines.add(u"static bool %1_listens(void)"_s.arg(endpoint.name));
        m_lines.add(u"{"_s);
        if (!endpoint.path.isEmpty()) {
            const bool takesDatagrams = endpoint.node->kind == Kind::UnixDatagram;
            add(u"return %1(%2_path, %3);"_s.arg(helper("has_path"), endpoint.name,
                                                 takesDatagrams ? u"0"_s
                                                                : u"0x10000 /* it has called listen() */"_s));
        } else {
            const bool isTcp = endpoint.node->kind == Kind::Tcp;
            const QString port = endpoint.port();
            const QString call = u"%1(\"/proc/net/%2\", %3, %4)"_s;
            const QString state = isTcp ? u"TCP_LISTEN"_s : u"TCP_CLOSE"_s;
            const QString table = isTcp ? u"tcp"_s : u"udp"_s;
            m_needs.headers.insert(u"netinet/tcp.h"_s);
            add(u"return %1 || %2;"_s.arg(call.arg(helper("is_bound"), table, port, state),
                                          call.arg(helper("is_bound"), table + u'6', port, state)));
        }
        m_lines.add(u"}"_s);
    }

    const ProgramPlan& m_plan;
    CNeeds& m_needs;
    Lines m_lines;
    QSet<QString> m_listening; ///< endpoints that have a function that tells
};

} // namespace

QString cProcessFunctions(const ProgramPlan& plan, CNeeds& needs)
{
    return CProcessWriter(plan, needs).run();
}

QString cProcessTable(const ProgramPlan& plan)
{
    Lines lines;
    const bool held = plan.anyHeld();
    if (held) {
        QStringList names;
        for (const PlannedProcess& process : plan.processes)
            names.append(u"PROCESS_"_s + process.name.toUpper());
        lines.add(u"enum { %1 };"_s.arg(names.join(u", "_s)));
        QStringList rules{u"AT_ONCE"_s};
        for (const auto& [when, name] :
             {std::pair(When::After, u"AFTER"_s), std::pair(When::Runs, u"RUNS"_s),
              std::pair(When::Listens, u"LISTENS"_s), std::pair(When::Exits, u"EXITS"_s),
              std::pair(When::ByHand, u"BY_HAND"_s)})
            if (plan.anyWaits(when))
                rules.append(name);
        lines.gap();
        lines.add(u"static struct process {"_s);
        lines.add(u"    const char *name;"_s);
        lines.add(u"    void (*run)(void); /* in a process of its own */"_s);
        lines.add(u"    enum { %1 } when; /* it is let go */"_s.arg(rules.join(u", "_s)));
        if (plan.anyWaits(When::Runs) || plan.anyWaits(When::Exits) || plan.anyWaits(When::Listens))
            lines.add(u"    int other; /* the process that it waits for */"_s);
        if (plan.anyWaits(When::After))
            lines.add(u"    double seconds;"_s);
        if (plan.anyWaits(When::Listens))
            lines.add(u"    bool (*listens)(void);"_s);
        if (plan.anyWaits(When::ByHand))
            lines.add(u"    int hand; /* how manieth SIGUSR1 lets it go */"_s);
        lines.add(u"    enum { HELD, RUNNING, ENDED } state;"_s);
    } else {
        lines.add(u"static struct process {"_s);
        lines.add(u"    const char *name;"_s);
        lines.add(u"    void (*run)(void); /* in a process of its own */"_s);
    }
    lines.add(u"    pid_t pid; /* 0: it is not there yet, or has ended */"_s);
    lines.add(u"} processes[] = {"_s);
    for (const PlannedProcess& process : plan.processes) {
        QString row = u"    {.name = %1, .run = run_%2"_s.arg(cString(process.node->name), process.name);
        const QString other = process.other >= 0
                                  ? u", .other = PROCESS_"_s + plan.processes.at(process.other).name.toUpper()
                                  : QString();
        switch (process.when) {
        case When::AtOnce:
            break;
        case When::After:
            row += u", .when = AFTER, .seconds = %1"_s.arg(process.seconds);
            break;
        case When::Runs:
            row += u", .when = RUNS"_s + other;
            break;
        case When::Listens:
            row += u", .when = LISTENS%1, .listens = %2_listens"_s.arg(
                other, plan.endpoints.at(process.listensAt).name);
            break;
        case When::Exits:
            row += u", .when = EXITS"_s + other;
            break;
        case When::ByHand:
            row += u", .when = BY_HAND, .hand = %1"_s.arg(process.hand);
            break;
        }
        lines.add(row + u"},"_s);
    }
    lines.add(u"};"_s);
    return lines.text();
}

} // namespace byteyard::model
