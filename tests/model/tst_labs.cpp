#include "lab_run.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// Each lab makes its point with real processes, and the log shows it.
class TestLabs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPipelinePassesWhatItWasGiven();
    void endOfFileComesWhenTheLastWriterCloses();
    void theWriterOfAPipeThatNobodyReadsIsKilled();
    void aFullPipeHoldsItsWriterBack();
    void openOfAFifoWaitsForTheOtherSide();
    void aPipeIsGoneOnceReadAndAFileIsNot();
};

void TestLabs::aPipelinePassesWhatItWasGiven()
{
    const LabRun lab(u"pipeline"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    // ls lists the files that the lab brings.
    const QJsonObject topology = lab.lines.constFirst().value(u"topology"_s).toObject();
    qint64 listed = 0;
    const QStringList files = topology.value(u"files"_s).toObject().keys();
    for (const QString& file : files)
        listed += file.size() + 1;
    const QJsonObject pipe = lab.endpoint(u"pipe"_s);
    QVERIFY(listed > 0);
    QCOMPARE(pipe.value(u"bytes_in"_s).toInteger(), listed);
    QCOMPARE(pipe.value(u"bytes_out"_s).toInteger(), listed);
    QCOMPARE(lab.summary().value(u"lost"_s).toInt(-1), 0);
    QCOMPARE(lab.process(u"ls"_s).value(u"exit_code"_s).toInt(-1), 0);
    QCOMPARE(lab.process(u"grep"_s).value(u"exit_code"_s).toInt(-1), 0);
    for (const QString& file : files)
        QCOMPARE(lab.run.out.contains(file.toUtf8()), file.contains(u".txt"_s));
    QVERIFY(!lab.events(u"ls"_s, u"execve"_s).isEmpty());
    QCOMPARE(lab.events(u"grep"_s, u"read"_s).constLast().value(u"result"_s).toInt(-1), 0);
}

void TestLabs::endOfFileComesWhenTheLastWriterCloses()
{
    const LabRun lab(u"write-end"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QVERIFY(lab.run.out.contains("5"));
    const QList<QJsonObject> reads = lab.events(u"wc"_s, u"read"_s);
    QVERIFY(reads.size() >= 2);
    QCOMPARE(reads.constFirst().value(u"result"_s).toInt(), 10);
    const QJsonObject endOfFile = reads.constLast();
    QCOMPARE(endOfFile.value(u"result"_s).toInt(-1), 0);
    // It waited as long as the parent slept with its write end open, and no longer than the parent lived.
    QVERIFY(endOfFile.value(u"duration"_s).toDouble() > 2.5);
    QVERIFY(std::abs(endOfFile.value(u"time"_s).toDouble() - lab.exitTime(u"parent"_s)) < 0.5);
}

void TestLabs::theWriterOfAPipeThatNobodyReadsIsKilled()
{
    const LabRun lab(u"sigpipe"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QJsonObject yes = lab.process(u"yes"_s);
    QVERIFY(yes.value(u"exit_code"_s).isNull());
    QCOMPARE(yes.value(u"signal"_s).toString(), u"SIGPIPE"_s);
    QCOMPARE(lab.process(u"head"_s).value(u"exit_code"_s).toInt(-1), 0);
    QCOMPARE(lab.events(u"yes"_s, u"write"_s).constLast().value(u"error"_s).toString(), u"EPIPE"_s);
    QCOMPARE(lab.run.out.trimmed(), QByteArray("y"));
    QCOMPARE(lab.summary().value(u"lost"_s).toInt(-1), 0);
}

void TestLabs::aFullPipeHoldsItsWriterBack()
{
    const LabRun lab(u"back-pressure"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QJsonObject pipe = lab.endpoint(u"pipe"_s);
    QCOMPARE(pipe.value(u"bytes_in"_s).toInteger(), 168894); // seq 30000 | wc -c
    QCOMPARE(pipe.value(u"bytes_out"_s).toInteger(), 168894);
    qint64 inPipe = 0;
    qint64 most = 0;
    double longest = 0;
    for (const QJsonObject& line : lab.lines) {
        const qint64 result = line.value(u"result"_s).toInteger();
        if (line.value(u"endpoint"_s) != "pipe"_L1 || result <= 0)
            continue;
        if (line.value(u"call"_s) == "write"_L1) {
            inPipe += result;
            longest = std::max(longest, line.value(u"duration"_s).toDouble());
        } else if (line.value(u"call"_s) == "read"_L1) {
            inPipe -= result;
        }
        most = std::max(most, inPipe);
    }
    QVERIFY2(most > 50000 && most <= 65536 + 8192, qPrintable(QString::number(most)));
    QVERIFY2(longest > 0.3, qPrintable(QString::number(longest))); // it slept in write until there was room
    QVERIFY(lab.run.out.contains("30000"));
}

void TestLabs::openOfAFifoWaitsForTheOtherSide()
{
    const LabRun lab(u"rendezvous"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QRegularExpression open(u"^open(at)?$"_s);
    bool refused = false;
    for (const QJsonObject& event : lab.events(u"impatient"_s, open))
        refused = refused || event.value(u"error"_s) == "ENXIO"_L1;
    QVERIFY(refused);
    QCOMPARE(lab.process(u"impatient"_s).value(u"exit_code"_s).toInt(-1), 1);
    double waited = 0;
    for (const QJsonObject& event : lab.events(u"reader"_s, open))
        if (event.value(u"endpoint"_s) == "mailbox"_L1)
            waited = std::max(waited, event.value(u"duration"_s).toDouble());
    QVERIFY2(waited > 1.5 && waited < 3, qPrintable(QString::number(waited)));
    QCOMPARE(lab.endpoint(u"mailbox"_s).value(u"bytes_in"_s).toInt(), 6);
    QCOMPARE(lab.endpoint(u"mailbox"_s).value(u"bytes_out"_s).toInt(), 6);
    QCOMPARE(lab.process(u"reader"_s).value(u"exit_code"_s).toInt(-1), 0);
}

void TestLabs::aPipeIsGoneOnceReadAndAFileIsNot()
{
    const LabRun lab(u"file-vs-pipe"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QByteArray text = "Read me once,\nread me twice.\n";
    const auto readBy = [&](const QString& process) {
        QByteArray bytes;
        for (const QJsonObject& event : lab.events(process, u"read"_s))
            if (event.value(u"endpoint"_s) == "mailbox"_L1 || event.value(u"endpoint"_s) == "notes.txt"_L1)
                bytes += dataOf(event);
        return bytes;
    };
    QCOMPARE(readBy(u"FIFO, first"_s), text);
    QCOMPARE(readBy(u"FIFO, second"_s), QByteArray());
    QCOMPARE(readBy(u"file, first"_s), text);
    QCOMPARE(readBy(u"file, second"_s), text);
    const auto seekError = [&](const QString& process) {
        const QList<QJsonObject> seeks = lab.events(process, u"lseek"_s);
        return seeks.isEmpty() ? u"no lseek"_s : seeks.constFirst().value(u"error"_s).toString();
    };
    QCOMPARE(seekError(u"FIFO, first"_s), u"ESPIPE"_s);
    QCOMPARE(seekError(u"file, first"_s), QString());
    // The writer of the FIFO has read the file too.
    QCOMPARE(lab.endpoint(u"notes.txt"_s).value(u"bytes_out"_s).toInteger(), qint64{3} * text.size());
    QCOMPARE(lab.endpoint(u"mailbox"_s).value(u"bytes_out"_s).toInteger(), qint64{text.size()});
}

QTEST_GUILESS_MAIN(TestLabs)
#include "tst_labs.moc"
