#include "gui/dialogs/help_dialog.h"
#include "gui/dialogs/preferences_dialog.h"
#include "gui/panels/log_panel.h"
#include "gui/widgets/command_list.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/find_bar.h"
#include "tests/gui/hands_fixture.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QJsonArray>
#include <QMenu>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using byteyard::test::HandsFixture;
using State = model::Session::State;

/// What a person's hands do around the canvas, row by row, in the whole window with a real mouse and real
/// keys: commands, runs, menus, panels, files.
class HandsWindowTest : public QObject, private HandsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepare(); }
    void init() { open(); }
    void cleanup() { close(); }

    void findLightsUpAndF3GoesThroughTheMatches()
    {
        const QString first = command(u"grep"_s, {-300, 0});
        const QString second = command(u"grep"_s, {300, 0});
        command(u"ls"_s, {0, 200});
        for (const QString& key : {u"ctrl+f"_s, u"slash"_s}) {
            canvas()->setFocus();
            press(key);
            auto* bar = m_window->findChild<FindBar*>();
            QTRY_VERIFY(bar->isVisible() && bar->isAncestorOf(QApplication::focusWidget()));
            press(u"ctrl+a"_s);
            QVERIFY(Hands::type(u"grep"_s));
            press(u"F3"_s);
            QTRY_COMPARE(canvas()->selection().nodes, QStringList{first});
            press(u"F3"_s);
            QTRY_COMPARE(canvas()->selection().nodes, QStringList{second});
            press(u"shift+F3"_s);
            QTRY_COMPARE(canvas()->selection().nodes, QStringList{first});
            press(u"Escape"_s);
            QTRY_VERIFY(!bar->isVisible());
            QVERIFY(canvas()->hasFocus());
        }
    }

    void everyCommandByName()
    {
        command(u"ls"_s, {-300, 0});
        press(u"ctrl+shift+p"_s);
        QTRY_VERIFY(m_window->findChild<CommandList*>());
        QVERIFY(Hands::type(u"select all"_s));
        press(u"Return"_s);
        QTRY_COMPARE(canvas()->selection().nodes.size(), 1);
    }

    void runStopPauseAndStepByKeys()
    {
        const QString yes = m_window->document().addNode(model::Kind::Command, {-300, 0},
                                                         {{u"argv"_s, QJsonArray{u"sleep"_s, u"60"_s}}});
        canvas()->select({{yes}, {}});
        press(u"F5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Running, 20000);
        press(u"F8"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Paused, 20000);
        press(u"F8"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Running, 20000);
        QTRY_VERIFY(m_window->findChild<QAction*>(u"step"_s)->isEnabled());
        press(u"shift+F5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Ended, 20000);
    }

    void meddleThroughContextMenusByMouseMenuKeyAndShiftF10_data()
    {
        QTest::addColumn<QString>("how");
        QTest::newRow("right button") << QString();
        QTest::newRow("Menu") << u"Menu"_s;
        QTest::newRow("Shift+F10") << u"shift+F10"_s;
    }

    void meddleThroughContextMenusByMouseMenuKeyAndShiftF10()
    {
        QFETCH(const QString, how);
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString pipe = part(model::Kind::Pipe, {60, 20});
        const QString edge = m_window->document().connectNodes(ls, u"1"_s, pipe, u"write"_s);
        const auto menuAt = [&](const Selection& what, const QString& walk, const QPoint& place) {
            QStringList found;
            canvas()->setFocus();
            canvas()->select(what);
            if (!walk.isEmpty())
                press(walk);
            Hands::with<QMenu>(
                [&](QMenu* menu) { found = texts(menu); },
                [&] {
                    return how.isEmpty() ? Hands::act(at(place) + words({"click", "3"})) : press(how);
                });
            return found;
        };
        QVERIFY(menuAt({{ls}, {}}, {}, global(ls)).contains(u"Run It Alone"_s));
        const QPoint middle = (port(ls, u"1"_s) + port(pipe, u"write"_s)) / 2;
        QVERIFY(menuAt({{}, {edge}}, {}, middle).contains(u"Only Its Endpoint in the Log"_s));
        QVERIFY(menuAt({}, {}, bare()).contains(u"Fit"_s));
        canvas()->reveal(ls);
        const QStringList ofPort = menuAt({{ls}, {}}, u"alt+Right"_s, port(ls, u"1"_s));
        QVERIFY2(ofPort.contains(u"Connect from Here"_s), qPrintable(ofPort.join(u", "_s)));
    }

    void meddleOnARowOfTheLog_data() { meddleThroughContextMenusByMouseMenuKeyAndShiftF10_data(); }

    void meddleOnARowOfTheLog()
    {
        QFETCH(const QString, how);
        m_window->document().addNode(model::Kind::Command, {-300, 0}, {{u"argv"_s, QJsonArray{u"true"_s}}});
        press(u"F5"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session().state(), State::Ended, 20000);
        auto* table = m_window->log()->findChild<DataTable*>();
        QTRY_VERIFY(table->model()->rowCount() > 0);
        table->setFocus();
        table->selectRow(0);
        const QPoint row =
            table->viewport()->mapToGlobal(table->visualRect(table->model()->index(0, 1)).center());
        QStringList found;
        Hands::with<QMenu>(
            [&](QMenu* menu) { found = texts(menu); },
            [&] {
                return how.isEmpty() ? Hands::act(at(row) + words({"click", "3"})) : press(how);
            });
        QVERIFY2(found.contains(u"Only This Process"_s), qPrintable(found.join(u", "_s)));
    }

    void panelsByF6AndBackByShiftF6()
    {
        QStringList order;
        const auto holder = [this] {
            const QWidget* focus = QApplication::focusWidget();
            for (const QDockWidget* dock : m_window->findChildren<QDockWidget*>())
                if (focus && dock->isAncestorOf(focus))
                    return dock->objectName();
            return focus && (focus == canvas() || canvas()->isAncestorOf(focus)) ? u"canvas"_s : QString();
        };
        QCOMPARE(holder(), u"canvas"_s);
        const auto go = [&](const QString& key) {
            const QString before = holder();
            press(key);
            QTRY_VERIFY(holder() != before);
        };
        do {
            go(u"F6"_s);
            order << holder();
            QVERIFY(!order.constLast().isEmpty());
            QVERIFY(order.size() < 12);
        } while (order.constLast() != u"canvas"_s);
        for (const QString& id : {u"palette"_s, u"inspector"_s, u"log"_s, u"timeline"_s})
            QVERIFY2(order.contains(id), qPrintable(id));
        QStringList back;
        for (qsizetype i = 0; i < order.size(); ++i) {
            go(u"shift+F6"_s);
            back << holder();
        }
        const QString way = back.join(u' ');
        std::reverse(back.begin(), back.end());
        back.append(back.takeFirst());
        QVERIFY2(back == order, qPrintable(order.join(u' ') + u" | "_s + way));
    }

    void windowsAndFilesByKeys()
    {
        press(u"F11"_s);
        QTRY_VERIFY(m_window->isFullScreen());
        press(u"F11"_s);
        QTRY_VERIFY(!m_window->isFullScreen());
        press(u"F1"_s);
        QTRY_VERIFY(m_window->findChild<HelpDialog*>());
        m_window->findChild<HelpDialog*>()->close();
        QTRY_VERIFY(!m_window->findChild<HelpDialog*>());
        m_window->activateWindow();
        canvas()->setFocus();
        QTRY_VERIFY(canvas()->hasFocus());
        press(u"ctrl+comma"_s);
        QTRY_VERIFY(m_window->findChild<PreferencesDialog*>());
        m_window->findChild<PreferencesDialog*>()->reject();
        QTRY_VERIFY(!m_window->findChild<PreferencesDialog*>());
        m_window->activateWindow();
        canvas()->setFocus();
        QTRY_VERIFY(canvas()->hasFocus());
        for (const QString& key : {u"ctrl+o"_s, u"ctrl+shift+s"_s, u"ctrl+s"_s}) {
            QString title;
            Hands::with<QDialog>([&](QDialog* dialog) { title = dialog->windowTitle(); },
                                 [&] { return press(key); });
            QVERIFY2(!title.isEmpty(), qPrintable(key));
        }
        m_window->document().addNode(model::Kind::Pipe, {});
        m_window->document().undoStack()->setClean();
        press(u"ctrl+n"_s);
        QTRY_VERIFY(nodes().isEmpty());
    }

    void closeByCtrlW()
    {
        auto* other = new MainWindow;
        other->setGeometry(0, 0, 900, 700);
        other->show();
        QVERIFY(QTest::qWaitForWindowExposed(other));
        other->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(other));
        const QPointer<MainWindow> gone = other;
        press(u"ctrl+w"_s);
        QTRY_VERIFY(gone.isNull());
        QVERIFY(!m_window.isNull());
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
    }

private:
    model::Session& session() { return m_window->session(); }
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<HandsWindowTest>(argc, argv);
}

#include "tst_hands_window.moc"
