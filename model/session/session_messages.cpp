#include "model/session/session_private.h"

#include "model/session/sentence.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// So much of what a process printed is kept; the oldest goes.
constexpr qsizetype maxOutput = 4 << 20;

} // namespace

void Session::Private::handle(const protocol::Hello& hello)
{
    greeted = true;
    enginePids = {hello.keeper, hello.pid};
    limits = hello.limits;
    captureWays.clear();
    for (const protocol::Capture& each : hello.captures)
        captureWays.append({each.mode, each.available ? QString() : each.why});
    if (std::exchange(wantsProcesses, false))
        post(u"list-processes"_s);
    if (state == State::Starting)
        sendRun();
}

void Session::Private::handle(const protocol::RunStarted& message)
{
    clock.start();
    started = true;
    captureMode = message.capture;
    captureWhy = message.why;
    log->changeCatalog([&](Catalog& catalog) {
        catalog.started = message.started;
        catalog.capture = message.capture;
        catalog.captureWhy = message.why;
    });
    if (!options.recordPath.isEmpty() && !recorder) {
        const QString wrong = startRecording(options.recordPath);
        if (!wrong.isEmpty())
            addProblem({Fault::Severity::Error,
                        {},
                        wrong,
                        tr("Choose another file; the run goes on without a recording.")});
    }
    slowTimer.start();
    deadlockTimer.start();
    if (state == State::Starting)
        setState(State::Running);
}

void Session::Private::handle(const protocol::EndpointChange& change)
{
    live.apply(change);
    structureDirty = true;
    if (change.error) {
        const Sentence sentence = sentenceFor(*change.error, change.name);
        live.setEndpointError(change.endpoint, sentence.what);
        addProblem({Fault::Severity::Error, change.node, sentence.what, sentence.remedy});
    }
    if (change.state == "failed"_L1)
        ++failedToStart;
}

void Session::Private::handle(const protocol::ProcessChange& change)
{
    if (started && change.time != 0)
        clock.saw(change.time);
    live.apply(change, q->now());
    structureDirty = true;
    if (change.error) {
        const Sentence sentence = sentenceFor(*change.error, change.name);
        live.setProcessError(change.process, sentence.what);
        addProblem({Fault::Severity::Error, change.node, sentence.what, sentence.remedy});
    }
    if (change.state == "failed"_L1)
        ++failedToStart;
}

void Session::Private::handle(const protocol::Blocked& blocked)
{
    live.apply(blocked);
}

void Session::Private::handle(const protocol::Unblocked& unblocked)
{
    live.apply(unblocked);
}

void Session::Private::handle(const protocol::EdgeChange& change)
{
    live.apply(change);
    structureDirty = true;
}

void Session::Private::handle(const protocol::Sample& sample)
{
    if (started)
        clock.saw(sample.time);
    ++looks;
    live.apply(sample);
    for (const protocol::EndpointSample& one : sample.endpoints)
        if (one.open && log)
            log->statistics.setOpen(one.endpoint, *one.open);
    if (q->isMap())
        lookForDeadlocks(); // nothing changes until the next look
}

void Session::Private::handle(const protocol::Holders& message)
{
    QList<Holder> holders;
    for (const protocol::EndpointHolder& one : message.holders)
        holders.append({one.pid, one.process, one.name, one.fd, one.access});
    const quint32 endpoint = message.endpoint;
    emissions.emplace_back([this, endpoint, holders] { Q_EMIT q->holders(endpoint, holders); });
}

void Session::Private::handle(const protocol::Processes& message)
{
    QList<AttachableProcess> list;
    list.reserve(message.processes.size());
    for (const protocol::ListedProcess& one : message.processes)
        list.append({one.pid, one.name, one.user, one.argv,
                     one.error ? sentenceFor(*one.error, one.name).what : QString()});
    emissions.emplace_back([this, list] { Q_EMIT q->processesListed(list); });
}

void Session::Private::handle(const protocol::PauseChange& change)
{
    live.apply(change);
    structureDirty = true;
    if (change.node.isEmpty() && change.process == 0 && (state == State::Running || state == State::Paused))
        setState(change.paused ? State::Paused : State::Running);
}

void Session::Private::handle(const protocol::RuleState& news)
{
    for (Rule& rule : rules)
        if (rule.number == news.rule)
            rule.hits = news.hits;
    if (news.gone)
        rules.removeIf([&](const Rule& rule) { return rule.number == news.rule; });
    emissions.emplace_back([this] { Q_EMIT q->rulesChanged(); });
}

void Session::Private::handle(const RuleHit& hit)
{
    emissions.emplace_back([this, hit] { Q_EMIT q->held(hit, hitSentence(live, hit)); });
}

void Session::Private::handle(const protocol::Lost& message)
{
    lost = std::max(lost, message.count);
}

void Session::Private::handle(const protocol::FilesLeft& left)
{
    systemFilesLeft = left.system;
    if (filesOver == 0 && left.over > 0)
        addProblem({Fault::Severity::Warning,
                    {},
                    tr("Programs open more files than are followed: what passes through the further ones is "
                       "unobserved."),
                    tr("Draw the files that matter: those are always followed.")});
    filesOver = left.over;
}

void Session::Private::handle(const protocol::SampledChange& change)
{
    live.apply(change);
    structureDirty = true;
}

void Session::Private::handle(const protocol::EngineError& message)
{
    addErrorProblem(message.error, message.node);
}

void Session::Private::handle(const protocol::ActorLine& line)
{
    live.apply(line);
}

void Session::Private::handle(const protocol::ActorError& error)
{
    live.apply(error);
    structureDirty = true;
    const LiveProcess* process = live.process(error.process);
    if (process)
        addProblem({Fault::Severity::Error, process->entry.node,
                    tr("%1 failed in line %2: %3.").arg(process->entry.name).arg(error.line).arg(error.text),
                    tr("Mend the script under Properties.")});
}

void Session::Private::handle(const protocol::RunEnded& ended)
{
    if (!q->isLive())
        return;
    lost = std::max(lost, ended.lost);
    failedToStart = std::max(failedToStart, ended.failedToStart);
    endRun(ended.reason, tr("The run ended before its end was seen."));
}

void Session::Private::handle(const protocol::Output& output)
{
    QByteArray& kept = outputs[output.process];
    kept.append(output.bytes);
    if (kept.size() > maxOutput + maxOutput / 4)
        kept.remove(0, kept.size() - maxOutput);
    emissions.emplace_back(
        [this, output] { Q_EMIT q->outputArrived(output.process, output.stream, output.bytes); });
}

void Session::Private::handle(const protocol::Contents& message)
{
    emissions.emplace_back([this, message] {
        Q_EMIT q->contents(message.request, message.endpoint, message.offset, message.total,
                           message.available, message.bytes);
    });
}

} // namespace byteyard::model
