#include "command_line_run.h"

#include "model/commands/run_arguments.h"

#include <QTemporaryDir>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

const QString pipelineLab = QStringLiteral(BYTEYARD_SOURCE "/resources/labs/pipeline.byteyard");

QString fake(const QString& mode)
{
    return QStringLiteral(BYTEYARD_HELPERS "/helper_fake_engine ") + mode;
}

} // namespace

class TestRunArguments : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDurationIsANumberWithAUnit_data();
    void aDurationIsANumberWithAUnit();
    void everyOptionIsUnderstood();
    void wrongArgumentsAreStatusTwoAndOneLine_data();
    void wrongArgumentsAreStatusTwoAndOneLine();
    void aWrongFileIsStatusTwoAndALineAFault();
    void aBadEngineIsStatusOneAndOneLine_data();
    void aBadEngineIsStatusOneAndOneLine();
    void outputGoesToStdoutAndTheSummaryToStderr();
    void jsonPrintsSessionEventsAndSummaryAlone();
};

void TestRunArguments::aDurationIsANumberWithAUnit_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("ms");
    QTest::newRow("seconds") << u"5s"_s << 5000;
    QTest::newRow("milliseconds") << u"250ms"_s << 250;
    QTest::newRow("minutes") << u"2m"_s << 120000;
    QTest::newRow("hours") << u"1h"_s << 3600000;
    QTest::newRow("bare") << u"1.5"_s << 1500;
    QTest::newRow("nothing") << u""_s << 0;
    QTest::newRow("zero") << u"0s"_s << 0;
    QTest::newRow("negative") << u"-5s"_s << 0;
    QTest::newRow("word") << u"soon"_s << 0;
    QTest::newRow("unknown unit") << u"5d"_s << 0;
    QTest::newRow("over a week") << u"999999h"_s << 0;
    QTest::newRow("huge") << QString(400, u'9') << 0;
}

void TestRunArguments::aDurationIsANumberWithAUnit()
{
    QFETCH(QString, text);
    QFETCH(int, ms);
    QCOMPARE(readDuration(text), ms);
}

void TestRunArguments::everyOptionIsUnderstood()
{
    const RunArguments read = readRunArguments(
        {u"--for=3s"_s, u"--capture"_s, u"sampled"_s, u"lab.byteyard"_s, u"--record"_s, u"a.pcapng"_s,
         u"--export"_s, u"a.jsonl"_s, u"--export"_s, u"a.csv"_s, u"--json"_s});
    QVERIFY2(read.error.isEmpty(), qPrintable(read.error));
    QCOMPARE(read.lab, u"lab.byteyard"_s);
    QCOMPARE(read.forMs, 3000);
    QCOMPARE(read.capture, u"sampled"_s);
    QCOMPARE(read.record, u"a.pcapng"_s);
    QCOMPARE(read.exports.size(), 2);
    QCOMPARE(read.exports.at(1).format, ExportFormat::Csv);
    QVERIFY(read.json);
    QVERIFY(read.attach.isEmpty());

    const RunArguments attaching = readRunArguments({u"--attach"_s, u"12"_s, u"--attach=13"_s});
    QVERIFY2(attaching.error.isEmpty(), qPrintable(attaching.error));
    QVERIFY(attaching.lab.isEmpty());
    QCOMPARE(attaching.attach, (QList<qint64>{12, 13}));
    QVERIFY(attaching.attachChildren);
    QVERIFY(!readRunArguments({u"--attach"_s, u"12"_s, u"--no-children"_s}).attachChildren);
}

void TestRunArguments::wrongArgumentsAreStatusTwoAndOneLine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("no topology") << QStringList() << QByteArray("Name the topology");
    QTest::newRow("two topologies") << QStringList{u"a"_s, u"b"_s} << QByteArray("b is one too many");
    QTest::newRow("unknown option") << QStringList{u"a"_s, u"--fast"_s} << QByteArray("--fast");
    QTest::newRow("no value") << QStringList{u"a"_s, u"--for"_s} << QByteArray("--for needs a value");
    QTest::newRow("bad duration") << QStringList{u"a"_s, u"--for"_s, u"soon"_s} << QByteArray("no duration");
    QTest::newRow("bad capture") << QStringList{u"a"_s, u"--capture"_s, u"magic"_s} << QByteArray("ptrace");
    QTest::newRow("bad recording") << QStringList{u"a"_s, u"--record"_s, u"a.txt"_s} << QByteArray(".pcapng");
    QTest::newRow("bad pid") << QStringList{u"--attach"_s, u"firefox"_s} << QByteArray("no process id");
    QTest::newRow("whose children") << QStringList{u"--no-children"_s, u"lab"_s}
                                    << QByteArray("goes with --attach");
    QTest::newRow("no pid") << QStringList{u"--attach"_s, u"0"_s} << QByteArray("no process id");
    QTest::newRow("bad export") << QStringList{u"a"_s, u"--export"_s, u"a.xls"_s} << QByteArray(".jsonl");
}

void TestRunArguments::wrongArgumentsAreStatusTwoAndOneLine()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, words);
    const CommandLineRun run(QStringList{u"run"_s} + arguments, fake(u"talks"_s));
    QCOMPARE(run.status, 2);
    QCOMPARE(run.errLines(), 1);
    QVERIFY2(run.err.contains(words), run.err.constData());
    QVERIFY(run.out.isEmpty());
}

void TestRunArguments::aWrongFileIsStatusTwoAndALineAFault()
{
    const QTemporaryDir directory;
    const CommandLineRun missing({u"run"_s, directory.filePath(u"none.byteyard"_s)}, fake(u"talks"_s));
    QCOMPARE(missing.status, 2);
    QCOMPARE(missing.errLines(), 1);
    QVERIFY2(missing.err.contains("none.byteyard"), missing.err.constData());

    QFile file(directory.filePath(u"bad.byteyard"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QByteArray text = readAll(pipelineLab);
    text.replace("\"argv\": [\"ls\"]", "\"argv\": []").replace("\"node\": \"grep\"", "\"node\": \"nobody\"");
    file.write(text);
    file.close();
    const CommandLineRun bad({u"run"_s, file.fileName()}, fake(u"talks"_s));
    QCOMPARE(bad.status, 2);
    QVERIFY2(bad.errLines() >= 1 && bad.err.contains("bad.byteyard:"), bad.err.constData());
    QVERIFY(bad.out.isEmpty());
}

void TestRunArguments::aBadEngineIsStatusOneAndOneLine_data()
{
    QTest::addColumn<QString>("engine");
    QTest::addColumn<QByteArray>("words");
    QTest::newRow("not there") << u"/nowhere/engine"_s << QByteArray("ENOENT");
    QTest::newRow("no rights") << u"/etc/passwd"_s << QByteArray("EACCES");
    QTest::newRow("garbage") << fake(u"garbage"_s) << QByteArray("no Byteyard message");
    QTest::newRow("dies") << fake(u"dies"_s) << QByteArray("SIGKILL");
}

void TestRunArguments::aBadEngineIsStatusOneAndOneLine()
{
    QFETCH(QString, engine);
    QFETCH(QByteArray, words);
    const CommandLineRun run({u"run"_s, pipelineLab, u"--json"_s}, engine);
    QCOMPARE(run.status, 1);
    QCOMPARE(run.errLines(), 1);
    QVERIFY2(run.err.contains(words), run.err.constData());
    const QList<QJsonObject> lines = jsonLines(run.out);
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines.constLast().value(u"type"_s).toString(), u"summary"_s);
}

void TestRunArguments::outputGoesToStdoutAndTheSummaryToStderr()
{
    const CommandLineRun run({u"run"_s, pipelineLab}, fake(u"talks"_s));
    QCOMPARE(run.out, QByteArray("42\r\n"));
    for (const char* part :
         {"yes", "pid 122", "killed by SIGPIPE", "wc", "exited 0", "65", "2 events, 0 lost", "EBUSY"})
        QVERIFY2(run.err.contains(part), part);
}

void TestRunArguments::jsonPrintsSessionEventsAndSummaryAlone()
{
    const CommandLineRun run({u"run"_s, pipelineLab, u"--json"_s}, fake(u"talks"_s));
    const QList<QJsonObject> lines = jsonLines(run.out);
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines.at(0).value(u"type"_s).toString(), u"session"_s);
    QCOMPARE(lines.at(0).value(u"capture"_s).toString(), u"ptrace"_s);
    QCOMPARE(lines.at(1).value(u"process"_s).toString(), u"yes"_s);
    QCOMPARE(lines.at(1).value(u"endpoint"_s).toString(), u"p"_s);
    QCOMPARE(lines.at(2).value(u"call"_s).toString(), u"read"_s);
    QCOMPARE(lines.at(3).value(u"lost"_s).toInt(-1), 0);
    QCOMPARE(lines.at(3).value(u"events"_s).toInt(), 2);
}

QTEST_GUILESS_MAIN(TestRunArguments)
#include "tst_run_arguments.moc"
