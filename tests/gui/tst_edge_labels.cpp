#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/node_look.h"
#include "gui/theme/theme.h"
#include "model/topology/topology_file.h"

#include <QDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using model::Kind;

namespace {

EdgeLook saying(const QString& label, EdgeLook::State state = EdgeLook::State::Open)
{
    EdgeLook look;
    look.state = state;
    look.label = label;
    look.writes = true;
    return look;
}

struct Scene
{
    model::Document document;
    model::Session session;
    CanvasScene scene{document, session};

    QRectF label(const QString& edge) const { return scene.edges().labelPlace(edge); }
    void say(const QString& edge, const EdgeLook& look) { scene.edges().setLook(edge, look); }
    QStringList edges() const
    {
        QStringList ids;
        for (const model::Edge& edge : document.topology().edges)
            ids << edge.id;
        return ids;
    }
    /// The first of these that covers a node or another label; empty: none does.
    QString covering() const
    {
        const QStringList ids = edges();
        for (qsizetype i = 0; i < ids.size(); ++i) {
            const QRectF place = label(ids.at(i));
            if (place.isEmpty())
                continue;
            for (const NodeItem* node : scene.nodes())
                if (node->covered().intersects(place))
                    return u"the label of %1 covers %2"_s.arg(ids.at(i), node->id());
            for (qsizetype j = i + 1; j < ids.size(); ++j)
                if (label(ids.at(j)).intersects(place))
                    return u"the labels of %1 and %2 cover each other"_s.arg(ids.at(i), ids.at(j));
        }
        return {};
    }
};

/// Two commands at a pipe, `apart` from it.
struct Pair : Scene
{
    QString left = document.addNode(Kind::Command, {0, 0}, {}, u"left"_s);
    QString pipe;
    QString edge;

    explicit Pair(double apart)
    {
        const double right = scene.node(left)->body().right();
        pipe = document.addNode(Kind::Pipe, {right + apart, 20});
        edge = document.connectNodes(left, u"1"_s, pipe, u"write"_s);
    }
};

} // namespace

class EdgeLabels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().apply(); }

    void inNoLabALabelCoversANodeOrAnotherLabel_data()
    {
        QTest::addColumn<QString>("path");
        const QDir labs(QStringLiteral(BYTEYARD_SOURCE "/resources/labs"));
        for (const QString& name : labs.entryList({u"*.byteyard"_s}, QDir::Files, QDir::Name))
            QTest::newRow(qPrintable(name.chopped(9))) << labs.filePath(name);
    }

    void inNoLabAPartCoversAnother_data() { inNoLabALabelCoversANodeOrAnotherLabel_data(); }

    /// Nor when it runs: what a card says then makes some wider.
    void inNoLabAPartCoversAnother()
    {
        QFETCH(const QString, path);
        Scene s;
        QCOMPARE(s.document.load(path), QString());
        const QList<model::Node> nodes = s.document.topology().nodes;
        for (const bool runs : {false, true}) {
            for (const model::Node& node : nodes) {
                NodeLive live;
                live.number = runs ? 1 : 0;
                live.state = model::isProcess(node.kind) ? u"running"_s : u"live"_s;
                live.pid = 12345;
                live.blockedCall = u"read"_s;
                live.sampled = !model::isProcess(node.kind);
                live.id = 262184;
                live.fill = 0;
                live.capacity = 65536;
                NodeLook look = lookOf(node, {}, live);
                look.ports = s.scene.node(node.id)->look().ports;
                s.scene.setNodeLook(node.id, look);
            }
            for (qsizetype i = 0; i < nodes.size(); ++i)
                for (qsizetype j = 0; j < i; ++j)
                    QVERIFY2(!s.scene.node(nodes.at(i).id)
                                  ->covered()
                                  .intersects(s.scene.node(nodes.at(j).id)->covered()),
                             qPrintable(nodes.at(i).name + u" and "_s + nodes.at(j).name +
                                        (runs ? u", running"_s : u", planned"_s)));
        }
    }

    void inNoLabALabelCoversANodeOrAnotherLabel()
    {
        QFETCH(const QString, path);
        Scene s;
        QCOMPARE(s.document.load(path), QString());
        const std::pair<QString, EdgeLook::State> sayings[] = {
            {u"1.2 KiB"_s, EdgeLook::State::Ended},
            {u"123.4 MiB/s"_s, EdgeLook::State::Open},
            {u"blocked 12.3 s"_s, EdgeLook::State::Blocked},
        };
        for (int turn = 0; turn < 3; ++turn) {
            int number = turn;
            int shown = 0;
            for (const QString& id : s.edges()) {
                const auto& [text, state] = sayings[number++ % 3];
                s.say(id, saying(text, state));
            }
            QVERIFY2(s.covering().isEmpty(), qPrintable(s.covering()));
            // Every edge says something, which no run does for long: most are seen, and what is blocked is.
            for (const QString& id : s.edges()) {
                shown += s.label(id).isEmpty() ? 0 : 1;
                QVERIFY2(!s.label(id).isEmpty() ||
                             s.scene.edges().look(id)->state != EdgeLook::State::Blocked,
                         qPrintable(id));
            }
            QVERIFY2(shown * 3 >= s.edges().size() * 2,
                     qPrintable(u"only %1 of %2 labels are shown"_s.arg(shown).arg(s.edges().size())));
        }
    }

    /// Ports that lie on each other: a curve of one point.
    void anEdgeWithoutLengthStaysWhereItIs()
    {
        Pair p(200);
        const QPointF port = p.scene.node(p.left)->portPosition(u"1"_s);
        const QPointF other = p.scene.node(p.pipe)->portPosition(u"write"_s);
        p.document.moveNodes({{p.pipe, p.scene.node(p.pipe)->pos() + port - other}});
        QCOMPARE(p.scene.node(p.pipe)->portPosition(u"write"_s), port);
        p.say(p.edge, saying(u"1.2 KiB"_s, EdgeLook::State::Blocked));
        QVERIFY(!p.label(p.edge).isEmpty());
        QVERIFY(QLineF(p.label(p.edge).center(), port).length() < 400);
        QCOMPARE(p.covering(), QString());
    }

    void aLabelStandsInTheMiddleAboveItsEdgeWhereThereIsRoom()
    {
        Pair s(200);
        s.say(s.edge, saying(u"1.2 KiB"_s));
        const QPointF middle = s.scene.edges().middle(s.edge);
        QVERIFY(std::abs(s.label(s.edge).center().x() - middle.x()) < 1);
        QVERIFY(s.label(s.edge).bottom() < middle.y());
    }

    void aLabelGivesWayToANodeThatIsPutOnItAndComesBack()
    {
        Pair s(300);
        s.say(s.edge, saying(u"1.2 KiB"_s));
        const QRectF before = s.label(s.edge);
        const QString other = s.document.addNode(Kind::Eventfd, before.topLeft() - QPointF(20, 30));
        QVERIFY(!s.label(s.edge).isEmpty());
        QVERIFY(s.label(s.edge) != before);
        QVERIFY(!s.label(s.edge).intersects(s.scene.node(other)->covered()));
        s.document.moveNodes({{other, QPointF(0, 900)}});
        QCOMPARE(s.label(s.edge), before);
    }

    void whereThereIsNoRoomTheLessImportantIsDropped()
    {
        Scene s;
        const QString a = s.document.addNode(Kind::Actor, {0, 0}, {}, u"a"_s);
        const double right = s.scene.node(a)->body().right();
        const QString queue = s.document.addNode(Kind::SysvQueue, {right + 110, 20}, {}, u"q"_s);
        QStringList edges;
        for (int i = 0; i < 6; ++i)
            edges << s.document.connectNodes(a, {}, queue, u"send"_s);
        for (const QString& id : edges)
            s.say(id, saying(u"100.0 MiB/s"_s));
        s.say(edges.at(3), saying(u"blocked 3 s"_s, EdgeLook::State::Blocked));
        QVERIFY2(s.covering().isEmpty(), qPrintable(s.covering()));
        QVERIFY(!s.label(edges.at(3)).isEmpty());
    }

    void aRateThatChangesDoesNotMoveItsLabel()
    {
        Pair s(200);
        s.say(s.edge, saying(u"1.2 KiB/s"_s));
        const QRectF before = s.label(s.edge);
        s.say(s.edge, saying(u"1.7 KiB/s"_s));
        QCOMPARE(s.label(s.edge), before);
        s.say(s.edge, saying({}));
        QVERIFY(s.label(s.edge).isEmpty());
    }
};

QTEST_MAIN(EdgeLabels)
#include "tst_edge_labels.moc"
