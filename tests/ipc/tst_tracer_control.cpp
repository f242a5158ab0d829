#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

#include "ipc/host/proc.h"

#include <csignal>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {
constexpr int patience = 20000;
}

class TracerControl : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void pauseLeavesASleepWithoutEintr_data();
    void pauseLeavesASleepWithoutEintr();
    void pauseHoldsAndResumeLetsGo();
    void deathWorksWhileHeld();
    void paceLetsCallsPassOneATurn();
    void aHandlerInterruptsAsUntraced();
    void stopAndContinueAreSeen();
    void peekingWaitsForAnExecUnderWay();
    void aHeldChildThatIsAbandonedEnds();
};

void TracerControl::pauseLeavesASleepWithoutEintr_data()
{
    QTest::addColumn<QString>("argument");
    QTest::addColumn<QString>("call");
    QTest::newRow("semop") << "semop"
                           << "semtimedop";
    QTest::newRow("epoll_wait") << "epoll_wait" << callOfEpollWait.name;
    QTest::newRow("timed recv") << "recv"
                                << "recvfrom";
    QTest::newRow("sigtimedwait") << "sigtimedwait"
                                  << "rt_sigtimedwait";
}

void TracerControl::pauseLeavesASleepWithoutEintr()
{
    QFETCH(QString, argument);
    QFETCH(QString, call);
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({Bench::peer("waits"), argument.toStdString()}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    const auto sleeps = [&] {
        return (b.isIn(id, call.toStdString()) || (argument == "semop" && b.isIn(id, "semop"))) &&
               b.isIn(id, "read");
    };
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    b.tracer.pause(0);
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    b.tracer.resume(0);
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    const std::size_t seen = b.sink.events(Call::Signal, id).size();
    b.tracer.pause(id);
    QCOMPARE(write(pipe.write.get(), "g", 1), 1);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint), 1, patience);
    // An ignored signal does not even wake an untraced program.
    b.tracer.signal(id, SIGCHLD, false);
    b.tracer.signal(id, SIGWINCH, false);
    QVERIFY(!b.sink.ended(id));
    b.tracer.resume(id);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.events(Call::Signal, id).size(), seen);
    QVERIFY(b.sink.select([](const Event& e) { return e.error == EINTR; }).empty());
}

void TracerControl::pauseHoldsAndResumeLetsGo()
{
    Bench b;
    b.sink.countOnly();
    auto pipe = b.pipe();
    const auto from = b.plan({"yes"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    const auto to = b.plan({"cat"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(from);
    b.tracer.launch(to);
    pipe.close();
    b.tracer.release(from.process);
    b.tracer.release(to.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint) > 0, patience);
    b.tracer.pause(0);
    // Held, or blocked by the one that is: between two looks neither has had the processor.
    const std::vector<pid_t> pids = {b.sink.changes(from.process).front().pid,
                                     b.sink.changes(to.process).front().pid};
    std::vector<std::uint64_t> last;
    const auto still = [&] {
        const std::vector<std::uint64_t> before = last;
        last = {proc::timeslices(pids[0]), proc::timeslices(pids[1])};
        return last == before;
    };
    QVERIFY(QTest::qWaitFor(still, patience));
    b.tracer.resume(0);
    const std::int64_t before = b.sink.bytesOut(pipe.endpoint);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint) > before + 100000, patience);
    b.tracer.signal(from.process, SIGTERM, true);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(from.process) && b.sink.ended(to.process), patience);
    QCOMPARE(b.sink.end(from.process)->signal, SIGTERM);
    QCOMPARE(b.sink.end(to.process)->exitCode, 0);
}

void TracerControl::deathWorksWhileHeld()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({"yes"}, {Bench::to(1, pipe.write, pipe.endpoint)}));
    b.tracer.pause(id);
    b.tracer.signal(id, SIGKILL, true);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->signal, SIGKILL);

    LaunchPlan slow =
        b.plan({Bench::peer("lives"), "writes", "1000"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    slow.pace = 1;
    b.start(slow);
    const auto waitsForItsTurn = [&] {
        const auto list = b.inProgress();
        return std::any_of(list.begin(), list.end(), [](const auto& each) { return each.paced; });
    };
    QTRY_VERIFY_WITH_TIMEOUT(waitsForItsTurn(), patience);
    b.tracer.signal(slow.process, SIGTERM, true);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(slow.process), patience);
    QCOMPARE(b.sink.end(slow.process)->signal, SIGTERM);
}

void TracerControl::paceLetsCallsPassOneATurn()
{
    Bench b;
    auto pipe = b.pipe();
    LaunchPlan slow =
        b.plan({Bench::peer("lives"), "writes", "12"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    slow.pace = 20;
    b.start(slow);
    const auto other =
        b.start(b.plan({Bench::peer("lives"), "writes", "500"}, {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(other), patience);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(slow.process), patience);
    const auto writes = b.sink.events(Call::Write, slow.process);
    QCOMPARE(writes.size(), 12U);
    // Eleven turns of 50 ms; each call itself is as short as ever.
    QVERIFY(writes.back().time - writes.front().time >= 11 * 50'000'000ULL - 50'000'000ULL);
    QCOMPARE(b.sink.events(Call::Write, other).size(), 500U);

    LaunchPlan faster =
        b.plan({Bench::peer("lives"), "writes", "1000"}, {Bench::to(1, pipe.write, pipe.endpoint)});
    faster.pace = 1;
    b.start(faster);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.events(Call::Write, faster.process).size(), 1U, patience);
    b.tracer.setPace(faster.process, 0);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(faster.process), patience);
    QCOMPARE(b.sink.events(Call::Write, faster.process).size(), 1000U);
}

void TracerControl::aHandlerInterruptsAsUntraced()
{
    Bench b;
    auto pipe = b.pipe();
    const auto once =
        b.start(b.plan({Bench::peer("lives"), "handler"}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    const auto again =
        b.start(b.plan({Bench::peer("lives"), "restart"}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(once, "read") && b.isIn(again, "read"), patience);
    b.tracer.signal(once, SIGTERM, false);
    b.tracer.signal(again, SIGTERM, false);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(once), patience);
    QCOMPARE(b.sink.end(once)->exitCode, 7);
    const auto reads = b.sink.select([&](const Event& e) {
        return e.process == once && e.endpoint == pipe.endpoint && e.call == Call::Read;
    });
    QCOMPARE(reads.size(), 1U);
    QCOMPARE(reads.front().error, EINTR);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.events(Call::Signal, again).size(), 1U, patience);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(again, "read"), patience);
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(again), patience);
    QCOMPARE(b.sink.end(again)->exitCode, 0);
    const auto restarted = b.sink.select([&](const Event& e) {
        return e.process == again && e.endpoint == pipe.endpoint && e.call == Call::Read;
    });
    QCOMPARE(restarted.size(), 1U);
    QCOMPARE(restarted.front().result, 0);
}

void TracerControl::stopAndContinueAreSeen()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({"cat"}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "read"), patience);
    b.tracer.signal(id, SIGSTOP, false);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.changes(id).back().state, ProcessState::Stopped, patience);
    QCOMPARE(b.sink.changes(id).back().signal, SIGSTOP);
    QCOMPARE(write(pipe.write.get(), "x", 1), 1);
    b.tracer.signal(id, SIGCONT, false);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.changes(id).back().state, ProcessState::Running, patience);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint), 1, patience);
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.events(Call::Signal, id).size(), 1U); // SIGCONT has no handler there
}

void TracerControl::peekingWaitsForAnExecUnderWay()
{
    Bench b;
    auto pipe = b.pipe();
    const auto mayPeek = [&] {
        const auto lock = b.tracer.lockTable();
        return b.tracer.mayPeek(pipe.endpoint);
    };
    // With all three given by inheritance, the first call after the release is execve, which may close:
    // paused, it has entered and cannot return.
    const LaunchPlan plan =
        b.plan({"cat"}, {Bench::to(0, pipe.read, pipe.endpoint), Bench::to(1, pipe.write, pipe.endpoint),
                         Bench::to(2, pipe.write, pipe.endpoint)});
    b.tracer.launch(plan);
    QVERIFY(mayPeek());
    b.tracer.pause(plan.process);
    b.tracer.release(plan.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(plan.process, "execve"), patience);
    QVERIFY(!mayPeek());
    b.tracer.resume(plan.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(plan.process, "read"), patience);
    QVERIFY(mayPeek());
    b.tracer.signal(plan.process, SIGKILL, true);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QVERIFY(mayPeek());
    const auto lock = b.tracer.lockTable();
    QVERIFY(b.tracer.holders(pipe.endpoint).empty());
}

void TracerControl::aHeldChildThatIsAbandonedEnds()
{
    Bench b;
    const LaunchPlan plan = b.plan({"true"});
    b.tracer.launch(plan);
    QCOMPARE(b.alive(), 1U);
    b.tracer.abandon(plan.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QCOMPARE(b.alive(), 0U);
    QVERIFY(b.sink.events(Call::Start, plan.process).empty());
}

QTEST_GUILESS_MAIN(TracerControl)
#include "tst_tracer_control.moc"
