#include "command_line_run.h"

#include "model/log/session_file.h"
#include "model/session/attach_model.h"
#include "model/session/keep.h"
#include "model/session/sentence.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

QString peer(const char* name)
{
    return QStringLiteral(BYTEYARD_PEERS "/") + QLatin1String(name);
}

void touch(const QString& path)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
}

bool isTraced(qint64 pid)
{
    const QByteArray status = readAll(u"/proc/%1/status"_s.arg(pid));
    return !status.isEmpty() && !status.contains("TracerPid:\t0\n");
}

QJsonObject processIn(const QJsonObject& summary, const QString& name)
{
    for (const auto& each : summary[u"processes"_s].toArray())
        if (each.toObject()[u"name"_s] == name)
            return each.toObject();
    return {};
}

} // namespace

/// Attaching without a window: `byteyard run --attach`, and what lists processes.
class TestAttachRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path()));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
    }
    void aRunEndsWithWhatItIsAttachedTo();
    void ctrlCLetsItGo();
    void aRecordingComesBackWithIt();
    void whatCannotBeAttachedToIsOneLineAndStatusOne();
    void theSessionListsProcessesAndAttachesWhileItRuns();
    void keepMakesNoCommandOfIt();
    void rowsComeAndGoWithoutAReset();
    void everyRefusalIsASentence();

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

void TestAttachRun::aRunEndsWithWhatItIsAttachedTo()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    const QString out = directory.filePath(u"out.jsonl"_s);
    QProcess stranger;
    stranger.start(peer("strangers"), {u"threads"_s, u"100"_s, go});
    QVERIFY(stranger.waitForStarted());
    QProcess run;
    CommandLineRun::prepare(
        run, {u"run"_s, u"--attach"_s, QString::number(stranger.processId()), u"--export"_s, out});
    run.start(QIODevice::ReadOnly);
    QTRY_VERIFY_WITH_TIMEOUT(isTraced(stranger.processId()), 20000);
    const qint64 pid = stranger.processId();
    touch(go);
    QVERIFY(run.waitForFinished(30000));
    const QByteArray err = run.readAllStandardError();
    QVERIFY2(run.exitCode() == 0, err.constData());
    QVERIFY2(err.contains("attached"), err.constData());
    QVERIFY(stranger.waitForFinished(20000));
    QCOMPARE(stranger.exitCode(), 7);
    const QList<QJsonObject> lines = jsonLines(readAll(out));
    const QJsonObject summary = lines.last();
    QCOMPARE(summary[u"lost"_s].toInt(), 0);
    const QJsonObject process = processIn(summary, u"strangers"_s);
    QVERIFY(process[u"attached"_s].toBool());
    QCOMPARE(process[u"exit_code"_s].toInt(), 7);
    QCOMPARE(process[u"pid"_s].toInteger(), pid);
    const QJsonArray endpoints = summary[u"endpoints"_s].toArray();
    const auto pipe = std::find_if(endpoints.begin(), endpoints.end(), [](const auto& each) {
        return each.toObject()[u"kind"_s] == u"pipe"_s && each.toObject()[u"bytes_out"_s].toInt() > 0;
    });
    QVERIFY(pipe != endpoints.end());
    QCOMPARE((*pipe).toObject()[u"capture"_s].toString(), u"exact"_s);
}

void TestAttachRun::ctrlCLetsItGo()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    const QString out = directory.filePath(u"out.jsonl"_s);
    QProcess stranger;
    stranger.start(peer("strangers"), {u"busy"_s, go});
    QVERIFY(stranger.waitForStarted());
    QProcess run;
    CommandLineRun::prepare(
        run, {u"run"_s, u"--attach"_s, QString::number(stranger.processId()), u"--export"_s, out});
    run.start(QIODevice::ReadOnly);
    QTRY_VERIFY_WITH_TIMEOUT(isTraced(stranger.processId()), 20000);
    ::kill(static_cast<pid_t>(run.processId()), SIGINT);
    QVERIFY(run.waitForFinished(30000));
    const QByteArray err = run.readAllStandardError();
    QVERIFY2(run.exitCode() == 0, err.constData());
    QVERIFY2(err.contains("goes on"), err.constData());
    QVERIFY(!isTraced(stranger.processId()));
    const QJsonObject process = processIn(jsonLines(readAll(out)).last(), u"strangers"_s);
    QVERIFY(process[u"attached"_s].toBool());
    QVERIFY(process[u"exit_code"_s].isNull());
    QVERIFY(process[u"signal"_s].isNull());
    touch(go);
    QVERIFY(stranger.waitForFinished(20000));
    QCOMPARE(stranger.exitCode(), 0);
}

void TestAttachRun::aRecordingComesBackWithIt()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    const QString file = directory.filePath(u"out.pcapng"_s);
    const QString out = directory.filePath(u"out.jsonl"_s);
    QProcess stranger;
    stranger.start(peer("strangers"), {u"busy"_s, go});
    QVERIFY(stranger.waitForStarted());
    const CommandLineRun run({u"run"_s, u"--attach"_s, QString::number(stranger.processId()), u"--for"_s,
                              u"500ms"_s, u"--record"_s, file});
    QVERIFY2(run.status == 0, run.err.constData());
    const CommandLineRun exported({u"export"_s, file, out});
    QVERIFY2(exported.status == 0, exported.err.constData());
    const QJsonObject process = processIn(jsonLines(readAll(out)).last(), u"strangers"_s);
    QVERIFY(process[u"attached"_s].toBool());
    QVERIFY(process[u"exit_code"_s].isNull());
    touch(go);
    QVERIFY(stranger.waitForFinished(20000));
    QCOMPARE(stranger.exitCode(), 0);
}

void TestAttachRun::whatCannotBeAttachedToIsOneLineAndStatusOne()
{
    const CommandLineRun run({u"run"_s, u"--attach"_s, u"1073741823"_s});
    QCOMPARE(run.status, 1);
    QVERIFY2(run.err.contains("error: ") && run.err.contains("1073741823") &&
                 run.err.contains("there is no such process") && run.err.contains("pgrep"),
             run.err.constData());
    QCOMPARE(run.err.count("error: "), 1);
}

void TestAttachRun::theSessionListsProcessesAndAttachesWhileItRuns()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    QProcess stranger;
    stranger.start(peer("strangers"), {u"busy"_s, go});
    QVERIFY(stranger.waitForStarted());
    Session session;
    QList<AttachableProcess> listed;
    connect(&session, &Session::processesListed, this, [&](const auto& all) { listed = all; });
    session.askProcesses();
    QTRY_VERIFY_WITH_TIMEOUT(!listed.isEmpty(), 20000);
    const auto find = [&](qint64 pid) {
        return std::find_if(listed.begin(), listed.end(), [pid](const auto& one) { return one.pid == pid; });
    };
    const auto seen = find(stranger.processId());
    QVERIFY(seen != listed.end());
    QCOMPARE(seen->name, u"strangers"_s);
    QCOMPARE(seen->argv, (QStringList{peer("strangers"), u"busy"_s, go}));
    QVERIFY(seen->whyNot.isEmpty());
    const auto own = find(::getpid());
    QVERIFY(own != listed.end() && own->whyNot.contains(u"Byteyard's own"_s));

    Topology topology;
    topology.nodes.append(
        {u"sleep"_s, Kind::Command, u"sleep"_s, {}, {{u"argv"_s, QJsonArray{u"sleep"_s, u"100"_s}}}});
    RunOptions options;
    options.capture = u"ptrace"_s; // as busy as it is, auto would begin with looks
    session.run(topology, options);
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Running, 20000);
    session.attach(stranger.processId());
    const auto attached = [&]() -> const LiveProcess* {
        for (const LiveProcess& each : session.processes())
            if (each.entry.attached)
                return session.process(each.entry.number);
        return nullptr;
    };
    QTRY_VERIFY_WITH_TIMEOUT(attached() != nullptr && attached()->entry.state == u"running"_s, 20000);
    QVERIFY(attached()->entry.node.isEmpty());
    QVERIFY2(session.captureText().contains(u"1 process(es) attached"_s) ||
                 session.captureText().contains(u"attached, exact (ptrace)"_s),
             qPrintable(session.captureText()));
    session.sampleProcess(attached()->entry.number, true);
    QTRY_VERIFY_WITH_TIMEOUT(attached()->isSampled(), 20000);
    QCOMPARE(attached()->sampledWhy, u"person"_s);
    QVERIFY2(session.captureText().contains(u"1 process(es) sampled"_s), qPrintable(session.captureText()));
    QVERIFY(!session.captureText().contains(u"attached, exact"_s));
    session.sampleProcess(attached()->entry.number, false);
    QTRY_VERIFY_WITH_TIMEOUT(!attached()->isSampled(), 20000);
    QVERIFY(session.problems().isEmpty());
    session.detach(attached()->entry.number);
    QTRY_VERIFY_WITH_TIMEOUT(attached()->entry.state == u"detached"_s, 20000);
    QVERIFY(session.isLive());
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    QVERIFY2(session.captureText().contains(u"1 process(es) attached, exact (ptrace)"_s),
             qPrintable(session.captureText()));
    QCOMPARE(attached()->entry.state, u"detached"_s);
    touch(go);
    QVERIFY(stranger.waitForFinished(20000));
    QCOMPARE(stranger.exitCode(), 0);
}

void TestAttachRun::keepMakesNoCommandOfIt()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    QProcess stranger;
    stranger.start(peer("strangers"), {u"busy"_s, go});
    QVERIFY(stranger.waitForStarted());
    Session session;
    Document document;
    RunOptions options;
    options.attach = {stranger.processId()};
    session.run({}, options);
    QTRY_VERIFY_WITH_TIMEOUT(!session.processes().isEmpty() && !session.endpoints().isEmpty(), 20000);
    const quint32 process = session.processes().first().entry.number;
    keepUndrawn(document, session, {{process, 0, {}}});
    QVERIFY(document.topology().nodes.isEmpty());
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    touch(go);
    QVERIFY(stranger.waitForFinished(20000));
}

void TestAttachRun::rowsComeAndGoWithoutAReset()
{
    AttachModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    const auto process = [](qint64 pid, const QString& name, const QString& whyNot = {}) {
        return AttachableProcess{pid, name, u"ada"_s, {name, u"-x y"_s}, whyNot};
    };
    model.refresh({process(7, u"seven"_s), process(3, u"three"_s, u"No: it is a kernel thread."_s)});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, 0).data().toString(), u"3"_s);
    QCOMPARE(model.index(0, 0).data(AttachModel::WhyNotRole).toString(), u"No: it is a kernel thread."_s);
    QCOMPARE(model.index(0, 0).data(Qt::ToolTipRole).toString(), u"No: it is a kernel thread."_s);
    QCOMPARE(model.index(1, 0).data(AttachModel::PidRole).toLongLong(), 7);
    QCOMPARE(model.index(1, 0).data(AttachModel::SortRole).typeId(), int(QMetaType::LongLong));
    const QPersistentModelIndex kept(model.index(1, 0));
    model.refresh({process(5, u"five"_s), process(7, u"seven, renamed"_s), process(9, u"nine"_s)});
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(kept.isValid());
    QCOMPARE(model.index(kept.row(), 1).data().toString(), u"seven, renamed"_s);
    model.refresh({});
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(resets.size(), 0);
}

void TestAttachRun::everyRefusalIsASentence()
{
    QSet<QString> reasons;
    for (const QString& why :
         {u"no-process"_s, u"thread"_s, u"own"_s, u"followed"_s, u"zombie"_s, u"kernel-thread"_s, u"traced"_s,
          u"other-user"_s, u"not-dumpable"_s, u"ptrace-scope"_s, u"not-permitted"_s}) {
        const Sentence sentence = sentenceFor({u"attach"_s,
                                               {{u"pid"_s, u"4711"_s},
                                                {u"name"_s, u"cat"_s},
                                                {u"why"_s, why},
                                                {u"value"_s, u"1"_s},
                                                {u"user"_s, u"ada"_s},
                                                {u"tracer"_s, u"12"_s},
                                                {u"tracerName"_s, u"strace"_s}}},
                                              {});
        QVERIFY(sentence.what.contains(u"4711"_s) && sentence.what.contains(u"`cat`"_s));
        QVERIFY(!sentence.remedy.isEmpty());
        QVERIFY2(!reasons.contains(sentence.what), qPrintable(sentence.what));
        reasons.insert(sentence.what);
        if (why == "traced"_L1)
            QVERIFY(sentence.what.contains(u"`strace`"_s) && sentence.what.contains(u"12"_s));
        if (why == "ptrace-scope"_L1)
            QVERIFY(sentence.what.contains(u"kernel.yama.ptrace_scope is 1"_s));
    }
}

QTEST_GUILESS_MAIN(TestAttachRun)
#include "tst_attach_run.moc"
