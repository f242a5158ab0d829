#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

#include <arpa/inet.h>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {
constexpr int patience = 30000;
}

class TracerSampled : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void callsThatMoveBytesDoNotStop();
    void livesAndDescriptorsAreExact();
    void aThreadsReadsAndWritesAreCountedByTheKernel();
    void whoSleepsIsSeenToWait_data();
    void whoSleepsIsSeenToWait();
    void tcpIsCountedByTheKernel();
    void switchingLosesAndDoublesNothing();
    void switchingAndPausingLeaveASleepWithoutEintr_data();
    void switchingAndPausingLeaveASleepWithoutEintr();
    void aTimedSleepEndsInItsTimeThoughItIsSwitched_data();
    void aTimedSleepEndsInItsTimeThoughItIsSwitched();
    void pastItsBudgetAProcessIsSampledUntilItCalmsDown();
};

void TracerSampled::callsThatMoveBytesDoNotStop()
{
    Bench b(nullptr, Following::Sampled);
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({Bench::peer("rates"), "pipe", "5000", (b.directory / "out").string()}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QVERIFY(b.sink.events(Call::Write).empty());
    QVERIFY(b.sink.events(Call::Read).empty());
    const auto pipes = b.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), 1U);
    const auto told = b.sink.gaps([&](const Gap& gap) { return gap.endpoint == pipes.front(); });
    QVERIFY(!told.empty());
    for (const Gap& gap : told) {
        QVERIFY(gap.how != How::Exact);
        QCOMPARE(gap.why, SampledWhy::Run);
    }
}

void TracerSampled::livesAndDescriptorsAreExact()
{
    Bench b(nullptr, Following::Sampled);
    const auto id = b.start(b.plan({"sh", "-c", "echo abc | cat > /dev/null; exit 3"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 3);
    QVERIFY(!b.sink.children(id).empty());
    QCOMPARE(b.sink.foundOf("pipe").size(), 1U);
    for (const std::uint32_t child : b.sink.children(id))
        QVERIFY(b.sink.edges(child, b.sink.foundOf("pipe").front()).empty()); // all closed again
    QVERIFY(!b.sink.events(Call::Execve).empty());
    QVERIFY(!b.sink.events(Call::Close).empty());
}

void TracerSampled::aThreadsReadsAndWritesAreCountedByTheKernel()
{
    Bench b(nullptr, Following::Sampled);
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({"dd", "if=/dev/zero", "bs=1000", "count=123"}, {Bench::to(1, pipe.write, pipe.endpoint)}));
    pipe.write.reset();
    std::vector<char> sink(4096);
    while (read(pipe.read.get(), sink.data(), sink.size()) > 0) {
    }
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    const auto threads = b.sink.gaps([&](const Gap& gap) { return gap.process == id && gap.endpoint == 0; });
    QCOMPARE(threads.size(), 1U);
    QVERIFY(threads.front().io);
    QVERIFY(threads.front().io->wchar >= 123'000); // and what it says on stderr
    QVERIFY(threads.front().io->wchar < 124'000);
    QVERIFY(threads.front().to > threads.front().from);
    QCOMPARE(threads.front().how, How::Exact);
}

void TracerSampled::whoSleepsIsSeenToWait_data()
{
    QTest::addColumn<QStringList>("command");
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("fds");
    const auto python = [](const char* script) {
        return QStringList{"python3", "-c", QString("import select; ") + script};
    };
    QTest::newRow("read") << QStringList{"cat"} << "read"
                          << "";
    QTest::newRow("poll") << python("p = select.poll(); p.register(0, select.POLLIN); p.poll()")
                          << callOfPoll.name << "0:in";
    QTest::newRow("select") << python("select.select([0], [], [])") << callOfSelect.name << "0:in";
    QTest::newRow("epoll") << python("e = select.epoll(); e.register(0, select.EPOLLIN); e.poll()")
                           << callOfEpollWait.name << "0";
}

void TracerSampled::whoSleepsIsSeenToWait()
{
    QFETCH(QStringList, command);
    QFETCH(QString, call);
    QFETCH(QString, fds);
    Bench b(nullptr, Following::Sampled);
    auto pipe = b.pipe();
    std::vector<std::string> argv;
    for (const QString& word : command)
        argv.push_back(word.toStdString());
    const auto id = b.start(b.plan(argv, {Bench::to(0, pipe.read, pipe.endpoint)}));
    const auto waits = [&] {
        const auto list = b.inProgress();
        return std::any_of(list.begin(), list.end(), [&](const CallInProgress& each) {
            const QString name = QString::fromUtf8(callInfo(each.call).name);
            return each.process == id && name.contains(call.left(5)) && each.endpoint == pipe.endpoint &&
                   detailValue(each.detail, "fds") == fds.toStdString() && !each.exact;
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(waits(), patience);
    QCOMPARE(b.sink.sampledNow(id), SampledWhy::Run);
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
}

void TracerSampled::tcpIsCountedByTheKernel()
{
    Bench b(nullptr, Following::Sampled);
    const Fd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    QCOMPARE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    QCOMPARE(listen(listener.get(), 1), 0);
    QCOMPARE(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::string command = "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(ntohs(address.sin_port)) +
                                "; head -c 300000 /dev/zero >&3; head -c 5 <&3";
    const auto id = b.start(b.plan({"bash", "-c", command}));
    const Fd peer(accept(listener.get(), nullptr, nullptr));
    std::vector<char> bytes(65536);
    std::size_t got = 0;
    while (got < 300'000) {
        const ssize_t part = read(peer.get(), bytes.data(), bytes.size());
        if (part <= 0)
            break;
        got += static_cast<std::size_t>(part);
    }
    QCOMPARE(got, 300'000U);
    QCOMPARE(write(peer.get(), "12345", 5), 5);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    const auto connections = b.sink.foundOf("tcp");
    std::uint64_t in = 0;
    std::uint64_t out = 0;
    for (const Gap& gap : b.sink.gaps([&](const Gap& each) {
             return std::count(connections.begin(), connections.end(), each.endpoint) > 0;
         })) {
        QCOMPARE(gap.how, How::Exact);
        in += gap.bytesIn;
        out += gap.bytesOut;
    }
    QCOMPARE(in, 300'000U);
    QCOMPARE(out, 5U);
}

/// Of a program with one thread that writes without end: what the events count and what its gaps count is
/// together what the kernel says.
void TracerSampled::switchingLosesAndDoublesNothing()
{
    Bench b(captureToTest(), Following::Switchable);
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({"dd", "if=/dev/zero", "bs=100", "count=300000"}, {Bench::to(1, pipe.write, pipe.endpoint)}));
    pipe.write.reset();
    std::atomic<std::uint64_t> taken{0};
    std::thread reader([&] {
        std::vector<char> bytes(65536);
        for (ssize_t part = 0; (part = read(pipe.read.get(), bytes.data(), bytes.size())) > 0;)
            taken += static_cast<std::uint64_t>(part);
    });
    bool sampled = false;
    std::size_t switches = 0;
    while (!b.sink.ended(id)) {
        const std::uint64_t before = taken;
        sampled = !sampled;
        b.tracer.sample(id, sampled);
        ++switches;
        for (int i = 0; i < 1000 && taken < before + 20'000 && !b.sink.ended(id); ++i)
            QTest::qWait(1);
    }
    reader.join();
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(taken.load(), 30'000'000U);
    std::uint64_t written = 0;
    for (const Event& event : b.sink.events(Call::Write, id))
        if (event.endpoint == pipe.endpoint)
            written += static_cast<std::uint64_t>(event.result);
    std::uint64_t inGaps = 0;
    const auto gaps = b.sink.gaps([&](const Gap& gap) { return gap.process == id && gap.endpoint == 0; });
    std::uint64_t last = 0;
    for (const Gap& gap : gaps) {
        QVERIFY(gap.io);
        QVERIFY(gap.from >= last);
        QVERIFY(gap.to >= gap.from);
        last = gap.to;
        inGaps += gap.io->wchar;
    }
    QVERIFY(gaps.size() > 1);
    QVERIFY(written > 0);
    // What it said on stderr comes to that, in one or the other.
    QVERIFY(written + inGaps >= 30'000'000);
    QVERIFY(written + inGaps < 30'001'000);
}

void TracerSampled::switchingAndPausingLeaveASleepWithoutEintr_data()
{
    QTest::addColumn<QString>("argument");
    for (const char* argument : {"semop", "epoll_wait", "recv", "sigtimedwait"})
        QTest::newRow(argument) << argument;
}

void TracerSampled::switchingAndPausingLeaveASleepWithoutEintr()
{
    QFETCH(QString, argument);
    Bench b(captureToTest(), Following::Switchable);
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({Bench::peer("waits"), argument.toStdString()}, {Bench::to(0, pipe.read, pipe.endpoint)}));
    const auto sleeps = [&] {
        const auto list = b.inProgress();
        return list.size() == 2;
    };
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    for (int i = 0; i < 25; ++i) {
        b.tracer.sample(id, true);
        b.tracer.sample(id, false);
        b.tracer.pause(id);
        b.tracer.sample(id, i % 2 == 0);
        b.tracer.resume(id);
        QTest::qWait(1);
    }
    QTRY_VERIFY_WITH_TIMEOUT(sleeps(), patience);
    QVERIFY(!b.sink.ended(id));
    QCOMPARE(write(pipe.write.get(), "g", 1), 1);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
}

void TracerSampled::aTimedSleepEndsInItsTimeThoughItIsSwitched_data()
{
    switchingAndPausingLeaveASleepWithoutEintr_data();
}

void TracerSampled::aTimedSleepEndsInItsTimeThoughItIsSwitched()
{
    QFETCH(QString, argument);
    Bench b(captureToTest(), Following::Switchable);
    const std::string report = (b.directory / "took").string();
    const auto id = b.start(b.plan({Bench::peer("timed_waits"), argument.toStdString(), "700", report}));
    // On a machine that stands still for so long it may be over before anybody looks.
    QVERIFY(QTest::qWaitFor([&] { return !b.inProgress().empty() || b.sink.ended(id); }, patience));
    // Each switch that began the sleep anew would add up to 700 ms.
    for (bool sampled = true; !b.sink.ended(id); sampled = !sampled) {
        b.tracer.sample(id, sampled);
        QTest::qWait(20);
    }
    QCOMPARE(b.sink.end(id)->exitCode, 0); // it ended because its time was over, not by EINTR
    std::ifstream file(report);
    double milliseconds = 0;
    QVERIFY(file >> milliseconds);
    QVERIFY2(milliseconds >= 699, qPrintable(QString::number(milliseconds)));
    QVERIFY2(milliseconds < 10'000, qPrintable(QString::number(milliseconds)));
}

void TracerSampled::pastItsBudgetAProcessIsSampledUntilItCalmsDown()
{
    Bench b(nullptr, Following::Switchable);
    auto pipe = b.pipe();
    // Busy until it is told to stop, then it waits for a byte at a time.
    const auto id =
        b.start(b.plan({"sh", "-c", "dd if=/dev/zero of=/dev/null bs=1 count=300000 2>/dev/null; exec cat"},
                       {Bench::to(0, pipe.read, pipe.endpoint)}));
    constexpr std::uint64_t budget = 500;
    const auto anySampled = [&] {
        b.tracer.keepBudget(budget);
        for (const std::uint32_t child : b.sink.children(id))
            if (b.sink.sampledNow(child) == SampledWhy::Budget)
                return true;
        return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(anySampled(), patience);
    const auto cat = [&] {
        b.tracer.keepBudget(budget);
        return b.isIn(id, "read") && b.sink.sampledNow(id) == SampledWhy::No;
    };
    QTRY_VERIFY_WITH_TIMEOUT(cat(), patience);
    const auto gaps = b.sink.gaps([](const Gap& gap) { return gap.why == SampledWhy::Budget && gap.io; });
    QVERIFY(!gaps.empty());
    std::uint64_t wchar = 0;
    for (const Gap& gap : gaps)
        wchar += gap.io->wchar;
    QVERIFY(wchar > 0);
    QCOMPARE(write(pipe.write.get(), "abc", 3), 3);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(pipe.endpoint), 3, patience);
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
}

QTEST_GUILESS_MAIN(TracerSampled)
#include "tst_tracer_sampled.moc"
