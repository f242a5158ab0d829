#include "gui/widgets/trend_view.h"

#include "gui/theme/theme.h"
#include "gui/widgets/trend_item.h"

#include <QCategoryAxis>
#include <QChart>
#include <QGraphicsLayout>
#include <QHelpEvent>
#include <QLegend>
#include <QLineSeries>
#include <QToolTip>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr double pixelsALabel = 34;
constexpr int labelRoom = 7; ///< half a label's height: without it the outermost ones are left out
constexpr double pixelsASecondLabel = 90;
/// Where all is zero: the axis says that, and no measure that nothing has.
constexpr double nothingTop = 1;

/// Steps of bytes are powers of two: 16, 32, 48, 64 KiB.
double stepFor(double most, int labels)
{
    return std::max(1.0, std::exp2(std::ceil(std::log2(std::max(most, 1.0) / labels))));
}

} // namespace

TrendView::TrendView(QWidget* parent)
    : QChartView(parent), m_time(new QValueAxis(chart())), m_values(new QCategoryAxis(chart())),
      m_lines(new TrendItem(chart()))
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    // Only the lines change from frame to frame.
    setViewportUpdateMode(QGraphicsView::MinimalViewportUpdate);
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->setBackgroundVisible(false);
    chart()->setPlotAreaBackgroundVisible(true);
    chart()->addAxis(m_time, Qt::AlignBottom);
    chart()->addAxis(m_values, Qt::AlignLeft);
    chart()->legend()->setAlignment(Qt::AlignTop);
    chart()->legend()->setContentsMargins(0, 0, 0, 0);
    chart()->legend()->layout()->setContentsMargins(0, 0, 0, 0);
    chart()->legend()->setMarkerShape(QLegend::MarkerShapeRectangle);
    m_values->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
    m_values->setStartValue(-1);
    for (QAbstractAxis* axis : {static_cast<QAbstractAxis*>(m_time), static_cast<QAbstractAxis*>(m_values)})
        axis->setLineVisible(false);
    m_lines->setZValue(10);
    connect(chart(), &QChart::plotAreaChanged, this, [this](const QRectF& area) {
        m_lines->setArea(area);
        relabel();
    });
    connect(&Theme::instance(), &Theme::changed, this, &TrendView::dress);
    dress();
    setCompact(false);
    relabel();
}

TrendView::~TrendView()
{
    // The scene tells of its last layout while it goes.
    chart()->disconnect(this);
}

void TrendView::dress()
{
    const Colors& colors = Theme::instance().colors();
    setBackgroundBrush(Qt::NoBrush);
    viewport()->setAutoFillBackground(false);
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    chart()->setPlotAreaBackgroundBrush(colors.window);
    chart()->setPlotAreaBackgroundPen(QPen(colors.border));
    for (QAbstractAxis* axis : {static_cast<QAbstractAxis*>(m_time), static_cast<QAbstractAxis*>(m_values)}) {
        axis->setLabelsFont(small);
        axis->setLabelsColor(colors.inkMuted);
        axis->setGridLinePen(QPen(colors.border, 1));
    }
    chart()->legend()->setFont(small);
    chart()->legend()->setLabelColor(colors.ink);
    dressTime();
}

void TrendView::setSpan(double end, double span)
{
    setTimes(end, span, 0);
}

void TrendView::setRange(double from, double to)
{
    setTimes(to, std::max(to - from, 1e-6), to);
}

void TrendView::setTimes(double end, double span, double axisEnd)
{
    m_end = end;
    if (span != m_span || axisEnd != m_axisEnd || m_time->max() != axisEnd ||
        m_time->min() != axisEnd - span) {
        m_span = span;
        m_axisEnd = axisEnd;
        m_time->setRange(axisEnd - span, axisEnd);
        dressTime();
    }
    scale();
}

void TrendView::dressTime()
{
    // Three labels must differ.
    //: A label of the time axis: seconds. %d or %.2f is the number
    m_time->setLabelFormat(m_span >= 10 ? tr("%d s") : m_span >= 0.1 ? tr("%.2f s") : tr("%.5f s"));
}

void TrendView::setSeries(const QList<TrendSeries>& series)
{
    // The legend is made anew only when there is something else to name.
    const auto named = chart()->series();
    bool same = named.size() == series.size();
    for (qsizetype i = 0; same && i < series.size(); ++i)
        same = named.at(i)->name() == series.at(i).name &&
               static_cast<QLineSeries*>(named.at(i))->color() == series.at(i).color;
    if (!same) {
        chart()->removeAllSeries();
        for (const TrendSeries& each : series) {
            // It has no points: it stands for its line in the legend.
            auto* name = new QLineSeries(chart());
            name->setName(each.name);
            name->setColor(each.color);
            chart()->addSeries(name);
            name->attachAxis(m_time);
            name->attachAxis(m_values);
        }
    }
    chart()->legend()->setVisible(series.size() > 1);
    m_lines->setSeries(series);
    scale();
}

const QList<TrendSeries>& TrendView::series() const
{
    return m_lines->series();
}

void TrendView::setLimit(double limit, const QString& text)
{
    m_limit = limit;
    m_lines->setLimit(limit, text);
    scale();
}

void TrendView::setFormat(const std::function<QString(double)>& format)
{
    m_format = format;
    m_step = 0;
    relabel();
}

void TrendView::setCompact(bool compact)
{
    m_time->setLabelsVisible(!compact);
    chart()->setMargins({0, labelRoom, labelRoom, compact ? labelRoom : 0});
}

/// The largest value that is seen; the limit when there is one.
double TrendView::most() const
{
    double most = m_limit;
    for (const TrendSeries& series : m_lines->series()) {
        const QList<QPointF>& points = series.points;
        auto next = std::lower_bound(points.begin(), points.end(), m_end - m_span,
                                     [](const QPointF& point, double time) { return point.x() < time; });
        if (next != points.begin())
            --next; // it still holds at the left edge
        for (; next != points.end() && next->x() <= m_end; ++next)
            most = std::max(most, next->y());
    }
    return most;
}

void TrendView::scale()
{
    // Some room above, so that a full pipe is not drawn on the frame.
    const double largest = most();
    const double top = largest > 0 ? std::max(largest, 1.0) * 1.1 : nothingTop;
    if (top != m_top) {
        m_top = top;
        relabel();
    }
    m_lines->setRange(m_end, m_span, m_top);
}

void TrendView::relabel()
{
    const QRectF area = chart()->plotArea();
    m_time->setTickCount(area.width() >= 6 * pixelsASecondLabel   ? 7
                         : area.width() >= 3 * pixelsASecondLabel ? 4
                                                                  : 3);
    const int labels = std::max(1, static_cast<int>(area.height() / pixelsALabel));
    const double step = stepFor(m_top / 1.1, labels);
    const int steps = m_top == nothingTop ? 0 : static_cast<int>(m_top / step);
    if (step != m_step || steps != m_steps) {
        m_step = step;
        m_steps = steps;
        for (const QString& label : m_values->categoriesLabels())
            m_values->remove(label);
        for (int i = 0; i <= steps; ++i)
            m_values->append(m_format ? m_format(i * step) : QString::number(i * step), i * step);
    }
    m_values->setRange(0, m_top);
}

QString TrendView::textAt(const QPoint& position) const
{
    const QRectF area = chart()->plotArea();
    const QPointF at = chart()->mapFromScene(mapToScene(position));
    if (!area.contains(at))
        return {};
    const double ago = (area.right() - at.x()) / area.width() * m_span;
    QStringList lines{m_axisEnd == 0 ? tr("%1 s ago").arg(ago, 0, 'f', 1)
                                     : tr("at %1 s").arg(m_end - ago, 0, 'f', 3)};
    for (const TrendSeries& series : m_lines->series()) {
        const auto after =
            std::upper_bound(series.points.begin(), series.points.end(), m_end - ago,
                             [](double time, const QPointF& point) { return time < point.x(); });
        if (after != series.points.begin()) {
            const double value = std::prev(after)->y();
            lines << u"%1: %2"_s.arg(series.name, m_format ? m_format(value) : QString::number(value));
        }
    }
    return lines.join(u'\n');
}

bool TrendView::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QChartView::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
    return true;
}

void TrendView::changeEvent(QEvent* event)
{
    QChartView::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        dress();
}

void TrendView::resizeEvent(QResizeEvent* event)
{
    QChartView::resizeEvent(event);
    m_lines->setArea(chart()->plotArea());
    relabel();
}

} // namespace byteyard::gui
