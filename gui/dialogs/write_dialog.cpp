#include "gui/dialogs/write_dialog.h"

#include "gui/widgets/bytes_edit.h"
#include "model/log/format.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

WriteDialog::WriteDialog(const model::LiveEndpoint& endpoint, QWidget* parent)
    : QDialog(parent), m_lineEnd(new QCheckBox(tr("A &line end behind it"), this)), m_status(new QLabel(this))
{
    setWindowTitle(tr("Write into %1").arg(endpoint.entry.name));
    const bool isRaw = endpoint.entry.kind == "raw"_L1;
    auto* layout = new QFormLayout(this);
    layout->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto* note =
        new QLabel(isRaw ? tr("It is sent as a packet's payload behind the IP header, from a socket of the "
                              "engine's own: for ICMP that begins with type and code, as in "
                              "08 00 f7 ff 00 00 00 00. The log shows it as injected.")
                         : tr("It is really written, without waiting; the log shows it as injected."),
                   this);
    note->setWordWrap(true);
    layout->addRow(note);
    m_bytes = new BytesEdit(*layout, isRaw ? BytesEdit::Form::Hex : BytesEdit::Form::Text, this);
    m_lineEnd->setObjectName(u"lineEnd"_s);
    m_lineEnd->setChecked(!isRaw);
    layout->addRow({}, m_lineEnd);
    layout->addRow(m_status);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_write = buttons->button(QDialogButtonBox::Ok);
    m_write->setText(tr("&Write"));
    layout->addRow(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_bytes, &BytesEdit::changed, this, &WriteDialog::check);
    connect(m_lineEnd, &QCheckBox::toggled, this, &WriteDialog::check);
    m_bytes->focus();
    check();
}

QByteArray WriteDialog::bytes() const
{
    return m_lineEnd->isChecked() ? m_bytes->bytes() + '\n' : m_bytes->bytes();
}

void WriteDialog::check()
{
    // A line end alone is a line too, but digits that make no byte are a slip.
    const bool isLine = m_lineEnd->isChecked() && m_bytes->form() == BytesEdit::Form::Text;
    const QString wrong = isLine ? QString() : m_bytes->fault();
    m_write->setEnabled(wrong.isEmpty());
    m_status->setText(wrong.isEmpty() ? model::formatBytes(static_cast<quint64>(bytes().size())) : wrong);
}

void WriteDialog::ask(model::Session& session, const model::LiveEndpoint& endpoint, model::Way way,
                      QWidget* parent)
{
    auto* dialog = new WriteDialog(endpoint, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, &session, [&session, number = endpoint.entry.number, way, dialog] {
        session.writeInto(number, dialog->bytes(), way);
    });
    dialog->open();
}

} // namespace byteyard::gui
