#include "gui/panels/replay_bar.h"

#include "gui/theme/theme.h"
#include "gui/widgets/labels.h"

#include <QHBoxLayout>
#include <QMenu>

#include <array>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr std::array speeds{10.0, 1.0, 0.1, 0.01, 0.001};
constexpr double leastSeconds = 4; ///< that a replay takes, where nobody has chosen

QString speedText(double speed)
{
    return speed >= 1 ? u"%1 ×"_s.arg(speed) : u"1/%1 ×"_s.arg(qRound(1 / speed));
}

} // namespace

ReplayBar::ReplayBar(model::Session& session, QWidget* parent)
    : QWidget(parent), m_session(session), m_play(new QToolButton(this)), m_speed(new QToolButton(this)),
      m_end(new QToolButton(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 0, 0, 0);
    layout->setSpacing(4);
    for (QToolButton* button : {m_play, m_end, m_speed}) {
        layout->addWidget(button);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setIconSize({12, 12});
    }
    m_speed->setPopupMode(QToolButton::InstantPopup);
    m_speed->setMenu(new QMenu(m_speed));
    m_speed->setToolTip(tr("How fast the replay goes"));
    m_speed->setAccessibleName(tr("Replay speed"));
    connect(m_speed->menu(), &QMenu::aboutToShow, this, &ReplayBar::fillSpeeds);
    m_end->setToolTip(tr("End the replay: show the run's end (Esc in the time line)"));
    m_end->setAccessibleName(tr("End replay"));
    connect(m_play, &QToolButton::clicked, this, &ReplayBar::toggle);
    connect(m_end, &QToolButton::clicked, this, [this] { m_session.endReplay(); });
    followTheme(this, [this] { refresh(); });
    connect(&session, &model::Session::replayChanged, this, &ReplayBar::refresh);
    connect(&session, &model::Session::stateChanged, this, &ReplayBar::refresh);
    connect(&session, &model::Session::opened, this, &ReplayBar::refresh);
    connect(&session, &model::Session::storeChanged, this, [this] {
        m_chosen.reset(); // another run takes another time
        refresh();
    });
    refresh();
}

double ReplayBar::speed() const
{
    if (m_chosen)
        return *m_chosen;
    const double seconds = static_cast<double>(m_session.length()) / 1e9;
    for (const double each : speeds)
        if (seconds / each >= leastSeconds)
            return each;
    return speeds.back();
}

void ReplayBar::toggle()
{
    if (m_session.isReplayPlaying())
        m_session.pauseReplay();
    else
        m_session.playReplay(speed());
}

void ReplayBar::refresh()
{
    const bool can = m_session.canReplay();
    const bool plays = m_session.isReplayPlaying();
    m_play->setEnabled(can);
    m_play->setIcon(Theme::instance().icon(plays ? u"pause"_s : u"run"_s));
    m_play->setAccessibleName(plays ? tr("Pause replay") : tr("Replay"));
    m_play->setToolTip(plays ? tr("Pause the replay (Space in the time line)")
                       : can
                           ? tr("Replay the run: the canvas shows each moment of it again, as far as the log "
                                "tells (Space in the time line)")
                           : tr("A run that has ended can be replayed"));
    m_speed->setEnabled(can);
    m_speed->setText(speedText(can ? speed() : 1));
    m_end->setEnabled(m_session.isReplaying());
    m_end->setIcon(Theme::instance().icon(u"stop"_s));
}

void ReplayBar::fillSpeeds()
{
    m_speed->menu()->clear();
    for (const double each : speeds) {
        QAction* choice = m_speed->menu()->addAction(speedText(each), this, [this, each] {
            m_chosen = each;
            if (m_session.isReplayPlaying())
                m_session.playReplay(each);
            refresh();
        });
        choice->setCheckable(true);
        choice->setChecked(each == speed());
    }
}

} // namespace byteyard::gui
