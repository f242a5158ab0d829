#include "canvas_fixture.h"

#include "gui/canvas/endpoint_look.h"
#include "gui/canvas/node_item.h"
#include "gui/theme/theme.h"

#include <QApplication>
#include <QMenu>
#include <QSettings>
#include <QStyleOptionGraphicsItem>
#include <QTemporaryDir>
#include <QTest>

#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/shm.h>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::CanvasFixture;
using model::Kind;

namespace {

model::Node nodeOf(Kind kind, const QJsonObject& properties = {})
{
    model::Node node;
    node.kind = kind;
    node.name = u"x"_s;
    node.properties = properties;
    return node;
}

NodeLive liveOf(const QJsonObject& facts)
{
    NodeLive live;
    live.number = 1;
    live.state = u"live"_s;
    live.sampled = true;
    live.facts = facts;
    return live;
}

NodeItem* itemOf(CanvasFixture& canvas, const QString& id)
{
    for (QGraphicsItem* each : canvas.view.scene()->items())
        if (auto* item = qgraphicsitem_cast<NodeItem*>(each); item != nullptr && item->id() == id)
            return item;
    return nullptr;
}

const model::Edge& lastEdge(CanvasFixture& canvas)
{
    return canvas.document.topology().edges.constLast();
}

/// A run with the real engine: a process that only sleeps, so that the objects live.
struct Run
{
    CanvasFixture canvas;

    Run()
    {
        canvas.session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        canvas.document.addNode(Kind::Command, {0, 300}, {{u"argv"_s, QJsonArray{u"sleep"_s, u"60"_s}}});
    }
    ~Run()
    {
        canvas.session.stop();
        static_cast<void>(QTest::qWaitFor([this] { return !canvas.session.isLive(); }, 10000));
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    const model::LiveEndpoint* start(const QString& node)
    {
        canvas.session.run(canvas.document.topology());
        const bool sampled = QTest::qWaitFor(
            [&] {
                const model::LiveEndpoint* live = canvas.session.endpointOfNode(node);
                return live != nullptr && live->sampled && live->entry.state == u"live";
            },
            20000);
        return sampled ? canvas.session.endpointOfNode(node) : nullptr;
    }
};

} // namespace

class TestCanvasKinds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        Theme::instance().apply();
    }

    void aQueuesTilesAreItsMessagesInOrder()
    {
        NodeLive live = liveOf({{u"msg_qnum"_s, 3}, {u"msg_cbytes"_s, 4096}, {u"msg_qbytes"_s, 16384}});
        live.tiles = {{7, 5, "hello", true}, {1, 2040, "{}", true}, {0, 0, {}, false}};
        live.tilesTotal = 3;
        live.id = 12;
        const NodeLook look = lookOf(nodeOf(Kind::SysvQueue), {}, live);
        QCOMPARE(look.tiles.size(), 3);
        QCOMPARE(look.tiles.at(0).top, u"7"_s);
        QCOMPARE(look.tiles.at(0).size, u"5"_s);
        QVERIFY(look.tiles.at(0).tip.contains(u"hello"_s));
        QCOMPARE(look.tiles.at(1).size, u"2.0K"_s);
        QVERIFY(!look.tiles.at(2).known);
        QVERIFY(look.corner.contains(u"12"_s));
        QVERIFY(look.detail.contains(u"3"_s));
    }

    void aCardKeepsItsSizeWhileItsValuesChange()
    {
        NodeLive few = liveOf({{u"msg_qnum"_s, 0}, {u"msg_cbytes"_s, 0}, {u"msg_qbytes"_s, 16384}});
        NodeLive many = liveOf({{u"msg_qnum"_s, 900}, {u"msg_cbytes"_s, 16384}, {u"msg_qbytes"_s, 16384}});
        for (int i = 0; i < 64; ++i)
            many.tiles.append({i, 12345, "x", true});
        many.tilesTotal = 900;
        QCOMPARE(NodeItem::bodyFor(lookOf(nodeOf(Kind::SysvQueue), {}, few)),
                 NodeItem::bodyFor(lookOf(nodeOf(Kind::SysvQueue), {}, many)));
        const NodeLive low = liveOf({{u"values"_s, QJsonArray{0, 0}}});
        const NodeLive high = liveOf({{u"values"_s, QJsonArray{32767, 3}}, {u"ncnt"_s, QJsonArray{0, 40}}});
        QCOMPARE(NodeItem::bodyFor(lookOf(nodeOf(Kind::SysvSemaphore), {}, low)),
                 NodeItem::bodyFor(lookOf(nodeOf(Kind::SysvSemaphore), {}, high)));
    }

    void everySemaphoreOfASetIsARowWithItsWaiters()
    {
        const NodeLook look = lookOf(nodeOf(Kind::SysvSemaphore), {},
                                     liveOf({{u"values"_s, QJsonArray{3, 0}},
                                             {u"ncnt"_s, QJsonArray{0, 2}},
                                             {u"zcnt"_s, QJsonArray{1, 0}},
                                             {u"pid"_s, QJsonArray{4711, 0}}}));
        QCOMPARE(look.semaphores.size(), 2);
        QCOMPARE(look.semaphores.at(0).value, 3);
        QCOMPARE(look.semaphores.at(0).waitsZero, 1);
        QCOMPARE(look.semaphores.at(1).waitsUp, 2);
        QVERIFY(look.semaphores.at(0).tip.contains(u"4711"_s));
        // Before it runs it shows what it will begin with.
        const NodeLook planned =
            lookOf(nodeOf(Kind::SysvSemaphore, {{u"values"_s, QJsonArray{5, 1, 0}}}), {}, {});
        QCOMPARE(planned.semaphores.size(), 3);
        QCOMPARE(planned.semaphores.at(0).value, 5);
    }

    void aValueThatNobodyCouldSeeIsNotKnown()
    {
        const model::Node existing = nodeOf(Kind::PosixSemaphore, {{u"existing"_s, true}});
        QVERIFY(!lookOf(existing, {}, {}).semaphores.at(0).known);
        QVERIFY(!lookOf(existing, {}, liveOf({{u"peek"_s, u"refused"_s}})).semaphores.at(0).known);
        const NodeLook seen = lookOf(existing, {}, liveOf({{u"value"_s, 4}}));
        QVERIFY(seen.semaphores.at(0).known);
        QCOMPARE(seen.semaphores.at(0).value, 4);
        QVERIFY(lookOf(nodeOf(Kind::PosixSemaphore), {}, {}).semaphores.at(0).known); // as it will be made
    }

    void everyKindHasAnIconAndAShape()
    {
        for (const model::KindInfo& info : model::allKinds()) {
            QVERIFY2(QFile::exists(u":/icons/%1.svg"_s.arg(info.id)), qPrintable(info.id));
            const NodeLook look = lookOf(nodeOf(info.kind), {}, {});
            const NodeItem item(u"x"_s, look);
            QVERIFY2(item.body().width() >= 100, qPrintable(info.id));
            for (const QString& port : info.ports)
                QVERIFY2(item.hasPort(port), qPrintable(info.id + u' ' + port));
            QImage picture(400, 300, QImage::Format_ARGB32_Premultiplied);
            picture.fill(Qt::transparent);
            QPainter painter(&picture);
            painter.translate(40, 120);
            QStyleOptionGraphicsItem option;
            NodeItem painted(u"x"_s, look);
            painted.paint(&painter, &option, nullptr);
            painter.end();
            QVERIFY2(picture.pixelColor(60, 140).alpha() > 0, qPrintable(info.id));
        }
    }

    void aDropOnAQueueGivesTheProcessAHandle()
    {
        CanvasFixture canvas;
        const QString process = canvas.command(u"cat"_s, {0, 0});
        const QString queue = canvas.part(Kind::SysvQueue, {300, 40});
        canvas.drag(canvas.port(process, u"1"_s), canvas.port(queue, u"send"_s));
        QCOMPARE(canvas.document.topology().edges.size(), 1);
        QVERIFY(model::isHandlePort(lastEdge(canvas).processPort));
        QCOMPARE(lastEdge(canvas).endpointPort, u"send"_s);
        // A second one gets another name.
        canvas.drag(canvas.port(process, u"2"_s), canvas.port(queue, u"send"_s));
        QCOMPARE(canvas.document.topology().edges.size(), 2);
        QVERIFY(lastEdge(canvas).processPort != canvas.document.topology().edges.constFirst().processPort);
        // The handle is a port of the card now.
        QVERIFY(itemOf(canvas, process)->hasPort(lastEdge(canvas).processPort));
    }

    void aScriptsNewHandleIsDraggedToAnything()
    {
        CanvasFixture canvas;
        const QString actor = canvas.part(Kind::Actor, {0, 0});
        const QString memory = canvas.part(Kind::SysvShm, {320, 80});
        const QString pipe = canvas.part(Kind::Pipe, {320, 260});
        canvas.drag(canvas.port(actor, u"+"_s), canvas.port(memory, u"attach"_s));
        QCOMPARE(canvas.document.topology().edges.size(), 1);
        const QString handle = lastEdge(canvas).processPort;
        QVERIFY(model::isHandlePort(handle));
        QCOMPARE(itemOf(canvas, actor)->portSide(handle), Side::Right);
        canvas.drag(canvas.port(actor, u"+"_s), canvas.middle(pipe));
        QCOMPARE(canvas.document.topology().edges.size(), 2);
        QCOMPARE(lastEdge(canvas).endpointPort, u"write"_s);
        // What goes both ways leaves towards its endpoint.
        canvas.document.moveNodes({{memory, QPointF(-400, 80)}});
        QCOMPARE(itemOf(canvas, actor)->portSide(handle), Side::Left);
    }

    void aHandleIsConnectedByTheKeyboardAlone()
    {
        CanvasFixture canvas;
        const QString actor = canvas.part(Kind::Actor, {0, 0});
        canvas.part(Kind::SysvSemaphore, {320, 40});
        canvas.view.select({{actor}, {}});
        canvas.key(Qt::Key_C);
        canvas.key(Qt::Key_Right);
        canvas.key(Qt::Key_Return);
        QCOMPARE(canvas.document.topology().edges.size(), 1);
        QVERIFY(model::isHandlePort(lastEdge(canvas).processPort));
        QCOMPARE(lastEdge(canvas).endpointPort, u"use"_s);
    }

    void aReadyMadeActorIsDroppedWithItsRole()
    {
        CanvasFixture canvas;
        canvas.dropPart("actor:producer", {300, 200});
        QCOMPARE(canvas.document.topology().nodes.size(), 1);
        QCOMPARE(canvas.document.topology().nodes.constFirst().property(u"role"_s).toString(), u"producer"_s);
        QCOMPARE(canvas.document.topology().nodes.constFirst().name, u"producer"_s);
        canvas.dropPart("actor:none-such", {300, 300});
        canvas.dropPart("nothing", {300, 400});
        QCOMPARE(canvas.document.topology().nodes.size(), 1);
    }

    void theTilesOfARealQueueAreWhatTheKernelHolds()
    {
        Run run;
        const QString queue = run.canvas.part(Kind::SysvQueue, {0, 0});
        const model::LiveEndpoint* live = run.start(queue);
        QVERIFY(live != nullptr);
        const int id = live->entry.id;
        QVERIFY(id >= 0);
        for (const qint64 type : {7, 1, 3})
            run.canvas.session.sendInto(live->entry.number, QByteArray(static_cast<qsizetype>(type), 'x'),
                                        type);
        NodeItem* item = itemOf(run.canvas, queue);
        QTRY_COMPARE_WITH_TIMEOUT(item->look().tiles.size(), 3, 20000);
        QStringList types;
        QStringList sizes;
        for (const TileLook& tile : item->look().tiles) {
            types << tile.top;
            sizes << tile.size;
        }
        QCOMPARE(types, (QStringList{u"7"_s, u"1"_s, u"3"_s}));
        QCOMPARE(sizes, (QStringList{u"7"_s, u"1"_s, u"3"_s}));
        // The witness: the kernel's own count, and the first message is still there to be taken.
        msqid_ds state{};
        QCOMPARE(msgctl(id, IPC_STAT, &state), 0);
        QCOMPARE(state.msg_qnum, 3UL);
        QCOMPARE(state.__msg_cbytes, 11UL);
        QVERIFY(item->look().detail.contains(u"11"_s));
        struct
        {
            long type;
            char text[16];
        } message{};
        QCOMPARE(msgrcv(id, &message, sizeof message.text, 0, IPC_NOWAIT), ssize_t{7});
        QTRY_COMPARE(item->look().tiles.size(), 2);
        QCOMPARE(item->look().tiles.constFirst().top, u"1"_s);
    }

    void aSetsTokensFollowTheKernel()
    {
        Run run;
        const QString set =
            run.canvas.document.addNode(Kind::SysvSemaphore, {0, 0}, {{u"values"_s, QJsonArray{2, 0, 5}}});
        const model::LiveEndpoint* live = run.start(set);
        QVERIFY(live != nullptr);
        NodeItem* item = itemOf(run.canvas, set);
        QTRY_COMPARE(item->look().semaphores.size(), 3);
        QTRY_COMPARE(item->look().semaphores.at(2).value, 5);
        QCOMPARE(item->look().semaphores.at(0).value, 2);
        run.canvas.session.setValue(live->entry.number, 1, 4);
        QTRY_COMPARE(item->look().semaphores.at(1).value, 4);
    }

    void aStoreIntoSharedMemoryLightsUpAndFades()
    {
        Run run;
        const QString memory = run.canvas.part(Kind::SysvShm, {0, 0});
        const model::LiveEndpoint* live = run.start(memory);
        QVERIFY(live != nullptr);
        run.canvas.view.fit();
        NodeItem* item = itemOf(run.canvas, memory);
        QTRY_COMPARE(item->memory().bytes.size(), memoryBytes);
        auto* bytes = static_cast<unsigned char*>(shmat(live->entry.id, nullptr, 0));
        QVERIFY(bytes != reinterpret_cast<void*>(-1));
        bytes[9] = 0x9b;
        QTRY_COMPARE(static_cast<unsigned char>(item->memory().bytes.at(9)),
                     static_cast<unsigned char>(0x9b));
        QVERIFY(item->memory().fresh.at(9) > 0);
        QCOMPARE(item->memory().fresh.at(8), quint8{0});
        QTRY_COMPARE(item->memory().fresh.at(9), quint8{0});
        QCOMPARE(shmdt(bytes), 0);
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(TestCanvasKinds)
#include "tst_canvas_kinds.moc"
