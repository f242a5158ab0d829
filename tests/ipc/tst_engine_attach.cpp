#include "engine_client.h"
#include "machine_calls.h"
#include "stranger.h"

#include "ipc/host/process_scan.h"

#include <QTest>

#include <sys/ptrace.h>
#include <sys/syscall.h>

using namespace byteyard;
using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000;

QString peerPath(const char* name)
{
    return QStringLiteral(BYTEYARD_PEERS "/") + QLatin1String(name);
}

void touch(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(path));
}

/// A run that has nothing but what it attaches to.
void begin(EngineClient& engine, const QList<int>& pids, const QString& capture = u"auto"_s,
           const QJsonArray& nodes = {}, bool withChildren = true)
{
    QJsonArray attach;
    for (const int pid : pids)
        attach.append(pid);
    engine.clear();
    engine.send({{"type", "run"},
                 {"capture", capture},
                 {"attach", attach},
                 {"attachChildren", withChildren},
                 {"topology", QJsonObject{{"format", 1}, {"nodes", nodes}, {"edges", QJsonArray()}}}});
}

QJsonObject processOf(const EngineClient& engine, int pid)
{
    return engine.lastWith(
        [&](const QJsonObject& m) { return m[u"type"_s] == u"process"_s && m[u"pid"_s].toInt() == pid; });
}

QString stateOf(const EngineClient& engine, int pid)
{
    return processOf(engine, pid)[u"state"_s].toString();
}

/// One of its threads sleeps in a call, and has been looked at since.
bool isBlocked(const EngineClient& engine, int pid, const QString& how = {})
{
    return !engine
                .lastWith([&](const QJsonObject& m) {
                    return m[u"type"_s] == u"blocked"_s && m[u"pid"_s].toInt() == pid &&
                           (how.isEmpty() || (m[u"how"_s] == how && m[u"call"_s] == u"read"_s));
                })
                .isEmpty();
}

QJsonObject lastError(const EngineClient& engine)
{
    return engine.last(u"error"_s)[u"parameters"_s].toObject();
}

} // namespace

class TestEngineAttach : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsAttachedIsFollowedToItsEnd_data();
    void whatIsAttachedIsFollowedToItsEnd();
    void theChildrenThatItHasAreFollowedToo_data();
    void theChildrenThatItHasAreFollowedToo();
    void childrenWithoutEndDoNotHoldTheEngine();
    void stopLetsItGoAndEndsTheOthers();
    void aSleeperDoesNotHoldTheEndOfARun();
    void itOutlivesTheEngine_data();
    void itOutlivesTheEngine();
    void oneIsDetachedWhileTheRunGoesOn();
    void noSignalOfAStopReachesIt();
    void eachRefusalSaysWhy();
    void whatBelongsToOthersIsRefused();
    void theListSaysWhoCanBeAttachedTo();
};

void TestEngineAttach::whatIsAttachedIsFollowedToItsEnd_data()
{
    QTest::addColumn<QString>("capture");
    for (const char* capture : {"auto", "ptrace", "sampled", "ebpf"})
        QTest::newRow(capture) << QString::fromLatin1(capture);
}

void TestEngineAttach::whatIsAttachedIsFollowedToItsEnd()
{
    QFETCH(QString, capture);
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"threads"_s, u"50"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience));
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()}, capture);
    QVERIFY(engine.until([&] { return engine.has(u"run-started"_s) || engine.has(u"run-ended"_s); }));
    if (engine.has(u"run-ended"_s))
        QSKIP("this engine cannot capture so");
    QVERIFY(engine.until([&] { return stateOf(engine, stranger.pid()) == u"running"_s; }));
    const QJsonObject told = processOf(engine, stranger.pid());
    QCOMPARE(told[u"name"_s].toString(), u"strangers"_s);
    QVERIFY(told[u"attached"_s].toBool());
    QVERIFY(told[u"node"_s].isNull());
    QCOMPARE(told[u"argv"_s].toArray().at(1).toString(), u"threads"_s);
    const bool isSampled = capture == "sampled"_L1;
    // By the kernel's side a call is told as it returns: that it is in one is seen by looking.
    const bool isStopped = engine.last(u"run-started"_s)[u"capture"_s] == u"ptrace"_s;
    QVERIFY(engine.until(
        [&] { return isBlocked(engine, stranger.pid(), isStopped ? u"exact"_s : u"sampled"_s); }));
    touch(go);
    QVERIFY(engine.untilRunEnds());
    QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"all-exited"_s);
    QCOMPARE(processOf(engine, stranger.pid())[u"exitCode"_s].toInt(), 7);
    qint64 written = 0;
    qint64 read = 0;
    for (const auto& event : engine.events) {
        written += event.call == ipc::Call::Write ? event.result : 0;
        read += event.call == ipc::Call::Read && event.endpoint != 0 ? event.result : 0;
        if (event.call == ipc::Call::Gap && isSampled) // of a thread
            written += std::atoll(ipc::detailValue(event.detailText.toStdString(), "wchar").c_str());
    }
    QCOMPARE(written, 5005); // each once, whatever else captures
    QCOMPARE(read, isSampled ? 0 : 5005);
    QCOMPARE(stranger.status(), 7);
}

void TestEngineAttach::theChildrenThatItHasAreFollowedToo_data()
{
    QTest::addColumn<QString>("capture");
    QTest::addColumn<bool>("withChildren");
    for (const char* capture : {"ptrace", "ebpf", "sampled"}) {
        QTest::newRow(capture) << QString::fromLatin1(capture) << true;
        QTest::addRow("%s, alone", capture) << QString::fromLatin1(capture) << false;
    }
}

/// And theirs.
void TestEngineAttach::theChildrenThatItHasAreFollowedToo()
{
    QFETCH(QString, capture);
    QFETCH(bool, withChildren);
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({u"/usr/bin/python3"_s, u"-c"_s,
                       u"import os, sys, time\n"
                       "r, w = os.pipe()\n"
                       "if os.fork() == 0:\n"
                       "    if os.fork() == 0:\n"
                       "        while not os.path.exists(sys.argv[1]):\n"
                       "            os.write(w, b'x' * 10)\n"
                       "            time.sleep(0.01)\n"
                       "        os._exit(0)\n"
                       "    os.close(w)\n"
                       "    while os.read(r, 100): pass\n"
                       "    os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
                       "os.close(r); os.close(w)\n"
                       "os._exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"_s,
                       go});
    const auto family = [&] { return ipc::host::descendantsOf("/proc", stranger.pid()); };
    QVERIFY(QTest::qWaitFor([&] { return family().size() == 2; }, patience));
    const pid_t child = family().front();
    const pid_t grandchild = family().back();
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()}, capture, {}, withChildren);
    QVERIFY(engine.until([&] { return engine.has(u"run-started"_s) || engine.has(u"run-ended"_s); }));
    if (engine.has(u"run-ended"_s))
        QSKIP("this engine cannot capture so");
    QVERIFY(engine.until([&] { return stateOf(engine, stranger.pid()) == u"running"_s; }));
    if (withChildren) {
        QVERIFY(engine.until([&] { return stateOf(engine, grandchild) == u"running"_s; }));
        QVERIFY(processOf(engine, grandchild)[u"attached"_s].toBool());
        QCOMPARE(processOf(engine, child)[u"parent"_s], processOf(engine, stranger.pid())[u"process"_s]);
        QCOMPARE(processOf(engine, grandchild)[u"parent"_s], processOf(engine, child)[u"process"_s]);
        if (capture != "sampled"_L1)
            QVERIFY(engine.until([&] {
                return std::count_if(engine.events.begin(), engine.events.end(), [&](const auto& event) {
                           return event.call == ipc::Call::Write && event.pid == grandchild &&
                                  event.result == 10;
                       }) > 3;
            }));
    }
    touch(go);
    QVERIFY(engine.until([&] { return engine.has(u"run-ended"_s); }));
    QCOMPARE(processOf(engine, grandchild).isEmpty(), !withChildren);
    QCOMPARE(engine.errors(), QStringList());
    QCOMPARE(stranger.status(), 0);
}

/// Each look at its children finds new ones, which are followed already.
void TestEngineAttach::childrenWithoutEndDoNotHoldTheEngine()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({u"/bin/sh"_s, u"-c"_s, u"while ! [ -e \"$0\" ]; do /bin/true; done"_s, go});
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()});
    QVERIFY(engine.until([&] { return stateOf(engine, stranger.pid()) == u"running"_s; }));
    engine.send({{"type", "list-processes"}});
    QVERIFY(engine.until([&] { return engine.has(u"processes"_s); }));
    touch(go);
    QVERIFY(engine.until([&] { return engine.has(u"run-ended"_s); }));
    QCOMPARE(engine.errors(), QStringList());
    QCOMPARE(stranger.status(), 0);
}

void TestEngineAttach::stopLetsItGoAndEndsTheOthers()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()}, u"auto"_s, {EngineClient::command(u"own"_s, {u"sleep"_s, u"100"_s})});
    QVERIFY(engine.untilState(u"own"_s, u"running"_s));
    QVERIFY(engine.until([&] { return !engine.events.empty(); }));
    engine.send({{"type", "stop"}});
    QVERIFY(engine.untilRunEnds());
    QCOMPARE(engine.stateOf(u"own"_s), u"killed"_s);
    QCOMPARE(stateOf(engine, stranger.pid()), u"detached"_s);
    QCOMPARE(stranger.tracer(), 0);
    touch(go);
    QCOMPARE(stranger.status(), 0);
    // The next run can have it again.
}

void TestEngineAttach::aSleeperDoesNotHoldTheEndOfARun()
{
    const QTemporaryDir directory;
    Stranger stranger({peerPath("timed_waits"), u"epoll_wait"_s, u"3000"_s, directory.filePath(u"took"_s)});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(ipc::test::callOfEpollWait.number); }, patience));
    EngineClient engine;
    QVERIFY(engine.greet());
    for (int run = 0; run < 2; ++run) {
        begin(engine, {stranger.pid()});
        QVERIFY(engine.until([&] { return isBlocked(engine, stranger.pid()); }));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(stateOf(engine, stranger.pid()), u"detached"_s);
        QCOMPARE(stranger.tracer(), 0);
        QVERIFY(stranger.sleepsIn(ipc::test::callOfEpollWait.number));
    }
    QCOMPARE(stranger.status(), 0);
}

void TestEngineAttach::itOutlivesTheEngine_data()
{
    QTest::addColumn<QString>("who");
    QTest::addColumn<QString>("doing");
    for (const char* who : {"worker", "keeper", "both", "model"})
        for (const char* doing : {"busy", "semop", "sigtimedwait", "recv"})
            QTest::addRow("%s, %s", who, doing) << QString::fromLatin1(who) << QString::fromLatin1(doing);
}

void TestEngineAttach::itOutlivesTheEngine()
{
    QFETCH(QString, who);
    QFETCH(QString, doing);
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"file"_s);
    const bool isBusy = doing == "busy"_L1;
    const bool isTimed = doing == "recv"_L1;
    Stranger stranger(isBusy    ? QStringList{peerPath("strangers"), u"busy"_s, file}
                      : isTimed ? QStringList{peerPath("timed_waits"), doing, u"1500"_s, file}
                                : QStringList{peerPath("strangers"), u"wait"_s, doing});
    const auto sleeps = [&] {
        return isBusy || stranger.sleepsIn(SYS_semop) || stranger.sleepsIn(SYS_semtimedop) ||
               stranger.sleepsIn(SYS_rt_sigtimedwait) || stranger.sleepsIn(SYS_recvfrom);
    };
    QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()});
    QVERIFY(
        engine.until([&] { return isBusy ? !engine.events.empty() : isBlocked(engine, stranger.pid()); }));
    QVERIFY(stranger.tracer() != 0);
    const pid_t worker = engine.worker();
    const pid_t keeper = engine.keeper();
    if (who == "model"_L1)
        engine.hangUp();
    if (who == "worker"_L1 || who == "both"_L1)
        ::kill(worker, SIGKILL);
    if (who == "keeper"_L1 || who == "both"_L1)
        ::kill(keeper, SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(stranger.tracer(), 0, patience);
    QVERIFY(stranger.isAlive());
    if (isBusy)
        touch(file);
    else if (doing == "sigtimedwait"_L1)
        ::kill(stranger.pid(), SIGUSR1);
    if (doing == "semop"_L1) {
        QVERIFY(QTest::qWaitFor([&] { return sleeps(); }, patience));
        QCOMPARE(stranger.status(200), -1);
        QVERIFY(stranger.isAlive());
        return;
    }
    QCOMPARE(stranger.status(), 0);
}

void TestEngineAttach::oneIsDetachedWhileTheRunGoesOn()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger one({peerPath("strangers"), u"busy"_s, go});
    Stranger other({peerPath("strangers"), u"busy"_s, go});
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {one.pid()});
    QVERIFY(engine.until([&] { return stateOf(engine, one.pid()) == u"running"_s; }));
    engine.send({{"type", "attach"}, {"pid", other.pid()}});
    QVERIFY(engine.until([&] { return stateOf(engine, other.pid()) == u"running"_s; }));
    engine.send({{"type", "detach"}, {"process", processOf(engine, one.pid())[u"process"_s].toInt()}});
    QVERIFY(engine.until([&] { return stateOf(engine, one.pid()) == u"detached"_s; }));
    QVERIFY(one.isAlive());
    QCOMPARE(one.tracer(), 0);
    QVERIFY(other.tracer() != 0);
    // Again, under another number.
    const int before = processOf(engine, one.pid())[u"process"_s].toInt();
    engine.send({{"type", "attach"}, {"pid", one.pid()}});
    QVERIFY(engine.until([&] { return stateOf(engine, one.pid()) == u"running"_s; }));
    QVERIFY(processOf(engine, one.pid())[u"process"_s].toInt() > before);
    touch(go);
    QVERIFY(engine.untilRunEnds());
    QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"all-exited"_s);
    QCOMPARE(one.status(), 0);
    QCOMPARE(other.status(), 0);
}

void TestEngineAttach::noSignalOfAStopReachesIt()
{
    const QTemporaryDir directory;
    const QString told = directory.filePath(u"told"_s);
    Stranger stranger({u"/bin/sh"_s, u"-c"_s,
                       u"trap 'echo told > \"$0\"' TERM INT HUP; sleep 100 & wait; sleep 100"_s, told});
    EngineClient engine;
    QVERIFY(engine.greet());
    begin(engine, {stranger.pid()});
    QVERIFY(engine.until([&] { return stateOf(engine, stranger.pid()) == u"running"_s; }));
    engine.send({{"type", "stop"}});
    QVERIFY(engine.untilRunEnds());
    QVERIFY(stranger.isAlive());
    QVERIFY(!QFile::exists(told));
    QVERIFY(engine.leftBehind().size() <= 2); // the run file, and the session's directory
}

void TestEngineAttach::eachRefusalSaysWhy()
{
    EngineClient engine;
    QVERIFY(engine.greet());
    const auto whyOf = [&](int pid) {
        begin(engine, {pid});
        if (!engine.untilRunEnds())
            return u"no end"_s;
        return lastError(engine)[u"why"_s].toString();
    };
    QCOMPARE(whyOf(0x3fffffff), u"no-process"_s);
    QCOMPARE(engine.errors(), QStringList{u"attach"_s});
    QCOMPARE(lastError(engine)[u"pid"_s].toString(), QString::number(0x3fffffff));
    QCOMPARE(whyOf(::getpid()), u"own"_s); // whom it serves
    QCOMPARE(whyOf(engine.keeper()), u"own"_s);
    QCOMPARE(whyOf(engine.worker()), u"own"_s);

    const pid_t dead = ::fork();
    if (dead == 0)
        ::_exit(0);
    QTRY_COMPARE_WITH_TIMEOUT(whyOf(dead), u"zombie"_s, patience);
    ::waitpid(dead, nullptr, 0);

    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    const pid_t tracer = ::fork();
    if (tracer == 0) {
        ::ptrace(PTRACE_SEIZE, stranger.pid(), nullptr, nullptr);
        for (;;)
            ::pause();
    }
    QTRY_COMPARE_WITH_TIMEOUT(stranger.tracer(), tracer, patience);
    QCOMPARE(whyOf(stranger.pid()), u"traced"_s);
    QCOMPARE(lastError(engine)[u"tracer"_s].toString(), QString::number(tracer));
    ::kill(tracer, SIGKILL);
    ::waitpid(tracer, nullptr, 0);
    QTRY_COMPARE_WITH_TIMEOUT(stranger.tracer(), 0, patience);

    begin(engine, {stranger.pid()});
    QVERIFY(engine.until([&] { return stateOf(engine, stranger.pid()) == u"running"_s; }));
    engine.send({{"type", "attach"}, {"pid", stranger.pid()}});
    QVERIFY(engine.until([&] { return engine.has(u"error"_s); }));
    QCOMPARE(lastError(engine)[u"why"_s].toString(), u"followed"_s);
    touch(go);
    QVERIFY(engine.untilRunEnds());
}

void TestEngineAttach::whatBelongsToOthersIsRefused()
{
    if (::geteuid() != 0)
        QSKIP("only root can be nobody");
    constexpr uid_t nobody = 65534;
    const QTemporaryDir runtime;
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger mine({u"sleep"_s, u"100"_s});
    Stranger theirs({u"sleep"_s, u"100"_s}, nobody);
    EngineClient engine(runtime.path(), EngineClient::As::Nobody);
    QVERIFY(engine.greet());
    begin(engine, {mine.pid(), theirs.pid()});
    QVERIFY(engine.until(
        [&] { return stateOf(engine, theirs.pid()) == u"running"_s || engine.has(u"run-ended"_s); }));
    QCOMPARE(lastError(engine)[u"why"_s].toString(), u"other-user"_s);
    QCOMPARE(lastError(engine)[u"user"_s].toString(), u"root"_s);
    QCOMPARE(stateOf(engine, theirs.pid()), u"running"_s);
}

void TestEngineAttach::theListSaysWhoCanBeAttachedTo()
{
    Stranger stranger({u"sleep"_s, u"100"_s});
    EngineClient engine;
    QVERIFY(engine.greet());
    engine.send({{"type", "list-processes"}});
    QVERIFY(engine.until([&] { return engine.has(u"processes"_s); }));
    const QJsonArray all = engine.last(u"processes"_s)[u"processes"_s].toArray();
    const auto of = [&](int pid) {
        for (const auto& each : all)
            if (each.toObject()[u"pid"_s].toInt() == pid)
                return each.toObject();
        return QJsonObject();
    };
    QCOMPARE(of(stranger.pid())[u"name"_s].toString(), u"sleep"_s);
    QCOMPARE(of(stranger.pid())[u"argv"_s].toArray(), (QJsonArray{u"sleep"_s, u"100"_s}));
    QVERIFY(!of(stranger.pid())[u"user"_s].toString().isEmpty());
    QVERIFY(!of(stranger.pid()).contains(u"error"_s));
    const QJsonObject own = of(engine.keeper())[u"error"_s].toObject();
    QCOMPARE(own[u"code"_s].toString(), u"attach"_s);
    QCOMPARE(own[u"parameters"_s].toObject()[u"why"_s].toString(), u"own"_s);
}

QTEST_GUILESS_MAIN(TestEngineAttach)
#include "tst_engine_attach.moc"
