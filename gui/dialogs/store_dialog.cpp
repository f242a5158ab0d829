#include "gui/dialogs/store_dialog.h"

#include "gui/theme/theme.h"
#include "gui/widgets/bytes_edit.h"
#include "model/log/format.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

StoreDialog::StoreDialog(const model::LiveEndpoint& memory, QWidget* parent)
    : QDialog(parent), m_size(memory.fill.value_or(0)), m_offset(new QLineEdit(u"0"_s, this)),
      m_status(new QLabel(this))
{
    setWindowTitle(tr("Store into %1").arg(memory.entry.name));
    auto* layout = new QFormLayout(this);
    layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_offset->setObjectName(u"offset"_s);
    m_offset->setFont(Theme::instance().dataFont());
    auto* note = new QLabel(tr("This writes into the real memory, at once: every process that has it mapped "
                               "sees it, whatever it is doing there. The log shows it as injected."),
                            this);
    note->setWordWrap(true);
    layout->addRow(note);
    layout->addRow(tr("&Offset"), m_offset);
    m_bytes = new BytesEdit(*layout, BytesEdit::Form::Hex, this);
    layout->addRow(m_status);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_store = buttons->button(QDialogButtonBox::Ok);
    m_store->setText(tr("&Store"));
    layout->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_offset, &QLineEdit::textChanged, this, &StoreDialog::check);
    connect(m_bytes, &BytesEdit::changed, this, &StoreDialog::check);
    m_bytes->focus();
    check();
}

void StoreDialog::setStart(quint64 offset, const QString& digits)
{
    m_offset->setText(QString::number(offset));
    m_bytes->setText(digits);
}

std::optional<quint64> StoreDialog::offset() const
{
    bool ok = false;
    const quint64 offset = m_offset->text().trimmed().toULongLong(&ok, 0);
    return ok ? std::optional(offset) : std::nullopt;
}

QByteArray StoreDialog::bytes() const
{
    return m_bytes->bytes();
}

QString StoreDialog::fault() const
{
    const std::optional<quint64> at = offset();
    const auto count = static_cast<quint64>(bytes().size());
    if (!at)
        return tr("“%1” is not an offset: write 4096 or 0x1000.").arg(m_offset->text());
    if (count == 0)
        return m_bytes->fault();
    if (*at >= m_size || count > m_size - *at)
        return tr("It ends at %1: memory does not grow by being written.").arg(model::formatCount(m_size));
    return {};
}

void StoreDialog::check()
{
    const QString wrong = fault();
    m_store->setEnabled(wrong.isEmpty());
    m_status->setText(!wrong.isEmpty() ? wrong
                                       : tr("Bytes %1 to %2")
                                             .arg(model::formatCount(*offset()),
                                                  model::formatCount(
                                                      *offset() + static_cast<quint64>(bytes().size() - 1))));
}

void StoreDialog::ask(model::Session& session, const model::LiveEndpoint& memory, quint64 offset,
                      const QString& digits, QWidget* parent)
{
    auto* dialog = new StoreDialog(memory, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setStart(offset, digits);
    connect(dialog, &QDialog::accepted, &session, [&session, number = memory.entry.number, dialog] {
        session.storeInto(number, *dialog->offset(), dialog->bytes());
    });
    dialog->open();
    dialog->m_bytes->focus(); // a dialog selects what has its keyboard: the next digit would replace it
}

} // namespace byteyard::gui
