#include "model/commands/map_text.h"

#include "model/log/format.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QMultiHash>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::model {

namespace {

struct MapTextText
{
    Q_DECLARE_TR_FUNCTIONS(MapText)
};

/// How it is found again: an id and a key, a path, an address, or the kernel's number.
QString placeText(const EndpointEntry& entry)
{
    if (entry.id >= 0)
        return entry.key.isEmpty() ? u"id %1"_s.arg(entry.id)
                                   : u"id %1, key %2"_s.arg(entry.id).arg(entry.key);
    if (!entry.ends.isEmpty())
        return entry.ends;
    return entry.path.isEmpty() ? entry.name : entry.path;
}

QString fillWords(const LiveEndpoint& endpoint)
{
    QStringList words;
    if (const QString state = endpoint.entry.facts.value(u"state"_s).toString(); !state.isEmpty())
        words.append(state);
    const QJsonObject& facts = endpoint.entry.facts;
    QStringList values;
    for (const QJsonValue& value : facts.value(u"values"_s).toArray())
        values.append(QString::number(value.toInteger()));
    if (!values.isEmpty())
        return MapTextText::tr("values %1").arg(values.join(u", "_s));
    for (const QLatin1StringView counter : {"value"_L1, "count"_L1})
        if (facts.contains(counter))
            return MapTextText::tr("value %1").arg(facts.value(counter).toInteger());
    if (endpoint.fill && endpoint.fill2)
        words.append(MapTextText::tr("unread %1 and %2")
                         .arg(formatBytes(*endpoint.fill), formatBytes(*endpoint.fill2)));
    else if (endpoint.fill && endpoint.capacity != 0 && endpoint.fill == endpoint.capacity &&
             !endpoint.writeBlocks)
        words.append(formatBytes(endpoint.capacity)); // memory
    else if (const auto fill = endpoint.fill ? endpoint.fill : endpoint.fill2)
        words.append(endpoint.capacity != 0
                         ? MapTextText::tr("%1 of %2").arg(formatBytes(*fill), formatBytes(endpoint.capacity))
                         : MapTextText::tr("%1 in it").arg(formatBytes(*fill)));
    else if (endpoint.capacity != 0)
        words.append(formatBytes(endpoint.capacity));
    if (facts.contains(u"msg_qnum"_s))
        words.append(MapTextText::tr("%n message(s)", nullptr, facts.value(u"msg_qnum"_s).toInt()));
    if (facts.contains(u"backlog"_s))
        words.append(MapTextText::tr("%1 of %2 wait to be accepted")
                         .arg(facts.value(u"waiting"_s).toInt())
                         .arg(facts.value(u"backlog"_s).toInt()));
    if (endpoint.writeBlocks)
        words.append(MapTextText::tr("full"));
    return words.join(u", "_s);
}

QList<LiveEndpoint> sortedEndpoints(const Session& session)
{
    QList<LiveEndpoint> all;
    for (const LiveEndpoint& endpoint : session.endpoints())
        if (endpoint.entry.state == "live"_L1)
            all.append(endpoint);
    std::stable_sort(all.begin(), all.end(), [](const LiveEndpoint& a, const LiveEndpoint& b) {
        return std::pair(a.entry.kind, a.entry.number) < std::pair(b.entry.kind, b.entry.number);
    });
    return all;
}

QMultiHash<quint32, LiveDescriptor> usersByEndpoint(const Session& session)
{
    QMultiHash<quint32, LiveDescriptor> users;
    const QList<LiveDescriptor> all = session.descriptors();
    for (auto each = all.crbegin(); each != all.crend(); ++each) // values() gives the newest first
        users.insert(each->endpoint, *each);
    return users;
}

QString userLine(const Session& session, const LiveDescriptor& user)
{
    const LiveProcess* process = session.process(user.process);
    const QString access = user.access == "read-write"_L1 ? MapTextText::tr("reads, writes")
                           : user.access == "write"_L1    ? MapTextText::tr("writes")
                                                          : MapTextText::tr("reads");
    const LiveEndpoint* endpoint = session.endpoint(user.endpoint);
    const QString kind = endpoint == nullptr ? QString() : endpoint->entry.kind;
    const QString fd = user.fd >= 0                                             ? u"fd %1"_s.arg(user.fd)
                       : kind == "fifo"_L1                                      ? MapTextText::tr("opens")
                       : kind == "sysv-queue"_L1 || kind == "sysv-semaphore"_L1 ? MapTextText::tr("by id")
                                                                                : MapTextText::tr("mapped");
    QString waits;
    for (const PendingCall& call : session.pending())
        if (call.process == user.process && call.endpoint == user.endpoint &&
            (call.fd == user.fd || call.fd < 0))
            waits = MapTextText::tr("waits in %1 for %2")
                        .arg(call.call, formatDuration(call.waited(session.now())));
    constexpr int accessWidth = 14;
    constexpr int fdWidth = 8;
    constexpr int nameWidth = 28;
    const QString name =
        process == nullptr ? QString() : u"%1 %2"_s.arg(process->entry.pid).arg(process->entry.name);
    QString line = u"    "_s + access.leftJustified(accessWidth) + fd.leftJustified(fdWidth) +
                   (waits.isEmpty() ? name : name.leftJustified(nameWidth) + u' ' + waits);
    return line + u'\n';
}

QJsonObject userObject(const Session& session, const LiveDescriptor& user)
{
    const LiveProcess* process = session.process(user.process);
    QJsonObject object{{u"pid"_s, process == nullptr ? 0 : process->entry.pid}, {u"access"_s, user.access}};
    object.insert(u"fd"_s, user.fd < 0 ? QJsonValue() : QJsonValue(user.fd));
    return object;
}

QJsonValue numberOrNull(const std::optional<quint64>& number)
{
    return number ? QJsonValue(static_cast<qint64>(*number)) : QJsonValue();
}

} // namespace

QString mapText(const Session& session)
{
    const QMultiHash<quint32, LiveDescriptor> users = usersByEndpoint(session);
    QString text;
    for (const LiveEndpoint& endpoint : sortedEndpoints(session)) {
        const QString fill = fillWords(endpoint);
        text += u"%1  %2"_s.arg(endpoint.entry.kind, placeText(endpoint.entry)) +
                (fill.isEmpty() ? QString() : u"  ("_s + fill + u')') + u'\n';
        const QList<LiveDescriptor> those = users.values(endpoint.entry.number);
        for (const LiveDescriptor& user : those)
            text += userLine(session, user);
        if (those.isEmpty())
            text += u"    "_s + MapTextText::tr("nobody has it open") + u'\n';
    }
    QSet<quint32> waiting;
    for (const PendingCall& call : session.pending())
        if (call.endpoint != 0)
            waiting.insert(call.process);
    QString waits;
    for (const LiveProcess& process : session.processes())
        if (const QString sentence = session.blockedSentence(process.entry.number);
            waiting.contains(process.entry.number) && !sentence.isEmpty())
            waits += u"    %1 %2: %3\n"_s.arg(process.entry.pid).arg(process.entry.name, sentence);
    if (!waits.isEmpty())
        text += u'\n' + MapTextText::tr("Who waits on what:") + u'\n' + waits;
    QString circles;
    for (const WaitCircle& circle : session.deadlocks().circles)
        circles += u"    %1 %2\n"_s.arg(circle.what, circle.remedy);
    if (!circles.isEmpty())
        text += u'\n' + MapTextText::tr("Who can never go on by itself:") + u'\n' + circles;
    if (text.isEmpty())
        return MapTextText::tr("Nothing is shared here that may be looked at.");
    text.chop(1);
    return text;
}

QJsonObject mapObject(const Session& session)
{
    const QMultiHash<quint32, LiveDescriptor> users = usersByEndpoint(session);
    QJsonArray endpoints;
    for (const LiveEndpoint& endpoint : sortedEndpoints(session)) {
        QJsonArray list;
        for (const LiveDescriptor& user : users.values(endpoint.entry.number))
            list.append(userObject(session, user));
        const EndpointEntry& entry = endpoint.entry;
        QJsonObject object{{u"endpoint"_s, static_cast<qint64>(entry.number)},
                           {u"kind"_s, entry.kind},
                           {u"name"_s, placeText(entry)},
                           {u"inode"_s, static_cast<qint64>(entry.inode)},
                           {u"fill"_s, numberOrNull(endpoint.fill)},
                           {u"facts"_s, entry.facts},
                           {u"users"_s, list}};
        if (endpoint.fill2)
            object.insert(u"fill2"_s, numberOrNull(endpoint.fill2));
        if (endpoint.capacity != 0)
            object.insert(u"capacity"_s, static_cast<qint64>(endpoint.capacity));
        if (entry.id >= 0)
            object.insert(u"id"_s, entry.id);
        if (entry.parent != 0)
            object.insert(u"listener"_s, static_cast<qint64>(entry.parent));
        endpoints.append(object);
    }
    QJsonArray processes;
    for (const LiveProcess& process : session.processes())
        processes.append(QJsonObject{{u"pid"_s, process.entry.pid},
                                     {u"name"_s, process.entry.name},
                                     {u"argv"_s, QJsonArray::fromStringList(process.entry.argv)},
                                     {u"state"_s, process.entry.state}});
    QJsonArray waits;
    for (const PendingCall& call : session.pending())
        waits.append(QJsonObject{{u"pid"_s, call.pid},
                                 {u"tid"_s, call.tid},
                                 {u"call"_s, call.call},
                                 {u"fd"_s, call.fd < 0 ? QJsonValue() : QJsonValue(call.fd)},
                                 {u"endpoint"_s, static_cast<qint64>(call.endpoint)},
                                 {u"seconds"_s, static_cast<double>(call.waited(session.now())) / 1e9}});
    QJsonArray circles;
    for (const WaitCircle& circle : session.deadlocks().circles) {
        QJsonArray pids;
        for (const quint32 number : circle.processes)
            if (const LiveProcess* process = session.process(number))
                pids.append(process->entry.pid);
        circles.append(QJsonObject{{u"pids"_s, pids}, {u"what"_s, circle.what}});
    }
    return {{u"type"_s, u"map"_s},       {u"deadlocks"_s, circles},   {u"format"_s, 1},
            {u"endpoints"_s, endpoints}, {u"processes"_s, processes}, {u"waits"_s, waits}};
}

} // namespace byteyard::model
