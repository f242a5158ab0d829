#include "gui/panels/palette_panel.h"

#include "gui/panels/palette_list.h"
#include "model/topology/labs.h"
#include "model/topology/topology_file.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr qsizetype labsAtFirst = 5;

} // namespace

PalettePanel::PalettePanel(QWidget* parent)
    : QWidget(parent), m_search(new QLineEdit(this)), m_list(new PaletteList(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(6);
    auto* top = new QHBoxLayout;
    top->setContentsMargins(8, 0, 8, 0);
    top->addWidget(m_search);
    layout->addLayout(top);
    layout->addWidget(m_list, 1);
    m_search->setPlaceholderText(tr("Search parts…"));
    m_search->setAccessibleName(tr("Search parts"));
    m_search->setClearButtonEnabled(true);
    m_list->setAccessibleName(tr("Parts and labs"));
    setFocusProxy(m_list);
    setMinimumWidth(170);

    fill();
    connect(m_search, &QLineEdit::textChanged, this, &PalettePanel::filter);
    // Enter in the search field takes the first thing that is left.
    connect(m_search, &QLineEdit::returnPressed, this, [this] {
        for (int row = 0; row < m_list->count(); ++row) {
            QListWidgetItem* item = m_list->item(row);
            if (!item->isHidden() && item->data(PaletteList::RowRole).toInt() != PaletteList::Heading)
                return activate(item);
        }
    });
    // A lab opens on a click; a part needs Enter or a double click, since a click may begin a drag.
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem* item) {
        if (item->data(PaletteList::RowRole).toInt() >= PaletteList::Lab)
            activate(item);
    });
    connect(m_list, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) {
        if (item->data(PaletteList::RowRole).toInt() == PaletteList::Part)
            activate(item);
    });
    m_list->installEventFilter(this);
}

QList<std::pair<QString, QString>> PalettePanel::labs()
{
    // The order of the lessons; a lab that is not named here comes after them.
    static const QStringList order{u"pipeline"_s,
                                   u"write-end"_s,
                                   u"sigpipe"_s,
                                   u"back-pressure"_s,
                                   u"rendezvous"_s,
                                   u"file-vs-pipe"_s,
                                   u"deadlock"_s,
                                   u"descriptors"_s,
                                   u"leaked-descriptor"_s,
                                   u"boundaries"_s,
                                   u"typed-messages"_s,
                                   u"priorities"_s,
                                   u"left-behind"_s,
                                   u"many-to-many"_s,
                                   u"race"_s,
                                   u"lock"_s,
                                   u"holder-dies"_s,
                                   u"lock-order"_s,
                                   u"bounded-buffer"_s,
                                   u"listener"_s,
                                   u"datagrams"_s,
                                   u"address-in-use"_s,
                                   u"stale-path"_s,
                                   u"half-closed"_s,
                                   u"passing-descriptors"_s,
                                   u"torn-records"_s,
                                   u"stdio-buffer"_s,
                                   u"copies"_s,
                                   u"raw"_s,
                                   u"real-programs"_s,
                                   u"robust-mutex"_s};
    QStringList names = model::labNames();
    const auto rank = [](const QString& name) {
        const qsizetype at = order.indexOf(name);
        return at < 0 ? order.size() : at;
    };
    std::stable_sort(names.begin(), names.end(),
                     [&](const QString& a, const QString& b) { return rank(a) < rank(b); });
    QList<std::pair<QString, QString>> found;
    for (const QString& name : names) {
        const QString path = model::labPath(name);
        const model::ReadResult read = model::readTopologyFile(path);
        if (read.ok())
            found.append({path, read.topology.title.isEmpty() ? name : read.topology.title});
    }
    return found;
}

void PalettePanel::fill()
{
    const auto add = [this](PaletteList::Row row, const QString& text) {
        auto* item = new QListWidgetItem(text, m_list);
        item->setData(PaletteList::RowRole, row);
        item->setFlags(row == PaletteList::Heading ? Qt::ItemIsEnabled
                       : row == PaletteList::Part
                           ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled
                           : Qt::ItemIsEnabled | Qt::ItemIsSelectable);
        return item;
    };
    QString group;
    for (const Part& part : allParts()) {
        if (const QString itsGroup = model::kindInfo(part.kind).group; itsGroup != group) {
            group = itsGroup;
            add(PaletteList::Heading, group);
        }
        QListWidgetItem* item = add(PaletteList::Part, part.title());
        item->setData(PaletteList::PartRole, part.id());
        item->setData(PaletteList::DescriptionRole, part.description());
        item->setToolTip(tr("%1: drag it onto the canvas, or press Enter").arg(part.title()));
        item->setData(Qt::AccessibleDescriptionRole, part.description());
    }
    const auto all = labs();
    if (!all.isEmpty())
        add(PaletteList::Heading, tr("Labs"));
    for (const auto& [path, title] : all) {
        QListWidgetItem* item = add(PaletteList::Lab, title);
        item->setData(PaletteList::PathRole, path);
        item->setToolTip(tr("Open the lab “%1”").arg(title));
    }
    // Where there are many, the first few stand for all until one asks.
    if (all.size() > labsAtFirst + 1) {
        add(PaletteList::MoreLabs, tr("All %n lab(s)…", nullptr, static_cast<int>(all.size())));
        m_fewLabs = true;
    }
    filter({});
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->flags() & Qt::ItemIsSelectable) {
            m_list->setCurrentRow(row, QItemSelectionModel::NoUpdate);
            break;
        }
    }
}

void PalettePanel::filter(const QString& text)
{
    QListWidgetItem* heading = nullptr;
    qsizetype labsShown = 0;
    for (int row = 0; row < m_list->count(); ++row) {
        QListWidgetItem* item = m_list->item(row);
        if (item->data(PaletteList::RowRole).toInt() == PaletteList::Heading) {
            heading = item;
            heading->setHidden(true);
            continue;
        }
        const bool fits =
            item->text().contains(text, Qt::CaseInsensitive) ||
            item->data(PaletteList::DescriptionRole).toString().contains(text, Qt::CaseInsensitive);
        const int kind = item->data(PaletteList::RowRole).toInt();
        const bool few = m_fewLabs && text.isEmpty();
        const bool away = kind == PaletteList::MoreLabs ? !few
                          : kind == PaletteList::Lab    ? few && labsShown++ >= labsAtFirst
                                                        : false;
        item->setHidden(!fits || away);
        if (fits && heading)
            heading->setHidden(false);
    }
}

void PalettePanel::activate(QListWidgetItem* item)
{
    if (item->data(PaletteList::RowRole).toInt() == PaletteList::Lab)
        Q_EMIT labWanted(item->data(PaletteList::PathRole).toString());
    else if (item->data(PaletteList::RowRole).toInt() == PaletteList::MoreLabs)
        showAllLabs();
    else if (const std::optional<Part> part = Part::fromId(item->data(PaletteList::PartRole).toString()))
        Q_EMIT partWanted(*part);
}

bool PalettePanel::eventFilter(QObject* watched, QEvent* event)
{
    // Enter opens a lab too; the view's own itemActivated would also come with a double click, after the
    // click.
    if (watched == m_list && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        QListWidgetItem* item = m_list->currentItem();
        if ((key == Qt::Key_Return || key == Qt::Key_Enter) && item &&
            item->data(PaletteList::RowRole).toInt() >= PaletteList::Lab) {
            activate(item);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void PalettePanel::showAllLabs()
{
    m_fewLabs = false;
    filter(m_search->text());
}

void PalettePanel::showLabs()
{
    m_search->clear();
    showAllLabs();
    m_list->setFocus(Qt::OtherFocusReason);
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->data(PaletteList::RowRole).toInt() != PaletteList::Lab)
            continue;
        m_list->setCurrentRow(row);
        m_list->scrollToItem(m_list->item(m_list->count() - 1));
        return;
    }
}

void PalettePanel::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
}

} // namespace byteyard::gui
