#include "gui/canvas/layout_job.h"
#include "gui/canvas/metrics.h"

#include <QRectF>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard::gui;

namespace {

constexpr int patience = 30000;

using Positions = QHash<QString, QPointF>;

/// `count` boxes in a row, of different heights.
LayoutPlan rowOf(int count)
{
    LayoutPlan plan;
    for (int i = 0; i < count; ++i) {
        plan.boxes.append({u"box:%1 \"quoted\" }"_s.arg(i), {150.0, 60.0 + i}, {75, 30}, {}});
        if (i > 0)
            plan.arcs.append({plan.boxes.at(i - 1).id, plan.boxes.at(i).id});
    }
    return plan;
}

QRectF bodyOf(const LayoutPlan::Box& box, const QPointF& position)
{
    return {position + box.anchor - QPointF(box.size.width(), box.size.height()) / 2, box.size};
}

} // namespace

/// What dot is asked, and what its answer is taken for: with the real dot.
class TestLayoutPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bytesRunFromLeftToRightOnOneLineOnTheGrid()
    {
        const LayoutPlan plan = rowOf(5);
        LayoutJob job;
        QSignalSpy done(&job, &LayoutJob::done);
        job.start(plan);
        QVERIFY(done.wait(patience));
        const auto positions = done.first().first().value<Positions>();
        QCOMPARE(positions.size(), plan.boxes.size());
        for (qsizetype i = 0; i < plan.boxes.size(); ++i) {
            const QPointF at = positions.value(plan.boxes.at(i).id);
            QCOMPARE(std::fmod(at.x(), gridStep), 0.0);
            QCOMPARE(std::fmod(at.y(), gridStep), 0.0);
            if (i > 0) {
                const QPointF before = positions.value(plan.boxes.at(i - 1).id);
                QVERIFY(at.x() >= before.x() + 150 + columnGap / 2);
                QCOMPARE(at.y(), before.y());
            }
        }
    }

    void aFrameHoldsItsOwnAndNothingElse()
    {
        LayoutPlan plan = rowOf(6);
        for (const int member : {1, 2})
            plan.boxes[member].frame = u"frame"_s;
        plan.arcs.append({plan.boxes.at(0).id, plan.boxes.at(4).id});
        plan.arcs.append({plan.boxes.at(5).id, plan.boxes.at(1).id}); // closes a circle
        LayoutJob job;
        QSignalSpy done(&job, &LayoutJob::done);
        job.start(plan);
        QVERIFY(done.wait(patience));
        const auto positions = done.first().first().value<Positions>();
        QRectF frame;
        for (const LayoutPlan::Box& box : plan.boxes)
            if (!box.frame.isEmpty())
                frame |= bodyOf(box, positions.value(box.id));
        for (const LayoutPlan::Box& box : plan.boxes)
            QVERIFY(box.frame.isEmpty() != frame.intersects(bodyOf(box, positions.value(box.id))));
    }

    void whatHangsTogetherStandsInTheOrderOfThePlan()
    {
        LayoutPlan plan = rowOf(9);
        plan.arcs.removeIf([&](const LayoutPlan::Arc& arc) {
            return arc.to == plan.boxes.at(3).id || arc.to == plan.boxes.at(6).id;
        });
        plan.boxes[7].frame = plan.boxes[8].frame = u"frame"_s;
        LayoutJob job;
        QSignalSpy done(&job, &LayoutJob::done);
        job.start(plan);
        QVERIFY(done.wait(patience));
        const auto positions = done.first().first().value<Positions>();
        for (const int row : {3, 6})
            QVERIFY(positions.value(plan.boxes.at(row).id).y() >
                    positions.value(plan.boxes.at(row - 1).id).y());
    }

    void thousandsOfConnectionsAreLaidOutWithoutOverlap()
    {
        LayoutPlan plan = rowOf(400);
        quint32 number = 1;
        for (int i = 0; i < 800; ++i) {
            number = number * 1103515245 + 12345;
            const qsizetype from = number / 65536 % 400;
            plan.arcs.append({plan.boxes.at(from).id, plan.boxes.at((from + 1 + i % 20) % 400).id});
        }
        LayoutJob job;
        QSignalSpy done(&job, &LayoutJob::done);
        job.start(plan);
        QVERIFY(done.wait(patience));
        const auto positions = done.first().first().value<Positions>();
        for (const LayoutPlan::Box& a : plan.boxes)
            for (const LayoutPlan::Box& b : plan.boxes)
                QVERIFY(a.id == b.id ||
                        !bodyOf(a, positions.value(a.id)).intersects(bodyOf(b, positions.value(b.id))));
    }

    void aNewPlanTakesThePlaceOfTheOneAtWork()
    {
        LayoutJob job;
        QSignalSpy done(&job, &LayoutJob::done);
        QSignalSpy failed(&job, &LayoutJob::failed);
        job.start(rowOf(300));
        job.start(rowOf(2));
        QVERIFY(done.wait(patience));
        QCOMPARE(done.first().first().value<Positions>().size(), 2);
        job.start(rowOf(300));
        job.cancel();
        QVERIFY(!job.isBusy());
        QVERIFY(!done.wait(200));
        QCOMPARE(done.size(), 1);
        QVERIFY(failed.isEmpty());
    }

    void anAnswerThatIsNoneIsNotTaken_data()
    {
        QTest::addColumn<QByteArray>("plain");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("one is missing") << QByteArray("graph 1 1 1\nnode n0 1 1 1 1\nstop\n");
        QTest::newRow("no such box") << QByteArray("node n0 1 1 1 1\nnode n7 1 1 1 1\n");
        QTest::newRow("no number") << QByteArray("node n0 1 1 1 1\nnode n1 x 1 1 1\n");
        QTest::newRow("infinite") << QByteArray("node n0 1 1 1 1\nnode n1 inf 1 1 1\n");
        QTest::newRow("cut") << QByteArray("node n0 1 1 1 1\nnode n1 1");
    }
    void anAnswerThatIsNoneIsNotTaken()
    {
        QFETCH(const QByteArray, plain);
        QVERIFY(fromDot(rowOf(2), plain).isEmpty());
        QCOMPARE(fromDot(rowOf(2), "node n0 1 1 1 1\nnode n1 2 1 1 1\n").size(), 2);
    }

    void whereDotIsMissingOrAtFaultThatIsSaid()
    {
        const QByteArray path = qgetenv("PATH");
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        qputenv("PATH", directory.path().toLocal8Bit());
        LayoutJob job;
        QSignalSpy failed(&job, &LayoutJob::failed);
        QSignalSpy done(&job, &LayoutJob::done);
        job.start(rowOf(2));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(failed.first().first().toString().contains(u"graphviz"_s));

        QFile script(directory.filePath(u"dot"_s));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("#!/bin/sh\necho node n0 1 1 1 1; echo node n1 2 1 1 1; exit 1\n");
        script.close();
        script.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
        job.start(rowOf(2));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 2, patience);
        QVERIFY(done.isEmpty());
        qputenv("PATH", path);
    }
};

QTEST_MAIN(TestLayoutPlan)
#include "tst_layout_plan.moc"
