#include "gui/canvas/tether_item.h"
#include "gui/found_parts.h"
#include "gui/panels/live_facts.h"
#include "gui/panels/output_panel.h"
#include "model/topology/topology_file.h"
#include "tests/gui/canvas_fixture.h"

#include <QComboBox>
#include <QDir>
#include <QJsonDocument>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::test;
using State = model::Session::State;

/// What programs made by themselves, kept and hidden, with the real engine and a real shell.
class TestFoundParts : public QObject
{
    Q_OBJECT

private:
    static constexpr int patience = 30000;

    struct Fixture : CanvasFixture
    {
        gui::FoundParts parts{view, document, session, nullptr};
        QString shell;

        /// A shell whose pipeline runs until it is stopped: two children and a pipe that nobody drew.
        Fixture()
        {
            shell = document.addNode(
                model::Kind::Command, {100, 100},
                {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, u"while echo {x} a; do sleep 0.02; done | cat"_s}}},
                u"shell"_s);
            session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
            session.run(document.topology());
            QObject::connect(&document, &model::Document::nodeAdded, &session,
                             [this] { session.add(document.topology()); });
        }
        ~Fixture()
        {
            session.stop();
            (void)QTest::qWaitFor([this] { return !session.isLive(); }, patience);
        }
        const model::LiveProcess* running(const QString& name) const
        {
            for (const model::LiveProcess& each : session.processes())
                if (each.entry.name == name && each.entry.state == "running"_L1)
                    return session.process(each.entry.number);
            return nullptr;
        }
        const model::LiveEndpoint* pipe() const
        {
            for (const model::LiveEndpoint& each : session.endpoints())
                if (each.entry.kind == "pipe"_L1 && each.entry.totals.bytesOut > 0)
                    return session.endpoint(each.entry.number);
            return nullptr;
        }
        QString idOfCat() const { return u"process:%1"_s.arg(running(u"cat"_s)->entry.number); }
        QString idOfPipe() const { return u"endpoint:%1"_s.arg(pipe()->entry.number); }
        bool isThere() const
        {
            return running(u"cat"_s) != nullptr && pipe() != nullptr && view.nodeRect(idOfCat()).isValid() &&
                   view.nodeRect(idOfPipe()).isValid();
        }
        QAction* choice(QMenu& menu, const QString& text) const
        {
            for (QAction* each : menu.actions())
                if (each->text() == text)
                    return each;
            return nullptr;
        }
    };

private Q_SLOTS:
    void aLineLeadsToAProcessFromTheOneThatForkedIt()
    {
        Fixture f;
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        const auto body = [&](const QString& id) {
            return f.view.mapToScene(f.view.nodeRect(id)).boundingRect().adjusted(-3, -3, 3, 3);
        };
        const QString cat = f.idOfCat();
        const auto lines = [&] {
            int count = 0;
            for (const QGraphicsItem* item : f.view.scene()->items())
                count += dynamic_cast<const gui::TetherItem*>(item) != nullptr && item->isVisible() &&
                         item->sceneBoundingRect().intersects(body(f.shell)) &&
                         item->sceneBoundingRect().intersects(body(cat));
            return count;
        };
        QVERIFY(lines() >= 1);
        // It goes where the child goes, and ends with it.
        f.document.moveNodes({{f.shell, {-300, -200}}});
        QTRY_VERIFY(lines() >= 1);
        QMenu menu;
        f.parts.fillNodeMenu(menu, cat);
        f.choice(menu, u"Hide Processes That Programs Started"_s)->trigger();
        QTRY_VERIFY(!f.view.nodeRect(cat).isValid());
        for (const QGraphicsItem* item : f.view.scene()->items())
            QVERIFY(dynamic_cast<const gui::TetherItem*>(item) == nullptr);
    }

    /// A window that had a row for each of thousands would do nothing else.
    void ofManyForkedOnlyTheNewestAreListed()
    {
        Fixture f;
        gui::OutputPanel output(f.document, f.session);
        constexpr qsizetype many = 60;
        QTRY_VERIFY_WITH_TIMEOUT(f.session.processes().size() > many, patience);
        QVERIFY(gui::runFacts(f.session).size() < many);
        const auto count = [&](const QString& label) {
            const QList<gui::Fact> facts = gui::runFacts(f.session);
            return std::count_if(facts.begin(), facts.end(),
                                 [&](const gui::Fact& fact) { return fact.label == label; });
        };
        // The one that is drawn, and its loop; a child has the name, too, until it executes sleep.
        QVERIFY(QTest::qWaitFor([&] { return count(u"shell"_s) == 2; }, patience));
        QCOMPARE(count(u"cat"_s), 1);
        QCOMPARE(count(u"others"_s), 1);
        QCOMPARE(output.findChild<QComboBox*>()->count(), 2); // all, and the one that is drawn
    }

    void whoSeesAllGoesOnSeeingAllUntilTheyLookElsewhere()
    {
        Fixture f;
        f.view.resize(900, 300);
        f.view.fit();
        const auto isInSight = [&](const QString& id) {
            return f.view.viewport()->rect().contains(f.view.nodeRect(id));
        };
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(isInSight(f.idOfCat()) && isInSight(f.idOfPipe()) && isInSight(f.shell),
                                 patience);
        // The shell goes on making processes.
        f.view.zoomTo100();
        const QPointF before = f.view.mapToScene(f.view.viewport()->rect().center());
        const qsizetype then = f.session.processes().size();
        QTRY_VERIFY_WITH_TIMEOUT(f.session.processes().size() > then + 60, patience);
        QCOMPARE(f.view.zoom(), 1.0);
        QCOMPARE(f.view.mapToScene(f.view.viewport()->rect().center()), before);
    }

    /// Bytes run from left to right, nothing covers anything, and what is drawn stays where it is.
    void whatProgramsMakeIsLaidOutAroundWhatIsDrawn()
    {
        CanvasFixture f;
        const QString shell = f.document.addNode(
            model::Kind::Command, {100, 100},
            {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s,
                                    u"while sleep 0.1; do echo a; done | cat | cat | cat >/dev/null"_s}}},
            u"shell"_s);
        const QString other = f.part(model::Kind::SysvQueue, {340, 100}); // in the way
        f.view.fit();
        f.session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        f.session.run(f.document.topology());
        const auto rectsInOrder = [&] {
            // The loop's shell, and the pipes and programs behind it as they are connected.
            QList<QRect> rects;
            QList<const model::LiveProcess*> programs;
            for (const model::LiveProcess& each : f.session.processes())
                if (each.entry.node.isEmpty() && each.entry.state == u"running" && each.entry.name == u"cat")
                    programs.append(f.session.process(each.entry.number));
            for (const model::LiveProcess* each : std::as_const(programs)) {
                for (const model::LiveEdge& edge : f.session.edges())
                    if (edge.process == each->entry.number && edge.bytesOut > 0)
                        rects << f.view.nodeRect(u"endpoint:%1"_s.arg(edge.endpoint));
                rects << f.view.nodeRect(u"process:%1"_s.arg(each->entry.number));
            }
            return rects;
        };
        const auto isInOrder = [&] {
            const QList<QRect> rects = rectsInOrder();
            if (rects.size() != 6)
                return false;
            for (qsizetype i = 1; i < rects.size(); ++i)
                if (!rects.at(i).isValid() || rects.at(i).left() <= rects.at(i - 1).right())
                    return false;
            for (const QRect& each : rects)
                if (each.intersects(f.view.nodeRect(other)) || each.intersects(f.view.nodeRect(shell)))
                    return false;
            return true;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isInOrder(), patience);
        QCOMPARE(f.node(shell)->position, QPointF(100, 100));
        QCOMPARE(f.node(other)->position, QPointF(340, 100));
        f.session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!f.session.isLive(), patience);
    }

    /// Clients at the left, the server at the right, each connection below the listener; so it is also when
    /// the recording of that is opened.
    void connectionsHangBetweenClientsAndServer()
    {
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        const QString recording = directory.filePath(u"run.pcapng"_s);
        const auto isInOrder = [](const CanvasFixture& f) {
            QRect listener;
            QList<QRect> connections;
            for (const model::LiveEndpoint& each : f.session.endpoints()) {
                const QRect rect = f.view.nodeRect(u"endpoint:%1"_s.arg(each.entry.number));
                if (each.entry.kind != "unix-stream"_L1 || !rect.isValid())
                    continue;
                if (each.entry.parent == 0)
                    listener = rect;
                else
                    connections.append(rect);
            }
            if (connections.size() != 3 || (f.session.isLive() && !listener.isValid()))
                return false;
            int clients = 0;
            int servers = 0;
            for (const model::LiveEdge& edge : f.session.edges()) {
                const model::LiveEndpoint* end = f.session.endpoint(edge.endpoint);
                const QRect process = f.view.nodeRect(u"process:%1"_s.arg(edge.process));
                if (end == nullptr || end->entry.parent == 0 || !process.isValid())
                    continue;
                const QRect connection = f.view.nodeRect(u"endpoint:%1"_s.arg(edge.endpoint));
                const bool isServer = f.session.process(edge.process)->entry.name.startsWith("python"_L1);
                if (isServer ? process.left() <= connection.right() : process.right() >= connection.left())
                    return false;
                isServer ? ++servers : ++clients;
            }
            if (clients != 3 || servers != 3)
                return false;
            QRect above = listener;
            for (const QRect& each : std::as_const(connections)) {
                if (above.isValid() && listener.isValid() &&
                    (each.top() <= above.bottom() || std::abs(each.center().x() - above.center().x()) > 2))
                    return false;
                above = each;
            }
            return true;
        };
        {
            CanvasFixture f;
            const QString path = directory.filePath(u"door"_s);
            // Children, so that none of it is drawn; each client keeps its connection open.
            const QString server =
                u"import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
                u"s.listen(); k = [s.accept()[0] for i in range(3)]; "
                u"[c.recv(9) for c in k]; k[0].recv(9)"_s;
            const QString script =
                u"python3 -c '%2' %1 & while [ ! -S %1 ]; do sleep 0.02; done; "
                u"for i in 1 2 3; do (echo $i; sleep 60) | nc -U %1 & done; wait"_s.arg(path, server);
            f.document.addNode(model::Kind::Command, {100, 100},
                               {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, script}}}, u"shell"_s);
            f.view.fit();
            f.session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
            f.session.run(f.document.topology());
            QTRY_COMPARE_WITH_TIMEOUT(f.session.state(), State::Running, patience);
            QVERIFY(f.session.startRecording(recording).isEmpty());
            QTRY_VERIFY_WITH_TIMEOUT(isInOrder(f), patience);
            f.session.stop();
            QTRY_VERIFY_WITH_TIMEOUT(!f.session.isLive(), patience);
        }
        CanvasFixture f;
        f.session.openRecording(recording);
        QTRY_COMPARE_WITH_TIMEOUT(f.session.state(), State::Recorded, patience);
        const QByteArray json = QJsonDocument(f.session.catalog().topology).toJson();
        f.document.reset(model::readTopology(json).topology);
        QTRY_VERIFY_WITH_TIMEOUT(isInOrder(f), patience);
    }

    void whatIsKeptBecomesPartOfTheTopology()
    {
        Fixture f;
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        const QString cat = f.idOfCat();
        const qint64 pid = f.running(u"cat"_s)->entry.pid;
        const qsizetype processes = f.session.processes().size();
        f.view.select({{cat, f.idOfPipe()}, {}});
        QMenu menu;
        QSignalSpy kept(&f.parts, &gui::FoundParts::kept);
        f.parts.fillNodeMenu(menu, cat);
        QVERIFY(f.choice(menu, u"Keep in the Topology"_s) != nullptr);
        f.choice(menu, u"Keep in the Topology"_s)->trigger();
        QCOMPARE(kept.size(), 1);
        QVERIFY(kept.first().first().toStringList().isEmpty());

        const model::Topology topology = f.document.topology();
        QCOMPARE(topology.nodes.size(), 3);
        const model::Node& command =
            topology.nodes.at(1).kind == model::Kind::Command ? topology.nodes.at(1) : topology.nodes.at(2);
        const model::Node& pipe =
            &command == &topology.nodes.at(1) ? topology.nodes.at(2) : topology.nodes.at(1);
        QCOMPARE(command.argv(), QStringList{u"cat"_s});
        QCOMPARE(pipe.kind, model::Kind::Pipe);
        bool reads = false;
        for (const model::Edge& edge : topology.edges)
            if (edge.process == command.id && edge.endpoint == pipe.id && edge.processPort == "0"_L1)
                reads = edge.endpointPort == "read"_L1;
        QVERIFY(reads);
        for (const model::Fault& fault : model::validate(topology))
            QVERIFY2(fault.severity != model::Fault::Severity::Error, qPrintable(fault.what));

        // The one that runs is the node's; nothing was started again.
        QTRY_VERIFY(f.session.processOfNode(command.id) != nullptr);
        QCOMPARE(f.session.processOfNode(command.id)->entry.pid, pid);
        QTRY_VERIFY(!f.view.nodeRect(cat).isValid());
        QVERIFY(f.view.nodeRect(command.id).isValid());
        const quint64 before = f.session.endpointOfNode(pipe.id)->entry.totals.bytesOut;
        QTRY_VERIFY_WITH_TIMEOUT(f.session.endpointOfNode(pipe.id)->entry.totals.bytesOut > before, patience);
        for (const model::LiveProcess& each : f.session.processes())
            QVERIFY(each.entry.name != "cat"_L1 || each.entry.pid == pid);
        QVERIFY(f.session.processes().size() >= processes);

        // One step back: it is a found part again, and runs on.
        f.document.undoStack()->undo();
        QCOMPARE(f.document.topology().nodes.size(), 1);
        QTRY_VERIFY(f.view.nodeRect(cat).isValid());
        QCOMPARE(f.running(u"cat"_s)->entry.pid, pid);
        f.document.undoStack()->redo();
        QTRY_VERIFY(!f.view.nodeRect(cat).isValid());
        QCOMPARE(f.session.processOfNode(command.id)->entry.pid, pid);
    }

    /// Also while dot is at work on the picture that it was in.
    void whereWhatTheyCameFromIsRemovedTheyAreLaidOutAlone()
    {
        Fixture f;
        f.part(model::Kind::SysvQueue, {340, 100}); // so that they have no room beside it
        f.view.fit();
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        for (int i = 0; i < 4; ++i) {
            QTest::qWait(120); // at different moments of a lay-out
            f.view.select({{f.shell}, {}});
            f.view.deleteSelection();
            QVERIFY(!f.view.nodeRect(f.shell).isValid());
            QTest::qWait(250);
            QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
            f.document.undoStack()->undo();
            QVERIFY(f.view.nodeRect(f.shell).isValid());
        }
    }

    void bracesOfAShellAreNoPlaceholders()
    {
        Fixture f;
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        QList<model::UndrawnPart> parts;
        for (const model::LiveProcess& each : f.session.processes())
            if (each.entry.node.isEmpty() && each.entry.argv.size() == 3)
                parts.append({each.entry.number, 0, {}});
        QVERIFY(!parts.isEmpty());
        model::keepUndrawn(f.document, f.session, {parts.first()});
        const QString script = f.document.topology().nodes.constLast().argv().constLast();
        QVERIFY2(script.contains(u"echo {{x}"_s), qPrintable(script));
        for (const model::Fault& fault : model::validate(f.document.topology()))
            QVERIFY2(fault.severity != model::Fault::Severity::Error, qPrintable(fault.what));
    }

    void aHiddenKindGoesAndComesBack()
    {
        Fixture f;
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        const QString pipe = f.idOfPipe();
        const QString cat = f.idOfCat();
        QMenu menu;
        f.parts.fillNodeMenu(menu, pipe);
        QAction* hide = f.choice(menu, u"Hide Every Found Pipe"_s);
        QVERIFY(hide != nullptr);
        hide->trigger();
        QVERIFY(!f.view.nodeRect(pipe).isValid());
        QVERIFY(f.view.nodeRect(cat).isValid());
        QMenu view;
        f.parts.fillViewMenu(view);
        QAction* pipes = nullptr;
        for (QAction* each : view.actions())
            if (each->text().startsWith("Pipe"_L1))
                pipes = each;
        QVERIFY(pipes != nullptr && !pipes->isChecked());
        pipes->toggle();
        QVERIFY(f.view.nodeRect(pipe).isValid());
    }

    void aFileThatTwoProcessesUseIsShownAndOneOfASingleProcessIsFolded()
    {
        CanvasFixture f;
        gui::FoundParts parts{f.view, f.document, f.session, nullptr};
        const QTemporaryDir directory(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        const auto shell = [&](const QString& script, double y) {
            return f.document.addNode(
                model::Kind::Command, {100, y},
                {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, script}}, {u"directory"_s, directory.path()}}, {});
        };
        shell(u"while echo a >> shared; echo b > alone; do sleep 0.05; done"_s, 100);
        shell(u"while :; do test -e shared && read line < shared; sleep 0.05; done"_s, 300);
        f.session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        f.session.run(f.document.topology());
        const auto idOf = [&](const QString& name) {
            for (const model::LiveEndpoint& each : f.session.endpoints())
                if (each.entry.name == name)
                    return u"endpoint:%1"_s.arg(each.entry.number);
            return QString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(f.view.nodeRect(idOf(u"shared"_s)).isValid(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!idOf(u"alone"_s).isEmpty(), patience);
        QVERIFY(!f.view.nodeRect(idOf(u"alone"_s)).isValid());
        QTRY_VERIFY_WITH_TIMEOUT(f.session.systemFilesLeft() > 0, patience);

        QMenu menu;
        parts.fillViewMenu(menu);
        QAction* folded = nullptr;
        for (QAction* each : menu.actions())
            if (each->text() == u"Files of One Process Alone (1)"_s)
                folded = each;
        QVERIFY(folded != nullptr && !folded->isChecked());
        folded->toggle();
        QVERIFY(f.view.nodeRect(idOf(u"alone"_s)).isValid());
        // One click more: what sleep opens from now on.
        menu.findChild<QAction*>(u"systemFiles"_s)->toggle();
        QTRY_VERIFY_WITH_TIMEOUT(!idOf(u"libc.so.6"_s).isEmpty(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(f.view.nodeRect(idOf(u"libc.so.6"_s)).isValid(), patience);
        f.session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!f.session.isLive(), patience);
    }

    void aSocketOfAnotherFamilyIsFoldedAndCannotBeKept()
    {
        CanvasFixture f;
        gui::FoundParts parts{f.view, f.document, f.session, nullptr};
        f.document.addNode(model::Kind::Command, {100, 100},
                           {{u"argv"_s, QJsonArray{QStringLiteral(BYTEYARD_PEERS "/sockets"), u"netlink"_s,
                                                   u"bind"_s, u"hold"_s}}},
                           u"talker"_s);
        f.session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        f.session.run(f.document.topology());
        const auto id = [&] {
            for (const model::LiveEndpoint& each : f.session.endpoints())
                if (each.entry.kind == "socket"_L1)
                    return u"endpoint:%1"_s.arg(each.entry.number);
            return QString();
        };
        QTRY_VERIFY_WITH_TIMEOUT(!id().isEmpty(), patience);
        QVERIFY(!f.view.nodeRect(id()).isValid());
        QMenu view;
        parts.fillViewMenu(view);
        QAction* folded = nullptr;
        for (QAction* each : view.actions())
            if (each->text() == u"Other socket (1)"_s)
                folded = each;
        QVERIFY(folded != nullptr && !folded->isChecked());
        folded->toggle();
        QVERIFY(f.view.nodeRect(id()).isValid());
        if (const QString folder = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !folder.isEmpty())
            f.view.grab().save(folder + u"/other-socket.png"_s);
        QMenu menu;
        parts.fillNodeMenu(menu, id());
        bool isOffered = false;
        for (const QAction* each : menu.actions())
            isOffered = isOffered || (each->text() == u"Keep in the Topology"_s && each->isEnabled());
        QVERIFY(!isOffered && !menu.isEmpty());
        f.session.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!f.session.isLive(), patience);
    }

    void whatIsDrawnOffersNeither()
    {
        Fixture f;
        QTRY_VERIFY_WITH_TIMEOUT(f.isThere(), patience);
        QMenu menu;
        f.parts.fillNodeMenu(menu, f.shell);
        QVERIFY(menu.actions().isEmpty());
    }
};

QTEST_MAIN(TestFoundParts)
#include "tst_found_parts.moc"
