#include "gui/canvas/canvas_scene.h"
#include "gui/theme/theme.h"
#include "tests/gui/canvas_fixture.h"

#include <QAccessible>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using model::Kind;
using test::CanvasFixture;

namespace {

/// ls | cat > out, of which ls and the pipe are a group.
struct Grouped : CanvasFixture
{
    QString ls = command(u"ls"_s, {200, 100});
    QString pipe = part(Kind::Pipe, {440, 120});
    QString cat = command(u"cat"_s, {700, 100});
    QString out = part(Kind::File, {940, 120});
    QString inner = document.connectNodes(ls, u"1"_s, pipe, u"write"_s);
    QString crossing = document.connectNodes(cat, u"0"_s, pipe, u"read"_s);
    QString outer = document.connectNodes(cat, u"1"_s, out, u"write"_s);
    QString group = document.group({ls, pipe});

    QPointF placeOf(const QString& id) const { return node(id)->position; }
    /// Over the title's name, not the triangle.
    QPoint title() const { return view.groupHandle(group).center() + QPoint(6, 0); }
    bool isCollapsed() const { return document.topology().group(group)->collapsed; }
    void click(const QPoint& at, Qt::KeyboardModifiers how = {})
    {
        press(at, how);
        release(at, how);
    }
    int shownEdges()
    {
        view.selectAll();
        const qsizetype shown = view.selection().edges.size();
        view.selectNone();
        return static_cast<int>(shown);
    }
};

} // namespace

class CanvasGroups : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        Theme::instance().apply();
    }

    void aFrameStandsAroundItsMembersAndFollowsThem()
    {
        Grouped f;
        const QRect members = f.view.nodeRect(f.ls) | f.view.nodeRect(f.pipe);
        QVERIFY(f.view.groupRect(f.group).contains(members));
        QVERIFY(!f.view.groupHandle(f.group).intersects(members));
        QVERIFY(f.view.groupRect(f.group).contains(f.view.groupHandle(f.group)));
        QVERIFY(!f.view.groupRect(f.group).intersects(f.view.nodeRect(f.cat)));
        f.document.moveNodes({{f.ls, {200, 300}}});
        QVERIFY(f.view.groupRect(f.group).contains(f.view.nodeRect(f.ls)));
        f.document.undoStack()->undo();
        f.document.undoStack()->undo();
        QVERIFY(f.view.groupRect(f.group).isEmpty());
    }

    void aClickOnTheTitleSelectsTheGroupAndOneOnAMemberThatMemberAlone()
    {
        Grouped f;
        QSignalSpy changed(&f.view, &CanvasView::selectionChanged);
        f.click(f.title());
        QCOMPARE(f.view.selectedGroup(), f.group);
        QCOMPARE(f.view.selection().nodes, (QStringList{f.ls, f.pipe}));
        QCOMPARE(changed.size(), 1);
        f.click(f.middle(f.ls));
        QCOMPARE(f.view.selectedGroup(), QString());
        QCOMPARE(f.view.selection().nodes, QStringList{f.ls});
        f.click(f.title(), Qt::ControlModifier);
        QCOMPARE(f.view.selectedGroup(), f.group);
        f.click(f.middle(f.cat), Qt::ControlModifier);
        QCOMPARE(f.view.selection().nodes.size(), 3);
        QCOMPARE(f.view.selection().groups, QStringList{f.group});
        f.click(f.middle(f.ls), Qt::ControlModifier); // without one of its members it is no group
        QVERIFY(f.view.selection().groups.isEmpty());
        f.click(f.view.groupRect(f.group).bottomLeft() + QPoint(4, -4)); // inside the frame is bare canvas
        QVERIFY(f.view.selection().isEmpty());
    }

    void theTitleDraggedMovesAllMembersInOneStep()
    {
        Grouped f;
        const QPointF ls = f.placeOf(f.ls);
        const QPointF pipe = f.placeOf(f.pipe);
        const QPointF cat = f.placeOf(f.cat);
        const QRect frame = f.view.groupRect(f.group);
        const int before = f.steps();
        f.press(f.title());
        f.move(f.title(), f.title() + QPoint(0, 120));
        QCOMPARE(f.view.groupRect(f.group).topLeft(), frame.topLeft() + QPoint(0, 120)); // as one drags
        f.release(f.title());
        QCOMPARE(f.placeOf(f.ls), ls + QPointF(0, 120));
        QCOMPARE(f.placeOf(f.pipe), pipe + QPointF(0, 120));
        QCOMPARE(f.placeOf(f.cat), cat);
        QCOMPARE(f.steps(), before + 1);
        f.document.undoStack()->undo();
        QCOMPARE(f.placeOf(f.ls), ls);
        QCOMPARE(f.view.groupRect(f.group), frame);
    }

    void escapeDuringADragPutsTheFrameBack()
    {
        Grouped f;
        const QRect frame = f.view.groupRect(f.group);
        const int before = f.steps();
        const QPoint to = f.title() + QPoint(0, 120);
        f.press(f.title());
        f.move(f.title(), to);
        f.key(Qt::Key_Escape);
        QCOMPARE(f.view.groupRect(f.group), frame);
        f.release(to);
        QCOMPARE(f.steps(), before);
    }

    void doubleClickAndF2RenameItWhereItStands()
    {
        Grouped f;
        QTest::mouseDClick(f.view.viewport(), Qt::LeftButton, {}, f.title());
        f.type(u"Producers"_s);
        QCOMPARE(f.document.topology().group(f.group)->name, u"Producers"_s);
        QTRY_VERIFY(f.line() == nullptr);
        f.click(f.title());
        f.key(Qt::Key_F2);
        f.type(u"Source"_s);
        QCOMPARE(f.document.topology().group(f.group)->name, u"Source"_s);
        QTRY_VERIFY(f.line() == nullptr);
        f.key(Qt::Key_F2);
        f.type({}); // no name: it says why, and stays
        QVERIFY(f.line() != nullptr);
        QCOMPARE(f.document.topology().group(f.group)->name, u"Source"_s);
    }

    void theTriangleCollapsesToACardAndBack()
    {
        Grouped f;
        const QPoint corner = f.view.groupRect(f.group).topLeft();
        const QPointF ls = f.placeOf(f.ls);
        QCOMPARE(f.shownEdges(), 3);
        f.click(f.view.groupFold(f.group));
        QVERIFY(f.isCollapsed());
        QVERIFY(f.view.nodeRect(f.ls).isEmpty());
        QVERIFY(f.view.nodeRect(f.pipe).isEmpty());
        QCOMPARE(f.view.groupRect(f.group).topLeft(), corner);
        QCOMPARE(f.view.groupHandle(f.group), f.view.groupRect(f.group));
        QCOMPARE(f.shownEdges(), 2); // what lies inside is hidden; what crosses the border leads to the card
        QCOMPARE(f.placeOf(f.ls), ls);
        f.click(f.view.groupFold(f.group));
        QVERIFY(!f.isCollapsed());
        QVERIFY(!f.view.nodeRect(f.ls).isEmpty());
        QCOMPARE(f.shownEdges(), 3);
    }

    void expandingMakesRoomInTheSameStep()
    {
        Grouped f;
        f.click(f.view.groupFold(f.group));
        QVERIFY(f.isCollapsed());
        // Where the pipe will come to light; a group as a whole, beside it.
        const QPointF inTheWay = f.placeOf(f.pipe) + QPointF(20, 0);
        f.document.moveNodes({{f.cat, inTheWay}});
        const QPointF out = f.placeOf(f.out);
        const int before = f.steps();
        f.click(f.view.groupFold(f.group));
        QVERIFY(!f.isCollapsed());
        QVERIFY(f.placeOf(f.cat) != inTheWay);
        QVERIFY(!f.view.groupRect(f.group).intersects(f.view.nodeRect(f.cat)));
        QVERIFY(!f.view.nodeRect(f.out).intersects(f.view.nodeRect(f.cat)));
        QCOMPARE(f.placeOf(f.out), out); // it was not in the way
        QCOMPARE(f.steps(), before + 1);
        f.document.undoStack()->undo();
        QVERIFY(f.isCollapsed());
        QCOMPARE(f.placeOf(f.cat), inTheWay);
    }

    void aHeapThatNobodyArrangedStaysWhereItIs()
    {
        Grouped f;
        const QPointF place = f.placeOf(f.pipe);
        f.document.setCollapsed(f.group, true);
        model::Topology heap;
        for (int i = 0; i < 1100; ++i)
            heap.nodes.append({u"n%1"_s.arg(i), Kind::Pipe, u"n%1"_s.arg(i), place, {}});
        const QString one = f.document.addFragment(heap, {}, u"heap"_s).first();
        f.view.setCollapsed(f.group, false);
        QVERIFY(!f.isCollapsed());
        QCOMPARE(f.placeOf(one), place);
    }

    void anEdgeThatCrossesTheBorderIsHitAtTheCard()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        const QRect card = f.view.groupRect(f.group);
        // It leaves at the right, where the pipe is read, and nothing covers it on its way.
        const QPoint end = f.port(f.cat, u"0"_s);
        bool found = false;
        for (int y = card.top(); y < card.bottom() && !found; ++y) {
            f.view.selectNone();
            f.click({card.right() + 12, y});
            found = f.view.selection().edges == QStringList{f.crossing};
        }
        QVERIFY(found);
        QVERIFY(end.x() > card.right());
    }

    void edgesLeaveACardInTheOrderOfTheirOtherEnds()
    {
        Grouped f;
        const QString wc = f.command(u"wc"_s, {700, 300});
        const QString second = f.document.connectNodes(wc, u"0"_s, f.pipe, u"read"_s);
        f.document.setCollapsed(f.group, true);
        auto* scene = static_cast<CanvasScene*>(f.view.scene());
        const auto yOf = [&](const QString& edge) {
            return scene->group(f.group)->stubEnd(edge).position.y();
        };
        QVERIFY(yOf(f.crossing) < yOf(second));
        f.document.moveNodes({{wc, {700, -60}}}); // past the other one
        QVERIFY(yOf(f.crossing) > yOf(second));
    }

    void aCollapsedGroupMovesAsOneCardAndIsSelectedByABand()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        const QPointF ls = f.placeOf(f.ls);
        const QPoint card = f.view.groupRect(f.group).center();
        const int before = f.steps();
        f.drag(card, card + QPoint(-100, 60));
        QCOMPARE(f.placeOf(f.ls), ls + QPointF(-100, 60));
        QCOMPARE(f.steps(), before + 1);
        QCOMPARE(f.view.selectedGroup(), f.group);
        f.view.selectNone();
        const QRect body = f.view.groupRect(f.group);
        f.drag(body.bottomLeft() + QPoint(-20, 20), body.center());
        QCOMPARE(f.view.selectedGroup(), f.group);
        // What it hides cannot be selected apart from it.
        f.view.select({{f.ls}, {f.inner}});
        QCOMPARE(f.view.selectedGroup(), f.group);
        QVERIFY(f.view.selection().edges.isEmpty());
    }

    void aCardIsReachedSelectedAndNudgedByKeys()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        f.key(Qt::Key_Left); // the first as one reads
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Left);
        f.key(Qt::Key_Space);
        QCOMPARE(f.view.selectedGroup(), f.group);
        const QPointF ls = f.placeOf(f.ls);
        f.key(Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(f.placeOf(f.ls), ls + QPointF(0, 20));
        f.key(Qt::Key_Return);
        f.type(u"By keys"_s);
        QCOMPARE(f.document.topology().group(f.group)->name, u"By keys"_s);
        f.view.toggleCollapsed();
        QVERIFY(!f.isCollapsed());
        f.view.selectNone();
        f.key(Qt::Key_Escape);
        f.key(Qt::Key_Left);
        QSignalSpy menus(&f.view, &CanvasView::groupMenuWanted);
        f.view.selectGroup(f.group);
        QContextMenuEvent event(QContextMenuEvent::Keyboard, {}, {});
        QApplication::sendEvent(f.view.viewport(), &event);
        QCOMPARE(menus.size(), 1);
        QCOMPARE(menus.first().at(1).toString(), f.group);
        f.key(Qt::Key_Delete);
        QVERIFY(f.document.topology().groups.isEmpty());
        QCOMPARE(f.document.topology().nodes.size(), 2);
    }

    void anAssistiveProgramReadsAGroupAndNotWhatItHides()
    {
        Grouped f;
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(&f.view);
        QVERIFY(canvas != nullptr);
        QCOMPARE(canvas->childCount(), 5);
        f.document.setCollapsed(f.group, true);
        QCOMPARE(canvas->childCount(), 3);
        bool found = false;
        for (int i = 0; i < canvas->childCount(); ++i) {
            QAccessibleInterface* child = canvas->child(i);
            if (child->text(QAccessible::Name) != u"Group"_s)
                continue;
            found = true;
            QVERIFY(child->state().collapsed);
            QVERIFY(child->text(QAccessible::Description).contains(u"1 process"_s));
            QVERIFY(!child->rect().isEmpty());
        }
        QVERIFY(found);
    }

    void copiesOfAWholeGroupAreAGroupAndOfAPartAreNone()
    {
        Grouped f;
        f.view.selectGroup(f.group);
        f.view.copySelection();
        f.view.paste();
        QCOMPARE(f.document.topology().groups.size(), 2);
        QCOMPARE(f.document.topology().groups.last().members.size(), 2);
        f.view.select({{f.ls}, {}});
        f.view.duplicateSelection();
        QCOMPARE(f.document.topology().groups.size(), 2);
        f.view.selectGroup(f.group);
        f.view.duplicateSelection();
        QCOMPARE(f.document.topology().groups.size(), 3);
    }

    void layingOutPutsNothingElseIntoAFrame_data()
    {
        QTest::addColumn<bool>("collapsed");
        QTest::newRow("expanded") << false;
        QTest::newRow("collapsed") << true;
    }
    void layingOutPutsNothingElseIntoAFrame()
    {
        QFETCH(const bool, collapsed);
        Grouped f;
        const QString third = f.command(u"wc"_s, {210, 110}); // in the way
        f.document.connectNodes(third, u"0"_s, f.part(Kind::Pipe, {460, 140}), u"read"_s);
        f.document.setCollapsed(f.group, collapsed);
        const QPointF apart = f.placeOf(f.pipe) - f.placeOf(f.ls);
        const int before = f.steps();
        QVERIFY(f.arrange());
        QCOMPARE(f.steps(), before + 1);
        const QRect frame = f.view.groupRect(f.group);
        QVERIFY(!frame.isEmpty());
        for (const model::Node& each : f.document.topology().nodes)
            if (each.id != f.ls && each.id != f.pipe)
                QVERIFY2(!frame.intersects(f.view.nodeRect(each.id)), qPrintable(each.id));
        if (collapsed)
            QCOMPARE(f.placeOf(f.pipe) - f.placeOf(f.ls), apart);
        else
            QVERIFY(frame.contains(f.view.nodeRect(f.ls)) && frame.contains(f.view.nodeRect(f.pipe)));
        QVERIFY(frame.right() < f.view.nodeRect(f.cat).left()); // bytes run from left to right
        QVERIFY(f.arrange());                                   // as it is already
        QCOMPARE(f.steps(), before + 1);
    }

    void aligningMovesASelectedGroupAsAWhole()
    {
        Grouped f;
        const QPointF apart = f.placeOf(f.pipe) - f.placeOf(f.ls);
        f.view.select({{f.ls, f.pipe, f.out}, {}, {f.group}});
        f.view.align(Alignment::Top);
        QCOMPARE(f.placeOf(f.pipe) - f.placeOf(f.ls), apart);
        QVERIFY(std::abs(f.view.groupRect(f.group).top() - f.view.nodeRect(f.out).top()) <= 1);
    }

    void findLightsUpTheCardOfWhatIsHidden()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        f.view.find(u"ls"_s);
        f.view.findNext();
        QCOMPARE(f.view.selectedGroup(), f.group);
        f.document.renameGroup(f.group, u"Warehouse"_s);
        f.view.selectNone();
        f.view.find(u"wareh"_s);
        f.view.findNext();
        QCOMPARE(f.view.selectedGroup(), f.group);
    }

    void aConnectionDroppedOnACardMakesNothing()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        QSignalSpy hints(&f.view, &CanvasView::hint);
        const int before = f.steps();
        const QPoint to = f.view.groupRect(f.group).center();
        f.press(f.port(f.cat, u"2"_s));
        f.move(f.port(f.cat, u"2"_s), to);
        QVERIFY(hints.last().first().toString().contains(u"Expand"_s));
        f.release(to);
        QCOMPARE(f.steps(), before);
        QVERIFY(f.view.findChild<QMenu*>() == nullptr);
    }

    void undoAndResetLeaveNoFrameBehind()
    {
        Grouped f;
        f.document.setCollapsed(f.group, true);
        f.view.selectGroup(f.group);
        while (f.document.undoStack()->canUndo())
            f.document.undoStack()->undo();
        while (f.document.undoStack()->canRedo())
            f.document.undoStack()->redo();
        QVERIFY(f.isCollapsed());
        QVERIFY(f.view.nodeRect(f.ls).isEmpty());
        const model::Topology whole = f.document.topology();
        f.document.reset({});
        QVERIFY(f.view.groupRect(f.group).isEmpty());
        f.document.reset(whole);
        QVERIFY(!f.view.groupRect(f.group).isEmpty());
        QVERIFY(f.view.nodeRect(f.ls).isEmpty());
        QVERIFY(!f.view.picture(1).isNull());
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(CanvasGroups)
#include "tst_canvas_groups.moc"
