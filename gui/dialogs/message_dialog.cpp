#include "gui/dialogs/message_dialog.h"

#include "gui/theme/theme.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>

#include <limits>

namespace byteyard::gui {

MessageDialog::MessageDialog(bool posix, QWidget* parent)
    : QDialog(parent), m_text(new QPlainTextEdit(this)), m_number(new QSpinBox(this))
{
    setWindowTitle(tr("Send a message"));
    auto* layout = new QFormLayout(this);
    constexpr int priorityMost = 32767; // MQ_PRIO_MAX - 1
    m_number->setRange(posix ? 0 : 1, posix ? priorityMost : std::numeric_limits<int>::max());
    m_text->setFont(Theme::instance().dataFont());
    m_text->setTabChangesFocus(true);
    m_text->setFixedHeight(m_text->fontMetrics().lineSpacing() * 4 + 14);
    layout->addRow(posix ? tr("&Priority") : tr("&Type"), m_number);
    layout->addRow(tr("&Message"), m_text);
    layout->addRow(new QLabel(tr("It is really sent, without waiting; the log shows it as injected."), this));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setText(tr("&Send"));
    layout->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_text->setFocus();
}

QByteArray MessageDialog::bytes() const
{
    return m_text->toPlainText().toUtf8();
}

qint64 MessageDialog::typeOrPriority() const
{
    return m_number->value();
}

} // namespace byteyard::gui
