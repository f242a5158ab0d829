#pragma once

#include "model/session/session.h"

#include <QToolButton>
#include <QWidget>

#include <optional>

namespace byteyard::gui {

/// Plays the log of a run that has ended again, and says how fast.
class ReplayBar : public QWidget
{
    Q_OBJECT

public:
    explicit ReplayBar(model::Session& session, QWidget* parent = nullptr);

    /// Plays, or stands still.
    void toggle();
    /// Seconds of the run in one second: what was chosen, else so that the run takes some seconds.
    double speed() const;

private:
    void refresh();
    void fillSpeeds();

    model::Session& m_session;
    QToolButton* m_play;
    QToolButton* m_speed;
    QToolButton* m_end;
    std::optional<double> m_chosen;
};

} // namespace byteyard::gui
