#pragma once

#include "gui/canvas/align.h"
#include "gui/canvas/selection.h"
#include "model/session/keep.h"

#include <QGraphicsView>

namespace byteyard::gui {

/// The canvas: draws the document and what is live of it, and edits the document by mouse and keys (shared
/// ui.md, Hands). Drops of palette parts carry the MIME type `application/x-byteyard-part` (the kind's id).
class CanvasView : public QGraphicsView
{
    Q_OBJECT

public:
    CanvasView(model::Document& document, model::Session& session, QWidget* parent = nullptr);
    ~CanvasView() override;

    Selection selection() const;
    void select(const Selection& selection);
    /// The group that is selected alone; empty when none is.
    QString selectedGroup() const;
    void selectGroup(const QString& groupId);
    /// The groups that the selected parts are in.
    QStringList touchedGroups() const;
    /// Brings a node into sight and selects it.
    void reveal(const QString& nodeId);
    /// Those of these nodes that programs made by themselves, with their places.
    QList<model::UndrawnPart> undrawn(const QStringList& ids) const;
    /// Takes what programs made of these kinds out of sight ("command": the processes that they started).
    void hideFoundKinds(const QSet<QString>& kinds);
    double zoom() const;
    /// The view's rectangle of a node or of one of its ports, in viewport pixels (tests, the welcome banner).
    /// A process's ports are fds.
    QRect nodeRect(const QString& nodeId) const;
    QPoint portPosition(const QString& nodeId, const QString& port) const;
    /// The same of a group's frame or card, of what one takes hold of it by, and of its triangle.
    QRect groupRect(const QString& groupId) const;
    QRect groupHandle(const QString& groupId) const;
    QPoint groupFold(const QString& groupId) const;
    bool isEmpty() const; ///< nothing is drawn, and programs have made nothing
    /// All that is shown as a picture, smaller where it would have more than 64 million pixels.
    QImage picture(qreal scale) const;
    /// Writes it: as lines and text when the name ends in .svg, else twice as large as at 100 %, in the
    /// format that the name's end says. False when it could not be written.
    bool savePicture(const QString& path) const;

public Q_SLOTS:
    void fit();
    void zoomIn();
    void zoomOut();
    void zoomTo100();
    void selectAll();
    void selectNone();
    void invertSelection();
    void deleteSelection();
    void copySelection();
    void cutSelection();
    void paste();
    void duplicateSelection();
    void editSelected(); ///< Enter, double click: a command's line, a name, a connection's properties
    /// Begins a connection at a port, which the arrow keys aim.
    void connectFrom(const QString& nodeId, const QString& port);
    void renameSelected(); ///< F2
    void quickInsert();    ///< Insert: a line to type a name or a pipeline, at the cursor or the middle
    void arrange();        ///< lays out from left to right, undoable; arranged() or hint() tells of its end
    void align(Alignment alignment);                           ///< of the selected parts
    void distribute(Qt::Orientation direction);                ///< of the selected parts, three at least
    void groupSelection();                                     ///< the selected parts become one group
    void ungroupSelection();                                   ///< the selected parts leave their groups
    void setCollapsed(const QString& groupId, bool collapsed); ///< expanding makes room for its parts
    void toggleCollapsed();         ///< the groups of the selected parts: one card each, or back
    void find(const QString& text); ///< lights up what matches; empty: ends
    void findNext();
    void findPrevious();

Q_SIGNALS:
    void selectionChanged();
    void arranged();
    void zoomChanged(double zoom);
    /// A line for the status bar: why a port does not fit, what a drop will do.
    void hint(const QString& text);
    /// A context menu is wanted; `node` and `edge` are empty on bare canvas, `port` names one of the node's
    /// ports or is empty. The shell fills it.
    void contextMenuWanted(const QPoint& globalPosition, const QString& node, const QString& edge,
                           const QString& port);
    void groupMenuWanted(const QPoint& globalPosition, const QString& group);
    void scriptWanted(const QString& nodeId); ///< an actor's script is to be written
    void edgeEditWanted();                    ///< the selected connection's properties are to be set
    void openLabWanted();                     ///< from the empty canvas's offers
    void mapWanted();                         ///< from there, too

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void drawBackground(QPainter* painter, const QRectF& rect) override;
    void drawForeground(QPainter* painter, const QRectF& rect) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void changeEvent(QEvent* event) override;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace byteyard::gui
