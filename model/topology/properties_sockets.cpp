#include "model/topology/properties.h"

#include "model/topology/kind_text.h"
#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Type = PropertySpec::Type;

PropertySpec addressProperty()
{
    return property(
        u"address"_s, Type::Text, u"127.0.0.1"_s, KindText::tr("Address"),
        KindText::tr("IPv4 or IPv6, as a number: 127.0.0.1 and ::1 are this machine alone, 0.0.0.0 and :: "
                     "all its addresses."));
}

PropertySpec backlogProperty()
{
    return integerProperty(
        u"backlog"_s, 0, 128, mostInt, KindText::tr("connections"), KindText::tr("Backlog"),
        KindText::tr("How many connections wait for accept, see listen(2); the kernel caps it at "
                     "somaxconn."));
}

} // namespace

QList<PropertySpec> bufferProperties()
{
    return {integerProperty(
                u"sndbuf"_s, 0, 0, mostInt, KindText::tr("bytes"), KindText::tr("Send buffer"),
                KindText::tr("SO_SNDBUF, see socket(7): the kernel doubles it; 0 leaves its default.")),
            integerProperty(
                u"rcvbuf"_s, 0, 0, mostInt, KindText::tr("bytes"), KindText::tr("Receive buffer"),
                KindText::tr("SO_RCVBUF, see socket(7): the kernel doubles it; 0 leaves its default."))};
}

QList<PropertySpec> socketProperties(Kind kind)
{
    if (kind == Kind::Raw)
        return {property(u"protocol"_s, Type::Text, u"icmp"_s, KindText::tr("Protocol"),
                         KindText::tr("A name of /etc/protocols or a number from 0 to 255, see raw(7).")),
                addressProperty()};
    QList<PropertySpec> list;
    if (kind == Kind::Tcp || kind == Kind::Udp) {
        list.append(addressProperty());
        list.append(
            integerProperty(u"port"_s, 0, 0, 65535, {}, KindText::tr("Port"),
                            KindText::tr("0 takes one that is free; {name.port} tells a program which.")));
    } else {
        list.append(property(
            u"path"_s, Type::Text, QString(), KindText::tr("Path"),
            KindText::tr("At most 107 bytes, see unix(7); “@name” is an abstract name, “@” one of the "
                         "session's own, empty puts it into "
                         "the session's directory under the node's name.")));
    }
    list.append(madeByProperty());
    const bool listens = kind == Kind::Tcp || kind == Kind::UnixStream || kind == Kind::UnixSeqpacket;
    if (listens)
        list.append(backlogProperty());
    if (kind == Kind::Tcp) {
        list.append(
            property(u"reuseaddr"_s, Type::Flag, false, KindText::tr("Reuse address"),
                     KindText::tr("Binds although connections of before are in TIME_WAIT (SO_REUSEADDR, "
                                  "socket(7)).")));
        list.append(property(u"nodelay"_s, Type::Flag, false, KindText::tr("No delay"),
                             KindText::tr("Sends small pieces at once (TCP_NODELAY, tcp(7)).")));
    }
    return list + bufferProperties();
}

} // namespace byteyard::model
