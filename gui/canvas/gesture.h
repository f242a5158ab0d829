#pragma once

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/connecting.h"

#include <QGraphicsView>

#include <functional>

namespace byteyard::gui {

/// What a gesture may touch.
struct GestureContext
{
    QGraphicsView& view;
    CanvasScene& scene;
    model::Document& document;
    std::function<void(const QString&)> hint;
    /// Dropped on the bare canvas: offer the parts that fit there.
    std::function<void(const PortRef& from, const QPointF& scenePosition)> offerParts;

    double zoom() const { return view.transform().m11(); }
    double reach() const;
};

/// What the pressed mouse (or C on the keyboard) is about. Only release() changes the document: a gesture
/// that is cancelled, at any time, leaves nothing.
class Gesture
{
public:
    explicit Gesture(GestureContext& context) : m_context(context) {}
    Gesture(const Gesture&) = delete;
    Gesture& operator=(const Gesture&) = delete;
    virtual ~Gesture() = default;

    virtual void move(const QPoint& position, Qt::KeyboardModifiers modifiers) = 0;
    virtual void release(const QPoint& position, Qt::KeyboardModifiers modifiers) = 0;
    virtual void cancel() = 0;
    virtual void paint(QPainter&) const {}
    virtual Qt::MouseButton button() const { return Qt::LeftButton; }

protected:
    QPointF toScene(const QPoint& position) const;

    GestureContext& m_context;
};

/// Moves the selected nodes; on the grid unless Shift is held. One undo step, however long it takes.
class MoveGesture final : public Gesture
{
public:
    MoveGesture(GestureContext& context, const QPoint& start, const QString& lead);
    void move(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void release(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;

private:
    QHash<QString, QPointF> positionsAt(const QPoint& position, Qt::KeyboardModifiers modifiers) const;

    QPointF m_start;
    QString m_lead;
    QHash<QString, QPointF> m_from;
};

/// Selects what a rubber band holds: Shift adds to what was selected, Ctrl toggles it.
class BandGesture final : public Gesture
{
public:
    BandGesture(GestureContext& context, const QPoint& start, Qt::KeyboardModifiers modifiers);
    void move(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void release(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    void paint(QPainter& painter) const override;

private:
    QPointF m_start;
    QRectF m_band;
    Selection m_before;
    Qt::KeyboardModifiers m_how;
};

/// Pushes the canvas along.
class PanGesture final : public Gesture
{
public:
    PanGesture(GestureContext& context, const QPoint& start, Qt::MouseButton button);
    void move(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void release(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    Qt::MouseButton button() const override { return m_button; }

private:
    QPoint m_last;
    Qt::MouseButton m_button;
};

/// Draws a connection from a port to what lies under the pointer, or to what the arrow keys choose.
class ConnectGesture final : public Gesture
{
public:
    ConnectGesture(GestureContext& context, const PortRef& from);
    void move(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void release(const QPoint& position, Qt::KeyboardModifiers modifiers) override;
    void cancel() override;
    void paint(QPainter& painter) const override;

    // By keyboard.
    const PortRef& from() const { return m_from; }
    /// Aims at the fitting port that lies nearest in a direction.
    void aimTowards(const QPointF& direction);
    /// Makes the connection that is aimed at; false when none is.
    bool makeAimed();

private:
    void aim(const PortRef& target, const QPointF& end);
    /// Where it began: of a port that stands at both sides, the place nearer to its end.
    QPointF fromPosition() const;
    void end();
    bool make(const PortRef& to);

    PortRef m_from;
    PortRef m_to;
    QPointF m_end;
    QHash<QString, QStringList> m_fitting;
    bool m_moved = false;
};

} // namespace byteyard::gui
