#include "gui/canvas/canvas_scene.h"
#include "gui/main_window.h"
#include "gui/panels/inspector.h"
#include "gui/panels/live_page.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/theme/theme.h"
#include "gui/widgets/fact_list.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QJsonArray>
#include <QMenu>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using model::Kind;
using State = model::Session::State;

namespace {

constexpr int patience = 30000;

QStringList texts(const QMenu& menu)
{
    QStringList all;
    for (const QAction* each : menu.actions())
        if (!each->isSeparator())
            all << each->text().remove(u'&');
    return all;
}

/// Opens a context menu, looks at it, and triggers one of its actions.
void withMenu(CanvasView& canvas, const QPoint& at, const std::function<void(QMenu&)>& work)
{
    QTimer::singleShot(0, &canvas, [&] {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu != nullptr);
        work(*menu);
        menu->close();
    });
    QContextMenuEvent event(QContextMenuEvent::Mouse, at, canvas.viewport()->mapToGlobal(at));
    QApplication::sendEvent(canvas.viewport(), &event);
}

void choose(CanvasView& canvas, const QPoint& at, const QString& text)
{
    bool done = false;
    withMenu(canvas, at, [&](QMenu& menu) {
        for (QAction* each : menu.actions())
            if (each->text().remove(u'&') == text && each->isEnabled()) {
                each->trigger();
                done = true;
            }
    });
    QVERIFY2(done, qPrintable(text));
}

} // namespace

class WindowGroups : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void theWindowGroupsByItsKeysAndSaysWhyNot()
    {
        MainWindow window;
        window.setAttribute(Qt::WA_DeleteOnClose, false);
        window.show();
        QApplication::setActiveWindow(&window);
        window.canvas()->setFocus();
        model::Document& document = window.document();
        const QString a = document.addNode(Kind::Pipe, {0, 0});
        const QString b = document.addNode(Kind::Pipe, {0, 200});
        auto* group = window.findChild<QAction*>(u"group"_s);
        auto* fold = window.findChild<QAction*>(u"fold"_s);
        QVERIFY(!group->isEnabled());
        window.canvas()->select({{a, b}, {}});
        QVERIFY(group->isEnabled());
        QVERIFY(!fold->isEnabled());
        QTest::keyClick(window.canvas(), Qt::Key_G, Qt::ControlModifier);
        QCOMPARE(document.topology().groups.size(), 1);
        QCOMPARE(window.canvas()->selectedGroup(), document.topology().groups.first().id);
        QVERIFY(!group->isEnabled());
        QVERIFY(fold->text().remove(u'&').startsWith(u"Collapse"_s));
        QTest::keyClick(window.canvas(), Qt::Key_G, Qt::AltModifier | Qt::ShiftModifier);
        QVERIFY(document.topology().groups.first().collapsed);
        QVERIFY(fold->text().remove(u'&').startsWith(u"Expand"_s));
        QTest::keyClick(window.canvas(), Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(document.topology().groups.isEmpty());
        QVERIFY(!window.canvas()->nodeRect(a).isEmpty());
        document.undoStack()->setClean();
    }

    void theInspectorShowsASelectedGroup()
    {
        MainWindow window;
        window.setAttribute(Qt::WA_DeleteOnClose, false);
        window.show();
        model::Document& document = window.document();
        const QString a = document.addNode(Kind::Command, {0, 0}, {{u"argv"_s, QJsonArray{u"ls"_s}}});
        const QString b = document.addNode(Kind::Pipe, {0, 200});
        const QString group = document.group({a, b});
        document.renameGroup(group, u"Source"_s);
        window.canvas()->selectGroup(group);
        QCOMPARE(window.inspector()->title(), u"Source"_s);
        QStringList labels;
        for (const Fact& fact : window.inspector()->live()->facts()->facts())
            labels << fact.label;
        QVERIFY2(labels.contains(u"ls"_s) && labels.contains(u"pipe"_s), qPrintable(labels.join(u", "_s)));
        PropertyEditor* name = window.inspector()->properties()->editor(u"name"_s);
        QVERIFY(name != nullptr);
        Q_EMIT name->changed(QJsonValue(u"Spring"_s));
        QCOMPARE(document.topology().group(group)->name, u"Spring"_s);
        QCOMPARE(window.inspector()->title(), u"Spring"_s);
        document.undoStack()->setClean();
    }

    void itsProcessesRunAndStopTogetherAndTheOthersWait()
    {
        MainWindow window;
        window.setAttribute(Qt::WA_DeleteOnClose, false);
        window.resize(1400, 900);
        window.show();
        QApplication::setActiveWindow(&window);
        model::Document& document = window.document();
        model::Session& session = window.session();
        const auto sleeper = [&](const QString& name, const QPointF& at) {
            return document.addNode(Kind::Command, at, {{u"argv"_s, QJsonArray{u"sleep"_s, u"60"_s}}}, name);
        };
        const QString a = sleeper(u"a"_s, {0, 0});
        const QString b = sleeper(u"b"_s, {0, 140});
        const QString other = sleeper(u"other"_s, {400, 0});
        const QString mute = document.addNode(Kind::Command, {400, 140}, {}, u"mute"_s);
        const QString group = document.group({a, b});
        window.canvas()->fit();
        const auto state = [&](const QString& id) {
            const model::LiveProcess* process = session.processOfNode(id);
            return process == nullptr ? QString() : process->entry.state;
        };
        // Forked and held before exec, as what waits for a hand is.
        const auto isHeld = [&](const QString& id) {
            return state(id) == u"planned"_s || state(id) == u"starting"_s;
        };
        const auto title = [&] { return window.canvas()->groupHandle(group).center() + QPoint(6, 0); };
        withMenu(*window.canvas(), title(), [](QMenu& menu) {
            const QStringList all = texts(menu);
            for (const QString& text :
                 {u"Run This Group"_s, u"Stop This Group"_s, u"Collapse Group"_s, u"Rename"_s, u"Ungroup"_s})
                QVERIFY2(all.contains(text), qPrintable(all.join(u", "_s)));
        });
        QCOMPARE(window.canvas()->selectedGroup(), group);

        choose(*window.canvas(), title(), u"Run This Group"_s);
        QTRY_COMPARE_WITH_TIMEOUT(state(a), u"running"_s, patience);
        QTRY_COMPARE_WITH_TIMEOUT(state(b), u"running"_s, patience);
        QVERIFY(isHeld(other));
        auto* scene = static_cast<gui::CanvasScene*>(window.canvas()->scene());
        QTRY_COMPARE_WITH_TIMEOUT(scene->node(other)->look().stateText, u"held back"_s, patience);
        QVERIFY(session.processOfNode(mute) == nullptr); // its fault is none of the group's business
        QVERIFY(document.topology().node(other)->properties.value("start"_L1).isUndefined());

        // Collapsed, its menu is the card's.
        document.setCollapsed(group, true);
        const auto card = [&] { return window.canvas()->groupRect(group).center(); };
        const qint64 before = session.processOfNode(a)->entry.pid;
        choose(*window.canvas(), card(), u"Stop This Group"_s);
        QTRY_COMPARE_WITH_TIMEOUT(state(a), u"killed"_s, patience);
        QTRY_COMPARE_WITH_TIMEOUT(state(b), u"killed"_s, patience);
        QVERIFY(session.isLive());
        QVERIFY(isHeld(other));

        choose(*window.canvas(), card(), u"Run This Group"_s);
        QTRY_COMPARE_WITH_TIMEOUT(state(a), u"running"_s, patience);
        QTRY_COMPARE_WITH_TIMEOUT(state(b), u"running"_s, patience);
        QVERIFY(session.processOfNode(a)->entry.pid != before);
        QVERIFY(isHeld(other));

        // What waits for a hand is another group's, and starts with that.
        document.setCollapsed(group, false);
        const QString second = document.group({other});
        choose(*window.canvas(), window.canvas()->groupHandle(second).center() + QPoint(6, 0),
               u"Run This Group"_s);
        QTRY_COMPARE_WITH_TIMEOUT(state(other), u"running"_s, patience);
        session.stop();
        QTRY_COMPARE_WITH_TIMEOUT(session.state(), State::Ended, patience);
        document.undoStack()->setClean();
    }

private:
    QTemporaryDir m_settings;
};

QTEST_MAIN(WindowGroups)
#include "tst_window_groups.moc"
