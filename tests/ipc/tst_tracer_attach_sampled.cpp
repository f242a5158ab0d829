#include "attached_stranger.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/syscall.h>

using namespace byteyard;
using namespace byteyard::ipc;
using namespace byteyard::ipc::test;
using namespace Qt::StringLiterals;
using byteyard::tests::Stranger;

class TestTracerAttachSampled : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sampledItRunsUnstopped();
    void inASampledRunItIsNeverStopped();
    void aBusyOneBeginsSampled();
};

void TestTracerAttachSampled::sampledItRunsUnstopped()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    const auto written = [&] { return proc::ioCounts(stranger.pid()).value_or(proc::IoCounts{}); };
    QVERIFY(QTest::qWaitFor([&] { return written().syscw > 1000; }, patience)); // its program runs
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    const auto writes = [&] { return bench.sink.events(Call::Write, process).size(); };
    QTRY_VERIFY_WITH_TIMEOUT(writes() > 100, patience);
    bench.tracer.sample(process, true);
    QTRY_COMPARE_WITH_TIMEOUT(bench.sink.sampledNow(process), SampledWhy::Person, patience);
    constexpr std::uint64_t calls = 20'000;
    const std::size_t seen = writes();
    const std::uint64_t from = written().syscw;
    const std::uint64_t given = stranger.timesGiven();
    QTRY_VERIFY_WITH_TIMEOUT(written().syscw > from + calls, patience);
    QCOMPARE(writes(), seen);
    QVERIFY(stranger.timesGiven() - given < calls / 10); // each stop would be one
    const auto pipes = bench.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), std::size_t{1});
    {
        const auto lock = bench.tracer.lockTable();
        QCOMPARE(bench.tracer.sampledEndpoints(), std::vector<std::uint32_t>{pipes[0]});
    }
    bench.tracer.sample(process, false);
    QTRY_VERIFY_WITH_TIMEOUT(writes() > seen + 100, patience);
    QCOMPARE(bench.sink.sampledNow(process), SampledWhy::No);
    // It may have been in a write when it was attached to.
    const auto gaps = bench.sink.gaps(
        [&](const Gap& gap) { return gap.process == process && gap.io && gap.why != SampledWhy::Attached; });
    QCOMPARE(gaps.size(), std::size_t{1});
    QCOMPARE(gaps[0].why, SampledWhy::Person);
    QVERIFY(gaps[0].io->syscw >= calls);
    bench.tracer.pause(process);
    bench.tracer.sample(process, true); // a pause holds a sampled one too
    QTRY_COMPARE_WITH_TIMEOUT(stranger.stateOf(), 't', patience);
    bench.tracer.resume(process);
    QTRY_COMPARE_WITH_TIMEOUT(bench.sink.sampledNow(process), SampledWhy::Person, patience);
    bench.tracer.detach(process);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, process), ProcessState::Detached, patience);
    touch(go);
    QCOMPARE(stranger.status(), 0);
}

void TestTracerAttachSampled::inASampledRunItIsNeverStopped()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"threads"_s, u"500"_s, go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_futex); }, patience));
    Bench bench(nullptr, Following::Sampled);
    const std::uint32_t process = attach(bench, stranger);
    QTRY_COMPARE_WITH_TIMEOUT(bench.sink.sampledNow(process), SampledWhy::Run, patience);
    const auto pipes = bench.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), std::size_t{1});
    {
        // What stands in it already at the first look was moved before.
        const auto lock = bench.tracer.lockTable();
        FillSeen seen{};
        seen.bytes = 77;
        QCOMPARE(bench.tracer.noteFill(pipes[0], seen).bytesIn, 0U);
    }
    touch(go);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(bench.sink.end(process)->exitCode, 7);
    QVERIFY(bench.sink.events(Call::Write).empty());
    QVERIFY(bench.sink.events(Call::Read).empty());
    std::uint64_t written = 0;
    for (const Gap& gap : bench.sink.gaps([](const Gap& each) { return each.io.has_value(); })) {
        QCOMPARE(gap.why, SampledWhy::Run);
        written += gap.io->wchar;
    }
    QCOMPARE(written, 50'005U);
    const auto children = bench.sink.children(process);
    QCOMPARE(children.size(), std::size_t{1});
    QCOMPARE(bench.sink.end(*children.begin())->exitCode, 3);
}

void TestTracerAttachSampled::aBusyOneBeginsSampled()
{
    if (isByKernel())
        QSKIP("the kernel's side tells of each call: there is no budget to keep");
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger busy({peerPath("strangers"), u"busy"_s, go});
    Stranger idle({u"sleep"_s, u"1000"_s});
    QVERIFY(QTest::qWaitFor([&] { return idle.sleepsIn(SYS_clock_nanosleep); }, patience));
    QVERIFY(QTest::qWaitFor(
        [&] { return proc::ioCounts(busy.pid()).value_or(proc::IoCounts{}).syscw > 1000; }, patience));
    Bench bench;
    std::uint32_t first = 0;
    const std::uint32_t second = bench.sink.newProcess();
    constexpr std::uint64_t budget = 1000;
    const auto isAttachedAsBusy = [&] {
        first = bench.sink.newProcess();
        bench.tracer.attach(busy.pid(), first, budget);
        if (bench.sink.sampledNow(first) == SampledWhy::Budget)
            return true;
        bench.tracer.detach(first); // it may have had no processor for those 10 ms
        return !QTest::qWaitFor([&] { return lastState(bench.sink, first) == ProcessState::Detached; },
                                patience);
    };
    QVERIFY(QTest::qWaitFor(isAttachedAsBusy, patience));
    bench.tracer.attach(idle.pid(), second, budget);
    QCOMPARE(bench.sink.sampledNow(first), SampledWhy::Budget);
    QCOMPARE(bench.sink.sampledNow(second), SampledWhy::No);
    QVERIFY(bench.sink.events(Call::Write, first).empty());
    bench.tracer.detach(0);
    QTRY_COMPARE_WITH_TIMEOUT(lastState(bench.sink, first), ProcessState::Detached, patience);
    touch(go);
    QCOMPARE(busy.status(), 0);
}

QTEST_GUILESS_MAIN(TestTracerAttachSampled)
#include "tst_tracer_attach_sampled.moc"
