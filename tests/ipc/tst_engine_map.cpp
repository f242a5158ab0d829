#include "engine_client.h"
#include "machine_calls.h"
#include "stranger.h"

#include "ipc/host/process_scan.h"

#include <QTest>

#include <set>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/syscall.h>

using namespace byteyard;
using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000;

QString peerOf(const char* name)
{
    return QStringLiteral(BYTEYARD_PEERS "/") + QLatin1String(name);
}

void make(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(path));
}

QJsonArray arrayOf(const QList<int>& pids)
{
    QJsonArray array;
    for (const int pid : pids)
        array.append(pid);
    return array;
}

/// Begins a map, and waits for its first look to be through.
bool look(EngineClient& engine, const QList<int>& pids)
{
    engine.clear();
    engine.send(
        {{"type", "run"}, {"capture", "map"}, {"attach", arrayOf(pids)}, {"topology", QJsonObject()}});
    return engine.until([&] { return engine.has(u"sample"_s); }, patience);
}

QJsonObject processOf(const EngineClient& engine, int pid)
{
    return engine.lastWith(
        [&](const QJsonObject& m) { return m[u"type"_s] == u"process"_s && m[u"pid"_s].toInt() == pid; });
}

QList<QJsonObject> allOf(const EngineClient& engine, const QString& type)
{
    QList<QJsonObject> all;
    for (const QJsonObject& message : engine.messages)
        if (message[u"type"_s] == type)
            all.append(message);
    return all;
}

QJsonObject endpointNumber(const EngineClient& engine, int number)
{
    return engine.lastWith([&](const QJsonObject& m) {
        return m[u"type"_s] == u"endpoint"_s && m[u"endpoint"_s].toInt() == number;
    });
}

/// Of a kind, and whose descriptors a process has, with how they may be used: "pipe 3 read".
QStringList usesOf(const EngineClient& engine, int pid)
{
    const int number = processOf(engine, pid)[u"process"_s].toInt();
    QStringList uses;
    for (const QJsonObject& edge : allOf(engine, u"edge"_s)) {
        const QString use =
            u"%1 %2 %3"_s.arg(endpointNumber(engine, edge[u"endpoint"_s].toInt())[u"kind"_s].toString())
                .arg(edge[u"fd"_s].toInt())
                .arg(edge[u"access"_s].toString());
        if (edge[u"process"_s].toInt() != number)
            continue;
        edge[u"open"_s].toBool() ? uses.append(use) : void(uses.removeOne(use));
    }
    return uses;
}

QJsonObject blockedOf(const EngineClient& engine, int pid)
{
    return engine.lastWith(
        [&](const QJsonObject& m) { return m[u"type"_s] == u"blocked"_s && m[u"pid"_s].toInt() == pid; });
}

QJsonObject sampleOf(const EngineClient& engine, int endpoint)
{
    for (auto message = engine.messages.crbegin(); message != engine.messages.crend(); ++message)
        if ((*message)[u"type"_s] == u"sample"_s)
            for (const QJsonValue& entry : (*message)[u"endpoints"_s].toArray())
                if (entry[u"endpoint"_s].toInt() == endpoint)
                    return entry.toObject();
    return {};
}

/// The numbers of descriptors that lead to pipes and sockets, by the kernel's own list.
QSet<int> channelsOf(int pid)
{
    QSet<int> numbers;
    const QDir directory(u"/proc/%1/fd"_s.arg(pid));
    for (const QString& name : directory.entryList(QDir::System | QDir::Files | QDir::NoDotAndDotDot)) {
        const QString target = QFileInfo(directory.filePath(name)).symLinkTarget();
        if (target.contains(u"pipe:["_s) || target.contains(u"socket:["_s))
            numbers.insert(name.toInt());
    }
    return numbers;
}

/// A child of a process by its name; 0 while there is none.
int childOf(int pid, const QString& name)
{
    for (const pid_t child : ipc::host::childrenOf("/proc", pid))
        if (QString::fromStdString(ipc::proc::commandName(child)) == name)
            return child;
    return 0;
}

/// A shell that waits for the programs of a pipeline, of which each is itself already.
bool runs(const Stranger& shell, const QStringList& names)
{
    if (!shell.sleepsIn(SYS_wait4))
        return false;
    return std::all_of(names.begin(), names.end(),
                       [&](const QString& name) { return childOf(shell.pid(), name) != 0; });
}

/// It has made all that it makes: from then on it sleeps for a moment, again and again.
bool hasAll(const Stranger& stranger)
{
    return QTest::qWaitFor(
        [&] { return stranger.sleepsIn(SYS_clock_nanosleep) || stranger.sleepsIn(SYS_nanosleep); }, patience);
}

bool sleepsInRead(int pid)
{
    const auto call = ipc::proc::sleepingCall(pid);
    return call && call->number == SYS_read;
}

} // namespace

class TestEngineMap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachKindIsTold()
    {
        QTemporaryDir directory;
        const QString go = directory.filePath(u"go"_s);
        Stranger stranger({peerOf("strangers"), u"objects"_s, go});
        QVERIFY(hasAll(stranger));
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {stranger.pid()}));
        QCOMPARE(engine.last(u"run-started"_s)[u"capture"_s].toString(), u"map"_s);
        QMap<QString, int> kinds;
        for (const QJsonObject& endpoint : allOf(engine, u"endpoint"_s))
            ++kinds[endpoint[u"kind"_s].toString()];
        // A listener and its connection each.
        const QMap<QString, int> expected{{u"pipe"_s, 1},        {u"socketpair"_s, 1}, {u"tcp"_s, 2},
                                          {u"unix-stream"_s, 2}, {u"memfd"_s, 1},      {u"posix-shm"_s, 1},
                                          {u"sysv-shm"_s, 1},    {u"eventfd"_s, 1},    {u"socket"_s, 1}};
        QCOMPARE(kinds, expected);
        for (const QJsonObject& endpoint : allOf(engine, u"endpoint"_s))
            if (endpoint[u"name"_s].toString().contains(u"connection"_s))
                QVERIFY2(endpoint[u"parent"_s].toInt() > 0, qPrintable(endpoint[u"name"_s].toString()));
        // The witness: every pipe and socket of /proc/PID/fd has an edge.
        QSet<int> told;
        for (const QString& use : usesOf(engine, stranger.pid()))
            told.insert(use.section(u' ', 1, 1).toInt());
        QVERIFY2(told.contains(channelsOf(stranger.pid())),
                 qPrintable(usesOf(engine, stranger.pid()).join(u'\n')));
        make(go);
        QCOMPARE(stranger.status(), 0);
    }

    void theEndsOfAPipeAndWhoWaitsAreTold()
    {
        Stranger shell({u"sh"_s, u"-c"_s, u"yes | sleep 1000"_s});
        QTRY_VERIFY_WITH_TIMEOUT(runs(shell, {u"yes"_s, u"sleep"_s}), patience);
        const int yes = childOf(shell.pid(), u"yes"_s);
        const int sleep = childOf(shell.pid(), u"sleep"_s);
        QTRY_VERIFY_WITH_TIMEOUT(
            ipc::proc::sleepingCall(yes) && ipc::proc::sleepingCall(yes)->number == SYS_write, patience);
        QTest::qSleep(100); // so long at least it has waited
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {yes}));
        QVERIFY2(usesOf(engine, yes).contains(u"pipe 1 write"_s),
                 qPrintable(usesOf(engine, yes).join(u'\n')));
        QVERIFY2(usesOf(engine, sleep).contains(u"pipe 0 read"_s),
                 qPrintable(usesOf(engine, sleep).join(u'\n')));
        const QJsonObject waits = blockedOf(engine, yes);
        QCOMPARE(waits[u"call"_s].toString(), u"write"_s);
        QCOMPARE(waits[u"fd"_s].toInt(), 1);
        QCOMPARE(waits[u"how"_s].toString(), u"sampled"_s);
        QVERIFY(waits[u"requested"_s].toInt() > 0);
        // 0 where the kernel does not tell (CONFIG_SCHED_DEBUG).
        const qint64 before = waits[u"before"_s].toInteger();
        QVERIFY2(before == 0 || before > 50'000'000, qPrintable(QString::number(before)));
        const QJsonObject fill = sampleOf(engine, waits[u"endpoint"_s].toInt());
        QCOMPARE(fill[u"fill"_s].toInt(), fill[u"capacity"_s].toInt());
        QVERIFY(fill[u"writeBlocks"_s].toBool());
        QCOMPARE(fill[u"how"_s].toString(), u"unobserved"_s);         // what moved
        QCOMPARE(blockedOf(engine, sleep)[u"endpoint"_s].toInt(), 0); // it sleeps on nothing of these
        ::kill(sleep, SIGTERM);
        QTRY_VERIFY(!shell.isAlive()); // yes had its SIGPIPE
    }

    void whatChangesIsToldAndTheEndOfAllEndsTheMap()
    {
        Stranger shell({u"sh"_s, u"-c"_s, u"sleep 1000 | cat; sleep 1000"_s});
        QTRY_VERIFY_WITH_TIMEOUT(runs(shell, {u"sleep"_s, u"cat"_s}), patience);
        const int cat = childOf(shell.pid(), u"cat"_s);
        QTRY_VERIFY_WITH_TIMEOUT(sleepsInRead(cat), patience);
        const int sleep = childOf(shell.pid(), u"sleep"_s);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {cat}));
        QVERIFY(usesOf(engine, sleep).contains(u"pipe 1 write"_s));
        ::kill(sleep, SIGTERM); // cat sees the end of file
        QVERIFY(engine.until([&] { return engine.has(u"run-ended"_s); }, patience));
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"all-exited"_s);
        QCOMPARE(processOf(engine, cat)[u"state"_s].toString(), u"exited"_s);
        QVERIFY(!processOf(engine, cat).contains(u"exitCode"_s)); // only its parent knows
        QCOMPARE(usesOf(engine, sleep), QStringList());
        ::kill(childOf(shell.pid(), u"sleep"_s), SIGTERM);
    }

    void whatNobodyHasIsInTheMapOfAll()
    {
        const int queue = ::msgget(IPC_PRIVATE, 0600);
        QVERIFY(queue >= 0);
        struct
        {
            long type = 7;
            char text[5] = {'h', 'e', 'l', 'l', 'o'};
        } message;
        QCOMPARE(::msgsnd(queue, &message, sizeof message.text, 0), 0);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {}));
        const QJsonObject endpoint = engine.lastWith([&](const QJsonObject& m) {
            return m[u"kind"_s] == u"sysv-queue"_s && m[u"id"_s].toInt() == queue;
        });
        QVERIFY(!endpoint.isEmpty());
        const QJsonObject facts = sampleOf(engine, endpoint[u"endpoint"_s].toInt());
        QCOMPARE(facts[u"fill"_s].toInt(), 5);
        QCOMPARE(facts[u"facts"_s][u"msg_qnum"_s].toInt(), 1);
        QCOMPARE(facts[u"facts"_s][u"msg_lspid"_s].toInt(), ::getpid());
        QCOMPARE(facts[u"tiles"_s][0][u"type"_s].toInt(), 7);
        // Who looks, and for whom, is not in the picture.
        for (const int pid : {engine.worker(), engine.keeper(), ::getpid()})
            QVERIFY(processOf(engine, pid).isEmpty());
        ::msgctl(queue, IPC_RMID, nullptr);
        QVERIFY(engine.until(
            [&] {
                return endpointNumber(engine, endpoint[u"endpoint"_s].toInt())[u"state"_s] == u"closed"_s;
            },
            patience));
        engine.send({{"type", "stop"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.last(u"run-ended"_s)[u"reason"_s].toString(), u"stopped"_s);
    }

    void aSleeperOnASemaphoreAndAWaiterForALockAreTold()
    {
        QTemporaryDir directory;
        const QString lock = directory.filePath(u"byteyard-lock"_s);
        Stranger holder({u"flock"_s, lock, u"sleep"_s, u"1000"_s});
        int sleep = 0;
        QTRY_VERIFY_WITH_TIMEOUT((sleep = childOf(holder.pid(), u"sleep"_s)) != 0, patience);
        Stranger waiter({u"flock"_s, lock, u"true"_s});
        Stranger semaphore({peerOf("strangers"), u"wait"_s, u"semop"_s});
        QTRY_VERIFY_WITH_TIMEOUT(waiter.sleepsIn(SYS_flock), patience);
        QTRY_VERIFY_WITH_TIMEOUT(semaphore.sleepsIn(SYS_semop) || semaphore.sleepsIn(SYS_semtimedop),
                                 patience);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {waiter.pid(), semaphore.pid()}));
        const QJsonObject waits = blockedOf(engine, waiter.pid());
        QCOMPARE(waits[u"call"_s].toString(), u"flock"_s);
        const QString locks =
            sampleOf(engine, waits[u"endpoint"_s].toInt())[u"facts"_s][u"locks"_s].toString();
        QVERIFY2(locks.contains(u"FLOCK WRITE %1 0 EOF"_s.arg(holder.pid())) && locks.contains(u" waits"_s),
                 qPrintable(locks));
        QVERIFY(!processOf(engine, holder.pid()).isEmpty()); // who holds what they wait for is there too
        const QJsonObject sleeper = blockedOf(engine, semaphore.pid());
        QVERIFY(usesOf(engine, semaphore.pid()).contains(u"sysv-semaphore -1 read-write"_s));
        QCOMPARE(endpointNumber(engine, sleeper[u"endpoint"_s].toInt())[u"kind"_s].toString(),
                 u"sysv-semaphore"_s);
        QCOMPARE(sampleOf(engine, sleeper[u"endpoint"_s].toInt())[u"facts"_s][u"ncnt"_s],
                 QJsonValue(QJsonArray{1}));
        ::kill(sleep, SIGTERM);
    }

    void whoWaitsToOpenAFifoIsToldAndGoesOnWaiting()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"byteyard-fifo"_s);
        QCOMPARE(::mkfifo(QFile::encodeName(path).constData(), 0600), 0);
        Stranger cat({u"cat"_s, path});
        QTRY_VERIFY_WITH_TIMEOUT(cat.sleepsIn(SYS_openat), patience);
        const std::uint64_t given = cat.timesGiven();
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {cat.pid()}));
        const QJsonObject waits = blockedOf(engine, cat.pid());
        QCOMPARE(waits[u"call"_s].toString(), u"openat"_s);
        QCOMPARE(endpointNumber(engine, waits[u"endpoint"_s].toInt())[u"path"_s].toString(), path);
        QCOMPARE(usesOf(engine, cat.pid()).filter(u"fifo"_s), QStringList{u"fifo -1 read"_s});
        const auto count = [&] { return allOf(engine, u"sample"_s).size(); };
        QVERIFY(engine.until([&, first = count()] { return count() > first + 1; }, patience));
        QVERIFY(cat.sleepsIn(SYS_openat));
        QCOMPARE(cat.timesGiven(), given); // nothing woke it
        QCOMPARE(cat.tracer(), 0);
    }

    void nothingIsHeldAndNobodyIsTraced()
    {
        Stranger shell({u"sh"_s, u"-c"_s, u"sleep 1000 | cat"_s});
        QTRY_VERIFY_WITH_TIMEOUT(runs(shell, {u"sleep"_s, u"cat"_s}), patience);
        const int cat = childOf(shell.pid(), u"cat"_s);
        QTRY_VERIFY_WITH_TIMEOUT(sleepsInRead(cat), patience);
        EngineClient engine;
        QVERIFY(engine.greet());
        const QSet<int> before = channelsOf(engine.worker());
        QVERIFY(look(engine, {}));
        QCOMPARE(channelsOf(engine.worker()), before);
        QCOMPARE(shell.tracer(), 0);
        ::kill(childOf(shell.pid(), u"sleep"_s), SIGTERM);
        QCOMPARE(shell.status(), 0); // cat saw the end of file
    }

    void oneWhoMayNotLookIsToldSo()
    {
        Stranger shell({u"sh"_s, u"-c"_s, u"sleep 1000 | cat"_s});
        QTRY_VERIFY_WITH_TIMEOUT(runs(shell, {u"sleep"_s, u"cat"_s}), patience);
        EngineClient engine({}, EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {shell.pid()}));
        const QJsonObject error = processOf(engine, shell.pid())[u"error"_s].toObject();
        QCOMPARE(error[u"code"_s].toString(), u"not-seen"_s);
        QCOMPARE(error[u"parameters"_s][u"user"_s].toString(), u"root"_s);
        QCOMPARE(usesOf(engine, shell.pid()), QStringList());
        for (const pid_t child : ipc::host::childrenOf("/proc", shell.pid()))
            ::kill(child, SIGTERM);
    }

    void memoryAndQueuesAreLookedIntoAPipeIsNot()
    {
        QTemporaryDir directory;
        const QString go = directory.filePath(u"go"_s);
        Stranger stranger({peerOf("strangers"), u"objects"_s, go});
        QVERIFY(hasAll(stranger));
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {stranger.pid()}));
        const auto numberOf = [&](const QString& kind) {
            return engine
                .lastWith([&](const QJsonObject& m) {
                    return m[u"type"_s] == u"endpoint"_s && m[u"kind"_s] == kind;
                })[u"endpoint"_s]
                .toInt();
        };
        int request = 0;
        for (const QString& kind : {u"memfd"_s, u"posix-shm"_s, u"sysv-shm"_s, u"pipe"_s, u"socketpair"_s})
            engine.send({{"type", "peek"},
                         {"request", ++request},
                         {"endpoint", numberOf(kind)},
                         {"offset", 0},
                         {"size", 16}});
        QVERIFY(engine.until([&] { return engine.peeked.size() == request; }));
        for (const EngineClient::Peeked& peeked : engine.peeked) {
            const bool isMemory = peeked.request <= 3;
            QCOMPARE(peeked.available, isMemory);
            QCOMPARE(peeked.bytes, isMemory ? QByteArray(16, '\0') : QByteArray("map"));
        }
        QCOMPARE(engine.errors(), QStringList());
        const QJsonObject memory = sampleOf(engine, numberOf(u"sysv-shm"_s));
        QCOMPARE(memory[u"attached"_s][0][u"pid"_s].toInt(), stranger.pid());
        QCOMPARE(memory[u"facts"_s][u"shm_nattch"_s].toInt(), 1);
        make(go);
        QCOMPARE(stranger.status(), 0);
    }

    void holdersAreThoseOfTheLook()
    {
        Stranger shell({u"sh"_s, u"-c"_s, u"sleep 1000 | cat"_s});
        QTRY_VERIFY_WITH_TIMEOUT(runs(shell, {u"sleep"_s, u"cat"_s}), patience);
        const int cat = childOf(shell.pid(), u"cat"_s);
        QTRY_VERIFY_WITH_TIMEOUT(sleepsInRead(cat), patience);
        const int sleep = childOf(shell.pid(), u"sleep"_s);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(look(engine, {cat}));
        const int pipe = blockedOf(engine, cat)[u"endpoint"_s].toInt();
        engine.send({{"type", "holders"}, {"endpoint", pipe}});
        QVERIFY(engine.until([&] { return engine.has(u"holders"_s); }));
        std::set<std::pair<int, QString>> holders;
        for (const QJsonValue& each : engine.last(u"holders"_s)[u"holders"_s].toArray())
            holders.emplace(each[u"pid"_s].toInt(), each[u"access"_s].toString());
        const std::set<std::pair<int, QString>> expected{{cat, u"read"_s}, {sleep, u"write"_s}};
        QCOMPARE(holders, expected);
        ::kill(sleep, SIGTERM);
    }
};

QTEST_GUILESS_MAIN(TestEngineMap)
#include "tst_engine_map.moc"
