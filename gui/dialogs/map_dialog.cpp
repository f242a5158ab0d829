#include "gui/dialogs/map_dialog.h"

#include "gui/widgets/data_table.h"
#include "gui/widgets/process_chooser.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

MapDialog::MapDialog(model::Session& session, QWidget* parent)
    : QDialog(parent),
      m_these(new QRadioButton(tr("&These processes, and whom they share something with"), this)),
      m_all(new QRadioButton(
          tr("&All processes: what two of them share, what somebody waits on, and what is left behind"),
          this)),
      m_processes(new ProcessChooser(session, ProcessChooser::Choice::Several, this))
{
    setWindowTitle(tr("Map of this machine"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* text =
        new QLabel(tr("Shows who has which pipes, sockets, queues and memory, how full they are, and who "
                      "waits on what. It looks once a second; no process is followed or stopped."),
                   this);
    text->setWordWrap(true);
    layout->addWidget(text);
    m_these->setObjectName(u"these"_s);
    m_all->setObjectName(u"all"_s);
    m_these->setChecked(true);
    layout->addWidget(m_these);
    layout->addWidget(m_processes, 1);
    layout->addWidget(m_all);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_look = buttons->addButton(tr("&Look"), QDialogButtonBox::AcceptRole);
    m_look->setObjectName(u"look"_s);
    m_look->setDefault(true);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_processes, &ProcessChooser::activated, this, &QDialog::accept);
    connect(m_processes, &ProcessChooser::chosen, this, &MapDialog::showChoice);
    connect(m_all, &QRadioButton::toggled, this, &MapDialog::showChoice);
    resize(780, 560);
    m_processes->setFocus();
    showChoice();
}

QList<qint64> MapDialog::pids() const
{
    return m_all->isChecked() ? QList<qint64>() : m_processes->pids();
}

void MapDialog::showChoice()
{
    m_processes->setEnabled(!m_all->isChecked());
    m_look->setEnabled(m_all->isChecked() || !m_processes->pids().isEmpty());
}

} // namespace byteyard::gui
