#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

#include <csignal>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {
constexpr int patience = 60000;
}

class TracerPipes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void yesIsKilledBySigpipeWhenHeadHasItsLine();
    void setupShowsForkDupCloseExecInOrder();
    void readerSeesEndOfFileWhenTheLastWriterCloses();
    void fifoWriterWaitsInOpenUntilAReaderComes();
    void bigCopyMovesEveryByte();
    void aFailedExecIsReported();
    void twentyLaunchesLeakNoDescriptor();
    void theEndOfTheTracerKillsAll();
    void sourcesMayStandOnTargets();
};

void TracerPipes::yesIsKilledBySigpipeWhenHeadHasItsLine()
{
    Bench b;
    auto pipe = b.pipe();
    const auto yes = b.plan({"yes"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    const auto head = b.plan({"head", "-1"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(yes);
    b.tracer.launch(head);
    pipe.close();
    b.tracer.release(yes.process);
    b.tracer.release(head.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(yes.process) && b.sink.ended(head.process), patience);
    QCOMPARE(b.sink.end(yes.process)->state, ProcessState::Killed);
    QCOMPARE(b.sink.end(yes.process)->signal, SIGPIPE);
    QCOMPARE(b.sink.end(head.process)->state, ProcessState::Exited);
    QCOMPARE(b.sink.end(head.process)->exitCode, 0);
    const auto exits = b.sink.events(Call::Exit, yes.process);
    QCOMPARE(exits.size(), 1U);
    QCOMPARE(detailValue(exits.front().detailText, "signal"), std::string("SIGPIPE"));
    QVERIFY(b.sink.bytesIn(pipe.endpoint) >= b.sink.bytesOut(pipe.endpoint));
    const auto reads = b.sink.events(Call::Read, head.process);
    QVERIFY(!reads.empty());
    QCOMPARE(static_cast<char>(reads.front().bytes.at(0)), 'y');
    QCOMPARE(reads.front().dataState, DataState::Truncated);
    QCOMPARE(b.alive(), 0U);
    QVERIFY(b.sink.edges(yes.process, pipe.endpoint).empty());
}

void TracerPipes::setupShowsForkDupCloseExecInOrder()
{
    Bench b;
    auto pipe = b.pipe();
    const auto wc = b.plan({"wc", "-c"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(wc);
    QCOMPARE(b.sink.edges(wc.process, pipe.endpoint), std::vector<int>{0});
    pipe.close();
    b.tracer.release(wc.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(wc.process), patience);
    std::vector<Call> calls;
    for (const Event& event : b.sink.select([](const Event& e) { return e.how == How::Setup; }))
        calls.push_back(event.call);
    const std::vector<Call> expected = {Call::Fork, callOfDup2.call, Call::Close, Call::Close, Call::Execve};
    QCOMPARE(calls, expected);
    QCOMPARE(b.sink.events(Call::Start, wc.process).size(), 1U);
}

void TracerPipes::readerSeesEndOfFileWhenTheLastWriterCloses()
{
    Bench b;
    auto pipe = b.pipe();
    const auto wc = b.plan({"wc", "-c"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(wc);
    pipe.read.reset();
    b.tracer.release(wc.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(wc.process, "read"), patience);
    QCOMPARE(write(pipe.write.get(), "hello", 5), 5);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint), 5, patience);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(wc.process, "read"), patience);
    QVERIFY(!b.sink.ended(wc.process));
    pipe.write.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(wc.process), patience);
    QCOMPARE(b.sink.events(Call::Read, wc.process).back().result, 0);
}

void TracerPipes::fifoWriterWaitsInOpenUntilAReaderComes()
{
    Bench b;
    std::uint32_t endpoint = 0;
    const std::string path = b.fifo(endpoint);
    const auto writer = b.start(b.plan({"echo", "word"}, {{1, -1, path, O_WRONLY, 0600, endpoint}}));
    // Its program's libraries are opened too: the one that waits is the one on the FIFO.
    const auto waits = [&] {
        const auto calls = b.inProgress();
        return std::any_of(calls.begin(), calls.end(), [&](const CallInProgress& each) {
            return each.process == writer && each.callName == "openat" && each.endpoint == endpoint;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(waits(), patience);
    QVERIFY(!b.sink.ended(writer));
    const auto reader = b.start(b.plan({"cat"}, {{0, -1, path, O_RDONLY, 0600, endpoint}}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(writer) && b.sink.ended(reader), patience);
    QCOMPARE(b.sink.end(writer)->exitCode, 0);
    QCOMPARE(b.sink.bytesIn(endpoint), 5);
    QCOMPARE(b.sink.bytesOut(endpoint), 5);
    const auto opens = b.sink.events(Call::Openat, writer);
    QCOMPARE(opens.size(), 1U);
    QCOMPARE(opens.front().how, How::Setup);
    QCOMPARE(opens.front().fd, 1);
    QCOMPARE(detailValue(opens.front().detailText, "path"), path);
}

void TracerPipes::bigCopyMovesEveryByte()
{
    Bench b;
    b.sink.countOnly();
    auto pipe = b.pipe();
    const auto from =
        b.plan({"dd", "if=/dev/zero", "bs=64k", "count=20000"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    const auto to = b.plan({"dd", "of=/dev/null", "bs=64k"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(from);
    b.tracer.launch(to);
    pipe.close();
    QElapsedTimer timer;
    timer.start();
    b.tracer.release(from.process);
    b.tracer.release(to.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(from.process) && b.sink.ended(to.process), patience * 3);
    qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), 1'310'720'000);
    QCOMPARE(b.sink.bytesOut(pipe.endpoint), 1'310'720'000);
}

void TracerPipes::aFailedExecIsReported()
{
    Bench b;
    const auto missing = b.start(b.plan({"/no/such/program"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(missing), patience);
    QCOMPARE(b.sink.end(missing)->state, ProcessState::Failed);
    QCOMPARE(b.sink.end(missing)->failedCall, std::string("execve"));
    QCOMPARE(b.sink.end(missing)->failedPath, std::string("/no/such/program"));
    QCOMPARE(b.sink.end(missing)->error, ENOENT);
    LaunchPlan nowhere = b.plan({"true"});
    nowhere.directory = "/no/such/place";
    b.start(nowhere);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(nowhere.process), patience);
    QCOMPARE(b.sink.end(nowhere.process)->failedCall, std::string("chdir"));
    const auto denied = b.start(b.plan({"/etc/passwd"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(denied), patience);
    QCOMPARE(b.sink.end(denied)->error, EACCES);
    const auto noInput = b.start(b.plan({"cat"}, {{0, -1, "/no/such/file", O_RDONLY, 0600, 0}}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(noInput), patience);
    QCOMPARE(b.sink.end(noInput)->failedCall, std::string("open"));
}

void TracerPipes::twentyLaunchesLeakNoDescriptor()
{
    const auto openFds = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                             std::filesystem::directory_iterator());
    };
    const auto before = openFds();
    {
        Bench b;
        const auto ofTheTracer = openFds();
        for (int i = 0; i < 20; ++i) {
            const auto id = b.start(b.plan({"true"}));
            QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
            QCOMPARE(b.sink.end(id)->exitCode, 0);
        }
        QCOMPARE(openFds(), ofTheTracer);
    }
    QCOMPARE(openFds(), before);
}

void TracerPipes::theEndOfTheTracerKillsAll()
{
    std::vector<pid_t> pids;
    {
        Bench b;
        const LaunchPlan held = b.plan({"true"});
        pids.push_back(b.tracer.launch(held));
        const LaunchPlan shell = b.plan({"sh", "-c", "sleep 1000 & sleep 1000"});
        pids.push_back(b.tracer.launch(shell));
        b.tracer.release(shell.process);
        QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 4U, patience);
        for (const std::uint32_t child : b.sink.children(shell.process))
            pids.push_back(b.sink.changes(child).front().pid);
        QCOMPARE(pids.size(), 4U);
    }
    for (const pid_t pid : pids)
        QTRY_VERIFY_WITH_TIMEOUT(kill(pid, 0) != 0 && errno == ESRCH, patience);
}

void TracerPipes::sourcesMayStandOnTargets()
{
    Bench b;
    auto first = b.pipe();
    auto second = b.pipe();
    // Each source's number is the other's target.
    const auto swapped = b.plan({"sh", "-c",
                                 "echo one >&" + std::to_string(first.write.get()) + "; echo three >&" +
                                     std::to_string(second.write.get())},
                                {{second.write.get(), first.write.get(), {}, 0, 0600, first.endpoint},
                                 {first.write.get(), second.write.get(), {}, 0, 0600, second.endpoint}});
    // dash redirects to single digits only.
    QVERIFY2(first.write.get() < 100, "the test needs small numbers");
    LaunchPlan bash = swapped;
    bash.executables = {"/bin/bash"};
    b.start(bash);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(bash.process), patience);
    QCOMPARE(b.sink.bytesIn(second.endpoint), 4);
    QCOMPARE(b.sink.bytesIn(first.endpoint), 6);
}

QTEST_GUILESS_MAIN(TracerPipes)
#include "tst_tracer_pipes.moc"
