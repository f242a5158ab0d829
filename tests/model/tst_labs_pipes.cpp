#include "lab_run.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// The labs about pipes and descriptors, beyond the first six.
class TestLabsPipes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoThatWriteBeforeTheyReadWaitForEachOther();
    void theOffsetBelongsToTheOpenFileDescription();
    void aHelperThatInheritsAWriteEndHoldsBackEndOfFile();
    void recordsUpToPipeBufStayWholeAndLargerOnesTear();
    void whatStdioKeepsIsNotInThePipe();
    void readersOfOnePipeShareItAndTeeCopies();
};

namespace {

double longestRead(const LabRun& lab, const QString& process)
{
    double longest = 0;
    for (const QJsonObject& read : lab.events(process, u"read"_s))
        longest = std::max(longest, read.value(u"duration"_s).toDouble());
    return longest;
}

qint64 bytesOut(const LabRun& lab, const QString& process, const QString& endpoint)
{
    qint64 bytes = 0;
    for (const QJsonObject& read : lab.events(process, u"read"_s))
        if (read.value(u"endpoint"_s) == endpoint)
            bytes += std::max<qint64>(0, read.value(u"result"_s).toInteger());
    return bytes;
}

} // namespace

void TestLabsPipes::twoThatWriteBeforeTheyReadWaitForEachOther()
{
    const LabRun lab(u"deadlock"_s, {u"--for"_s, u"2s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const auto& [process, pipe] : {std::pair(u"A"_s, u"A to B"_s), std::pair(u"B"_s, u"B to A"_s)}) {
        const QList<QJsonObject> writes = lab.events(process, u"write"_s);
        QVERIFY(!writes.isEmpty());
        // It slept in its one write until Stop cut it, with as much done as the pipe holds.
        QVERIFY(writes.constLast().value(u"requested"_s).toInteger() > 65536);
        QCOMPARE(writes.constLast().value(u"result"_s).toInteger(), 65536);
        QVERIFY(writes.constLast().value(u"duration"_s).toDouble() > 1);
        QCOMPARE(writes.constLast().value(u"endpoint"_s).toString(), pipe);
        QVERIFY(lab.events(process, u"read"_s).isEmpty() || bytesOut(lab, process, pipe) == 0);
        QCOMPARE(lab.endpoint(pipe).value(u"bytes_out"_s).toInteger(), 0);
    }
    // Stop ends both at once: the write end of the second may be broken before its own signal comes.
    QStringList signals{lab.process(u"A"_s).value(u"signal"_s).toString(),
                        lab.process(u"B"_s).value(u"signal"_s).toString()};
    QVERIFY2(signals.contains(u"SIGTERM"_s), qPrintable(signals.join(u' ')));
    signals.removeAll(u"SIGTERM"_s);
    signals.removeAll(u"SIGPIPE"_s);
    QCOMPARE(signals, QStringList());
}

void TestLabsPipes::theOffsetBelongsToTheOpenFileDescription()
{
    const LabRun lab(u"descriptors"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const auto held = [&](const QString& reader) {
        QByteArray bytes;
        for (const QJsonObject& read : lab.events(reader, u"read"_s))
            if (!read.value(u"endpoint"_s).isNull())
                bytes += dataOf(read);
        return bytes;
    };
    QCOMPARE(held(u"look: chain"_s), QByteArray("one\ntwo\nthree\n"));
    QCOMPARE(held(u"look: together"_s), QByteArray("first\nsecond\n"));
    QCOMPARE(held(u"look: apart"_s), QByteArray("second\n"));
    QSet<int> descriptors;
    for (const QJsonObject& write : lab.events(u"chain"_s, u"write"_s))
        descriptors.insert(write.value(u"fd"_s).toInt());
    QVERIFY(descriptors.contains(1)); // the shell moves 3 and 4 to 1 for each echo, and back
    QVERIFY(lab.events(u"chain"_s, QRegularExpression(u"^(dup2|dup3|fcntl)$"_s)).size() >= 2);
}

void TestLabsPipes::aHelperThatInheritsAWriteEndHoldsBackEndOfFile()
{
    const LabRun lab(u"leaked-descriptor"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QVERIFY2(longestRead(lab, u"reader"_s) > 2.5, qPrintable(QString::number(longestRead(lab, u"reader"_s))));
    QVERIFY(lab.exitTime(u"reader"_s) - lab.exitTime(u"leaky"_s) > 2);
    QVERIFY(lab.exitTime(u"reader 2"_s) < lab.exitTime(u"reader"_s) - 1);
    QCOMPARE(lab.endpoint(u"pipe"_s).value(u"bytes_out"_s).toInteger(), 5);
    QCOMPARE(lab.endpoint(u"pipe 2"_s).value(u"bytes_out"_s).toInteger(), 5);
}

void TestLabsPipes::recordsUpToPipeBufStayWholeAndLargerOnesTear()
{
    const LabRun lab(u"torn-records"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QRegularExpression verdict(u"(\\d+) of 300 lines are torn"_s);
    QList<int> torn;
    for (auto match = verdict.globalMatch(QString::fromUtf8(lab.run.out)); match.hasNext();)
        torn.append(match.next().captured(1).toInt());
    std::sort(torn.begin(), torn.end());
    QCOMPARE(torn.size(), 2);
    QCOMPARE(torn.at(0), 0);
    QVERIFY(torn.at(1) > 0);
    QCOMPARE(lab.endpoint(u"solid"_s).value(u"bytes_out"_s).toInteger(), 300 * 4096);
    QCOMPARE(lab.endpoint(u"torn"_s).value(u"bytes_out"_s).toInteger(), 300 * 5000);
}

void TestLabsPipes::whatStdioKeepsIsNotInThePipe()
{
    const LabRun lab(u"stdio-buffer"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(lab.endpoint(u"pipe"_s).value(u"messages_out"_s).toInteger(), 8);
    QCOMPARE(lab.endpoint(u"empty pipe"_s).value(u"messages_in"_s).toInteger(), 1);
    QCOMPARE(lab.endpoint(u"busy pipe"_s).value(u"messages_in"_s).toInteger(), 8);
    QCOMPARE(lab.endpoint(u"empty pipe"_s).value(u"bytes_in"_s).toInteger(),
             lab.endpoint(u"busy pipe"_s).value(u"bytes_in"_s).toInteger());
    // The one write comes after the last line was read.
    QVERIFY(lab.events(u"grep"_s, u"write"_s).constLast().value(u"time"_s).toDouble() >=
            lab.events(u"grep"_s, u"read"_s).constLast().value(u"time"_s).toDouble());
}

void TestLabsPipes::readersOfOnePipeShareItAndTeeCopies()
{
    const LabRun lab(u"copies"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    constexpr qint64 all = 168894; // seq 30000 | wc -c
    const qint64 a = bytesOut(lab, u"reader a"_s, u"one pipe"_s);
    const qint64 b = bytesOut(lab, u"reader b"_s, u"one pipe"_s);
    QVERIFY2(a > 0 && b > 0, qPrintable(u"%1 and %2"_s.arg(a).arg(b)));
    QCOMPARE(a + b, all);
    QCOMPARE(bytesOut(lab, u"reader c"_s, u"copy 1"_s), all);
    QCOMPARE(bytesOut(lab, u"reader d"_s, u"copy 2"_s), all);
    QCOMPARE(lab.endpoint(u"to tee"_s).value(u"bytes_out"_s).toInteger(), all);
}

QTEST_GUILESS_MAIN(TestLabsPipes)
#include "tst_labs_pipes.moc"
