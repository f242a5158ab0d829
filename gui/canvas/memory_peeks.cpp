#include "gui/canvas/memory_peeks.h"

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/metrics.h"
#include "gui/theme/motion.h"
#include "gui/theme/theme.h"

#include <QGraphicsView>

#include <algorithm>

namespace byteyard::gui {

MemoryPeeks::MemoryPeeks(CanvasScene& scene, model::Session& session) : m_scene(scene), m_session(session)
{
    m_clock.start();
    m_timer.setInterval(frameMs);
    connect(&m_timer, &QTimer::timeout, this, &MemoryPeeks::frame);
    const auto startOrStop = [this] {
        m_segments.clear();
        m_session.isLive() ? m_timer.start() : m_timer.stop();
    };
    connect(&session, &model::Session::stateChanged, this, startOrStop);
    connect(&session, &model::Session::contents, this,
            [this](quint32 request, quint32 endpoint, quint64 offset, quint64, bool available,
                   const QByteArray& bytes) { answer(request, endpoint, offset, available, bytes); });
    startOrStop();
}

bool MemoryPeeks::isLegible(const NodeItem& item) const
{
    const QList<QGraphicsView*> views = m_scene.views();
    return std::any_of(views.begin(), views.end(), [&item](const QGraphicsView* view) {
        if (!view->isVisible() || view->window()->isMinimized() || view->transform().m11() < zoomForText)
            return false;
        return view->mapToScene(view->viewport()->rect()).boundingRect().intersects(item.body());
    });
}

void MemoryPeeks::frame()
{
    for (NodeItem* item : m_scene.memoryNodes()) {
        const NodeLook& look = item->look();
        if (!look.exists || look.number == 0 || !isLegible(*item))
            continue;
        Segment& segment = m_segments[look.number];
        segment.node = item->id();
        if (segment.request == 0)
            segment.request = m_session.peek(look.number, 0, memoryBytes);
        show(*item, segment);
    }
}

void MemoryPeeks::answer(quint32 request, quint32 endpoint, quint64 offset, bool available,
                         const QByteArray& bytes)
{
    const auto found = m_segments.find(endpoint);
    if (found == m_segments.end() || found->request != request)
        return;
    found->request = 0;
    found->stale = !available;
    if (!available || offset != 0)
        return;
    const QByteArray now = bytes.left(memoryBytes);
    for (qsizetype i = 0; found->seen && i < std::min(now.size(), found->bytes.size()); ++i)
        if (now.at(i) != found->bytes.at(i))
            found->changedAt.at(static_cast<std::size_t>(i)) = std::max<qint64>(1, m_clock.elapsed());
    found->bytes = now;
    found->seen = true;
    if (NodeItem* item = m_scene.node(found->node))
        show(*item, *found);
}

void MemoryPeeks::show(NodeItem& item, const Segment& segment) const
{
    if (!segment.seen)
        return;
    MemoryPicture picture;
    picture.bytes = segment.bytes;
    picture.stale = segment.stale;
    const bool fades = !Theme::instance().reducedMotion();
    const qint64 now = m_clock.elapsed();
    for (std::size_t i = 0; i < picture.fresh.size(); ++i) {
        const qint64 age = now - segment.changedAt.at(i);
        if (segment.changedAt.at(i) == 0 || age >= changeFadeMs)
            continue;
        const qint64 left = memoryFadeSteps - age * memoryFadeSteps / changeFadeMs;
        picture.fresh.at(i) = static_cast<quint8>(fades ? left : memoryFadeSteps);
    }
    item.setMemory(picture);
}

} // namespace byteyard::gui
