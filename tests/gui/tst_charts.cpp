#include "gui/panels/charts_panel.h"
#include "gui/theme/theme.h"
#include "gui/widgets/trend_item.h"
#include "gui/widgets/trend_view.h"
#include "model/log/format.h"
#include "model/topology/pipeline_text.h"

#include <QApplication>
#include <QCategoryAxis>
#include <QChart>
#include <QLegend>
#include <QLegendMarker>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QValueAxis>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;

namespace {

/// Counts what is painted on a widget.
class PaintCounter : public QObject
{
public:
    explicit PaintCounter(QWidget* widget) { widget->installEventFilter(this); }
    int count = 0;

protected:
    bool eventFilter(QObject*, QEvent* event) override
    {
        count += event->type() == QEvent::Paint;
        return false;
    }
};

QCategoryAxis* valueAxis(const TrendView& view)
{
    return qobject_cast<QCategoryAxis*>(view.chart()->axes(Qt::Vertical).value(0));
}

} // namespace

class Charts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void aPeakOfOnePointIsDrawnHoweverManyPointsThereAre()
    {
        QList<QPointF> points;
        for (int i = 0; i < 100'000; ++i)
            points.append({i / 100'000.0 * 30, i == 70'000 ? 90.0 : 10.0 + i % 5});
        const QPolygonF line = TrendItem::lineOf(points, 30, 30, 100, 300, 200);
        double highest = 200;
        for (const QPointF& point : line)
            highest = std::min(highest, point.y());
        QCOMPARE(highest, 200 - 90.0 / 100 * 200);
        // What is drawn follows the columns, not the points.
        QVERIFY2(line.size() <= 300 * 4 + 2, qPrintable(QString::number(line.size())));
    }

    void aValueHoldsUntilTheNextOne()
    {
        const QPolygonF line = TrendItem::lineOf({{0, 10}, {15, 20}}, 30, 30, 20, 30, 100);
        const QPolygonF expected{{0.5, 50}, {15.5, 50}, {15.5, 0}, {30, 0}};
        QCOMPARE(line, expected);
    }

    void whatHeldBeforeTheLeftEdgeIsStillSeen()
    {
        const QPolygonF line = TrendItem::lineOf({{0, 10}, {100, 20}}, 110, 30, 20, 30, 100);
        QCOMPARE(line.first(), QPointF(0, 50));
    }

    void axesAndLegendAreQtChartsAndSayTheUnits()
    {
        TrendView view;
        view.resize(700, 260);
        view.setFormat([](double value) { return model::formatBytes(static_cast<quint64>(value)); });
        view.setSpan(30, 30);
        view.setSeries({{u"first"_s, Qt::blue, {{0, 0}, {10, 65536}}}, {u"second"_s, Qt::red, {{0, 100}}}});
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(valueAxis(view));
        QVERIFY(valueAxis(view)->categoriesLabels().contains(u"64 KiB"_s));
        QVERIFY(valueAxis(view)->max() > 65536);
        QVERIFY(view.chart()->legend()->isVisible());
        QStringList named;
        for (const QLegendMarker* marker : view.chart()->legend()->markers())
            named << marker->label();
        QCOMPARE(named, QStringList({u"first"_s, u"second"_s}));

        // A peak that has gone by is forgotten, and the labels follow.
        view.setSpan(60, 30);
        view.setSeries({{u"second"_s, Qt::red, {{0, 100}, {60, 3000}}}});
        QVERIFY(valueAxis(view)->max() < 4096);
        QVERIFY(!valueAxis(view)->categoriesLabels().contains(u"64 KiB"_s));
        QVERIFY(!view.chart()->legend()->isVisible());
    }

    void nothingIsNoMeasure()
    {
        TrendView view;
        view.resize(700, 260);
        view.setFormat([](double value) { return model::formatBytes(static_cast<quint64>(value)); });
        view.setSpan(30, 30);
        view.setSeries({{u"empty"_s, Qt::blue, {{0, 0}, {30, 0}}}});
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(valueAxis(view)->categoriesLabels(), QStringList{u"0 B"_s});
        view.setSeries({{u"empty"_s, Qt::blue, {{0, 0}, {30, 3}}}});
        QVERIFY(valueAxis(view)->categoriesLabels().contains(u"2 B"_s));
    }

    void aChosenRangeIsDrawnWithItsTimes()
    {
        TrendView view;
        view.resize(700, 260);
        view.setSpan(100, 30);
        view.setSeries({{u"level"_s, Qt::blue, {{0, 500}, {50, 700}}}});
        view.setRange(20, 24);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const auto* time = qobject_cast<QValueAxis*>(view.chart()->axes(Qt::Horizontal).value(0));
        QVERIFY(time);
        QCOMPARE(time->min(), 20.0);
        QCOMPARE(time->max(), 24.0);
        QVERIFY(valueAxis(view)->max() < 700); // what comes later does not stretch it
        const QString text = view.textAt(view.chart()->plotArea().center().toPoint());
        QVERIFY2(text.contains(u"at 22"_s) && text.contains(u"level: 500"_s), qPrintable(text));
    }

    void theLineIsDrawnWhereTheAxisSays()
    {
        TrendView view;
        view.resize(700, 260);
        view.setSpan(30, 30);
        view.setSeries({{u"level"_s, QColor(200, 0, 0), {{0, 500}, {30, 500}}}});
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const QImage image = view.grab().toImage();
        const QRectF area = view.chart()->plotArea();
        const double y = area.bottom() - 500 / valueAxis(view)->max() * area.height();
        const QColor at = image.pixelColor(qRound(area.center().x()), qRound(y));
        QVERIFY2(at.red() > 150 && at.green() < 60, qPrintable(at.name()));
        QVERIFY(view.textAt(area.center().toPoint()).contains(u"level: 500"_s));
        QCOMPARE(view.textAt({0, 0}), QString());
    }

    void aRunIsDrawnWhileItIsSeenAndNotAtAllWhenHidden()
    {
        model::Session session;
        History history(session);
        ChartsPanel panel(session, history);
        panel.resize(900, 260);
        auto* fill = panel.findChildren<TrendView*>().value(0);
        QVERIFY(fill);
        PaintCounter painted(fill->viewport());
        QSignalSpy grew(&history, &History::grew);
        model::Topology topology = model::parsePipeline(u"yes | sleep 1000"_s).fragment;
        session.run(topology);
        QTRY_VERIFY_WITH_TIMEOUT(!session.endpoints().isEmpty() && session.endpoints().first().fill == 65536,
                                 20000);
        grew.clear();
        QTRY_VERIFY(grew.size() > 10);
        QCOMPARE(painted.count, 0);
        QVERIFY(fill->series().isEmpty());

        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QTRY_COMPARE(fill->series().size(), 1);
        QCOMPARE(fill->series().first().points.last().y(), 65536.0);
        painted.count = 0;
        QTRY_VERIFY(painted.count > 10);

        panel.hide();
        QCoreApplication::processEvents();
        painted.count = 0;
        grew.clear();
        QTRY_VERIFY(grew.size() > 10);
        QCOMPARE(painted.count, 0);
        session.stop();
        QTRY_COMPARE_WITH_TIMEOUT(session.state(), model::Session::State::Ended, 20000);
        // Nothing runs: nobody looks any more.
        QVERIFY(!history.isLooking());
    }

private:
    QTemporaryDir m_directory;
};

QTEST_MAIN(Charts)
#include "tst_charts.moc"
