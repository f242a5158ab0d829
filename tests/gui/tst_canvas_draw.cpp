#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/still_layers.h"
#include "gui/theme/theme.h"
#include "tests/gui/canvas_fixture.h"

#include <QDir>
#include <QPainter>
#include <QScrollBar>
#include <QSettings>
#include <QStyleOptionGraphicsItem>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTimer>
#include <QUndoStack>

#include <functional>

using namespace Qt::StringLiterals;
using namespace byteyard;
using gui::NodeLive;
using gui::NodeLook;
using gui::NodeState;
using model::Kind;
using test::CanvasFixture;

class TestCanvasDraw : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_settings{QDir::tempPath() + u"/byteyard-canvas-XXXXXX"_s};

    static model::Node command(const QString& name, const QStringList& argv)
    {
        model::Node node;
        node.name = name;
        node.properties.insert(u"argv"_s, QJsonArray::fromStringList(argv));
        return node;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(u"byteyard-test"_s);
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
    }

    void aZoomThatIsSlowToDrawShowsTheOldPictureFirst()
    {
        const QSize size(200, 100);
        int drawn = 0;
        int slow = 0;
        const auto below = [&](QPainter& painter, const QRect& rect) {
            ++drawn;
            QTest::qSleep(slow);
            painter.fillRect(rect, Qt::white);
            painter.fillRect(0, 0, 100, 50, Qt::red); // whatever the zoom
        };
        const auto above = [](QPainter&, const QRect&) {};
        const auto pixel = [&](const gui::StillLayers& layers, QPoint at) {
            QImage image(size, QImage::Format_RGB32);
            QPainter painter(&image);
            layers.drawBelow(painter, QRect({}, size));
            layers.drawAbove(painter, QRect({}, size));
            return image.pixelColor(at);
        };
        gui::StillLayers layers;
        const QTransform one;
        const QTransform half = QTransform::fromScale(0.5, 0.5);
        layers.fit(one, size, 1, Qt::blue);
        layers.refresh(below, above);
        QCOMPARE(drawn, 1);
        // Quick enough: drawn anew at once.
        layers.fit(half, size, 1, Qt::blue);
        QVERIFY(!layers.isCoarse());
        slow = 30;
        layers.refresh(below, above);
        QCOMPARE(drawn, 2);

        layers.fit(one, size, 1, Qt::blue);
        layers.fit(half, size, 1, Qt::blue);
        layers.fit(QTransform::fromScale(0.25, 0.25), size, 1, Qt::blue);
        QVERIFY(layers.isCoarse());
        layers.refresh(below, above);
        QCOMPARE(drawn, 2);
        QCOMPARE(pixel(layers, {20, 10}), QColor(Qt::red)); // half as large as it was
        QCOMPARE(pixel(layers, {80, 40}), QColor(Qt::white));
        QCOMPARE(pixel(layers, {150, 80}), QColor(Qt::blue)); // no picture yet
        layers.invalidateAll();
        layers.refresh(below, above);
        QVERIFY(!layers.isCoarse());
        QCOMPARE(drawn, 3);
        QCOMPARE(pixel(layers, {150, 80}), QColor(Qt::white));
    }

    /// Just where names begin to stand for parts, all parts are drawn alike, wherever they are.
    void atTheZoomWhereDetailBeginsEveryPartHasIt()
    {
        gui::NodeItem item(u"x"_s, gui::lookOf(command(u"ls"_s, {u"ls"_s, u"-l"_s}), {}, {}));
        const QStyleOptionGraphicsItem option;
        QSet<qsizetype> inks;
        for (int i = 0; i < 60; ++i) {
            QImage image(80, 60, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::white);
            QPainter painter(&image);
            // Far out on the canvas, and the window there.
            painter.setWindow(97 * i, 0, image.width(), image.height());
            painter.translate(97 * i, 0);
            painter.scale(gui::zoomForText, gui::zoomForText);
            item.paint(&painter, &option, nullptr);
            painter.end();
            qsizetype dark = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    dark += image.pixelColor(x, y).lightness() < 128;
            inks.insert(dark);
        }
        const auto [least, most] = std::minmax_element(inks.cbegin(), inks.cend());
        QVERIFY2(*most - *least <= *most / 5, qPrintable(u"%1 to %2"_s.arg(*least).arg(*most)));
    }

    void aProcessSaysItsState_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("signal");
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("text");
        QTest::newRow("starting") << u"starting"_s << QString() << QString() << u"starting"_s;
        QTest::newRow("opens a FIFO") << u"starting"_s << QString() << u"openat"_s << u"blocked · openat"_s;
        QTest::newRow("running") << u"running"_s << QString() << QString() << u"running"_s;
        QTest::newRow("blocked") << u"running"_s << QString() << u"write"_s << u"blocked · write"_s;
        QTest::newRow("stopped") << u"stopped"_s << u"SIGSTOP"_s << QString() << u"stopped · SIGSTOP"_s;
        QTest::newRow("exited") << u"exited"_s << QString() << QString() << u"exited 3"_s;
        QTest::newRow("killed") << u"killed"_s << u"SIGPIPE"_s << QString() << u"killed · SIGPIPE"_s;
        QTest::newRow("failed") << u"failed"_s << QString() << QString() << u"failed"_s;
    }
    void aProcessSaysItsState()
    {
        QFETCH(QString, state);
        QFETCH(QString, signal);
        QFETCH(QString, call);
        NodeLive live;
        live.number = 1;
        live.pid = 4711;
        live.state = state;
        live.signal = signal;
        live.blockedCall = call;
        live.exitCode = 3;
        const NodeLook look = gui::lookOf(command(u"ls"_s, {u"ls"_s}), {}, live);
        QTEST(look.stateText, "text");
        QCOMPARE(look.corner, u"pid 4711"_s);
    }

    void beforeRunEverythingIsAPlan()
    {
        const NodeLook look = gui::lookOf(command(u"ls"_s, {u"ls"_s}), {}, {});
        QCOMPARE(look.state, NodeState::Planned);
        QVERIFY(!look.exists);
        QVERIFY(look.corner.isEmpty());
    }

    void theCommandLineIsTheTitleWhereTheNameSaysNoMore()
    {
        QCOMPARE(gui::lookOf(command(u"grep"_s, {u"grep"_s, u"-c"_s, u"x"_s}), {}, {}).title, u"grep -c x"_s);
        const NodeLook named = gui::lookOf(command(u"writer"_s, {u"seq"_s, u"9"_s}), {}, {});
        QCOMPARE(named.title, u"writer"_s);
        QCOMPARE(named.detail, u"seq 9"_s);
    }

    void howFullIsSaidOnceWithItsUnitAndAsSampled()
    {
        QCOMPARE(gui::fillText(12390, 65536), u"12.1 of 64 KiB"_s);
        model::Node pipe;
        pipe.kind = Kind::Pipe;
        pipe.name = u"pipe"_s;
        NodeLive live;
        live.number = 1;
        live.state = u"live"_s;
        live.sampled = true;
        live.fill = 32768;
        live.capacity = 65536;
        const NodeLook look = gui::lookOf(pipe, {}, live);
        QVERIFY(look.sampled);
        QCOMPARE(look.fill, 0.5);
        live.sampled = false;
        QVERIFY(gui::lookOf(pipe, {}, live).fill < 0);
    }

    void whatTheKernelDoesNotTellIsNoNumber()
    {
        model::Node connection;
        connection.kind = Kind::UnixStream;
        NodeLive live;
        live.number = 2;
        live.parent = 1;
        live.state = u"live"_s;
        live.sampled = true;
        live.fill2 = 0;
        live.facts = {{u"state"_s, u"ESTABLISHED"_s}, {u"accepted"_s, 0}};
        const NodeLook look = gui::lookOf(connection, {}, live);
        QCOMPARE(look.detail, u"→ ? · not accepted"_s);
        QVERIFY(look.fill < 0);
        live.facts.remove(u"accepted"_s);
        live.fill = 10;
        QCOMPARE(gui::lookOf(connection, {}, live).detail, u"→ 10 B   ← 0 B"_s);
    }

    void portsLieOnTheOutlineAndGrowWithTheDescriptors()
    {
        const model::Node node = command(u"ls"_s, {u"ls"_s});
        const NodeLook few = gui::lookOf(node, {}, {});
        const NodeLook many = gui::lookOf(
            node, {{u"3"_s, gui::Side::Right}, {u"4"_s, gui::Side::Left}, {u"5"_s, gui::Side::Right}}, {});
        QVERIFY(gui::NodeItem::bodyFor(many).height() > gui::NodeItem::bodyFor(few).height());
        const gui::NodeItem item(u"ls"_s, many);
        for (const gui::PortLook& port : many.ports) {
            const QPointF at = item.portPosition(port.name);
            QVERIFY(at.x() == item.body().left() || at.x() == item.body().right());
            QCOMPARE(item.portAt(at + QPointF(3, 3), 8), port.name);
        }
        QVERIFY(item.portAt(item.body().center(), 8).isEmpty());
    }

    void theCardWidensWithItsTextUpToALimit()
    {
        const double plain = gui::NodeItem::bodyFor(gui::lookOf(command(u"ls"_s, {u"ls"_s}), {}, {})).width();
        const double wide =
            gui::NodeItem::bodyFor(gui::lookOf(command(u"a-rather-long-name"_s, {u"ls"_s}), {}, {})).width();
        const gui::NodeItem most(u"x"_s, gui::lookOf(command(QString(200, u'x'), {u"ls"_s}), {}, {}));
        QVERIFY(wide > plain);
        QVERIFY(most.body().width() <= 300);
        QVERIFY(most.isElided());
    }

    void anEdgeThatIsBlockedSaysForHowLongAndAnEndedOneKeepsItsTotal()
    {
        model::Edge edge;
        edge.endpointPort = u"write"_s;
        model::LiveEdge live;
        live.open = live.wasOpen = live.blocked = true;
        live.blockedSince = 1'000'000'000;
        gui::EdgeLook look = gui::lookOf(edge, Kind::Pipe, &live, 2'250'000'000, false);
        QCOMPARE(look.state, gui::EdgeLook::State::Blocked);
        QCOMPARE(look.label, u"blocked 1.2 s"_s);
        QVERIFY(look.writes && !look.reads);
        live.blocked = live.open = false;
        live.bytesIn = 812;
        look = gui::lookOf(edge, Kind::Pipe, &live, 2'250'000'000, false);
        QCOMPARE(look.state, gui::EdgeLook::State::Ended);
        QCOMPARE(look.label, u"812 B"_s);
        QVERIFY(!look.flows());
        QCOMPARE(gui::lookOf(edge, Kind::Pipe, nullptr, 0, false).state, gui::EdgeLook::State::Planned);
    }

    /// What a child inherited is no traffic, but keeps others waiting for its end.
    void whatIsOnlyHeldLooksOtherwiseThanWhatIsUsed()
    {
        model::LiveEdge live;
        live.open = live.wasOpen = true;
        QVERIFY(gui::lookOfDiscovered(Kind::Pipe, live, 1).held);
        QVERIFY(!gui::lookOfDiscovered(Kind::PosixShm, live, 1).held); // loads and stores are no calls
        live.capture = u"unobserved"_s;
        QVERIFY(!gui::lookOfDiscovered(Kind::Pipe, live, 1).held);
        live.capture = u"exact"_s;
        live.messagesOut = 1;
        QVERIFY(!gui::lookOfDiscovered(Kind::SysvSemaphore, live, 1).held);
        live.messagesOut = 0;
        live.blocked = true;
        QVERIFY(!gui::lookOfDiscovered(Kind::Pipe, live, 1).held);
        live.blocked = live.open = false;
        QVERIFY(!gui::lookOfDiscovered(Kind::Pipe, live, 1).held);
    }

    void aThousandNodesAndTwoThousandEdgesAreDrawnNearAndFar()
    {
        CanvasFixture f;
        model::Topology topology;
        for (int i = 0; i < 1000; ++i) {
            model::Node node = command(u"cat %1"_s.arg(i), {u"cat"_s});
            node.kind = i % 2 == 0 ? Kind::Command : Kind::Pipe;
            if (i % 2 != 0)
                node.properties = {};
            node.id = u"n%1"_s.arg(i);
            node.position = {i % 40 * 240.0, i / 40 * 140.0};
            topology.nodes.append(node);
        }
        for (int i = 0; i < 2000; ++i) {
            const int process = i / 4 * 2;
            const int pipe = (process + 1 + i % 4 * 40) % 1000;
            topology.edges.append({u"e%1"_s.arg(i),
                                   u"n%1"_s.arg(process),
                                   QString::number(i % 4 + 1),
                                   u"n%1"_s.arg(pipe),
                                   u"write"_s,
                                   {}});
        }
        f.document.reset(topology);
        QVERIFY(f.view.zoom() < 0.5);
        const QImage far = f.view.grab().toImage();
        f.view.zoomTo100();
        const QImage near = f.view.grab().toImage();
        QVERIFY(far != near);
        const QImage whole = f.view.picture(0.2);
        QVERIFY(whole.width() > 1500);
        // Nothing was lost: the last node can be found and reached.
        f.view.reveal(u"n999"_s);
        QVERIFY(f.view.viewport()->rect().contains(f.middle(u"n999"_s)));
    }

    void aPictureIsWrittenAsPixelsOrAsLinesAndIsNeverTooLarge()
    {
        CanvasFixture f;
        const QString program = f.command(u"a-program"_s, {0, 0});
        f.document.connectNodes(program, u"1"_s, f.part(Kind::Pipe, {260, 20}), u"write"_s);
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        QVERIFY(f.view.savePicture(directory.filePath(u"a.png"_s)));
        const QImage pixels(directory.filePath(u"a.png"_s));
        QVERIFY(pixels.width() > 300 && pixels.height() > 160);

        QVERIFY(f.view.savePicture(directory.filePath(u"a.svg"_s)));
        QFile svg(directory.filePath(u"a.svg"_s));
        QVERIFY(svg.open(QIODevice::ReadOnly));
        const QByteArray text = svg.readAll();
        QVERIFY(text.contains(">a-program</text>") && text.contains("<polyline"));
        for (qsizetype at = text.indexOf("<image"); at >= 0; at = text.indexOf("<image", at + 1)) {
            const qsizetype width = text.indexOf("width=\"", at) + 7;
            QVERIFY(text.mid(width, text.indexOf('"', width) - width).toDouble() <= 16); // a state's sign
        }
        QSvgRenderer drawn(text);
        QVERIFY(drawn.isValid());
        QCOMPARE(drawn.viewBox().size(), pixels.size() / 2);

        QVERIFY(!f.view.savePicture(directory.filePath(u"none/a.png"_s)));
        QVERIFY(!f.view.savePicture(directory.filePath(u"none/a.svg"_s)));
        QVERIFY(!f.view.savePicture(directory.filePath(u"a.what"_s)));
        f.command(u"far"_s, {200000, 100000});
        const QImage whole = f.view.picture(2);
        QVERIFY(!whole.isNull() && qint64(whole.width()) * whole.height() <= 65'000'000);
    }

    void whatIsKeptOfThePictureIsWhatWouldBeDrawnAnew()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {300, 100});
        const QString b = f.part(Kind::Pipe, {560, 120});
        const QString e = f.document.connectNodes(a, u"1"_s, b, u"write"_s);
        auto* scene = static_cast<gui::CanvasScene*>(f.view.scene());
        gui::EdgeLook flowing = *scene->edges().look(e);
        flowing.state = gui::EdgeLook::State::Open;
        flowing.rateIn = 4096;
        flowing.label = u"4 KiB/s"_s;
        const std::pair<const char*, std::function<void()>> changes[] = {
            {"moved",
             [&] {
                 f.document.moveNodes({{a, {320, 160}}});
             }},
            {"selected",
             [&] {
                 f.view.select({{a}, {e}});
             }},
            {"renamed", [&] { f.document.renameNode(b, u"another"_s); }},
            {"flows", [&] { scene->edges().setLook(e, flowing); }},
            {"dots", [&] { scene->edges().advanceDots(0.1); }},
            {"label",
             [&] {
                 flowing.label = u"a much longer label than before"_s;
                 scene->edges().setLook(e, flowing);
             }},
            {"scrolled",
             [&] { f.view.horizontalScrollBar()->setValue(f.view.horizontalScrollBar()->value() + 37); }},
            {"selected and scrolled at once",
             [&] {
                 f.view.select({{b}, {}});
                 f.view.horizontalScrollBar()->setValue(f.view.horizontalScrollBar()->value() + 150);
                 QCoreApplication::processEvents();
             }},
            {"grouped",
             [&] {
                 f.document.group({a, b});
                 QCoreApplication::processEvents();
             }},
            {"collapsed", [&] { f.document.setCollapsed(u"group"_s, true); }},
            {"dragged",
             [&] {
                 const QPoint card = f.view.groupRect(u"group"_s).center();
                 f.drag(card, card + QPoint(-60, 80));
                 QCoreApplication::processEvents();
             }},
            {"expanded and selected", [&] { f.document.setCollapsed(u"group"_s, false); }},
            {"frame dragged",
             [&] {
                 const QPoint title = f.view.groupHandle(u"group"_s).center() + QPoint(6, 0);
                 f.drag(title, title + QPoint(60, 40));
                 QCoreApplication::processEvents();
             }},
            {"zoomed",
             [&] {
                 f.view.zoomIn();
                 f.view.grab();
                 // Where drawing takes long, the old picture is shown larger until the zoom has come to rest.
                 const auto* rest = f.view.findChild<QTimer*>(u"zoomRest"_s);
                 QVERIFY(rest);
                 QVERIFY(QTest::qWaitFor([rest] { return !rest->isActive(); }));
             }},
            {"removed", [&] { f.document.undoStack()->undo(); }},
        };
        QImage before = f.view.grab().toImage();
        for (const auto& [name, change] : changes) {
            change();
            const QImage kept = f.view.grab().toImage();
            scene->update();
            const QImage anew = f.view.grab().toImage();
            QVERIFY2(kept == anew, name);
            QVERIFY2(kept != before, name);
            before = kept;
        }
    }

    void edgesOfEveryKindAreDrawnFromAfar()
    {
        CanvasFixture f;
        for (const Kind kind : {Kind::Pipe, Kind::SysvShm, Kind::Memfd, Kind::Tcp, Kind::Pty}) {
            const QString process = f.command(u"cat"_s, {0, 200.0 * static_cast<int>(kind)});
            const QString endpoint = f.part(kind, {3000, 200.0 * static_cast<int>(kind) + 20});
            const QString port = model::kindInfo(kind).ports.constLast();
            const QString at = kind == Kind::SysvShm ? u"memory"_s : u"9"_s; // it has no descriptor
            QVERIFY2(!f.document.connectNodes(process, at, endpoint, port).isEmpty(), qPrintable(port));
        }
        f.view.fit();
        QVERIFY(f.view.zoom() < 0.42);
        f.view.grab();
        auto* scene = static_cast<gui::CanvasScene*>(f.view.scene());
        for (const QString& id : scene->edges().ids()) {
            const QPoint middle = f.view.mapFromScene(scene->edges().middle(id));
            const QImage image = f.view.grab(QRect(middle - QPoint(3, 3), QSize(7, 7))).toImage();
            bool seen = false;
            for (int y = 0; y < image.height(); ++y)
                seen = seen || image.pixelColor(3, y) != gui::Theme::instance().colors().canvas;
            QVERIFY2(seen, qPrintable(id));
        }
    }

    void bothThemesDrawTheSameCanvasInTheirColours()
    {
        CanvasFixture f;
        f.command(u"ls"_s, {400, 100});
        for (const auto mode : {gui::Theme::Mode::Light, gui::Theme::Mode::Dark}) {
            gui::Theme::instance().setMode(mode);
            const QImage image = f.view.grab().toImage();
            const QColor canvas = gui::Theme::instance().colors().canvas;
            int same = 0;
            for (int x = 0; x < image.width(); ++x)
                same += image.pixelColor(x, 5) == canvas ? 1 : 0;
            QVERIFY(same > image.width() / 2);
        }
    }

    void fitShowsEverything()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {-3000, -200});
        const QString b = f.command(u"cat"_s, {5000, 2000});
        f.view.fit();
        for (const QString& id : {a, b})
            QVERIFY(f.view.viewport()->rect().contains(f.view.nodeRect(id)));
        QVERIFY(f.view.zoom() < 1);
    }

    void aNodeFarAwayIsNeverLostOffTheScene()
    {
        CanvasFixture f;
        const QString a = f.command(u"ls"_s, {0, 0});
        f.document.moveNodes({{a, {90000, -70000}}});
        f.view.reveal(a);
        QVERIFY(f.view.viewport()->rect().contains(f.middle(a)));
    }
};

QTEST_MAIN(TestCanvasDraw)
#include "tst_canvas_draw.moc"
