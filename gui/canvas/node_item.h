#pragma once

#include "gui/canvas/memory_picture.h"
#include "gui/canvas/node_look.h"

#include <QGraphicsItem>
#include <QPixmapCache>

namespace byteyard::gui {

/// A node on the canvas: card, capsule or page. It paints its ports itself and holds no truth.
class NodeItem final : public QGraphicsItem
{
public:
    enum { Type = UserType + 1 };
    /// What is marked on it for the moment.
    struct Marks
    {
        bool selected = false;
        bool cursor = false; ///< where the keyboard is
        bool found = false;  ///< find() matches it
        bool dimmed = false; ///< does not fit the connection that is being made
        QStringList fitting; ///< ports that fit it
        QString aimed;       ///< the port that a release would take, or that the pointer is over
        bool operator==(const Marks&) const = default;
    };

    NodeItem(QString id, const NodeLook& look);

    const QString& id() const { return m_id; }
    const NodeLook& look() const { return m_look; }
    /// True when its outline or ports moved, so that edges have to be laid again.
    bool setLook(const NodeLook& look);
    const Marks& marks() const { return m_marks; }
    void setMarks(const Marks& marks);
    /// The first bytes of shared memory.
    void setMemory(const MemoryPicture& memory);
    const MemoryPicture& memory() const { return m_memory; }
    /// Theme or fonts have changed.
    void refresh();

    int type() const override { return Type; }
    QRectF boundingRect() const override { return m_bounds; }
    QPainterPath shape() const override { return m_shape; }
    /// The node's outline, in the scene.
    QRectF body() const { return m_body.translated(pos()); }
    /// All that it covers, in the scene: its outline, and an error's text below.
    QRectF covered() const { return (m_body | m_error).translated(pos()); }
    /// In the scene; the middle when there is no such port. Of a port that stands at both sides, the place
    /// that is nearer to `towards`.
    QPointF portPosition(const QString& port, std::optional<QPointF> towards = {}) const;
    Side portSide(const QString& port, std::optional<QPointF> towards = {}) const;
    static QPointF normal(Side side);
    bool hasPort(const QString& port) const;
    /// The port within reach of a scene position, or empty.
    QString portAt(const QPointF& scenePosition, double reach) const;
    /// True when a text of it had to be cut.
    bool isElided() const { return m_elided; }
    /// What lies under a scene position inside it, in words: a message, a semaphore; or empty.
    QString tipAt(const QPointF& scenePosition) const;
    /// The whole of it in words, for tool tips and assistive programs.
    QString description() const;

    void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;
    bool hasError() const { return !m_error.isEmpty(); }
    /// The error's text, on a painter of the scene: apart from paint(), for no node may cover it.
    void paintError(QPainter& painter) const;

    /// The outline's size that a look needs.
    static QRectF bodyFor(const NodeLook& look);

private:
    void layOut();
    /// What is kept of its picture shows no longer how it is.
    void changed();
    QPointF portPoint(const PortLook& port) const;
    const PortLook* findPort(const QString& port, std::optional<QPointF> towards) const;
    void paintKept(QPainter& painter) const;
    void paintNear(QPainter& painter) const;
    void paintFar(QPainter& painter, double zoom) const;
    void paintInside(QPainter& painter) const;
    void paintCard(QPainter& painter) const;
    void paintPorts(QPainter& painter) const;
    void paintMarks(QPainter& painter) const;
    QPen outlinePen() const;

    QString m_id;
    NodeLook m_look;
    Marks m_marks;
    MemoryPicture m_memory;
    QRectF m_body;
    QRectF m_error; ///< where the error's text stands
    QRectF m_bounds;
    QPainterPath m_outline;
    QPainterPath m_shape;
    bool m_elided = false;
    mutable QPixmapCache::Key m_picture; ///< as it was drawn last
    mutable double m_pictureScale = 0;
    mutable QPointF m_pictureFraction; ///< where its position lies within a pixel
};

} // namespace byteyard::gui
