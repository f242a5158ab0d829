#pragma once

#include <QWidget>

namespace byteyard::gui {

/// What one moves a panel of a single line by: a strip at its left, where a bar above would be as high as
/// the panel itself. The dock takes what the mouse does on it.
class DockGrip : public QWidget
{
    Q_OBJECT

public:
    explicit DockGrip(QWidget* parent = nullptr);
    QSize sizeHint() const override { return {14, 20}; }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace byteyard::gui
