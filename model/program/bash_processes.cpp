#include "model/program/bash_parts.h"
#include "model/program/program_languages.h"

#include <QRegularExpression>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using From = PlannedDescriptor::From;
using When = PlannedProcess::When;

namespace {

constexpr int highestOfBash = 9; ///< from 10 on bash has descriptors of its own

class BashProcessWriter
{
public:
    BashProcessWriter(const ProgramPlan& plan, BashNeeds& needs) : m_plan(plan), m_needs(needs) {}

    QString run()
    {
        for (const PlannedProcess& process : m_plan.processes) {
            m_process = &process;
            if (process.isScript())
                addScript();
            addRun();
            addTurn();
        }
        return m_lines.text();
    }

private:
    void add(const QString& line) { m_lines.add(u"    "_s + line); }
    void refuse(const QString& sentence) { m_needs.refusals.append(sentence); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }
    const QString& nodeName() const { return m_process->node->name; }

    void addScript()
    {
        m_lines.gap();
        m_lines.add(u"script_%1() {"_s.arg(m_process->name));
        const QList<ScriptValue> values = m_plan.valuesOf(*m_process);
        for (qsizetype i = 0; i < values.size(); ++i)
            add(u"local %1=${%2}"_s.arg(values.at(i).name, QString::number(i + 1)));
        for (const QString& line : scriptComment(*m_process))
            add(line.isEmpty() ? u"#"_s : u"# "_s + line);
        add(u": # TODO: what the script above does."_s);
        m_lines.add(u"}"_s);
    }

    void addRun()
    {
        m_lines.gap();
        m_lines.add(u"run_%1() { # %2"_s.arg(m_process->name, subjectOf(*m_process)));
        if (!m_process->directory.isEmpty())
            add(u"cd -- %1 || exit 127"_s.arg(bashText(m_process->directory, m_plan)));
        addDescriptors(false);
        if (m_plan.holdsEnds())
            add(u"close_ends"_s);
        if (m_process->isHeld())
            add(u"kill -STOP \"$BASHPID\" # goes on when let_go sends SIGCONT"_s);
        addDescriptors(true);
        m_process->isScript() ? addCall() : addExec();
        m_lines.add(u"}"_s);
    }

    void addCall()
    {
        static const QRegularExpression plain(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
        for (const auto& [name, value] : m_process->environment) {
            if (!plain.match(name).hasMatch())
                refuse(ProgramMessages::tr("bash cannot give “%1” the variable “%2”.").arg(nodeName(), name));
            add(u"export %1=%2"_s.arg(name, bashText(value, m_plan)));
        }
        QStringList words{u"script_"_s + m_process->name};
        for (const ScriptValue& value : m_plan.valuesOf(*m_process))
            words.append(value.variable.isEmpty() ? bashWord(value.literal)
                                                  : u"\"$%1\""_s.arg(value.variable));
        add(words.join(u' '));
    }

    void addExec()
    {
        QStringList words{u"exec"_s};
        const QString program = m_process->node->argv().first();
        if (!m_process->environment.isEmpty()) {
            words += QStringList{u"env"_s, u"--"_s};
            for (const auto& [name, value] : m_process->environment) {
                ProgramText assignment;
                assignment.add(name + u'=');
                assignment.pieces += value.pieces;
                words.append(bashText(assignment, m_plan));
            }
            if (program.contains(u'='))
                refuse(
                    ProgramMessages::tr("bash cannot give “%1” an environment: its program's name has a “=”.")
                        .arg(nodeName()));
        } else if (program.startsWith(u'-')) {
            words.append(u"--"_s);
        }
        for (const ProgramText& word : m_process->argv)
            words.append(word.isEmpty() ? u"''"_s : bashText(word, m_plan));
        add(words.join(u' '));
    }

    void addDescriptors(bool late)
    {
        for (const PlannedDescriptor& descriptor : m_process->descriptors)
            if (descriptor.isLate() == late)
                addDescriptor(descriptor);
    }

    void addDescriptor(const PlannedDescriptor& descriptor)
    {
        if (descriptor.target > highestOfBash)
            refuse(
                ProgramMessages::tr("bash cannot give “%1” the descriptor %2: from 10 on they are its own.")
                    .arg(nodeName(), QString::number(descriptor.target)));
        const QString target = QString::number(descriptor.target);
        if (descriptor.from == From::Null) {
            add(descriptor.target == 0 ? u"exec 0</dev/null"_s : u"exec %1>/dev/null"_s.arg(target));
            return;
        }
        if (descriptor.from == From::Output) {
            const QString path = bashText(descriptor.path, m_plan);
            add(u"true >%1 && exec %2>>%1 || exit 127"_s.arg(path, target));
            return;
        }
        const PlannedEndpoint& endpoint = m_plan.endpoints.at(descriptor.endpoint);
        switch (descriptor.from) {
        case From::Open:
            addOpen(descriptor, endpoint);
            break;
        case From::Name: // what bash cannot make it has refused
            add(u"exec %1<>\"/dev/shm$%2_path\" || exit 127"_s.arg(target, endpoint.name));
            break;
        case From::Connect:
            addConnect(endpoint, target);
            break;
        default:
            add(u"exec %1%2&\"$%3_%4\""_s.arg(target, descriptor.port == "read"_L1 ? u"<"_s : u">"_s,
                                              endpoint.name, m_plan.heldEnd(descriptor)));
            break;
        }
    }

    void addOpen(const PlannedDescriptor& descriptor, const PlannedEndpoint& endpoint)
    {
        const QString opening = bashOpening(QString::number(descriptor.target), endpoint, descriptor.flags);
        if (opening.isEmpty()) {
            refuse(ProgramMessages::tr("bash cannot open “%1” with %2.")
                       .arg(endpoint.node->name, descriptor.flags.join(u" | "_s)));
            return;
        }
        const bool readsToo = descriptor.flags.first() == "O_WRONLY"_L1 && opening.contains("<>"_L1);
        add(u"exec %1 || exit 127%2"_s.arg(
            opening, readsToo ? u" # <> does not truncate; that it can read, too, bash cannot leave out"_s
                              : QString()));
    }

    void addConnect(const PlannedEndpoint& endpoint, const QString& target)
    {
        const bool isInternet = endpoint.node->kind == Kind::Tcp || endpoint.node->kind == Kind::Udp;
        if (!isInternet || endpoint.number("sndbuf") > 0 || endpoint.number("rcvbuf") > 0 ||
            endpoint.flag("nodelay")) {
            refuse(ProgramMessages::tr("bash cannot connect “%1” to “%2”.")
                       .arg(nodeName(), endpoint.node->name));
            return;
        }
        add(u"exec %1<>/dev/%2/%3/%4 || exit 127"_s.arg(
            target, kindId(endpoint.node->kind), bashWord(endpoint.text("address")), bashPort(endpoint)));
    }

    /// Whether it may be let go.
    void addTurn()
    {
        const QString other = m_process->other >= 0 ? m_plan.processes.at(m_process->other).name : QString();
        QString turn;
        switch (m_process->when) {
        case When::AtOnce:
            return;
        case When::After:
            turn = u"((${EPOCHREALTIME/[.,]/} - began >= %1)) # microseconds"_s.arg(
                static_cast<qint64>(m_process->seconds * 1e6));
            break;
        case When::Runs:
            turn = u"[ -z \"${held[%1]-}\" ]"_s.arg(other);
            break;
        case When::Exits:
            turn = u"! kill -0 \"${pids[%1]}\" 2>/dev/null"_s.arg(other);
            break;
        case When::ByHand:
            turn = u"((hands >= %1))"_s.arg(m_process->hand);
            break;
        case When::Listens: {
            const PlannedEndpoint& endpoint = m_plan.endpoints.at(m_process->listensAt);
            if (!endpoint.path.isEmpty())
                turn = u"%1 \"$%2_path\" %3"_s.arg(helper("has_path"), endpoint.name,
                                                   endpoint.node->kind == Kind::UnixDatagram ? u"00000000"_s
                                                                                             : u"00010000"_s);
            else
                turn =
                    u"%1 %2 %3 %4"_s.arg(helper("has_port"), kindId(endpoint.node->kind), bashPort(endpoint),
                                         endpoint.node->kind == Kind::Tcp ? u"0A"_s : u"07"_s);
            break;
        }
        }
        m_lines.gap();
        m_lines.add(u"may_start_%1() {"_s.arg(m_process->name));
        add(turn);
        m_lines.add(u"}"_s);
    }

    const ProgramPlan& m_plan;
    BashNeeds& m_needs;
    const PlannedProcess* m_process = nullptr;
    Lines m_lines;
};

} // namespace

QString bashProcessFunctions(const ProgramPlan& plan, BashNeeds& needs)
{
    return BashProcessWriter(plan, needs).run();
}

} // namespace byteyard::model
