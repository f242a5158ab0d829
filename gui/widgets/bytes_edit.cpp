#include "gui/widgets/bytes_edit.h"

#include "gui/theme/theme.h"
#include "gui/widgets/hex_text.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLineEdit>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

BytesEdit::BytesEdit(QFormLayout& layout, Form first, QWidget* parent)
    : QObject(parent), m_form(new QComboBox(parent)), m_bytes(new QLineEdit(parent))
{
    m_form->setObjectName(u"form"_s);
    m_bytes->setObjectName(u"bytes"_s);
    m_form->addItem(tr("Hex"), static_cast<int>(Form::Hex));
    m_form->addItem(tr("Text"), static_cast<int>(Form::Text));
    m_form->setCurrentIndex(static_cast<int>(first));
    m_bytes->setFont(Theme::instance().dataFont());
    constexpr int columns = 48;
    m_bytes->setMinimumWidth(m_bytes->fontMetrics().averageCharWidth() * columns);
    layout.addRow(tr("&As"), m_form);
    layout.addRow(tr("&Bytes"), m_bytes);
    connect(m_bytes, &QLineEdit::textChanged, this, &BytesEdit::changed);
    connect(m_form, &QComboBox::currentIndexChanged, this, &BytesEdit::changed);
}

BytesEdit::Form BytesEdit::form() const
{
    return static_cast<Form>(m_form->currentData().toInt());
}

QByteArray BytesEdit::bytes() const
{
    if (form() == Form::Text)
        return m_bytes->text().toUtf8();
    BytePattern pattern;
    if (!patternFromHex(m_bytes->text(), pattern) || pattern.contains(-1))
        return {};
    QByteArray bytes;
    for (const int byte : std::as_const(pattern))
        bytes.append(static_cast<char>(byte));
    return bytes;
}

QString BytesEdit::fault() const
{
    if (!bytes().isEmpty())
        return {};
    return m_bytes->text().isEmpty() ? tr("No bytes yet.") : tr("Hex is pairs of digits: 9b 00 ff.");
}

void BytesEdit::setText(const QString& text)
{
    m_bytes->setText(text);
}

void BytesEdit::focus()
{
    m_bytes->setFocus();
    m_bytes->end(false);
}

} // namespace byteyard::gui
