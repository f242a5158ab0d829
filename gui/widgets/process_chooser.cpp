#include "gui/widgets/process_chooser.h"

#include "gui/theme/theme.h"
#include "gui/widgets/data_table.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace byteyard::gui {

namespace {

using model::AttachModel;

/// Sorts and filters; what cannot be attached to is in the muted ink, where that matters.
class ProcessFilter : public QSortFilterProxyModel
{
public:
    ProcessFilter(bool dims, QObject* parent) : QSortFilterProxyModel(parent), m_dims(dims) {}

    QVariant data(const QModelIndex& index, int role) const override
    {
        if (m_dims && role == Qt::ForegroundRole && !index.data(AttachModel::WhyNotRole).toString().isEmpty())
            return Theme::instance().colors().inkMuted;
        return QSortFilterProxyModel::data(index, role);
    }

private:
    bool m_dims;
};

} // namespace

ProcessChooser::ProcessChooser(model::Session& session, Choice choice, QWidget* parent)
    : QWidget(parent), m_session(session), m_sorted(new ProcessFilter(choice == Choice::OneToAttach, this)),
      m_filter(new QLineEdit(this)), m_table(new DataTable(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(10);
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
    m_table->setSelectionMode(choice == Choice::Several ? QAbstractItemView::ExtendedSelection
                                                        : QAbstractItemView::SingleSelection);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(static_cast<int>(AttachModel::Column::Pid),
                          Qt::DescendingOrder); // the newest first
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setAccessibleName(tr("Running processes"));
    layout->addWidget(m_table, 1);
    setFocusProxy(m_filter);

    connect(m_table, &QTableView::doubleClicked, this, &ProcessChooser::activated);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& wanted) {
        m_sorted->setFilterFixedString(wanted.trimmed());
        chooseTyped();
        keepCurrent();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ProcessChooser::chosen);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ProcessChooser::chosen);
    connect(&m_session, &model::Session::processesListed, this,
            [this](const QList<model::AttachableProcess>& processes) {
                m_model.refresh(processes);
                if (!m_table->selectionModel()->hasSelection())
                    chooseTyped();
                keepCurrent();
            });
    m_refresh.setInterval(1s);
    connect(&m_refresh, &QTimer::timeout, this, [this] { m_session.askProcesses(); });
    m_refresh.start();
    m_session.askProcesses();
}

QList<qint64> ProcessChooser::pids() const
{
    QList<qint64> pids;
    for (const QModelIndex& row : m_table->selectionModel()->selectedRows())
        pids.append(row.data(AttachModel::PidRole).toLongLong());
    return pids;
}

QString ProcessChooser::whyNot() const
{
    return m_table->currentIndex().data(AttachModel::WhyNotRole).toString();
}

bool ProcessChooser::isEmpty() const
{
    return m_model.rowCount() == 0;
}

/// Who types a pid means that one, whoever else has its digits in theirs.
void ProcessChooser::chooseTyped()
{
    bool isNumber = false;
    const qint64 pid = m_filter->text().trimmed().toLongLong(&isNumber);
    for (int row = 0; isNumber && row < m_sorted->rowCount(); ++row) {
        const QModelIndex index = m_sorted->index(row, 0);
        if (index.data(AttachModel::PidRole).toLongLong() == pid)
            return m_table->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect |
                                                                         QItemSelectionModel::Rows);
    }
}

void ProcessChooser::keepCurrent()
{
    // Where the chosen row goes, the view makes another one the current one, and chooses none.
    const QModelIndex current = m_table->currentIndex();
    if (m_sorted->rowCount() > 0 && !m_table->selectionModel()->hasSelection())
        m_table->selectionModel()->setCurrentIndex(current.isValid() ? current : m_sorted->index(0, 0),
                                                   QItemSelectionModel::ClearAndSelect |
                                                       QItemSelectionModel::Rows);
    m_table->resizeColumnToContents(static_cast<int>(AttachModel::Column::Pid));
    m_table->resizeColumnToContents(static_cast<int>(AttachModel::Column::User));
    Q_EMIT chosen();
}

/// The arrows walk through the table while one types.
bool ProcessChooser::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_filter && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown) {
            QApplication::sendEvent(m_table, event);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace byteyard::gui
