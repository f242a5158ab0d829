#pragma once

#include "model/session/session.h"

#include <QHash>
#include <QObject>
#include <QPointF>

namespace byteyard::gui {

/// What the live endpoints were like over the last half minute, looked at ten times a second. The charts draw
/// it.
class History : public QObject
{
    Q_OBJECT

public:
    static constexpr double spanSeconds = 30;

    explicit History(model::Session& session, QObject* parent = nullptr);

    struct Trace
    {
        QList<QPointF> fill; ///< x: seconds since the run began, y: bytes
        QList<QPointF> rate; ///< bytes a second, in and out together
    };
    Trace trace(quint32 endpoint) const { return m_traces.value(endpoint); }
    double now() const; ///< seconds since the run began

Q_SIGNALS:
    void grew(); ///< at most ten times a second

private:
    void look();

    model::Session& m_session;
    QHash<quint32, Trace> m_traces;
    double m_last = -1;
};

} // namespace byteyard::gui
