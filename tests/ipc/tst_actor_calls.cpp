#include "actor_host.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <mqueue.h>
#include <semaphore.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>

using namespace Qt::StringLiterals;
using byteyard::tests::ActorHost;

namespace {

/// `ipcs -q -i ID` and the like: an independent witness.
QString ipcs(const QString& kind, int id)
{
    QProcess process;
    process.start(u"ipcs"_s, {kind, u"-i"_s, QString::number(id)});
    process.waitForFinished();
    return QString::fromUtf8(process.readAllStandardOutput());
}

QJsonObject handle(const QString& name, const QString& kind, const QJsonObject& more)
{
    QJsonObject object = more;
    object[u"name"_s] = name;
    object[u"kind"_s] = kind;
    return object;
}

} // namespace

/// Each family of calls, on real objects.
class TestActorCalls : public QObject
{
    Q_OBJECT

    void runs(const QByteArray& script, const QJsonArray& handles = {}, const QByteArray& output = {})
    {
        ActorHost actor(script, {}, handles);
        const int code = actor.wait();
        QVERIFY2(code == 0, actor.errors() + QByteArray::number(code));
        QCOMPARE(actor.out(), output);
    }

private slots:
    void pipesAndDescriptors()
    {
        runs(R"(
            local r, w = pipe(O_NONBLOCK | O_CLOEXEC)
            local none, name, text = read(r, 10)
            assert(none == nil and name == "EAGAIN" and #text > 0)
            assert(fcntl(r, F_GETFL) & O_NONBLOCK ~= 0 and fcntl(r, F_GETFD) == FD_CLOEXEC)
            assert(write(w, "hello\0there") == 11)
            local polled = {{fd = r, events = POLLIN}, {fd = w, events = POLLOUT}}
            assert(not pcall(poll, {fd = 0}) and poll({}, 0) == 0)
            assert(poll(polled, 0) == 2 and polled[1].revents == POLLIN and polled[2].revents == POLLOUT)
            assert(read(r, 100) == "hello\0there")
            assert(select(2, lseek(r, 0)) == "ESPIPE")
            assert(fcntl(w, F_SETPIPE_SZ, 65536) == 65536)
            assert(dup2(w, 77) == 77 and close(w) and write(77, "x") == 1 and close(77))
            assert(read(r, 10) == "x" and read(r, 10) == "")
            assert(select(2, close(77)) == "EBADF")
            local copy = dup(r)
            assert(copy ~= r and read(copy, 10) == "" and close(copy))
            assert(not pcall(fcntl, r, 99999))
            local e = eventfd(3)
            write(e, string.pack("=I8", 4))
            assert(string.unpack("=I8", read(e, 8)) == 7)
        )");
    }

    void filesAndNames()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"byteyard"_s);
        runs(R"(
            local fd = assert(open(target, O_RDWR | O_CREAT | O_EXCL, 384))
            assert(select(2, open(target, O_RDWR | O_CREAT | O_EXCL)) == "EEXIST")
            assert(write(fd, "abcdef") == 6 and lseek(fd, 2) == 2 and read(fd, 3) == "cde")
            assert(ftruncate(fd, 4) and lseek(fd, 0, SEEK_END) == 4)
            assert(flock(fd, LOCK_EX))
            assert(fcntl(fd, F_SETLK, {type = F_WRLCK, start = 1, len = 2}))
            assert(fcntl(fd, F_GETLK, {type = F_WRLCK}).type == F_UNLCK)
            assert(unlink(target))
            assert(mkfifo(target, 384))
            assert(select(2, open(target, O_WRONLY | O_NONBLOCK)) == "ENXIO")
        )",
             {handle(u"target"_s, u"file"_s, {{u"path"_s, path}})});
        struct stat status;
        QCOMPARE(::stat(path.toUtf8().constData(), &status), 0);
        QVERIFY(S_ISFIFO(status.st_mode));
    }

    void processesAndSignals()
    {
        runs(R"(
            local child = fork()
            if child == 0 then
                exec("/bin/sh", {"sh", "-c", "exit $CODE"}, {"CODE=9"})
                exit(99)
            end
            local pid, how, code = wait(child)
            assert(pid == child and how == "exited" and code == 9)
            assert(select(2, wait()) == "ECHILD")
            assert(select(2, exec("/nonexistent/byteyard", {"x"})) == "ENOENT")
            child = fork()
            if child == 0 then kill(getpid(), SIGKILL) end
            pid, how, code = wait()
            assert(pid == child and how == "killed" and code == SIGKILL)
            local parent = getpid()
            child = fork()
            if child == 0 then exit(getppid() == parent and 5 or 6) end
            pid, how, code = wait(child)
            assert(code == 5)
            local seen = 0
            assert(signal(SIGUSR1, function(number) seen = number end))
            kill(getpid(), SIGUSR1)
            assert(seen == SIGUSR1)
            -- A blocked call is cut, and says so.
            local r, w = pipe()
            local me = getpid()
            seen = 0
            child = fork()
            if child == 0 then
                while true do sleep(0.02) kill(me, SIGUSR1) end
            end
            assert(select(2, read(r, 1)) == "EINTR" and seen == SIGUSR1)
            local done, name, text, left = sleep(30)
            assert(done == nil and name == "EINTR" and left > 0 and left < 30)
            seen = 0
            assert(select(2, pause()) == "EINTR" and seen == SIGUSR1)
            kill(child, SIGKILL)
            local ended
            repeat ended = wait(child) until ended
            assert(signal(SIGPIPE, "ignore"))
            close(r)
            assert(select(2, write(w, "x")) == "EPIPE")
            assert(select(2, signal(SIGKILL, "ignore")) == "EINVAL")
            local before = clock()
            assert(sleep(0.01) and clock() - before >= 0.01)
            -- A line of its own is a safe point too.
            signal(SIGUSR1, function() seen = "in the loop" end)
            seen = 0
            if fork() == 0 then kill(me, SIGUSR1) exit() end
            while seen == 0 do
            end
            child = fork()
            if child == 0 then
                signal(SIGPIPE, "default")
                write(w, "x")
                exit(3)
            end
            repeat ended, how, code = wait(child) until ended
            assert(how == "killed" and code == SIGPIPE)
        )");
    }

    void sysvQueue()
    {
        const int id = ::msgget(IPC_PRIVATE, 0600);
        QVERIFY(id >= 0);
        ActorHost actor(R"(
            assert(msgsnd(queue, 7, "seven!") and msgsnd(queue, 3, "three"))
            print("sent")
            local none, name = msgrcv(queue, 100, 9, IPC_NOWAIT)
            assert(none == nil and name == "ENOMSG")
            assert(select(2, msgrcv(queue, 2, 0)) == "E2BIG")
            read(0, 1)
            local status = msgctl(queue, IPC_STAT)
            assert(status.qnum == 2 and status.cbytes == 11 and status.lspid == getpid() and status.lrpid == 0)
            status.qbytes = 100
            assert(msgctl(queue, IPC_SET, status) and msgctl(queue, IPC_STAT).qbytes == 100)
            local text, type = msgrcv(queue, 100, -5)
            assert(text == "three" and type == 3)
            assert(select(2, msgsnd(queue, 0, "x")) == "EINVAL")
            assert(select(2, msgsnd(queue, 1, string.rep("x", 101), IPC_NOWAIT)) == "EAGAIN")
            local own = msgget(IPC_PRIVATE, 384)
            assert(own ~= queue.id and msgctl(own, IPC_RMID) and select(2, msgctl(own, IPC_STAT)) == "EINVAL")
            msgrcv(queue, 100, 99)
        )",
                        {}, {handle(u"queue"_s, u"sysv-queue"_s, {{u"id"_s, id}})});
        const bool sent = actor.untilOut("sent");
        const bool waits = QTest::qWaitFor([&] { return actor.lane().line.load() == 18; }, 10000);
        const QString witness = ipcs(u"-q"_s, id);
        ::msgctl(id, IPC_RMID, nullptr); // which ends its last receive with EIDRM
        const int code = actor.wait();
        QVERIFY(sent && waits);
        QVERIFY2(code == 0, actor.errors());
        QVERIFY2(witness.contains(u"qnum=1"_s) && witness.contains(u"cbytes=6"_s) &&
                     witness.contains(u"lrpid=%1"_s.arg(actor.pid())),
                 qPrintable(witness));
    }

    void sysvShmAndSemaphores()
    {
        const int shm = ::shmget(IPC_PRIVATE, 5000, 0600);
        const int sem = ::semget(IPC_PRIVATE, 3, 0600);
        auto* memory = static_cast<volatile quint64*>(::shmat(shm, nullptr, 0));
        ActorHost actor(R"(
            local m = assert(shmat(shm))
            assert(#m >= 5000)
            store(m, 8, 4711)
            local other = assert(shmget(IPC_PRIVATE, 100, 384))
            assert(#shmat(other) == 100 and shmctl(other, IPC_RMID))
            assert(shmctl(other, IPC_STAT) or true)
            local status = shmctl(shm, IPC_STAT)
            assert(status.nattch == 2 and status.segsz == 5000)
            assert(shmdt(m) and not pcall(load, m, 8))
            assert(shmctl(shm, IPC_STAT).nattch == 1)

            assert(semctl(sem, 0, SETALL, {1, 0, 5}))
            local values = semctl(sem, 0, GETALL)
            assert(#values == 3 and values[1] == 1 and values[2] == 0 and values[3] == 5)
            assert(semctl(sem, 1, SETVAL, 2) and semctl(sem, 1, GETVAL) == 2)
            assert(semop(sem, {{0, -1, SEM_UNDO}, {2, 3}}))
            assert(semctl(sem, 2, GETVAL) == 8 and semctl(sem, 2, GETPID) == getpid())
            assert(select(2, semop(sem, {{0, -1, IPC_NOWAIT}})) == "EAGAIN")
            assert(select(2, semtimedop(sem, {{0, -1}}, 0.01)) == "EAGAIN")
            assert(select(2, semop(sem, {{3, -1}})) == "EFBIG")
            assert(not pcall(semop, sem, {{0, 40000}}))
            assert(semctl(sem, 0, IPC_STAT).nsems == 3)
        )",
                        {},
                        {handle(u"shm"_s, u"sysv-shm"_s, {{u"id"_s, shm}}),
                         handle(u"sem"_s, u"sysv-semaphore"_s, {{u"id"_s, sem}})});
        const int code = actor.wait();
        const quint64 stored = memory[1];
        const QString witness = ipcs(u"-s"_s, sem);
        const int undone = ::semctl(sem, 0, GETVAL);
        ::shmdt(const_cast<quint64*>(memory));
        ::shmctl(shm, IPC_RMID, nullptr);
        ::semctl(sem, 0, IPC_RMID);
        QVERIFY2(code == 0, actor.errors());
        QCOMPARE(stored, 4711u);
        QCOMPARE(undone, 1); // SEM_UNDO gave it back
        QVERIFY2(witness.contains(u"nsems = 3"_s), qPrintable(witness));
    }

    void posixObjects()
    {
        const QString name = u"/byteyard-test-%1"_s.arg(::getpid());
        ActorHost actor(R"(
            local queue = assert(mq_open(thing, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 384, {maxmsg = 3, msgsize = 64}))
            local status = mq_getattr(queue)
            assert(status.maxmsg == 3 and status.msgsize == 64 and status.curmsgs == 0 and status.flags == O_NONBLOCK)
            local came
            assert(signal(SIGUSR2, function() came = true end))
            assert(mq_notify(queue, SIGUSR2))
            assert(select(2, mq_notify(queue, SIGUSR2)) == "EBUSY")
            assert(mq_send(queue, "low", 1))
            while not came do
            end
            assert(mq_send(queue, "high", 9) and mq_send(queue, "", 1))
            assert(select(2, mq_send(queue, "full")) == "EAGAIN")
            assert(select(2, mq_receive(queue, 10)) == "EMSGSIZE")
            local text, priority = mq_receive(queue, 64)
            assert(text == "high" and priority == 9)
            assert(mq_receive(queue, 64) == "low" and mq_receive(queue, 64) == "")
            assert(mq_setattr(queue, 0) and select(2, mq_receive(queue, 64, 0.01)) == "ETIMEDOUT")
            assert(mq_close(queue) and mq_unlink(thing) and select(2, mq_open(thing.path, O_RDWR)) == "ENOENT")

            local fd = assert(shm_open(thing, O_RDWR | O_CREAT | O_EXCL))
            assert(ftruncate(fd, 4096))
            local a, b = mmap(fd, 4096), mmap(fd, 4096, PROT_READ)
            store(a, 0, 99)
            assert(load(b, 0) == 99 and munmap(b) and shm_unlink(thing))

            local sem = assert(sem_open(thing, O_CREAT | O_EXCL, 384, 2))
            assert(sem_wait(sem) and sem_getvalue(sem) == 1 and sem_trywait(sem))
            assert(select(2, sem_trywait(sem)) == "EAGAIN" and select(2, sem_timedwait(sem, 0.01)) == "ETIMEDOUT")
            assert(sem_post(sem) and sem_getvalue(sem) == 1)
            assert(sem_close(sem) and not pcall(sem_post, sem) and sem_unlink(thing))

            local sealed = memfd_create("byteyard-test", MFD_ALLOW_SEALING)
            ftruncate(sealed, 100)
            assert(fcntl(sealed, F_ADD_SEALS, F_SEAL_GROW) and select(2, ftruncate(sealed, 200)) == "EPERM")
            print("done")
        )",
                        {}, {handle(u"thing"_s, u"posix-queue"_s, {{u"path"_s, name}})});
        const int code = actor.wait();
        const QByteArray bytes = name.toUtf8();
        const bool left = ::mq_unlink(bytes.constData()) == 0 || ::shm_unlink(bytes.constData()) == 0 ||
                          ::sem_unlink(bytes.constData()) == 0;
        QVERIFY2(code == 0, actor.errors());
        QCOMPARE(actor.out(), QByteArray("done\n"));
        QVERIFY(!left);
    }

    void aSemaphoreInSharedMemoryIsSharedByProcesses()
    {
        runs(R"(
            local fd = memfd_create("byteyard-test")
            ftruncate(fd, 4096)
            local m = mmap(fd, 4096)
            assert(sem_init(m, 64) and sem_getvalue(m, 64) == 0)
            assert(not pcall(sem_init, m, 65) and not pcall(sem_wait, m, 4090) and not pcall(sem_wait, 7))
            assert(select(2, sem_trywait(m, 64)) == "EAGAIN" and select(2, sem_timedwait(m, 64, 0.01)) == "ETIMEDOUT")
            local child = fork()
            if child == 0 then
                sem_wait(m, 64)
                exit(5)
            end
            assert(sem_post(m, 64) and select(3, wait(child)) == 5 and sem_getvalue(m, 64) == 0)
            assert(sem_destroy(m, 64) and sem_init(m, 64, 3) and sem_getvalue(m, 64) == 3)
        )");
    }

    void robustMutexSurvivesItsHolder()
    {
        runs(R"(
            local fd = memfd_create("byteyard-test")
            ftruncate(fd, 4096)
            local m = mmap(fd, 4096)
            assert(mutex_init(m, 64))
            assert(not pcall(mutex_init, m, 65) and not pcall(mutex_init, m, 4090))
            local child = fork()
            if child == 0 then
                mutex_lock(m, 64)
                kill(getpid(), SIGKILL)
            end
            wait(child)
            local held, name = mutex_lock(m, 64)
            assert(held == nil and name == "EOWNERDEAD")
            assert(mutex_consistent(m, 64) and mutex_unlock(m, 64))
            assert(mutex_lock(m, 64) and select(2, mutex_lock(m, 64)) == "EDEADLK")
            child = fork()
            if child == 0 then
                assert(select(2, mutex_trylock(m, 64)) == "EBUSY")
                assert(select(2, mutex_lock(m, 64, 0.01)) == "ETIMEDOUT")
                assert(select(2, mutex_unlock(m, 64)) == "EPERM")
                exit(5)
            end
            assert(select(3, wait(child)) == 5)
            assert(mutex_unlock(m, 64) and mutex_destroy(m, 64))
        )");
    }

    void sockets()
    {
        runs(R"(
            local server = assert(socket(AF_INET, SOCK_STREAM))
            assert(setsockopt(server, SOL_SOCKET, SO_REUSEADDR, 1) and getsockopt(server, SOL_SOCKET, SO_REUSEADDR) == 1)
            assert(bind(server, {address = "127.0.0.1", port = 0}) and listen(server, 5))
            local name = getsockname(server)
            assert(name.family == AF_INET and name.address == "127.0.0.1" and name.port > 0)
            local second = socket(AF_INET, SOCK_STREAM)
            assert(select(2, bind(second, name)) == "EADDRINUSE")
            local client = socket(AF_INET, SOCK_STREAM)
            assert(connect(client, name) and setsockopt(client, IPPROTO_TCP, TCP_NODELAY, true))
            local connection, peer = accept(server, SOCK_CLOEXEC)
            assert(peer.port == getsockname(client).port and getpeername(connection).port == peer.port)
            assert(send(client, "hello") == 5 and recv(connection, 100, MSG_PEEK) == "hello")
            assert(recv(connection, 100) == "hello" and shutdown(client, SHUT_WR) and recv(connection, 100) == "")
            assert(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, 0.02) and select(2, recv(client, 1)) == "EAGAIN")
            assert(setsockopt(client, SOL_SOCKET, SO_LINGER, {onoff = 1, linger = 0}))
            assert(getsockopt(client, SOL_SOCKET, SO_LINGER).onoff == 1 and close(client))
            assert(select(2, connect(socket(AF_INET, SOCK_STREAM), {address = "127.0.0.1", port = 1})) == "ECONNREFUSED")

            local u = socket(AF_INET, SOCK_DGRAM)
            assert(bind(u, {address = "127.0.0.1"}))
            local v = socket(AF_INET, SOCK_DGRAM)
            assert(sendto(v, "0123456789", getsockname(u)) == 10)
            local text, from = recvfrom(u, 4, MSG_TRUNC)
            assert(text == "0123" and from.port == getsockname(v).port)

            local abstract = "@byteyard\0test" .. getpid()
            local listener = socket(AF_UNIX, SOCK_SEQPACKET)
            assert(bind(listener, abstract) and listen(listener) and getsockname(listener) == abstract)
            local one = socket(AF_UNIX, SOCK_SEQPACKET)
            assert(connect(one, abstract))
            local two = accept(listener)
            assert(getsockopt(one, SOL_SOCKET, SO_PEERCRED).pid == getpid())
            local r, w = pipe()
            assert(sendmsg(one, "take it", {w, r}) == 7)
            local bytes, rights, address, flags = recvmsg(two, 100, 2)
            assert(bytes == "take it" and #rights == 2 and rights[1] ~= w and flags & MSG_CTRUNC == 0)
            assert(write(rights[1], "through") == 7 and read(r, 10) == "through")
            local a, b = socketpair(AF_UNIX, SOCK_DGRAM)
            assert(send(a, "") == 0 and recv(b, 10) == "")
            assert(not pcall(bind, socket(AF_UNIX, SOCK_STREAM), string.rep("x", 109)))
            assert(not pcall(connect, a, {address = "localhost", port = 1}))
        )");
    }
};

QTEST_GUILESS_MAIN(TestActorCalls)
#include "tst_actor_calls.moc"
