#include "model/program/bash_parts.h"

#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// What an endpoint of one kind needs in bash, which has no word for many of them.
class BashEndpointWriter
{
public:
    BashEndpointWriter(const ProgramPlan& plan, BashNeeds& needs) : m_plan(plan), m_needs(needs) {}

    void write(const PlannedEndpoint& endpoint)
    {
        m_endpoint = &endpoint;
        m_name = endpoint.name;
        make(u"# "_s + captionOf(endpoint));
        if (!endpoint.path.isEmpty())
            make(u"%1_path=%2"_s.arg(m_name, bashText(endpoint.path, m_plan)));
        byKind();
    }

    BashEndpoints take() { return m_parts; }

private:
    void make(const QString& line) { m_parts.making.add(line); }
    void remove(const QString& line) { m_parts.removing.add(u"    "_s + line); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }
    void refuse(const QString& sentence) { m_needs.refusals.append(sentence); }

    void byKind()
    {
        switch (m_endpoint->node->kind) {
        case Kind::Pipe:
            pipe();
            break;
        case Kind::Fifo:
        case Kind::File:
            named();
            break;
        case Kind::SysvQueue:
            systemV(u"msg"_s, u"-Q"_s, u"-q"_s);
            break;
        case Kind::SysvShm:
            systemV(u"shm"_s, u"-M %1"_s.arg(m_endpoint->number("size")), u"-m"_s);
            break;
        case Kind::SysvSemaphore:
            semaphores();
            break;
        case Kind::PosixShm:
            posixMemory();
            break;
        case Kind::UnixStream:
        case Kind::UnixDatagram:
        case Kind::UnixSeqpacket:
        case Kind::Tcp:
        case Kind::Udp:
            socket();
            break;
        default:
            refuseKind();
            break;
        }
    }

    void refuseKind()
    {
        refuse(ProgramMessages::tr("bash cannot make “%1” (%2).")
                   .arg(m_endpoint->node->name, kindInfo(m_endpoint->node->kind).title));
    }

    void pipe()
    {
        if (m_endpoint->number("capacity") > 0 || m_endpoint->flag("packets")) {
            refuse(ProgramMessages::tr(
                       "bash cannot set the capacity of the pipe “%1”, or make it keep packets apart.")
                       .arg(m_endpoint->node->name));
            return;
        }
        // Opened both ways first: each end alone would wait for the other.
        make(u"mkfifo -m 0600 \"$directory/.byteyard-pipe\" || exit 1"_s);
        make(
            u"exec {both}<>\"$directory/.byteyard-pipe\" # so that opening one end does not wait for the other"_s);
        make(u"exec {%1_read}<\"$directory/.byteyard-pipe\" {%1_write}>\"$directory/.byteyard-pipe\""_s.arg(
            m_name));
        make(u"exec {both}>&-"_s);
        make(u"rm \"$directory/.byteyard-pipe\" # a FIFO without a name is a pipe"_s);
    }

    void named()
    {
        const bool isFifo = m_endpoint->node->kind == Kind::Fifo;
        const QString mode = m_endpoint->text("mode");
        if (m_endpoint->isExisting) {
            make(u"[ -e \"$%1_path\" ] || { echo \"$%1_path is not there\" >&2; exit 1; }"_s.arg(m_name));
        } else if (!m_endpoint->isReserved) {
            const QString create = isFifo
                                       ? u"mkfifo -m %1 \"$%2_path\""_s.arg(mode, m_name)
                                       : u"true >>\"$%2_path\" && chmod %1 \"$%2_path\""_s.arg(mode, m_name);
            make(u"if [ ! -e \"$%1_path\" ]; then"_s.arg(m_name));
            make(u"    { %1; } || exit 1"_s.arg(create));
            if (m_endpoint->isLeftBehind()) {
                make(u"    %1_made=yes"_s.arg(m_name));
                remove(u"[ -z \"${%1_made-}\" ] || rm -f \"$%1_path\""_s.arg(m_name));
            }
            make(u"fi"_s);
        }
        for (const QString& word : m_endpoint->shared)
            openShared(word);
    }

    void openShared(const QString& word)
    {
        const QStringList flags = m_plan.flagsOfShared(*m_endpoint, word);
        const QString variable = m_name + u'_' + ProgramPlan::sharedEnd(*m_endpoint, word);
        const QString opening = bashOpening(u'{' + variable + u'}', *m_endpoint, flags);
        if (opening.isEmpty())
            refuse(ProgramMessages::tr("bash cannot open “%1” with %2.")
                       .arg(m_endpoint->node->name, flags.join(u" | "_s)));
        make(u"exec %1 || exit 1 # one offset for all who share it"_s.arg(opening));
    }

    void systemV(const QString& table, const QString& makeOption, const QString& removeOption)
    {
        const QString key = m_endpoint->text("key");
        if (m_endpoint->number("qbytes") > 0)
            refuse(ProgramMessages::tr("bash cannot set the limit of the queue “%1”.")
                       .arg(m_endpoint->node->name));
        if (key.startsWith("id:"_L1)) {
            make(u"%1_id=%2"_s.arg(m_name, key.mid(3)));
        } else if (m_endpoint->isExisting) {
            make(u"%1_id=$(%2 %3 %4) || exit 1"_s.arg(m_name, helper("id_of"), table, key));
        } else if (!key.isEmpty()) {
            refuse(ProgramMessages::tr("bash cannot make “%1” under a key of your own: ipcmk chooses it.")
                       .arg(m_endpoint->node->name));
        } else {
            make(u"%1_id=$(LC_ALL=C ipcmk %2 -p %3) || exit 1 # “… id: 7”"_s.arg(m_name, makeOption,
                                                                                 m_endpoint->text("mode")));
            make(u"%1_id=${%1_id##* }"_s.arg(m_name));
            remove(u"[ -z \"${%1_id-}\" ] || ipcrm %2 \"$%1_id\" 2>/dev/null"_s.arg(m_name, removeOption));
            if (m_endpoint->isKeyAsked)
                make(u"%1_key=$(%2 %3 \"$%1_id\")"_s.arg(m_name, helper("key_of"), table));
        }
    }

    void semaphores()
    {
        const QJsonArray values = m_endpoint->node->property(u"values"_s).toArray();
        for (const QJsonValue& value : values)
            if (value.toInt() != 0 && !m_endpoint->isExisting) {
                refuse(ProgramMessages::tr("bash cannot give the semaphores of “%1” their values.")
                           .arg(m_endpoint->node->name));
                break;
            }
        systemV(u"sem"_s, u"-S %1"_s.arg(values.size()), u"-s"_s);
    }

    /// On Linux its name is a file's, see shm_overview(7).
    void posixMemory()
    {
        const QString file = u"\"/dev/shm$%1_path\""_s.arg(m_name);
        if (m_endpoint->isExisting) {
            make(u"[ -e %1 ] || { echo %1 is not there >&2; exit 1; }"_s.arg(file));
            return;
        }
        make(
            u"(set -o noclobber && true >%1) || exit 1 # a POSIX memory is a file in /dev/shm: shm_overview(7)"_s
                .arg(file));
        make(u"%1_made=yes"_s.arg(m_name));
        make(u"chmod %1 %2 && truncate -s %3 %2 || exit 1"_s.arg(
            m_endpoint->text("mode"), file, QString::number(m_endpoint->number("size"))));
        remove(u"[ -z \"${%1_made-}\" ] || rm -f %2"_s.arg(m_name, file));
    }

    void socket()
    {
        if (!m_endpoint->isReserved) {
            refuseKind();
            return;
        }
        if (m_endpoint->path.isEmpty() && m_endpoint->number("port") == 0)
            make(u"%1_port=$(%2 %3)"_s.arg(m_name, helper("free_port"),
                                           m_endpoint->node->kind == Kind::Tcp ? u"tcp"_s : u"udp"_s));
    }

    const ProgramPlan& m_plan;
    BashNeeds& m_needs;
    BashEndpoints m_parts;
    const PlannedEndpoint* m_endpoint = nullptr;
    QString m_name;
};

} // namespace

BashEndpoints bashEndpoints(const ProgramPlan& plan, BashNeeds& needs)
{
    BashEndpointWriter writer(plan, needs);
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        writer.write(endpoint);
    return writer.take();
}

} // namespace byteyard::model
