#include "gui/panels/kernel_facts.h"

#include "model/log/format.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonArray>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct KernelFactsText
{
    Q_DECLARE_TR_FUNCTIONS(KernelFacts)
};

enum class Form { Plain, Bytes, Memory, Pid, Told, Time, Micros, Yes };

struct Row
{
    QLatin1StringView name;
    Form form = Form::Plain;
    QLatin1StringView limit; ///< the fact that bounds it
};

/// In the order in which they are shown; a limit stands with what it bounds. What is not here comes after it.
constexpr Row rows[] = {
    {"state"_L1, Form::Plain, {}},
    {"accepted"_L1, Form::Yes, {}},
    {"msg_qnum"_L1, Form::Plain, {}},
    {"msg_cbytes"_L1, Form::Bytes, "msg_qbytes"_L1},
    {"msg_lspid"_L1, Form::Pid, {}},
    {"msg_stime"_L1, Form::Time, {}},
    {"msg_lrpid"_L1, Form::Pid, {}},
    {"msg_rtime"_L1, Form::Time, {}},
    {"msg_ctime"_L1, Form::Time, {}},
    {"mq_curmsgs"_L1, Form::Plain, "mq_maxmsg"_L1},
    {"qsize"_L1, Form::Bytes, {}},
    {"mq_msgsize"_L1, Form::Bytes, {}},
    {"notify_pid"_L1, Form::Told, {}},
    {"shm_segsz"_L1, Form::Bytes, {}},
    {"shm_nattch"_L1, Form::Plain, {}},
    {"shm_cpid"_L1, Form::Pid, {}},
    {"shm_lpid"_L1, Form::Pid, {}},
    {"shm_atime"_L1, Form::Time, {}},
    {"shm_dtime"_L1, Form::Time, {}},
    {"shm_ctime"_L1, Form::Time, {}},
    {"shm_dest"_L1, Form::Yes, {}},
    {"nsems"_L1, Form::Plain, {}},
    {"value"_L1, Form::Plain, {}},
    {"waiters"_L1, Form::Plain, {}},
    {"sem_otime"_L1, Form::Time, {}},
    {"sem_ctime"_L1, Form::Time, {}},
    {"waiting"_L1, Form::Plain, "backlog"_L1},
    {"rcv_q"_L1, Form::Bytes, {}},
    {"snd_q"_L1, Form::Bytes, {}},
    {"SO_SNDBUF"_L1, Form::Bytes, {}},
    {"SO_RCVBUF"_L1, Form::Bytes, {}},
    {"queued"_L1, Form::Plain, {}},
    {"drops"_L1, Form::Plain, {}},
    {"rtt_us"_L1, Form::Micros, {}},
    {"retransmits"_L1, Form::Plain, {}},
    {"peer_pid"_L1, Form::Pid, {}},
    {"peer_uid"_L1, Form::Plain, {}},
    {"fds_in_flight"_L1, Form::Plain, {}},
    {"count"_L1, Form::Plain, {}},
    {"semaphore"_L1, Form::Yes, {}},
    {"rows"_L1, Form::Plain, {}},
    {"columns"_L1, Form::Plain, {}},
    {"a_q"_L1, Form::Bytes, {}},
    {"b_q"_L1, Form::Bytes, {}},
    {"size"_L1, Form::Bytes, {}},
    {"resident"_L1, Form::Bytes, {}},
    {"seals"_L1, Form::Plain, {}},
};

/// Shown as a table instead.
bool isTable(const LiveEndpoint& endpoint, const QString& name)
{
    if (endpoint.entry.kind == "file"_L1)
        return QStringList{u"offsets"_s, u"offset_pids"_s, u"locks"_s}.contains(name);
    return endpoint.entry.kind == "sysv-semaphore"_L1 &&
           QStringList{u"values"_s, u"ncnt"_s, u"zcnt"_s, u"pid"_s, u"undo"_s}.contains(name);
}

QString who(const Session& session, qint64 pid)
{
    if (pid == 0)
        return KernelFactsText::tr("nobody yet");
    for (const LiveProcess& process : session.processes())
        if (process.entry.pid == pid)
            return u"pid %1 · %2"_s.arg(pid).arg(process.entry.name);
    return u"pid %1"_s.arg(pid);
}

/// The kernel keeps whole seconds.
QString ago(qint64 seconds)
{
    if (seconds == 0)
        return KernelFactsText::tr("never");
    const qint64 since = std::max<qint64>(0, QDateTime::currentSecsSinceEpoch() - seconds);
    return since < 60 ? KernelFactsText::tr("%1 s ago").arg(since)
                      : QDateTime::fromSecsSinceEpoch(seconds).toString(u"HH:mm:ss"_s);
}

QString plain(const QJsonValue& value)
{
    if (value.isString())
        return value.toString();
    if (!value.isArray())
        return formatCount(static_cast<quint64>(std::max<qint64>(0, value.toInteger())));
    QStringList words;
    for (const QJsonValue& item : value.toArray())
        words.append(item.isString() ? item.toString() : QString::number(item.toInteger()));
    return words.isEmpty() ? u"–"_s : words.join(u", "_s);
}

/// Of some queues the kernel tells what they take of its memory: more than the bytes in them.
Form formOf(const Row& row, const QString& kind)
{
    const bool isMemory = (row.name == "snd_q"_L1 && kind.startsWith("unix-"_L1)) ||
                          (row.name == "rcv_q"_L1 && (kind == "udp"_L1 || kind == "raw"_L1));
    return isMemory ? Form::Memory : row.form;
}

QString valueText(const Session& session, Form form, const QJsonValue& value, const QJsonValue& limit)
{
    // What has two ways is told for each: a, then b.
    if (value.isArray() && form != Form::Plain) {
        const Form each = form == Form::Memory ? Form::Bytes : form;
        QStringList both;
        for (const QJsonValue& side : value.toArray())
            both.append(valueText(session, each, side, QJsonValue(QJsonValue::Undefined)));
        const QString text = both.join(u" / "_s);
        return form == each ? text : KernelFactsText::tr("%1 of memory").arg(text);
    }
    const auto number = static_cast<quint64>(std::max<qint64>(0, value.toInteger()));
    const bool bounded = !limit.isUndefined();
    switch (form) {
    case Form::Bytes:
        return bounded ? KernelFactsText::tr("%1 of %2 bytes").arg(formatCount(number), plain(limit))
                       : formatBytes(number);
    case Form::Memory:
        return KernelFactsText::tr("%1 of memory").arg(formatBytes(number));
    case Form::Pid:
        return who(session, value.toInteger());
    case Form::Told:
        return number == 0 ? KernelFactsText::tr("nobody") : who(session, value.toInteger());
    case Form::Time:
        return ago(value.toInteger());
    case Form::Micros:
        return formatDuration(number * 1000);
    case Form::Yes:
        return value.toInteger() != 0 ? KernelFactsText::tr("yes") : KernelFactsText::tr("no");
    case Form::Plain:
        break;
    }
    return bounded ? KernelFactsText::tr("%1 of %2").arg(plain(value), plain(limit)) : plain(value);
}

bool isAmount(const QString& text)
{
    static const QRegularExpression amount(u"^[0-9]+( B)?$"_s);
    return amount.match(text).hasMatch();
}

/// Columns line up; numbers stand at their right edge.
QString columns(const QList<QStringList>& lines)
{
    QList<qsizetype> widths;
    for (const QStringList& line : lines)
        for (qsizetype i = 0; i < line.size(); ++i) {
            if (widths.size() <= i)
                widths.append(0);
            widths[i] = std::max(widths.at(i), line.at(i).size());
        }
    QStringList text;
    for (const QStringList& line : lines) {
        QString row;
        for (qsizetype i = 0; i < line.size(); ++i)
            row += (i > 0 ? u"  "_s : QString()) + (isAmount(lines.last().value(i))
                                                        ? line.at(i).rightJustified(widths.at(i))
                                                        : line.at(i).leftJustified(widths.at(i)));
        while (row.endsWith(u' '))
            row.chop(1);
        text.append(row);
    }
    return text.join(u'\n');
}

EndpointContents messages(const LiveEndpoint& endpoint)
{
    const QString word =
        endpoint.entry.kind == "posix-queue"_L1 ? KernelFactsText::tr("prio") : KernelFactsText::tr("type");
    QList<QStringList> lines;
    for (const LiveTile& tile : endpoint.tiles) {
        const auto* head = reinterpret_cast<const std::byte*>(tile.head.constData());
        const QString place = u"#%1"_s.arg(lines.size());
        lines.append(tile.known
                         ? QStringList{place, u"%1 %2"_s.arg(word).arg(tile.type), u"%1 B"_s.arg(tile.size),
                                       formatData({head, static_cast<std::size_t>(tile.head.size())}, 16)}
                         : QStringList{place, KernelFactsText::tr("not seen when it was sent")});
    }
    if (endpoint.tilesTotal > static_cast<quint64>(endpoint.tiles.size()))
        lines.append({u"+%1"_s.arg(endpoint.tilesTotal - static_cast<quint64>(endpoint.tiles.size()))});
    return {endpoint.entry.kind == "posix-queue"_L1 ? KernelFactsText::tr("Queued messages · from the calls")
                                                    : KernelFactsText::tr("Queued messages (peeked)"),
            columns(lines)};
}

EndpointContents semaphores(const LiveEndpoint& endpoint)
{
    const QJsonObject& facts = endpoint.entry.facts;
    const QJsonArray values = facts.value("values"_L1).toArray();
    QList<QStringList> lines{{u"#"_s, u"semval"_s, u"ncnt"_s, u"zcnt"_s, u"undo"_s, u"sempid"_s}};
    const auto at = [&facts](QLatin1StringView name, qsizetype i) {
        return facts.value(name).toArray().at(i).toInteger();
    };
    for (qsizetype i = 0; i < values.size(); ++i)
        lines.append({QString::number(i), QString::number(values.at(i).toInteger()),
                      QString::number(at("ncnt"_L1, i)), QString::number(at("zcnt"_L1, i)),
                      QString::number(at("undo"_L1, i)), QString::number(at("pid"_L1, i))});
    return {KernelFactsText::tr("Semaphores · sampled"), values.isEmpty() ? QString() : columns(lines)};
}

EndpointContents attachments(const Session& session, const LiveEndpoint& endpoint)
{
    QList<QStringList> lines;
    for (const LiveAttachment& one : endpoint.attached)
        lines.append({who(session, one.pid), u"0x%1"_s.arg(one.address, 0, 16)});
    return {KernelFactsText::tr("Attached · sampled"), columns(lines)};
}

/// "→ 5 B ← 0 B"; "?" is what the kernel does not tell.
QString waysText(const LiveEndpoint& connection)
{
    const auto text = [](const std::optional<quint64>& bytes) {
        return bytes ? formatBytes(*bytes) : u"?"_s;
    };
    return u"→ %1 ← %2"_s.arg(text(connection.fill), text(connection.fill2));
}

/// A line that names it, and below it what is known, for the panel is narrow.
EndpointContents connections(const Session& session, const LiveEndpoint& listener)
{
    const QJsonValue none(QJsonValue::Undefined);
    QStringList lines;
    for (const LiveEndpoint& one : session.endpoints()) {
        if (one.entry.parent != listener.entry.number)
            continue;
        const QJsonObject& facts = one.entry.facts;
        const QString state = facts.value("state"_L1).toString(one.entry.state);
        QString name = one.entry.name;
        if (name.startsWith(listener.entry.name + u' '))
            name = name.mid(listener.entry.name.size() + 1);
        lines.append(name + u"  "_s + state);
        if (facts.contains("accepted"_L1))
            lines.append(u"  "_s + KernelFactsText::tr("not accepted"));
        if (state == "TIME_WAIT"_L1 || one.entry.state != "live"_L1)
            continue;
        lines.append(u"  "_s + waysText(one));
        if (const QJsonValue rtt = facts.value("rtt_us"_L1); !rtt.isUndefined())
            lines.last() += u"  rtt %1"_s.arg(valueText(session, Form::Micros, rtt, none));
        if (const QJsonValue again = facts.value("retransmits"_L1); !again.isUndefined())
            lines.append(u"  "_s + KernelFactsText::tr("retransmits %1").arg(plain(again)));
        if (const QJsonValue pid = facts.value("peer_pid"_L1); !pid.isUndefined())
            lines.append(u"  %1 · uid %2"_s.arg(valueText(session, Form::Pid, pid, none),
                                                plain(facts.value("peer_uid"_L1))));
        if (const qint64 carried = facts.value("fds_in_flight"_L1).toInteger(); carried > 0)
            lines.append(u"  "_s + KernelFactsText::tr("descriptors in flight: %1").arg(carried));
    }
    return {KernelFactsText::tr("Connections · sampled"), lines.join(u'\n')};
}

/// Where each open file description stands, and who has which bytes locked: the engine's words are those of
/// /proc/locks.
EndpointContents offsetsAndLocks(const Session& session, const LiveEndpoint& file)
{
    const QJsonObject& facts = file.entry.facts;
    const QJsonArray offsets = facts.value("offsets"_L1).toArray();
    const QJsonArray pids = facts.value("offset_pids"_L1).toArray();
    QList<QStringList> lines;
    for (qsizetype i = 0; i < offsets.size(); ++i)
        lines.append({who(session, pids.at(i).toInteger()),
                      KernelFactsText::tr("at %1").arg(formatCount(
                          static_cast<quint64>(std::max<qint64>(0, offsets.at(i).toInteger()))))});
    const QStringList locks = facts.value("locks"_L1).toString().split("; "_L1, Qt::SkipEmptyParts);
    for (const QString& lock : locks) {
        const QStringList words = lock.split(u' ');
        if (words.size() < 5)
            continue;
        QString what = words.at(0) + u' ' + words.at(1);
        if (words.at(3) != "0"_L1 || words.at(4) != "EOF"_L1)
            what += u" %1–%2"_s.arg(words.at(3), words.at(4));
        if (words.size() > 5)
            what += u' ' + KernelFactsText::tr("waits");
        lines.append({who(session, words.at(2).toLongLong()), what});
    }
    return {KernelFactsText::tr("Offsets and locks · sampled"), columns(lines)};
}

} // namespace

QList<Fact> kernelFacts(const Session& session, const LiveEndpoint& endpoint)
{
    QList<Fact> facts;
    const QString how = KernelFactsText::tr("sampled: asked of the kernel while it runs");
    QStringList done;
    for (const Row& row : rows) {
        const QString name(row.name);
        const QJsonValue value = endpoint.entry.facts.value(name);
        if (value.isUndefined() || isTable(endpoint, name))
            continue;
        const QJsonValue limit = row.limit.isEmpty() ? QJsonValue(QJsonValue::Undefined)
                                                     : endpoint.entry.facts.value(QString(row.limit));
        QString tip = how;
        if (row.form == Form::Bytes)
            tip.prepend(spellBytes(static_cast<quint64>(std::max<qint64>(0, value.toInteger()))) + u" · "_s);
        facts.append({name, valueText(session, formOf(row, endpoint.entry.kind), value, limit), tip, true});
        done << name << QString(row.limit);
    }
    for (auto it = endpoint.entry.facts.begin(); it != endpoint.entry.facts.end(); ++it)
        if (!done.contains(it.key()) && !isTable(endpoint, it.key()))
            facts.append({it.key(), plain(it.value()), how, true});
    return facts;
}

EndpointContents endpointContents(const Session& session, const LiveEndpoint& endpoint)
{
    const QString& kind = endpoint.entry.kind;
    if (kind == "sysv-queue"_L1 || kind == "posix-queue"_L1)
        return messages(endpoint);
    if (kind == "sysv-semaphore"_L1)
        return semaphores(endpoint);
    if (kind == "file"_L1)
        return offsetsAndLocks(session, endpoint);
    if (kind == "sysv-shm"_L1 || kind == "posix-shm"_L1 || kind == "memfd"_L1 || kind == "posix-semaphore"_L1)
        return attachments(session, endpoint);
    if (endpoint.entry.parent == 0 &&
        (kind == "tcp"_L1 || kind == "unix-stream"_L1 || kind == "unix-seqpacket"_L1))
        return connections(session, endpoint);
    return {};
}

} // namespace byteyard::gui
