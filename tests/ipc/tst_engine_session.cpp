#include "engine_client.h"

#include "ipc/capture/kernel_capture.h"

#include <QProcess>
#include <QProcessEnvironment>
#include <QTest>

#include <sys/stat.h>

using byteyard::tests::EngineClient;
using byteyard::tests::isRunning;
using namespace Qt::StringLiterals;
namespace wire = byteyard::ipc::wire;

namespace {

QByteArray magic()
{
    return {wire::magic.data(), wire::magic.size()};
}

QByteArray frame(quint32 length, char kind, const QByteArray& payload)
{
    QByteArray bytes(reinterpret_cast<const char*>(&length), sizeof length);
    return bytes + kind + payload;
}

QByteArray control(const QByteArray& text)
{
    return frame(static_cast<quint32>(text.size()), 1, text);
}

QByteArray greeting()
{
    return magic() +
           control(R"({"type":"hello","version":)" + QByteArray::number(wire::protocolVersion) + '}');
}

/// A run that lasts until it is ended: two processes, a FIFO outside the session's directory, one that
/// ignores SIGTERM.
void beginLongRun(EngineClient& engine, const QString& fifo)
{
    engine.begin({EngineClient::command(u"stubborn"_s,
                                        {u"sh"_s, u"-c"_s, u"trap '' TERM; sleep 1000 & wait; sleep 1000"_s}),
                  EngineClient::command(u"reader"_s, {u"cat"_s}),
                  EngineClient::endpoint(u"fifo"_s, u"fifo"_s, {{"path", fifo}})},
                 {EngineClient::edge(u"reader"_s, 0, u"fifo"_s, u"read"_s)});
    QVERIFY(engine.untilState(u"stubborn"_s, u"running"_s));
    QVERIFY(QFileInfo::exists(fifo));
}

QList<pid_t> pidsOf(const EngineClient& engine)
{
    QList<pid_t> pids{engine.worker(), engine.keeper()};
    for (const QJsonObject& message : engine.messages)
        if (message[u"type"_s] == u"process"_s && message[u"pid"_s].toInt() > 0)
            pids.append(message[u"pid"_s].toInt());
    return pids;
}

bool anyRuns(const QList<pid_t>& pids)
{
    return std::any_of(pids.begin(), pids.end(), [](pid_t pid) { return isRunning(pid); });
}

} // namespace

class TestEngineSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void helloSaysWhoWorksAndWhatCanBeCaptured()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        const QJsonObject hello = engine.last(u"hello"_s);
        QCOMPARE(hello[u"version"_s].toInt(), static_cast<int>(wire::protocolVersion));
        QCOMPARE(hello[u"keeper"_s].toInt(), engine.keeper());
        QVERIFY(isRunning(hello[u"pid"_s].toInt()));
        QHash<QString, bool> modes;
        for (const QJsonValue& capture : hello[u"captures"_s].toArray())
            modes[capture[u"mode"_s].toString()] = capture[u"available"_s].toBool();
        QVERIFY(modes[u"auto"_s] && modes[u"ptrace"_s]);
        QVERIFY(modes.contains(u"ebpf"_s));
        QCOMPARE(modes[u"ebpf"_s], byteyard::ipc::KernelCapture::whyNot().empty());
        engine.halfClose();
        QVERIFY(engine.untilEnd());
        QCOMPARE(engine.waitForEnd(), 0);
        QCOMPARE(engine.leftBehind(), QStringList());
    }

    void aBadPeerIsToldOnceAndTheEngineEnds_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("code");
        QTest::newRow("garbage") << QByteArray("GET / HTTP/1.0\r\n\r\n") << u"bad-frame"_s;
        QTest::newRow("nothing but zeros") << QByteArray(100, '\0') << u"bad-frame"_s;
        QTest::newRow("a huge length") << magic() + frame(0xFFFFFFFF, 1, "{") << u"bad-frame"_s;
        QTest::newRow("an unknown kind") << magic() + frame(2, 9, "{}") << u"bad-frame"_s;
        QTest::newRow("an engine's frame") << greeting() + frame(0, 2, "") << u"bad-message"_s;
        QTest::newRow("a cut frame") << magic() + frame(100, 1, "{") << u"bad-frame"_s;
        QTest::newRow("cut magic") << magic().left(3) << u"bad-frame"_s;
        QTest::newRow("no JSON") << magic() + control("{]") << u"bad-message"_s;
        QTest::newRow("no object") << magic() + control("[1]") << u"bad-message"_s;
        QTest::newRow("bytes that are no text")
            << magic() + control("{\"type\":\"\xff\xfe\"}") << u"bad-message"_s;
        QTest::newRow("deep") << magic() + control(QByteArray(200000, '[')) << u"bad-message"_s;
        QTest::newRow("no type") << magic() + control("{}") << u"bad-message"_s;
        QTest::newRow("a type of the wrong type") << magic() + control(R"({"type":1})") << u"bad-message"_s;
        QTest::newRow("an unknown type") << greeting() + control(R"({"type":"dance"})") << u"bad-message"_s;
        QTest::newRow("no hello first") << magic() + control(R"({"type":"stop"})") << u"bad-message"_s;
        QTest::newRow("another version")
            << magic() + control(R"({"type":"hello","version":7})") << u"version"_s;
        QTest::newRow("a version that is a text")
            << magic() + control(R"({"type":"hello","version":"1"})") << u"bad-message"_s;
        QTest::newRow("a topology that is a number")
            << greeting() + control(R"({"type":"run","topology":5})") << u"bad-message"_s;
        QTest::newRow("argv of numbers")
            << greeting() +
                   control(
                       R"({"type":"run","topology":{"nodes":[{"id":"a","kind":"command","properties":{"argv":[1]}}]}})")
            << u"bad-message"_s;
        QTest::newRow("a zero byte in a word")
            << greeting() +
                   control(
                       R"({"type":"run","topology":{"nodes":[{"id":"a","kind":"command","properties":{"argv":["a\u0000b"]}}]}})")
            << u"bad-message"_s;
        QTest::newRow("a signal out of bounds")
            << greeting() + control(R"({"type":"signal","process":1,"signal":900})") << u"bad-message"_s;
        QTest::newRow("a process below zero")
            << greeting() + control(R"({"type":"signal","process":-1,"signal":9})") << u"bad-message"_s;
        QTest::newRow("a number that fits nowhere")
            << greeting() + control(R"({"type":"signal","process":18446744073709551615,"signal":9})")
            << u"bad-message"_s;
        QTest::newRow("data that is no base64")
            << greeting() + control(R"({"type":"input","process":1,"data":"!!"})") << u"bad-message"_s;
    }

    void aBadPeerIsToldOnceAndTheEngineEnds()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, code);
        EngineClient engine;
        engine.sendRaw(bytes);
        engine.halfClose();
        QVERIFY(engine.untilEnd());
        QCOMPARE(engine.errors(), QStringList{code});
        QVERIFY(engine.last(u"error"_s)[u"fatal"_s].toBool());
        QCOMPARE(engine.waitForEnd(), 2);
        QCOMPARE(engine.leftBehind(), QStringList());
    }

    void aTopologyThatBreaksARuleIsRefusedAndTheEngineGoesOn_data()
    {
        QTest::addColumn<QJsonArray>("nodes");
        QTest::addColumn<QJsonArray>("edges");
        const QJsonObject ls = EngineClient::command(u"ls"_s, {u"true"_s});
        const QJsonObject pipe = EngineClient::endpoint(u"pipe"_s, u"pipe"_s);
        QTest::newRow("unknown kind")
            << QJsonArray{EngineClient::endpoint(u"x"_s, u"quantum"_s)} << QJsonArray();
        QTest::newRow("a node twice") << QJsonArray{ls, ls} << QJsonArray();
        QTest::newRow("a dangling edge")
            << QJsonArray{ls} << QJsonArray{EngineClient::edge(u"ls"_s, 1, u"pipe"_s, u"write"_s)};
        QTest::newRow("no such port")
            << QJsonArray{ls, pipe} << QJsonArray{EngineClient::edge(u"ls"_s, 1, u"pipe"_s, u"a"_s)};
        QTest::newRow("fd 5000") << QJsonArray{ls, pipe}
                                 << QJsonArray{EngineClient::edge(u"ls"_s, 5000, u"pipe"_s, u"write"_s)};
        const auto with = [](const QString& kind, const QJsonObject& properties) {
            return QJsonArray{EngineClient::endpoint(u"x"_s, kind, properties)};
        };
        QTest::newRow("a descriptor of a queue that has none")
            << QJsonArray{ls, EngineClient::endpoint(u"x"_s, u"sysv-queue"_s)}
            << QJsonArray{EngineClient::edge(u"ls"_s, 3, u"x"_s, u"send"_s)};
        QTest::newRow("a command's handle of a pipe")
            << QJsonArray{ls, pipe}
            << QJsonArray{EngineClient::edge(u"ls"_s, u"out"_s, u"pipe"_s, u"write"_s)};
        QTest::newRow("a handle twice")
            << QJsonArray{ls, EngineClient::endpoint(u"x"_s, u"sysv-queue"_s)}
            << QJsonArray{EngineClient::edge(u"ls"_s, u"q"_s, u"x"_s, u"send"_s),
                          EngineClient::edge(u"ls"_s, u"q"_s, u"x"_s, u"receive"_s, {}, u"second"_s)};
        QTest::newRow("a handle in capitals")
            << QJsonArray{ls, EngineClient::endpoint(u"x"_s, u"sysv-queue"_s)}
            << QJsonArray{EngineClient::edge(u"ls"_s, u"Queue"_s, u"x"_s, u"send"_s)};
        QTest::newRow("a listener's descriptor that the program makes")
            << QJsonArray{ls, EngineClient::endpoint(u"x"_s, u"tcp"_s, {{"made-by", "program"}})}
            << QJsonArray{EngineClient::edge(u"ls"_s, 3, u"x"_s, u"listen"_s)};
        QTest::newRow("a key that is none") << with(u"sysv-shm"_s, {{"key", "0xQ"}}) << QJsonArray();
        QTest::newRow("a key of nine digits")
            << with(u"sysv-shm"_s, {{"key", "0x123456789"}}) << QJsonArray();
        QTest::newRow("an id of what is to be made")
            << with(u"sysv-shm"_s, {{"key", "id:1"}}) << QJsonArray();
        QTest::newRow("a semaphore above 32767")
            << with(u"sysv-semaphore"_s, {{"values", QJsonArray{1, 32768}}}) << QJsonArray();
        QTest::newRow("no semaphores")
            << with(u"sysv-semaphore"_s, {{"values", QJsonArray()}}) << QJsonArray();
        QTest::newRow("a seal that is none")
            << with(u"memfd"_s, {{"seals", QJsonArray{u"F_SEAL_ALL"_s}}}) << QJsonArray();
        QTest::newRow("an id with a slash")
            << QJsonArray{EngineClient::endpoint(u"../x"_s, u"pipe"_s)} << QJsonArray();
    }

    void aTopologyThatBreaksARuleIsRefusedAndTheEngineGoesOn()
    {
        QFETCH(QJsonArray, nodes);
        QFETCH(QJsonArray, edges);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(nodes, edges));
        QCOMPARE(engine.errors(), QStringList{u"topology"_s});
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"failed"_s);
        QVERIFY(engine.run({EngineClient::command(u"true"_s, {u"true"_s})}, {}));
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"all-exited"_s);
    }

    void whatIsNoWayToCaptureIsRefused()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.send(
            {{"type", "run"}, {"capture", "strace"}, {"topology", QJsonObject{{"nodes", QJsonArray()}}}});
        QVERIFY(engine.until([&] { return engine.has(u"error"_s); }));
        QCOMPARE(engine.errors(), QStringList{u"bad-message"_s});
    }

    void nothingIsLeftTwoSecondsAfterADeath_data()
    {
        QTest::addColumn<QString>("who");
        for (const char* who : {"model", "worker", "keeper"})
            QTest::newRow(who) << QString::fromLatin1(who);
    }

    void nothingIsLeftTwoSecondsAfterADeath()
    {
        QFETCH(QString, who);
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-death-XXXXXX"_s);
        const QString fifo = dir.filePath(u"fifo"_s);
        EngineClient engine;
        QVERIFY(engine.greet());
        beginLongRun(engine, fifo);
        // The child that the stubborn one forked is among them.
        const QList<pid_t> pids = pidsOf(engine);
        QVERIFY(pids.size() > 3);
        QVERIFY(!engine.leftBehind().isEmpty());
        if (who == u"model"_s)
            engine.hangUp(); // the same to the engine as the death of the model: its end of the wire closes
        else
            ::kill(who == u"worker"_s ? engine.worker() : engine.keeper(), SIGKILL);
        QElapsedTimer timer;
        timer.start();
        if (who != u"keeper"_s)
            engine.waitForEnd();
        const auto isGone = [&] {
            return !anyRuns(pids) && engine.leftBehind().isEmpty() && !QFileInfo::exists(fifo);
        };
        while (!isGone() && timer.elapsed() < 5000)
            ::poll(nullptr, 0, 10);
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(isGone());
    }

    void whatDeadEnginesLeftIsListedAndRemoved()
    {
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-orphans-XXXXXX"_s);
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-death-XXXXXX"_s);
        const QString fifo = dir.filePath(u"fifo"_s);
        EngineClient engine(runtime.path());
        QVERIFY(engine.greet());
        beginLongRun(engine, fifo);
        const auto ask = [&](const QStringList& arguments) {
            QProcess program;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(u"XDG_RUNTIME_DIR"_s, runtime.path());
            program.setProcessEnvironment(environment);
            program.start(QStringLiteral(BYTEYARD_BIN "/byteyard-engine"), arguments);
            program.waitForFinished();
            return qMakePair(program.exitCode(), program.readAllStandardOutput());
        };
        // While it lives, it is no orphan.
        QCOMPARE(ask({u"--orphans"_s}).second, QByteArray());
        const QList<pid_t> pids = pidsOf(engine);
        engine.killBoth();
        QTRY_VERIFY_WITH_TIMEOUT(!anyRuns(pids), 10000);
        QTRY_VERIFY(!ask({u"--orphans"_s}).second.isEmpty());
        const QJsonObject orphan = QJsonDocument::fromJson(ask({u"--orphans"_s}).second.trimmed()).object();
        QVERIFY(orphan[u"directory"_s].toString().startsWith(runtime.path()));
        QVERIFY(orphan[u"objects"_s].toArray().contains(fifo));
        QVERIFY(!orphan[u"started"_s].toString().isEmpty());
        QVERIFY(QFileInfo::exists(fifo));
        QCOMPARE(ask({u"--clean"_s, u"nobody"_s}).first, 1);
        QCOMPARE(ask({u"--clean"_s, orphan[u"id"_s].toString()}).first, 0);
        QVERIFY(!QFileInfo::exists(fifo));
        QCOMPARE(engine.leftBehind(), QStringList());
        QCOMPARE(ask({u"--orphans"_s}).second, QByteArray());
    }

    void aRuntimeDirectoryThatOthersCanWriteIsRefused()
    {
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-runtime-XXXXXX"_s);
        QVERIFY(QDir(runtime.path()).mkdir(u"byteyard"_s));
        ::chmod(QFile::encodeName(runtime.filePath(u"byteyard"_s)).constData(), 0777);
        EngineClient engine(runtime.path());
        QVERIFY(engine.untilEnd());
        QCOMPARE(engine.errors(), QStringList{u"session-directory"_s});
        QCOMPARE(engine.waitForEnd(), 1);
    }
};

QTEST_GUILESS_MAIN(TestEngineSession)
#include "tst_engine_session.moc"
