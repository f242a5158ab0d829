#include "gui/canvas/family_paint.h"
#include "gui/canvas/metrics.h"
#include "gui/canvas/paint.h"
#include "gui/theme/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr int tokensMost = 6;
constexpr int waitersMost = 4;

QRectF rowRect(const QRectF& body, qsizetype row)
{
    return {body.left() + bodyInset, body.top() + bodyFirstRow + static_cast<double>(row) * semaphoreRow,
            body.width() - 2 * bodyInset, semaphoreRow};
}

qsizetype rowsShown(const NodeLook& look)
{
    return std::min(look.semaphores.size(), semaphoreRowsMost);
}

/// Who waits stands beside, in a queue of rings (for it to rise) or squares (for zero), and a number.
double paintWaiters(QPainter& painter, QPointF right, int count, bool forZero)
{
    const Colors& colors = Theme::instance().colors();
    const QString number = u"%1%2"_s.arg(forZero ? u"=0: "_s : QString()).arg(count);
    const double width = textWidth(Text::SmallData, number);
    paintText(painter, {right.x() - width, right.y() - 9, width, 18}, Text::SmallData, number, colors.ink);
    double x = right.x() - width - 8;
    painter.setBrush(colors.pillBlocked);
    painter.setPen(QPen(colors.markBlocked, 1.4));
    for (int i = 0; i < std::min(count, waitersMost); ++i, x -= 9) {
        const QRectF mark(x - 3.5, right.y() - 3.5, 7, 7);
        forZero ? painter.drawRect(mark) : painter.drawEllipse(mark);
    }
    return right.x() - x;
}

void paintRow(QPainter& painter, const NodeLook& look, const QRectF& rect, qsizetype at)
{
    const Theme& theme = Theme::instance();
    const Colors& colors = theme.colors();
    const SemaphoreLook& semaphore = look.semaphores.at(at);
    const double middle = rect.center().y();
    double x = rect.left();
    if (look.semaphores.size() > 1) {
        paintText(painter, {x, rect.top(), 20, rect.height()}, Text::SmallData, QString::number(at),
                  colors.inkMuted);
        x += 20;
    }
    // A place for each token that could be taken at a glance; more are a number.
    for (int i = 0; i < tokensMost; ++i) {
        const bool there = semaphore.known && i < semaphore.value;
        painter.setPen(QPen(there ? theme.kindOutline(look.kind) : colors.outline, there ? 1.2 : 1));
        painter.setBrush(there ? QBrush(theme.kindColor(look.kind)) : Qt::NoBrush);
        painter.drawEllipse(QPointF(x + 6, middle), there ? 4.5 : 3, there ? 4.5 : 3);
        x += 13;
    }
    paintText(painter, {x + 4, rect.top(), 44, rect.height()}, Text::Data,
              semaphore.known ? QString::number(semaphore.value) : u"?"_s, colors.ink);
    QPointF right(rect.right(), middle);
    if (semaphore.waitsUp > 0)
        right.rx() -= paintWaiters(painter, right, semaphore.waitsUp, false) + 4;
    if (semaphore.waitsZero > 0)
        paintWaiters(painter, right, semaphore.waitsZero, true);
}

} // namespace

void paintSemaphores(QPainter& painter, const NodeLook& look, const QRectF& body)
{
    paintCardHead(painter, look, body);
    for (qsizetype row = 0; row < rowsShown(look); ++row)
        paintRow(painter, look, rowRect(body, row), row);
    if (look.semaphores.size() > semaphoreRowsMost)
        paintText(painter, rowRect(body, semaphoreRowsMost), Text::Small,
                  QCoreApplication::translate("byteyard::gui::NodeItem", "%n more", nullptr,
                                              static_cast<int>(look.semaphores.size() - semaphoreRowsMost)),
                  Theme::instance().colors().inkMuted);
}

QString semaphoreTip(const NodeLook& look, const QRectF& body, const QPointF& at)
{
    for (qsizetype row = 0; row < rowsShown(look); ++row)
        if (rowRect(body, row).contains(at))
            return look.semaphores.at(row).tip;
    return {};
}

} // namespace byteyard::gui
