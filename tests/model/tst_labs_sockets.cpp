#include "lab_run.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// The labs about sockets.
class TestLabsSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundariesBelongToTheType();
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

QTEST_GUILESS_MAIN(TestLabsSockets)
#include "tst_labs_sockets.moc"
