#include "gui/dialogs/attach_dialog.h"

#include "gui/theme/theme.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/labels.h"

#include <QApplication>
#include <QCheckBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace byteyard::gui {

namespace {

using model::AttachModel;

/// Sorts and filters; what cannot be attached to is in the muted ink.
class ProcessFilter : public QSortFilterProxyModel
{
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    QVariant data(const QModelIndex& index, int role) const override
    {
        if (role == Qt::ForegroundRole && !index.data(AttachModel::WhyNotRole).toString().isEmpty())
            return Theme::instance().colors().inkMuted;
        return QSortFilterProxyModel::data(index, role);
    }
};

} // namespace

AttachDialog::AttachDialog(model::Session& session, const QString& consequence, QWidget* parent)
    : QDialog(parent), m_session(session), m_sorted(new ProcessFilter(this)), m_filter(new QLineEdit(this)),
      m_table(new DataTable(this)), m_why(new MutedLabel({}, this))
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
    m_filter->setPlaceholderText(tr("Type a name, a user, a pid or a part of the command line"));
    m_filter->setClearButtonEnabled(true);
    m_filter->installEventFilter(this);
    layout->addWidget(m_filter);

    m_sorted->setSourceModel(&m_model);
    m_sorted->setSortRole(AttachModel::SortRole);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_sorted->setDynamicSortFilter(true);
    m_table->setModel(m_sorted);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(static_cast<int>(AttachModel::Column::Pid),
                          Qt::DescendingOrder); // the newest first
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setAccessibleName(tr("Running processes"));
    layout->addWidget(m_table, 1);
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
    connect(m_table, &QTableView::doubleClicked, this, [this] {
        if (m_attach->isEnabled())
            accept();
    });
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& wanted) {
        m_sorted->setFilterFixedString(wanted.trimmed());
        keepCurrent();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &AttachDialog::showCurrent);
    connect(&m_session, &model::Session::processesListed, this,
            [this](const QList<model::AttachableProcess>& processes) {
                m_model.refresh(processes);
                keepCurrent();
            });
    m_refresh.setInterval(1s);
    connect(&m_refresh, &QTimer::timeout, this, [this] { m_session.askProcesses(); });
    m_refresh.start();
    m_session.askProcesses();
    resize(780, 520);
    m_filter->setFocus();
    showCurrent();
}

qint64 AttachDialog::pid() const
{
    return m_table->currentIndex().data(AttachModel::PidRole).toLongLong();
}

bool AttachDialog::withChildren() const
{
    return m_children->isChecked();
}

/// There is always one to be attached to by Enter, unless nothing fits.
void AttachDialog::keepCurrent()
{
    if (!m_table->currentIndex().isValid() && m_sorted->rowCount() > 0)
        m_table->setCurrentIndex(m_sorted->index(0, 0));
    m_table->resizeColumnToContents(static_cast<int>(AttachModel::Column::Pid));
    m_table->resizeColumnToContents(static_cast<int>(AttachModel::Column::User));
    showCurrent();
}

void AttachDialog::showCurrent()
{
    const QModelIndex current = m_table->currentIndex();
    const QString whyNot = current.data(AttachModel::WhyNotRole).toString();
    m_attach->setEnabled(current.isValid() && whyNot.isEmpty());
    m_why->setText(current.isValid()        ? whyNot
                   : m_model.rowCount() > 0 ? tr("No process fits what you typed.")
                                            : tr("Asking which processes run…"));
}

/// The arrows walk through the table while one types.
bool AttachDialog::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_filter && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            QApplication::sendEvent(m_table, event);
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace byteyard::gui
