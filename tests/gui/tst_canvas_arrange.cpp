#include "gui/theme/theme.h"
#include "tests/gui/canvas_fixture.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using test::CanvasFixture;

namespace {

/// Three parts of different sizes, all selected.
struct Three : CanvasFixture
{
    QString a = part(model::Kind::Pipe, {0, 0});
    QString b = command(u"a-rather-long-name-of-a-program"_s, {130, 170});
    QString c = part(model::Kind::SysvQueue, {700, 300});

    Three() { view.select({{a, b, c}, {}}); }
    QRectF body(const QString& id) const
    {
        const QRect pixels = view.nodeRect(id);
        return pixels;
    }
};

} // namespace

class CanvasArrange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().apply(); }

    void aligningPutsTheSelectedPartsOnOneLineInOneStep_data()
    {
        QTest::addColumn<Alignment>("alignment");
        QTest::newRow("left") << Alignment::Left;
        QTest::newRow("centre") << Alignment::Centre;
        QTest::newRow("right") << Alignment::Right;
        QTest::newRow("top") << Alignment::Top;
        QTest::newRow("middle") << Alignment::Middle;
        QTest::newRow("bottom") << Alignment::Bottom;
    }

    void aligningPutsTheSelectedPartsOnOneLineInOneStep()
    {
        QFETCH(const Alignment, alignment);
        Three three;
        const int before = three.steps();
        const QRectF all = three.body(three.a) | three.body(three.b) | three.body(three.c);
        QHash<QString, QRectF> was;
        for (const QString& id : {three.a, three.b, three.c})
            was.insert(id, three.body(id));
        three.view.align(alignment);
        for (const QString& id : {three.a, three.b, three.c}) {
            const QRectF now = three.body(id);
            const auto near = [](double x, double y) { return std::abs(x - y) <= 1.5; };
            switch (alignment) {
            case Alignment::Left:
                QVERIFY(near(now.left(), all.left()));
                break;
            case Alignment::Centre:
                QVERIFY(near(now.center().x(), all.center().x()));
                break;
            case Alignment::Right:
                QVERIFY(near(now.right(), all.right()));
                break;
            case Alignment::Top:
                QVERIFY(near(now.top(), all.top()));
                break;
            case Alignment::Middle:
                QVERIFY(near(now.center().y(), all.center().y()));
                break;
            case Alignment::Bottom:
                QVERIFY(near(now.bottom(), all.bottom()));
                break;
            }
            const bool across = alignment == Alignment::Left || alignment == Alignment::Centre ||
                                alignment == Alignment::Right;
            QVERIFY(across ? now.top() == was[id].top() : now.left() == was[id].left());
        }
        QCOMPARE(three.steps(), before + 1);
        three.document.undoStack()->undo();
        for (const QString& id : {three.a, three.b, three.c})
            QCOMPARE(three.body(id), was[id]);
        three.document.undoStack()->redo();
        three.view.align(alignment); // as it is already: no step
        QCOMPARE(three.steps(), before + 1);
    }

    void distributingMakesTheGapsAlikeAndLeavesTheOuterTwo()
    {
        Three three;
        const int before = three.steps();
        const QRectF first = three.body(three.a);
        const QRectF last = three.body(three.c);
        three.view.distribute(Qt::Horizontal);
        QCOMPARE(three.body(three.a), first);
        QCOMPARE(three.body(three.c), last);
        const QRectF middle = three.body(three.b);
        QVERIFY(std::abs((middle.left() - first.right()) - (last.left() - middle.right())) <= 3);
        QCOMPARE(three.steps(), before + 1);
        three.view.distribute(Qt::Vertical);
        const QRectF now = three.body(three.b);
        QVERIFY(std::abs((now.top() - first.bottom()) - (last.top() - now.bottom())) <= 3);
        QCOMPARE(three.steps(), before + 2);
        three.document.undoStack()->undo();
        QCOMPARE(three.body(three.b), middle);
    }

    void twoPartsHaveNothingToDistribute()
    {
        Three three;
        three.view.select({{three.a, three.b}, {}});
        const int before = three.steps();
        three.view.distribute(Qt::Horizontal);
        QCOMPARE(three.steps(), before);
    }
};

QTEST_MAIN(CanvasArrange)
#include "tst_canvas_arrange.moc"
