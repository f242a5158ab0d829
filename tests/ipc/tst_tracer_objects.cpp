#include "tests/ipc/recording_sink.h"

#include <csignal>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {

constexpr int patience = 60000;

std::string text(const Event& event)
{
    return {reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size()};
}

std::string word(const Event& event, std::string_view key)
{
    return detailValue(event.detailText, key);
}

std::string uniqueName(const char* what)
{
    return "/byteyard-test-" + std::string(what) + "-" + std::to_string(getpid());
}

} // namespace

class TracerObjects : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aQueueOfAProgramIsFoundAndItsMessagesAreCounted();
    void prioritiesOfAPosixQueueAreSeen();
    void memoryIsAnEdgeWhileItIsMapped_data();
    void memoryIsAnEdgeWhileItIsMapped();
    void operationsOnASemaphoreSetAreSpelledOut();
    void aPosixSemaphoreIsKnownByItsNameAndByWhoWaits();
    void twoEventfdsAreTwoEndpoints();
    void bothSidesOfAPtyAreOneEndpoint();
    void theOtherSideOfAPtyMayBeOpenedThroughTheFirst();
    void whatIsMadeAfterAThreadHasEndedIsFound();
    void whoSleepsOnAWordOfMemorySaysWhere_data();
    void whoSleepsOnAWordOfMemorySaysWhere();
    void aSleeperSaysOnWhichObject_data();
    void aSleeperSaysOnWhichObject();
    void aStepEndsBeforeTheNextCall();
};

void TracerObjects::aQueueOfAProgramIsFoundAndItsMessagesAreCounted()
{
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("objects"), "queue"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto queues = b.sink.foundOf("sysv-queue");
    QCOMPARE(queues.size(), 1U);
    const auto get = b.sink.events(Call::Msgget, id);
    QCOMPARE(get.size(), 1U);
    QCOMPARE(b.sink.found(queues.front()).key,
             ObjectKey(ObjectKey::Kind::SysvQueue, static_cast<std::uint64_t>(get.front().result)));
    QCOMPARE(word(get.front(), "key"), std::string("IPC_PRIVATE"));
    const auto sends = b.sink.events(Call::Msgsnd, id);
    QCOMPARE(sends.size(), 2U);
    QCOMPARE(sends.front().endpoint, queues.front());
    QCOMPARE(text(sends.front()), std::string("seven"));
    QCOMPARE(sends.front().dataState, DataState::Complete);
    QCOMPARE(word(sends.front(), "type"), std::string("7"));
    const auto receives = b.sink.events(Call::Msgrcv, id);
    QCOMPARE(receives.size(), 3U);
    QCOMPARE(word(receives[0], "flags"), std::string("IPC_NOWAIT|MSG_COPY"));
    QCOMPARE(word(receives[1], "type"), std::string("-5"));
    QCOMPARE(word(receives[1], "got"), std::string("3"));
    QCOMPARE(text(receives[2]), std::string("seven"));
    QCOMPARE(b.sink.bytesIn(queues.front()), 5);
    QCOMPARE(b.sink.bytesOut(queues.front()), 5);
    QCOMPARE(transferOf(receives[0].view()).messages, 0U);
    QCOMPARE(transferOf(receives[1].view()).messages, 1U);
    QCOMPARE(word(b.sink.events(Call::Msgctl, id).front(), "cmd"), std::string("IPC_RMID"));
    QVERIFY(b.sink.edges(id, queues.front()).empty());
}

void TracerObjects::prioritiesOfAPosixQueueAreSeen()
{
    Bench b;
    const std::string name = uniqueName("mq");
    const auto id = b.start(b.plan({Bench::peer("objects"), "mq", name}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto queues = b.sink.foundOf("posix-queue");
    QCOMPARE(queues.size(), 1U);
    QCOMPARE(b.sink.found(queues.front()).name, name);
    const auto sends = b.sink.events(Call::MqTimedsend, id);
    QCOMPARE(sends.size(), 2U);
    QCOMPARE(word(sends[1], "priority"), std::string("5"));
    QCOMPARE(text(sends[1]), std::string("high"));
    const auto receives = b.sink.events(Call::MqTimedreceive, id);
    QCOMPARE(word(receives[0], "priority"), std::string("5"));
    QCOMPARE(text(receives[0]), std::string("high"));
    QCOMPARE(b.sink.bytesIn(queues.front()), 7);
    QCOMPARE(b.sink.bytesOut(queues.front()), 7);
    QCOMPARE(b.sink.events(Call::MqUnlink, id).front().endpoint, queues.front());
}

void TracerObjects::memoryIsAnEdgeWhileItIsMapped_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<int>("size");
    QTest::newRow("System V") << "shm"
                              << "sysv-shm" << 8192;
    QTest::newRow("POSIX") << "posix-shm"
                           << "posix-shm" << 8192;
    QTest::newRow("memfd") << "memfd"
                           << "memfd" << 8192;
}

void TracerObjects::memoryIsAnEdgeWhileItIsMapped()
{
    QFETCH(QString, what);
    QFETCH(QString, kind);
    QFETCH(int, size);
    Bench b;
    auto input = b.pipe();
    const std::string name = uniqueName("memory");
    const auto plan = b.plan({Bench::peer("objects"), what.toStdString(), name},
                             {Bench::to(0, input.read, input.endpoint)});
    b.tracer.launch(plan);
    input.read.reset();
    b.tracer.release(plan.process);
    // The loader reads too, and is slow on a busy machine: the memory must be there before the read that
    // waits.
    QTRY_VERIFY_WITH_TIMEOUT(!b.sink.foundOf(kind.toStdString()).empty(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(plan.process, "read"), patience);
    const auto memories = b.sink.foundOf(kind.toStdString());
    QCOMPARE(memories.size(), 1U);
    QCOMPARE(b.sink.edges(plan.process, memories.front()), std::vector<int>{-1});
    std::vector<TableMapping> mapped;
    {
        const auto lock = b.tracer.lockTable();
        mapped = b.tracer.attachments(memories.front());
    }
    QCOMPARE(mapped.size(), 1U);
    QCOMPARE(mapped.front().size, static_cast<std::uint64_t>(size));
    // The kernel's own word.
    std::array<char, 40> start{};
    std::snprintf(start.data(), start.size(), "%lx-%lx rw-s",
                  static_cast<unsigned long>(mapped.front().address),
                  static_cast<unsigned long>(mapped.front().address + mapped.front().size));
    QFile maps(QString::asprintf("/proc/%d/maps", mapped.front().pid));
    QVERIFY(maps.open(QIODevice::ReadOnly));
    QVERIFY(maps.readAll().contains(start.data()));
    input.write.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QCOMPARE(b.sink.end(plan.process)->exitCode, 0);
    QVERIFY(b.sink.edges(plan.process, memories.front()).empty());
}

void TracerObjects::operationsOnASemaphoreSetAreSpelledOut()
{
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("objects"), "semaphore"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.foundOf("sysv-semaphore").size(), 1U);
    const auto operations =
        b.sink.select([](const Event& e) { return e.call == Call::Semop || e.call == Call::Semtimedop; });
    QCOMPARE(operations.size(), 2U);
    for (const Event& each : operations) {
        QCOMPARE(word(each, "ops"), std::string("0:-1:SEM_UNDO,1:1"));
        QCOMPARE(each.endpoint, b.sink.foundOf("sysv-semaphore").front());
    }
    const auto controls = b.sink.events(Call::Semctl, id);
    QCOMPARE(word(controls.front(), "value"), std::string("2"));
    QCOMPARE(controls[1].result, 2);
}

void TracerObjects::aPosixSemaphoreIsKnownByItsNameAndByWhoWaits()
{
    Bench b;
    const std::string name = uniqueName("sem");
    const auto id = b.start(b.plan({Bench::peer("objects"), "sem", name}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "futex"), patience);
    const auto semaphores = b.sink.foundOf("posix-semaphore");
    QCOMPARE(semaphores.size(), 1U);
    QCOMPARE(b.sink.found(semaphores.front()).name, name);
    const auto waits = b.inProgress();
    QCOMPARE(waits.front().endpoint, semaphores.front());
    QCOMPARE(waits.front().call, Call::Futex);
    QCOMPARE(b.sink.edges(id, semaphores.front()), std::vector<int>{-1});
    b.tracer.signal(id, SIGKILL, false);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QVERIFY(b.sink.edges(id, semaphores.front()).empty());
}

void TracerObjects::twoEventfdsAreTwoEndpoints()
{
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("objects"), "eventfd"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto counters = b.sink.foundOf("eventfd");
    QCOMPARE(counters.size(), 2U);
    QCOMPARE(b.sink.bytesIn(counters[0]), 8);
    QCOMPARE(b.sink.bytesOut(counters[0]), 8);
    QCOMPARE(b.sink.bytesIn(counters[1]), 0);
    QCOMPARE(b.sink.bytesOut(counters[1]), 8);
}

void TracerObjects::bothSidesOfAPtyAreOneEndpoint()
{
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("objects"), "pty"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto ptys = b.sink.foundOf("pty");
    QCOMPARE(ptys.size(), 1U);
    QCOMPARE(b.sink.bytesIn(ptys.front()), 3);
    QCOMPARE(b.sink.bytesOut(ptys.front()), 3);
}

/// openpty(3) does: no name is opened (TIOCGPTPEER).
void TracerObjects::theOtherSideOfAPtyMayBeOpenedThroughTheFirst()
{
    Bench b;
    auto input = b.pipe();
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, tty\n"
                                    "first, other = os.openpty()\n"
                                    "tty.setraw(other)\n"
                                    "os.dup2(other, 50)\n"
                                    "os.write(50, b'three')\n"
                                    "os.read(first, 10)\n"
                                    "os.read(0, 1)\n"},
                                   {Bench::to(0, input.read, input.endpoint)}));
    input.read.reset();
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.foundOf("pty").size(), 1U, patience);
    const std::uint32_t pty = b.sink.foundOf("pty").front();
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(pty), 5, patience);
    QCOMPARE(b.sink.bytesIn(pty), 5);
    QCOMPARE(b.sink.edges(id, pty).size(), 3U);
    input.write.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QVERIFY(b.sink.edges(id, pty).empty());
}

/// /proc shows nothing of the thread that was looked at last.
void TracerObjects::whatIsMadeAfterAThreadHasEndedIsFound()
{
    Bench b;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, socket, threading\n"
                                    "for i in range(3):\n"
                                    "    t = threading.Thread(target=lambda: None)\n"
                                    "    t.start()\n"
                                    "    t.join()\n"
                                    "    a, c = os.pipe()\n"
                                    "    os.write(c, b'four')\n"
                                    "    os.read(a, 4)\n"
                                    "l = socket.create_server(('127.0.0.1', 0))\n"
                                    "t = threading.Thread(target=socket.create_connection,"
                                    " args=[l.getsockname()])\n"
                                    "t.start()\n"
                                    "t.join()\n"
                                    "l.accept()[0].send(b'sevenxx')\n"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto pipes = b.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), 3U);
    for (const std::uint32_t pipe : pipes) {
        QCOMPARE(b.sink.bytesIn(pipe), 4);
        QCOMPARE(b.sink.bytesOut(pipe), 4);
    }
    const auto sockets = b.sink.foundOf("tcp");
    QCOMPARE(sockets.size(), 2U);
    QCOMPARE(b.sink.bytesIn(sockets.back()), 7);
}

void TracerObjects::whoSleepsOnAWordOfMemorySaysWhere_data()
{
    QTest::addColumn<QString>("call");
    for (const char* call : {"futex", "futex_wait", "futex_waitv"})
        QTest::newRow(call) << call;
}

void TracerObjects::whoSleepsOnAWordOfMemorySaysWhere()
{
    QFETCH(QString, call);
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("objects"), "word-wait", call.toStdString()}));
    std::vector<CallInProgress> sleeping;
    QTRY_VERIFY_WITH_TIMEOUT((sleeping = b.inProgress(), !sleeping.empty() || b.sink.ended(id)) &&
                                 (b.sink.ended(id) || sleeping.front().callName == call.toStdString()),
                             patience);
    if (b.sink.ended(id) && b.sink.end(id)->exitCode == 77)
        QSKIP("this kernel has no such call");
    const auto memories = b.sink.foundOf("memfd");
    QCOMPARE(memories.size(), 1U);
    QCOMPARE(sleeping.size(), 1U);
    QCOMPARE(sleeping.front().endpoint, memories.front());
    QVERIFY(sleeping.front().detail.find("offset=64") != std::string::npos);
    b.tracer.signal(id, SIGKILL, false);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
}

void TracerObjects::aSleeperSaysOnWhichObject_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("call");
    QTest::newRow("msgrcv") << "queue-wait"
                            << "msgrcv";
    QTest::newRow("semop") << "sem-wait"
                           << "sem";
    QTest::newRow("flock") << "lock-wait"
                           << "flock";
}

void TracerObjects::aSleeperSaysOnWhichObject()
{
    QFETCH(QString, what);
    QFETCH(QString, call);
    Bench b;
    const auto endpoint = b.sink.newEndpoint();
    std::string argument;
    int id = -1;
    Fd file;
    if (what == "queue-wait") {
        id = msgget(IPC_PRIVATE, 0600);
        b.tracer.follow(endpoint, {ObjectKey::Kind::SysvQueue, static_cast<std::uint64_t>(id)});
    } else if (what == "sem-wait") {
        id = semget(IPC_PRIVATE, 1, 0600);
        b.tracer.follow(endpoint, {ObjectKey::Kind::SysvSemaphore, static_cast<std::uint64_t>(id)});
    } else {
        argument = (b.directory / "locked").string();
        file = Fd(open(argument.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        b.followFd(endpoint, file.get());
        QCOMPARE(flock(file.get(), LOCK_EX), 0);
    }
    if (id >= 0)
        argument = std::to_string(id);
    const auto process = b.start(b.plan({Bench::peer("objects"), what.toStdString(), argument}));
    const auto sleeps = [&] {
        const auto list = b.inProgress();
        return std::any_of(list.begin(), list.end(), [&](const CallInProgress& each) {
            return each.process == process && each.endpoint == endpoint &&
                   QString::fromStdString(each.callName).startsWith(call);
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    // A signal that is ignored does not end the sleep.
    b.tracer.signal(process, SIGWINCH, false);
    if (what == "queue-wait") {
        struct
        {
            long type = 1;
            char data[2] = {'o', 'k'};
        } message;
        QCOMPARE(msgsnd(id, &message, 2, 0), 0);
    } else if (what == "sem-wait") {
        sembuf up{0, 1, 0};
        QCOMPARE(semop(id, &up, 1), 0);
    } else {
        file.reset();
    }
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(process), patience);
    QCOMPARE(b.sink.end(process)->exitCode, 0);
    if (what == "queue-wait")
        msgctl(id, IPC_RMID, nullptr);
    else if (what == "sem-wait")
        semctl(id, 0, IPC_RMID);
}

void TracerObjects::aStepEndsBeforeTheNextCall()
{
    Bench b;
    const auto plan = b.plan({Bench::peer("objects"), "eventfd"});
    b.tracer.launch(plan);
    b.tracer.pause(plan.process);
    b.tracer.release(plan.process);
    std::vector<std::string> calls;
    while (calls.size() < 40 && !b.sink.ended(plan.process)) {
        b.tracer.step(plan.process);
        const auto held = [&] {
            const auto list = b.inProgress();
            return !list.empty() && list.front().paced;
        };
        QTRY_VERIFY_WITH_TIMEOUT(held() || b.sink.ended(plan.process), patience);
        if (const auto list = b.inProgress(); !list.empty())
            calls.push_back(list.front().callName);
    }
    // From eventfd on, one call a step, in the program's order.
    const auto first = std::find(calls.begin(), calls.end(), "eventfd2");
    const std::vector<std::string> rest(first, calls.end());
    QCOMPARE(rest, (std::vector<std::string>{"eventfd2", "eventfd2", "write", "read", "read"}));
}

QTEST_GUILESS_MAIN(TracerObjects)
#include "tst_tracer_objects.moc"
