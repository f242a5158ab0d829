#include "model/topology/kind.h"

#include "model/topology/kind_text.h"
#include "model/topology/properties.h"

#include <QCoreApplication>
#include <QHash>

#include <algorithm>
#include <array>
#include <tuple>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// What does not depend on the language, in the order of Kind.
struct Row
{
    QLatin1StringView id;
    enum class Naming : quint8 { Anonymous, Named } naming = Naming::Named;
    bool hasDescriptors = true;
    std::array<QLatin1StringView, 3> ports = {};
};
constexpr std::array rows = {
    Row{"command"_L1, Row::Naming::Anonymous, false},
    Row{"actor"_L1, Row::Naming::Anonymous, false},
    Row{"pipe"_L1, Row::Naming::Anonymous, true, {"write"_L1, "read"_L1}},
    Row{"fifo"_L1, Row::Naming::Named, true, {"write"_L1, "read"_L1, "read-write"_L1}},
    Row{"file"_L1, Row::Naming::Named, true, {"write"_L1, "read"_L1, "read-write"_L1}},
    Row{"socketpair"_L1, Row::Naming::Anonymous, true, {"a"_L1, "b"_L1}},
    Row{"sysv-queue"_L1, Row::Naming::Named, false, {"send"_L1, "receive"_L1}},
    Row{"posix-queue"_L1, Row::Naming::Named, true, {"send"_L1, "receive"_L1}},
    Row{"sysv-shm"_L1, Row::Naming::Named, false, {"attach"_L1}},
    Row{"posix-shm"_L1, Row::Naming::Named, true, {"attach"_L1}},
    Row{"memfd"_L1, Row::Naming::Anonymous, true, {"attach"_L1}},
    Row{"sysv-semaphore"_L1, Row::Naming::Named, false, {"use"_L1}},
    Row{"posix-semaphore"_L1, Row::Naming::Named, false, {"use"_L1}},
    Row{"unix-stream"_L1, Row::Naming::Named, true, {"connect"_L1, "listen"_L1}},
    Row{"unix-datagram"_L1, Row::Naming::Named, true, {"send"_L1, "receive"_L1}},
    Row{"unix-seqpacket"_L1, Row::Naming::Named, true, {"connect"_L1, "listen"_L1}},
    Row{"tcp"_L1, Row::Naming::Named, true, {"connect"_L1, "listen"_L1}},
    Row{"udp"_L1, Row::Naming::Named, true, {"send"_L1, "receive"_L1}},
    Row{"raw"_L1, Row::Naming::Named, true, {"send"_L1, "receive"_L1}},
    Row{"eventfd"_L1, Row::Naming::Anonymous, true, {"write"_L1, "read"_L1}},
    Row{"pty"_L1, Row::Naming::Anonymous, true, {"master"_L1, "slave"_L1}},
    Row{"socket"_L1, Row::Naming::Anonymous, true, {"send"_L1, "receive"_L1}},
};

const Row& rowOf(Kind kind)
{
    return rows.at(static_cast<std::size_t>(kind));
}

/// A kind's title and its line in the palette.
std::pair<QString, QString> words(Kind kind)
{
    switch (kind) {
    case Kind::Command:
        return {KindText::tr("Command"), KindText::tr("any program, fds 0 1 2 …")};
    case Kind::Actor:
        return {KindText::tr("Script"), KindText::tr("Lua actor, real system calls")};
    case Kind::Pipe:
        return {KindText::tr("Pipe"), KindText::tr("pipe(fd)")};
    case Kind::Fifo:
        return {KindText::tr("Named pipe"), KindText::tr("mkfifo")};
    case Kind::File:
        return {KindText::tr("File"), KindText::tr("lseek, re-readable")};
    case Kind::Socketpair:
        return {KindText::tr("Socket pair"), KindText::tr("both ways, no name")};
    case Kind::SysvQueue:
        return {KindText::tr("System V queue"), KindText::tr("msgget msgsnd msgrcv")};
    case Kind::PosixQueue:
        return {KindText::tr("POSIX queue"), KindText::tr("mq_open, priorities")};
    case Kind::SysvShm:
        return {KindText::tr("System V memory"), KindText::tr("shmget shmat")};
    case Kind::PosixShm:
        return {KindText::tr("POSIX memory"), KindText::tr("shm_open mmap")};
    case Kind::Memfd:
        return {KindText::tr("Memory file"), KindText::tr("memfd_create, seals")};
    case Kind::SysvSemaphore:
        return {KindText::tr("System V semaphores"), KindText::tr("semget semop")};
    case Kind::PosixSemaphore:
        return {KindText::tr("POSIX semaphore"), KindText::tr("sem_wait sem_post")};
    case Kind::UnixStream:
        return {KindText::tr("UNIX stream socket"), KindText::tr("bind listen accept")};
    case Kind::UnixDatagram:
        return {KindText::tr("UNIX datagram socket"), KindText::tr("whole messages, a path")};
    case Kind::UnixSeqpacket:
        return {KindText::tr("UNIX seqpacket socket"), KindText::tr("connections of messages")};
    case Kind::Tcp:
        return {KindText::tr("TCP listener"), KindText::tr("bind listen accept")};
    case Kind::Udp:
        return {KindText::tr("UDP socket"), KindText::tr("datagrams")};
    case Kind::Raw:
        return {KindText::tr("Raw socket"), KindText::tr("needs CAP_NET_RAW")};
    case Kind::Eventfd:
        return {KindText::tr("Event counter"), KindText::tr("eventfd")};
    case Kind::Pty:
        return {KindText::tr("Terminal pair"), KindText::tr("pty: master and slave")};
    case Kind::Socket:
        return {KindText::tr("Other socket"), KindText::tr("netlink, packet, vsock …")};
    }
    Q_UNREACHABLE();
}

bool isSharedState(Kind kind)
{
    switch (kind) {
    case Kind::File:
    case Kind::SysvShm:
    case Kind::PosixShm:
    case Kind::Memfd:
    case Kind::SysvSemaphore:
    case Kind::PosixSemaphore:
        return true;
    default:
        return false;
    }
}

constexpr std::array paletteOrder = {
    Kind::Command,   Kind::Actor,      Kind::Pipe,       Kind::Fifo,          Kind::Socketpair,
    Kind::SysvQueue, Kind::PosixQueue, Kind::UnixStream, Kind::UnixDatagram,  Kind::UnixSeqpacket,
    Kind::Tcp,       Kind::Udp,        Kind::Raw,        Kind::Eventfd,       Kind::Pty,
    Kind::SysvShm,   Kind::PosixShm,   Kind::Memfd,      Kind::SysvSemaphore, Kind::PosixSemaphore,
    Kind::File,
};
static_assert(paletteOrder.size() == rows.size() - 1); // what is only found is not among them

} // namespace

QString kindId(Kind kind)
{
    return rowOf(kind).id;
}

bool kindFromId(const QString& id, Kind& kind)
{
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (id == rows.at(i).id) {
            kind = static_cast<Kind>(i);
            return true;
        }
    }
    return false;
}

bool isProcess(Kind kind)
{
    return kind == Kind::Command || kind == Kind::Actor;
}

bool canBeDrawn(Kind kind)
{
    return kind != Kind::Socket;
}

bool hasDescriptors(Kind endpoint)
{
    return rowOf(endpoint).hasDescriptors;
}

bool isAnonymous(Kind endpoint)
{
    return rowOf(endpoint).naming == Row::Naming::Anonymous;
}

KindInfo kindInfo(Kind kind)
{
    KindInfo info;
    info.kind = kind;
    info.id = kindId(kind);
    info.isProcess = isProcess(kind);
    info.group = info.isProcess        ? KindText::tr("Processes")
                 : isSharedState(kind) ? KindText::tr("Shared state")
                                       : KindText::tr("Message passing");
    std::tie(info.title, info.description) = words(kind);
    for (const QLatin1StringView port : rowOf(kind).ports)
        if (!port.isEmpty())
            info.ports.append(port);
    info.properties = propertiesOf(kind);
    return info;
}

QList<KindInfo> allKinds()
{
    QList<KindInfo> all;
    for (const Kind kind : paletteOrder)
        all.append(kindInfo(kind));
    return all;
}

QList<Kind> everyKind()
{
    QList<Kind> every(paletteOrder.begin(), paletteOrder.end());
    every.append(Kind::Socket);
    return every;
}

QJsonValue defaultValue(Kind kind, const QString& key)
{
    // Asked for at every repaint, and the same in every language.
    static const auto tables = [] {
        std::array<QHash<QString, QJsonValue>, rows.size()> made;
        for (const KindInfo& info : allKinds())
            for (const PropertySpec& property : info.properties)
                made.at(static_cast<std::size_t>(info.kind)).insert(property.key, property.defaultValue);
        return made;
    }();
    return tables.at(static_cast<std::size_t>(kind)).value(key, QJsonValue(QJsonValue::Undefined));
}

const PropertySpec* findProperty(const QList<PropertySpec>& properties, const QString& key)
{
    for (const PropertySpec& property : properties)
        if (property.key == key)
            return &property;
    return nullptr;
}

bool isFdPort(const QString& port)
{
    bool ok = false;
    const int fd = port.toInt(&ok);
    return ok && fd >= 0 && fd <= maxFd && QString::number(fd) == port;
}

bool isHandlePort(const QString& port)
{
    const auto fits = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'_';
    };
    return !port.isEmpty() && port.size() <= maxHandleLength && !port.front().isDigit() &&
           std::all_of(port.begin(), port.end(), fits);
}

bool portWrites(const QString& endpointPort)
{
    return endpointPort != "read"_L1 && endpointPort != "receive"_L1 && endpointPort != "listen"_L1;
}

bool portReads(const QString& endpointPort)
{
    return endpointPort != "write"_L1 && endpointPort != "send"_L1 && endpointPort != "connect"_L1;
}

} // namespace byteyard::model
