#include "gui/dialogs/help_dialog.h"
#include "gui/dialogs/preferences_dialog.h"
#include "gui/main_window.h"
#include "gui/panels/inspector.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/properties_page.h"
#include "gui/theme/theme.h"
#include "gui/widgets/command_list.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/find_bar.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QDockWidget>
#include <QJsonArray>
#include <QLineEdit>
#include <QMenu>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using State = model::Session::State;

/// What a person's hands do, row by row, in the whole window with a real mouse and real keys. What the canvas
/// does by itself is in tst_canvas_mouse and tst_canvas_keys; the main job is in tst_main_job.
class HandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void init()
    {
        m_window = new MainWindow;
        m_window->setGeometry(0, 0, 1500, 940);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
        canvas()->setFocus();
    }

    void cleanup()
    {
        m_window->document().undoStack()->setClean();
        m_window->close();
        QTRY_VERIFY(m_window.isNull());
    }

    void addAPartByInsertAndByDoubleClick()
    {
        // Insert puts it where the pointer is.
        QVERIFY(Hands::act(at(canvas()->viewport()->mapToGlobal(canvas()->viewport()->rect().center()))));
        QVERIFY(press(u"Insert"_s));
        QTRY_VERIFY(line());
        QVERIFY(Hands::type(u"fifo"_s));
        QVERIFY(press(u"Return"_s));
        QTRY_COMPARE(nodes().size(), 1);
        QCOMPARE(nodes().constFirst().kind, model::Kind::Fifo);
        QVERIFY(Hands::act(twice(bare())));
        QTRY_VERIFY(line());
        QVERIFY(Hands::type(u"ls | grep x"_s));
        QVERIFY(press(u"Return"_s));
        QTRY_COMPARE(nodes().size(), 4);
    }

    void connectDroppedOnTheEmptyCanvasOffersThePartsThatFit()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        QStringList offered;
        withMenu(
            [&](QMenu* menu) {
                offered = texts(menu);
                for (QAction* each : menu->actions())
                    if (each->text() == model::kindInfo(model::Kind::Fifo).title)
                        each->trigger();
            },
            [&] { return Hands::drag(port(ls, u"1"_s), port(ls, u"1"_s) + QPoint(200, 0)); });
        QVERIFY(!offered.isEmpty());
        QTRY_COMPARE(edges().size(), 1);
        QCOMPARE(edges().constFirst().endpointPort, u"write"_s);
        press(u"ctrl+z"_s);
        QTRY_COMPARE(nodes().size(), 1);
    }

    void connectIsCancelledByEscapeAndByAnotherButton()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString pipe = part(model::Kind::Pipe, {0, 20});
        const QPoint from = port(ls, u"1"_s);
        const QPoint to = port(pipe, u"write"_s);
        QVERIFY(Hands::act(at(from) + words({"mousedown", "1"}) + at((from + to) / 2) + at(to) +
                           words({"key", "Escape", "mouseup", "1"})));
        QVERIFY(Hands::act(at(from) + words({"mousedown", "1"}) + at((from + to) / 2) + at(to) +
                           words({"mousedown", "2", "mouseup", "2", "mouseup", "1"})));
        QVERIFY(edges().isEmpty());
        // And it works when nothing comes between.
        QVERIFY(Hands::drag(from, to));
        QTRY_COMPARE(edges().size(), 1);
    }

    void connectTwoProcessesByDraggingPortToPortPutsAPipeBetweenThem()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString cat = command(u"cat"_s, {300, 0});
        QVERIFY(Hands::drag(port(ls, u"1"_s), port(cat, u"0"_s)));
        QTRY_COMPARE(nodes().size(), 3);
        QCOMPARE(nodes().constLast().kind, model::Kind::Pipe);
        QCOMPARE(edges().size(), 2);
    }

    void selectAllNoneAndTheOthersByKeys()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString cat = command(u"cat"_s, {300, 0});
        press(u"ctrl+a"_s);
        QTRY_COMPARE(canvas()->selection().nodes.size(), 2);
        press(u"ctrl+shift+a"_s);
        QTRY_VERIFY(canvas()->selection().isEmpty());
        canvas()->select({{ls}, {}});
        press(u"ctrl+i"_s);
        QTRY_COMPARE(canvas()->selection().nodes, QStringList{cat});
    }

    void keysReachThePortsOfANodeAndConnectFromThere()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString pipe = part(model::Kind::Pipe, {0, 20});
        canvas()->reveal(ls);
        press(u"alt+Right"_s); // to fd 1 or 2
        press(u"alt+Down"_s);
        press(u"alt+Up"_s);
        press(u"c"_s);
        press(u"Right"_s);
        press(u"Return"_s);
        QTRY_COMPARE(edges().size(), 1);
        QCOMPARE(edges().constFirst().processPort, u"1"_s);
        QCOMPARE(edges().constFirst().endpoint, pipe);
    }

    void panByHeldSpaceAndByMiddleDrag()
    {
        const QString ls = command(u"ls"_s, {0, 0});
        const QPoint before = canvas()->nodeRect(ls).center();
        const QPoint from = bare();
        QVERIFY(Hands::act(at(from) + words({"keydown", "space", "mousedown", "1"}) +
                           at(from - QPoint(20, 10)) + at(from - QPoint(60, 40)) +
                           words({"mouseup", "1", "keyup", "space"})));
        QTRY_COMPARE(canvas()->nodeRect(ls).center(), before - QPoint(60, 40));
        QVERIFY(Hands::act(at(from) + words({"mousedown", "2"}) + at(from + QPoint(20, 10)) +
                           at(from + QPoint(60, 40)) + words({"mouseup", "2"})));
        QTRY_COMPARE(canvas()->nodeRect(ls).center(), before);
        QCOMPARE(steps(), 1); // panning is no change
    }

    void wheelScrollsShiftWheelGoesAcrossAndCtrlWheelZoomsAtThePointer()
    {
        const QString ls = command(u"ls"_s, {0, 0});
        const QPoint before = canvas()->nodeRect(ls).topLeft();
        QVERIFY(Hands::act(at(bare()) + words({"click", "5"})));
        QTRY_VERIFY(canvas()->nodeRect(ls).top() < before.y());
        QCOMPARE(canvas()->nodeRect(ls).left(), before.x());
        const int top = canvas()->nodeRect(ls).top();
        QVERIFY(Hands::act(at(bare()) + words({"keydown", "shift", "click", "5", "keyup", "shift"})));
        QTRY_VERIFY(canvas()->nodeRect(ls).left() < before.x());
        QCOMPARE(canvas()->nodeRect(ls).top(), top);
        const QPoint corner = canvas()->nodeRect(ls).topLeft();
        const QPoint there = canvas()->viewport()->mapToGlobal(corner);
        QVERIFY(Hands::act(at(there) + words({"keydown", "ctrl", "click", "5", "keyup", "ctrl"})));
        QTRY_VERIFY(canvas()->zoom() < 1);
        QVERIFY((canvas()->nodeRect(ls).topLeft() - corner).manhattanLength() <= 4);
    }

    void zoomKeys()
    {
        command(u"ls"_s, {0, 0});
        command(u"cat"_s, {3000, 0});
        press(u"ctrl+plus"_s);
        QTRY_VERIFY(canvas()->zoom() > 1);
        press(u"ctrl+0"_s);
        QTRY_COMPARE(canvas()->zoom(), 1.0);
        press(u"ctrl+minus"_s);
        QTRY_VERIFY(canvas()->zoom() < 1);
        press(u"ctrl+0"_s);
        press(u"ctrl+1"_s); // all of it is in sight
        QTRY_VERIFY(canvas()->zoom() < 0.5);
    }

    void editByDoubleClickRenameDeleteCopyPasteDuplicateAndUndo()
    {
        const QString ls = command(u"ls"_s, {0, 0});
        QVERIFY(Hands::act(twice(global(ls))));
        QTRY_VERIFY(line());
        press(u"Escape"_s);
        QTRY_VERIFY(!line());
        press(u"F2"_s);
        QTRY_VERIFY(line());
        QVERIFY(Hands::type(u"lister"_s));
        press(u"Return"_s);
        QTRY_COMPARE(nodes().constFirst().name, u"lister"_s);
        press(u"ctrl+c"_s);
        press(u"ctrl+v"_s);
        QTRY_COMPARE(nodes().size(), 2);
        press(u"ctrl+d"_s);
        QTRY_COMPARE(nodes().size(), 3);
        press(u"Delete"_s);
        QTRY_COMPARE(nodes().size(), 2);
        canvas()->select({{ls}, {}});
        press(u"ctrl+x"_s);
        QTRY_COMPARE(nodes().size(), 1);
        for (int i = 0; i < 4; ++i)
            press(u"ctrl+z"_s);
        QTRY_COMPARE(nodes().size(), 1);
        QCOMPARE(nodes().constFirst().id, ls);
        for (int i = 0; i < 4; ++i)
            press(u"ctrl+shift+z"_s);
        QTRY_COMPARE(nodes().size(), 1);
        QVERIFY(nodes().constFirst().id != ls);
    }

    void editAConnectionByDoubleClickAndByEnter()
    {
        const QString ls = command(u"ls"_s, {-300, 0});
        const QString fifo = part(model::Kind::Fifo, {60, 20});
        m_window->document().connectNodes(ls, u"1"_s, fifo, u"write"_s);
        m_window->inspector()->showPage(Inspector::Page::Live);
        const QPoint middle = (port(ls, u"1"_s) + port(fifo, u"write"_s)) / 2;
        QVERIFY(Hands::act(twice(middle)));
        QTRY_VERIFY(m_window->inspector()->properties()->isVisible());
        QCOMPARE(canvas()->selection().edges.size(), 1);
        m_window->inspector()->showPage(Inspector::Page::Live);
        canvas()->setFocus();
        press(u"Return"_s);
        QTRY_VERIFY(m_window->inspector()->properties()->isVisible());
    }

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

    void arrangeAlignAndDistributeByKeysEachOneStep()
    {
        command(u"ls"_s, {-300, 0});
        command(u"cat"_s, {-10, 130});
        command(u"wc"_s, {300, 330});
        press(u"ctrl+a"_s);
        QTRY_COMPARE(canvas()->selection().nodes.size(), 3);
        const int before = steps();
        press(u"alt+shift+h"_s);
        QTRY_COMPARE(steps(), before + 1);
        press(u"alt+shift+t"_s);
        QTRY_COMPARE(steps(), before + 2);
        QCOMPARE(nodes().at(0).position.y(), nodes().at(2).position.y());
        press(u"ctrl+l"_s);
        QTRY_COMPARE(steps(), before + 3);
        for (int i = 0; i < 3; ++i)
            press(u"ctrl+z"_s);
        QTRY_COMPARE(nodes().at(2).position, QPointF(300, 330));
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
            withMenu([&](QMenu* menu) { found = texts(menu); },
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
        withMenu([&](QMenu* menu) { found = texts(menu); },
                 [&] {
                     return how.isEmpty() ? Hands::act(at(row) + words({"click", "3"})) : press(how);
                 });
        QVERIFY2(found.contains(u"Only This Process"_s), qPrintable(found.join(u", "_s)));
    }

    void groupsByKeysTitleTriangleAndMenu()
    {
        const QString a = command(u"ls"_s, {-300, 0});
        const QString b = command(u"cat"_s, {-300, 140});
        const auto groups = [this] { return m_window->document().topology().groups; };
        const auto place = [&](const QString& id) {
            return m_window->document().topology().node(id)->position;
        };
        canvas()->select({{a, b}, {}});
        press(u"ctrl+g"_s);
        QTRY_COMPARE(groups().size(), 1);
        const QString group = groups().constFirst().id;
        const auto title = [&] {
            return canvas()->viewport()->mapToGlobal(canvas()->groupHandle(group).center()) + QPoint(6, 0);
        };
        const auto triangle = [&] { return canvas()->viewport()->mapToGlobal(canvas()->groupFold(group)); };
        const QPointF from = place(a);
        const QPointF apart = place(b) - from;
        QVERIFY(Hands::drag(title(), title() + QPoint(200, 100)));
        QTRY_COMPARE(place(a), from + QPointF(200, 100));
        QCOMPARE(place(b) - place(a), apart);
        QVERIFY(Hands::act(twice(title())));
        QTRY_VERIFY(line());
        QVERIFY(Hands::type(u"Readers"_s));
        QVERIFY(press(u"Return"_s));
        QTRY_COMPARE(groups().constFirst().name, u"Readers"_s);
        QVERIFY(Hands::click(triangle()));
        QTRY_VERIFY(groups().constFirst().collapsed);
        QVERIFY(canvas()->nodeRect(a).isEmpty());
        for (const QString& how : {QString(), u"Menu"_s, u"shift+F10"_s}) {
            QStringList found;
            withMenu([&](QMenu* menu) { found = texts(menu); },
                     [&] {
                         return how.isEmpty() ? Hands::act(at(title()) + words({"click", "3"})) : press(how);
                     });
            QVERIFY2(found.contains(u"Run This Group"_s), qPrintable(found.join(u", "_s)));
        }
        QVERIFY(Hands::click(triangle()));
        QTRY_VERIFY(!groups().constFirst().collapsed);
        QVERIFY(Hands::click(title()));
        press(u"ctrl+shift+g"_s);
        QTRY_VERIFY(groups().isEmpty());
        QCOMPARE(nodes().size(), 2);
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
            withDialog([&](QDialog* dialog) { title = dialog->windowTitle(); }, [&] { return press(key); });
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
    CanvasView* canvas() const { return m_window->canvas(); }
    model::Session& session() { return m_window->session(); }
    const QList<model::Node>& nodes() const { return m_window->document().topology().nodes; }
    const QList<model::Edge>& edges() const { return m_window->document().topology().edges; }
    int steps() const { return m_window->document().undoStack()->index(); }
    static bool press(const QString& key) { return Hands::key(key); }

    QString command(const QString& program, const QPointF& position)
    {
        centre();
        return m_window->document().addNode(model::Kind::Command, position,
                                            {{u"argv"_s, QJsonArray{program}}});
    }
    QString part(model::Kind kind, const QPointF& position)
    {
        return m_window->document().addNode(kind, position);
    }
    void centre()
    {
        canvas()->zoomTo100();
        canvas()->centerOn(0, 100);
    }

    static QStringList words(std::initializer_list<const char*> all)
    {
        QStringList list;
        for (const char* each : all)
            list << QString::fromLatin1(each);
        return list;
    }
    static QStringList at(QPoint place)
    {
        return {u"mousemove"_s, QString::number(place.x()), QString::number(place.y()), u"sleep"_s,
                u"0.02"_s};
    }
    static QStringList twice(QPoint place)
    {
        return at(place) + words({"click", "--repeat", "2", "--delay", "60", "1"});
    }
    QPoint port(const QString& node, const QString& name) const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->portPosition(node, name));
    }
    QPoint global(const QString& node) const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->nodeRect(node).center());
    }
    /// A place of the canvas where nothing is.
    QPoint bare() const
    {
        return canvas()->viewport()->mapToGlobal(canvas()->viewport()->rect().bottomLeft() +
                                                 QPoint(120, -60));
    }
    QLineEdit* line() const
    {
        auto* edit = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        return edit && canvas()->isAncestorOf(edit) ? edit : nullptr;
    }
    static QStringList texts(const QMenu* menu)
    {
        QStringList all;
        for (const QAction* each : menu->actions())
            all << QString(each->text()).remove(u'&').section(u'\t', 0, 0);
        return all;
    }

    /// Does something that opens a menu, looks at the menu, and closes it: the menu holds the event loop.
    static void withMenu(const std::function<void(QMenu*)>& look, const std::function<bool()>& act)
    {
        bool seen = false;
        QTimer poll;
        connect(&poll, &QTimer::timeout, &poll, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (!menu)
                return;
            poll.stop();
            seen = true;
            look(menu);
            menu->close();
        });
        poll.start(10);
        QVERIFY(act());
        QTRY_VERIFY(seen);
        QTRY_VERIFY(!QApplication::activePopupWidget());
    }

    static void withDialog(const std::function<void(QDialog*)>& look, const std::function<bool()>& act)
    {
        bool seen = false;
        QTimer poll;
        connect(&poll, &QTimer::timeout, &poll, [&] {
            auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
            if (!dialog)
                return;
            poll.stop();
            seen = true;
            look(dialog);
            dialog->reject();
        });
        poll.start(10);
        QVERIFY(act());
        QTRY_VERIFY(seen);
        QTRY_VERIFY(!QApplication::activeModalWidget());
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    QPointer<MainWindow> m_window;
};

int main(int argc, char** argv)
{
    const byteyard::test::Xvfb server;
    if (!server.isRunning()) {
        std::fputs("Xvfb could not be started: install it (apt-get install xvfb xdotool)\n", stderr);
        return 1;
    }
    QApplication application(argc, argv);
    HandsTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_hands.moc"
