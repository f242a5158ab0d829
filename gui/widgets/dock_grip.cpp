#include "gui/widgets/dock_grip.h"

#include "gui/theme/theme.h"

#include <QPainter>

namespace byteyard::gui {

DockGrip::DockGrip(QWidget* parent) : QWidget(parent)
{
    setCursor(Qt::OpenHandCursor);
    setToolTip(tr("Drag to move this panel; double-click to float it"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void DockGrip::paintEvent(QPaintEvent*)
{
    constexpr int dot = 2;
    constexpr int step = 4;
    constexpr int rows = 4;
    QPainter painter(this);
    const QPoint first = rect().center() - QPoint(step / 2, step * (rows - 1) / 2);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < 2; ++column)
            painter.fillRect(QRect(first + QPoint(column * step, row * step), QSize(dot, dot)),
                             Theme::instance().colors().outline);
}

} // namespace byteyard::gui
