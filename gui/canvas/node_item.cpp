#include "gui/canvas/node_item.h"

#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double errorWidth = 240;
constexpr double errorGap = 8;

int rowsOf(const NodeLook& look, Side side)
{
    int rows = 0;
    for (const PortLook& port : look.ports)
        rows = port.side == side ? std::max(rows, port.row + 1) : rows;
    return rows;
}

double portLabelsWidth(const NodeLook& look, Side side)
{
    double width = 0;
    for (const PortLook& port : look.ports)
        if (port.side == side)
            width = std::max(width, textWidth(Text::SmallData, port.name));
    return width;
}

QRectF cardBody(const NodeLook& look)
{
    const double titleRow = 14 + textWidth(Text::Data, look.title) + 14 +
                            (look.corner.isEmpty() ? 0 : textWidth(Text::Small, look.corner) + 14);
    const double labels = portLabelsWidth(look, Side::Left) + portLabelsWidth(look, Side::Right) + 2 * 22;
    const double detailRow = look.detail.isEmpty() ? 0 : textWidth(Text::SmallData, look.detail) + labels;
    const double pillRow =
        12 + pillWidth(look.stateText) +
        (look.nextRun ? pillWidth(QCoreApplication::translate("byteyard::gui::NodeItem", "next run")) + 4
                      : 0) +
        portLabelsWidth(look, Side::Right) + 26;
    const double width = std::clamp(std::max({titleRow, std::min(detailRow, 220.0), pillRow}), cardWidth,
                                    std::max(cardWidthMost, pillRow));
    const int rows = std::max({rowsOf(look, Side::Left) + 1, rowsOf(look, Side::Right), 2});
    return {0, 0, std::ceil(width / 10) * 10, cardLine + rowHeight * rows};
}

double endpointTitleWidth(const NodeLook& look)
{
    const QString kindWord =
        look.kind == model::Kind::Fifo ? model::kindInfo(look.kind).id.toUpper() + u"  "_s : QString();
    return std::max(textWidth(Text::Title, kindWord + look.title), textWidth(Text::SmallData, look.detail));
}

} // namespace

QRectF NodeItem::bodyFor(const NodeLook& look)
{
    if (model::isProcess(look.kind))
        return cardBody(look);
    const bool page = look.kind == model::Kind::File;
    const double margins = page ? 44 : look.kind == model::Kind::Socketpair ? 84 : 48;
    const double least = page ? 120 : look.kind == model::Kind::Socketpair ? 170 : capsuleWidth;
    const double width =
        std::ceil(std::clamp(endpointTitleWidth(look) + margins, least, cardWidthMost) / 10) * 10;
    const double height = page ? pageHeight : capsuleHeight;
    return {0, endpointLine - height / 2, width, height};
}

NodeItem::NodeItem(QString id, const NodeLook& look) : m_id(std::move(id)), m_look(look)
{
    layOut();
}

bool NodeItem::setLook(const NodeLook& look)
{
    if (look == m_look)
        return false;
    const bool portsChanged = look.ports != m_look.ports;
    const QRectF body = m_body;
    m_look = look;
    layOut();
    update();
    return portsChanged || body != m_body;
}

void NodeItem::setMarks(const Marks& marks)
{
    if (marks == m_marks)
        return;
    m_marks = marks;
    update();
}

void NodeItem::refresh()
{
    layOut();
    update();
}

void NodeItem::layOut()
{
    m_body = bodyFor(m_look);
    m_outline = QPainterPath();
    if (model::isProcess(m_look.kind)) {
        m_outline.addRoundedRect(m_body, 9, 9);
    } else if (m_look.kind == model::Kind::File) {
        const double fold = 14;
        m_outline.moveTo(m_body.topLeft());
        m_outline.lineTo(m_body.topRight() - QPointF(fold, 0));
        m_outline.lineTo(m_body.topRight() + QPointF(0, fold));
        m_outline.lineTo(m_body.bottomRight());
        m_outline.lineTo(m_body.bottomLeft());
        m_outline.closeSubpath();
    } else {
        m_outline.addRoundedRect(m_body, m_body.height() / 2, m_body.height() / 2);
    }
    m_error = {};
    if (!m_look.error.isEmpty()) {
        const double width = std::max(errorWidth, m_body.width());
        const QRectF text = QFontMetricsF(canvasFont(Text::Small))
                                .boundingRect(QRectF(0, 0, width - 36, 400), Qt::TextWordWrap, m_look.error);
        m_error = {m_body.left(), m_body.bottom() + errorGap, width, text.height() + 12};
    }
    m_elided = textWidth(model::isProcess(m_look.kind) ? Text::Data : Text::Title, m_look.title) >
                   m_body.width() - 28 ||
               textWidth(Text::SmallData, m_look.detail) > m_body.width() - 48;
    const QRectF bounds = m_body.adjusted(-12, -12, 12, 12).united(m_error);
    if (bounds != m_bounds) {
        prepareGeometryChange();
        m_bounds = bounds;
    }
    m_shape = QPainterPath();
    m_shape.addRect(m_body.adjusted(-portReach, 0, portReach, 0));
}

QPointF NodeItem::portPoint(const PortLook& port) const
{
    const double line = model::isProcess(m_look.kind) ? cardLine : endpointLine;
    switch (port.side) {
    case Side::Left:
        return {m_body.left(), line + rowHeight * port.row};
    case Side::Right:
        return {m_body.right(), line + rowHeight * port.row};
    case Side::Bottom:
        return {m_body.center().x(), m_body.bottom()};
    }
    return {};
}

QPointF NodeItem::portPosition(const QString& port) const
{
    for (const PortLook& each : m_look.ports)
        if (each.name == port)
            return mapToScene(portPoint(each));
    return mapToScene(m_body.center());
}

bool NodeItem::hasPort(const QString& port) const
{
    return std::any_of(m_look.ports.begin(), m_look.ports.end(),
                       [&](const PortLook& p) { return p.name == port; });
}

QPointF NodeItem::normal(Side side)
{
    return side == Side::Left ? QPointF(-1, 0) : side == Side::Right ? QPointF(1, 0) : QPointF(0, 1);
}

Side NodeItem::portSide(const QString& port) const
{
    for (const PortLook& each : m_look.ports)
        if (each.name == port)
            return each.side;
    return Side::Right;
}

QString NodeItem::portAt(const QPointF& scenePosition, double reach) const
{
    const QPointF point = mapFromScene(scenePosition);
    QString best;
    double bestDistance = reach;
    for (const PortLook& port : m_look.ports) {
        const QPointF away = portPoint(port) - point;
        const double distance = std::hypot(away.x(), away.y());
        if (distance <= bestDistance) {
            bestDistance = distance;
            best = port.name;
        }
    }
    return best;
}

QString NodeItem::description() const
{
    QStringList words{model::kindInfo(m_look.kind).title, m_look.title};
    for (const QString& word : {m_look.detail, m_look.corner, m_look.stateText, m_look.error})
        if (!word.isEmpty())
            words << word;
    return words.join(u" · "_s);
}

} // namespace byteyard::gui
