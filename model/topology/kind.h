#pragma once

#include <QJsonValue>
#include <QList>
#include <QString>
#include <QStringList>

namespace byteyard::model {

/// What a node is. New kinds are added here, as a row of the table in kind.cpp and with their properties
/// (properties_*.cpp); everything else (reader, the inspector's form, palette) follows the table.
enum class Kind {
    Command,
    Actor,
    Pipe,
    Fifo,
    File,
    Socketpair,
    SysvQueue,
    PosixQueue,
    SysvShm,
    PosixShm,
    Memfd,
    SysvSemaphore,
    PosixSemaphore,
    UnixStream,
    UnixDatagram,
    UnixSeqpacket,
    Tcp,
    Udp,
    Raw,
    Eventfd,
    Pty,
    Socket, ///< of another family (netlink, packet, vsock…): found, never drawn
};

/// One property of a kind: what the file may hold and what the inspector's form shows.
struct PropertySpec
{
    enum class Type {
        Text,        ///< a string
        Arguments,   ///< an array of strings, at least one
        Environment, ///< an object of strings
        Integer,     ///< within minimum…maximum
        Flag,        ///< true or false
        Choice,      ///< one of `choices`
        Mode,        ///< "0600"
        Start,       ///< {"when": …} as in docs/files.md
        Target,      ///< "output", "null" or "file:PATH"
        Flags,       ///< an array of some of `choices`
        Integers,    ///< an array of whole numbers, each within minimum…maximum
        Script,      ///< a text of many lines
        Fields,      ///< an object of numbers and texts
        Node,        ///< the id of a node whose kind is one of `choices`, or empty
    };
    QString key;
    Type type;
    QJsonValue defaultValue;
    QString label; ///< translated: "Capacity"
    QString help;  ///< translated, one sentence, with the man page where there is one
    QStringList choices;
    qint64 minimum = 0;
    qint64 maximum = 0;
    QString unit; ///< "bytes", "calls/s", or empty

    /// Why `value` is none for this property (a clause: "is not a whole number from 0 to 1000"); empty when
    /// it is one.
    QString fault(const QJsonValue& value) const;
    /// `value` in its one written form (flags in the table's order), so that equal meanings compare equal.
    QJsonValue canonical(const QJsonValue& value) const;
};

struct KindInfo
{
    Kind kind;
    QString id;          ///< as in files: "socketpair"
    QString title;       ///< translated: "Named pipe"
    QString description; ///< translated, short, for the palette: "mkfifo"
    QString group;       ///< translated palette group
    bool isProcess;
    QStringList ports; ///< an endpoint's ports, its "writing" side first; empty for a process
    QList<PropertySpec> properties;
};

/// All kinds that can be drawn, in palette order; the texts are in the language of now.
QList<KindInfo> allKinds();
/// Those, and what is only found.
QList<Kind> everyKind();
KindInfo kindInfo(Kind kind);
/// The kind with this file id; false when there is none.
bool kindFromId(const QString& id, Kind& kind);
bool isProcess(Kind kind);
/// False for what is only found: a topology cannot hold it.
bool canBeDrawn(Kind kind);
/// True when a process can have a descriptor of such an endpoint.
bool hasDescriptors(Kind endpoint);
/// True when a process knows such an endpoint by an id or a name alone: an edge then has a handle, not an fd.
inline bool needsHandle(Kind endpoint)
{
    return !hasDescriptors(endpoint);
}
/// True when such an endpoint has no name by which a program could open it.
bool isAnonymous(Kind endpoint);
QString kindId(Kind kind);

/// The default of a kind's property; undefined when the kind has no such property.
QJsonValue defaultValue(Kind kind, const QString& key);
/// What an edge to this port of such an endpoint may be told.
QList<PropertySpec> edgeProperties(Kind endpoint, const QString& endpointPort);
/// The property with this key; null when there is none.
const PropertySpec* findProperty(const QList<PropertySpec>& properties, const QString& key);

inline constexpr int maxPace = 1000; ///< data calls a second
/// An edge's process port is an fd from 0 to this, or a handle.
inline constexpr int maxFd = 1023;
/// True for "0"…"1023", written plainly.
bool isFdPort(const QString& port);
/// True for a name by which a process knows an endpoint: `[a-z_][a-z0-9_]{0,31}`.
bool isHandlePort(const QString& port);
inline constexpr qsizetype maxHandleLength = 32;

/// True when a process uses such an endpoint port to put bytes in (write, send, connect), to take them (read,
/// receive, listen), or both (a, b, read-write, attach, use, master, slave).
bool portWrites(const QString& endpointPort);
bool portReads(const QString& endpointPort);

} // namespace byteyard::model
