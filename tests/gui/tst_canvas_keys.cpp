#include "tests/gui/canvas_fixture.h"

#include <QAccessible>
#include <QSignalSpy>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace byteyard;
using model::Kind;
using test::CanvasFixture;

class TestCanvasKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPipelineIsBuiltAndConnectedByKeysAlone()
    {
        CanvasFixture f;
        for (const QString& what : {u"ls"_s, u"pipe"_s, u"grep x"_s}) {
            f.key(Qt::Key_Insert);
            f.type(what);
            QTRY_VERIFY(f.line() == nullptr);
        }
        QCOMPARE(f.document.topology().nodes.size(), 3);
        const QString ls = f.document.topology().nodes.at(0).id;
        const QString pipe = f.document.topology().nodes.at(1).id;
        const QString grep = f.document.topology().nodes.at(2).id;

        f.key(Qt::Key_Left); // from grep to the pipe
        f.key(Qt::Key_Left); // to ls
        f.key(Qt::Key_C);
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Return);
        QCOMPARE(f.document.topology().edges.size(), 1);
        QCOMPARE(f.document.topology().edges.at(0).process, ls);
        QCOMPARE(f.document.topology().edges.at(0).processPort, u"1"_s);
        QCOMPARE(f.document.topology().edges.at(0).endpoint, pipe);
        QCOMPARE(f.document.topology().edges.at(0).endpointPort, u"write"_s);

        f.key(Qt::Key_Right); // to the pipe
        f.key(Qt::Key_C);     // its free end is the one to read from
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Return);
        QCOMPARE(f.document.topology().edges.size(), 2);
        QCOMPARE(f.document.topology().edges.at(1).process, grep);
        QCOMPARE(f.document.topology().edges.at(1).processPort, u"0"_s);
        QCOMPARE(f.document.topology().edges.at(1).endpointPort, u"read"_s);
    }

    void escapeLeavesAKeyboardConnection()
    {
        CanvasFixture f;
        f.command(u"ls"_s, {0, 0});
        f.part(Kind::Pipe, {240, 20});
        f.key(Qt::Key_Right);
        f.key(Qt::Key_C);
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Escape);
        f.key(Qt::Key_Return); // edits, does not connect
        QVERIFY(f.document.topology().edges.isEmpty());
    }

    void arrowsWalkAndSpaceSelects()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        const QString b = f.command(u"cat"_s, {480, 0});
        const QString c = f.command(u"wc"_s, {480, 200});
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Space);
        QCOMPARE(f.view.selection().nodes, QStringList{a});
        f.key(Qt::Key_Right);
        f.key(Qt::Key_Down);
        f.key(Qt::Key_Space);
        QCOMPARE(f.view.selection().nodes, (QStringList{a, c}));
        f.key(Qt::Key_Space);
        QCOMPARE(f.view.selection().nodes, QStringList{a});
        f.key(Qt::Key_Up);
        f.key(Qt::Key_Space);
        QCOMPARE(f.view.selection().nodes, (QStringList{a, b}));
    }

    void nudgesMoveByOneAndByAGridStepAndMerge()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        f.view.select({{a}, {}});
        const int before = f.steps();
        f.key(Qt::Key_Right, Qt::ControlModifier);
        f.key(Qt::Key_Right, Qt::ControlModifier);
        f.key(Qt::Key_Down, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(f.node(a)->position, QPointF(2, 20));
        QCOMPARE(f.steps(), before + 1);
        f.document.undoStack()->undo();
        QCOMPARE(f.node(a)->position, QPointF(0, 0));
    }

    void enterEditsTheCommandAndF2TheName()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        f.view.select({{a}, {}});
        f.key(Qt::Key_Return);
        QVERIFY(f.line() != nullptr);
        QCOMPARE(f.line()->text(), u"ls"_s);
        f.type(u"wc -l"_s);
        QCOMPARE(f.node(a)->argv(), (QStringList{u"wc"_s, u"-l"_s}));
        QCOMPARE(f.node(a)->name, u"wc"_s);
        QTRY_VERIFY(f.line() == nullptr);
        f.key(Qt::Key_F2);
        f.type(u"counter"_s);
        QCOMPARE(f.node(a)->name, u"counter"_s);
        QTRY_VERIFY(f.line() == nullptr);
        f.key(Qt::Key_Return);
        QTest::keyClicks(f.line(), u"something else"_s);
        QTest::keyClick(f.line(), Qt::Key_Escape);
        QCOMPARE(f.node(a)->argv(), (QStringList{u"wc"_s, u"-l"_s}));
    }

    void aTakenNameIsRefusedWhereItIsTyped()
    {
        CanvasFixture f;
        const QString a = f.part(Kind::Pipe, {0, 0});
        f.part(Kind::Pipe, {300, 0});
        f.view.select({{a}, {}});
        f.key(Qt::Key_F2);
        f.type(u"pipe 2"_s);
        QVERIFY(f.line() != nullptr);
        QCOMPARE(f.node(a)->name, u"pipe"_s);
    }

    void deleteRemovesTheSelectionAndUndoBringsItBack()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        const QString pipe = f.part(Kind::Pipe, {240, 20});
        f.document.connectNodes(a, u"1"_s, pipe, u"write"_s);
        f.view.select({{a}, {}});
        f.key(Qt::Key_Delete);
        QCOMPARE(f.document.topology().nodes.size(), 1);
        QVERIFY(f.view.selection().isEmpty());
        f.document.undoStack()->undo();
        QCOMPARE(f.document.topology().nodes.size(), 2);
        QCOMPARE(f.document.topology().edges.size(), 1);
        QVERIFY(!f.view.nodeRect(a).isEmpty());
    }

    void tabLeavesTheCanvas()
    {
        QWidget window;
        auto* layout = new QVBoxLayout(&window);
        model::Document document;
        model::Session session;
        auto* before = new QLineEdit;
        auto* view = new gui::CanvasView(document, session);
        auto* after = new QLineEdit;
        document.addNode(Kind::Pipe, {0, 0});
        document.addNode(Kind::Pipe, {0, 100});
        for (QWidget* each : std::initializer_list<QWidget*>{before, view, after})
            layout->addWidget(each);
        window.show();
        QApplication::setActiveWindow(&window);
        before->setFocus();
        QTest::keyClick(before, Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), view);
        QTest::keyClick(view, Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), after);
    }

    void findLightsUpAndGoesThroughWhatMatches()
    {
        CanvasFixture f;
        const QString a = f.command(u"grep"_s, {0, 0});
        const QString b = f.command(u"cat"_s, {480, 0});
        const QString c = f.command(u"egrep"_s, {480, 200});
        f.view.find(u"GREP"_s);
        f.view.findNext();
        QCOMPARE(f.view.selection().nodes, QStringList{a});
        f.view.findNext();
        QCOMPARE(f.view.selection().nodes, QStringList{c});
        f.view.findNext();
        QCOMPARE(f.view.selection().nodes, QStringList{a});
        f.view.findPrevious();
        QCOMPARE(f.view.selection().nodes, QStringList{c});
        QVERIFY(!f.view.selection().nodes.contains(b));
    }

    void assistiveProgramsReadTheNodes()
    {
        CanvasFixture f;
        f.command(u"ls"_s, {0, 0});
        f.part(Kind::Pipe, {240, 20});
        QAccessibleInterface* canvas = QAccessible::queryAccessibleInterface(&f.view);
        QVERIFY(canvas != nullptr);
        QCOMPARE(canvas->childCount(), 2);
        QCOMPARE(canvas->child(0)->text(QAccessible::Name), u"ls"_s);
        QCOMPARE(canvas->child(0)->text(QAccessible::Value), u"planned"_s);
        QVERIFY(canvas->child(1)->rect().isValid());
        QCOMPARE(canvas->indexOfChild(canvas->child(1)), 1);
    }
};

QTEST_MAIN(TestCanvasKeys)
#include "tst_canvas_keys.moc"
