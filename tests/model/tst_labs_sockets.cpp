#include "lab_run.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// The labs about sockets.
class TestLabsSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundariesBelongToTheType();
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

QTEST_GUILESS_MAIN(TestLabsSockets)
#include "tst_labs_sockets.moc"
