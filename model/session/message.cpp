#include "model/session/message.h"

#include "model/session/json_members.h"

#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <cstring>
#include <limits>

namespace byteyard::model::protocol {

using namespace Qt::StringLiterals;

namespace {

QByteArray bytesOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

const QStringList& accesses()
{
    static const QStringList list = {u"read"_s, u"write"_s, u"read-write"_s};
    return list;
}

Message readHello(Members& m)
{
    Hello hello;
    hello.version = m.number<int>(u"version"_s, 0, std::numeric_limits<int>::max());
    hello.pid = m.thread(u"pid"_s);
    hello.keeper = m.thread(u"keeper"_s);
    m.objects(u"captures"_s, [&](Members& capture) {
        hello.captures.append(
            {capture.neededText(u"mode"_s), capture.flag(u"available"_s), capture.text(u"why"_s)});
    });
    hello.limits = m.facts(u"limits"_s).value_or(QJsonObject());
    return hello;
}

Message readRunStarted(Members& m)
{
    RunStarted started;
    started.started = QDateTime::fromString(m.neededText(u"started"_s), Qt::ISODateWithMs);
    if (!started.started.isValid())
        m.wrong(u"started"_s);
    started.directory = m.text(u"directory"_s);
    started.capture = m.neededText(u"capture"_s);
    started.why = m.text(u"why"_s);
    return started;
}

Message readEndpoint(Members& m)
{
    EndpointChange change;
    change.endpoint = m.reference(u"endpoint"_s, true);
    change.node = m.text(u"node"_s);
    change.kind = m.neededText(u"kind"_s);
    change.name = m.text(u"name"_s);
    change.state = m.neededText(u"state"_s, {u"planned"_s, u"live"_s, u"closed"_s, u"failed"_s});
    change.inode = m.identity(u"inode"_s);
    change.capacity = m.count(u"capacity"_s);
    change.path = m.text(u"path"_s);
    change.id = m.number<int>(u"id"_s, 0, std::numeric_limits<qint32>::max(), -1);
    change.key = m.text(u"key"_s);
    change.address = m.text(u"address"_s);
    change.port = m.number<int>(u"port"_s, 0, 65535);
    change.ends = m.text(u"ends"_s);
    change.parent = m.reference(u"parent"_s, false);
    change.error = m.error();
    return change;
}

Message readProcess(Members& m)
{
    ProcessChange change;
    change.process = m.reference(u"process"_s, true);
    change.parent = m.reference(u"parent"_s, false);
    change.node = m.text(u"node"_s);
    change.name = m.text(u"name"_s);
    change.argv = m.texts(u"argv"_s);
    change.pid = m.thread(u"pid"_s);
    change.state = m.neededText(u"state"_s, {u"planned"_s, u"starting"_s, u"running"_s, u"stopped"_s,
                                             u"exited"_s, u"killed"_s, u"failed"_s, u"detached"_s});
    if (m.has(u"exitCode"_s))
        change.exitCode = m.number<int>(u"exitCode"_s, 0, 255);
    change.signal = m.text(u"signal"_s);
    change.time = m.count(u"time"_s);
    change.error = m.error();
    change.attached = m.flag(u"attached"_s);
    change.leaving = m.flag(u"leaving"_s);
    change.unobserved = m.text(u"unobserved"_s);
    return change;
}

Message readBlocked(Members& m)
{
    PendingCall call;
    call.process = m.reference(u"process"_s, true);
    call.pid = m.thread(u"pid"_s);
    call.tid = m.thread(u"tid"_s);
    if (call.tid == 0)
        m.wrong(u"tid"_s);
    call.call = m.neededText(u"call"_s);
    call.fd = m.descriptor(u"fd"_s);
    call.endpoint = m.reference(u"endpoint"_s, false);
    call.requested = m.identity(u"requested"_s); // a program may ask for any number of bytes
    call.since = m.count(u"since"_s);
    call.before = m.count(u"before"_s);
    call.threads = m.number<int>(u"threads"_s, 0, std::numeric_limits<qint32>::max());
    call.detail = m.text(u"detail"_s);
    call.how = m.neededText(u"how"_s, {u"exact"_s, u"sampled"_s});
    call.paced = m.flag(u"paced"_s);
    return Blocked{call};
}

Message readUnblocked(Members& m)
{
    const Unblocked unblocked{m.thread(u"tid"_s)};
    if (unblocked.tid == 0)
        m.wrong(u"tid"_s);
    return unblocked;
}

Message readEdge(Members& m)
{
    EdgeChange change;
    change.process = m.reference(u"process"_s, true);
    change.endpoint = m.reference(u"endpoint"_s, true);
    change.fd = m.descriptor(u"fd"_s);
    change.access = m.neededText(u"access"_s, accesses());
    change.open = m.flag(u"open"_s);
    change.description = m.reference(u"description"_s, false);
    return change;
}

QList<LiveTile> readTiles(Members& entry)
{
    QList<LiveTile> tiles;
    entry.objects(u"tiles"_s, [&](Members& tile) {
        LiveTile read;
        read.type = tile.number<qint64>(tile.has(u"priority"_s) ? u"priority"_s : u"type"_s, 0,
                                        std::numeric_limits<qint64>::max());
        read.size = tile.count(u"size"_s);
        read.head = tile.base64(u"head"_s);
        read.known = tile.flag(u"known"_s);
        tiles.append(read);
    });
    return tiles;
}

QList<LiveAttachment> readAttached(Members& entry)
{
    QList<LiveAttachment> attached;
    entry.objects(u"attached"_s, [&](Members& each) {
        attached.append(
            {each.reference(u"process"_s, false), each.thread(u"pid"_s), each.identity(u"address"_s)});
    });
    return attached;
}

OpenGap readOpenGap(Members& m)
{
    OpenGap open;
    open.gap = m.reference(u"gap"_s, true);
    const QString how = m.neededText(u"how"_s, {u"exact"_s, u"sampled"_s, u"unobserved"_s});
    open.how = how == "exact"_L1     ? ipc::How::Exact
               : how == "sampled"_L1 ? ipc::How::Sampled
                                     : ipc::How::Unobserved;
    open.bytesIn = m.count(u"bytesIn"_s);
    open.bytesOut = m.count(u"bytesOut"_s);
    open.writer = m.reference(u"writer"_s, false);
    open.reader = m.reference(u"reader"_s, false);
    return open;
}

Message readSample(Members& m)
{
    Sample sample;
    sample.time = m.count(u"time"_s);
    m.objects(u"endpoints"_s, [&](Members& entry) {
        EndpointSample read;
        read.endpoint = entry.reference(u"endpoint"_s, true);
        if (entry.has(u"fill"_s))
            read.fill = entry.count(u"fill"_s);
        if (entry.has(u"fill2"_s))
            read.fill2 = entry.count(u"fill2"_s);
        read.capacity = entry.count(u"capacity"_s);
        read.writeBlocks = entry.flag(u"writeBlocks"_s);
        read.facts = entry.facts(u"facts"_s);
        if (entry.has(u"tiles"_s)) {
            read.tiles = readTiles(entry);
            read.tilesTotal = entry.count(u"tilesTotal"_s);
        }
        if (entry.has(u"attached"_s))
            read.attached = readAttached(entry);
        if (entry.has(u"gap"_s))
            read.open = readOpenGap(entry);
        sample.endpoints.append(read);
    });
    return sample;
}

Message readActorLine(Members& m)
{
    return ActorLine{m.reference(u"process"_s, true),
                     m.number<int>(u"line"_s, 0, std::numeric_limits<int>::max())};
}

Message readActorError(Members& m)
{
    return ActorError{m.reference(u"process"_s, true),
                      m.number<int>(u"line"_s, 0, std::numeric_limits<int>::max()), m.text(u"text"_s)};
}

Message readProcesses(Members& m)
{
    Processes list;
    m.objects(u"processes"_s, [&](Members& entry) {
        list.processes.append({entry.thread(u"pid"_s), entry.text(u"name"_s), entry.text(u"user"_s),
                               entry.texts(u"argv"_s), entry.error()});
    });
    return list;
}

Message readHolders(Members& m)
{
    Holders holders;
    holders.endpoint = m.reference(u"endpoint"_s, true);
    m.objects(u"holders"_s, [&](Members& entry) {
        holders.holders.append({entry.thread(u"pid"_s), entry.reference(u"process"_s, false),
                                entry.text(u"name"_s), entry.descriptor(u"fd"_s),
                                entry.neededText(u"access"_s, accesses())});
    });
    return holders;
}

Message readPaused(Members& m)
{
    return PauseChange{m.text(u"node"_s), m.reference(u"process"_s, false), true};
}

Message readResumed(Members& m)
{
    return PauseChange{m.text(u"node"_s), m.reference(u"process"_s, false), false};
}

Message readRule(Members& m)
{
    return RuleState{m.reference(u"rule"_s, true), m.count(u"hits"_s), m.flag(u"gone"_s)};
}

Message readRuleHit(Members& m)
{
    RuleHit hit;
    hit.rule = m.reference(u"rule"_s, true);
    hit.process = m.reference(u"process"_s, true);
    hit.pid = m.thread(u"pid"_s);
    hit.tid = m.thread(u"tid"_s);
    hit.call = m.neededText(u"call"_s);
    hit.fd = m.descriptor(u"fd"_s);
    hit.endpoint = m.reference(u"endpoint"_s, false);
    hit.requested = m.identity(u"requested"_s);
    hit.detail = m.text(u"detail"_s);
    hit.after = m.neededText(u"when"_s, {u"before"_s, u"after"_s}) == u"after"_s;
    hit.result =
        m.number<qint64>(u"result"_s, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max());
    hit.error = m.text(u"error"_s);
    return hit;
}

Message readLost(Members& m)
{
    return Lost{m.count(u"count"_s)};
}

Message readSampled(Members& m)
{
    SampledChange change;
    change.process = m.reference(u"process"_s, true);
    change.sampled = m.flag(u"sampled"_s);
    change.why = m.text(u"why"_s);
    return change;
}

Message readError(Members& m)
{
    EngineError error;
    error.error.code = m.neededText(u"code"_s);
    error.error.parameters = m.parameters(u"parameters"_s);
    error.node = m.text(u"node"_s);
    error.fatal = m.flag(u"fatal"_s);
    return error;
}

Message readRunEnded(Members& m)
{
    RunEnded ended;
    ended.lost = m.count(u"lost"_s);
    ended.reason = m.neededText(u"reason"_s, {u"all-exited"_s, u"stopped"_s, u"failed"_s});
    ended.failedToStart = m.number<int>(u"failedToStart"_s, 0, std::numeric_limits<int>::max());
    return ended;
}

Message readFilesLeft(Members& m)
{
    FilesLeft left;
    left.system = m.count(u"system"_s);
    left.over = m.count(u"over"_s);
    return left;
}

const QHash<QString, Message (*)(Members&)>& readers()
{
    static const QHash<QString, Message (*)(Members&)> table = {
        {u"hello"_s, readHello},
        {u"run-started"_s, readRunStarted},
        {u"endpoint"_s, readEndpoint},
        {u"process"_s, readProcess},
        {u"blocked"_s, readBlocked},
        {u"unblocked"_s, readUnblocked},
        {u"edge"_s, readEdge},
        {u"sample"_s, readSample},
        {u"holders"_s, readHolders},
        {u"processes"_s, readProcesses},
        {u"paused"_s, readPaused},
        {u"resumed"_s, readResumed},
        {u"rule"_s, readRule},
        {u"rule-hit"_s, readRuleHit},
        {u"lost"_s, readLost},
        {u"files-left"_s, readFilesLeft},
        {u"sampled"_s, readSampled},
        {u"error"_s, readError},
        {u"run-ended"_s, readRunEnded},
        {u"actor-line"_s, readActorLine},
        {u"actor-error"_s, readActorError},
    };
    return table;
}

template <typename Number>
Number numberAt(std::span<const std::byte> payload, std::size_t offset)
{
    Number number;
    std::memcpy(&number, payload.data() + offset, sizeof number);
    return number;
}

bool zeros(std::span<const std::byte> bytes)
{
    for (const std::byte byte : bytes)
        if (byte != std::byte{0})
            return false;
    return true;
}

} // namespace

std::optional<Message> readControl(std::span<const std::byte> payload, QString& fault)
{
    QJsonParseError parseError;
    // Parsed at once, so the bytes need no copy.
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(reinterpret_cast<const char*>(payload.data()),
                                                        static_cast<qsizetype>(payload.size())),
                                &parseError);
    if (!document.isObject()) {
        fault = u"a control frame is not a JSON object"_s;
        return std::nullopt;
    }
    const QJsonObject object = document.object();
    const QString type = object.value(u"type"_s).toString();
    const auto reader = readers().constFind(type);
    if (reader == readers().constEnd()) {
        fault = u"a message is of the unknown type \"%1\""_s.arg(type.left(40));
        return std::nullopt;
    }
    fault.clear();
    Members members(object, type, fault);
    Message message = (*reader)(members);
    if (!members.ok())
        return std::nullopt;
    return message;
}

std::optional<Message> readOutput(std::span<const std::byte> payload, QString& fault)
{
    constexpr std::size_t headerSize = 16;
    Output output;
    if (payload.size() >= headerSize) {
        output.process = numberAt<quint32>(payload, 0);
        output.stream = std::to_integer<int>(payload[4]);
    }
    if (payload.size() < headerSize || output.process == 0 || (output.stream != 1 && output.stream != 2) ||
        !zeros(payload.subspan(5, 3))) {
        fault = u"an output frame is broken"_s;
        return std::nullopt;
    }
    output.bytes = bytesOf(payload.subspan(headerSize));
    return output;
}

std::optional<Message> readContents(std::span<const std::byte> payload, QString& fault)
{
    constexpr std::size_t headerSize = 32;
    if (payload.size() < headerSize || std::to_integer<int>(payload[24]) > 1 ||
        !zeros(payload.subspan(25, 7))) {
        fault = u"a contents frame is broken"_s;
        return std::nullopt;
    }
    Contents contents;
    contents.request = numberAt<quint32>(payload, 0);
    contents.endpoint = numberAt<quint32>(payload, 4);
    contents.offset = numberAt<quint64>(payload, 8);
    contents.total = numberAt<quint64>(payload, 16);
    contents.available = payload[24] == std::byte{0};
    contents.bytes = bytesOf(payload.subspan(headerSize));
    return contents;
}

} // namespace byteyard::model::protocol
