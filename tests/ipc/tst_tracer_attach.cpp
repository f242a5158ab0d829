#include "attached_stranger.h"
#include "ipc/host/attachable.h"
#include "machine_calls.h"

#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <system_error>

using namespace byteyard;
using namespace byteyard::ipc;
using namespace byteyard::ipc::test;
using namespace Qt::StringLiterals;
using byteyard::tests::Stranger;

namespace {

/// Whether it is in a call that will be told of as it returns.
bool isFollowedIn(Bench& bench, std::uint32_t process, std::string_view call)
{
    static const bool byKernel = isByKernel();
    for (const CallInProgress& each : bench.inProgress())
        if (each.process == process && each.callName == call && (each.exact || byKernel))
            return true;
    return false;
}

long numberOfCall(const QString& call)
{
    return call == "semop"_L1        ? SYS_semtimedop
           : call == "epoll_wait"_L1 ? callOfEpollWait.number
           : call == "recv"_L1       ? SYS_recvfrom
                                     : SYS_rt_sigtimedwait;
}

} // namespace

class TestTracerAttach : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allThreadsAndChildrenAreFollowedAndTheTotalsAreRight();
    void whatIsOpenIsFound();
    void aPipeThatALaunchedProcessHasIsOne();
    void aTimedSleepIsNotDisturbed_data();
    void aTimedSleepIsNotDisturbed();
    void anEndlessSleepGoesOn_data();
    void anEndlessSleepGoesOn();
    void aTimedFutexKeepsItsTime();
    void aWriteUnderWayIsNotCutShort();
    void detachedItGoesOnUnseen();
    void detachingABusyOneLosesNothing();
    void aPauseIsLetGoAtTheEnd();
    void aStoppedOneStaysStopped();
    void killedItIsSeenToEnd();
    void refusalsSayWhy();
    void aKernelThreadIsKnownByItsFlags();
};

void TestTracerAttach::allThreadsAndChildrenAreFollowedAndTheTotalsAreRight()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"threads"_s, u"500"_s, go});
    QVERIFY(
        QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience)); // it waits for its threads
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    const auto pipes = bench.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), std::size_t{1});
    QCOMPARE(bench.sink.edges(process, pipes[0]).size(), std::size_t{2});
    QVERIFY(QTest::qWaitFor([&] { return isFollowedIn(bench, process, "read"); }, patience));
    touch(go);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(bench.sink.end(process)->exitCode, 7);
    QVERIFY(bench.sink.end(process)->attached);
    QCOMPARE(bench.sink.bytesIn(pipes[0]), 50'005);
    QCOMPARE(bench.sink.bytesOut(pipes[0]), 50'005);
    const auto children = bench.sink.children(process);
    QCOMPARE(children.size(), std::size_t{1});
    QVERIFY(bench.sink.end(*children.begin())->attached);
    QCOMPARE(bench.sink.end(*children.begin())->exitCode, 3);
    QCOMPARE(bench.sink.events(Call::Write, *children.begin()).size(), std::size_t{1});
    QCOMPARE(stranger.status(), 7);
}

void TestTracerAttach::whatIsOpenIsFound()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"objects"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_clock_nanosleep); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    const RecordingSink& sink = bench.sink;
    const auto only = [&](std::string_view kind, std::size_t count = 1) {
        const auto all = sink.foundOf(kind);
        return all.size() == count ? all.front() : 0;
    };
    const std::uint32_t pipe = only("pipe");
    QVERIFY(pipe != 0);
    QCOMPARE(sink.edges(process, pipe).size(), std::size_t{3}); // one end is there twice
    const auto fds = sink.edges(process, pipe);
    QCOMPARE(sink.description(process, pipe, fds[1]), sink.description(process, pipe, fds[2]));
    QVERIFY(sink.description(process, pipe, fds[0]) != sink.description(process, pipe, fds[1]));
    QVERIFY(only("socketpair") != 0);
    QCOMPARE(sink.edges(process, only("socketpair")).size(), std::size_t{2});
    for (const std::string_view kind : {"tcp", "unix-stream"}) {
        const auto all = sink.foundOf(kind);
        QCOMPARE(all.size(), std::size_t{2}); // the listener, and one connection
        QCOMPARE(sink.found(all[1]).parent, all[0]);
        QCOMPARE(sink.edges(process, all[1]).size(), std::size_t{2});
    }
    QVERIFY(only("memfd") != 0);
    QCOMPARE(sink.found(only("memfd")).name, std::string("byteyard-strangers"));
    QVERIFY(only("posix-shm") != 0);
    QVERIFY(only("sysv-shm") != 0);
    QVERIFY(only("eventfd") != 0);
    QCOMPARE(sink.found(only("socket")).name, std::string("netlink route"));
    {
        const auto lock = bench.tracer.lockTable();
        for (const std::string_view kind : {"memfd", "posix-shm", "sysv-shm"})
            QCOMPARE(bench.tracer.attachments(only(kind)).size(), std::size_t{1});
    }
    touch(go);
    QCOMPARE(stranger.status(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(sink.bytesIn(pipe), 1);
    const auto waits = sink.events(callOfEpollWait.call, process);
    QCOMPARE(waits.size(), std::size_t{1}); // what it waits on was known
    QCOMPARE(waits[0].endpoint, pipe);
}

void TestTracerAttach::aPipeThatALaunchedProcessHasIsOne()
{
    Bench bench;
    std::uint32_t fifo = 0;
    const std::string path = bench.fifo(fifo);
    Stranger stranger({u"/bin/sh"_s, u"-c"_s, u"exec cat <> \"$0\""_s, QString::fromStdString(path)});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_read); }, patience));
    const std::uint32_t process = attach(bench, stranger);
    QCOMPARE(bench.sink.edges(process, fifo).size(), std::size_t{1});
    QVERIFY(bench.sink.foundOf("fifo").empty());
    QVERIFY(QTest::qWaitFor([&] { return isFollowedIn(bench, process, "read"); }, patience));
    const std::uint32_t writer = bench.start(bench.plan({"sh", "-c", "printf 12345 > \"$0\"", path}));
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(writer), patience);
    QTRY_COMPARE_WITH_TIMEOUT(bench.sink.bytesOut(fifo), 5, patience);
    QCOMPARE(bench.sink.bytesIn(fifo), 5);
}

void TestTracerAttach::aTimedSleepIsNotDisturbed_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("end");
    for (const char* call : {"semop", "epoll_wait", "recv", "sigtimedwait"})
        for (const char* end : {"its own", "detached", "the session's"})
            QTest::addRow("%s, %s end", call, end) << QString::fromLatin1(call) << QString::fromLatin1(end);
}

void TestTracerAttach::aTimedSleepIsNotDisturbed()
{
    QFETCH(QString, call);
    QFETCH(QString, end);
    const bool byKernel = isByKernel();
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"took"_s);
    Stranger stranger({peerPath("timed_waits"), call, u"1000"_s, file});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(numberOfCall(call)); }, patience));
    {
        Bench bench;
        const std::uint32_t process = attach(bench, stranger);
        QVERIFY(stranger.sleepsIn(numberOfCall(call)));
        QCOMPARE(bench.sink.sampledNow(process), byKernel ? SampledWhy::No : SampledWhy::Attached);
        if (end == "its own"_L1) {
            QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
            QCOMPARE(bench.sink.end(process)->exitCode, 0);
            // What it did until it was seen running is in a gap.
            const auto gaps = bench.sink.gaps([](const Gap& gap) { return gap.why == SampledWhy::Attached; });
            QCOMPARE(gaps.size(), byKernel ? std::size_t{0} : std::size_t{1});
        } else if (end == "detached"_L1) {
            bench.tracer.detach(process);
            QVERIFY(stranger.sleepsIn(numberOfCall(call)));
            QVERIFY(bench.sink.changes(process).back().leaving);
            QCOMPARE(bench.alive(), std::size_t{1});
            QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
        } else {
            bench.tracer.close();
            QCOMPARE(lastState(bench.sink, process), ProcessState::Detached);
            // The kernel lets it go as the tracer's thread ends, which is a little after it was joined.
            QTRY_COMPARE_WITH_TIMEOUT(stranger.tracer(), 0, patience);
            QVERIFY(stranger.sleepsIn(numberOfCall(call)));
        }
    }
    QCOMPARE(stranger.status(), 0);
    const double took = contentsOf(file).trimmed().toDouble();
    // Of a socket it is kept in ticks of the kernel, 4 ms or more.
    QVERIFY2(took >= 990 && took < 1900, contentsOf(file).constData());
}

void TestTracerAttach::anEndlessSleepGoesOn_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("end");
    for (const char* call : {"semop", "epoll_wait", "sigtimedwait"})
        for (const char* end : {"followed", "detached", "the session's"})
            QTest::addRow("%s, %s", call, end) << QString::fromLatin1(call) << QString::fromLatin1(end);
}

void TestTracerAttach::anEndlessSleepGoesOn()
{
    QFETCH(QString, call);
    QFETCH(QString, end);
    const long number = call == "semop"_L1 ? SYS_semop : numberOfCall(call);
    Stranger stranger({peerPath("strangers"), u"wait"_s, call});
    // The C library makes one call of another.
    const auto sleeps = [&] {
        return stranger.sleepsIn(number) || (call == "semop"_L1 && stranger.sleepsIn(SYS_semtimedop));
    };
    QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    QVERIFY(QTest::qWaitFor(
        [&] {
            return isFollowedIn(bench, process, "semop") || isFollowedIn(bench, process, "semtimedop") ||
                   isFollowedIn(bench, process, callOfEpollWait.name) || sleeps();
        },
        patience));
    QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
    int semaphore = -1;
    if (call == "semop"_L1) {
        QTRY_COMPARE_WITH_TIMEOUT(bench.sink.foundOf("sysv-semaphore").size(), std::size_t{1}, patience);
        semaphore =
            static_cast<int>(bench.sink.found(bench.sink.foundOf("sysv-semaphore").front()).key.number());
    }
    if (end == "detached"_L1) {
        bench.tracer.detach(process);
        QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
        QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
    } else if (end == "the session's"_L1) {
        bench.tracer.close();
        QCOMPARE(lastState(bench.sink, process), ProcessState::Detached);
        QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
    }
    QVERIFY(stranger.isAlive());
    if (semaphore >= 0) {
        sembuf up{0, 1, 0};
        QCOMPARE(semop(semaphore, &up, 1), 0);
        QCOMPARE(stranger.status(), 0);
    } else if (call == "epoll_wait"_L1) {
        // Untraced, too, a handler ends epoll_wait.
        ::kill(stranger.pid(), SIGUSR1);
        QCOMPARE(stranger.status(), 42);
    } else {
        ::kill(stranger.pid(), SIGUSR1);
        QCOMPARE(stranger.status(), 0);
    }
}

void TestTracerAttach::aTimedFutexKeepsItsTime()
{
    Stranger stranger({peerPath("strangers"), u"wait"_s, u"futex"_s});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    QVERIFY(QTest::qWaitFor(
        [&] { return stranger.sleepsIn(SYS_restart_syscall) || stranger.sleepsIn(SYS_futex); }, patience));
    QCOMPARE(bench.sink.sampledNow(process), SampledWhy::No);
    bench.tracer.detach(process);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
    QVERIFY(stranger.isAlive());
}

void TestTracerAttach::aWriteUnderWayIsNotCutShort()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"large"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_write); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    QCOMPARE(bench.sink.sampledNow(process), isByKernel() ? SampledWhy::No : SampledWhy::Attached);
    QVERIFY(stranger.sleepsIn(SYS_write));
    bench.tracer.close();
    touch(go);
    QCOMPARE(stranger.status(), 0);
}

void TestTracerAttach::detachedItGoesOnUnseen()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"threads"_s, u"50"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    const std::uint32_t pipe = bench.sink.foundOf("pipe").at(0);
    bench.tracer.detach(process);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
    QVERIFY(bench.sink.edges(process, pipe).empty());
    QCOMPARE(stranger.tracer(), 0);
    QCOMPARE(bench.alive(), std::size_t{0});
    touch(go);
    QCOMPARE(stranger.status(), 7);
    QCOMPARE(bench.sink.bytesIn(pipe), 0);
}

void TestTracerAttach::detachingABusyOneLosesNothing()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    Bench bench;
    for (int round = 0; round < 20; ++round) {
        const std::uint32_t process = attach(bench, stranger);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.sink.events(Call::Write, process).empty(), patience);
        bench.tracer.detach(process);
        QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
        QCOMPARE(stranger.tracer(), 0);
    }
    touch(go);
    QCOMPARE(stranger.status(), 0);
    QVERIFY(contentsOf(go).trimmed().toULongLong() > 0);
}

void TestTracerAttach::aPauseIsLetGoAtTheEnd()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    {
        Bench bench;
        const std::uint32_t process = attach(bench, stranger);
        CallRule rule;
        rule.rule = 1;
        rule.calls = {Call::Write};
        bench.tracer.setRule(rule);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.sink.hits(1).empty(), patience);
        QTRY_COMPARE_WITH_TIMEOUT(stranger.stateOf(), 't', patience);
        touch(go);
        QCOMPARE(bench.alive(), std::size_t{1});
        QCOMPARE(stranger.status(100), -1); // a break holds it
        QCOMPARE(lastState(bench.sink, process), ProcessState::Running);
    }
    QCOMPARE(stranger.status(), 0);
}

void TestTracerAttach::aStoppedOneStaysStopped()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    ::kill(stranger.pid(), SIGSTOP);
    QTRY_COMPARE_WITH_TIMEOUT(stranger.stateOf(), 'T', patience);
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Stopped, patience);
    bench.tracer.detach(process);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
    QTRY_COMPARE_WITH_TIMEOUT(stranger.stateOf(), 'T', patience);
    touch(go);
    ::kill(stranger.pid(), SIGCONT);
    QCOMPARE(stranger.status(), 0);
}

void TestTracerAttach::killedItIsSeenToEnd()
{
    const QTemporaryDir directory;
    Stranger stranger({peerPath("strangers"), u"busy"_s, directory.filePath(u"go"_s)});
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    bench.tracer.signal(process, SIGKILL, false);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(bench.sink.end(process)->signal, SIGKILL);
    QCOMPARE(stranger.status(), 128 + SIGKILL);
}

void TestTracerAttach::refusalsSayWhy()
{
    const host::AttachRights rights = host::ownAttachRights();
    const auto why = [&](pid_t pid) {
        const auto refusal = host::attachRefusal("/proc", pid, rights);
        return QString::fromStdString(refusal ? refusal->why : std::string());
    };
    QCOMPARE(why(getpid()), u"own"_s);
    QCOMPARE(why(0x3fffffff), u"no-process"_s);

    // One that nobody has waited for.
    const pid_t dead = fork();
    if (dead == 0)
        _exit(0);
    QTRY_COMPARE_WITH_TIMEOUT(why(dead), u"zombie"_s, patience);
    waitpid(dead, nullptr, 0);

    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"threads"_s, u"1"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience));
    QCOMPARE(why(stranger.pid()), QString());
    for (const auto& item :
         std::filesystem::directory_iterator("/proc/" + std::to_string(stranger.pid()) + "/task")) {
        const pid_t tid = std::stoi(item.path().filename());
        QCOMPARE(why(tid), tid == stranger.pid() ? QString() : u"thread"_s);
    }
    host::AttachRights other = rights;
    other.user = 65534;
    other.mayTraceAll = false;
    if (const auto refusal = host::attachRefusal("/proc", stranger.pid(), other); geteuid() == 0) {
        QVERIFY(refusal);
        QCOMPARE(QString::fromStdString(refusal->why), u"other-user"_s);
        QCOMPARE(QString::fromStdString(refusal->parameters.at(0).second), u"root"_s);
    }
    other = rights;
    other.mayTraceAll = false;
    other.ptraceScope = 2;
    const auto scope = host::attachRefusal("/proc", stranger.pid(), other);
    QVERIFY(scope);
    QCOMPARE(QString::fromStdString(scope->why), u"ptrace-scope"_s);
    QCOMPARE(QString::fromStdString(scope->parameters.at(0).second), u"2"_s);
    {
        Bench bench;
        attach(bench, stranger);
        const auto refusal = host::attachRefusal("/proc", stranger.pid(), rights);
        QVERIFY(refusal);
        QCOMPARE(QString::fromStdString(refusal->why), u"traced"_s);
        try {
            attach(bench, stranger);
            QFAIL("attached twice");
        } catch (const std::system_error& error) {
            QCOMPARE(error.code().value(), EALREADY);
        }
    }
    const auto all = host::attachableProcesses("/proc", rights);
    const auto seen =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.pid == stranger.pid(); });
    QVERIFY(seen != all.end());
    QCOMPARE(seen->name, std::string("strangers"));
    QCOMPARE(seen->argv.at(1), std::string("threads"));
    touch(go);
    QCOMPARE(stranger.status(), 7);
}

void TestTracerAttach::aKernelThreadIsKnownByItsFlags()
{
    const QTemporaryDir root;
    QVERIFY(QDir(root.path()).mkpath(u"2"_s));
    const auto put = [&](const QString& name, const QByteArray& text) {
        QFile file(root.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    put(u"2/status"_s, "Name:\tkthreadd\nState:\tS (sleeping)\nTgid:\t2\nPid:\t2\nPPid:\t0\nTracerPid:\t0\n"
                       "Uid:\t0\t0\t0\t0\n");
    put(u"2/stat"_s, "2 (kthr) eadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0\n");
    const auto refusal = host::attachRefusal(root.path().toStdString(), 2, host::AttachRights{});
    QVERIFY(refusal);
    QCOMPARE(QString::fromStdString(refusal->why), u"kernel-thread"_s);
}

QTEST_GUILESS_MAIN(TestTracerAttach)
#include "tst_tracer_attach.moc"
