#include "gui/panels/descriptors_panel.h"

#include "gui/theme/theme.h"
#include "gui/widgets/data_table.h"
#include "gui/widgets/labels.h"
#include "model/session/descriptor_model.h"

#include <QHeaderView>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

using model::DescriptorModel;

/// Tints the rows that share the current row's open file description.
class SharedDelegate : public QStyledItemDelegate
{
public:
    explicit SharedDelegate(QAbstractItemView* view) : QStyledItemDelegate(view), m_view(view) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const QModelIndex current = m_view->currentIndex();
        const quint32 description = index.data(DescriptorModel::DescriptionRole).toUInt();
        if (description != 0 && index.data(DescriptorModel::SharedRole).toInt() > 1 &&
            current.data(DescriptorModel::DescriptionRole).toUInt() == description)
            painter->fillRect(option.rect, Theme::instance().colors().rowPending);
        QStyledItemDelegate::paint(painter, option, index);
    }

private:
    QAbstractItemView* m_view;
};

QString rowKey(const QModelIndex& row, int nodeRole, int numberRole, const QString& prefix)
{
    const QString node = row.data(nodeRole).toString();
    return node.isEmpty() ? prefix + QString::number(row.data(numberRole).toUInt()) : node;
}

} // namespace

DescriptorsPanel::DescriptorsPanel(model::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_model(new DescriptorModel(this)), m_view(new DataTable(this)),
      m_notice(new MutedLabel({}, this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_notice->setContentsMargins(12, 8, 12, 8);
    m_notice->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    layout->addWidget(m_notice);
    layout->addWidget(m_view, 1);
    m_view->setModel(m_model);
    m_view->setItemDelegate(new SharedDelegate(m_view));
    m_view->setAccessibleName(tr("File descriptors"));
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    setFocusProxy(m_view);
    QHeaderView* header = m_view->horizontalHeader();
    header->setStretchLastSection(true);
    followTheme(m_view, [this, header] {
        const QFont plain = font();
        m_view->setFont(Theme::instance().dataFont());
        header->setFont(plain);
        const int digit = QFontMetrics(Theme::instance().dataFont()).horizontalAdvance(u'0');
        const int characters[] = {24, 6, 12, 34, 26, 20};
        for (int column = 0; column < static_cast<int>(std::size(characters)); ++column)
            m_view->setColumnWidth(column, characters[column] * digit + 16);
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, &DescriptorsPanel::chosen);

    constexpr int refreshMs = 100;
    m_soon.setSingleShot(true);
    m_soon.setInterval(refreshMs);
    connect(&m_soon, &QTimer::timeout, this, &DescriptorsPanel::refresh);
    const auto later = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(&session, &model::Session::structureChanged, this, later);
    connect(&session, &model::Session::stateChanged, this, later);
    refresh();
}

void DescriptorsPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void DescriptorsPanel::refresh()
{
    if (!isVisible())
        return;
    m_refreshing = true;
    m_model->refresh(m_session);
    m_refreshing = false;
    const bool none = m_model->rowCount() == 0;
    m_notice->setVisible(none);
    m_view->setVisible(!none);
    using State = model::Session::State;
    const State state = m_session.state();
    m_notice->setText(state == State::Idle ? tr("No process runs yet: press Run (F5).")
                      : state == State::Recorded
                          ? tr("A recording has no descriptors: who held what, its log "
                               "tells.")
                      : m_session.isLive() ? tr("No process has an endpoint open.")
                                           : tr("The run has ended: its descriptors went with it."));
}

void DescriptorsPanel::chosen(const QModelIndex& index)
{
    m_view->viewport()->update();
    if (!index.isValid() || m_refreshing)
        return;
    using Column = DescriptorModel::Column;
    const QString process =
        rowKey(index, DescriptorModel::ProcessNodeRole, DescriptorModel::ProcessRole, u"process:"_s);
    const QString endpoint =
        rowKey(index, DescriptorModel::EndpointNodeRole, DescriptorModel::EndpointRole, u"endpoint:"_s);
    switch (static_cast<Column>(index.column())) {
    case Column::Process:
    case Column::Fd:
        Q_EMIT revealWanted({process});
        return;
    case Column::Object:
    case Column::Kind:
    case Column::Identity:
        Q_EMIT revealWanted({endpoint});
        return;
    default:
        break;
    }
    // The description: all who share it, and what it leads to.
    QStringList keys{process, endpoint};
    const QVariant description = index.data(DescriptorModel::DescriptionRole);
    for (int row = 0; description.toUInt() != 0 && row < m_model->rowCount(); ++row) {
        const QModelIndex each = m_model->index(row, 0);
        const QString key =
            rowKey(each, DescriptorModel::ProcessNodeRole, DescriptorModel::ProcessRole, u"process:"_s);
        if (each.data(DescriptorModel::DescriptionRole) == description && !keys.contains(key))
            keys.append(key);
    }
    Q_EMIT revealWanted(keys);
}

} // namespace byteyard::gui
