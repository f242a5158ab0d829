#include "gui/canvas/connecting.h"
#include "gui/endpoint_menu.h"
#include "gui/found_parts.h"
#include "gui/live_lookup.h"
#include "gui/main_window.h"
#include "gui/panels/bytes_panel.h"
#include "gui/panels/inspector.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/process_menu.h"

#include <QDockWidget>
#include <QMenu>

#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

void MainWindow::addPart(const Part& part)
{
    const double grid = 20;
    QPointF place = m_canvas->mapToScene(m_canvas->viewport()->rect().center()) - QPointF(80, 40);
    place = QPointF(std::round(place.x() / grid) * grid, std::round(place.y() / grid) * grid);
    // Several in a row go beside each other, not on top.
    const auto taken = [this](QPointF at) {
        for (const model::Node& node : m_document.topology().nodes)
            if (QRectF(node.position - QPointF(220, 120), QSizeF(440, 240)).contains(at))
                return true;
        return false;
    };
    const QPointF start = place;
    for (int step = 1; taken(place) && step < 200; ++step) {
        const int row = step / 4;
        place = start + QPointF(240 * (step % 4), 140 * row);
    }
    const QString id = m_document.addNode(part.kind, place, part.properties(), part.name());
    m_canvas->reveal(id);
    m_canvas->setFocus();
    if (model::isProcess(part.kind) && part.role.isEmpty())
        m_canvas->editSelected();
}

void MainWindow::contextMenu(const QPoint& position, const QString& node, const QString& edge,
                             const QString& port)
{
    QMenu menu(this);
    if (!port.isEmpty())
        fillPortMenu(menu, node, port);
    fillContextMenu(menu, node, edge);
    menu.exec(position);
}

void MainWindow::fillContextMenu(QMenu& menu, const QString& node, const QString& edge)
{
    if (!node.isEmpty()) {
        fillNodeMenu(menu, node);
    } else if (!edge.isEmpty()) {
        if (const model::Edge* drawn = m_document.topology().edge(edge))
            menu.addAction(tr("Only Its Endpoint in the Log"), this,
                           [this, key = drawn->endpoint] { m_log->filterBar()->setEndpoints({key}); });
        menu.addAction(action(u"edit"_s));
        menu.addAction(tr("Delete"), this, [this, edge] { m_document.remove({}, {edge}); })
            ->setEnabled(m_document.topology().edge(edge) != nullptr);
    } else {
        fillCanvasMenu(menu);
    }
}

/// What can be done with one port; the node's own follows.
void MainWindow::fillPortMenu(QMenu& menu, const QString& node, const QString& port)
{
    const model::Topology& topology = m_document.topology();
    if (topology.node(node) == nullptr)
        return;
    menu.addSection(port == newPort ? tr("New handle") : tr("Port %1").arg(port));
    menu.addAction(tr("Connect from Here"), m_canvas,
                   [this, node, port] { m_canvas->connectFrom(node, port); });
    QStringList edges;
    for (const model::Edge& edge : topology.edgesOf(node))
        if ((edge.process == node ? edge.processPort : edge.endpointPort) == port)
            edges << edge.id;
    menu.addAction(tr("Disconnect"), this, [this, edges] { m_document.remove({}, edges); })
        ->setEnabled(!edges.isEmpty());
    menu.addSeparator();
}

/// What one sets of a connection stands in the inspector.
void MainWindow::editEdge()
{
    m_docks.value(u"inspector"_s)->show();
    m_docks.value(u"inspector"_s)->raise();
    m_inspector->showPage(Inspector::Page::Properties);
    m_inspector->properties()->setFocus(Qt::OtherFocusReason);
}

void MainWindow::fillCanvasMenu(QMenu& menu)
{
    for (const QString& name : {u"insert"_s, u"paste"_s})
        menu.addAction(action(name));
    menu.addSeparator();
    for (const QString& name : {u"fit"_s, u"arrange"_s, u"selectAll"_s})
        menu.addAction(action(name));
}

void MainWindow::fillNodeMenu(QMenu& menu, const QString& key)
{
    const model::Node* node = m_document.topology().node(key);
    const model::LiveProcess* process = findProcess(m_session, key);
    const model::LiveEndpoint* endpoint = process ? nullptr : findEndpoint(m_session, key);
    if (node && model::isProcess(node->kind)) {
        menu.addAction(tr("Run It Alone"), this, [this, key] { m_session.startNode(key); })
            ->setEnabled(m_session.isLive() && !hasBegun(process));
        menu.addAction(tr("Stop It Alone"), this, [this, key] { m_session.stopNode(key); })
            ->setEnabled(m_session.isLive() && isAlive(process));
    }
    if (process) {
        if (m_session.isMap())
            menu.addAction(tr("Follow Its Calls (Attach)"), this,
                           [this, pid = process->entry.pid] { followFromMap(pid); })
                ->setEnabled(m_session.isLive() && isAlive(process));
        else
            fillProcessMenu(menu, this, m_session, process->entry.number);
        menu.addSeparator();
        menu.addAction(tr("Only This in the Log"), this, [this, key] {
            m_log->filterBar()->setProcesses({key});
            m_docks.value(u"log"_s)->raise();
        });
    }
    if (endpoint)
        fillEndpointMenu(menu, *endpoint);
    m_foundParts->fillNodeMenu(menu, key);
    if (!node)
        return;
    menu.addSeparator();
    for (const QString& name : {u"edit"_s, u"rename"_s, u"duplicate"_s, u"delete"_s})
        menu.addAction(action(name));
    menu.addSeparator();
    for (const QString& name : {u"group"_s, u"ungroup"_s})
        menu.addAction(action(name));
}

void MainWindow::fillEndpointMenu(QMenu& menu, const model::LiveEndpoint& endpoint)
{
    const QString key = endpointKey(endpoint.entry);
    const bool live = m_session.isLive() && !m_session.isMap() && endpoint.entry.state == "live"_L1;
    menu.addAction(tr("Peek Into It"), this,
                   [this, key] {
                       m_bytes->setEndpoint(key);
                       m_bytes->setSource(BytesPanel::Source::Endpoint);
                       m_docks.value(u"bytes"_s)->show();
                       m_docks.value(u"bytes"_s)->raise();
                   })
        ->setEnabled(live);
    if (!m_session.isMap())
        gui::fillEndpointMenu(menu, this, m_session, endpoint);
    menu.addSeparator();
    menu.addAction(tr("Only This in the Log"), this, [this, key] {
        m_log->filterBar()->setEndpoints({key});
        m_docks.value(u"log"_s)->raise();
    });
}

void MainWindow::editScript(const QString& node)
{
    m_canvas->select({{node}, {}});
    m_docks.value(u"inspector"_s)->show();
    m_docks.value(u"inspector"_s)->raise();
    m_inspector->showPage(Inspector::Page::Properties);
    if (PropertyEditor* script = m_inspector->properties()->editor(u"script"_s))
        script->setFocus(Qt::OtherFocusReason);
}

/// The process that a step would be of: the selected one, while it runs. Empty when there is none.
QString MainWindow::steppable() const
{
    const Selection selection = m_canvas->selection();
    const QString id = selection.nodes.value(0);
    const model::LiveProcess* process =
        selection.nodes.size() == 1 && m_session.isLive() && !m_session.isMap() ? m_session.processOfNode(id)
                                                                                : nullptr;
    return process != nullptr && process->entry.state == "running"_L1 ? id : QString();
}

} // namespace byteyard::gui
