#include "gui/widgets/banner.h"

#include "gui/theme/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

namespace byteyard::gui {

Banner::Banner(const QString& text, QWidget* parent)
    : QFrame(parent), m_text(new QLabel(text, this)), m_layout(new QHBoxLayout(this))
{
    m_layout->setContentsMargins(16, 6, 8, 6);
    m_layout->addWidget(m_text, 1);
    m_text->setWordWrap(true);
    auto* close = new QToolButton(this);
    close->setText(QStringLiteral("×"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this line"));
    close->setAccessibleName(tr("Close this line"));
    connect(close, &QToolButton::clicked, this, &Banner::end);
    m_layout->addWidget(close);
    setAccessibleName(text);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Banner::setText(const QString& text)
{
    m_text->setText(text);
    setAccessibleName(text);
}

QString Banner::text() const
{
    return m_text->text();
}

void Banner::addButton(const QString& text, const std::function<void()>& action)
{
    auto* button = new QPushButton(text, this);
    connect(button, &QPushButton::clicked, this, [this, action] {
        action();
        end();
    });
    m_layout->insertWidget(1 + m_buttons++, button);
}

void Banner::end()
{
    hide();
    Q_EMIT closed();
    deleteLater();
}

void Banner::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Colors& colors = Theme::instance().colors();
    painter.fillRect(rect(), colors.surface);
    painter.fillRect(QRect(0, 0, 4, height()), colors.accent);
    painter.setPen(colors.border);
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace byteyard::gui
