#include "gui/panels/inspector.h"
#include "gui/panels/properties_page.h"
#include "tests/gui/hands_fixture.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QLineEdit>
#include <QMenu>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using byteyard::test::HandsFixture;

/// What a person's hands do on the canvas, row by row, in the whole window with a real mouse and real keys.
/// What the canvas does by itself is in tst_canvas_mouse and tst_canvas_keys; what hands do around it is in
/// tst_hands_window; the main job is in tst_main_job.
class HandsTest : public QObject, private HandsFixture
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepare(); }
    void init() { open(); }
    void cleanup() { close(); }

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
        Hands::with<QMenu>(
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
            Hands::with<QMenu>(
                [&](QMenu* menu) { found = texts(menu); },
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

private:
    const QList<model::Edge>& edges() const { return m_window->document().topology().edges; }
    int steps() const { return m_window->document().undoStack()->index(); }

    static QStringList twice(QPoint place)
    {
        return at(place) + words({"click", "--repeat", "2", "--delay", "60", "1"});
    }
    QLineEdit* line() const
    {
        auto* edit = qobject_cast<QLineEdit*>(QApplication::focusWidget());
        return edit && canvas()->isAncestorOf(edit) ? edit : nullptr;
    }
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<HandsTest>(argc, argv);
}

#include "tst_hands.moc"
