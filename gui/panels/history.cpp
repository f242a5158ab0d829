#include "gui/panels/history.h"

#include <algorithm>

namespace byteyard::gui {

namespace {

constexpr int everyMs = 33;
/// Of all traces together: 16 MB.
constexpr qsizetype mostPoints = 1'000'000;

void append(QList<QPointF>& points, double time, double value, qsizetype most)
{
    // A value that stays is two points, however long it stays.
    const qsizetype size = points.size();
    if (size >= 2 && points.at(size - 1).y() == value && points.at(size - 2).y() == value)
        points.last().setX(time);
    else
        points.append({time, value});
    // In one go now and then, not one by one from the front.
    if (points.size() > most + most / 8)
        points.remove(0, points.size() - most);
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
    const QList<model::LiveEndpoint> endpoints = m_session.endpoints();
    // The last half minute is always whole.
    const qsizetype most = std::max<qsizetype>(mostPoints / std::max<qsizetype>(1, 2 * endpoints.size()),
                                               2 * qsizetype{static_cast<int>(spanSeconds) * 1000 / everyMs});
    for (const model::LiveEndpoint& endpoint : endpoints) {
        Trace& trace = m_traces[endpoint.entry.number];
        if (endpoint.fill)
            append(trace.fill, time, static_cast<double>(*endpoint.fill + endpoint.fill2.value_or(0)), most);
        append(trace.rate, time, endpoint.inRate + endpoint.outRate, most);
    }
    Q_EMIT grew();
}

} // namespace byteyard::gui
