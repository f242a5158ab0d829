#pragma once

#include <QWidget>

class QLabel;
class QSlider;

namespace byteyard::gui {

/// A pipe's capacity as a slider over the powers of two that the kernel takes (F_SETPIPE_SZ).
class CapacityControl : public QWidget
{
    Q_OBJECT

public:
    explicit CapacityControl(QWidget* parent = nullptr);
    /// What it is now; ignored while the slider is held.
    void setValue(int bytes);
    int value() const;
    QSlider* slider() const { return m_slider; }

Q_SIGNALS:
    void wanted(int bytes);

private:
    QSlider* m_slider;
    QLabel* m_text;
    bool m_setting = false;
};

} // namespace byteyard::gui
