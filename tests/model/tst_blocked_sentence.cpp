#include "model/session/blocked_sentence.h"
#include "model/session/live_state.h"

#include <QJsonArray>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

constexpr quint64 second = 1'000'000'000;

protocol::ProcessChange process(quint32 number, const QString& name, const QString& state = u"running"_s)
{
    protocol::ProcessChange change;
    change.process = number;
    change.name = name;
    change.pid = 100 + number;
    change.state = state;
    return change;
}

PendingCall call(const QString& name, int fd, const QString& detail, quint64 requested = 0)
{
    PendingCall pending;
    pending.call = name;
    pending.process = 1;
    pending.tid = 101;
    pending.endpoint = 1;
    pending.fd = fd;
    pending.requested = requested;
    pending.detail = detail;
    return pending;
}

struct Object
{
    QString kind;
    QString path;
    QJsonObject facts;
    quint64 fill = 0;
    quint64 capacity = 0;
    bool writeBlocks = false;
};

} // namespace

/// What one reads of a process that waits: which call, on what, and why that does not go on.
class TestBlockedSentence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatTheCallWaitsFor_data()
    {
        QTest::addColumn<Object>("object");
        QTest::addColumn<PendingCall>("pending");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const Object& object, const PendingCall& pending,
                            const QString& rest) {
            QTest::newRow(name) << object << pending << u"blocked for 2.0 s in "_s + rest;
        };
        const Object set{u"sysv-semaphore"_s, u"/s"_s,
                         QJsonObject{{u"values"_s, QJsonArray{0, 3}}, {u"pid"_s, QJsonArray{102, 0}}}};
        row("a semaphore that is too low", set, call(u"semtimedop"_s, -1, u"ops=0:-1:SEM_UNDO"_s),
            u"semop on sysv-semaphore /s; semaphore 0 is 0 and must be 1; the last to change it: pid 102 "
            "`holder`, has ended."_s);
        row("one that must be zero", set, call(u"semop"_s, -1, u"ops=1:-2,1:0"_s),
            u"semop on sysv-semaphore /s; semaphore 1 is 1 and must be 0."_s);
        row("a POSIX semaphore",
            {u"posix-semaphore"_s, u"/lock"_s, QJsonObject{{u"value"_s, 0}, {u"waiters"_s, 2}}},
            call(u"futex"_s, -1, u"offset=0"_s),
            u"sem_wait (futex) on posix-semaphore /lock; its value is 0, and 2 wait."_s);
        row("a mutex in shared memory", {u"posix-shm"_s, u"/m"_s, {}},
            call(u"futex"_s, -1, u"offset=64 owner=102"_s),
            u"pthread_mutex_lock (futex) on posix-shm /m; at offset 64; its holder: pid 102 `holder`, has ended."_s);
        row("a futex that is no mutex", {u"posix-shm"_s, u"/m"_s, {}}, call(u"futex"_s, -1, u"offset=64"_s),
            u"futex on posix-shm /m; at offset 64."_s);
        const Object queue{u"sysv-queue"_s, u"/q"_s, QJsonObject{{u"msg_qnum"_s, 3}}, 100, 16384};
        row("no message of the type", queue, call(u"msgrcv"_s, -1, u"type=7"_s),
            u"msgrcv on sysv-queue /q; it waits for a message of type 7, and none of the 3 in the queue is "
            u"one; "
            "nobody has it open for writing."_s);
        row("no message of a type so low", queue, call(u"msgrcv"_s, -1, u"type=-2"_s),
            u"msgrcv on sysv-queue /q; it waits for a message of a type up to 2, and none of the 3 in the "
            u"queue is "
            "one; nobody has it open for writing."_s);
        row("an empty queue", {u"sysv-queue"_s, u"/q"_s, QJsonObject{{u"msg_qnum"_s, 0}}},
            call(u"msgrcv"_s, -1, u"type=0"_s),
            u"msgrcv on sysv-queue /q; it waits for any message, and the queue is empty; nobody has it open "
            u"for "
            "writing."_s);
        row("a message that does not fit", {u"sysv-queue"_s, u"/q"_s, {}, 16000, 16384},
            call(u"msgsnd"_s, -1, u"type=1"_s, 500),
            u"msgsnd on sysv-queue /q, whose 16 000 of 16 384 leave no room for 500 more; nobody has it open "
            u"for "
            "reading."_s);
        row("a lock on a file",
            {u"file"_s, u"/f"_s,
             QJsonObject{{u"locks"_s, u"FLOCK WRITE 102 0 EOF; FLOCK WRITE 101 0 EOF waits"_s}}},
            call(u"flock"_s, 3, u"operation=LOCK_EX"_s),
            u"flock(3) on file /f; the lock is held by pid 102 `holder`, has ended."_s);
        row("a lock on a region",
            {u"file"_s, u"/f"_s, QJsonObject{{u"locks"_s, u"POSIX WRITE 999 10 14; FLOCK READ 102 0 EOF"_s}}},
            call(u"fcntl"_s, 3, u"cmd=F_SETLKW type=F_WRLCK"_s),
            u"fcntl(3) on file /f; the lock is held by bytes 10 to 14: pid 999, not of this run."_s);
        row("nobody to accept", {u"tcp"_s, u""_s, {}, 0, 128}, call(u"accept4"_s, 3, {}),
            u"accept4(3) on tcp 48001; of the 128 that may wait to be accepted 0 do."_s);
        row("a pipe whose pages are all in use", {u"pipe"_s, {}, {}, 4099, 8192},
            call(u"write"_s, 1, {}, 4096),
            u"write(1) on pipe 48001, full (4 099 of 8 192); nobody has it open for reading."_s);
        row("a full backlog", {u"tcp"_s, u""_s, {}, 2, 1, true},
            call(u"connect"_s, 3, u"peer=127.0.0.1:80"_s),
            u"connect(3) on tcp 48001; its backlog is full (2 of 1); nobody listens on it."_s);
    }

    void saysWhatTheCallWaitsFor()
    {
        QFETCH(Object, object);
        QFETCH(PendingCall, pending);
        QFETCH(QString, sentence);
        LiveState live;
        protocol::EndpointChange endpoint;
        endpoint.endpoint = 1;
        endpoint.kind = object.kind;
        endpoint.path = object.path;
        endpoint.name = u"thing"_s;
        endpoint.inode = 48001;
        endpoint.state = u"live"_s;
        live.apply(endpoint);
        live.apply(process(1, u"waiter"_s), 0);
        live.apply(process(2, u"holder"_s, u"exited"_s), 0);
        live.apply(protocol::Sample{
            1, {{1, object.fill, 0, object.capacity, object.writeBlocks, object.facts, {}, 0, {}, {}}}});
        live.apply(protocol::Blocked{pending});
        constexpr QChar thinSpace(0x2009);
        QCOMPARE(blockedSentence(live, 1, 2 * second).replace(thinSpace, u' '), sentence);
    }
};

QTEST_GUILESS_MAIN(TestBlockedSentence)
#include "tst_blocked_sentence.moc"
