// The part of Session that tells what there is.
#include "model/session/session_private.h"

#include "model/session/blocked_sentence.h"

#include <algorithm>

namespace byteyard::model {

using namespace Qt::StringLiterals;

Session::State Session::state() const
{
    return d->state;
}

bool Session::isLive() const
{
    return d->state == State::Starting || d->state == State::Running || d->state == State::Paused ||
           d->state == State::Stopping;
}

bool Session::isPaused() const
{
    return d->state == State::Paused;
}

EnginePids Session::enginePids() const
{
    return d->enginePids;
}

QString Session::captureText() const
{
    if (d->captureMode.isEmpty())
        return {};
    if (isMap())
        return tr("looked at once a second: no call is followed");
    const bool isSampled = d->captureMode == "sampled"_L1;
    QString text = isSampled ? tr("sampled") : tr("exact (%1)").arg(d->captureMode);
    if (!d->captureWhy.isEmpty())
        text = tr("%1: %2").arg(text, d->captureWhy);
    const QList<LiveProcess> all = d->live.processes();
    // Of those that are there; afterwards of all, as they were in the end.
    const auto count = [&all, isOver = d->endTime != 0](auto fits) {
        return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const LiveProcess& process) {
            return (isOver || !hasEnded(process.entry.state)) && fits(process);
        }));
    };
    const int sampled = count([](const LiveProcess& one) { return one.isSampled(); });
    if (!isSampled && sampled > 0)
        text += u" · "_s + tr("%n process(es) sampled", nullptr, sampled);
    if (const int attached =
            count([](const LiveProcess& one) { return one.entry.attached && !one.isSampled(); });
        attached > 0)
        text +=
            u" · "_s + tr("%n process(es) attached, exact (%1)", nullptr, attached).arg(attachedCapture());
    if (const int partly = count([](const LiveProcess& one) { return one.sampled && !one.isSampled(); });
        partly > 0)
        text += u" · "_s + tr("%n of them partly unobserved", nullptr, partly);
    return text;
}

QString Session::attachedCapture() const
{
    return d->captureMode == "ebpf"_L1 ? d->captureMode : u"ptrace"_s;
}

QList<CaptureWay> Session::captureWays() const
{
    return d->captureWays;
}

quint64 Session::now() const
{
    return d->replay ? d->replay->time() : length();
}

quint64 Session::length() const
{
    return isLive() && d->started && d->endTime == 0 ? d->clock.now() : d->endTime;
}

QList<LiveProcess> Session::processes() const
{
    return d->shown().processes();
}

QList<LiveEndpoint> Session::endpoints() const
{
    return d->shown().endpoints();
}

QList<LiveEdge> Session::edges() const
{
    return d->shown().edges();
}

const LiveProcess* Session::process(quint32 number) const
{
    return d->shown().process(number);
}

const LiveEndpoint* Session::endpoint(quint32 number) const
{
    return d->shown().endpoint(number);
}

const LiveProcess* Session::processOfNode(const QString& node) const
{
    return d->shown().processOfNode(node);
}

const LiveEndpoint* Session::endpointOfNode(const QString& node) const
{
    return d->shown().endpointOfNode(node);
}

QList<LiveDescriptor> Session::descriptors() const
{
    return d->shown().descriptors();
}

TimeLine Session::timeLine() const
{
    TimeLine line = d->log->statistics.timeLine();
    const quint64 until = length();
    for (const PendingCall& call : d->live.pending())
        if (!call.paced)
            line.addBlocked(call.since, until);
    return line;
}

const LiveEdge* Session::edgeOf(const QString& edgeId) const
{
    return d->shown().edgeOf(edgeId);
}

const Deadlocks& Session::deadlocks() const
{
    return d->deadlocks;
}

QList<PendingCall> Session::pending() const
{
    return d->shown().pending().values();
}

QList<Rule> Session::rules() const
{
    return d->rules;
}

QString Session::ruleText(const Rule& rule) const
{
    return ruleSentence(d->live, rule);
}

QString Session::blockedSentence(quint32 process) const
{
    return model::blockedSentence(d->shown(), process, now());
}

const EventStore& Session::store() const
{
    return *d->log->store;
}

std::shared_ptr<const EventStore> Session::sharedStore() const
{
    return {d->log, d->log->store.get()};
}

Catalog Session::catalog() const
{
    return d->log->catalog();
}

QList<Problem> Session::problems() const
{
    return d->problems;
}

int Session::failedToStart() const
{
    return d->failedToStart;
}

quint64 Session::systemFilesLeft() const
{
    return d->systemFilesLeft;
}

bool Session::followsSystemFiles() const
{
    return d->options.systemFiles;
}

quint64 Session::lost() const
{
    return d->lost;
}

quint64 Session::eventCount() const
{
    return d->log->store->end();
}

bool Session::isRecording() const
{
    return d->recorder || d->isEndingRecording;
}

QString Session::recordingPath() const
{
    return d->recordingPath;
}

quint64 Session::recordingBytes() const
{
    return d->recorder ? d->recorder->bytesWritten() : d->recordedBytes;
}

QString Session::recordedFrom() const
{
    return d->recordedFrom;
}

QByteArray Session::output(quint32 process) const
{
    return d->outputs.value(process);
}

} // namespace byteyard::model
