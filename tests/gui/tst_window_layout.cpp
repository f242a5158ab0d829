#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "gui/widgets/dock_grip.h"

#include <QApplication>
#include <QDockWidget>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QToolButton>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;

namespace {

const QStringList panels{u"palette"_s,     u"inspector"_s, u"log"_s,      u"bytes"_s,   u"charts"_s,
                         u"descriptors"_s, u"output"_s,    u"problems"_s, u"timeline"_s};

/// A window that a test keeps, and closes as a person would.
struct Shown : MainWindow
{
    explicit Shown(const QSize& size = {1600, 1000})
    {
        setAttribute(Qt::WA_DeleteOnClose, false);
        resize(size);
        show();
        QTest::qWait(0);
    }
    QDockWidget* dock(const QString& id) const { return findChild<QDockWidget*>(id); }
};

} // namespace

class WindowLayout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        Theme::instance().apply();
    }
    void cleanup() { QSettings().remove(u"window"_s); }

    void aSmallWindowLeavesTheCanvasNearlyHalfOfItsHeight()
    {
        Shown window({1024, 700});
        QCOMPARE(window.size(), QSize(1024, 700));
        QVERIFY2(window.canvas()->height() >= 700 * 45 / 100,
                 qPrintable(QString::number(window.canvas()->height())));
        QVERIFY(window.canvas()->width() >= 1024 * 45 / 100);
        for (const QString& id : panels) {
            window.dock(id)->raise();
            QTest::qWait(0);
            const QRect place(window.dock(id)->widget()->mapTo(&window, QPoint()),
                              window.dock(id)->widget()->size());
            QVERIFY2(window.rect().contains(place), qPrintable(id));
            QVERIFY2(window.canvas()->height() >= 700 * 45 / 100, qPrintable(id));
        }
    }

    void theToolBarIsWholeInASmallWindow()
    {
        Shown window({1024, 700});
        auto* bar = window.findChild<QToolBar*>();
        for (const QAction* action : bar->actions()) {
            const QWidget* button = bar->widgetForAction(const_cast<QAction*>(action));
            if (!action->isSeparator() && qobject_cast<const QToolButton*>(button))
                QVERIFY2(button->isVisible(), qPrintable(action->text()));
        }
    }

    void aWindowThatGetsLowerTakesItFromThePanelsBelow()
    {
        Shown window({1600, 1000});
        const int before = window.dock(u"log"_s)->height();
        window.resize(1600, 600);
        QTest::qWait(0);
        QVERIFY(window.canvas()->height() >= 600 * 45 / 100);
        QVERIFY(window.dock(u"log"_s)->height() < before);
    }

    void theTimeLineHasAGripByWhichItIsFloated()
    {
        Shown window;
        QDockWidget* line = window.dock(u"timeline"_s);
        auto* grip = line->findChild<DockGrip*>();
        QTRY_VERIFY(grip && grip->isVisible());
        QVERIFY(grip->width() < 24 && grip->height() > 16);
        QVERIFY(line->height() < 60); // and no bar makes it higher
        QTest::mouseDClick(grip, Qt::LeftButton);
        QTRY_VERIFY(line->isFloating());
    }

    void everyPanelIsFloatedMovedAndHiddenAndComesBackWhereItWas_data()
    {
        QTest::addColumn<QString>("id");
        for (const QString& id : panels)
            QTest::newRow(qPrintable(id)) << id;
    }

    void everyPanelIsFloatedMovedAndHiddenAndComesBackWhereItWas()
    {
        QFETCH(const QString, id);
        {
            Shown window;
            window.dock(id)->setFloating(true);
            window.dock(id)->resize(420, 300);
            window.close();
        }
        {
            Shown window;
            QVERIFY(window.dock(id)->isFloating());
            window.dock(id)->setFloating(false);
            window.addDockWidget(Qt::TopDockWidgetArea, window.dock(id));
            window.close();
        }
        {
            Shown window;
            QVERIFY(!window.dock(id)->isFloating());
            QCOMPARE(window.dockWidgetArea(window.dock(id)), Qt::TopDockWidgetArea);
            window.dock(id)->hide();
            window.close();
        }
        Shown window;
        QVERIFY(window.dock(id)->isHidden());
        window.dock(id)->toggleViewAction()->trigger();
        QVERIFY(window.dock(id)->isVisible());
        QCOMPARE(window.dockWidgetArea(window.dock(id)), Qt::TopDockWidgetArea);
    }

    void whatThePersonSetTheCanvasToIsKeptOverARestart()
    {
        int height = 0;
        {
            Shown window({1200, 800});
            window.resizeDocks({window.dock(u"log"_s)}, {500}, Qt::Vertical);
            QTest::qWait(0);
            height = window.canvas()->height();
            QVERIFY(height < 800 * 45 / 100);
            window.close();
        }
        auto* again = new MainWindow; // in the size that it had
        again->show();
        QTest::qWait(0);
        QCOMPARE(again->size(), QSize(1200, 800));
        QVERIFY2(std::abs(again->canvas()->height() - height) <= 2,
                 qPrintable(u"%1, not %2"_s.arg(again->canvas()->height()).arg(height)));
        again->close();
    }

private:
    QTemporaryDir m_directory;
};

QTEST_MAIN(WindowLayout)
#include "tst_window_layout.moc"
