#include "gui/panels/history.h"

namespace byteyard::gui {

namespace {

constexpr int everyMs = 33;

void append(QList<QPointF>& points, double time, double value)
{
    // A value that stays is two points, however long it stays.
    const qsizetype size = points.size();
    if (size >= 2 && points.at(size - 1).y() == value && points.at(size - 2).y() == value)
        points.last().setX(time);
    else
        points.append({time, value});
    // One point before the span is kept, so that the line begins at its edge.
    qsizetype old = 0;
    while (old + 1 < points.size() && points.at(old + 1).x() < time - History::spanSeconds)
        ++old;
    points.remove(0, old);
}

} // namespace

History::History(model::Session& session, QObject* parent) : QObject(parent), m_session(session)
{
    m_every.setInterval(everyMs);
    m_every.setTimerType(Qt::PreciseTimer);
    connect(&m_every, &QTimer::timeout, this, &History::look);
    connect(&session, &model::Session::stateChanged, this, [this](model::Session::State state) {
        using State = model::Session::State;
        if (state == State::Starting || state == State::Idle || state == State::Recorded) {
            m_traces.clear();
            Q_EMIT grew();
        }
        if (!m_session.isLive()) {
            // The last picture shows what the end was like.
            if (m_every.isActive())
                look();
            m_every.stop();
        } else if (!m_every.isActive()) {
            m_every.start();
        }
    });
}

double History::now() const
{
    return static_cast<double>(m_session.now()) / 1e9;
}

void History::look()
{
    const double time = now();
    for (const model::LiveEndpoint& endpoint : m_session.endpoints()) {
        Trace& trace = m_traces[endpoint.entry.number];
        append(trace.fill, time, static_cast<double>(endpoint.fill + endpoint.fill2));
        append(trace.rate, time, endpoint.inRate + endpoint.outRate);
    }
    Q_EMIT grew();
}

} // namespace byteyard::gui
