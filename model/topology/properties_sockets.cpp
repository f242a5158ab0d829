#include "model/topology/properties.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Kind)
};

using Type = PropertySpec::Type;

constexpr qint64 mostInt = 0x7fffffff;

PropertySpec addressProperty()
{
    return property(
        u"address"_s, Type::Text, u"127.0.0.1"_s, Text::tr("Address"),
        Text::tr("IPv4 or IPv6, as a number: 127.0.0.1 and ::1 are this machine alone, 0.0.0.0 and :: "
                 "all its addresses."));
}

PropertySpec backlogProperty()
{
    return integerProperty(
        u"backlog"_s, 0, 128, mostInt, Text::tr("connections"), Text::tr("Backlog"),
        Text::tr("How many connections wait for accept, see listen(2); the kernel caps it at "
                 "somaxconn."));
}

QList<PropertySpec> bufferProperties()
{
    return {
        integerProperty(u"sndbuf"_s, 0, 0, mostInt, Text::tr("bytes"), Text::tr("Send buffer"),
                        Text::tr("SO_SNDBUF, see socket(7): the kernel doubles it; 0 leaves its default.")),
        integerProperty(u"rcvbuf"_s, 0, 0, mostInt, Text::tr("bytes"), Text::tr("Receive buffer"),
                        Text::tr("SO_RCVBUF, see socket(7): the kernel doubles it; 0 leaves its default."))};
}

} // namespace

QList<PropertySpec> socketProperties(Kind kind)
{
    if (kind == Kind::Raw)
        return {property(u"protocol"_s, Type::Text, u"icmp"_s, Text::tr("Protocol"),
                         Text::tr("A name of /etc/protocols or a number from 0 to 255, see raw(7).")),
                addressProperty()};
    QList<PropertySpec> list;
    if (kind == Kind::Tcp || kind == Kind::Udp) {
        list.append(addressProperty());
        list.append(
            integerProperty(u"port"_s, 0, 0, 65535, {}, Text::tr("Port"),
                            Text::tr("0 takes one that is free; {name.port} tells a program which.")));
    } else {
        list.append(
            property(u"path"_s, Type::Text, QString(), Text::tr("Path"),
                     Text::tr("At most 107 bytes, see unix(7); “@name” is an abstract name, “@” one of the "
                              "session's own, empty puts it into "
                              "the session's directory under the node's name.")));
    }
    list.append(madeByProperty());
    const bool listens = kind == Kind::Tcp || kind == Kind::UnixStream || kind == Kind::UnixSeqpacket;
    if (listens)
        list.append(backlogProperty());
    if (kind == Kind::Tcp) {
        list.append(property(u"reuseaddr"_s, Type::Flag, false, Text::tr("Reuse address"),
                             Text::tr("Binds although connections of before are in TIME_WAIT (SO_REUSEADDR, "
                                      "socket(7)).")));
        list.append(property(u"nodelay"_s, Type::Flag, false, Text::tr("No delay"),
                             Text::tr("Sends small pieces at once (TCP_NODELAY, tcp(7)).")));
    }
    return list + bufferProperties();
}

} // namespace byteyard::model
