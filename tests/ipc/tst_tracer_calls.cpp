#include "ipc/host/proc.h"
#include "tests/ipc/recording_sink.h"

#include <csignal>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {
constexpr int patience = 60000;
}

class TracerCalls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyCallThatMovesBytesIsCounted();
    void tableAgreesWithTheKernel_data();
    void tableAgreesWithTheKernel();
    void childrenAndThreadsAreFollowed_data();
    void childrenAndThreadsAreFollowed();
    void execFromAThreadIsTheLeadersExec();
    void pipesOfAShellAppearByThemselves();
    void aCallThatDeathCutsIsUnfinished();
    void pollSaysWhatItWaitsOn();
    void aSleepElsewhereIsFoundInProc();
    void aReservedNameIsBoundWhenItIsOpened();
    void aStormOfChildrenIsFollowedToTheLast();
    void aStormCutAnywhereLeavesNobody();
};

void TracerCalls::everyCallThatMovesBytesIsCounted()
{
    Bench b;
    const std::string path = (b.directory / "data").string();
    const std::uint32_t file = b.sink.newEndpoint();
    b.tracer.followPath(file, path);
    const auto id = b.start(b.plan({Bench::peer("moves"), path}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);

    struct Moved
    {
        Call call;
        std::vector<std::int64_t> results;
    };
    const std::vector<Moved> expected = {
        {Call::Writev, {15}},     {Call::Readv, {15}},       {Call::Tee, {4}},
        {Call::Splice, {10}},     {Call::Vmsplice, {6}},     {Call::Pwrite64, {11}},
        {Call::Pread64, {11}},    {Call::Preadv, {5}},       {Call::Preadv2, {5}},
        {Call::Pwritev, {5}},     {Call::Lseek, {116, 100}}, {Call::Sendfile, {16}},
        {Call::Ftruncate, {0}},   {Call::Sendmsg, {6}},      {Call::Recvmsg, {6}},
        {Call::Sendmmsg, {3, 5}}, {Call::Recvmmsg, {3, 5}},  {Call::Sendto, {4}},
        {Call::Recvfrom, {4}},    {Call::Shutdown, {0}},     {Call::Write, {10, 7}},
        {Call::Read, {20, 16, 7}}};
    for (const Moved& each : expected) {
        std::vector<std::int64_t> results;
        for (const Event& event : b.sink.events(each.call, id)) {
            results.push_back(event.result);
            QVERIFY2(event.endpoint != 0 || event.endpoint2 != 0, callInfo(each.call).name.data());
        }
        QVERIFY2(results == each.results, callInfo(each.call).name.data());
    }
    const auto text = [](const Event& event) {
        return std::string(reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size());
    };
    QCOMPARE(text(b.sink.events(Call::Writev, id).front()), std::string("abcdefghijklmno"));
    QCOMPARE(text(b.sink.events(Call::Readv, id).front()), std::string("abcdefghijklmno"));
    QCOMPARE(b.sink.events(Call::Readv, id).front().dataState, DataState::Complete);
    QCOMPARE(b.sink.events(Call::Readv, id).front().requested, 23U);
    QCOMPARE(text(b.sink.events(Call::Recvmmsg, id).back()), std::string("three"));
    QCOMPARE(text(b.sink.events(Call::Sendmsg, id).front()), std::string("passed"));
    QCOMPARE(detailValue(b.sink.events(Call::Pwrite64, id).front().detailText, "offset"), std::string("100"));
    QCOMPARE(detailValue(b.sink.events(Call::Lseek, id).front().detailText, "whence"),
             std::string("SEEK_END"));
    QCOMPARE(detailValue(b.sink.events(Call::Shutdown, id).front().detailText, "how"),
             std::string("SHUT_WR"));
    const Event splice = b.sink.events(Call::Splice, id).front();
    QVERIFY(splice.endpoint != splice.endpoint2);
    // The descriptor that came by SCM_RIGHTS leads to the same pipe.
    QCOMPARE(b.sink.events(Call::Write, id).back().endpoint, b.sink.events(Call::Read, id).back().endpoint);
    QCOMPARE(b.sink.bytesIn(file), 16);
    QCOMPARE(b.sink.bytesOut(file), 11 + 5 + 5 + 16);
    QCOMPARE(b.sink.kind(b.sink.events(Call::Socketpair, id).front().endpoint), std::string("socketpair"));
}

void TracerCalls::tableAgreesWithTheKernel_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 8; ++seed)
        QTest::addRow("seed %d", seed) << seed;
}

void TracerCalls::tableAgreesWithTheKernel()
{
    QFETCH(int, seed);
    Bench b;
    auto input = b.pipe();
    auto ready = b.pipe();
    const auto plan =
        b.plan({Bench::peer("descriptors"), std::to_string(seed)},
               {Bench::to(0, input.read, input.endpoint), Bench::to(3, ready.write, ready.endpoint)});
    b.tracer.launch(plan);
    input.read.reset();
    ready.write.reset();
    b.tracer.release(plan.process);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesIn(ready.endpoint), 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.children(plan.process).size(), 1U, patience);
    const std::uint32_t child = *b.sink.children(plan.process).begin();
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(plan.process, "read") && b.isIn(child, "read"), patience);

    for (const std::uint32_t process : {plan.process, child}) {
        const pid_t pid = b.sink.changes(process).front().pid;
        std::map<int, std::string> kernel;
        for (const auto& item : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
            const std::string target = std::filesystem::read_symlink(item.path());
            if (target.starts_with("pipe:"))
                kernel[std::stoi(item.path().filename())] = target;
        }
        std::map<int, std::uint32_t> table;
        {
            const auto lock = b.tracer.lockTable();
            for (std::uint32_t endpoint = 1; endpoint <= 4; ++endpoint)
                for (const TableHolder& holder : b.tracer.holders(endpoint))
                    if (holder.process == process)
                        table[holder.fd] = endpoint;
        }
        QCOMPARE(table.size(), kernel.size());
        std::map<std::string, std::uint32_t> names;
        for (const auto& [fd, target] : kernel) {
            QVERIFY2(table.contains(fd), qPrintable(QString::number(fd)));
            QCOMPARE(names.try_emplace(target, table[fd]).first->second, table[fd]);
            const std::vector<int> edges = b.sink.edges(process, table[fd]);
            QVERIFY(std::find(edges.begin(), edges.end(), fd) != edges.end());
        }
    }
    input.write.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process) && b.sink.ended(child), patience);
    QCOMPARE(b.sink.end(plan.process)->exitCode, 0);
}

void TracerCalls::childrenAndThreadsAreFollowed_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("children");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("threads") << "threads" << 50 << 50 << 0 << 0;
    QTest::newRow("children") << "children" << 100 << 100 << 100 << 0;
    QTest::newRow("vfork") << "vfork" << 1 << 0 << 1 << 0;
    QTest::newRow("posix_spawn") << "spawn" << 1 << 0 << 1 << 0;
    QTest::newRow("the leader ends first") << "leader-leaves" << 1 << 1 << 0 << 5;
}

void TracerCalls::childrenAndThreadsAreFollowed()
{
    QFETCH(QString, what);
    QFETCH(int, count);
    QFETCH(int, bytes);
    QFETCH(int, children);
    QFETCH(int, exitCode);
    Bench b;
    auto pipe = b.pipe();
    const auto plan = b.plan({Bench::peer("lives"), what.toStdString(), std::to_string(count)},
                             {Bench::to(1, pipe.write, pipe.endpoint)});
    b.start(plan);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QCOMPARE(b.sink.end(plan.process)->exitCode, exitCode);
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), bytes);
    QCOMPARE(b.sink.children(plan.process).size(), static_cast<std::size_t>(children));
    for (const std::uint32_t child : b.sink.children(plan.process)) {
        QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(child), patience);
        QVERIFY(b.sink.edges(child, pipe.endpoint).empty());
    }
    QCOMPARE(b.alive(), 0U);
    const auto forks = b.sink.select([&](const Event& e) {
        return e.process == plan.process && (e.call == Call::Fork || e.call == Call::Vfork ||
                                             e.call == Call::Clone || e.call == Call::Clone3);
    });
    QCOMPARE(forks.size(), static_cast<std::size_t>(what == "threads"         ? count
                                                    : what == "leader-leaves" ? 1
                                                                              : children));
    for (const Event& fork : forks)
        QVERIFY(fork.result > 0);
}

void TracerCalls::execFromAThreadIsTheLeadersExec()
{
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("lives"), "exec-from-thread"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto execs =
        b.sink.select([=](const Event& e) { return e.call == Call::Execve && e.how == How::Exact; });
    QCOMPARE(execs.size(), 1U);
    QCOMPARE(execs.front().pid, execs.front().tid);
    QCOMPARE(b.sink.changes(id).at(2).name, std::string("true"));
    QCOMPARE(b.alive(), 0U);
}

void TracerCalls::pipesOfAShellAppearByThemselves()
{
    Bench b;
    const auto id = b.start(b.plan({"sh", "-c", "seq 1000 | sort -n | tail -1 > /dev/null"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.kind(1), std::string("pipe"));
    QCOMPARE(b.sink.kind(2), std::string("pipe"));
    for (const std::uint32_t pipe : {1U, 2U}) {
        QCOMPARE(b.sink.bytesIn(pipe), 3893);
        QCOMPARE(b.sink.bytesOut(pipe), 3893);
    }
    QCOMPARE(b.sink.children(id).size(), 3U);
}

void TracerCalls::aCallThatDeathCutsIsUnfinished()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({"cat"}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "read"), patience);
    b.tracer.signal(id, SIGKILL, true);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->state, ProcessState::Killed);
    QCOMPARE(b.sink.end(id)->signal, SIGKILL);
    const auto cut = b.sink.select([](const Event& e) { return e.how == How::Unfinished; });
    QCOMPARE(cut.size(), 1U);
    QCOMPARE(cut.front().call, Call::Read);
    QCOMPARE(cut.front().endpoint, pipe.endpoint);
}

void TracerCalls::pollSaysWhatItWaitsOn()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({"python3", "-c", "import select; select.select([0], [], [])"},
                                   {Bench::to(0, pipe.read, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "select") || b.isIn(id, "pselect6"), patience);
    QCOMPARE(b.inProgress().front().endpoint, pipe.endpoint);
    QCOMPARE(detailValue(b.inProgress().front().detail, "fds"), std::string("0:in"));
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
}

void TracerCalls::aSleepElsewhereIsFoundInProc()
{
    Bench b;
    const auto id = b.start(b.plan({"sleep", "1000"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "clock_nanosleep"), patience);
    QVERIFY(!b.inProgress().front().exact);
    QCOMPARE(b.inProgress().front().call, Call::Other);
    const std::uint64_t since = b.inProgress().front().since;
    QTRY_VERIFY_WITH_TIMEOUT(b.tracer.now() > since + 200'000'000, patience);
    QCOMPARE(b.inProgress().front().since, since);
    // A signal that is ignored (a terminal's new size) wakes a traced sleeper, and an untraced one not at
    // all.
    const pid_t pid = b.inProgress().front().pid;
    QCOMPARE(::kill(pid, SIGWINCH), 0);
    QTRY_VERIFY_WITH_TIMEOUT(
        proc::sleepingCall(pid) && proc::sleepingCall(pid)->number == SYS_restart_syscall, patience);
    QVERIFY(b.isIn(id, "clock_nanosleep"));
    QCOMPARE(b.inProgress().front().since, since);
}

void TracerCalls::aReservedNameIsBoundWhenItIsOpened()
{
    Bench b;
    const std::uint32_t endpoint = b.sink.newEndpoint();
    b.tracer.followPath(endpoint, (b.directory / "made").string());
    const auto id = b.start(b.plan({"sh", "-c", "echo 12345 > made; cat made > /dev/null"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
    QCOMPARE(b.sink.bytesIn(endpoint), 6);
    const auto reads = b.sink.select(
        [=](const Event& e) { return e.endpoint == endpoint && callInfo(e.call).flow == Flow::Out; });
    QVERIFY(!reads.empty());
}

void TracerCalls::aStormOfChildrenIsFollowedToTheLast()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({Bench::peer("lives"), "children", "2000"}, {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), 2000);
    QCOMPARE(b.sink.children(id).size(), 2000U);
    QCOMPARE(b.alive(), 0U);
}

void TracerCalls::aStormCutAnywhereLeavesNobody()
{
    QCOMPARE(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    for (std::size_t round = 1; round <= 20; ++round) {
        pid_t leader = 0;
        {
            Bench b;
            auto pipe = b.pipe();
            const auto id = b.start(b.plan({Bench::peer("lives"), "children", "2000"},
                                           {Bench::to(1, pipe.write, pipe.endpoint)}));
            QTRY_VERIFY_WITH_TIMEOUT(b.sink.children(id).size() >= round, patience);
            if (round % 2 == 0) {
                b.tracer.signal(id, SIGKILL, true);
                QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
                QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
            }
            leader = b.sink.changes(id).front().pid;
        }
        // Its group is empty, once what became ours (this is a subreaper, as the engine's keeper is) is
        // reaped.
        while (waitpid(-leader, nullptr, 0) > 0) {
        }
        QVERIFY(kill(-leader, 0) != 0 && errno == ESRCH);
    }
}

QTEST_GUILESS_MAIN(TracerCalls)
#include "tst_tracer_calls.moc"
