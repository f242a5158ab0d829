#include "gui/live_lookup.h"
#include "gui/main_window.h"
#include "gui/panels/bytes_panel.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/process_menu.h"
#include "model/log/format.h"

#include <QDockWidget>
#include <QInputDialog>
#include <QMenu>

#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

void MainWindow::addPart(model::Kind kind)
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
    for (int step = 1; taken(place) && step < 200; ++step)
        place = start + QPointF(240 * (step % 4), 140 * (step / 4));
    const QString id = m_document.addNode(kind, place);
    m_canvas->reveal(id);
    m_canvas->setFocus();
    if (kind == model::Kind::Command)
        m_canvas->editSelected();
}

void MainWindow::contextMenu(const QPoint& position, const QString& node, const QString& edge)
{
    QMenu menu(this);
    if (!node.isEmpty()) {
        fillNodeMenu(menu, node);
    } else if (!edge.isEmpty()) {
        if (const model::Edge* drawn = m_document.topology().edge(edge))
            menu.addAction(tr("Only Its Endpoint in the Log"), this,
                           [this, key = drawn->endpoint] { m_log->filterBar()->setEndpoints({key}); });
        menu.addAction(tr("Delete"), this, [this, edge] { m_document.remove({}, {edge}); })
            ->setEnabled(m_document.topology().edge(edge) != nullptr);
    } else {
        fillCanvasMenu(menu);
    }
    menu.exec(position);
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
        const bool alive =
            process && (process->entry.state == "running"_L1 || process->entry.state == "stopped"_L1 ||
                        process->entry.state == "starting"_L1);
        menu.addAction(tr("Run It Alone"), this, [this, key] { m_session.startNode(key); })
            ->setEnabled(m_session.isLive() && !alive);
        menu.addAction(tr("Stop It Alone"), this, [this, key] { m_session.stopNode(key); })
            ->setEnabled(m_session.isLive() && alive);
    }
    if (process) {
        fillProcessMenu(menu, m_session, process->entry.number);
        menu.addSeparator();
        menu.addAction(tr("Only This in the Log"), this, [this, key] {
            m_log->filterBar()->setProcesses({key});
            m_docks.value(u"log"_s)->raise();
        });
    }
    if (endpoint)
        fillEndpointMenu(menu, *endpoint);
    if (!node)
        return;
    menu.addSeparator();
    for (const QString& name : {u"edit"_s, u"rename"_s, u"duplicate"_s, u"delete"_s})
        menu.addAction(action(name));
}

void MainWindow::fillEndpointMenu(QMenu& menu, const model::LiveEndpoint& endpoint)
{
    const quint32 number = endpoint.entry.number;
    const QString key = endpointKey(endpoint.entry);
    const bool live = m_session.isLive() && endpoint.entry.state == "live"_L1;
    menu.addAction(tr("Peek Into It"), this,
                   [this, key] {
                       m_bytes->setEndpoint(key);
                       m_bytes->setSource(BytesPanel::Source::Endpoint);
                       m_docks.value(u"bytes"_s)->show();
                       m_docks.value(u"bytes"_s)->raise();
                   })
        ->setEnabled(live);
    if (endpoint.entry.kind == "pipe"_L1 || endpoint.entry.kind == "fifo"_L1) {
        QMenu* capacity = menu.addMenu(tr("Capacity"));
        capacity->setEnabled(live);
        for (const int bytes : {4096, 16384, 65536, 262144, 1048576}) {
            QAction* choice =
                capacity->addAction(model::formatBytes(static_cast<quint64>(bytes)), this,
                                    [this, number, bytes] { m_session.setCapacity(number, bytes); });
            choice->setCheckable(true);
            choice->setChecked(endpoint.capacity == static_cast<quint64>(bytes));
        }
    }
    menu.addAction(tr("Write Bytes Into It…"), this, [this, number] { writeInto(number); })->setEnabled(live);
    menu.addSeparator();
    menu.addAction(tr("Only This in the Log"), this, [this, key] {
        m_log->filterBar()->setEndpoints({key});
        m_docks.value(u"log"_s)->raise();
    });
}

void MainWindow::writeInto(quint32 endpoint)
{
    bool ok = false;
    const QString line = QInputDialog::getText(
        this, tr("Write bytes"),
        tr("Text to write into it, followed by a line end. The log shows it as injected."), QLineEdit::Normal,
        {}, &ok);
    if (ok)
        m_session.writeInto(endpoint, line.toUtf8() + '\n');
}

} // namespace byteyard::gui
