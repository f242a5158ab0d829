#include "gui/panels/log_panel.h"

#include "gui/panels/log_filter_bar.h"
#include "gui/theme/theme.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/labels.h"
#include "model/log/format.h"

#include <QApplication>
#include <QClipboard>
#include <QFontMetricsF>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

using model::LogModel;

/// Pending rows amber, failed ones red; names and results in ink, numbers and times muted.
class RowDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        // Under the item: a style sheet's item has no background of the model's.
        const Colors& colors = Theme::instance().colors();
        if (index.data(LogModel::PendingRole).toBool())
            painter->fillRect(option.rect, colors.rowPending);
        else if (index.data(LogModel::ErrorRole).toBool())
            painter->fillRect(option.rect, colors.rowError);
        QStyledItemDelegate::paint(painter, option, index);
    }

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const auto column = static_cast<LogModel::Column>(index.column());
        if (column == LogModel::Column::Number || column == LogModel::Column::Time)
            option->palette.setColor(QPalette::Text, Theme::instance().colors().inkMuted);
        option->textElideMode = Qt::ElideRight;
    }
};

} // namespace

LogPanel::LogPanel(model::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_model(new LogModel(this)), m_filterBar(new LogFilterBar(this)),
      m_view(new DataTable(this)), m_notice(new MutedLabel({}, this)), m_live(new QToolButton(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 8, 0);
    top->addWidget(m_filterBar, 1);
    top->addWidget(m_live);
    layout->addLayout(top);
    m_notice->setContentsMargins(12, 0, 12, 0);
    m_notice->hide();
    layout->addWidget(m_notice);
    layout->addWidget(m_view, 1);

    m_live->setText(tr("Live"));
    m_live->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_live->setIconSize({12, 12});
    m_live->setCheckable(true);
    m_live->setChecked(true);
    m_live->setToolTip(tr("Follow the newest rows"));
    m_live->setFocusPolicy(Qt::StrongFocus);
    followTheme(m_live, [this] { m_live->setIcon(Theme::instance().icon(u"follow"_s)); });
    connect(m_live, &QToolButton::clicked, this, [this] { setFollowing(m_live->isChecked()); });

    m_view->setModel(m_model);
    m_view->setItemDelegate(new RowDelegate(this));
    m_view->setAccessibleName(tr("Session log"));
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    setFocusProxy(m_view);
    QHeaderView* header = m_view->horizontalHeader();
    followTheme(m_view, [this, header] {
        const QFont plain = font();
        m_view->setFont(Theme::instance().dataFont());
        header->setFont(plain);
        m_view->verticalHeader()->setDefaultSectionSize(m_view->fontMetrics().height() + 6);
        m_columnsChosen = false;
        fitColumns();
    });
    connect(header, &QHeaderView::sectionResized, this, [this](int column) {
        // The last one is only given what is left.
        m_columnsChosen =
            m_columnsChosen || (!m_fittingColumns && column < static_cast<int>(LogModel::Column::Data));
    });
    header->setStretchLastSection(true);
    header->setSectionsMovable(true);

    connect(m_view, &QWidget::customContextMenuRequested, this, &LogPanel::contextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &LogPanel::chosen);
    connect(m_view->verticalScrollBar(), &QScrollBar::valueChanged, this, &LogPanel::followOnScroll);
    connect(m_filterBar, &LogFilterBar::filterChanged, this, [this] {
        m_model->setFilter(m_filterBar->filter());
        if (m_following)
            m_view->scrollToBottom();
    });
    connect(&session, &model::Session::ticked, this, &LogPanel::refresh);
    connect(&session, &model::Session::stateChanged, this, &LogPanel::refresh);
    connect(&session, &model::Session::structureChanged, this, &LogPanel::takeCatalog);
    connect(&session, &model::Session::storeChanged, this, [this] {
        m_model->setStore(&m_session.store());
        // Another run has other times.
        m_filterBar->setRange(0, std::numeric_limits<quint64>::max());
        takeCatalog();
        setFollowing(true);
    });
    connect(&session, &model::Session::replayChanged, this, &LogPanel::showReplayed);
    m_model->setStore(&session.store());
    takeCatalog();
}

void LogPanel::takeCatalog()
{
    const model::Catalog catalog = m_session.catalog();
    m_model->setCatalog(catalog);
    m_filterBar->setCatalog(catalog);
    refresh();
}

void LogPanel::refresh()
{
    // Nobody looks: the rows come with showEvent().
    if (!isVisible())
        return;
    m_refreshing = true;
    // What waits at a moment that is replayed has its row: the one of its return.
    m_model->setPending(m_session.isReplaying() ? QList<model::PendingCall>() : m_session.pending(),
                        m_session.now());
    m_model->refresh();
    if (m_following)
        m_view->scrollToBottom();
    m_refreshing = false;
    const quint64 dropped = m_model->dropped();
    if (dropped > 0)
        m_notice->setText(tr("The oldest %1 events were removed: the log keeps a bounded number.")
                              .arg(model::formatCount(dropped)));
    m_notice->setVisible(dropped > 0);
}

/// The row of the event that came last before the moment that is replayed is the current one.
void LogPanel::showReplayed()
{
    const quint64 position = m_session.replayPosition();
    if (!m_session.isReplaying() || position == 0)
        return;
    const int row = m_model->rowOfPosition(position - 1);
    if (row < 0)
        return;
    m_refreshing = true; // nobody has chosen it
    m_following = false;
    m_live->setChecked(false);
    m_view->setCurrentIndex(m_model->index(row, 0));
    m_view->scrollTo(m_model->index(row, 0), QAbstractItemView::PositionAtCenter);
    m_refreshing = false;
}

/// Columns are as wide as they like where there is room, and hold less where there is not, so that the data
/// at the end is seen. Not once a person has set one.
void LogPanel::fitColumns()
{
    if (m_columnsChosen)
        return;
    struct Width
    {
        int least;
        int most; ///< characters
    };
    constexpr std::array<Width, 8> widths{
        {{6, 9}, {11, 13}, {14, 20}, {20, 36}, {9, 20}, {11, 18}, {6, 8}, {8, 9}}};
    constexpr int dataLeast = 10;
    constexpr int margin = 12;
    const double digit = QFontMetricsF(Theme::instance().dataFont()).horizontalAdvance(u'0');
    int least = 0;
    int most = 0;
    for (const Width& width : widths) {
        least += width.least;
        most += width.most;
    }
    const double room = (m_view->viewport()->width() - margin * (widths.size() + 1.0)) / digit - dataLeast;
    const double share = std::clamp((room - least) / (most - least), 0.0, 1.0);
    m_fittingColumns = true;
    for (std::size_t column = 0; column < widths.size(); ++column) {
        const Width& width = widths.at(column);
        const double characters = width.least + share * (width.most - width.least);
        m_view->setColumnWidth(static_cast<int>(column), static_cast<int>(characters * digit) + margin);
    }
    m_fittingColumns = false;
}

void LogPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

void LogPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void LogPanel::setFollowing(bool following)
{
    m_following = following;
    m_live->setChecked(following);
    if (following)
        m_view->scrollToBottom();
}

void LogPanel::followOnScroll()
{
    if (m_refreshing)
        return;
    const QScrollBar* bar = m_view->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum();
    if (atEnd != m_following) {
        m_following = atEnd;
        m_live->setChecked(atEnd);
    }
}

QString LogPanel::keyAt(const QModelIndex& index, int nodeRole, int numberRole, const QString& prefix) const
{
    const QString node = index.data(nodeRole).toString();
    const quint32 number = index.data(numberRole).toUInt();
    return !node.isEmpty() ? node : number == 0 ? QString() : prefix + QString::number(number);
}

void LogPanel::chosen(const QModelIndex& index)
{
    const QVariant position = index.data(LogModel::PositionRole);
    if (!index.isValid() || m_refreshing)
        return;
    if (position.isValid())
        Q_EMIT eventChosen(position.toULongLong());
    Q_EMIT revealWanted(keyAt(index, LogModel::NodeRole, LogModel::ProcessRole, u"process:"_s),
                        keyAt(index, LogModel::EndpointNodeRole, LogModel::EndpointRole, u"endpoint:"_s));
}

void LogPanel::contextMenu(const QPoint& position)
{
    const QModelIndex index =
        m_view->indexAt(position).isValid() ? m_view->indexAt(position) : m_view->currentIndex();
    const QString process = keyAt(index, LogModel::NodeRole, LogModel::ProcessRole, u"process:"_s);
    const QString endpoint = keyAt(index, LogModel::EndpointNodeRole, LogModel::EndpointRole, u"endpoint:"_s);
    QMenu menu(this);
    menu.addAction(tr("Only This Process"), this, [=, this] { m_filterBar->setProcesses({process}); })
        ->setEnabled(!process.isEmpty());
    menu.addAction(tr("Only This Endpoint"), this, [=, this] { m_filterBar->setEndpoints({endpoint}); })
        ->setEnabled(!endpoint.isEmpty());
    menu.addAction(tr("All Rows"), this, [this] { m_filterBar->clear(); })
        ->setEnabled(!m_filterBar->filter().isEmpty());
    menu.addSeparator();
    const bool some = m_view->selectionModel()->hasSelection();
    menu.addAction(tr("Copy Rows"), m_view, &DataTable::copy)->setEnabled(some);
    menu.addAction(tr("Copy Rows as JSON"), this,
                   [this] {
                       QString text;
                       for (const QModelIndex& row : m_view->selectionModel()->selectedRows())
                           text += m_model->rowAsText(row.row()) + u'\n';
                       QApplication::clipboard()->setText(text);
                   })
        ->setEnabled(some);
    menu.exec(m_view->viewport()->mapToGlobal(position));
}

} // namespace byteyard::gui
