#include "model/topology/validate_names.h"

#include "model/topology/topology_file.h"
#include "model/topology/validate_text.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QRegularExpression>

#include <arpa/inet.h>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype maxSocketPath = 107; ///< sun_path without its zero, unix(7)
constexpr qsizetype maxPosixName = 255;  ///< NAME_MAX, with the slash, mq_overview(7)
constexpr qsizetype semaphorePrefix = 4; ///< "sem.", sem_overview(7)

QString textOf(const Node& node, const QString& key)
{
    return node.property(key).toString();
}

std::optional<NameFault> fileFault(const Node& node)
{
    const QString path = textOf(node, u"path"_s);
    if (path.isEmpty() && !isPlainFileName(node.name))
        return NameFault{
            ValidateText::tr("%1 cannot lie in the session's directory under its name.").arg(node.name),
            ValidateText::tr("Give it a name without a slash, or a path.")};
    if (QFileInfo(path).isAbsolute() && !QFileInfo(QFileInfo(path).path()).isDir())
        return NameFault{ValidateText::tr("%1 cannot be made: there is no folder %2.")
                             .arg(node.name, QFileInfo(path).path()),
                         ValidateText::tr("Make the folder, or choose another path.")};
    return std::nullopt;
}

std::optional<NameFault> socketPathFault(const Node& node)
{
    const QString path = textOf(node, u"path"_s);
    if (path.toUtf8().size() > maxSocketPath + (path.startsWith(u'@') ? 1 : 0))
        return NameFault{
            ValidateText::tr("%1 cannot be bound: its path has %2 bytes, and a socket's has %3 at most.")
                .arg(node.name)
                .arg(path.toUtf8().size())
                .arg(maxSocketPath),
            ValidateText::tr("Choose a shorter path, or an abstract name such as “@work”.")};
    return path.startsWith(u'@') ? std::nullopt : fileFault(node);
}

std::optional<NameFault> posixNameFault(const Node& node)
{
    const QString name = textOf(node, u"path"_s);
    if (name.isEmpty())
        return std::nullopt;
    if (node.liesInMemory())
        return NameFault{
            ValidateText::tr("%1 has a name, “%2”, and lies in memory as well.").arg(node.name, name),
            ValidateText::tr("Take away its name, or the memory that it lies in.")};
    if (!name.startsWith(u'/') || name.size() < 2 || name.indexOf(u'/', 1) >= 0 || name == "/."_L1 ||
        name == "/.."_L1)
        return NameFault{
            ValidateText::tr("%1 cannot be made: “%2” is no name of a POSIX object.").arg(node.name, name),
            ValidateText::tr("Begin it with a slash, and use no other slash.")};
    const qsizetype most = maxPosixName - (node.kind == Kind::PosixSemaphore ? semaphorePrefix : 0);
    if (name.toUtf8().size() > most)
        return NameFault{
            ValidateText::tr("%1 cannot be made: its name has %2 bytes, and %3 at most are allowed.")
                .arg(node.name)
                .arg(name.toUtf8().size())
                .arg(most),
            ValidateText::tr("Choose a shorter name.")};
    return std::nullopt;
}

std::optional<NameFault> keyFault(const Node& node)
{
    static const QRegularExpression pattern(u"^(0x[0-9a-fA-F]{1,8}|id:[0-9]{1,10})?$"_s);
    const QString key = textOf(node, u"key"_s);
    if (!pattern.match(key).hasMatch())
        return NameFault{
            ValidateText::tr("%1 has no key: “%2” is none.").arg(node.name, key),
            ValidateText::tr("Write 0x and up to eight hexadecimal digits, or id:N of an existing one.")};
    if (key.startsWith("id:"_L1) && !node.property(u"existing"_s).toBool())
        return NameFault{
            ValidateText::tr("%1 cannot be made under an id: the kernel chooses ids.").arg(node.name),
            ValidateText::tr("Mark it as existing, or give it a key.")};
    return std::nullopt;
}

std::optional<NameFault> addressFault(const Node& node)
{
    const QByteArray address = textOf(node, u"address"_s).toLatin1();
    in6_addr parsed{};
    if (::inet_pton(AF_INET, address.constData(), &parsed) == 1 ||
        ::inet_pton(AF_INET6, address.constData(), &parsed) == 1)
        return std::nullopt;
    return NameFault{
        ValidateText::tr("%1 has no address: “%2” is none.").arg(node.name, QString::fromLatin1(address)),
        ValidateText::tr("Write a number such as 127.0.0.1 or ::1.")};
}

std::optional<NameFault> byKind(const Node& node)
{
    switch (node.kind) {
    case Kind::Fifo:
    case Kind::File:
        return fileFault(node);
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
        return socketPathFault(node);
    case Kind::PosixQueue:
    case Kind::PosixShm:
    case Kind::PosixSemaphore:
        return posixNameFault(node);
    case Kind::SysvQueue:
    case Kind::SysvShm:
    case Kind::SysvSemaphore:
        return keyFault(node);
    case Kind::Tcp:
    case Kind::Udp:
    case Kind::Raw:
        return addressFault(node);
    default:
        return std::nullopt;
    }
}

} // namespace

std::optional<NameFault> endpointNameFault(const Node& endpoint)
{
    if (auto fault = byKind(endpoint))
        return fault;
    if (endpoint.property(u"existing"_s).toBool() && !endpoint.liesInMemory() &&
        textOf(endpoint, u"path"_s).isEmpty() && textOf(endpoint, u"key"_s).isEmpty())
        return NameFault{
            ValidateText::tr("%1 is said to exist, but not under which name.").arg(endpoint.name),
            ValidateText::tr("Give its name, path or key.")};
    return std::nullopt;
}

bool hasPlaceholderField(const Node& endpoint, const QString& field)
{
    if (endpoint.liesInMemory())
        return field == "offset"_L1;
    switch (endpoint.kind) {
    case Kind::Fifo:
    case Kind::File:
    case Kind::PosixQueue:
    case Kind::PosixShm:
    case Kind::PosixSemaphore:
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
        return field == "path"_L1;
    case Kind::SysvQueue:
    case Kind::SysvShm:
    case Kind::SysvSemaphore:
        return field == "id"_L1 || field == "key"_L1;
    case Kind::Tcp:
    case Kind::Udp:
        return field == "address"_L1 || field == "port"_L1;
    case Kind::Raw:
        return field == "address"_L1;
    default:
        return false;
    }
}

} // namespace byteyard::model
