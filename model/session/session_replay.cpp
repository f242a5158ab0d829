// The part of Session that plays its log again.
#include "model/session/session_private.h"

namespace byteyard::model {

bool Session::canReplay() const
{
    return (d->state == State::Ended || d->state == State::Recorded) && d->endTime > 0 &&
           d->log->store->end() > d->log->store->first();
}

bool Session::isReplaying() const
{
    return d->replay != nullptr;
}

bool Session::isReplayPlaying() const
{
    return d->replayTimer.isActive();
}

quint64 Session::replayPosition() const
{
    return d->replay ? d->replay->position() : d->log->store->end();
}

bool Session::Private::ensureReplay()
{
    if (!replay && q->canReplay())
        replay = std::make_unique<Replay>(q->sharedStore(), log->catalog(), topology, endTime);
    return replay != nullptr;
}

void Session::Private::tellReplay(bool structure)
{
    if (structure)
        Q_EMIT q->structureChanged();
    Q_EMIT q->ticked();
    Q_EMIT q->replayChanged();
}

void Session::Private::dropReplay()
{
    replayTimer.stop();
    if (!std::exchange(replay, nullptr))
        return;
    structureDirty = true;
    emissions.emplace_back([this] { Q_EMIT q->replayChanged(); });
}

void Session::Private::playOn()
{
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::nano> passed = now - std::exchange(replayedAt, now);
    const double next = static_cast<double>(replay->time()) + passed.count() * replaySpeed;
    const bool structure = replay->seek(static_cast<quint64>(std::min(next, static_cast<double>(endTime))));
    if (replay->time() >= endTime)
        replayTimer.stop();
    tellReplay(structure);
}

void Session::playReplay(double speed)
{
    const bool isNew = !d->replay;
    if (!d->ensureReplay())
        return;
    // From its end it begins again.
    const bool structure = d->replay->time() >= d->endTime && d->replay->seek(0);
    d->replaySpeed = speed;
    d->replayedAt = std::chrono::steady_clock::now();
    d->replayTimer.start();
    d->tellReplay(structure || isNew);
}

void Session::pauseReplay()
{
    d->replayTimer.stop();
    Q_EMIT replayChanged();
}

void Session::replayTo(quint64 time)
{
    const bool isNew = !d->replay;
    if (d->ensureReplay())
        d->tellReplay(d->replay->seek(time) || isNew);
}

void Session::stepReplay(qint64 events)
{
    const bool isNew = !d->replay;
    if (!d->ensureReplay())
        return;
    d->replayTimer.stop();
    d->tellReplay(d->replay->step(events) || isNew);
}

void Session::endReplay()
{
    d->dropReplay();
    d->flushSignals();
    Q_EMIT ticked();
}

} // namespace byteyard::model
