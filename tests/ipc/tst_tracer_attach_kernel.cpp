#include "attached_stranger.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/syscall.h>

using namespace byteyard;
using namespace byteyard::ipc;
using namespace byteyard::ipc::test;
using namespace Qt::StringLiterals;
using byteyard::tests::Stranger;

class TestTracerAttachKernel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void byTheKernelsSideItIsNotStopped();
    void whatItMakesIsLookedAtBeforeItUsesIt();
};

/// Each of its calls is told, in full, while it runs on: a stop would be a time that it gives its processor.
void TestTracerAttachKernel::byTheKernelsSideItIsNotStopped()
{
    if (!isByKernel())
        QSKIP("here it stops at each call");
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({peerPath("strangers"), u"busy"_s, go});
    const auto calls = [&] { return proc::ioCounts(stranger.pid()).value_or(proc::IoCounts{}).syscw; };
    QVERIFY(QTest::qWaitFor([&] { return calls() > 1000; }, patience)); // its program runs
    Bench bench;
    bench.sink.countOnly();
    const std::uint64_t before = calls();
    const std::uint32_t process = attach(bench, stranger);
    const std::uint64_t given = stranger.timesGiven();
    const std::uint64_t from = calls();
    constexpr std::uint64_t wanted = 20'000;
    QTRY_VERIFY_WITH_TIMEOUT(calls() > from + wanted, patience);
    const std::uint64_t to = calls();
    QVERIFY(stranger.timesGiven() - given < wanted / 10);
    QCOMPARE(bench.sink.sampledNow(process), SampledWhy::No);
    touch(go);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(stranger.status(), 0);
    // One byte a call; those that an overfull ring had no room for are in the total, too.
    const std::uint64_t all = contentsOf(go).trimmed().toULongLong();
    const auto told = static_cast<std::uint64_t>(bench.sink.bytesIn(bench.sink.foundOf("pipe").at(0)));
    QVERIFY(told >= to - from);
    QVERIFY(told <= all - before);
}

/// A pipe that is made, used and closed between two looks; by a program that blocks the signal, too, of which
/// a halt is made.
void TestTracerAttachKernel::whatItMakesIsLookedAtBeforeItUsesIt()
{
    const QTemporaryDir directory;
    const QString go = directory.filePath(u"go"_s);
    Stranger stranger({u"python3"_s, u"-c"_s,
                       u"import os, signal, sys, time\n"
                       "while not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
                       "for i in range(200):\n"
                       "    if i == 100: signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
                       "    r, w = os.pipe()\n"
                       "    c = os.dup(w)\n"
                       "    os.close(w)\n"
                       "    assert os.write(c, b'x' * (i + 1)) == i + 1\n"
                       "    assert len(os.read(r, 1000)) == i + 1\n"
                       "    os.close(c); os.close(r)\n"
                       "assert not signal.sigpending()\n"_s,
                       go});
    QVERIFY(QTest::qWaitFor([&] { return stranger.sleepsIn(SYS_clock_nanosleep); }, patience));
    Bench bench;
    const std::uint32_t process = attach(bench, stranger);
    touch(go);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QCOMPARE(bench.sink.end(process)->exitCode, 0);
    QCOMPARE(stranger.status(), 0);
    std::vector<std::int64_t> moved;
    for (const std::uint32_t pipe : bench.sink.foundOf("pipe"))
        if (bench.sink.bytesIn(pipe) > 0) {
            QCOMPARE(bench.sink.bytesOut(pipe), bench.sink.bytesIn(pipe));
            QVERIFY(bench.sink.edges(process, pipe).empty());
            moved.push_back(bench.sink.bytesIn(pipe));
        }
    QCOMPARE(moved.size(), std::size_t{200});
    for (std::size_t i = 0; i < moved.size(); ++i)
        QCOMPARE(moved[i], static_cast<std::int64_t>(i + 1));
    QVERIFY(bench.sink.events(Call::Signal, process).empty());
    QCOMPARE(bench.sink.lost(), 0U);
}

QTEST_GUILESS_MAIN(TestTracerAttachKernel)
#include "tst_tracer_attach_kernel.moc"
