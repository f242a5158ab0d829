#include "gui/widgets/script_view.h"

#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"
#include "gui/widgets/lua_highlighter.h"

#include <QPainter>
#include <QTextBlock>

namespace byteyard::gui {

/// The strip of line numbers at the left.
class ScriptView::Numbers : public QWidget
{
public:
    explicit Numbers(ScriptView& view) : QWidget(&view), m_view(view) {}

protected:
    void paintEvent(QPaintEvent* event) override { m_view.paintNumbers(event); }

private:
    ScriptView& m_view;
};

ScriptView::ScriptView(QWidget* parent) : QPlainTextEdit(parent), m_numbers(new Numbers(*this))
{
    new LuaHighlighter(document());
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true);
    followTheme(this, [this] {
        setFont(Theme::instance().dataFont());
        setTabStopDistance(2 * fontMetrics().horizontalAdvance(u'0'));
        placeNumbers();
        showMark();
    });
    connect(this, &QPlainTextEdit::blockCountChanged, this, &ScriptView::placeNumbers);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect& rect, int dy) {
        dy != 0 ? m_numbers->scroll(0, dy)
                : m_numbers->update(0, rect.y(), m_numbers->width(), rect.height());
    });
}

int ScriptView::numbersWidth() const
{
    const auto digits = static_cast<int>(QString::number(std::max(10, blockCount())).size());
    return 14 + digits * fontMetrics().horizontalAdvance(u'0');
}

void ScriptView::placeNumbers()
{
    setViewportMargins(numbersWidth(), 0, 0, 0);
    const QRect inside = contentsRect();
    m_numbers->setGeometry(inside.left(), inside.top(), numbersWidth(), inside.height());
}

void ScriptView::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    placeNumbers();
}

void ScriptView::paintNumbers(QPaintEvent* event)
{
    const Colors& colors = Theme::instance().colors();
    QPainter painter(m_numbers);
    painter.fillRect(event->rect(), colors.field);
    painter.setFont(font());
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF box = blockBoundingGeometry(block).translated(contentOffset());
        if (box.top() > event->rect().bottom())
            break;
        const int line = block.blockNumber() + 1;
        const bool marked = line == m_line && m_mark != Mark::None;
        painter.setPen(marked ? colors.ink : colors.inkMuted);
        painter.drawText(QRectF(0, box.top(), m_numbers->width() - 6, fontMetrics().height()), Qt::AlignRight,
                         QString::number(line));
        if (!marked)
            continue;
        // The mark is a shape too, not a colour alone: a wedge goes on, two bars wait, a cross has failed.
        const double middle = box.top() + fontMetrics().height() / 2.0;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(colors.ink);
        painter.setPen(QPen(colors.ink, 1.6));
        if (m_mark == Mark::Runs)
            painter.drawPolygon(QPolygonF{{1.5, middle - 3}, {5.5, middle}, {1.5, middle + 3}});
        else if (m_mark == Mark::Blocked)
            painter.drawLines(QList<QLineF>{{2, middle - 3, 2, middle + 3}, {5, middle - 3, 5, middle + 3}});
        else
            painter.drawLines(
                QList<QLineF>{{1.5, middle - 2.5, 6, middle + 2.5}, {1.5, middle + 2.5, 6, middle - 2.5}});
    }
}

void ScriptView::setMark(int line, Mark mark)
{
    if (line == m_line && mark == m_mark)
        return;
    const bool moved = line != m_line;
    m_line = line;
    m_mark = mark;
    showMark();
    const QTextBlock block = document()->findBlockByNumber(line - 1);
    if (!moved || !block.isValid())
        return;
    const QRectF box = blockBoundingGeometry(block).translated(contentOffset());
    if (box.top() >= 0 && box.bottom() <= viewport()->height())
        return;
    setTextCursor(QTextCursor(block));
    centerCursor();
}

void ScriptView::showMark()
{
    const Colors& colors = Theme::instance().colors();
    const QTextBlock block = document()->findBlockByNumber(m_line - 1);
    QList<QTextEdit::ExtraSelection> marks;
    if (m_mark != Mark::None && block.isValid()) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(block);
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        mark.format.setBackground(m_mark == Mark::Runs      ? colors.pillRunning
                                  : m_mark == Mark::Blocked ? colors.pillBlocked
                                                            : colors.pillFailed);
        marks.append(mark);
    }
    setExtraSelections(marks);
    m_numbers->update();
}

} // namespace byteyard::gui
