#include "gui/main_window.h"

#include "gui/widgets/command_list.h"

#include <QMenu>
#include <QMenuBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

/// What the menus hold, and what the context menu of the selected part or connection does.
void MainWindow::showCommands()
{
    delete findChild<CommandList*>();
    QList<Command> commands;
    collectCommands(menuBar()->actions(), commands);
    auto* context = new QMenu(this);
    const Selection selection = m_canvas->selection();
    QString name = tr("Selected connection");
    if (const model::Group* group = m_document.topology().group(m_canvas->selectedGroup())) {
        name = group->name;
        fillGroupMenu(*context, group->id);
    } else if (selection.nodes.size() == 1) {
        const model::Node* node = m_document.topology().node(selection.nodes.constFirst());
        name = node ? node->name : tr("Selected part");
        fillContextMenu(*context, selection.nodes.constFirst(), {});
    } else if (selection.nodes.isEmpty() && selection.edges.size() == 1) {
        fillContextMenu(*context, {}, selection.edges.constFirst());
    }
    collectCommands(context->actions(), commands, name);
    auto* list = new CommandList(commands, this);
    connect(list, &QObject::destroyed, context, &QObject::deleteLater);
    list->open();
}

void MainWindow::updateActions()
{
    using State = model::Session::State;
    const State state = m_session.state();
    const bool live = m_session.isLive();
    const bool nodes = !m_document.topology().nodes.isEmpty();
    const auto allow = [this](const QString& name, bool allowed, const QString& why) {
        action(name)->setEnabled(allowed);
        setWhyNot(*action(name), why);
    };
    const QString noRun = tr("nothing runs");
    allow(u"map"_s, !m_opening, tr("a recording is being read"));
    allow(u"attach"_s,
          !(live && m_session.isMap()) && !m_opening && state != State::Stopping && state != State::Starting,
          m_opening                   ? tr("a recording is being read")
          : live && m_session.isMap() ? tr("this window shows a map: a process's menu follows its calls")
                                      : tr("the run is only starting, or being stopped"));
    const QString nothingThere = tr("the canvas is empty");
    allow(u"run"_s, !live && !m_opening && nodes,
          live        ? tr("it runs already")
          : m_opening ? tr("a recording is being read")
                      : nothingThere);
    const QString stopping = tr("the run is being stopped");
    allow(u"stop"_s, live && state != State::Stopping, live ? stopping : noRun);
    const bool map = live && m_session.isMap();
    const QString onlyLooks = tr("a map only looks: attach to a process to follow it");
    allow(u"step"_s, !map && !steppable().isEmpty(),
          map    ? onlyLooks
          : live ? tr("select one process that runs")
                 : noRun);
    allow(u"pause"_s, !map && (state == State::Running || state == State::Paused),
          map                        ? onlyLooks
          : state == State::Stopping ? stopping
          : live                     ? tr("the run is only starting")
                                     : noRun);
    QAction* pause = action(u"pause"_s);
    pause->setText(m_session.isPaused() ? tr("&Resume") : tr("&Pause"));
    pause->setIconText(m_session.isPaused() ? tr("Resume") : tr("Pause"));
    allow(u"record"_s, live && !map && state != State::Stopping,
          map    ? tr("a map has no log")
          : live ? stopping
                 : noRun);
    QAction* record = action(u"record"_s);
    record->setText(m_session.isRecording() ? tr("Stop Re&cording") : tr("Re&cord"));
    record->setIconText(m_session.isRecording() ? tr("Stop Recording") : tr("Record"));
    allow(u"replay"_s, m_session.canReplay(), live ? tr("the run has not ended") : tr("nothing has run"));
    action(u"replay"_s)->setText(m_session.isReplayPlaying() ? tr("Pause Rep&lay") : tr("Rep&lay"));
    allow(u"endReplay"_s, m_session.isReplaying(), tr("nothing is replayed"));
    allow(u"exportLog"_s, m_session.eventCount() > 0, tr("the log is empty"));
    allow(u"exportPicture"_s, !m_canvas->isEmpty(), nothingThere);
    allow(u"exportProgram"_s, nodes, nothingThere);
    const Selection selection = m_canvas->selection();
    const bool some = !selection.nodes.isEmpty() || !selection.edges.isEmpty();
    for (const QString& name : {u"cut"_s, u"delete"_s})
        allow(name, some, tr("nothing is selected"));
    allow(u"duplicate"_s, !selection.nodes.isEmpty(), tr("select a part"));
    const bool oneEdge = selection.nodes.isEmpty() && selection.edges.size() == 1;
    const bool oneGroup = !m_canvas->selectedGroup().isEmpty();
    allow(u"edit"_s, selection.nodes.size() == 1 || oneEdge || oneGroup, tr("select one part or connection"));
    allow(u"rename"_s, selection.nodes.size() == 1 || oneGroup, tr("select one part"));
    // A group is moved as one.
    qsizetype movable = selection.nodes.size() + selection.groups.size();
    for (const QString& id : selection.groups)
        if (const model::Group* group = m_document.topology().group(id))
            movable -= group->members.size();
    for (const QString& name : {u"alignLeft"_s, u"alignCentre"_s, u"alignRight"_s, u"alignTop"_s,
                                u"alignMiddle"_s, u"alignBottom"_s})
        allow(name, movable > 1, tr("select two parts or more"));
    for (const QString& name : {u"distributeHorizontally"_s, u"distributeVertically"_s})
        allow(name, movable > 2, tr("select three parts or more"));
    allow(u"arrange"_s, !m_canvas->isEmpty(), nothingThere);
    updateGroupActions();
    const int pace = m_document.topology().pace;
    for (const int each : {0, 10, 2, 1})
        action(u"pace%1"_s.arg(each))->setChecked(each == pace);
    m_pace->setText(pace == 0 ? tr("Pace: full") : tr("Pace: %1/s").arg(pace));
}

} // namespace byteyard::gui
