#include "model/topology/properties.h"

#include "model/topology/kind_text.h"
#include <QCoreApplication>
#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Type = PropertySpec::Type;

} // namespace

PropertySpec property(const QString& key, Type type, const QJsonValue& value, const QString& label,
                      const QString& help)
{
    PropertySpec made;
    made.key = key;
    made.type = type;
    made.defaultValue = value;
    made.label = label;
    made.help = help;
    return made;
}

PropertySpec choiceProperty(const QString& key, const QStringList& choices, const QString& label,
                            const QString& help)
{
    PropertySpec made = property(key, Type::Choice, choices.first(), label, help);
    made.choices = choices;
    return made;
}

PropertySpec integerProperty(const QString& key, qint64 minimum, qint64 value, qint64 maximum,
                             const QString& unit, const QString& label, const QString& help)
{
    PropertySpec made = property(key, Type::Integer, value, label, help);
    made.minimum = minimum;
    made.maximum = maximum;
    made.unit = unit;
    return made;
}

PropertySpec modeProperty()
{
    return property(u"mode"_s, Type::Mode, u"0600"_s, KindText::tr("Mode"),
                    KindText::tr("Who may open it, in octal, see chmod(2): 0600 is you alone."));
}

PropertySpec madeByProperty()
{
    return choiceProperty(
        u"made-by"_s, {u"engine"_s, u"program"_s}, KindText::tr("Made by"),
        KindText::tr("Whether Byteyard makes it before the processes start, or one of the programs does."));
}

PropertySpec existingProperty()
{
    return property(u"existing"_s, Type::Flag, false, KindText::tr("Existing"),
                    KindText::tr("It is on this machine already: the run uses it, and never removes it."));
}

QList<PropertySpec> propertiesOf(Kind kind)
{
    switch (kind) {
    case Kind::Command:
        return commandProperties();
    case Kind::Actor:
        return actorProperties();
    case Kind::Pipe:
    case Kind::Fifo:
    case Kind::File:
    case Kind::Socketpair:
    case Kind::Eventfd:
    case Kind::Pty:
        return byteProperties(kind);
    case Kind::SysvQueue:
    case Kind::SysvShm:
    case Kind::SysvSemaphore:
        return systemVProperties(kind);
    case Kind::PosixQueue:
    case Kind::PosixShm:
    case Kind::PosixSemaphore:
    case Kind::Memfd:
        return posixProperties(kind);
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
    case Kind::Tcp:
    case Kind::Udp:
    case Kind::Raw:
        return socketProperties(kind);
    case Kind::Socket:
        return {};
    }
    Q_UNREACHABLE();
}

QList<PropertySpec> edgeProperties(Kind endpoint, const QString& endpointPort)
{
    if (endpoint != Kind::Fifo && endpoint != Kind::File)
        return {};
    const bool creates = endpoint == Kind::File && endpointPort == "write"_L1;
    PropertySpec flags =
        property(u"flags"_s, Type::Flags, creates ? QJsonArray{u"O_CREAT"_s, u"O_TRUNC"_s} : QJsonArray(),
                 KindText::tr("Flags"),
                 KindText::tr("How the process opens it, on top of read or write, see open(2)."));
    flags.choices = {u"O_APPEND"_s, u"O_CREAT"_s, u"O_EXCL"_s, u"O_NONBLOCK"_s, u"O_SYNC"_s, u"O_TRUNC"_s};
    QList<PropertySpec> list{flags};
    // The engine opens what is shared, and must not wait for the other side of a named pipe.
    if (endpoint == Kind::File || endpointPort == "read-write"_L1)
        list.append(property(
            u"shared"_s, Type::Text, QString(), KindText::tr("Shared description"),
            KindText::tr("Connections with the same word share one open file description, and so one offset, "
                         "see open(2).")));
    return list;
}

} // namespace byteyard::model
