#include "command_line_run.h"

#include "model/session/session.h"
#include "model/topology/topology_file.h"

#include <QDir>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

QJsonArray words(const QStringList& list)
{
    return QJsonArray::fromStringList(list);
}

/// Processes one after the other, joined by pipes.
Topology pipeline(const QList<QStringList>& commands)
{
    Topology topology;
    for (qsizetype i = 0; i < commands.size(); ++i) {
        const QString id = u"c%1"_s.arg(i);
        topology.nodes.append({id, Kind::Command, id, {}, {{u"argv"_s, words(commands.at(i))}}});
        if (i == 0)
            continue;
        const QString pipe = u"p%1"_s.arg(i);
        topology.nodes.append({pipe, Kind::Pipe, pipe, {}, {}});
        topology.edges.append({pipe + u'w', u"c%1"_s.arg(i - 1), u"1"_s, pipe, u"write"_s, {}});
        topology.edges.append({pipe + u'r', id, u"0"_s, pipe, u"read"_s, {}});
    }
    return topology;
}

bool isAlive(qint64 pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    return file.open(QIODevice::ReadOnly) && !file.readAll().contains(") Z ");
}

qsizetype entries(const QString& directory, QDir::Filters filters)
{
    return QDir(directory).entryList(filters | QDir::NoDotAndDotDot).size();
}

} // namespace

class TestRunCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        // Run files of its own: what others left behind is no line of ours.
        qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path()));
    }
    void whatCannotStartIsOneLineAndStatusOne_data();
    void whatCannotStartIsOneLineAndStatusOne();
    void aGroupRunsAlone();
    void aRunEndsAtItsTime();
    void interruptStopsTheRunInOrder();
    void aKilledRunLeavesNoProcess();
    void anExportThatCannotBeWrittenIsOneLineAndStatusOne();
    void anExportWithoutRoomLeavesWhatWasThere();
    void aRecordingHoldsTheRun();
    void jsonLosesNothingWhenItsReaderIsSlow();
    void everyByteIsCountedOnce();
    void ofManyPartsTheSummaryListsSomeAndCountsTheOthers();
    void killingTheEngineEndsTheRunAndTheNextStartsAnother_data();
    void killingTheEngineEndsTheRunAndTheNextStartsAnother();
    void twentyRunsLeaveNothingBehind();

private:
    QString save(const Topology& topology)
    {
        const QString path = m_directory.filePath(u"test-%1.byteyard"_s.arg(++m_saved));
        const QString wrong = writeTopologyFile(topology, path);
        if (!wrong.isEmpty())
            qFatal("%s", qPrintable(wrong));
        return path;
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    int m_saved = 0;
};

void TestRunCommand::whatCannotStartIsOneLineAndStatusOne_data()
{
    QTest::addColumn<QStringList>("argv");
    QTest::addColumn<QString>("directory");
    QTest::addColumn<QByteArrayList>("parts");
    QTest::newRow("not in PATH") << QStringList{u"no-such-command-here"_s} << QString()
                                 << QByteArrayList{"no-such-command-here", "PATH"};
    QTest::newRow("not executable") << QStringList{u"/etc/passwd"_s} << QString()
                                    << QByteArrayList{"/etc/passwd", "EACCES"};
    QTest::newRow("no such directory")
        << QStringList{u"true"_s} << u"/no/such/place"_s << QByteArrayList{"/no/such/place", "ENOENT"};
}

void TestRunCommand::whatCannotStartIsOneLineAndStatusOne()
{
    QFETCH(QStringList, argv);
    QFETCH(QString, directory);
    QFETCH(QByteArrayList, parts);
    Topology topology = pipeline({argv, {u"true"_s}});
    topology.edges.clear();
    if (!directory.isEmpty())
        topology.nodes[0].properties.insert(u"directory"_s, directory);
    const CommandLineRun run({u"run"_s, save(topology), u"--json"_s});
    QCOMPARE(run.status, 1);
    QVERIFY2(run.errLines() == 1, run.err.constData());
    for (const QByteArray& part : parts)
        QVERIFY2(run.err.contains(part), run.err.constData());
    // The other one ran.
    const QJsonArray processes = jsonLines(run.out).constLast().value(u"processes"_s).toArray();
    bool other = false;
    for (const QJsonValue& process : processes)
        other = other || (process[u"name"_s] == "c1"_L1 && process[u"exit_code"_s].toInt(-1) == 0);
    QVERIFY2(other, run.out.constData());
}

void TestRunCommand::aGroupRunsAlone()
{
    Topology topology = pipeline({{u"echo"_s, u"in"_s}, {u"sleep"_s, u"60"_s}, {u"true"_s}});
    topology.edges.clear();
    topology.nodes[3].properties.remove(u"argv"_s); // the third command's: a fault, elsewhere
    topology.groups = {{u"g"_s, u"First"_s, {topology.nodes.first().id}, false}};
    const QString file = save(topology);
    const CommandLineRun run({u"run"_s, file, u"--group"_s, u"First"_s, u"--json"_s});
    QVERIFY2(run.status == 0, run.err.constData());
    const QJsonArray processes = jsonLines(run.out).constLast().value(u"processes"_s).toArray();
    QCOMPARE(processes.size(), 1);
    QCOMPARE(processes[0][u"exit_code"_s].toInt(-1), 0);

    const CommandLineRun whole({u"run"_s, file});
    QCOMPARE(whole.status, 2);
    const CommandLineRun other({u"run"_s, file, u"--group"_s, u"Second"_s});
    QCOMPARE(other.status, 2);
    QVERIFY2(other.errLines() == 1 && other.err.contains("Second") && other.err.contains("First"),
             other.err.constData());
}

void TestRunCommand::aRunEndsAtItsTime()
{
    QElapsedTimer timer;
    timer.start();
    const CommandLineRun run(
        {u"run"_s, save(pipeline({{u"sleep"_s, u"60"_s}})), u"--for"_s, u"500ms"_s, u"--json"_s});
    QCOMPARE(run.status, 0);
    QVERIFY(timer.elapsed() < 20000);
    const QJsonObject process = jsonLines(run.out).constLast().value(u"processes"_s)[0].toObject();
    QCOMPARE(process.value(u"signal"_s).toString(), u"SIGTERM"_s);
}

void TestRunCommand::interruptStopsTheRunInOrder()
{
    for (const int signal : {SIGINT, SIGTERM}) {
        QProcess process;
        CommandLineRun::prepare(process,
                                {u"run"_s, save(pipeline({{u"sh"_s, u"-c"_s, u"echo here; sleep 60"_s}}))});
        process.start(QIODevice::ReadOnly);
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += process.readAllStandardOutput()).contains("here"), 20000);
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        const QByteArray err = process.readAllStandardError();
        QVERIFY2(err.contains("SIGTERM") && err.contains("0 lost"), err.constData());
    }
}

void TestRunCommand::aKilledRunLeavesNoProcess()
{
    QProcess process;
    CommandLineRun::prepare(process,
                            {u"run"_s, save(pipeline({{u"sh"_s, u"-c"_s, u"echo $$; exec sleep 60"_s}}))});
    process.start(QIODevice::ReadOnly);
    QByteArray said;
    QTRY_VERIFY_WITH_TIMEOUT((said += process.readAllStandardOutput()).contains('\n'), 20000);
    const qint64 pid = said.trimmed().toLongLong();
    QVERIFY(pid > 0 && isAlive(pid));
    process.kill();
    QVERIFY(process.waitForFinished());
    QTRY_VERIFY_WITH_TIMEOUT(!isAlive(pid), 5000);
}

void TestRunCommand::anExportThatCannotBeWrittenIsOneLineAndStatusOne()
{
    const QString path = m_directory.filePath(u"missing/out.jsonl"_s);
    const CommandLineRun run({u"run"_s, save(pipeline({{u"true"_s}})), u"--json"_s, u"--export"_s, path});
    QCOMPARE(run.status, 1);
    QVERIFY2(run.errLines() == 1 && run.err.contains("missing/out.jsonl"), run.err.constData());
}

void TestRunCommand::anExportWithoutRoomLeavesWhatWasThere()
{
    const QString path = m_directory.filePath(u"kept.jsonl"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious\n");
    file.close();
    QProcess process;
    CommandLineRun::prepare(process,
                            {u"run"_s, save(pipeline({{u"seq"_s, u"9"_s}, {u"wc"_s}})), u"--export"_s, path});
    process.setChildProcessModifier([] {
        // A file may grow to 512 bytes: the export meets EFBIG, as it would meet ENOSPC on a full disk.
        const rlimit limit{512, 512};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::signal(SIGXFSZ, SIG_IGN);
    });
    process.start(QIODevice::ReadOnly);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    QCOMPARE(readAll(path), QByteArray("precious\n"));
    QVERIFY(process.readAllStandardError().contains("kept.jsonl"));
    QCOMPARE(QDir(m_directory.path()).entryList({u"kept.jsonl*"_s}).size(), 1);
}

void TestRunCommand::aRecordingHoldsTheRun()
{
    const QString path = m_directory.filePath(u"run.pcapng"_s);
    const CommandLineRun run(
        {u"run"_s, save(pipeline({{u"seq"_s, u"9"_s}, {u"wc"_s}})), u"--record"_s, path});
    QVERIFY2(run.status == 0, run.err.constData());
    Session session;
    session.openRecording(path);
    QTRY_COMPARE(session.state(), Session::State::Recorded);
    QCOMPARE(session.recordedFrom(), path);
    const LiveEndpoint* pipe = session.endpointOfNode(u"p1"_s);
    QVERIFY(pipe != nullptr);
    QCOMPARE(pipe->entry.totals.bytesIn, 18u);
    QCOMPARE(pipe->entry.totals.bytesOut, 18u);
    const LiveEdge* write = session.edgeOf(u"p1w"_s);
    QVERIFY(write != nullptr && write->wasOpen);
    QCOMPARE(write->bytesIn, 18u);
    QCOMPARE(session.processOfNode(u"c1"_s)->entry.exitCode, std::optional<int>(0));
    QVERIFY(session.eventCount() > 4);
    session.openRecording(m_directory.filePath(u"none.pcapng"_s));
    QTRY_COMPARE(session.problems().size(), 1);
    QVERIFY(session.problems().constFirst().what.contains(u"none.pcapng"_s));
    QCOMPARE(session.state(), Session::State::Recorded);
}

void TestRunCommand::jsonLosesNothingWhenItsReaderIsSlow()
{
    const Topology topology = pipeline({{u"dd"_s, u"if=/dev/zero"_s, u"bs=64"_s, u"count=5000"_s},
                                        {u"dd"_s, u"of=/dev/null"_s, u"bs=64"_s}});
    QProcess process;
    CommandLineRun::prepare(process, {u"run"_s, save(topology), u"--json"_s});
    process.setReadChannel(QProcess::StandardOutput);
    process.start(QIODevice::ReadOnly);
    QByteArray out;
    while (process.state() != QProcess::NotRunning || process.bytesAvailable() > 0) {
        QVERIFY(process.bytesAvailable() > 0 || process.waitForReadyRead(30000) ||
                process.state() == QProcess::NotRunning);
        out += process.read(4096);
    }
    QCOMPARE(process.exitCode(), 0);
    const QList<QJsonObject> lines = jsonLines(out);
    const QJsonObject summary = lines.constLast();
    QCOMPARE(summary.value(u"lost"_s).toInt(-1), 0);
    QCOMPARE(summary.value(u"dropped"_s).toInt(-1), 0);
    QCOMPARE(summary.value(u"events"_s).toInteger(), lines.size() - 2);
    QVERIFY(lines.size() > 10000);
    for (qsizetype i = 1; i + 1 < lines.size(); ++i)
        QCOMPARE(lines.at(i).value(u"seq"_s).toInteger(), i);
}

void TestRunCommand::everyByteIsCountedOnce()
{
    const CommandLineRun run({u"run"_s,
                              save(pipeline({{u"dd"_s, u"if=/dev/zero"_s, u"bs=64k"_s, u"count=2000"_s},
                                             {u"dd"_s, u"of=/dev/null"_s, u"bs=64k"_s}})),
                              u"--json"_s});
    QVERIFY2(run.status == 0, run.err.constData());
    const QJsonObject pipe = jsonLines(run.out).constLast().value(u"endpoints"_s)[0].toObject();
    QCOMPARE(pipe.value(u"bytes_in"_s).toInteger(), 131'072'000);
    QCOMPARE(pipe.value(u"bytes_out"_s).toInteger(), 131'072'000);
}

void TestRunCommand::ofManyPartsTheSummaryListsSomeAndCountsTheOthers()
{
    Topology topology =
        pipeline({{u"sh"_s, u"-c"_s,
                   u"i=0; while [ $i -lt 250 ]; do i=$((i+1)); /bin/true; done; "
                   u"for i in 1 2 3; do echo $i > %1/own-$i; done"_s.arg(m_directory.path())}});
    const QString lab = save(topology);
    const CommandLineRun run({u"run"_s, lab});
    QCOMPARE(run.status, 0);
    const QList<QByteArray> lines = run.err.split('\n');
    qsizetype ended = 0;
    for (const QByteArray& line : lines)
        ended += line.contains("exited 0") ? 1 : 0;
    QCOMPARE(ended, 200);
    QVERIFY2(run.err.contains("more processes: 51 (--json"), run.err.right(400).constData());
    QVERIFY2(run.err.contains("files of one process alone: 3 (--json"), run.err.right(400).constData());
    QVERIFY(!run.err.contains("own-1"));
    const QJsonObject summary = jsonLines(CommandLineRun({u"run"_s, lab, u"--json"_s}).out).constLast();
    QCOMPARE(summary.value(u"processes"_s).toArray().size(), 251);
    QCOMPARE(summary.value(u"endpoints"_s).toArray().size(), 3);
}

void TestRunCommand::killingTheEngineEndsTheRunAndTheNextStartsAnother_data()
{
    QTest::addColumn<bool>("keeper");
    QTest::newRow("keeper") << true;
    QTest::newRow("worker") << false;
}

void TestRunCommand::killingTheEngineEndsTheRunAndTheNextStartsAnother()
{
    QFETCH(bool, keeper);
    Session session;
    session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
    session.run(pipeline({{u"sleep"_s, u"60"_s}}));
    QTRY_VERIFY(session.processOfNode(u"c0"_s) != nullptr &&
                session.processOfNode(u"c0"_s)->entry.state == "running"_L1);
    const qint64 sleeper = session.processOfNode(u"c0"_s)->entry.pid;
    ::kill(static_cast<pid_t>(keeper ? session.enginePids().keeper : session.enginePids().worker), SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 10000);
    QCOMPARE(session.problems().size(), 1);
    QVERIFY(!session.problems().constFirst().remedy.isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(!isAlive(sleeper), 5000);
    session.run(pipeline({{u"true"_s}}));
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 10000);
    QVERIFY(session.problems().isEmpty());
    QCOMPARE(session.processOfNode(u"c0"_s)->entry.exitCode, std::optional<int>(0));
}

void TestRunCommand::twentyRunsLeaveNothingBehind()
{
    Session session;
    session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
    const auto runOnce = [&] {
        session.run(pipeline({{u"seq"_s, u"99"_s}, {u"wc"_s}}));
        return QTest::qWaitFor([&] { return session.state() == Session::State::Ended; }, 20000) &&
               session.endpointOfNode(u"p1"_s)->entry.totals.bytesOut == 288;
    };
    QVERIFY(runOnce());
    const auto descriptors = [](qint64 pid) {
        return entries(u"/proc/%1/fd"_s.arg(pid), QDir::AllEntries | QDir::System);
    };
    const auto own = descriptors(getpid());
    const auto worker = descriptors(session.enginePids().worker);
    const auto keeper = descriptors(session.enginePids().keeper);
    const auto threads = entries(u"/proc/self/task"_s, QDir::Dirs);
    const qint64 workerPid = session.enginePids().worker;
    for (int i = 0; i < 20; ++i)
        QVERIFY(runOnce());
    QCOMPARE(session.enginePids().worker, workerPid);
    QTRY_COMPARE(descriptors(getpid()), own);
    QTRY_COMPARE(descriptors(workerPid), worker);
    QTRY_COMPARE(descriptors(session.enginePids().keeper), keeper);
    QTRY_COMPARE(entries(u"/proc/self/task"_s, QDir::Dirs), threads);
}

QTEST_GUILESS_MAIN(TestRunCommand)
#include "tst_run_command.moc"
