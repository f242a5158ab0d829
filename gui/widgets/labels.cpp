#include "gui/widgets/labels.h"

#include "gui/theme/theme.h"

#include <QPainter>
#include <QStyle>

namespace byteyard::gui {

void followTheme(QWidget* widget, const std::function<void()>& apply)
{
    QObject::connect(&Theme::instance(), &Theme::changed, widget, apply);
    apply();
}

MutedLabel::MutedLabel(const QString& text, QWidget* parent) : QLabel(text, parent)
{
    followTheme(this, [this] {
        QPalette muted = palette();
        muted.setColor(QPalette::WindowText, Theme::instance().colors().inkMuted);
        setPalette(muted);
    });
}

SectionLabel::SectionLabel(const QString& text, QWidget* parent) : MutedLabel(text, parent)
{
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.82);
    small.setWeight(QFont::DemiBold);
    small.setLetterSpacing(QFont::PercentageSpacing, 106);
    small.setCapitalization(QFont::AllUppercase);
    setFont(small);
}

ValueLabel::ValueLabel(QWidget* parent) : QLabel(parent)
{
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    setAlignment(Qt::AlignRight | Qt::AlignVCenter);
}

void ValueLabel::setValue(const QString& value)
{
    m_value = value;
    fit();
}

/// A label breaks lines at spaces alone.
void ValueLabel::fit()
{
    const bool isWord = !m_value.contains(u' ') && !m_value.contains(u'\n');
    const QString fitting =
        isWord ? fontMetrics().elidedText(m_value, Qt::ElideMiddle, std::max(contentsRect().width(), 40))
               : m_value;
    if (fitting != text())
        setText(fitting);
}

QSize ValueLabel::minimumSizeHint() const
{
    constexpr int columns = 8;
    return {fontMetrics().averageCharWidth() * columns, QLabel::minimumSizeHint().height()};
}

void ValueLabel::resizeEvent(QResizeEvent* event)
{
    QLabel::resizeEvent(event);
    fit();
}

void ValueLabel::setSampled(bool sampled)
{
    if (m_sampled == sampled)
        return;
    m_sampled = sampled;
    update();
}

void ValueLabel::paintEvent(QPaintEvent* event)
{
    QLabel::paintEvent(event);
    if (!m_sampled || text().isEmpty())
        return;
    // Below the last line when there are several.
    const Qt::Alignment where = QStyle::visualAlignment(layoutDirection(), alignment());
    const QRect box = fontMetrics().boundingRect(
        contentsRect(), static_cast<int>(where) | (wordWrap() ? Qt::TextWordWrap : 0), text());
    QPainter painter(this);
    painter.setPen(QPen(Theme::instance().colors().inkMuted, 1, Qt::DashLine));
    painter.drawLine(box.left(), box.bottom(), box.right(), box.bottom());
}

CodeBlock::CodeBlock(QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setWordWrap(true);
    setContentsMargins(10, 8, 10, 8);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    // Commands and C are read from the left in every language.
    setLayoutDirection(Qt::LeftToRight);
    followTheme(this, [this] { setFont(Theme::instance().dataFont()); });
}

void CodeBlock::paintEvent(QPaintEvent* event)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors& colors = Theme::instance().colors();
    painter.setPen(colors.border);
    painter.setBrush(colors.window);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.end();
    QLabel::paintEvent(event);
}

} // namespace byteyard::gui
