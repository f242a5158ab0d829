#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

#include "ipc/capture/call_filter.h"
#include "ipc/capture/kernel_calls.h"

#include <QProcess>
#include <cctype>

#include <QTest>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {

constexpr int patience = 60000;

std::unique_ptr<KernelCapture> kernelWith(std::size_t ring)
{
    std::string why;
    return KernelCapture::open(64, ring, why);
}

/// Numbers of processes, inodes and addresses differ from run to run.
std::string withoutBigNumbers(std::string_view detail)
{
    std::string text;
    for (std::size_t i = 0; i < detail.size();) {
        std::size_t end = i;
        while (end < detail.size() && std::isxdigit(static_cast<unsigned char>(detail[end])) != 0)
            ++end;
        const std::string_view run = detail.substr(i, std::max<std::size_t>(end - i, 1));
        const bool hasDigit = run.find_first_of("0123456789") != std::string_view::npos;
        text += run.size() > 2 && hasDigit ? "#" : std::string(run);
        i = std::max(end, i + 1);
    }
    return text;
}

using Sayings = std::vector<std::string>;

/// What each thread did, in its order. Endpoints are told by their kind, and threads stand in no order.
std::multiset<Sayings> sayingsOf(const RecordingSink& sink, const std::string& directory)
{
    std::map<pid_t, Sayings> threads;
    for (const Event& e : sink.select([](const Event& each) { return each.how != How::Setup; })) {
        std::string text = std::string(callInfo(e.call).name) + " fd=" + std::to_string(e.fd) + "," +
                           std::to_string(e.fd2) + " on=" + sink.kind(e.endpoint) + "," +
                           sink.kind(e.endpoint2) + " asked=" + std::to_string(e.requested) +
                           " error=" + std::to_string(e.error) +
                           " state=" + std::to_string(static_cast<int>(e.dataState)) +
                           " how=" + std::to_string(static_cast<int>(e.how)) + " ";
        if (callInfo(e.call).flow != Flow::None || e.error != 0)
            text += "result=" + std::to_string(e.result) + " ";
        std::string detail = e.detailText;
        if (const std::size_t at = detail.find(directory); at != std::string::npos)
            detail.replace(at, directory.size(), "DIRECTORY");
        text += withoutBigNumbers(detail) + " ";
        text.append(reinterpret_cast<const char*>(e.bytes.data()), e.bytes.size());
        threads[e.tid].push_back(std::move(text));
    }
    std::multiset<Sayings> all;
    for (auto& [tid, list] : threads)
        all.insert(std::move(list));
    return all;
}

} // namespace

/// What the kernel's side tells, beside what ptrace tells. Skipped where the kernel refuses it: the other
/// tests of the tracer then have no second run either.
class TracerKernel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void everyRowIsTold();
    void aThreadSaysTheSameBothWays_data();
    void aThreadSaysTheSameBothWays();
    void aFullRingLosesEventsAndNoByte();
    void descriptorsThatCameWithALostMessageAreFound();
    void waitsDoNotStopAProgram();
    void alsoLostInterestsOfAnEpollAreKnown();
    void strangersAreNotTold();
};

void TracerKernel::initTestCase()
{
    if (const std::string why = KernelCapture::whyNot(); !why.empty())
        QSKIP(why.c_str());
}

void TracerKernel::everyRowIsTold()
{
    for (const CallRow& row : callRows()) {
        const byteyard_call call = kernelCall(row);
        QVERIFY(row.number < BYTEYARD_CALLS);
        QCOMPARE(call.on == BYTEYARD_ON_NOTHING, row.effect == Effect::Restart);
        QVERIFY2(isDataCall(row) || row.effect == Effect::Receive || row.effect == Effect::Restart ||
                     call.twice,
                 callInfo(row.call).name.data());
        if (call.on == BYTEYARD_ON_FD)
            QVERIFY(call.fd >= 0);
        if (call.payload != 0)
            QVERIFY(call.buffer >= 0 && call.flow != BYTEYARD_FLOW_NONE);
        if (call.payload != 0 && call.payload != BYTEYARD_MESSAGE)
            QVERIFY(call.size >= 0);
    }
}

void TracerKernel::aThreadSaysTheSameBothWays_data()
{
    QTest::addColumn<QStringList>("arguments");
    const auto row = [](const char* name, const QStringList& arguments) { QTest::newRow(name) << arguments; };
    row("moves", {"moves", "FILE"});
    row("queue", {"objects", "queue"});
    row("mq", {"objects", "mq", "/byteyard-kernel-test"});
    row("semaphore", {"objects", "semaphore"});
    row("shm", {"objects", "shm"});
    row("posix-shm", {"objects", "posix-shm", "/byteyard-kernel-test"});
    row("memfd", {"objects", "memfd"});
    row("eventfd", {"objects", "eventfd"});
    row("pty", {"objects", "pty"});
    row("lock", {"objects", "lock", "FILE"});
    row("writes", {"lives", "writes", "300"});
    row("threads", {"lives", "threads", "8"});
    row("children", {"lives", "children", "8"});
    row("vfork", {"lives", "vfork"});
    row("spawn", {"lives", "spawn"});
    row("exec from a thread", {"lives", "exec-from-thread"});
}

void TracerKernel::aThreadSaysTheSameBothWays()
{
    QFETCH(QStringList, arguments);
    std::array<std::multiset<Sayings>, 2> said;
    for (std::size_t way = 0; way < said.size(); ++way) {
        Bench b(way == 0 ? nullptr : kernelWith(KernelCapture::usualRing));
        auto pipe = b.pipe();
        std::vector<std::string> argv{Bench::peer(arguments.front().toStdString())};
        for (const QString& each : arguments.mid(1))
            argv.push_back(each == "FILE" ? (b.directory / "data").string() : each.toStdString());
        b.tracer.followPath(b.sink.newEndpoint(), (b.directory / "data").string());
        const auto id = b.start(b.plan(argv, {Bench::to(1, pipe.write, pipe.endpoint)}));
        QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id) && b.alive() == 0, patience);
        QCOMPARE(b.sink.end(id)->exitCode, 0);
        QCOMPARE(b.sink.lost(), 0U);
        said[way] = sayingsOf(b.sink, b.directory.string());
    }
    QCOMPARE(said[1].size(), said[0].size());
    auto other = said[1].begin();
    for (const Sayings& thread : said[0]) {
        for (std::size_t i = 0; i < std::min(thread.size(), other->size()); ++i)
            QCOMPARE(QString::fromStdString((*other)[i]), QString::fromStdString(thread[i]));
        QCOMPARE(other->size(), thread.size());
        ++other;
    }
}

/// One page holds two dozen records: most calls are lost, and each is counted where it belongs.
void TracerKernel::aFullRingLosesEventsAndNoByte()
{
    constexpr int calls = 300000;
    Bench b(kernelWith(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))));
    auto pipe = b.pipe();
    const auto from = b.plan({Bench::peer("lives"), "writes", std::to_string(calls)},
                             {Bench::to(1, pipe.write, pipe.endpoint)});
    const auto to = b.plan({"cat"}, {Bench::to(0, pipe.read, pipe.endpoint)});
    b.tracer.launch(from);
    b.tracer.launch(to);
    pipe.close();
    b.tracer.release(to.process);
    b.tracer.release(from.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(from.process) && b.sink.ended(to.process), patience);
    QVERIFY(b.sink.lost() > 0);
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), calls);
    QCOMPARE(b.sink.bytesOut(pipe.endpoint), calls);
    const auto writes = b.sink.events(Call::Write, from.process).size();
    QVERIFY(writes < calls);
    QCOMPARE(writes + b.sink.lostOf(from.process, pipe.endpoint), static_cast<std::uint64_t>(calls));
}

void TracerKernel::descriptorsThatCameWithALostMessageAreFound()
{
    constexpr std::size_t count = 60;
    Bench b(kernelWith(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))));
    auto end = b.pipe();
    auto output = b.pipe();
    auto passed = b.pipe();
    auto done = b.pipe();
    const auto to = b.plan({"cat"}, {Bench::to(0, output.read, output.endpoint)});
    const auto from =
        b.plan({Bench::peer("passes"), std::to_string(count)},
               {Bench::to(0, end.read, end.endpoint), Bench::to(1, output.write, output.endpoint),
                Bench::to(3, passed.write, passed.endpoint), Bench::to(4, done.write, done.endpoint)});
    b.tracer.launch(from);
    b.tracer.launch(to);
    output.close();
    b.tracer.release(to.process);
    b.tracer.release(from.process);
    char byte = 0;
    QCOMPARE(read(done.read.get(), &byte, 1), 1);
    const auto held = [&] {
        const auto lock = b.tracer.lockTable();
        const auto all = b.tracer.holders(passed.endpoint);
        return std::count_if(all.begin(), all.end(),
                             [&](const TableHolder& each) { return each.process == from.process; });
    };
    QTRY_COMPARE_WITH_TIMEOUT(held(), 1 + count, patience);
    QVERIFY(b.sink.events(Call::Recvmsg, from.process).size() < count); // some were lost
    end.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(from.process) && b.sink.ended(to.process), patience);
}

/// Each stop would be a time that it gave the processor away.
void TracerKernel::waitsDoNotStopAProgram()
{
    constexpr std::size_t turns = 2000;
    Bench b(kernelWith(KernelCapture::usualRing));
    auto pipe = b.pipe();
    const auto id = b.start(
        b.plan({"python3", "-c",
                "import os, select\n"
                "p = select.poll(); p.register(1)\n"
                "e = select.epoll(); e.register(1)\n"
                "def given():\n"
                "    with open('/proc/self/status') as f:\n"
                "        return int([l for l in f if l.startswith('voluntary')][0].split()[1])\n"
                "before = given()\n"
                "for i in range(2000):\n"
                "    p.poll(0); e.modify(1, select.EPOLLOUT); e.poll(0); select.select([], [1], [], 0)\n"
                "os._exit(given() - before > 1000)\n"},
               {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    for (const char* call : {callOfPoll.name, callOfEpollWait.name, callOfSelect.name, "epoll_ctl"}) {
        const auto told = b.sink.select([&](const Event& e) {
            return callInfo(e.call).name.find(call) != std::string_view::npos &&
                   (e.endpoint == pipe.endpoint || e.endpoint2 == pipe.endpoint);
        });
        QVERIFY2(told.size() >= turns, call);
    }
    QCOMPARE(b.sink.lost(), 0U);
}

void TracerKernel::alsoLostInterestsOfAnEpollAreKnown()
{
    Bench b(kernelWith(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))));
    auto pipe = b.pipe();
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, select\n"
                                    "a, unused = os.pipe()\n"
                                    "e = select.epoll()\n"
                                    "for i in range(5000):\n"
                                    "    e.register(0, select.EPOLLIN); e.register(a, select.EPOLLIN)\n"
                                    "    e.unregister(0); e.unregister(a)\n"
                                    "e.register(0, select.EPOLLIN)\n"
                                    "e.poll()\n"},
                                   {Bench::to(0, pipe.read, pipe.endpoint)}));
    const auto waits = [&] {
        const auto list = b.inProgress();
        return std::any_of(list.begin(), list.end(), [&](const CallInProgress& each) {
            return each.process == id && each.endpoint == pipe.endpoint &&
                   detailValue(each.detail, "fds") == "0";
        });
    };
    QTRY_VERIFY_WITH_TIMEOUT(waits(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.lost() > 0, patience);
    pipe.close();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
}

/// Whoever does not descend from a launched process is nobody's business.
void TracerKernel::strangersAreNotTold()
{
    const auto kernel = kernelWith(KernelCapture::usualRing);
    QProcess stranger;
    stranger.start("sh", {"-c", "head -c 1000000 /dev/zero | cat > /dev/null"});
    QVERIFY(stranger.waitForFinished(patience));
    QCOMPARE(kernel->take([](const KernelRecord&) {}), 0U);
    QVERIFY(kernel->losses().empty());
}

QTEST_GUILESS_MAIN(TracerKernel)
#include "tst_tracer_kernel.moc"
