#include "gui/panels/palette_list.h"

#include "gui/part.h"
#include "gui/theme/theme.h"
#include "model/topology/kind.h"

#include <QDrag>
#include <QMimeData>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QFont smaller(QFont font, double factor)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    return font;
}

QFont headingFont(const QFont& base)
{
    QFont font = smaller(base, 0.82);
    font.setWeight(QFont::DemiBold);
    font.setCapitalization(QFont::AllUppercase);
    font.setLetterSpacing(QFont::PercentageSpacing, 106);
    return font;
}

/// A kind's mark: a disc for a process, a rounded square for an endpoint, with the kind's icon beside the
/// word.
void paintMark(QPainter& painter, const QRectF& box, model::Kind kind)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(model::isProcess(kind) ? Theme::instance().colors().ink
                                            : Theme::instance().kindColor(kind));
    if (model::isProcess(kind))
        painter.drawEllipse(box);
    else
        painter.drawRoundedRect(box, 4, 4);
}

} // namespace

PaletteList::PaletteList(QWidget* parent) : QListWidget(parent)
{
    setDragEnabled(true);
    setDragDropMode(QAbstractItemView::DragOnly);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setItemDelegate(new PaletteDelegate(this));
    viewport()->setAutoFillBackground(false);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QStringList PaletteList::mimeTypes() const
{
    return {QString::fromLatin1(partMimeType)};
}

QMimeData* PaletteList::mimeData(const QList<QListWidgetItem*>& items) const
{
    for (const QListWidgetItem* item : items) {
        if (item->data(RowRole).toInt() != Part)
            continue;
        auto* part = new QMimeData;
        part->setData(QString::fromLatin1(partMimeType), item->data(PartRole).toString().toUtf8());
        return part;
    }
    return nullptr;
}

void PaletteList::startDrag(Qt::DropActions)
{
    QMimeData* part = mimeData(selectedItems());
    if (!part)
        return;
    const QModelIndex index = currentIndex();
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    option.rect = QRect(QPoint(), visualRect(index).size());
    QPixmap picture(option.rect.size() * devicePixelRatioF());
    picture.setDevicePixelRatio(devicePixelRatioF());
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    itemDelegate()->paint(&painter, option, index);
    painter.end();
    auto* drag = new QDrag(this);
    drag->setMimeData(part);
    drag->setPixmap(picture);
    drag->setHotSpot({24, picture.height() / 2});
    drag->exec(Qt::CopyAction);
}

void PaletteDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const
{
    const Colors& colors = Theme::instance().colors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QString text = index.data(Qt::DisplayRole).toString();
    const int row = index.data(PaletteList::RowRole).toInt();
    const bool selected = option.state & QStyle::State_Selected;
    const bool hover = option.state & QStyle::State_MouseOver;
    if (row == PaletteList::Heading) {
        painter->setFont(headingFont(option.font));
        painter->setPen(colors.inkMuted);
        painter->drawText(option.rect.adjusted(10, 0, -10, -3), Qt::AlignLeft | Qt::AlignBottom, text);
        painter->restore();
        return;
    }
    const QRectF card = QRectF(option.rect).adjusted(8.5, 1.5, -8.5, -1.5);
    if (row == PaletteList::Lab || row == PaletteList::MoreLabs) {
        if (selected || hover) {
            painter->setPen(selected ? QPen(colors.accent) : QPen(Qt::NoPen));
            painter->setBrush(colors.rowAlternate);
            painter->drawRoundedRect(card, 6, 6);
        }
        painter->setFont(option.font);
        painter->setPen(row == PaletteList::Lab ? colors.ink : colors.inkMuted);
        painter->drawText(
            card.adjusted(10, 0, -6, 0), Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(text, Qt::ElideRight, static_cast<int>(card.width()) - 16));
        painter->restore();
        return;
    }
    painter->setPen(QPen(selected ? colors.accent
                         : hover  ? colors.outline
                                  : colors.border,
                         selected ? 1.5 : 1));
    painter->setBrush(colors.surface);
    painter->drawRoundedRect(card, 7, 7);
    const model::Kind kind = Part::fromId(index.data(PaletteList::PartRole).toString()).value_or(Part{}).kind;
    const double mark = option.fontMetrics.height() - 1;
    paintMark(*painter, QRectF(card.left() + 10, card.center().y() - mark / 2, mark, mark), kind);
    const QRectF words = card.adjusted(10 + mark + 10, 4, -6, -4);
    const QFont small = smaller(option.font, 0.84);
    QFont title = option.font;
    title.setWeight(QFont::Medium);
    painter->setFont(title);
    painter->setPen(colors.ink);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignTop, text);
    painter->setFont(small);
    painter->setPen(colors.inkMuted);
    const QString description = index.data(PaletteList::DescriptionRole).toString();
    painter->drawText(
        words, Qt::AlignLeft | Qt::AlignBottom,
        QFontMetrics(small).elidedText(description, Qt::ElideRight, static_cast<int>(words.width())));
    painter->restore();
}

QSize PaletteDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int line = option.fontMetrics.height();
    switch (index.data(PaletteList::RowRole).toInt()) {
    case PaletteList::Heading:
        return {80, line + (index.row() == 0 ? 4 : 14)};
    case PaletteList::Lab:
    case PaletteList::MoreLabs:
        return {80, line + 9};
    default:
        return {80, line + QFontMetrics(smaller(option.font, 0.84)).height() + 12};
    }
}

} // namespace byteyard::gui
