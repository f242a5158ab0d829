#include "gui/dialogs/attach_dialog.h"

#include "gui/widgets/labels.h"
#include "gui/widgets/process_chooser.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

AttachDialog::AttachDialog(model::Session& session, const QString& consequence, QWidget* parent)
    : QDialog(parent), m_processes(new ProcessChooser(session, ProcessChooser::Choice::OneToAttach, this)),
      m_why(new MutedLabel({}, this))
{
    setWindowTitle(tr("Attach to a process"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    auto* text =
        new QLabel(tr("Its calls, its threads and the children that it makes from now on are followed. "
                      "Byteyard never ends it: stopping the run lets it go."),
                   this);
    text->setWordWrap(true);
    layout->addWidget(text);
    if (!consequence.isEmpty()) {
        auto* more = new QLabel(consequence, this);
        more->setObjectName(u"consequence"_s);
        more->setWordWrap(true);
        layout->addWidget(more);
    }
    layout->addWidget(m_processes, 1);
    m_why->setWordWrap(true);
    m_why->setObjectName(u"whyNot"_s);
    layout->addWidget(m_why);

    m_children = new QCheckBox(tr("Follow the &children that it has already, and theirs"), this);
    m_children->setObjectName(u"withChildren"_s);
    m_children->setChecked(true);
    layout->addWidget(m_children);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_attach = buttons->addButton(tr("&Attach"), QDialogButtonBox::AcceptRole);
    m_attach->setObjectName(u"attachNow"_s);
    m_attach->setDefault(true);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_processes, &ProcessChooser::activated, this, [this] {
        if (m_attach->isEnabled())
            accept();
    });
    connect(m_processes, &ProcessChooser::chosen, this, &AttachDialog::showCurrent);
    resize(780, 520);
    m_processes->setFocus();
    showCurrent();
}

qint64 AttachDialog::pid() const
{
    return m_processes->pids().value(0);
}

bool AttachDialog::withChildren() const
{
    return m_children->isChecked();
}

void AttachDialog::showCurrent()
{
    const bool some = pid() != 0;
    const QString whyNot = m_processes->whyNot();
    m_attach->setEnabled(some && whyNot.isEmpty());
    m_why->setText(some                     ? whyNot
                   : m_processes->isEmpty() ? tr("Asking which processes run…")
                                            : tr("No process fits what you typed."));
}

} // namespace byteyard::gui
