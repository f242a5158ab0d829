#include "gui/canvas/endpoint_look.h"

#include "gui/canvas/node_text.h"
#include "model/log/format.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;
using byteyard::model::Kind;

namespace byteyard::gui {

namespace {

QString plural(const char* text, int count)
{
    return QCoreApplication::translate("byteyard::gui::NodeLook", text, nullptr, count);
}

quint64 number(const NodeLive& live, const QString& fact)
{
    return static_cast<quint64>(std::max(0.0, live.facts.value(fact).toDouble()));
}

QString firstBytes(const QByteArray& head)
{
    const auto* bytes = reinterpret_cast<const std::byte*>(head.constData());
    return model::formatData({bytes, static_cast<std::size_t>(head.size())}, 40);
}

void showTiles(NodeLook& look, const NodeLive& live)
{
    const bool posix = look.kind == Kind::PosixQueue;
    int place = 0;
    for (const model::LiveTile& tile : live.tiles) {
        TileLook shown;
        shown.known = tile.known;
        shown.top = tile.known ? QString::number(tile.type) : u"?"_s;
        shown.size = tile.known ? shortBytes(tile.size) : QString();
        shown.tip =
            !tile.known
                ? NodeText::tr("#%1: sent before the capture began; nobody can look without taking it.")
                      .arg(place)
            : posix ? NodeText::tr("#%1: priority %2, %3: %4")
                          .arg(place)
                          .arg(tile.type)
                          .arg(model::formatBytes(tile.size), firstBytes(tile.head))
                    : NodeText::tr("#%1: type %2, %3: %4")
                          .arg(place)
                          .arg(tile.type)
                          .arg(model::formatBytes(tile.size), firstBytes(tile.head));
        look.tiles.append(shown);
        ++place;
    }
    look.tilesTotal = std::max(live.tilesTotal, static_cast<quint64>(live.tiles.size()));
}

void showQueue(NodeLook& look, const NodeLive& live)
{
    const bool posix = look.kind == Kind::PosixQueue;
    look.corner = posix          ? NodeText::tr("POSIX")
                  : live.id >= 0 ? NodeText::tr("msqid %1 · System V").arg(live.id)
                                 : NodeText::tr("System V");
    look.foot = posix ? NodeText::tr("priority, size, in order") : NodeText::tr("type, size, in order");
    if (!look.exists || !live.sampled)
        return;
    // Why the messages themselves cannot be shown, when they cannot.
    if (const QString why = live.facts.value("peek"_L1).toString(); why == "unsupported"_L1)
        look.warning = NodeText::tr("this kernel has no MSG_COPY: no looking inside");
    else if (why == "refused"_L1)
        look.warning = NodeText::tr("you may not read it: no looking inside");
    showTiles(look, live);
    if (const quint64 pid = number(live, u"notify_pid"_s); posix && pid != 0)
        look.foot = NodeText::tr("notifies pid %1").arg(pid);
    const quint64 count = number(live, posix ? u"mq_curmsgs"_s : u"msg_qnum"_s);
    if (posix) {
        const quint64 most = number(live, u"mq_maxmsg"_s);
        look.detail =
            NodeText::tr("%1 of %2 messages").arg(model::formatCount(count), model::formatCount(most));
    } else {
        look.detail = plural("%n message(s)", static_cast<int>(std::min<quint64>(count, 1'000'000))) +
                      u" · "_s +
                      NodeText::tr("%1 of %2 bytes")
                          .arg(model::formatCount(number(live, u"msg_cbytes"_s)),
                               model::formatCount(number(live, u"msg_qbytes"_s)));
    }
}

void showMemory(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    const quint64 planned = static_cast<quint64>(std::max(0LL, node.property(u"size"_s).toInteger()));
    const QString sizeFact = look.kind == Kind::SysvShm ? u"shm_segsz"_s : u"size"_s;
    const quint64 size = live.facts.contains(sizeFact) ? number(live, sizeFact) : planned;
    QStringList corner;
    if (look.kind == Kind::SysvShm)
        corner << (live.id >= 0 ? NodeText::tr("shmid %1").arg(live.id) : NodeText::tr("System V"));
    else
        corner << (look.kind == Kind::Memfd ? NodeText::tr("memfd") : NodeText::tr("POSIX"));
    if (size > 0)
        corner << model::formatBytes(size);
    if (look.exists && live.facts.contains(u"shm_nattch"_s))
        corner << NodeText::tr("%1 attached").arg(number(live, u"shm_nattch"_s));
    else if (look.exists && live.attached > 0)
        corner << NodeText::tr("%1 attached").arg(live.attached);
    look.corner = corner.join(u" · "_s);
    if (number(live, u"shm_dest"_s) != 0)
        look.warning = NodeText::tr("marked for removal");
    // POSIX memory has the seal against further seals from its birth: that tells nothing.
    QString seals = look.kind == Kind::Memfd ? live.facts.value("seals"_L1).toString() : QString();
    seals.remove(u"F_SEAL_"_s).replace(u'|', u' ');
    look.foot = seals.isEmpty() ? look.exists ? NodeText::tr("first bytes, peeked") : QString()
                                : NodeText::tr("sealed: %1").arg(seals);
}

QString semaphoreTip(int at, const SemaphoreLook& look, int pid, int undo)
{
    QStringList words{look.known ? NodeText::tr("semaphore %1: value %2").arg(at).arg(look.value)
                                 : NodeText::tr("semaphore %1: its value is not known").arg(at)};
    if (look.waitsUp > 0)
        words << plural("%n process(es) wait for it to rise", look.waitsUp);
    if (look.waitsZero > 0)
        words << plural("%n process(es) wait for zero", look.waitsZero);
    if (pid > 0)
        words << NodeText::tr("last changed by pid %1").arg(pid);
    if (undo != 0)
        words << NodeText::tr("SEM_UNDO %1").arg(undo);
    return words.join(u", "_s);
}

/// What the kernel did not tell is known of what the run itself makes, and while it lets itself be seen.
bool isValueKnown(const model::Node& node, const NodeLive& live, const QString& fact)
{
    return live.facts.contains(fact) ||
           (!node.property(u"existing"_s).toBool() && !live.facts.contains(u"peek"_s));
}

void showSemaphores(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    const bool posix = look.kind == Kind::PosixSemaphore;
    look.corner = posix          ? NodeText::tr("POSIX")
                  : live.id >= 0 ? NodeText::tr("semid %1 · System V").arg(live.id)
                                 : NodeText::tr("System V");
    if (posix) {
        if (node.liesInMemory())
            look.corner = NodeText::tr("in memory, byte %1").arg(node.property(u"offset"_s).toInteger());
        SemaphoreLook one;
        one.value = live.facts.contains(u"value"_s) ? static_cast<int>(number(live, u"value"_s))
                                                    : node.property(u"value"_s).toInt(1);
        one.known = isValueKnown(node, live, u"value"_s);
        one.waitsUp = static_cast<int>(number(live, u"waiters"_s));
        one.tip = semaphoreTip(0, one, 0, 0);
        look.semaphores = {one};
        return;
    }
    const QJsonArray values = live.facts.contains(u"values"_s) ? live.facts.value("values"_L1).toArray()
                                                               : node.property(u"values"_s).toArray();
    const auto each = [&live](QLatin1StringView fact, qsizetype at) {
        return live.facts.value(fact).toArray().at(at).toInt();
    };
    for (qsizetype i = 0; i < values.size(); ++i) {
        SemaphoreLook one;
        one.value = values.at(i).toInt();
        one.known = isValueKnown(node, live, u"values"_s);
        one.waitsUp = each("ncnt"_L1, i);
        one.waitsZero = each("zcnt"_L1, i);
        one.tip = semaphoreTip(static_cast<int>(i), one, each("pid"_L1, i), each("undo"_L1, i));
        look.semaphores.append(one);
    }
}

/// "?" is what the kernel does not tell.
QString bytesText(const std::optional<quint64>& bytes)
{
    return bytes ? model::formatBytes(*bytes) : u"?"_s;
}

QString bothWays(const NodeLive& live)
{
    return u"→ %1   ← %2"_s.arg(bytesText(live.fill), bytesText(live.fill2));
}

/// The place that a named object has or will have.
QString placeOf(const model::Node& node, const NodeLive& live)
{
    if (!live.address.isEmpty() || live.port > 0)
        return u"%1:%2"_s.arg(live.address.contains(u':') ? u'[' + live.address + u']' : live.address)
            .arg(live.port);
    if (!live.path.isEmpty() && node.property(u"path"_s).toString().isEmpty())
        return {};
    if (const int port = node.property(u"port"_s).toInt(); port > 0)
        return u"%1:%2"_s.arg(node.property(u"address"_s).toString()).arg(port);
    return node.property(u"path"_s).toString();
}

void showSocket(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    if (live.number == 0 || live.state == u"planned" || live.state == u"failed")
        look.detail = placeOf(node, live);
    else if (look.connection) {
        const QString state = live.facts.value("state"_L1).toString();
        look.detail = bothWays(live);
        if (!state.isEmpty() && state != "ESTABLISHED"_L1)
            look.detail = state;
        else if (live.facts.contains(u"accepted"_s))
            look.detail = NodeText::tr("%1 · not accepted").arg(u"→ "_s + bytesText(live.fill));
    } else if (isListener(look.kind)) {
        look.detail =
            NodeText::tr("backlog %1 of %2").arg(number(live, u"waiting"_s)).arg(number(live, u"backlog"_s));
    } else {
        // Of a raw socket the kernel tells the memory that waits, and only while nobody receives can all
        // datagrams be looked at.
        look.detail =
            !live.fill ? NodeText::tr("%1 of memory queued").arg(model::formatBytes(number(live, u"rcv_q"_s)))
            : live.facts.contains(u"peek"_s)
                ? NodeText::tr("%1 or more queued").arg(model::formatBytes(*live.fill))
                : NodeText::tr("%1 queued").arg(model::formatBytes(*live.fill));
        if (const quint64 drops = number(live, u"drops"_s); drops > 0)
            look.detail += u" · "_s + NodeText::tr("%1 dropped").arg(model::formatCount(drops));
    }
}

void showCapsule(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    if (isListener(look.kind) || isDatagramSocket(look.kind) || look.kind == Kind::Raw)
        return showSocket(look, node, live);
    if (look.sampled && namesItsEnds(look.kind))
        look.detail = bothWays(live);
    else if (look.sampled)
        look.detail = live.fill ? fillText(*live.fill, live.capacity) : bytesText(live.fill);
    else if (const QString path = node.property(u"path"_s).toString(); !path.isEmpty())
        look.detail = path;
    else if (look.kind == Kind::Pty)
        look.detail =
            u"%1 × %2"_s.arg(node.property(u"rows"_s).toInt(24)).arg(node.property(u"columns"_s).toInt(80));
    else if (const qint64 capacity = node.property(u"capacity"_s).toInteger(); capacity > 0)
        look.detail = NodeText::tr("capacity %1").arg(model::formatBytes(static_cast<quint64>(capacity)));
}

void showFile(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    look.detail = look.sampled ? bytesText(live.fill) : node.property(u"path"_s).toString();
    if (!look.sampled)
        return;
    const auto size = static_cast<double>(std::max<quint64>(1, live.fill.value_or(0)));
    for (const QJsonValue& offset : live.facts.value("offsets"_L1).toArray())
        look.offsets.append(std::clamp(offset.toDouble() / size, 0.0, 1.0));
}

void showCounter(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    look.detail =
        model::formatCount(live.facts.contains(u"count"_s)
                               ? number(live, u"count"_s)
                               : static_cast<quint64>(std::max(0LL, node.property(u"value"_s).toInteger())));
}

void showFill(NodeLook& look, const NodeLive& live)
{
    const Shape shape = shapeOf(look.kind);
    if (!look.sampled || live.capacity == 0 || (shape != Shape::Capsule && shape != Shape::Queue))
        return;
    const auto share = [&live](const std::optional<quint64>& fill) {
        return fill ? std::min(1.0, static_cast<double>(*fill) / static_cast<double>(live.capacity)) : -1.0;
    };
    look.fill = share(live.fill);
    if (namesItsEnds(look.kind) || look.connection)
        look.fill2 = share(live.fill2);
}

} // namespace

QString shortBytes(quint64 bytes)
{
    constexpr double kibi = 1024;
    if (bytes < 1000)
        return QString::number(bytes);
    double value = static_cast<double>(bytes) / kibi;
    for (const char16_t unit : u"KMGT") {
        if (value < 1000 || unit == u'T')
            return QString::number(value, 'f', value < 9.95 ? 1 : 0) + QChar(unit);
        value /= kibi;
    }
    return {};
}

void showEndpoint(NodeLook& look, const model::Node& node, const NodeLive& live)
{
    look.exists = live.number != 0 && live.state == u"live";
    look.sampled = look.exists && live.sampled;
    look.connection = live.parent != 0;
    // Below its listener a connection need not say whose it is.
    if (look.connection)
        if (const qsizetype at = look.title.lastIndexOf("connection "_L1); at > 0)
            look.title = look.title.mid(at);
    if (live.state == u"failed")
        look.state = NodeState::Failed;
    showFill(look, live);
    switch (shapeOf(look.kind)) {
    case Shape::Queue:
        showQueue(look, live);
        break;
    case Shape::Memory:
        showMemory(look, node, live);
        break;
    case Shape::Semaphore:
        showSemaphores(look, node, live);
        break;
    case Shape::Counter:
        showCounter(look, node, live);
        break;
    case Shape::Page:
        showFile(look, node, live);
        break;
    case Shape::Capsule:
        showCapsule(look, node, live);
        break;
    case Shape::Card:
        break;
    }
    const Shape shape = shapeOf(look.kind);
    const bool carries = shape == Shape::Capsule || shape == Shape::Page || shape == Shape::Queue;
    if (carries && live.number != 0 && live.state == u"closed")
        look.detail = NodeText::tr("%1 passed").arg(model::formatBytes(live.through));
}

} // namespace byteyard::gui
