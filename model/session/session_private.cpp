#include "model/session/session_private.h"

#include "model/session/engine_command.h"
#include "model/session/engine_topology.h"
#include "model/session/sentence.h"
#include "model/session/wait_circles.h"
#include "model/topology/topology_file.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QJsonArray>

#include <system_error>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds frameTime = 16ms; ///< 60 merges a second
constexpr std::chrono::milliseconds mergeRarest = 200ms;
constexpr int mergeShare = 3;       ///< one part of so many of the time
constexpr qint64 mergeBudgetMs = 8; ///< so long may one take
constexpr auto slowTime = 100ms;
constexpr auto deadlockTime = 500ms;
constexpr auto replayFrame = 33ms;
constexpr auto stopTime = 10s;

} // namespace

Session::Private::Private(Session* session) : q(session)
{
    mergeTimer.setSingleShot(true);
    mergeTimer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&mergeTimer, &QTimer::timeout, q, [this] { merge(); });
    replayTimer.setInterval(replayFrame);
    QObject::connect(&replayTimer, &QTimer::timeout, q, [this] { playOn(); });
    slowTimer.setInterval(slowTime);
    QObject::connect(&slowTimer, &QTimer::timeout, q, [this] {
        if (!live.isMoving())
            return;
        refreshNumbers();
        Q_EMIT q->ticked();
    });
    deadlockTimer.setInterval(deadlockTime);
    QObject::connect(&deadlockTimer, &QTimer::timeout, q, [this] {
        lookForDeadlocks();
        flushSignals();
    });
    stopTimer.setSingleShot(true);
    stopTimer.setInterval(stopTime);
    QObject::connect(&stopTimer, &QTimer::timeout, q, [this] {
        if (connection)
            connection->abandon({tr("The engine has not stopped the run within %1 s.").arg(stopTime.count()),
                                 tr("It has been ended. Run starts a new engine.")});
    });
}

Session::Private::~Private()
{
    connection.reset();
    retired.clear();
    joinJobs();
}

// ---- The engine

bool Session::Private::ensureEngine()
{
    if (connection && connection->end())
        retireEngine();
    QStringList wanted = engineCommand.isEmpty() ? defaultEngineCommand() : engineCommand;
    std::optional<Streams> streams;
    if (!wanted.isEmpty() && !options.standard.isEmpty()) {
        wanted.append(u"--standard"_s);
        streams = options.streams;
    }
    if (connection && wanted == runningCommand)
        return true;
    retireEngine();
    const QString remedy = tr("Install byteyard-engine, or name it in BYTEYARD_ENGINE.");
    if (wanted.isEmpty()) {
        addProblem({Fault::Severity::Error,
                    {},
                    tr("The engine cannot be started: there is no byteyard-engine beside "
                       "this program, and none in PATH."),
                    remedy});
        return false;
    }
    try {
        connection = std::make_unique<Connection>(wanted, streams, [this] { wake(); });
    } catch (const std::system_error& error) {
        const std::string_view name = ipc::errnoName(error.code().value());
        addProblem({Fault::Severity::Error,
                    {},
                    tr("The engine (%1) cannot be started: %2.")
                        .arg(wanted.join(u' '), errnoText(QString::fromLatin1(
                                                    name.data(), static_cast<qsizetype>(name.size())))),
                    remedy});
        return false;
    }
    runningCommand = wanted;
    greeted = false;
    return true;
}

/// Hangs up without waiting for the engine's end.
void Session::Private::retireEngine()
{
    if (!connection)
        return;
    connection->abandon({});
    retired.push_back(std::move(connection));
    waiting.clear();
}

void Session::Private::post(const QString& type, QJsonObject members)
{
    if (!connection || !greeted)
        return;
    members.insert(u"type"_s, type);
    connection->post(members);
}

void Session::Private::sendRun()
{
    Topology chosen = topology;
    if (!options.only.isEmpty())
        startOnly(chosen, options.only);
    QJsonArray attach;
    for (const qint64 pid : std::as_const(options.attach))
        attach.append(pid);
    connection->postRun({{u"type"_s, u"run"_s},
                         {u"attach"_s, attach},
                         {u"attachChildren"_s, options.attachChildren},
                         {u"topology"_s, topologyForEngine(chosen)},
                         {u"capture"_s, options.capture},
                         {u"dataBytes"_s, options.dataBytes},
                         {u"budget"_s, options.budget},
                         {u"pace"_s, topology.pace},
                         {u"systemFiles"_s, options.systemFiles},
                         {u"standard"_s, options.standard}},
                        log);
}

void Session::Private::wake()
{
    if (!rung.exchange(true))
        QMetaObject::invokeMethod(
            q, [this] { scheduleMerge(); }, Qt::QueuedConnection);
}

void Session::Private::scheduleMerge()
{
    if (mergeTimer.isActive())
        return;
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - lastMerge);
    // With thousands of processes a merge takes its time: most of it is left to who looks.
    const auto every = std::clamp(mergeShare * mergeTook, frameTime, mergeRarest);
    mergeTimer.start(std::max(0ms, every - since));
}

void Session::Private::merge()
{
    rung = false;
    lastMerge = std::chrono::steady_clock::now();
    std::erase_if(retired, [](const std::unique_ptr<Connection>& old) {
        old->take();
        return old->end().has_value();
    });
    if (!connection)
        return;
    const std::shared_ptr<RunLog> current = log;
    const quint64 come = current->store->end(); // before it is asked what was told before them
    for (protocol::Message& message : connection->take())
        waiting.push_back(std::move(message));
    QElapsedTimer budget;
    budget.start();
    while (!waiting.empty() && !budget.hasExpired(mergeBudgetMs)) {
        const protocol::Message message = std::move(waiting.front());
        waiting.pop_front();
        std::visit([this](const auto& known) { handle(known); }, message);
    }
    if (q->isLive())
        refreshNumbers();
    if (waiting.empty())
        current->named = come;
    if (!waiting.empty())
        scheduleMerge();
    else if (const auto end = connection->end())
        finishConnection(*end);
    flushSignals();
    Q_EMIT q->ticked();
    mergeTook =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - lastMerge);
}

void Session::Private::finishConnection(const ConnectionEnd& end)
{
    connection.reset(); // its thread is through
    greeted = false;
    enginePids = {};
    const bool wasLive = q->isLive();
    if (!end.what.isEmpty())
        addProblem({wasLive ? Fault::Severity::Error : Fault::Severity::Warning, {}, end.what, end.remedy});
    if (wasLive)
        endRun(end.what.isEmpty() ? u"stopped"_s : u"failed"_s,
               tr("The engine ended while it ran: how it ended was not seen."));
}

// ---- The run

void Session::Private::begin(std::shared_ptr<RunLog> next, const Topology& ran)
{
    dropReplay();
    oldLog = std::exchange(log, std::move(next));
    topology = ran;
    live = LiveState(ran);
    started = false;
    endTime = 0;
    failedToStart = 0;
    lost = 0;
    systemFilesLeft = filesOver = 0;
    looks = 0;
    captureMode.clear();
    captureWhy.clear();
    problems.clear();
    outputs.clear();
    rules.clear();
    recordedFrom.clear();
    if (!isEndingRecording)
        recordingPath.clear();
    structureDirty = true;
    Q_EMIT q->storeChanged();
    oldLog.reset();
}

void Session::Private::endRun(const QString& reason, const QString& cut)
{
    stopTimer.stop();
    slowTimer.stop();
    deadlockTimer.stop();
    deadlocks = {};
    endTime = q->now();
    refreshNumbers();
    live.end(endTime, cut);
    log->changeCatalog([&](Catalog& catalog) {
        live.fill(catalog);
        catalog.reason = reason;
        catalog.lost = lost;
    });
    structureDirty = true;
    stopRecording();
    rules.clear();
    emissions.emplace_back([this] { Q_EMIT q->rulesChanged(); });
    setState(State::Ended);
}

void Session::Private::setState(State next)
{
    if (state == next)
        return;
    state = next;
    emissions.emplace_back([this, next] { Q_EMIT q->stateChanged(next); });
}

void Session::Private::addProblem(const Problem& problem)
{
    for (const Problem& known : std::as_const(problems))
        if (known.node == problem.node && known.what == problem.what)
            return;
    problems.append(problem);
    emissions.emplace_back([this, problem] { Q_EMIT q->problemFound(problem); });
}

void Session::Private::addErrorProblem(const protocol::ErrorInfo& error, const QString& node)
{
    const Sentence sentence = sentenceFor(error, live.nodeName(node));
    addProblem({Fault::Severity::Error, node, sentence.what, sentence.remedy});
}

void Session::Private::lookForDeadlocks()
{
    Deadlocks found = findDeadlocks(live, q->now(), q->isMap());
    const bool isSame = found.stuck == deadlocks.stuck;
    deadlocks = std::move(found);
    for (const WaitCircle& circle : std::as_const(deadlocks.circles)) {
        const LiveProcess* first = live.process(circle.processes.first());
        addProblem({Fault::Severity::Warning, first->entry.node, circle.what, circle.remedy});
    }
    structureDirty = structureDirty || !isSame;
}

void Session::Private::refreshNumbers()
{
    const Statistics::Snapshot totals = log->statistics.totals();
    clock.saw(totals.lastTime);
    live.update(totals, q->now());
    log->changeCatalog([&](Catalog& catalog) {
        live.fill(catalog);
        catalog.events = totals.events;
        catalog.lost = lost;
    });
}

void Session::Private::flushSignals()
{
    // A slot may start a run, which makes new ones: they come after these.
    while (!emissions.empty()) {
        const auto batch = std::exchange(emissions, {});
        for (const auto& emission : batch)
            emission();
    }
    if (std::exchange(structureDirty, false))
        Q_EMIT q->structureChanged();
}

} // namespace byteyard::model
