// The part of MainWindow that runs and stops groups.
#include "gui/live_lookup.h"
#include "gui/main_window.h"
#include "gui/widgets/command_model.h"

#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

/// The processes of a group that do not run yet, or no more.
QStringList MainWindow::startableOf(const QString& group) const
{
    QStringList processes;
    const model::Topology& topology = m_document.topology();
    if (const model::Group* known = topology.group(group))
        for (const model::Node* node : topology.membersOf(*known))
            if (model::isProcess(node->kind) &&
                !(m_session.isLive() && hasBegun(m_session.processOfNode(node->id))))
                processes.append(node->id);
    return processes;
}

QStringList MainWindow::stoppableOf(const QString& group) const
{
    QStringList processes;
    const model::Group* known = m_document.topology().group(group);
    for (const QString& id : known&& m_session.isLive() ? known->members : QStringList())
        if (isAlive(m_session.processOfNode(id)))
            processes.append(id);
    return processes;
}

/// While the session runs, those that do not run are started; else a session begins in which they alone
/// start.
void MainWindow::runGroup(const QString& group)
{
    const QStringList processes = startableOf(group);
    if (!m_session.isLive())
        return run(processes);
    for (const QString& id : processes)
        m_session.startNode(id);
}

void MainWindow::stopGroup(const QString& group)
{
    for (const QString& id : stoppableOf(group))
        m_session.stopNode(id);
}

void MainWindow::groupMenu(const QPoint& position, const QString& group)
{
    QMenu menu(this);
    fillGroupMenu(menu, group);
    menu.exec(position);
}

void MainWindow::fillGroupMenu(QMenu& menu, const QString& group)
{
    const bool stopping = m_session.state() == model::Session::State::Stopping;
    menu.addAction(tr("Run This Group"), this, [this, group] { runGroup(group); })
        ->setEnabled(!stopping && !m_opening && !startableOf(group).isEmpty());
    menu.addAction(tr("Stop This Group"), this, [this, group] { stopGroup(group); })
        ->setEnabled(!stopping && !stoppableOf(group).isEmpty());
    menu.addSeparator();
    for (const QString& name : {u"fold"_s, u"rename"_s, u"ungroup"_s})
        menu.addAction(action(name));
    menu.addSeparator();
    for (const QString& name : {u"duplicate"_s, u"delete"_s})
        menu.addAction(action(name));
}

/// What can be done with groups follows from the selection, and from how they are.
void MainWindow::updateGroupActions()
{
    const auto allow = [this](const QString& name, bool allowed, const QString& why) {
        action(name)->setEnabled(allowed);
        setWhyNot(*action(name), why);
    };
    const model::Topology& topology = m_document.topology();
    const QStringList nodes = m_canvas->selection().nodes;
    const QStringList groups = m_canvas->touchedGroups();
    const bool drawn = std::any_of(nodes.begin(), nodes.end(),
                                   [&](const QString& id) { return topology.node(id) != nullptr; });
    allow(u"group"_s, drawn && m_canvas->selectedGroup().isEmpty(),
          drawn ? tr("they are a group already") : tr("select a part"));
    const QString noGroup = tr("select a group, or a part of one");
    allow(u"ungroup"_s, !groups.isEmpty(), noGroup);
    allow(u"fold"_s, !groups.isEmpty(), noGroup);
    const bool allCollapsed =
        !groups.isEmpty() && std::all_of(groups.begin(), groups.end(), [&](const QString& id) {
            const model::Group* group = topology.group(id);
            return group == nullptr || group->collapsed;
        });
    action(u"fold"_s)->setText(allCollapsed ? tr("E&xpand Group") : tr("Colla&pse Group"));
}

} // namespace byteyard::gui
