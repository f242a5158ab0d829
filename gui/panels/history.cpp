#include "gui/panels/history.h"

namespace byteyard::gui {

namespace {

constexpr double everySeconds = 0.1;

void append(QList<QPointF>& points, double time, double value)
{
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
    connect(&session, &model::Session::ticked, this, &History::look);
    connect(&session, &model::Session::stateChanged, this, [this](model::Session::State state) {
        if (state != model::Session::State::Starting && state != model::Session::State::Idle)
            return;
        m_traces.clear();
        m_last = -1;
        Q_EMIT grew();
    });
}

double History::now() const
{
    return static_cast<double>(m_session.now()) / 1e9;
}

void History::look()
{
    const double time = now();
    if (m_last >= 0 && time - m_last < everySeconds)
        return;
    m_last = time;
    for (const model::LiveEndpoint& endpoint : m_session.endpoints()) {
        Trace& trace = m_traces[endpoint.entry.number];
        append(trace.fill, time, static_cast<double>(endpoint.fill + endpoint.fill2));
        append(trace.rate, time, endpoint.inRate + endpoint.outRate);
    }
    Q_EMIT grew();
}

} // namespace byteyard::gui
