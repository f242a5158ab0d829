#include "gui/canvas/edge_look.h"
#include "gui/canvas/node_look.h"
#include "gui/capture_menu.h"
#include "gui/main_window.h"
#include "gui/panels/live_facts.h"
#include "model/topology/topology_file.h"

#include <QJsonArray>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;

/// How the next run is captured is chosen under Run, and kept.
class CaptureMenu : public QObject
{
    Q_OBJECT

private:
    static constexpr int patience = 20000;
    QTemporaryDir m_settings;

private Q_SLOTS:
    void initTestCase()
    {
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
    }

    void autoIsChosenAtFirstAndAnotherChoiceIsKept()
    {
        QCOMPARE(chosenCapture(), u"auto"_s);
        model::Session session;
        QMenu menu;
        fillCaptureMenu(menu, session);
        QCOMPARE(menu.actions().size(), 4);
        QAction* sampled = menu.findChild<QAction*>(u"capture-sampled"_s);
        QVERIFY(sampled && sampled->isEnabled() && !sampled->isChecked());
        sampled->trigger();
        QCOMPARE(chosenCapture(), u"sampled"_s);
        fillCaptureMenu(menu, session);
        QVERIFY(menu.findChild<QAction*>(u"capture-sampled"_s)->isChecked());
        QSettings().remove(u"run/capture"_s);
        QCOMPARE(chosenCapture(), u"auto"_s);
    }

    void sampledTotalsAreToldAsSuch()
    {
        model::Topology topology;
        const auto add = [&](const QString& id, model::Kind kind, const QStringList& argv) {
            model::Node node{
                id, kind, id, QPointF(260.0 * static_cast<double>(topology.nodes.size()), 0), {}};
            if (!argv.isEmpty())
                node.properties = {{u"argv"_s, QJsonArray::fromStringList(argv)}};
            topology.nodes.append(node);
        };
        add(u"from"_s, model::Kind::Command,
            {u"sh"_s, u"-c"_s, u"while :; do head -c 3000 /dev/zero; sleep 0.2; done"_s});
        add(u"pipe"_s, model::Kind::Pipe, {});
        add(u"to"_s, model::Kind::Command,
            {u"sh"_s, u"-c"_s, u"while :; do sleep 0.5; head -c 4000 >/dev/null; done"_s});
        topology.edges = {{u"e1"_s, u"from"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                          {u"e2"_s, u"to"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
        const QString path = m_settings.filePath(u"sampled.byteyard"_s);
        QVERIFY(model::writeTopologyFile(topology, path).isEmpty());
        MainWindow window;
        window.resize(1400, 900);
        window.show();
        QVERIFY(window.openPath(path));
        window.session().setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        model::RunOptions options;
        options.capture = u"sampled"_s;
        window.session().run(window.document().topology(), options);
        const auto edge = [&] { return window.session().edgeOf(u"e1"_s); };
        const auto pipe = [&] { return window.session().endpointOfNode(u"pipe"_s); };
        QTRY_VERIFY_WITH_TIMEOUT(pipe() && pipe()->entry.totals.bytesIn > 6000, patience);
        QTRY_VERIFY_WITH_TIMEOUT(edge() && edge()->capture == u"sampled"_s, patience);
        QVERIFY(
            lookOf(topology.edges.first(), model::Kind::Pipe, edge(), window.session().now(), true).sampled);
        if (const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !to.isEmpty())
            window.grab().save(to + u"/sampled.png"_s); // for a person who wants to see it
        NodeLive live;
        const model::LiveProcess* from = window.session().processOfNode(u"from"_s);
        QVERIFY(from->sampled);
        live.number = from->entry.number;
        live.state = u"running"_s;
        live.sampled = from->sampled;
        QCOMPARE(lookOf(topology.nodes.first(), {}, live).stateText, u"running · sampled"_s);
        const QList<Fact> facts = endpointFacts(window.session(), *pipe());
        QVERIFY(std::any_of(facts.begin(), facts.end(),
                            [](const Fact& fact) { return fact.sampled && fact.value.startsWith(u"≥"_s); }));
        window.session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), model::Session::State::Ended, patience);
    }

    void theNextRunIsCapturedAsChosen()
    {
        MainWindow window;
        auto* menu = window.menuBar()->findChild<QMenu*>(u"captureMenu"_s);
        QVERIFY(menu);
        const auto says = [&](const QString& words) {
            const QList<QLabel*> labels = window.findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(),
                               [&](const QLabel* label) { return label->text().contains(words); });
        };
        QTRY_VERIFY(says(u"capture: auto"_s)); // nothing has run: nothing is known but what is wanted
        Q_EMIT menu->aboutToShow();
        menu->findChild<QAction*>(u"capture-sampled"_s)->trigger();
        QTRY_VERIFY(says(u"capture: sampled"_s));
        model::RunOptions options;
        options.capture = chosenCapture();
        model::Topology topology;
        topology.nodes.append({u"sleep"_s,
                               model::Kind::Command,
                               u"sleep"_s,
                               {},
                               {{u"argv"_s, QJsonArray{u"sleep"_s, u"0.1"_s}}}});
        window.session().run(topology, options);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), model::Session::State::Ended, patience);
        QVERIFY(window.session().captureText().startsWith(u"sampled"_s));
        // What the engine cannot do stands there with its reason.
        Q_EMIT menu->aboutToShow();
        for (const model::CaptureWay& way : window.session().captureWays()) {
            const QAction* action = menu->findChild<QAction*>(u"capture-"_s + way.mode);
            QVERIFY(action);
            QCOMPARE(action->isEnabled(), way.whyNot.isEmpty());
            QVERIFY(way.whyNot.isEmpty() || action->toolTip().contains(way.whyNot));
        }
        QSettings().remove(u"run/capture"_s);
    }
};

QTEST_MAIN(CaptureMenu)
#include "tst_capture_menu.moc"
