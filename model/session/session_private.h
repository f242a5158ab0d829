#pragma once

#include "model/session/connection.h"
#include "model/session/live_state.h"
#include "model/session/replay.h"
#include "model/session/session.h"

#include "model/log/session_file.h"

#include <QJsonObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace byteyard::model {

/// ns since the run began, on this machine's clock. The engine's may be another machine's: its zero is where
/// its messages place it, and the quickest of them knows best.
class RunClock
{
public:
    void start() { m_zero = steady(); }
    /// A message says that the engine's clock stood at `time` not later than now.
    void saw(quint64 time) { m_zero = std::min(m_zero, steady() - static_cast<qint64>(time)); }
    quint64 now() const { return static_cast<quint64>(std::max<qint64>(0, steady() - m_zero)); }

private:
    static qint64 steady()
    {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(
                   std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
    qint64 m_zero = 0;
};

struct Session::Private
{
    explicit Private(Session* session);
    ~Private();

    // The engine.
    bool ensureEngine();
    void retireEngine();
    void post(const QString& type, QJsonObject members = {});
    void sendRun();
    void wake(); ///< from the connection's thread
    void scheduleMerge();
    void merge();
    void finishConnection(const ConnectionEnd& end);

    // What it says (session_messages.cpp).
    void handle(const protocol::Hello& hello);
    void handle(const protocol::RunStarted& started);
    void handle(const protocol::EndpointChange& change);
    void handle(const protocol::ProcessChange& change);
    void handle(const protocol::Blocked& blocked);
    void handle(const protocol::Unblocked& unblocked);
    void handle(const protocol::EdgeChange& change);
    void handle(const protocol::Sample& sample);
    void handle(const protocol::Holders& holders);
    void handle(const protocol::Processes& processes);
    void handle(const protocol::PauseChange& change);
    void handle(const protocol::RuleState& rule);
    void handle(const RuleHit& hit);
    void handle(const protocol::Lost& lost);
    void handle(const protocol::FilesLeft& left);
    void handle(const protocol::SampledChange& change);
    void handle(const protocol::EngineError& error);
    void handle(const protocol::ActorLine& line);
    void handle(const protocol::ActorError& error);
    void handle(const protocol::RunEnded& ended);
    void handle(const protocol::Output& output);
    void handle(const protocol::Contents& contents);

    // The run.
    void begin(std::shared_ptr<RunLog> log, const Topology& topology);
    void endRun(const QString& reason, const QString& cut);
    void setState(State next);
    void addProblem(const Problem& problem);
    void addErrorProblem(const protocol::ErrorInfo& error, const QString& node);
    void refreshNumbers();
    void flushSignals();

    // Recording (session_recording.cpp).
    QString startRecording(const QString& path);
    void stopRecording();
    void openRecording(const QString& path);
    void joinJobs();

    // Replay (session_replay.cpp).
    bool ensureReplay();
    void tellReplay(bool structure);
    void playOn();
    void dropReplay();
    /// What is there now, or was at the moment that is replayed.
    const LiveState& shown() const { return replay ? replay->live() : live; }

    Session* q;
    State state = State::Idle;
    QStringList engineCommand; ///< empty: the default
    QStringList runningCommand;
    std::unique_ptr<Connection> connection;
    std::vector<std::unique_ptr<Connection>> retired; ///< hung up, not yet ended
    bool greeted = false;
    bool wantsProcesses = false; ///< as soon as it has greeted
    EnginePids enginePids;
    QList<CaptureWay> captureWays;
    QJsonObject limits; ///< of the machine that the engine runs on
    std::deque<protocol::Message> waiting;

    std::shared_ptr<RunLog> log = std::make_shared<RunLog>();
    std::shared_ptr<RunLog> oldLog; ///< until storeChanged() has been delivered
    LiveState live;
    Topology topology; ///< what the engine has been given
    RunOptions options;
    QSet<QString> leftOut; ///< faulty, and none of the business of what was to run alone
    RunClock clock;
    quint64 endTime = 0;
    bool started = false; ///< run-started has come
    quint64 looks = 0;    ///< samples that have come
    QString captureMode;
    QString captureWhy;
    int failedToStart = 0;
    quint64 lost = 0;
    quint64 systemFilesLeft = 0;
    quint64 filesOver = 0;
    QList<Problem> problems;
    QHash<quint32, QByteArray> outputs;
    quint32 lastRequest = 0;
    QList<Rule> rules;
    quint32 lastRule = 0; ///< never used again, so that a late word is of no other

    std::unique_ptr<SessionRecorder> recorder;
    QString recordingPath;
    quint64 recordedBytes = 0;
    QString recordedFrom;
    std::thread recordingEnd; ///< writes the last of a recording
    std::thread opening;      ///< reads a file
    JobControl openingControl;
    bool isEndingRecording = false;

    std::unique_ptr<Replay> replay;
    double replaySpeed = 1;
    QTimer replayTimer; ///< runs while it plays
    std::chrono::steady_clock::time_point replayedAt;

    QTimer mergeTimer;
    void lookForDeadlocks();
    Deadlocks deadlocks;
    QTimer deadlockTimer;
    QTimer slowTimer; ///< rates fall and waiting lasts also when nothing is new
    QTimer stopTimer; ///< how long an engine may take to stop
    std::chrono::steady_clock::time_point lastMerge;
    std::chrono::milliseconds mergeTook{0}; ///< the last one, with what it made others do
    std::atomic<bool> rung = false;
    bool structureDirty = false;
    std::vector<std::function<void()>> emissions; ///< signals wait until the state is whole
};

} // namespace byteyard::model
