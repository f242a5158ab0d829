#include "gui/widgets/capacity_control.h"

#include "gui/widgets/labels.h"
#include "model/log/format.h"

#include <QHBoxLayout>
#include <QSlider>

#include <bit>

namespace byteyard::gui {

namespace {

// One page to /proc/sys/fs/pipe-max-size, which is 1 MiB unless it was changed.
constexpr int firstPower = 12;
constexpr int lastPower = 20;

} // namespace

CapacityControl::CapacityControl(QWidget* parent)
    : QWidget(parent), m_slider(new QSlider(Qt::Horizontal, this)), m_text(new QLabel(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new MutedLabel(tr("capacity"), this));
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_text);
    m_slider->setRange(firstPower, lastPower);
    m_slider->setPageStep(1);
    // Asked for when the slider is let go, not at each step of a drag: the kernel copies the buffer each
    // time.
    m_slider->setTracking(false);
    m_slider->setAccessibleName(tr("Capacity"));
    m_slider->setToolTip(tr("Capacity of the pipe, taken over by the kernel at once (F_SETPIPE_SZ)"));
    connect(m_slider, &QSlider::sliderMoved, this,
            [this](int power) { m_text->setText(model::formatBytes(quint64(1) << power)); });
    connect(m_slider, &QSlider::valueChanged, this, [this](int power) {
        m_text->setText(model::formatBytes(quint64(1) << power));
        if (!m_setting)
            Q_EMIT wanted(1 << power);
    });
}

void CapacityControl::setValue(int bytes)
{
    if (m_slider->isSliderDown() || bytes <= 0)
        return;
    m_setting = true;
    m_slider->setValue(static_cast<int>(std::bit_width(static_cast<unsigned>(bytes))) - 1);
    m_setting = false;
    m_text->setText(model::formatBytes(static_cast<quint64>(bytes)));
}

int CapacityControl::value() const
{
    return 1 << m_slider->value();
}

} // namespace byteyard::gui
