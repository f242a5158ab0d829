#include "model/log/time_line.h"

#include <QTest>

using byteyard::model::TimeLine;

namespace {

double eventsOf(const QList<TimeLine::Column>& columns)
{
    double sum = 0;
    for (const TimeLine::Column& column : columns)
        sum += column.events;
    return sum;
}

double blockedOf(const QList<TimeLine::Column>& columns)
{
    double sum = 0;
    for (const TimeLine::Column& column : columns)
        sum += column.blocked;
    return sum;
}

constexpr quint64 second = 1'000'000'000;

} // namespace

class TestTimeLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsStandWhereTheyHappened()
    {
        TimeLine line;
        for (int i = 0; i < 10; ++i)
            line.add(second / 4, 0);
        line.add(second / 4 * 3, 0);
        QCOMPARE(line.events(), quint64(11));
        const QList<TimeLine::Column> columns = line.columns(0, second, 10);
        QCOMPARE(columns.size(), 10);
        QVERIFY(qAbs(eventsOf(columns) - 11) < 1e-6);
        QVERIFY(columns.at(2).events > 9.9);
        QVERIFY(columns.at(7).events > 0.9);
        QCOMPARE(columns.at(0).events + columns.at(4).events + columns.at(9).events, 0.0);
    }

    void aLongRunLosesNothing()
    {
        TimeLine line;
        // A thousand events a second for an hour: the pieces have grown wider twelve times.
        constexpr int seconds = 3600;
        for (quint64 i = 0; i < seconds; ++i)
            for (quint64 each = 0; each < 1000; ++each)
                line.add(i * second + each * 1'000'000, 0);
        QCOMPARE(line.events(), quint64(seconds) * 1000);
        // What lies in the last piece is shared out along all of it, also behind the last event.
        QVERIFY(qAbs(eventsOf(line.columns(0, 2 * seconds * second, 100)) - seconds * 1000.0) < 1e-3);
        const QList<TimeLine::Column> columns = line.columns(0, seconds * second, 100);
        for (const TimeLine::Column& column : columns)
            QVERIFY2(qAbs(column.events - seconds * 10.0) < seconds,
                     qPrintable(QString::number(column.events)));
    }

    void whatWaitedIsSharedOutAlongItsWait()
    {
        TimeLine line;
        line.add(8 * second, 4 * second);              // from 4 s to 8 s
        line.add(9 * second, TimeLine::blockedNs - 1); // not long enough to be called blocked
        const QList<TimeLine::Column> columns = line.columns(0, 10 * second, 10);
        QVERIFY(qAbs(blockedOf(columns) - 4e9) < 1);
        for (int i = 4; i < 8; ++i)
            QVERIFY(qAbs(columns.at(i).blocked - 1e9) < 2e7);
        QCOMPARE(columns.at(2).blocked + columns.at(9).blocked, 0.0);
        // A second thread that still waits.
        line.addBlocked(7 * second, 10 * second);
        QVERIFY(qAbs(line.columns(0, 10 * second, 10).at(7).blocked - 2e9) < 4e7);
        line.addBlocked(5, 5);
        line.addBlocked(7, 5);
        QVERIFY(qAbs(blockedOf(line.columns(0, 20 * second, 10)) - 7e9) < 1);
    }

    void aPartOfItIsAsked()
    {
        TimeLine line;
        for (quint64 i = 0; i < 1000; ++i)
            line.add(i * 10'000'000, 0);
        QVERIFY(qAbs(eventsOf(line.columns(2 * second, 4 * second, 50)) - 200) < 2);
        QCOMPARE(line.columns(second, second, 5).size(), 5);
        QCOMPARE(eventsOf(line.columns(second, second, 5)), 0.0);
        QVERIFY(line.columns(0, second, 0).isEmpty());
    }

    void theLargestTimesAreTaken()
    {
        TimeLine line;
        line.add(std::numeric_limits<quint64>::max(), std::numeric_limits<quint64>::max());
        line.add(0, 1);
        QCOMPARE(line.events(), quint64(2));
        QVERIFY(qAbs(eventsOf(line.columns(0, std::numeric_limits<quint64>::max(), 10)) - 2) < 1e-3);
    }
};

QTEST_GUILESS_MAIN(TestTimeLine)
#include "tst_time_line.moc"
