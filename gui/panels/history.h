#pragma once

#include "model/session/session.h"

#include <QHash>
#include <QObject>
#include <QPointF>
#include <QTimer>

namespace byteyard::gui {

/// What the live endpoints were like, looked at 30 times a second while something runs. The charts draw the
/// last half minute of it, or what is chosen on the time line. The oldest goes when it becomes too much.
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
    bool isLooking() const { return m_every.isActive(); }

Q_SIGNALS:
    void grew(); ///< 30 times a second while something runs, and when it is emptied

private:
    void look();

    model::Session& m_session;
    QHash<quint32, Trace> m_traces;
    QTimer m_every;
};

} // namespace byteyard::gui
