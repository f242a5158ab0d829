#include "gui/widgets/hex_view.h"

#include "gui/theme/motion.h"
#include "gui/theme/theme.h"
#include "gui/widgets/hex_text.h"
#include "gui/widgets/labels.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

HexView::HexView(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    // Bytes are read from the left in every language.
    setLayoutDirection(Qt::LeftToRight);
    viewport()->setCursor(Qt::IBeamCursor);
    m_clock.start();
    m_fade.setInterval(50);
    connect(&m_fade, &QTimer::timeout, this, [this] {
        const qint64 now = m_clock.elapsed();
        m_changed.removeIf([now](const auto& entry) { return now - entry.value() > changeFadeMs; });
        if (m_changed.isEmpty())
            m_fade.stop();
        viewport()->update();
    });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &HexView::visibleRangeChanged);
    followTheme(this, [this] { measure(); });
}

void HexView::setBytes(const QByteArray& bytes)
{
    m_changed.clear();
    m_bytes = bytes;
    m_base = 0;
    m_total = static_cast<quint64>(bytes.size());
    m_cursor = m_anchor = 0;
    m_hasSelection = false;
    measure();
    verticalScrollBar()->setValue(0);
}

void HexView::updateBytes(quint64 base, const QByteArray& bytes, quint64 total)
{
    const qint64 now = m_clock.elapsed();
    const quint64 end = base + static_cast<quint64>(bytes.size());
    const quint64 oldEnd = m_base + static_cast<quint64>(m_bytes.size());
    // Only what both pictures hold can have changed; bytes that are new at the end are changes too.
    for (quint64 at = std::max(base, m_base); at < end; ++at) {
        const char fresh = bytes.at(static_cast<qsizetype>(at - base));
        if (at >= oldEnd || fresh != m_bytes.at(static_cast<qsizetype>(at - m_base)))
            m_changed.insert(at, now);
    }
    m_changed.removeIf([end](const auto& entry) { return entry.key() >= end; });
    m_base = base;
    m_bytes = bytes;
    m_total = std::max(total, end);
    measure();
    if (!m_changed.isEmpty() && !m_fade.isActive())
        m_fade.start();
}

quint64 HexView::firstVisible() const
{
    return static_cast<quint64>(verticalScrollBar()->value()) * static_cast<quint64>(m_columns);
}

void HexView::measure()
{
    const QFontMetrics metrics(Theme::instance().dataFont());
    m_charWidth = metrics.horizontalAdvance(u'0');
    m_rowHeight = metrics.height() + 3;
    m_offsetDigits = m_total > 0x10000 ? 8 : 4;
    m_columns = 16;
    while (m_columns > 4 && textX(m_columns) > viewport()->width())
        m_columns /= 2;
    updateScrollBar();
    viewport()->update();
}

void HexView::updateScrollBar()
{
    const quint64 rows = (m_total + static_cast<quint64>(m_columns) - 1) / static_cast<quint64>(m_columns);
    const int visible = std::max(1, viewport()->height() / m_rowHeight);
    const int most = static_cast<int>(std::min<quint64>(rows, std::numeric_limits<int>::max()));
    verticalScrollBar()->setPageStep(visible);
    verticalScrollBar()->setRange(0, std::max(0, most - visible));
}

int HexView::hexX(int column) const
{
    // A wider gap after each eight bytes, as hexdump -C has it.
    return 12 + (m_offsetDigits + 2 + column * 3 + column / 8) * m_charWidth;
}

int HexView::textX(int column) const
{
    return hexX(m_columns) + (1 + column) * m_charWidth;
}

double HexView::freshness(quint64 offset) const
{
    const auto found = m_changed.constFind(offset);
    if (found == m_changed.cend())
        return 0;
    if (Theme::instance().reducedMotion())
        return 1;
    return std::max(0.0, 1 - static_cast<double>(m_clock.elapsed() - *found) / changeFadeMs);
}

void HexView::paintRow(QPainter& painter, quint64 row, int y) const
{
    const Colors& colors = Theme::instance().colors();
    const quint64 start = row * static_cast<quint64>(m_columns);
    const int ascent = painter.fontMetrics().ascent() + 1;
    painter.setPen(colors.inkMuted);
    painter.drawText(12, y + ascent, u"%1"_s.arg(start, m_offsetDigits, 16, QLatin1Char('0')));
    const quint64 from = std::min(m_cursor, m_anchor);
    const quint64 to = std::max(m_cursor, m_anchor);
    for (int column = 0; column < m_columns; ++column) {
        const quint64 offset = start + static_cast<quint64>(column);
        if (offset < m_base || offset >= m_base + static_cast<quint64>(m_bytes.size()))
            continue;
        const auto byte = static_cast<unsigned char>(m_bytes.at(static_cast<qsizetype>(offset - m_base)));
        const QRect hexBox(hexX(column) - 2, y, 2 * m_charWidth + 4, m_rowHeight);
        const QRect textBox(textX(column), y, m_charWidth, m_rowHeight);
        if (const double fresh = freshness(offset); fresh > 0) {
            QColor mark = colors.rowPending;
            mark.setAlphaF(static_cast<float>(fresh));
            painter.fillRect(hexBox, mark);
            painter.fillRect(textBox, mark);
        }
        const bool inside = m_hasSelection && offset >= from && offset <= to;
        if (inside) {
            painter.fillRect(hexBox, palette().highlight());
            painter.fillRect(textBox, palette().highlight());
        }
        const bool printable = byte >= 0x20 && byte < 0x7f;
        painter.setPen(inside      ? palette().highlightedText().color()
                       : byte == 0 ? colors.inkMuted
                                   : colors.ink);
        painter.drawText(hexBox.left() + 2, y + ascent, u"%1"_s.arg(byte, 2, 16, QLatin1Char('0')));
        if (!inside && !printable)
            painter.setPen(colors.inkMuted);
        painter.drawText(textBox.left(), y + ascent,
                         printable ? QString(QLatin1Char(static_cast<char>(byte))) : u"."_s);
        if (offset == m_cursor && hasFocus()) {
            painter.setPen(colors.accent);
            painter.drawRect(hexBox.adjusted(0, 0, -1, -1));
            painter.drawRect(textBox.adjusted(0, 0, -1, -1));
        }
    }
}

void HexView::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), Theme::instance().colors().surface);
    painter.setFont(Theme::instance().dataFont());
    const quint64 rows = (m_total + static_cast<quint64>(m_columns) - 1) / static_cast<quint64>(m_columns);
    quint64 row = static_cast<quint64>(verticalScrollBar()->value());
    for (int y = 4; y < viewport()->height() && row < rows; y += m_rowHeight, ++row)
        paintRow(painter, row, y);
}

void HexView::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    measure();
    Q_EMIT visibleRangeChanged();
}

bool HexView::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        measure();
    return QAbstractScrollArea::viewportEvent(event);
}

void HexView::focusInEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void HexView::focusOutEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

void HexView::moveCursor(qint64 offset, bool extend)
{
    if (m_total == 0)
        return;
    m_cursor = static_cast<quint64>(std::clamp<qint64>(offset, 0, static_cast<qint64>(m_total) - 1));
    if (!extend)
        m_anchor = m_cursor;
    m_hasSelection = extend && (m_hasSelection || m_cursor != m_anchor);
    const int row = static_cast<int>(m_cursor / static_cast<quint64>(m_columns));
    QScrollBar* bar = verticalScrollBar();
    if (row < bar->value())
        bar->setValue(row);
    else if (row >= bar->value() + bar->pageStep())
        bar->setValue(row - bar->pageStep() + 1);
    viewport()->update();
    Q_EMIT cursorMoved(m_cursor);
}

void HexView::goTo(quint64 offset)
{
    moveCursor(static_cast<qint64>(std::min<quint64>(offset, std::numeric_limits<qint64>::max())), false);
}

void HexView::select(quint64 from, quint64 length)
{
    if (length == 0)
        return;
    goTo(from);
    moveCursor(static_cast<qint64>(from + length - 1), true);
    m_hasSelection = true;
}

void HexView::keyPressEvent(QKeyEvent* event)
{
    const bool extend = event->modifiers() & Qt::ShiftModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const qint64 at = static_cast<qint64>(m_cursor);
    const qint64 page = static_cast<qint64>(verticalScrollBar()->pageStep()) * m_columns;
    if (event->matches(QKeySequence::Copy))
        QApplication::clipboard()->setText(copied(CopyAs::Hex));
    else if (event->matches(QKeySequence::SelectAll))
        select(m_base, static_cast<quint64>(m_bytes.size()));
    else if (event->key() == Qt::Key_Left)
        moveCursor(at - 1, extend);
    else if (event->key() == Qt::Key_Right)
        moveCursor(at + 1, extend);
    else if (event->key() == Qt::Key_Up)
        moveCursor(at - m_columns, extend);
    else if (event->key() == Qt::Key_Down)
        moveCursor(at + m_columns, extend);
    else if (event->key() == Qt::Key_PageUp)
        moveCursor(at - page, extend);
    else if (event->key() == Qt::Key_PageDown)
        moveCursor(at + page, extend);
    else if (event->key() == Qt::Key_Home)
        moveCursor(control ? 0 : at - at % m_columns, extend);
    else if (event->key() == Qt::Key_End)
        moveCursor(control ? static_cast<qint64>(m_total) - 1 : at - at % m_columns + m_columns - 1, extend);
    else if (wantsStore(*event))
        Q_EMIT storeWanted(std::min(m_cursor, m_anchor),
                           event->text().at(0).isPrint() ? event->text() : QString());
    else
        QAbstractScrollArea::keyPressEvent(event);
}

bool HexView::wantsStore(const QKeyEvent& event) const
{
    if (!m_storable || (event.modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != 0)
        return false;
    const bool enter = event.key() == Qt::Key_Return || event.key() == Qt::Key_Enter;
    return enter || (event.text().size() == 1 && u"0123456789abcdefABCDEF"_s.contains(event.text()));
}

qint64 HexView::offsetAt(const QPoint& position) const
{
    const qint64 row = verticalScrollBar()->value() + (position.y() - 4) / m_rowHeight;
    int column = m_columns - 1;
    if (position.x() >= textX(0)) {
        column = std::min(column, (position.x() - textX(0)) / m_charWidth);
    } else {
        while (column > 0 && position.x() < hexX(column) - m_charWidth / 2)
            --column;
    }
    return row * m_columns + column;
}

void HexView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        moveCursor(offsetAt(event->position().toPoint()), event->modifiers() & Qt::ShiftModifier);
}

void HexView::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() & Qt::LeftButton)
        moveCursor(offsetAt(event->position().toPoint()), true);
}

void HexView::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    const std::pair<QString, CopyAs> forms[] = {{tr("Copy as Hex"), CopyAs::Hex},
                                                {tr("Copy as Text"), CopyAs::Text},
                                                {tr("Copy as C"), CopyAs::C},
                                                {tr("Copy as Base64"), CopyAs::Base64}};
    for (const auto& [text, form] : forms)
        menu.addAction(text, this, [this, form = form] { QApplication::clipboard()->setText(copied(form)); })
            ->setEnabled(!m_bytes.isEmpty());
    if (m_storable) {
        menu.addSeparator();
        menu.addAction(tr("Store Bytes Here…"), this,
                       [this] { Q_EMIT storeWanted(std::min(m_cursor, m_anchor), {}); });
    }
    menu.exec(event->globalPos());
}

QByteArray HexView::selected() const
{
    if (!m_hasSelection)
        return m_bytes;
    const quint64 from = std::max(std::min(m_cursor, m_anchor), m_base);
    const quint64 to = std::max(m_cursor, m_anchor);
    return from > to
               ? QByteArray()
               : m_bytes.mid(static_cast<qsizetype>(from - m_base), static_cast<qsizetype>(to - from + 1));
}

QString HexView::copied(CopyAs form) const
{
    const QByteArray part = selected();
    switch (form) {
    case CopyAs::Hex:
        return QString::fromLatin1(part.toHex(' '));
    case CopyAs::Text:
        return QString::fromUtf8(part);
    case CopyAs::C:
        return bytesAsC(part);
    case CopyAs::Base64:
        return QString::fromLatin1(part.toBase64());
    }
    return {};
}

bool HexView::find(const QString& what, bool hex)
{
    BytePattern pattern;
    if (hex ? !patternFromHex(what, pattern) : !patternFromText(what, pattern))
        return false;
    const qsizetype start = m_cursor >= m_base ? static_cast<qsizetype>(m_cursor - m_base) : 0;
    qsizetype at = indexOf(m_bytes, pattern, start + (m_hasSelection ? 1 : 0));
    if (at < 0)
        at = indexOf(m_bytes, pattern, 0);
    if (at < 0)
        return false;
    const quint64 from = m_base + static_cast<quint64>(at);
    select(from, static_cast<quint64>(pattern.size()));
    // The cursor stays at the match's start, so that the next search goes on behind it.
    std::swap(m_cursor, m_anchor);
    return true;
}

} // namespace byteyard::gui
