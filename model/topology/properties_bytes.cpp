#include "model/topology/properties.h"

#include "model/topology/kind_text.h"
#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Type = PropertySpec::Type;

constexpr qint64 maxCapacity = 1 << 30;

QList<PropertySpec> pathProperties(const QString& pathHelp)
{
    return {property(u"path"_s, Type::Text, QString(), KindText::tr("Path"), pathHelp), modeProperty(),
            madeByProperty()};
}

QList<PropertySpec> pipeProperties()
{
    return {
        integerProperty(
            u"capacity"_s, 0, 0, maxCapacity, KindText::tr("bytes"), KindText::tr("Capacity"),
            KindText::tr("How many bytes wait in it before a write blocks (F_SETPIPE_SZ, fcntl(2)); 0 is the "
                         "kernel's default, "
                         "65 536 as a rule, and the kernel rounds up to whole pages.")),
        property(u"packets"_s, Type::Flag, false, KindText::tr("Packets"),
                 KindText::tr(
                     "Each write stays a packet of its own, and each read takes one (O_DIRECT, pipe(2)).")),
    };
}

QList<PropertySpec> fifoProperties()
{
    QList<PropertySpec> list =
        pathProperties(KindText::tr("Its name in the file system, see fifo(7); empty puts it into the "
                                    "session's directory under the node's name."));
    list.append(existingProperty());
    return list;
}

QList<PropertySpec> fileProperties()
{
    QList<PropertySpec> list = pathProperties(
        KindText::tr("The file; empty puts it into the session's directory under the node's name."));
    list.append(property(u"keep"_s, Type::Flag, false, KindText::tr("Keep"),
                         KindText::tr("The file stays after the run; it needs a path of its own for that.")));
    list.append(existingProperty());
    return list;
}

QList<PropertySpec> eventfdProperties()
{
    return {integerProperty(u"value"_s, 0, 0, 0xffffffff, {}, KindText::tr("Initial value"),
                            KindText::tr("What the counter begins with, see eventfd(2).")),
            property(u"semaphore"_s, Type::Flag, false, KindText::tr("Semaphore"),
                     KindText::tr("Each read takes one instead of all (EFD_SEMAPHORE, eventfd(2))."))};
}

QList<PropertySpec> ptyProperties()
{
    return {integerProperty(u"rows"_s, 1, 24, 9999, {}, KindText::tr("Rows"),
                            KindText::tr("The window's height that programs are told (TIOCSWINSZ, pty(7)).")),
            integerProperty(u"columns"_s, 1, 80, 9999, {}, KindText::tr("Columns"),
                            KindText::tr("The window's width that programs are told."))};
}

} // namespace

QList<PropertySpec> byteProperties(Kind kind)
{
    switch (kind) {
    case Kind::Pipe:
        return pipeProperties();
    case Kind::Fifo:
        return fifoProperties();
    case Kind::File:
        return fileProperties();
    case Kind::Eventfd:
        return eventfdProperties();
    case Kind::Pty:
        return ptyProperties();
    default:
        return QList{choiceProperty(
                   u"type"_s, {u"stream"_s, u"datagram"_s, u"seqpacket"_s}, KindText::tr("Type"),
                   KindText::tr("stream: bytes without boundaries; datagram: whole messages; seqpacket: "
                                "whole messages and an end, "
                                "see socketpair(2) and unix(7)."))} +
               bufferProperties();
    }
}

} // namespace byteyard::model
