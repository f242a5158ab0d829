#include "tests/gui/canvas_fixture.h"

#include "gui/part.h"

#include <QAbstractButton>
#include <QClipboard>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QWheelEvent>

using namespace Qt::StringLiterals;
using namespace byteyard;
using model::Kind;
using test::CanvasFixture;

class TestCanvasMouse : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDragFromAPortToAnEndpointConnectsThem()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        f.drag(f.port(ls, u"1"_s), f.port(pipe, u"write"_s));
        QCOMPARE(f.document.topology().edges.size(), 1);
        const model::Edge edge = f.document.topology().edges.first();
        QCOMPARE(edge.process, ls);
        QCOMPARE(edge.processPort, u"1"_s);
        QCOMPARE(edge.endpoint, pipe);
        QCOMPARE(edge.endpointPort, u"write"_s);
        f.document.undoStack()->undo();
        QVERIFY(f.document.topology().edges.isEmpty());
    }

    void aDragFromTheEndpointBackConnectsToo()
    {
        CanvasFixture f;
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        const QString grep = f.command(u"grep"_s, {480, 0});
        f.drag(f.port(pipe, u"read"_s), f.port(grep, u"0"_s));
        QCOMPARE(f.document.topology().edges.size(), 1);
        QCOMPARE(f.document.topology().edges.first().endpointPort, u"read"_s);
    }

    void droppingOnANodeTakesThePortThatSuits()
    {
        CanvasFixture f;
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        const QString grep = f.command(u"grep"_s, {480, 0});
        f.drag(f.port(grep, u"0"_s), f.middle(pipe));
        QCOMPARE(f.document.topology().edges.size(), 1);
        QCOMPARE(f.document.topology().edges.first().endpointPort, u"read"_s);
    }

    void aDragFromProcessToProcessPutsAPipeBetweenThem()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QString grep = f.command(u"grep"_s, {480, 0});
        const int before = f.steps();
        f.drag(f.port(ls, u"1"_s), f.port(grep, u"0"_s));
        QCOMPARE(f.document.topology().nodes.size(), 3);
        QCOMPARE(f.document.topology().nodes.last().kind, Kind::Pipe);
        QCOMPARE(f.document.topology().edges.size(), 2);
        QCOMPARE(f.steps(), before + 1);
        const QString pipe = f.document.topology().nodes.last().id;
        QVERIFY(!f.view.nodeRect(pipe).intersects(f.view.nodeRect(ls)));
        QVERIFY(!f.view.nodeRect(pipe).intersects(f.view.nodeRect(grep)));
        f.document.undoStack()->undo();
        QCOMPARE(f.document.topology().nodes.size(), 2);
    }

    void twoOutputsAreRefusedAndTheHintSaysWhy()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        const QString b = f.command(u"cat"_s, {480, 0});
        QSignalSpy hints(&f.view, &gui::CanvasView::hint);
        f.press(f.port(a, u"1"_s));
        f.move(f.port(a, u"1"_s), f.port(b, u"1"_s));
        QVERIFY(hints.last().first().toString().contains(u"read"_s));
        f.release(f.port(b, u"1"_s));
        QCOMPARE(f.document.topology().nodes.size(), 2);
        QVERIFY(f.document.topology().edges.isEmpty());
    }

    void escapeAnotherButtonAndFocusLossCancelAConnection_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("Esc") << 0;
        QTest::newRow("right button") << 1;
        QTest::newRow("middle button") << 2;
        QTest::newRow("focus loss") << 3;
        QTest::newRow("context menu") << 4;
    }
    void escapeAnotherButtonAndFocusLossCancelAConnection()
    {
        QFETCH(int, how);
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        const QPoint to = f.port(pipe, u"write"_s);
        const int before = f.steps();
        f.press(f.port(ls, u"1"_s));
        f.move(f.port(ls, u"1"_s), to);
        if (how == 0) {
            f.key(Qt::Key_Escape);
        } else if (how <= 2) {
            QTest::mousePress(f.view.viewport(), how == 1 ? Qt::RightButton : Qt::MiddleButton, {}, to);
        } else if (how == 3) {
            QFocusEvent lost(QEvent::FocusOut, Qt::ActiveWindowFocusReason);
            QApplication::sendEvent(&f.view, &lost);
        } else {
            QContextMenuEvent menu(QContextMenuEvent::Mouse, to, f.view.viewport()->mapToGlobal(to));
            QApplication::sendEvent(f.view.viewport(), &menu);
        }
        f.release(to);
        QVERIFY(f.document.topology().edges.isEmpty());
        QCOMPARE(f.steps(), before);
        QVERIFY(f.view.findChild<QMenu*>() == nullptr);
    }

    void aConnectionDroppedOnTheCanvasOffersThePartsThatFit()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QPoint bare = f.port(ls, u"1"_s) + QPoint(250, 0);
        f.drag(f.port(ls, u"1"_s), bare);
        auto* menu = f.view.findChild<QMenu*>();
        QVERIFY(menu != nullptr);
        QCOMPARE(menu->actions().size(), gui::allParts().size());
        const int before = f.steps();
        for (QAction* action : menu->actions())
            if (action->text() == model::kindInfo(Kind::Fifo).title)
                action->trigger();
        menu->close();
        QCOMPARE(f.document.topology().nodes.size(), 2);
        QCOMPARE(f.document.topology().edges.size(), 1);
        QCOMPARE(f.document.topology().edges.first().endpointPort, u"write"_s);
        QCOMPARE(f.steps(), before + 1);
    }

    void draggingMovesOnTheGridInOneUndoStep()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const int before = f.steps();
        const QPoint from = f.view.nodeRect(ls).topLeft() + QPoint(60, 15);
        f.drag(from, from + QPoint(113, 67));
        QCOMPARE(f.node(ls)->position, QPointF(120, 60));
        QCOMPARE(f.steps(), before + 1);
        f.document.undoStack()->undo();
        QCOMPARE(f.node(ls)->position, QPointF(0, 0));
        f.drag(from, from + QPoint(33, 7), Qt::ShiftModifier);
        QCOMPARE(f.node(ls)->position, QPointF(33, 7));
    }

    void aCancelledMoveLeavesNothing()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QRect place = f.view.nodeRect(ls);
        const int before = f.steps();
        f.press(place.center());
        f.move(place.center(), place.center() + QPoint(200, 100));
        QVERIFY(f.view.nodeRect(ls) != place);
        f.key(Qt::Key_Escape);
        f.release(place.center() + QPoint(200, 100));
        QCOMPARE(f.view.nodeRect(ls), place);
        QCOMPARE(f.steps(), before);
    }

    void clicksSelectAndShiftAddsAndCtrlToggles()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        const QString b = f.command(u"cat"_s, {480, 0});
        QTest::mouseClick(f.view.viewport(), Qt::LeftButton, {}, f.middle(a));
        QCOMPARE(f.view.selection().nodes, QStringList{a});
        QTest::mouseClick(f.view.viewport(), Qt::LeftButton, Qt::ShiftModifier, f.middle(b));
        QCOMPARE(f.view.selection().nodes, (QStringList{a, b}));
        QTest::mouseClick(f.view.viewport(), Qt::LeftButton, Qt::ControlModifier, f.middle(a));
        QCOMPARE(f.view.selection().nodes, QStringList{b});
        QTest::mouseClick(f.view.viewport(), Qt::LeftButton, {}, f.middle(a) + QPoint(0, 200));
        QVERIFY(f.view.selection().isEmpty());
    }

    void aRubberBandSelectsWhatItHolds()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        const QString far = f.command(u"cat"_s, {480, 300});
        f.document.connectNodes(a, u"1"_s, pipe, u"write"_s);
        const QPoint from = f.view.nodeRect(a).topLeft() - QPoint(30, 30);
        const QPoint to = f.view.nodeRect(pipe).bottomRight() + QPoint(20, 60);
        f.drag(from, to);
        QCOMPARE(f.view.selection().nodes.size(), 2);
        QVERIFY(!f.view.selection().nodes.contains(far));
        QCOMPARE(f.view.selection().edges.size(), 1);
        f.drag(from, to, Qt::ControlModifier);
        QVERIFY(f.view.selection().isEmpty());
    }

    void anEdgeIsHitOnItsLineAndDelRemovesIt()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {300, 140});
        const QString edge = f.document.connectNodes(ls, u"1"_s, pipe, u"write"_s);
        const QPoint middle = (f.port(ls, u"1"_s) + f.port(pipe, u"write"_s)) / 2;
        QTest::mouseClick(f.view.viewport(), Qt::LeftButton, {}, middle);
        QCOMPARE(f.view.selection().edges, QStringList{edge});
        f.key(Qt::Key_Delete);
        QVERIFY(f.document.topology().edges.isEmpty());
        QCOMPARE(f.document.topology().nodes.size(), 2);
    }

    void aDroppedCommandOpensItsCommandLine()
    {
        CanvasFixture f;
        f.dropPart("command", {400, 300});
        QCOMPARE(f.document.topology().nodes.size(), 1);
        QVERIFY(f.line() != nullptr);
        f.type(u"grep \".txt\""_s);
        const model::Node node = f.document.topology().nodes.first();
        QCOMPARE(node.argv(), (QStringList{u"grep"_s, u".txt"_s}));
        QCOMPARE(node.name, u"grep"_s);
        QTRY_VERIFY(f.line() == nullptr);
    }

    void aDroppedPipeLandsUnderThePointerOnTheGrid()
    {
        CanvasFixture f;
        f.dropPart("pipe", {400, 300});
        QCOMPARE(f.document.topology().nodes.size(), 1);
        const model::Node node = f.document.topology().nodes.first();
        QVERIFY(f.view.nodeRect(node.id).contains(400, 300));
        QCOMPARE(std::fmod(node.position.x(), 20), 0.0);
        QCOMPARE(std::fmod(node.position.y(), 20), 0.0);
        QVERIFY(f.line() == nullptr);
        f.dropPart("no-such-kind", {600, 300});
        QCOMPARE(f.document.topology().nodes.size(), 1);
    }

    void doubleClickOnTheCanvasTypesAPipeline()
    {
        CanvasFixture f;
        QTest::mouseDClick(f.view.viewport(), Qt::LeftButton, {}, {600, 300});
        f.type(u"ls | grep \".txt\" > out"_s);
        QCOMPARE(f.document.topology().nodes.size(), 4);
        QCOMPARE(f.document.topology().edges.size(), 4 - 1);
        for (const model::Node& a : f.document.topology().nodes)
            for (const model::Node& b : f.document.topology().nodes)
                QVERIFY(a.id == b.id || !f.view.nodeRect(a.id).intersects(f.view.nodeRect(b.id)));
        f.document.undoStack()->undo();
        QVERIFY(f.document.topology().nodes.isEmpty());
    }

    void aFaultyLineStaysOpenAndSaysWhy()
    {
        CanvasFixture f;
        f.view.quickInsert();
        f.type(u"grep \"open"_s);
        QVERIFY(f.document.topology().nodes.isEmpty());
        QVERIFY(f.line() != nullptr);
        QTest::keyClick(f.line(), Qt::Key_Escape);
        QTRY_VERIFY(f.line() == nullptr);
    }

    void wheelScrollsAndCtrlWheelZoomsAtThePointer()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {400, 100});
        const auto wheel = [&f](int delta, Qt::KeyboardModifiers how) {
            const QPointF at(300, 200);
            QWheelEvent event(at, f.view.viewport()->mapToGlobal(at), {}, {0, delta}, {}, how,
                              Qt::NoScrollPhase, false);
            QApplication::sendEvent(f.view.viewport(), &event);
        };
        const QPoint before = f.middle(ls);
        wheel(-120, {});
        QCOMPARE(f.middle(ls), before + QPoint(0, -120));
        wheel(-120, Qt::ShiftModifier);
        QCOMPARE(f.middle(ls), before + QPoint(-120, -120));
        const QPointF fixed = f.view.mapToScene(300, 200);
        wheel(240, Qt::ControlModifier);
        QVERIFY(f.view.zoom() > 1.2);
        const QPointF now = f.view.mapToScene(300, 200);
        QVERIFY(QLineF(fixed, now).length() < 1.5);
    }

    void middleDragPans()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {400, 100});
        const QPoint before = f.middle(ls);
        QTest::mousePress(f.view.viewport(), Qt::MiddleButton, {}, {300, 300});
        QMouseEvent move(QEvent::MouseMove, QPointF(340, 330),
                         f.view.viewport()->mapToGlobal(QPointF(340, 330)), Qt::NoButton, Qt::MiddleButton,
                         {});
        QApplication::sendEvent(f.view.viewport(), &move);
        QTest::mouseRelease(f.view.viewport(), Qt::MiddleButton, {}, {340, 330});
        QCOMPARE(f.middle(ls), before + QPoint(40, 30));
    }

    void copyAndPasteBringPartsWithTheirEdgesAsText()
    {
        CanvasFixture f;
        const QString ls = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        f.document.connectNodes(ls, u"1"_s, pipe, u"write"_s);
        f.view.selectAll();
        f.view.copySelection();
        QVERIFY(QApplication::clipboard()->text().contains(u"\"format\": 1"_s));
        f.view.paste();
        QCOMPARE(f.document.topology().nodes.size(), 4);
        QCOMPARE(f.document.topology().edges.size(), 2);
        QCOMPARE(f.view.selection().nodes.size(), 2);
        QVERIFY(!f.view.selection().nodes.contains(ls));
        f.document.undoStack()->undo();
        QCOMPARE(f.document.topology().nodes.size(), 2);
        f.view.select({{ls}, {}});
        f.view.cutSelection();
        QCOMPARE(f.document.topology().nodes.size(), 1);
        QVERIFY(f.document.topology().edges.isEmpty());
        QApplication::clipboard()->setText(u"nothing of ours"_s);
        QSignalSpy hints(&f.view, &gui::CanvasView::hint);
        f.view.paste();
        QCOMPARE(f.document.topology().nodes.size(), 1);
        QVERIFY(!hints.isEmpty());
    }

    void arrangeOverlapsNothingAndIsOneStep()
    {
        CanvasFixture f;
        QStringList ids;
        for (int i = 0; i < 6; ++i)
            ids << f.command(u"cat"_s, {0, 0});
        for (int i = 0; i < 5; ++i) {
            const QString pipe = f.part(Kind::Pipe, {0, 0});
            f.document.connectNodes(ids.at(i), u"1"_s, pipe, u"write"_s);
            f.document.connectNodes(ids.at(i == 4 ? 0 : i + 1), u"0"_s, pipe, u"read"_s); // with a circle
        }
        const int before = f.steps();
        QVERIFY(f.arrange());
        QCOMPARE(f.steps(), before + 1);
        for (const model::Node& a : f.document.topology().nodes)
            for (const model::Node& b : f.document.topology().nodes)
                QVERIFY(a.id == b.id || !f.view.nodeRect(a.id).intersects(f.view.nodeRect(b.id)));
        QVERIFY(f.node(ids.at(0))->position.x() < f.node(ids.at(1))->position.x());
        const model::Topology once = f.document.topology();
        QVERIFY(f.arrange());
        QCOMPARE(f.document.topology(), once);
    }

    void anEmptyCanvasOffersFourThings()
    {
        CanvasFixture f;
        QSignalSpy lab(&f.view, &gui::CanvasView::openLabWanted);
        QSignalSpy map(&f.view, &gui::CanvasView::mapWanted);
        const auto buttons = f.view.findChildren<QAbstractButton*>();
        QCOMPARE(buttons.size(), 3); // and to drag a part
        QTest::mouseClick(buttons.at(1), Qt::LeftButton);
        QCOMPARE(lab.size(), 1);
        QTest::mouseClick(buttons.at(2), Qt::LeftButton);
        QCOMPARE(map.size(), 1);
        QTest::mouseClick(buttons.at(0), Qt::LeftButton);
        QVERIFY(f.line() != nullptr);
        f.type(u"ls"_s);
        QVERIFY(!buttons.at(0)->isVisible());
        f.document.undoStack()->undo();
        QVERIFY(buttons.at(0)->isVisible());
    }
};

QTEST_MAIN(TestCanvasMouse)
#include "tst_canvas_mouse.moc"
