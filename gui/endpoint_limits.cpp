#include "gui/endpoint_limits.h"

#include "gui/live_lookup.h"

#include <QCoreApplication>
#include <QInputDialog>
#include <QJsonArray>
#include <QMenu>

#include <limits>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct EndpointLimitsText
{
    Q_DECLARE_TR_FUNCTIONS(EndpointLimits)
};

struct ObjectLimit
{
    QString name; ///< as the kernel calls it
    QString entry;
    QString question;
    QString machine; ///< the machine's limit above it, by its name
    int most = std::numeric_limits<int>::max();
    int usual = 0; ///< where the kernel does not tell what it is now
};

QList<ObjectLimit> queueLimits()
{
    return {{u"msg_qbytes"_s, EndpointLimitsText::tr("Limit (msg_qbytes)…"),
             EndpointLimitsText::tr(
                 "Bytes of messages that wait before msgsnd blocks (msgctl IPC_SET msg_qbytes):"),
             u"msgmnb"_s, std::numeric_limits<int>::max(), 16384}};
}

QList<ObjectLimit> socketLimits(bool listens)
{
    QList<ObjectLimit> limits;
    if (listens)
        limits.append({u"backlog"_s, EndpointLimitsText::tr("Backlog…"),
                       EndpointLimitsText::tr("Connections that may wait to be accepted (listen):"),
                       u"somaxconn"_s, std::numeric_limits<int>::max(), 128});
    constexpr int usualBuffer = 212992;
    limits.append({u"SO_SNDBUF"_s, EndpointLimitsText::tr("Send Buffer (SO_SNDBUF)…"),
                   EndpointLimitsText::tr("Bytes; the kernel doubles them for its own needs (socket(7)):"),
                   u"wmem_max"_s, std::numeric_limits<int>::max(), usualBuffer});
    limits.append({u"SO_RCVBUF"_s, EndpointLimitsText::tr("Receive Buffer (SO_RCVBUF)…"),
                   EndpointLimitsText::tr("Bytes; the kernel doubles them for its own needs (socket(7)):"),
                   u"rmem_max"_s, std::numeric_limits<int>::max(), usualBuffer});
    return limits;
}

QList<ObjectLimit> pairLimits()
{
    QList<ObjectLimit> limits = socketLimits(false);
    for (ObjectLimit& limit : limits)
        limit.question = EndpointLimitsText::tr("Of both ends. ") + limit.question;
    return limits;
}

QList<ObjectLimit> terminalLimits()
{
    const QString question = EndpointLimitsText::tr("Its programs get SIGWINCH (ioctl TIOCSWINSZ):");
    return {{u"rows"_s, EndpointLimitsText::tr("Rows…"), question, {}, 65535, 24},
            {u"columns"_s, EndpointLimitsText::tr("Columns…"), question, {}, 65535, 80}};
}

QList<ObjectLimit> memoryLimits()
{
    return {{u"size"_s,
             EndpointLimitsText::tr("Size…"),
             EndpointLimitsText::tr("Bytes (ftruncate). Whoever touches what is cut off gets SIGBUS:"),
             {}}};
}

QList<ObjectLimit> limitsOf(Kind kind)
{
    switch (kind) {
    case Kind::SysvQueue:
        return queueLimits();
    case Kind::Tcp:
    case Kind::UnixStream:
    case Kind::UnixSeqpacket:
        return socketLimits(true);
    case Kind::Udp:
    case Kind::UnixDatagram:
        return socketLimits(false);
    case Kind::Socketpair:
        return pairLimits();
    case Kind::Pty:
        return terminalLimits();
    case Kind::PosixShm:
    case Kind::Memfd:
        return memoryLimits();
    default:
        return {};
    }
}

void askLimit(QWidget* window, Session& session, quint32 number, const ObjectLimit& limit, int now)
{
    const QString machine = limit.machine.isEmpty() ? QString() : limitText(session, limit.machine);
    bool ok = false;
    const int value = QInputDialog::getInt(
        window, limit.entry.chopped(1),
        limit.question +
            (machine.isEmpty()
                 ? QString()
                 : u'\n' + EndpointLimitsText::tr("This machine's %1: %2").arg(limit.machine, machine)),
        now, limit.name == "backlog"_L1 ? 0 : 1, limit.most, 1, &ok);
    if (ok)
        session.setLimit(number, limit.name, value);
}

} // namespace

void addLimits(QMenu& menu, QWidget* window, Session& session, const LiveEndpoint& endpoint, Kind kind)
{
    if (endpoint.entry.parent != 0) // a connection's buffers are its owners'
        return;
    const QList<ObjectLimit> limits = limitsOf(kind);
    for (const ObjectLimit& limit : limits) {
        const QJsonValue fact = endpoint.entry.facts.value(limit.name);
        const int now = (fact.isArray() ? fact.toArray().at(0) : fact).toInt(limit.usual);
        menu.addAction(limit.entry, window, [window, &session, number = endpoint.entry.number, limit, now] {
            askLimit(window, session, number, limit, now);
        });
    }
}

} // namespace byteyard::gui
