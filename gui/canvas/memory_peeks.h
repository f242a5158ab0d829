#pragma once

#include "gui/canvas/memory_picture.h"
#include "model/session/session.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <array>

namespace byteyard::gui {

class CanvasScene;
class NodeItem;

/// Keeps the small hexdumps of shared memory live: asks for the first bytes at the frame rate, one question
/// at a time for each segment, and only of those that can be seen and read.
class MemoryPeeks : public QObject
{
    Q_OBJECT

public:
    MemoryPeeks(CanvasScene& scene, model::Session& session);

private:
    struct Segment
    {
        quint32 request = 0; ///< not answered yet; 0: none
        QString node;
        QByteArray bytes;
        bool seen = false;
        bool stale = false;
        std::array<qint64, memoryBytes> changedAt{}; ///< ms of m_clock; 0: not lately
    };

    void frame();
    void answer(quint32 request, quint32 endpoint, quint64 offset, bool available, const QByteArray& bytes);
    bool isLegible(const NodeItem& item) const;
    void show(NodeItem& item, const Segment& segment) const;

    CanvasScene& m_scene;
    model::Session& m_session;
    QTimer m_timer;
    QElapsedTimer m_clock;
    QHash<quint32, Segment> m_segments; ///< by endpoint number
};

} // namespace byteyard::gui
