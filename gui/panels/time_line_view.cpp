#include "gui/panels/time_line_view.h"

#include "gui/theme/theme.h"
#include "model/log/format.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr int lineRefreshMs = 100;
constexpr int lineMargin = 12;
constexpr int blockedStripHeight = 4; ///< of blocked time, under the columns of events
constexpr int lineColumnWidth = 2;
constexpr quint64 shortestRun = 1'000'000'000; ///< while it goes on: its first moments do not race

/// "00:12.4", or to the millisecond
QString clockText(quint64 ns, bool fine = false)
{
    const quint64 ms = ns / 1'000'000;
    return u"%1:%2.%3"_s.arg(ms / 60'000, 2, 10, QChar(u'0'))
        .arg(ms / 1000 % 60, 2, 10, QChar(u'0'))
        .arg(fine ? ms % 1000 : ms / 100 % 10, fine ? 3 : 1, 10, QChar(u'0'));
}

} // namespace

TimeLineView::TimeLineView(model::Session& session, QWidget* parent) : QWidget(parent), m_session(session)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMouseTracking(false);
    setCursor(Qt::IBeamCursor);
    setAccessibleName(tr("Time line"));
    setAccessibleDescription(tr(
        "Arrows move, Shift with arrows chooses a range for log and charts, Escape shows all again. Of a run "
        "that has ended Space replays, Enter shows the moment here, comma and full stop go by an event."));
    m_soon.setSingleShot(true);
    m_soon.setInterval(lineRefreshMs);
    connect(&m_soon, &QTimer::timeout, this, &TimeLineView::refresh);
    const auto later = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(&session, &model::Session::ticked, this, later);
    connect(&session, &model::Session::stateChanged, this, later);
    connect(&session, &model::Session::storeChanged, this, later);
    connect(&session, &model::Session::replayChanged, this, qOverload<>(&QWidget::update));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    refresh();
}

QSize TimeLineView::sizeHint() const
{
    return {600, fontMetrics().height() + 20};
}

QRect TimeLineView::area() const
{
    const int label = fontMetrics().horizontalAdvance(clockText(0, true)) + 2 * lineMargin;
    return rect().adjusted(label, 5, -lineMargin, -5);
}

quint64 TimeLineView::timeAt(int x) const
{
    const QRect at = area();
    const double share = std::clamp(static_cast<double>(x - at.left()) / std::max(1, at.width()), 0.0, 1.0);
    return static_cast<quint64>(share * static_cast<double>(m_end));
}

int TimeLineView::xOf(quint64 time) const
{
    const QRect at = area();
    const double share =
        m_end == 0 ? 0 : static_cast<double>(std::min(time, m_end)) / static_cast<double>(m_end);
    return at.left() + static_cast<int>(std::lround(share * at.width()));
}

void TimeLineView::refresh()
{
    if (!isVisible())
        return;
    m_end = m_session.state() == model::Session::State::Idle ? 0 : m_session.length();
    if (m_session.isLive())
        m_end = std::max(m_end, shortestRun);
    const int count = std::max(1, area().width() / lineColumnWidth);
    m_columns = m_end == 0 ? QList<model::TimeLine::Column>() : m_session.timeLine().columns(0, m_end, count);
    update();
}

void TimeLineView::setRange(const std::optional<Range>& range)
{
    if (range == m_range)
        return;
    m_range = range;
    update();
}

void TimeLineView::choose(const std::optional<Range>& range)
{
    if (range == m_range)
        return;
    m_range = range;
    update();
    Q_EMIT rangeChosen(range);
}

void TimeLineView::choose(quint64 a, quint64 b)
{
    choose(Range{std::min(a, b), std::max({a, b, std::min(a, b) + 1})});
}

QString TimeLineView::textAt(int x) const
{
    const QRect at = area();
    const qsizetype column = (x - at.left()) / lineColumnWidth;
    if (!at.contains(x, at.center().y()) || column < 0 || column >= m_columns.size())
        return {};
    const auto edge = [this](qsizetype number) {
        return static_cast<quint64>(static_cast<double>(m_end) * static_cast<double>(number) /
                                    static_cast<double>(m_columns.size()));
    };
    const model::TimeLine::Column& here = m_columns.at(column);
    const auto events = static_cast<quint64>(std::llround(here.events));
    QString text = tr("%1 to %2 s").arg(model::formatTime(edge(column)), model::formatTime(edge(column + 1)));
    text += u" · "_s + tr("%1 event(s)", nullptr, static_cast<int>(std::min<quint64>(events, 1'000'000)))
                           .arg(model::formatCount(events));
    if (here.blocked > 0)
        text += u" · "_s + tr("blocked %1, all threads together")
                               .arg(model::formatDuration(static_cast<quint64>(here.blocked)));
    return text;
}

void TimeLineView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Colors& colors = Theme::instance().colors();
    painter.fillRect(rect(), colors.window);
    const QRect at = area();
    painter.setFont(Theme::instance().dataFont());
    painter.setPen(m_end == 0 ? colors.inkMuted : colors.ink);
    painter.drawText(QRect(lineMargin, 0, at.left() - lineMargin, height()), Qt::AlignVCenter | Qt::AlignLeft,
                     clockText(m_end == 0 ? 0 : m_session.now(), m_session.isReplaying()));
    painter.setPen(colors.border);
    painter.setBrush(colors.field);
    painter.drawRect(at.adjusted(-1, -1, 0, 0));

    const int room = at.height() - blockedStripHeight - 1;
    double most = 1;
    for (const model::TimeLine::Column& column : m_columns)
        most = std::max(most, column.events);
    const double width =
        m_columns.isEmpty() ? 1 : static_cast<double>(m_end) / static_cast<double>(m_columns.size());
    for (qsizetype i = 0; i < m_columns.size(); ++i) {
        const model::TimeLine::Column& column = m_columns.at(i);
        const int x = at.left() + static_cast<int>(i) * lineColumnWidth;
        if (column.events > 0) {
            // A single event is seen beside ten thousand.
            const int high =
                std::max(2, static_cast<int>(std::log1p(column.events) / std::log1p(most) * room));
            painter.fillRect(x, at.top() + room - high, lineColumnWidth, high, colors.accent);
        }
        if (column.blocked > 0) {
            QColor blocked = colors.markBlocked;
            blocked.setAlphaF(static_cast<float>(std::clamp(column.blocked / width, 0.3, 1.0)));
            painter.fillRect(x, at.bottom() - blockedStripHeight, lineColumnWidth, blockedStripHeight,
                             blocked);
        }
    }

    if (m_session.isReplaying())
        paintPlayhead(painter, at);
    std::optional<Range> shown = m_range;
    if (m_pressedX)
        shown = Range{timeAt(std::min(*m_pressedX, m_draggedX)), timeAt(std::max(*m_pressedX, m_draggedX))};
    if (shown) {
        const int left = xOf(shown->from);
        const int right = std::max(xOf(shown->to), left + 1);
        QColor veil = colors.window;
        veil.setAlphaF(0.72F);
        painter.fillRect(QRect(at.left(), at.top(), left - at.left(), at.height()), veil);
        painter.fillRect(QRect(right, at.top(), at.right() - right, at.height()), veil);
        painter.setPen(colors.ink);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(left, at.top() - 1, right - left, at.height());
    }
    if (hasFocus()) {
        painter.setPen(QPen(colors.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(at.adjusted(-2, -2, 1, 1));
        painter.drawLine(at.left() + m_cursor * lineColumnWidth, at.top(),
                         at.left() + m_cursor * lineColumnWidth, at.bottom());
    }
}

void TimeLineView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || m_end == 0)
        return;
    m_pressedX = m_draggedX = qRound(event->position().x());
    update();
}

void TimeLineView::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_pressedX)
        return;
    m_draggedX = qRound(event->position().x());
    update();
}

void TimeLineView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_pressedX)
        return;
    const int from = *m_pressedX;
    const int to = qRound(event->position().x());
    m_pressedX.reset();
    constexpr int leastDrag = 4;
    if (std::abs(to - from) >= leastDrag)
        choose(timeAt(from), timeAt(to));
    else if (m_range)
        choose(std::nullopt); // a click shows all again
    else
        m_session.replayTo(timeAt(to));
    update();
}

/// What has not come yet is veiled.
void TimeLineView::paintPlayhead(QPainter& painter, const QRect& at) const
{
    const Colors& colors = Theme::instance().colors();
    const int x = xOf(m_session.now());
    QColor veil = colors.window;
    veil.setAlphaF(0.6F);
    painter.fillRect(QRect(x, at.top(), at.right() - x, at.height()), veil);
    painter.fillRect(x - 1, at.top() - 3, 2, at.height() + 6, colors.ink);
}

bool TimeLineView::pressReplayKey(const QKeyEvent& event)
{
    if (!m_session.canReplay())
        return false;
    switch (event.key()) {
    case Qt::Key_Space:
        Q_EMIT replayToggled();
        return true;
    case Qt::Key_Comma:
    case Qt::Key_Period:
        m_session.stepReplay(event.key() == Qt::Key_Period ? 1 : -1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        m_session.replayTo(timeAt(area().left() + m_cursor * lineColumnWidth));
        return true;
    case Qt::Key_Escape:
        if (m_pressedX || m_range || !m_session.isReplaying())
            return false;
        m_session.endReplay();
        return true;
    default:
        return false;
    }
}

void TimeLineView::keyPressEvent(QKeyEvent* event)
{
    if (pressReplayKey(*event))
        return;
    const int last = static_cast<int>(m_columns.size());
    int to = m_cursor;
    switch (event->key()) {
    case Qt::Key_Left:
        to -= (event->modifiers() & Qt::ControlModifier) != 0 ? 20 : 1;
        break;
    case Qt::Key_Right:
        to += (event->modifiers() & Qt::ControlModifier) != 0 ? 20 : 1;
        break;
    case Qt::Key_Home:
        to = 0;
        break;
    case Qt::Key_End:
        to = last;
        break;
    case Qt::Key_Escape:
        if (m_pressedX) {
            m_pressedX.reset();
            update();
            return;
        }
        if (m_range)
            return choose(std::nullopt);
        [[fallthrough]];
    default:
        return QWidget::keyPressEvent(event);
    }
    if (m_end == 0)
        return;
    m_cursor = std::clamp(to, 0, last);
    const auto timeOf = [this](int column) { return timeAt(area().left() + column * lineColumnWidth); };
    if ((event->modifiers() & Qt::ShiftModifier) != 0)
        choose(timeOf(m_anchor), timeOf(m_cursor));
    else
        m_anchor = m_cursor;
    QToolTip::showText(mapToGlobal(QPoint(area().left() + m_cursor * lineColumnWidth, 0)),
                       textAt(area().left() + m_cursor * lineColumnWidth), this);
    update();
}

void TimeLineView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    refresh();
}

void TimeLineView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

bool TimeLineView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = textAt(help->pos().x());
    QToolTip::showText(
        help->globalPos(),
        text.isEmpty()
            ? tr("The whole run. Drag a range to see it alone in log and charts; click to see that "
                 "moment of a run that has ended again.")
            : text,
        this);
    return true;
}

} // namespace byteyard::gui
