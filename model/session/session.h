#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/time_line.h"
#include "model/session/rule.h"
#include "model/session/streams.h"
#include "model/topology/topology.h"

#include <QObject>
#include <QSet>

#include <functional>
#include <memory>

namespace byteyard::model {

/// A process as it is now. `entry` has its name, pid, state, exit.
struct LiveProcess
{
    ProcessEntry entry;
    QString error;       ///< a sentence, when it failed to start
    double readRate = 0; ///< bytes over the last second
    double writeRate = 0;
    int pace = 0;
    bool paused = false;
    bool sampled = false; ///< its calls that move bytes are not followed
    QString sampledWhy; ///< "run", "person", "budget", or "attached": some threads sleep where they must not
                        ///< be disturbed, and are not followed until they run
    bool leaving = false; ///< attached, and let go as soon as that disturbs nobody
    QString unobserved;   ///< why nothing is known of its calls ("32-bit"); empty: they are known
    /// Somebody or something wanted it so.
    bool isSampled() const { return sampled && sampledWhy != QLatin1String("attached"); }
    int line = 0;      ///< of an actor's script, the one that runs or blocks (sampled); 0: unknown
    int errorLine = 0; ///< where an actor's script failed; `error` says why
    bool kept = false; ///< its node was made of it while it ran: a program had started it
};

/// A message in a queue, as peeked (sampled).
struct LiveTile
{
    qint64 type = 0; ///< or its priority
    quint64 size = 0;
    QByteArray head;   ///< its first bytes
    bool known = true; ///< false: it is there, but nobody saw it being sent
    bool operator==(const LiveTile&) const = default;
};

/// A process that has shared memory in its address space.
struct LiveAttachment
{
    quint32 process = 0; ///< 0: not one of this run
    qint64 pid = 0;
    quint64 address = 0;
    bool operator==(const LiveAttachment&) const = default;
};

/// An endpoint as it is now.
struct LiveEndpoint
{
    EndpointEntry entry;
    QString error;
    std::optional<quint64> fill;  ///< bytes in it (sampled); nothing: the kernel does not tell
    std::optional<quint64> fill2; ///< the other way, when it has two
    quint64 capacity = 0;         ///< 0: unknown
    bool writeBlocks = false;     ///< a write would block (sampled)
    bool sampled = false;         ///< it has been looked at at all
    QList<LiveTile> tiles;        ///< in the order of the queue
    quint64 tilesTotal = 0;
    QList<LiveAttachment> attached;
    bool kept = false; ///< its node was made of it while it was there: a program had made it
    double inRate = 0; ///< bytes over the last second
    double outRate = 0;
};

/// The two ways through an endpoint whose ends both read and write; every other one has the first alone.
enum class Way : quint8 { AToB = 1, BToA = 2 };

/// True for a socketpair, a connection and a pty: what goes one way does not meet what goes the other.
bool isTwoWay(const LiveEndpoint& endpoint);

/// One process's use of one endpoint, as it is now.
struct LiveEdge
{
    quint32 process = 0;
    quint32 endpoint = 0;
    QString edge;    ///< topology id; empty: not drawn by the person
    QList<int> fds;  ///< open now
    int lastFd = -1; ///< one that was open; -1 when none is known
    QString access;  ///< what its descriptors allow: "read", "write", "read-write"; empty: not known
    bool open = false;
    bool wasOpen = false;
    quint64 bytesIn = 0;  ///< the process put into the endpoint
    quint64 bytesOut = 0; ///< the process took out of it
    quint64 messagesIn = 0;
    quint64 messagesOut = 0;
    double rateIn = 0;
    double rateOut = 0;
    bool blocked = false; ///< a call of this process waits on this endpoint
    quint64 blockedSince = 0;
    quint64 blockedBefore = 0; ///< so long it had waited already by then
    /// For how long, in ns; `now` as Session::now().
    quint64 blockedFor(quint64 now) const
    {
        return blockedBefore + (now > blockedSince ? now - blockedSince : 0);
    }
    QString capture; ///< how its bytes are known: as the endpoint's (catalog.h)
};

/// A descriptor of a process that leads to an endpoint.
struct LiveDescriptor
{
    quint32 process = 0;
    int fd = -1; ///< -1: a use without one (System V, mapped memory)
    QString access;
    quint32 description = 0; ///< the open file description; what dup, fork and passing made has the same
    quint32 endpoint = 0;
    bool operator==(const LiveDescriptor&) const = default;
};

/// Something that went wrong or should be known; shown in Problems and on its node.
struct Problem
{
    Fault::Severity severity = Fault::Severity::Error;
    QString node;
    QString what;
    QString remedy;
};

/// Who holds an endpoint open.
struct Holder
{
    qint64 pid = 0;
    quint32 process = 0;
    QString name;
    int fd = -1;
    QString access;
};

/// Processes of which each waits for the next, and the last for the first; one alone waits for itself.
struct WaitCircle
{
    QList<quint32> processes;
    QString what;   ///< a sentence
    QString remedy; ///< a sentence
};

/// Who can never go on by itself, as far as it is seen.
struct Deadlocks
{
    QSet<quint32> stuck; ///< those in circles, and those who wait for them
    QList<WaitCircle> circles;
};

struct RunOptions
{
    QString capture = QStringLiteral("auto");
    int dataBytes = 64;
    /// With "auto": calls a second that a process may make and be followed one by one, by ptrace (without
    /// eBPF, or attached); 0: no bound.
    int budget = 20'000;
    QString recordPath; ///< empty: not recorded
    /// Files of the system that programs open (libraries, settings) are endpoints too.
    bool systemFiles = false;
    /// Nodes of the processes that start; the others wait to be started by hand. Empty: each as it says.
    QStringList only = {};
    QList<qint64> attach;       ///< pids of processes that run already, and
    bool attachChildren = true; ///< the children that they have
    /// Node of the process that has `streams`, descriptors of ours, where nothing else is connected, and that
    /// is in our process group. Empty: none.
    QString standard = {};
    Streams streams = {0, 1, 2};
};

/// A process of the machine that the engine runs on.
struct AttachableProcess
{
    qint64 pid = 0;
    QString name;
    QString user;
    QStringList argv;
    QString whyNot; ///< a sentence; empty when one may attach to it
    bool operator==(const AttachableProcess&) const = default;
};

/// A way to capture, and why the engine cannot go it; empty when it can.
struct CaptureWay
{
    QString mode; ///< "auto", "ptrace", "ebpf", "sampled"
    QString whyNot;
};

/// The engine's two processes; 0 while there is none.
struct EnginePids
{
    qint64 keeper = 0;
    qint64 worker = 0;
};

/// One run: speaks to the engine, holds what is live, keeps the log. Lives in the GUI thread and never makes
/// it wait. A recorded session opened from its file is shown through the same object, read-only.
class Session : public QObject
{
    Q_OBJECT

public:
    enum class State { Idle, Starting, Running, Paused, Stopping, Ended, Recorded };
    Q_ENUM(State)

    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    // --- doing
    /// Starts the engine if there is none, and runs. Faults of the topology become problems and nothing
    /// starts.
    void run(const Topology& topology, const RunOptions& options = {});
    void stop();
    void pause();
    void resume();
    void setPace(int callsPerSecond);
    /// The document has changed while it runs: new nodes start by themselves.
    void add(const Topology& topology);
    /// These processes and endpoints, which nobody drew, are those nodes' from now on. `topology` is the
    /// document's with the nodes and their edges in it: they are not started by add().
    void adopt(const Topology& topology, const QHash<quint32, QString>& nodesOfProcesses,
               const QHash<quint32, QString>& nodesOfEndpoints);
    /// Follows a process that runs already, in this run, and the children that it has. What forbids it
    /// becomes a problem.
    void attach(qint64 pid, bool withChildren = true);
    /// Lets an attached process go on by itself.
    void detach(quint32 process);
    /// A run that follows and starts nobody: once a second it looks at who has what on this machine, of these
    /// processes and whom they share something with; of all, where there is none.
    void lookAtMachine(const QList<qint64>& pids);
    /// Answered by processesListed(). Starts the engine if there is none.
    void askProcesses();
    void startNode(const QString& node);
    void stopNode(const QString& node);
    void pauseNode(const QString& node, bool paused);
    void setNodePace(const QString& node, int callsPerSecond);
    void sendSignal(quint32 process, int signal);
    void sendInput(quint32 process, const QByteArray& bytes, bool end);
    void setCapacity(quint32 endpoint, int bytes);
    void writeInto(quint32 endpoint, const QByteArray& bytes, Way way = Way::AToB);
    /// Into shared memory, where it has that many bytes.
    void storeInto(quint32 endpoint, quint64 offset, const QByteArray& bytes);
    /// `rank` is the message's type (System V) or priority (POSIX).
    void sendInto(quint32 endpoint, const QByteArray& message, qint64 rank);
    /// A limit of the kernel's for this object, under its name: "msg_qbytes".
    void setLimit(quint32 endpoint, const QString& name, qint64 value);
    /// A semaphore of a set gets this value; an event counter gets it added.
    void setValue(quint32 endpoint, int index, qint64 value);
    /// Removes the kernel object, whoever uses it.
    void removeObject(quint32 endpoint);
    /// Lets a node's process go on to its next call on an endpoint.
    void step(const QString& node);
    /// The same of any process, and holding it.
    void stepProcess(quint32 process);
    void pauseProcess(quint32 process, bool paused);
    /// The calls of a process are followed no more one by one, or again.
    void sampleProcess(quint32 process, bool sampled);
    /// What is done to calls from now on, until it is removed or the run ends. Returns its number.
    quint32 setRule(Rule rule);
    void removeRule(quint32 rule);
    /// The limits of the machine, under the kernel's names ("msgmnb", "mqueue/msg_max"); empty before an
    /// engine has run.
    QJsonObject limits() const;
    /// Answered by contents(). Returns the request's number.
    quint32 peek(quint32 endpoint, quint64 offset, quint32 size, Way way = Way::AToB);
    void askHolders(quint32 endpoint);
    /// Starts the recording of this run. Returns what went wrong, empty when it went well.
    QString startRecording(const QString& path);
    /// Ends it in the background: recordingChanged() tells the end, a problem what went wrong. A run that
    /// ends does the same.
    void stopRecording();
    /// Shows a session from its file, read-only (in the background; opened() or problem tells the end).
    void openRecording(const QString& path);
    /// Forgets the ended run's log.
    void clear();
    /// Plays the log of a run that has ended, or of a recording, again: processes, endpoints and edges are
    /// those of that moment then, as far as the log tells. `speed`: seconds of the run in one second. At its
    /// end it stands still.
    void playReplay(double speed);
    void pauseReplay();
    /// Shows the moment so many ns after the run began.
    void replayTo(quint64 time);
    /// So many events on, or back.
    void stepReplay(qint64 events);
    /// Shows the end again.
    void endReplay();
    /// How an engine is started; default: BYTEYARD_ENGINE, else `byteyard-engine` beside the program, or in
    /// PATH (model/session/engine_command.h). Takes effect when the next engine starts.
    void setEngineCommand(const QStringList& command);
    /// Events before `position` are done with (streamed, say): the engine is made to wait rather than that
    /// later ones go because of the store's limit. Without a call nothing waits.
    void consumed(quint64 position);
    /// Events before this position of the store find their processes and endpoints in the catalog; of later
    /// ones these may still be on their way.
    quint64 namedEnd() const;

    // --- seeing
    State state() const;
    bool isLive() const; ///< Starting, Running, Paused or Stopping
    bool isPaused() const;
    EnginePids enginePids() const;
    /// "exact (ptrace)", why, and how many processes are sampled nevertheless.
    QString captureText() const;
    /// "ebpf" or "ptrace": how an attached process is followed when it is not sampled.
    QString attachedCapture() const;
    /// What the engine can do; empty before one has run.
    QList<CaptureWay> captureWays() const;
    quint64 now() const; ///< ns since the run began; the end's when it has ended, the moment that is replayed
    quint64 length() const;   ///< how long the run takes so far, or took, in ns
    bool canReplay() const;   ///< a run has ended, or was recorded, and has a log
    bool isReplaying() const; ///< a moment of it is shown, or one after the other
    bool isReplayPlaying() const;
    quint64 replayPosition() const; ///< of the first event that has not come, in the store
    /// The run only looks (lookAtMachine): nothing can be done to its processes, no call is followed.
    bool isMap() const;
    /// How often the engine has told of a look at endpoints.
    quint64 looks() const;
    QList<LiveProcess> processes() const;
    QList<LiveEndpoint> endpoints() const;
    QList<LiveEdge> edges() const;
    /// All that are open now, by process and number.
    QList<LiveDescriptor> descriptors() const;
    /// What happened when, so far; calls that have not returned count up to now.
    TimeLine timeLine() const;
    const LiveProcess* process(quint32 number) const;
    const LiveEndpoint* endpoint(quint32 number) const;
    /// True for a process that waits because only others were to run (RunOptions::only).
    bool isHeldBack(const QString& node) const;
    /// What a process that has not begun waits for, by its start rule: {"when": …} as in docs/files.md; empty
    /// when it waits for nothing.
    QJsonObject awaitedStart(const LiveProcess& process) const;
    /// What runs, or ran last, as far as it was drawn.
    const Topology& topology() const;
    /// The newest of this node; null before it ran.
    const LiveProcess* processOfNode(const QString& node) const;
    const LiveEndpoint* endpointOfNode(const QString& node) const;
    const LiveEdge* edgeOf(const QString& edgeId) const;
    QList<PendingCall> pending() const;
    /// Who waits for whom so that none can go on (wait_circles.h), as was found last: looked for twice a
    /// second.
    const Deadlocks& deadlocks() const;
    /// What a process waits on, as a sentence (labs.md); empty when it does not.
    QString blockedSentence(quint32 process) const;
    QList<Rule> rules() const;
    QString ruleText(const Rule& rule) const; ///< a sentence for people
    /// The log of this run. Each run (and each opened file) has a store of its own: storeChanged() tells.
    const EventStore& store() const;
    /// The same for jobs in other threads: it stays whole when the next run starts.
    std::shared_ptr<const EventStore> sharedStore() const;
    /// A copy, to be given to jobs in other threads.
    Catalog catalog() const;
    QList<Problem> problems() const;
    /// Processes and endpoints of this run that could not be started or made.
    int failedToStart() const;
    quint64 lost() const;
    /// How often programs opened a file of the system that was not followed.
    quint64 systemFilesLeft() const;
    bool followsSystemFiles() const;
    /// Follows them from now on, those that are open with them; or no more.
    void followSystemFiles(bool too);
    quint64 eventCount() const;
    bool isRecording() const;      ///< also while the last bytes of an ended recording are being written
    QString recordingPath() const; ///< the file being recorded, or the last one of this run
    quint64 recordingBytes() const;
    QString recordedFrom() const; ///< the file of a Recorded session
    /// What a process printed so far, streams in order of arrival.
    QByteArray output(quint32 process) const;

Q_SIGNALS:
    void stateChanged(byteyard::model::Session::State state);
    /// store() is another one from now on. The old one lives until this signal has been delivered.
    void storeChanged();
    /// A process, endpoint or edge came or changed its state. Not for numbers: those come with ticked().
    void structureChanged();
    /// At most 60 times a second while something moves: numbers, events, pending calls have changed.
    void ticked();
    void outputArrived(quint32 process, int stream, const QByteArray& bytes);
    void contents(quint32 request, quint32 endpoint, quint64 offset, quint64 total, bool available,
                  const QByteArray& bytes);
    void holders(quint32 endpoint, const QList<byteyard::model::Holder>& holders);
    void processesListed(const QList<byteyard::model::AttachableProcess>& processes);
    void problemFound(const byteyard::model::Problem& problem);
    /// A break holds a process: `sentence` says where.
    void held(const byteyard::model::RuleHit& hit, const QString& sentence);
    void rulesChanged();
    void recordingChanged();
    void opened(); ///< openRecording() is through
    /// A replay began, ended, plays or stands still.
    void replayChanged();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace byteyard::model
