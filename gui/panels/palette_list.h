#pragma once

#include <QListWidget>
#include <QStyledItemDelegate>

namespace byteyard::gui {

/// The palette's rows: group headings, parts as cards that can be dragged, labs as plain lines.
class PaletteList : public QListWidget
{
    Q_OBJECT

public:
    enum Role { RowRole = Qt::UserRole, PartRole, DescriptionRole, PathRole };
    enum Row { Heading, Part, Lab, MoreLabs };
    static constexpr const char* partMimeType = "application/x-byteyard-part";

    explicit PaletteList(QWidget* parent = nullptr);

protected:
    QMimeData* mimeData(const QList<QListWidgetItem*>& items) const override;
    QStringList mimeTypes() const override;
    Qt::DropActions supportedDropActions() const override { return Qt::CopyAction; }
    void startDrag(Qt::DropActions actions) override;
};

/// Paints them.
class PaletteDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace byteyard::gui
