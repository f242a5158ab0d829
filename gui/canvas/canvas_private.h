#pragma once

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"
#include "gui/canvas/empty_offers.h"
#include "gui/canvas/gesture.h"
#include "gui/canvas/inline_edit.h"
#include "gui/canvas/layout_job.h"
#include "gui/canvas/still_layers.h"
#include "gui/part.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>

#include <optional>

namespace byteyard::gui {

inline constexpr double zoomLeast = 0.05;
inline constexpr double zoomMost = 4;
inline const QString partMime = QStringLiteral("application/x-byteyard-part");

struct CanvasView::Private
{
    Private(CanvasView& view, model::Document& document, model::Session& session);

    CanvasView& view;
    model::Document& document;
    model::Session& session;
    CanvasScene scene;
    EmptyOffers* offers;
    GestureContext context;

    std::unique_ptr<Gesture> gesture;
    bool byKeyboard = false; ///< the gesture is a connection that the arrow keys aim
    QPoint pressed;
    Hit pressedOn; ///< what a press may turn into a drag of
    bool mayMove = false;
    bool spaceHeld = false;
    bool spaceUsed = false;

    QPointer<InlineEdit> edit;
    StillLayers still;
    QTimer zoomed; ///< until a zoom has come to rest
    QTimer flow;
    QElapsedTimer sinceFlow;

    struct Sight
    {
        QPointF middle;
        double zoom = 1;
    };
    std::optional<Sight> foundSeen; ///< what was in sight when programs had made the first parts
    bool followsFound = false;      ///< what they make is laid out and brought into sight
    QTimer foundSettled;            ///< until those that come with them are there
    LayoutJob foundLayout;
    QByteArrayList foundPlans; ///< what was laid out last
    LayoutJob layout;          ///< of all, when it is asked for

    QStringList found;
    qsizetype foundAt = -1;

    bool dropping = false;
    Part dropPart;
    QPointF dropAt;
    int pastes = 0; ///< since the last copy, so that copies do not cover each other

    // canvas_paint.cpp
    void sceneChanged(const QList<QRectF>& rects);
    void catchUp();
    void fitLayers();
    void paintBelow(QPainter& painter, const QRect& rect);
    void paintAbove(QPainter& painter, const QRect& rect);
    void paintItems(QPainter& painter, const QRectF& exposed, bool aboveEdges);
    QRect toViewport(const QRectF& rect) const;
    void updateDots();

    // canvas_view.cpp
    void placeOffers();
    void setZoom(double zoom, const QPoint& around);
    void animate();
    void startFlow();
    QPointF middle() const;
    QRectF bodyOf(const QString& id) const;

    // canvas_arrange.cpp
    void moveAll(const QHash<QString, QPointF>& positions);
    void moveTo(QHash<QString, QPointF> positions, const QString& undoText);
    void moveSelectedBy(const std::function<QHash<QString, QPointF>(const QHash<QString, QRectF>&)>& ways,
                        const QString& undoText);

    // canvas_found.cpp
    QRectF inSight() const;
    void forgetFound();
    void watchFound();
    bool isFollowing();
    void layOutFound();
    void bringFoundIntoSight();
    void moveFound(const QHash<QString, QPointF>& positions);

    // canvas_groups.cpp
    QString chosenGroup() const;
    void editGroupName(const model::Group& group);
    void fold(const QStringList& groups);
    QHash<QString, QPointF> roomFor(const QStringList& expanding) const;
    QString leadOf(const Hit& hit) const;
    Selection selectionOf(const Hit& hit) const;

    // canvas_mouse.cpp
    void pressLeft(const QPoint& position, Qt::KeyboardModifiers modifiers);
    void click(const Hit& hit, Qt::KeyboardModifiers modifiers);
    void hover(const QPoint& position);
    void cancelGesture();
    QString toolTip(const QPoint& position) const;
    void offerParts(const PortRef& from, const QPointF& at);

    // canvas_keys.cpp
    bool pressKey(QKeyEvent* event);
    void walk(const QPointF& direction);
    void walkPorts(const QPointF& direction);
    void nudge(const QPointF& by);
    void startConnection();

    // canvas_edit.cpp
    void openEdit(InlineEdit::Purpose purpose, const QPointF& anchor);
    void placeEdit();
    void editCommand(const model::Node& node);
    void editName(const model::Node& node);
    void insertAt(const QPointF& at);
    QString insertLine(const QString& line, const QPointF& at);
    QString addPart(const Part& part, const QPointF& middleAt);
    /// What one does first with a new part: a command wants its line, a script its text.
    void beginEditing(const Part& part, const QString& id);
    QPointF positionFor(model::Kind kind, const QPointF& middleAt) const;
    QPointF freeOffset(const QRectF& outline) const;
    bool hasKeyboard() const;
    QStringList drawnSelection() const;
    void addCopies(const model::Topology& fragment, QPointF offset, const QString& undoText);
};

} // namespace byteyard::gui
