#include "gui/dialogs/export_dialog.h"

#include "gui/widgets/labels.h"
#include "model/log/export.h"
#include "model/log/format.h"
#include "model/log/html_report.h"
#include "model/log/zstd_stream.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

namespace byteyard::gui {

ExportDialog::ExportDialog(const QString& suggestedPath, quint64 allRows, bool filtered, quint64 filteredRows,
                           QWidget* parent)
    : QDialog(parent), m_path(new QLineEdit(suggestedPath, this)), m_format(new MutedLabel({}, this)),
      m_all(new QRadioButton(tr("&All rows (%1)").arg(model::formatCount(allRows)), this)),
      m_filtered(new QRadioButton(filtered ? tr("&Filtered rows (%1)").arg(model::formatCount(filteredRows))
                                           : tr("&Filtered rows (no filter is set)"),
                                  this))
{
    setWindowTitle(tr("Export log"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* label = new QLabel(tr("File &name"), this);
    label->setBuddy(m_path);
    layout->addWidget(label);
    auto* line = new QHBoxLayout;
    line->addWidget(m_path, 1);
    auto* browse = new QPushButton(tr("&Browse…"), this);
    browse->setAutoDefault(false);
    line->addWidget(browse);
    layout->addLayout(line);
    m_format->setWordWrap(true);
    layout->addWidget(m_format);
    layout->addWidget(m_all);
    layout->addWidget(m_filtered);
    m_all->setChecked(true);
    m_filtered->setEnabled(filtered);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_export = buttons->addButton(tr("&Export"), QDialogButtonBox::AcceptRole);
    m_export->setDefault(true);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(browse, &QPushButton::clicked, this, &ExportDialog::browse);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::check);
    m_path->selectAll();
    m_path->setMinimumWidth(460);
    check();
}

QString ExportDialog::path() const
{
    return QFileInfo(m_path->text()).absoluteFilePath();
}

bool ExportDialog::filteredRows() const
{
    return m_filtered->isChecked();
}

void ExportDialog::check()
{
    model::ExportFormat format = model::ExportFormat::JsonLines;
    const bool known = model::exportFormatOf(m_path->text(), format);
    m_export->setEnabled(known);
    if (!known)
        m_format->setText(
            tr("Give the name an ending: .jsonl (JSON Lines), .csv (tables), .pcapng (Wireshark), "
               ".payloads.pcapng (the bytes alone), .html (a report), .txt (a line a call); .zst behind it "
               "compresses."));
    else if (format == model::ExportFormat::JsonLines)
        m_format->setText(tr("JSON Lines: one object a line, with the topology and a summary."));
    else if (format == model::ExportFormat::Csv)
        m_format->setText(tr("CSV: a line for each call, for tables."));
    else if (format == model::ExportFormat::Html)
        m_format->setText(tr("HTML: a page for people, with a picture, tables and the first %1 calls.")
                              .arg(model::formatCount(model::HtmlReport::rowsMost)));
    else if (format == model::ExportFormat::Text)
        m_format->setText(tr("Text: a line for each call, to be read and searched."));
    else if (format == model::ExportFormat::Payloads)
        m_format->setText(
            tr("pcapng with the bytes that moved alone: for programs that read packets. It cannot "
               "be opened here."));
    else
        m_format->setText(tr("pcapng: opens in Wireshark, and here again."));
    if (known && model::isZstdName(m_path->text()))
        m_format->setText(m_format->text() + u' ' + tr("Compressed (zstd)."));
    const bool exists = known && QFileInfo::exists(path());
    m_export->setText(exists ? tr("&Replace") : tr("&Export"));
    if (exists)
        m_format->setText(m_format->text() + u' ' + tr("A file of this name exists and is replaced."));
}

void ExportDialog::browse()
{
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export log"), m_path->text(),
                                     tr("JSON Lines (*.jsonl);;CSV (*.csv);;pcapng (*.pcapng);;Bytes alone "
                                        "(*.payloads.pcapng);;HTML (*.html);;Text (*.txt)"));
    if (!path.isEmpty())
        m_path->setText(path);
}

} // namespace byteyard::gui
