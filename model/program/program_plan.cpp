#include "model/program/program_plan.h"

#include <algorithm>
#include <netdb.h>
#include <netinet/in.h>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using When = PlannedProcess::When;

namespace {

bool isSystemVObject(Kind kind)
{
    return kind == Kind::SysvQueue || kind == Kind::SysvShm || kind == Kind::SysvSemaphore;
}

} // namespace

bool isNamedSocket(Kind kind)
{
    return kind == Kind::UnixStream || kind == Kind::UnixDatagram || kind == Kind::UnixSeqpacket ||
           kind == Kind::Tcp || kind == Kind::Udp;
}

QString PlannedEndpoint::text(const char* property) const
{
    return node->property(QString::fromLatin1(property)).toString();
}

qint64 PlannedEndpoint::number(const char* property) const
{
    return node->property(QString::fromLatin1(property)).toInteger();
}

bool PlannedEndpoint::flag(const char* property) const
{
    return node->property(QString::fromLatin1(property)).toBool();
}

bool PlannedEndpoint::isLeftBehind() const
{
    if (isExisting || isReserved || isInDirectory || memory >= 0 || isAbstract() || flag("keep"))
        return false;
    return isSystemVObject(node->kind) || !path.isEmpty();
}

bool PlannedEndpoint::isModeOpen() const
{
    constexpr uint others = 077;
    return !isExisting && !isReserved && !path.isEmpty() && !isNamedSocket(node->kind) &&
           (text("mode").toUInt(nullptr, 8) & others) != 0;
}

bool PlannedEndpoint::isAbstract() const
{
    return !path.isEmpty() && path.pieces.first().text.startsWith(u'@');
}

QString PlannedEndpoint::socketType() const
{
    switch (node->kind) {
    case Kind::UnixDatagram:
    case Kind::Udp:
        return u"SOCK_DGRAM"_s;
    case Kind::UnixSeqpacket:
        return u"SOCK_SEQPACKET"_s;
    case Kind::Raw:
        return u"SOCK_RAW"_s;
    case Kind::Socketpair: {
        const QString type = text("type");
        return type == "datagram"_L1    ? u"SOCK_DGRAM"_s
               : type == "seqpacket"_L1 ? u"SOCK_SEQPACKET"_s
                                        : u"SOCK_STREAM"_s;
    }
    default:
        return u"SOCK_STREAM"_s;
    }
}

QString PlannedEndpoint::socketFamily() const
{
    if (!path.isEmpty() || node->kind == Kind::Socketpair)
        return u"AF_UNIX"_s;
    return text("address").contains(u':') ? u"AF_INET6"_s : u"AF_INET"_s;
}

int PlannedEndpoint::protocol() const
{
    constexpr int largest = 255;
    const QString written = text("protocol");
    bool isNumber = false;
    const int value = written.toInt(&isNumber);
    if (isNumber)
        return value >= 0 && value <= largest ? value : -1;
    if (written == "icmp"_L1) // also where there is no /etc/protocols
        return IPPROTO_ICMP;
    const protoent* entry = ::getprotobyname(written.toUtf8().constData());
    return entry ? entry->p_proto : -1;
}

QString PlannedEndpoint::port() const
{
    return number("port") > 0 ? QString::number(number("port")) : name + u"_port"_s;
}

bool ProgramPlan::anyWaits(When when) const
{
    return std::any_of(processes.begin(), processes.end(),
                       [when](const PlannedProcess& process) { return process.when == when; });
}

bool ProgramPlan::anyHeld() const
{
    return std::any_of(processes.begin(), processes.end(),
                       [](const PlannedProcess& process) { return process.isHeld(); });
}

int ProgramPlan::highestTarget() const
{
    int highest = -1;
    for (const PlannedProcess& process : processes)
        for (const PlannedDescriptor& descriptor : process.descriptors)
            highest = qMax(highest, descriptor.target);
    return highest;
}

QStringList ProgramPlan::heldEnds(const PlannedEndpoint& endpoint)
{
    QStringList ends;
    switch (endpoint.node->kind) {
    case Kind::Pipe:
        return {u"read"_s, u"write"_s};
    case Kind::Socketpair:
        return {u"a"_s, u"b"_s};
    case Kind::Pty:
        return {u"master"_s, u"slave"_s};
    case Kind::Eventfd:
    case Kind::Memfd:
        return {u"fd"_s};
    case Kind::Fifo:
    case Kind::File:
        for (const QString& word : endpoint.shared)
            ends.append(sharedEnd(endpoint, word));
        return ends;
    default:
        return isNamedSocket(endpoint.node->kind) && !endpoint.isReserved ? QStringList{u"fd"_s}
                                                                          : QStringList();
    }
}

QString ProgramPlan::heldEnd(const PlannedDescriptor& descriptor) const
{
    const PlannedEndpoint& endpoint = endpoints.at(descriptor.endpoint);
    if (!descriptor.shared.isEmpty())
        return sharedEnd(endpoint, descriptor.shared);
    const QStringList ends = heldEnds(endpoint);
    return ends.contains(descriptor.port) ? descriptor.port : ends.value(0);
}

QString ProgramPlan::sharedEnd(const PlannedEndpoint& endpoint, const QString& word)
{
    const qsizetype index = endpoint.shared.indexOf(word);
    return index > 0 ? u"shared"_s + QString::number(index + 1) : u"shared"_s;
}

bool ProgramPlan::holdsEnds() const
{
    return std::any_of(endpoints.begin(), endpoints.end(),
                       [](const PlannedEndpoint& endpoint) { return !heldEnds(endpoint).isEmpty(); });
}

QStringList ProgramPlan::flagsOfShared(const PlannedEndpoint& endpoint, const QString& word) const
{
    for (const PlannedProcess& process : processes)
        for (const PlannedDescriptor& descriptor : process.descriptors)
            if (descriptor.shared == word && &endpoints.at(descriptor.endpoint) == &endpoint)
                return descriptor.flags;
    return {};
}

QList<ScriptValue> ProgramPlan::valuesOf(const PlannedProcess& process) const
{
    using Type = ScriptValue::Type;
    QList<ScriptValue> values;
    for (const PlannedHandle& handle : process.handles) {
        const PlannedEndpoint& endpoint = endpoints.at(handle.endpoint);
        const Kind kind = endpoint.node->kind;
        const QString stem = handle.name + u'_';
        if (handle.fd >= 0) {
            values.append({isFdPort(handle.name) ? u"fd"_s + handle.name : stem + u"fd"_s,
                           Type::Number,
                           QString::number(handle.fd),
                           {}});
            continue;
        }
        if (kind == Kind::SysvQueue || kind == Kind::SysvShm || kind == Kind::SysvSemaphore)
            values.append({stem + u"id"_s, Type::Number, {}, endpoint.name + u"_id"_s});
        if (!endpoint.path.isEmpty())
            values.append({stem + u"path"_s, Type::Text, {}, endpoint.name + u"_path"_s});
        if (kind == Kind::Tcp || kind == Kind::Udp || kind == Kind::Raw)
            values.append({stem + u"address"_s, Type::Text, endpoint.text("address"), {}});
        if (kind == Kind::Tcp || kind == Kind::Udp) {
            const bool isKnown = endpoint.number("port") > 0;
            values.append(
                {stem + u"port"_s, Type::Number, endpoint.port(), isKnown ? QString() : endpoint.port()});
        }
        if (kind == Kind::SysvShm || kind == Kind::PosixShm)
            values.append({stem + u"size"_s, Type::Size, QString::number(endpoint.number("size")), {}});
        if (endpoint.memory >= 0)
            values.append({stem + u"offset"_s, Type::Size, QString::number(endpoint.number("offset")), {}});
    }
    return values;
}

QString captionOf(const PlannedEndpoint& endpoint)
{
    const QString name = inComment(endpoint.node->name);
    const QString title = kindInfo(endpoint.node->kind).title;
    QString caption =
        name.compare(title, Qt::CaseInsensitive) == 0 ? name : name + u": "_s + inComment(title);
    if (endpoint.isReserved)
        caption += u", made by a program itself"_s;
    else if (endpoint.isExisting)
        caption += u", which is there already"_s;
    return caption;
}

} // namespace byteyard::model
