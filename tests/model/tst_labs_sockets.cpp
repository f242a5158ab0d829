#include "lab_run.h"

#include <QStandardPaths>
#include <QTest>

#include <cerrno>

using namespace Qt::StringLiterals;

/// The labs about sockets.
class TestLabsSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundariesBelongToTheType();
    void clientsAreConnectedBeforeTheyAreAccepted();
    void aFullSocketDropsDatagramsAndAShortReadCutsOne();
    void timeWaitHoldsAnAddressUnlessBothRunsAllowReuse();
    void aPathOutlivesItsServerAndAnAbstractNameDoesNot();
    void everyRawSocketGetsACopy();
    void realProgramsMeetOverTheirOwnSockets();
    void aPassedDescriptorLeadsToTheSameDescription();
    void shutdownEndsOneDirectionAlone();
};

namespace {

QList<QByteArray> received(const LabRun& lab, const QString& process, const QString& endpoint)
{
    QList<QByteArray> pieces;
    for (const QJsonObject& read : lab.events(process, u"read"_s))
        if (read.value(u"endpoint"_s) == endpoint)
            pieces.append(dataOf(read));
    return pieces;
}

int exitCode(const LabRun& lab, const QString& process)
{
    return lab.process(process).value(u"exit_code"_s).toInt(-1);
}

} // namespace

void TestLabsSockets::boundariesBelongToTheType()
{
    const LabRun lab(u"boundaries"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QByteArray> three{"one", "two", "three"};
    QCOMPARE(received(lab, u"receives, stream"_s, u"stream"_s), QList<QByteArray>({"onetwothree", {}}));
    QCOMPARE(received(lab, u"receives, datagram"_s, u"datagram"_s), three);
    QCOMPARE(received(lab, u"receives, seqpacket"_s, u"seqpacket"_s), three + QList<QByteArray>{{}});
    for (const QString& type : {u"stream"_s, u"datagram"_s, u"seqpacket"_s})
        QCOMPARE(lab.endpoint(type).value(u"messages_in"_s).toInt(), 3);
}

void TestLabsSockets::aPassedDescriptorLeadsToTheSameDescription()
{
    const LabRun lab(u"passing-descriptors"_s, {u"--for"_s, u"20s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const char* line :
         {"owner reads: first line", "helper reads: second line", "owner reads: third line"})
        QVERIFY2(lab.run.out.contains(line), lab.run.out.constData());
    const QRegularExpression open(u"^open(at)?$"_s);
    for (const QJsonObject& event : lab.events(u"helper"_s, open))
        QVERIFY(event.value(u"endpoint"_s) != "notes.txt"_L1); // it never opened the file
    QCOMPARE(lab.events(u"owner"_s, u"sendmsg"_s).size(), 1);
    QCOMPARE(lab.events(u"helper"_s, u"recvmsg"_s).size(), 1);
}

void TestLabsSockets::shutdownEndsOneDirectionAlone()
{
    const LabRun lab(u"half-closed"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QJsonObject> shutdowns = lab.events(u"asker"_s, u"shutdown"_s);
    QCOMPARE(shutdowns.size(), 1);
    QVERIFY(shutdowns.constFirst().value(u"detail"_s).toString().contains(u"SHUT_WR"_s));
    // End-of-file one way…
    QCOMPARE(received(lab, u"answerer"_s, u"pair"_s).constLast(), QByteArray());
    const double end = lab.events(u"answerer"_s, u"read"_s).constLast().value(u"time"_s).toDouble();
    QVERIFY(end >= shutdowns.constFirst().value(u"time"_s).toDouble());
    // …and bytes the other way afterwards, through the descriptor that was never closed.
    const QList<QJsonObject> answers = lab.events(u"answerer"_s, u"write"_s);
    QVERIFY(!answers.isEmpty() && answers.constFirst().value(u"time"_s).toDouble() >= end);
    QCOMPARE(received(lab, u"asker"_s, u"pair"_s).join(), QByteArray("apple\nfig\npear\n"));
    QCOMPARE(lab.process(u"asker"_s).value(u"exit_code"_s).toInt(-1), 0);
}

void TestLabsSockets::clientsAreConnectedBeforeTheyAreAccepted()
{
    const LabRun lab(u"listener"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    // The clients' sockets were connected by the time that the first of them had started to talk; the server,
    // by then, slept for two seconds.
    for (int i = 1; i <= 3; ++i)
        QVERIFY(lab.run.out.contains(u"you said: hello from %1"_s.arg(i).toUtf8()));
    QCOMPARE(exitCode(lab, u"server"_s), 0);
}

void TestLabsSockets::aFullSocketDropsDatagramsAndAShortReadCutsOne()
{
    const LabRun lab(u"datagrams"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(exitCode(lab, u"sender"_s), 0); // not one of its calls failed
    const qsizetype arrived = lab.run.out.count("datagram ");
    QVERIFY2(arrived > 0 && arrived < 100, qPrintable(QString::number(arrived)));
    QVERIFY(lab.run.out.contains("datagram 1\r\n") || lab.run.out.contains("datagram 1\n"));
    QVERIFY(!lab.run.out.contains("datagram 100"));
    QCOMPARE(received(lab, u"four bytes"_s, u"cut"_s), QList<QByteArray>({"0123", "abcd"}));
}

void TestLabsSockets::timeWaitHoldsAnAddressUnlessBothRunsAllowReuse()
{
    const LabRun lab(u"address-in-use"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(exitCode(lab, u"plain, first run"_s), 0);
    QCOMPARE(exitCode(lab, u"plain, second run"_s), EADDRINUSE); // perl ends with errno
    QVERIFY(lab.run.out.contains("bind: Address already in use"));
    QCOMPARE(exitCode(lab, u"reused, first run"_s), 0);
    QCOMPARE(exitCode(lab, u"reused, second run"_s), 0);
    QCOMPARE(lab.run.out.count("bound"), 1);
}

void TestLabsSockets::aPathOutlivesItsServerAndAnAbstractNameDoesNot()
{
    const LabRun lab(u"stale-path"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const QString& name : {u"path"_s, u"abstract"_s}) {
        QCOMPARE(lab.process(name + u", first run"_s).value(u"signal"_s).toString(), u"SIGKILL"_s);
        QCOMPARE(exitCode(lab, name + u", client"_s), ECONNREFUSED);
    }
    QVERIFY2(lab.run.out.contains("srw"), lab.run.out.constData()); // a socket's name
    QCOMPARE(exitCode(lab, u"path, second run"_s), EADDRINUSE);
    QCOMPARE(exitCode(lab, u"abstract, second run"_s), 0);
}

void TestLabsSockets::everyRawSocketGetsACopy()
{
    const LabRun lab(u"raw"_s);
    const QByteArray output = lab.run.out;
    if (lab.run.status != 0)
        QSKIP("raw sockets need CAP_NET_RAW");
    // The identifier is the lab's own: others may send ICMP on the loopback interface too.
    QCOMPARE(output.count("08 00 b5 bc 42 42 00 01"), 2);
    QCOMPARE(output.count("00 00 bd bc 42 42 00 01"), 2);
    QVERIFY(output.contains("45 00 00 1c"));
    const auto gets = [&](const QByteArray& type) {
        for (const QJsonObject& line : lab.lines)
            if (line.value(u"endpoint"_s) == "icmp"_L1 && line.value(u"call"_s) == "read"_L1 &&
                dataOf(line).mid(20, 1) == type)
                return true;
        return false;
    };
    QVERIFY(gets(QByteArray(1, 8)) && gets(QByteArray(1, 0)));
}

void TestLabsSockets::realProgramsMeetOverTheirOwnSockets()
{
    for (const QString& program : {u"nc"_s, u"socat"_s})
        if (QStandardPaths::findExecutable(program).isEmpty())
            QSKIP("needs netcat-openbsd and socat");
    const LabRun lab(u"real-programs"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const char* text : {"hello from socat", "hello from nc", "hello from nc 1", "hello from nc 2"})
        QVERIFY2(lab.run.out.contains(text), lab.run.out.constData());
}

QTEST_GUILESS_MAIN(TestLabsSockets)
#include "tst_labs_sockets.moc"
