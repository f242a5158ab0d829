#include "model/session/blocked_words.h"

#include "model/log/format.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct BlockedObjectText
{
    Q_DECLARE_TR_FUNCTIONS(BlockedSentence)
};
using Say = BlockedObjectText;

qint64 factAt(const LiveEndpoint& endpoint, QLatin1StringView name, qsizetype index)
{
    return endpoint.entry.facts.value(name).toArray().at(index).toInteger();
}

/// Which of the operations does not go through, as the kernel tries them one after the other (semop(2)).
QString semaphoreText(const LiveState& live, const PendingCall& call, const LiveEndpoint& endpoint)
{
    QJsonArray values = endpoint.entry.facts.value("values"_L1).toArray();
    const QStringList operations = detailWord(call, u"ops"_s).split(u',', Qt::SkipEmptyParts);
    for (const QString& operation : operations) {
        const qsizetype number = operation.section(u':', 0, 0).toInt();
        const int change = operation.section(u':', 1, 1).toInt();
        const qint64 value = values.at(number).toInteger();
        if (number >= values.size())
            return {};
        const bool waits = change == 0 ? value != 0 : value + change < 0;
        if (!waits) {
            values[number] = value + change;
            continue;
        }
        QString text =
            change == 0 ? Say::tr("; semaphore %1 is %2 and must be 0").arg(number).arg(value)
                        : Say::tr("; semaphore %1 is %2 and must be %3").arg(number).arg(value).arg(-change);
        if (const qint64 last = factAt(endpoint, "pid"_L1, number); last > 0)
            text += Say::tr("; the last to change it: %1").arg(pidText(live, last, call.process));
        return text;
    }
    return {};
}

QString posixSemaphoreText(const LiveEndpoint& endpoint)
{
    return Say::tr("; its value is %1, and %2 wait")
        .arg(endpoint.entry.facts.value("value"_L1).toInteger())
        .arg(endpoint.entry.facts.value("waiters"_L1).toInteger());
}

QString mutexText(const LiveState& live, const PendingCall& call)
{
    const qint64 owner = detailWord(call, u"owner"_s).toLongLong();
    const QString where = Say::tr("; at offset %1").arg(detailWord(call, u"offset"_s));
    return owner == 0 ? where : where + Say::tr("; its holder: %1").arg(pidText(live, owner, call.process));
}

QString typeText(qint64 type, bool isExcept)
{
    if (type == 0)
        return Say::tr("any message");
    if (isExcept)
        return Say::tr("a message of another type than %1").arg(type);
    return type > 0 ? Say::tr("a message of type %1").arg(type)
                    : Say::tr("a message of a type up to %1").arg(type == LLONG_MIN ? LLONG_MAX : -type);
}

QString receiveText(const PendingCall& call, const LiveEndpoint& endpoint)
{
    const qint64 type = detailWord(call, u"type"_s).toLongLong();
    const qint64 count = endpoint.entry.facts.value("msg_qnum"_L1).toInteger();
    const QString text =
        Say::tr("; it waits for %1").arg(typeText(type, call.detail.contains("MSG_EXCEPT"_L1)));
    if (count == 0)
        return text + Say::tr(", and the queue is empty");
    return text + Say::tr(", and none of the %1 in the queue is one").arg(count);
}

/// What a sender wants to put in, and what is in the way.
QString sendText(const PendingCall& call, const LiveEndpoint& endpoint)
{
    if (endpoint.writeBlocks || !endpoint.fill || *endpoint.fill + call.requested <= endpoint.capacity)
        return {};
    return Say::tr(", whose %1 of %2 leave no room for %3 more")
        .arg(formatCount(endpoint.fill.value_or(0)), formatCount(endpoint.capacity),
             formatCount(call.requested));
}

/// "FLOCK WRITE 123 0 EOF; POSIX READ 124 0 9 waits": who has what this one wants (proc_locks(5)).
QString lockText(const LiveState& live, const PendingCall& call, const LiveEndpoint& endpoint)
{
    const bool wholeFile = call.call == "flock"_L1;
    const QStringList locks = endpoint.entry.facts.value("locks"_L1).toString().split(u"; "_s);
    QStringList holders;
    for (const QString& lock : locks) {
        const QStringList words = lock.split(u' ');
        const bool isSort = words.value(0) == (wholeFile ? "FLOCK"_L1 : "POSIX"_L1) ||
                            (!wholeFile && words.value(0) == "OFDLCK"_L1);
        if (words.size() < 5 || !isSort || words.last() == "waits"_L1)
            continue;
        const qint64 pid = words.at(2).toLongLong();
        const QString who = pid > 0 ? pidText(live, pid, call.process) : Say::tr("an open file description");
        holders.append(wholeFile ? who : Say::tr("bytes %1 to %2: %3").arg(words.at(3), words.at(4), who));
    }
    return holders.isEmpty() ? Say::tr("; who has the lock is not known")
                             : Say::tr("; the lock is held by %1").arg(holders.join(u"; "_s));
}

QString acceptText(const LiveEndpoint& endpoint)
{
    return Say::tr("; of the %1 that may wait to be accepted %2 do")
        .arg(formatCount(endpoint.capacity), formatCount(endpoint.fill.value_or(0)));
}

QString connectText(const LiveState& live, const PendingCall& call, const LiveEndpoint& endpoint)
{
    QString text;
    if (endpoint.sampled && endpoint.fill >= endpoint.capacity && endpoint.capacity > 0)
        text = Say::tr("; its backlog is full (%1 of %2)")
                   .arg(formatCount(endpoint.fill.value_or(0)), formatCount(endpoint.capacity));
    else if (endpoint.writeBlocks)
        text = Say::tr("; its backlog is full");
    QStringList servers;
    for (const quint32 holder : live.holders(endpoint.entry.number, u"read"_s))
        if (holder != call.process)
            servers.append(processText(live, holder, call.process));
    return servers.isEmpty() ? text + Say::tr("; nobody listens on it")
                             : text + Say::tr("; its server: %1").arg(servers.join(u"; "_s));
}

} // namespace

QString blockedObjectText(const LiveState& live, const PendingCall& call, const LiveEndpoint& endpoint)
{
    const QString& name = call.call;
    const QString& kind = endpoint.entry.kind;
    if (name == "semop"_L1 || name == "semtimedop"_L1)
        return semaphoreText(live, call, endpoint);
    if (name.startsWith("futex"_L1))
        return kind == "posix-semaphore"_L1 ? posixSemaphoreText(endpoint) : mutexText(live, call);
    if (name == "msgrcv"_L1)
        return receiveText(call, endpoint);
    if (name == "msgsnd"_L1)
        return sendText(call, endpoint);
    if (name == "flock"_L1 || name == "fcntl"_L1)
        return lockText(live, call, endpoint);
    if (name == "accept"_L1 || name == "accept4"_L1)
        return acceptText(endpoint);
    if (name == "connect"_L1)
        return connectText(live, call, endpoint);
    return {};
}

} // namespace byteyard::model
