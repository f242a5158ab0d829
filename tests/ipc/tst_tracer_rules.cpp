#include "tests/ipc/recording_sink.h"

#include <csignal>
#include <fstream>
#include <sstream>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// What a person sets to be done to the calls of real programs: they are held, fail, wait, move less.
class TracerRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anErrorOnWriteEndsCat();
    void aShortWriteMakesItWriteAgain();
    void aShortReadOfAVectorIsOne();
    void aDelayIsPartOfTheCall();
    void aClosedDescriptorFails();
    void anErrorOnCloseClosesAllTheSame();
    void aSignalComesWithTheCall();
    void aBreakHoldsBeforeTheCall();
    void aBreakOnDataHoldsAfterTheCall();
    void aBreakOnAnErrorHoldsAfterTheCall();
    void everyThirdAndOnceAreCounted();
    void childrenAreMeantToo();
    void anInjectedEintrIsNotStartedAgain();
};

namespace {

constexpr int patience = 20000;
const std::string text = "twelve bytes";

/// `cat` between two pipes, with its errors in a file.
struct Cat : Bench
{
    Pipe in = pipe();
    Pipe out = pipe();
    std::uint32_t process = 0;

    explicit Cat(std::vector<std::string> argv = {"cat"})
    {
        const LaunchPlan made =
            plan(std::move(argv), {to(0, in.read, in.endpoint),
                                   to(1, out.write, out.endpoint),
                                   {2, -1, (directory / "errors").string(), O_WRONLY | O_CREAT, 0600, 0}});
        process = made.process;
        tracer.launch(made);
        in.read.reset();
        out.write.reset();
    }
    CallRule rule(RuleAction action, std::int64_t value, std::vector<Call> calls) const
    {
        CallRule made;
        made.rule = 7;
        made.process = process;
        made.calls = std::move(calls);
        made.action = action;
        made.value = value;
        return made;
    }
    void go() { tracer.release(process); }
    void feed(const std::string& bytes)
    {
        if (::write(in.write.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
            qFatal("write");
    }
    std::string output()
    {
        std::string bytes;
        std::array<char, 4096> buffer{};
        for (ssize_t size = 0; (size = ::read(out.read.get(), buffer.data(), buffer.size())) > 0;)
            bytes.append(buffer.data(), static_cast<std::size_t>(size));
        return bytes;
    }
    std::string errors() const
    {
        std::ostringstream all;
        all << std::ifstream(directory / "errors").rdbuf();
        return all.str();
    }
    bool ends()
    {
        return QTest::qWaitFor([this] { return sink.ended(process); }, patience);
    }
    std::vector<Event> on(Call call, std::uint32_t endpoint) const
    {
        return sink.select(
            [=](const Event& e) { return e.call == call && e.endpoint == endpoint && e.how != How::Setup; });
    }
};

} // namespace

void TracerRules::anErrorOnWriteEndsCat()
{
    Cat b;
    CallRule rule = b.rule(RuleAction::Error, EIO, {Call::Write});
    rule.endpoint = b.out.endpoint;
    b.tracer.setRule(rule);
    b.go();
    b.feed(text);
    QCOMPARE(b.output(), std::string());
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->exitCode, 1);
    QCOMPARE(b.errors(), std::string("cat: write error: Input/output error\n"));
    const auto writes = b.on(Call::Write, b.out.endpoint);
    QCOMPARE(writes.size(), 1U);
    QCOMPARE(writes.front().error, EIO);
    QCOMPARE(writes.front().how, How::Injected);
    QCOMPARE(writes.front().requested, text.size());
    QCOMPARE(detailValue(writes.front().detailText, "inject"), std::string("error:EIO"));
    QCOMPARE(detailValue(writes.front().detailText, "rule"), std::string("7"));
    QCOMPARE(b.sink.bytesIn(b.out.endpoint), 0);
    QCOMPARE(b.sink.hits(7).size(), 1U);
    for (const Event& read : b.on(Call::Read, b.in.endpoint))
        QCOMPARE(read.how, How::Exact);
}

void TracerRules::aShortWriteMakesItWriteAgain()
{
    Cat b;
    b.tracer.setRule(b.rule(RuleAction::Short, 1, {Call::Write}));
    b.go();
    b.feed(text);
    b.in.write.reset();
    QCOMPARE(b.output(), text);
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->exitCode, 0);
    const auto writes = b.on(Call::Write, b.out.endpoint);
    QCOMPARE(writes.size(), text.size());
    for (std::size_t i = 0; i < writes.size(); ++i) {
        QCOMPARE(writes[i].result, 1);
        QCOMPARE(writes[i].requested, text.size() - i);
        QCOMPARE(writes[i].bytes.size(), 1U);
        QCOMPARE(static_cast<char>(writes[i].bytes.front()), text[i]);
        // The last asks for one byte by itself.
        QCOMPARE(writes[i].how, i + 1 < writes.size() ? How::Injected : How::Exact);
    }
    QCOMPARE(b.sink.hits(7).back().hits, text.size() - 1);
}

void TracerRules::aShortReadOfAVectorIsOne()
{
    Cat b({"python3", "-c",
           "import os\n"
           "a, b = bytearray(5), bytearray(50)\n"
           "n = os.readv(0, [a, b])\n"
           "m = os.writev(1, [bytes(a[:n]), b'', b'-tail'])\n"
           "os.write(1, b' %d %d' % (n, m))\n"});
    b.tracer.setRule(b.rule(RuleAction::Short, 2, {Call::Readv, Call::Writev}));
    b.go();
    b.feed(text);
    QCOMPARE(b.output(), std::string("tw 2 2"));
    QVERIFY(b.ends());
    const auto reads = b.on(Call::Readv, b.in.endpoint);
    QCOMPARE(reads.size(), 1U);
    QCOMPARE(reads.front().result, 2);
    QCOMPARE(reads.front().requested, 55U);
    QCOMPARE(reads.front().how, How::Injected);
}

void TracerRules::aDelayIsPartOfTheCall()
{
    constexpr std::int64_t delay = 150'000'000;
    Cat b;
    b.tracer.setRule(b.rule(RuleAction::Delay, delay, {Call::Write}));
    b.go();
    b.feed(text);
    b.in.write.reset();
    QCOMPARE(b.output(), text);
    QVERIFY(b.ends());
    const auto writes = b.on(Call::Write, b.out.endpoint);
    QCOMPARE(writes.size(), 1U);
    QVERIFY(writes.front().duration >= static_cast<std::uint64_t>(delay));
    QCOMPARE(writes.front().how, How::Injected);
    QCOMPARE(writes.front().result, static_cast<std::int64_t>(text.size()));
}

void TracerRules::aClosedDescriptorFails()
{
    Cat b;
    CallRule rule = b.rule(RuleAction::Close, 1, {Call::Write});
    rule.once = true;
    b.tracer.setRule(rule);
    b.go();
    b.feed(text);
    QCOMPARE(b.output(), std::string());
    QVERIFY(b.ends());
    QCOMPARE(b.errors(), std::string("cat: write error: Bad file descriptor\n"));
    const auto closes = b.on(Call::Close, b.out.endpoint);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes.front().how, How::Injected);
    QCOMPARE(closes.front().fd, 1);
    QCOMPARE(closes.front().result, 0);
    const auto writes = b.on(Call::Write, b.out.endpoint);
    QCOMPARE(writes.size(), 1U);
    QCOMPARE(writes.front().error, EBADF);
    QCOMPARE(writes.front().how, How::Exact); // it is the kernel's own answer
    QCOMPARE(writes.front().requested, text.size());
    QVERIFY(b.sink.edges(b.process, b.out.endpoint).empty());
    QVERIFY(b.sink.hits(7).front().gone);
}

void TracerRules::anErrorOnCloseClosesAllTheSame()
{
    Cat b;
    CallRule rule = b.rule(RuleAction::Error, EIO, {Call::Close});
    rule.fd = 1;
    b.tracer.setRule(rule);
    b.go();
    b.feed(text);
    b.in.write.reset();
    QCOMPARE(b.output(), text); // its end-of-file came
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->exitCode, 1);
    QCOMPARE(b.errors(), std::string("cat: write error: Input/output error\n"));
    const auto closes = b.on(Call::Close, b.out.endpoint);
    QCOMPARE(closes.size(), 1U);
    QCOMPARE(closes.front().error, EIO);
    QCOMPARE(closes.front().how, How::Injected);
}

void TracerRules::aSignalComesWithTheCall()
{
    Cat b;
    b.tracer.setRule(b.rule(RuleAction::Signal, SIGTERM, {Call::Read}));
    b.go();
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->signal, SIGTERM);
    QCOMPARE(b.sink.events(Call::Signal, b.process).size(), 1U);
}

void TracerRules::aBreakHoldsBeforeTheCall()
{
    Cat b;
    CallRule rule = b.rule(RuleAction::Break, 0, {});
    rule.endpoint = b.out.endpoint;
    rule.atLeast = text.size();
    b.tracer.setRule(rule);
    b.go();
    b.feed("short");
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesIn(b.out.endpoint), 5, patience);
    b.feed(text);
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.hits(7).size(), 1U, patience);
    const RuleHit hit = b.sink.hits(7).front();
    QVERIFY(hit.held && !hit.after);
    QCOMPARE(hit.call, Call::Write);
    QCOMPARE(hit.fd, 1);
    QCOMPARE(hit.requested, text.size());
    QCOMPARE(hit.process, b.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(b.process, "write"), patience);
    QCOMPARE(b.sink.bytesIn(b.out.endpoint), 5); // not yet
    b.tracer.step(b.process);
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(b.process, "read"), patience);
    QCOMPARE(b.sink.bytesIn(b.out.endpoint), static_cast<std::int64_t>(5 + text.size()));
    b.tracer.removeRule(7);
    b.tracer.resume(b.process);
    b.feed(text);
    b.in.write.reset();
    QCOMPARE(b.output(), "short" + text + text);
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->exitCode, 0);
    QVERIFY(b.sink.select([](const Event& e) { return e.how == How::Injected; }).empty());
}

void TracerRules::aBreakOnDataHoldsAfterTheCall()
{
    Cat b;
    CallRule rule = b.rule(RuleAction::Break, 0, {Call::Read});
    for (const char each : std::string("needle"))
        rule.data.push_back(static_cast<std::byte>(each));
    b.tracer.setRule(rule);
    b.go();
    b.feed("hay");
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesIn(b.out.endpoint), 3, patience);
    b.feed("hay needle hay");
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.hits(7).size(), 1U, patience);
    const RuleHit hit = b.sink.hits(7).front();
    QVERIFY(hit.held && hit.after);
    QCOMPARE(hit.result, 14);
    QCOMPARE(b.sink.bytesOut(b.in.endpoint), 17); // it was told before
    QCOMPARE(b.sink.bytesIn(b.out.endpoint), 3);
    b.tracer.resume(0);
    b.in.write.reset();
    QCOMPARE(b.output(), std::string("hayhay needle hay"));
    QVERIFY(b.ends());
}

void TracerRules::aBreakOnAnErrorHoldsAfterTheCall()
{
    Cat b({"sh", "-c", "trap '' PIPE; while read line; do echo $line; done; exit 4"});
    CallRule rule = b.rule(RuleAction::Break, 0, {Call::Write});
    rule.error = EPIPE;
    b.tracer.setRule(rule);
    b.go();
    b.feed("one\n");
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesIn(b.out.endpoint), 4, patience);
    b.out.read.reset();
    b.feed("two\n");
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.hits(7).size(), 1U, patience);
    QCOMPARE(b.sink.hits(7).front().error, EPIPE);
    QVERIFY(b.sink.hits(7).front().after);
    b.in.write.reset();
    b.tracer.resume(b.process);
    QVERIFY(b.ends());
    QCOMPARE(b.sink.end(b.process)->exitCode, 4);
}

void TracerRules::everyThirdAndOnceAreCounted()
{
    Cat b({Bench::peer("lives"), "writes", "9"});
    CallRule rule = b.rule(RuleAction::Delay, 1000, {Call::Write});
    rule.every = 3;
    b.tracer.setRule(rule);
    rule.rule = 8;
    rule.once = true;
    rule.every = 2;
    b.tracer.setRule(rule);
    b.go();
    b.output();
    QVERIFY(b.ends());
    const auto writes = b.on(Call::Write, b.out.endpoint);
    QCOMPARE(writes.size(), 9U);
    for (std::size_t i = 0; i < writes.size(); ++i)
        QCOMPARE(writes[i].how, (i + 1) % 3 == 0 || i == 1 ? How::Injected : How::Exact);
    QCOMPARE(b.sink.hits(7).size(), 3U);
    QCOMPARE(b.sink.hits(8).size(), 1U);
    QVERIFY(b.sink.hits(8).front().gone);
}

void TracerRules::childrenAreMeantToo()
{
    Cat b({"sh", "-c", "cat; cat >&2"});
    CallRule rule = b.rule(RuleAction::Error, ENOSPC, {Call::Write});
    rule.endpoint = b.out.endpoint; // the file of errors is one too
    b.tracer.setRule(rule);
    b.go();
    b.feed(text);
    QTRY_COMPARE_WITH_TIMEOUT(b.errors(), std::string("cat: write error: No space left on device\n"),
                              patience);
    b.in.write.reset();
    QCOMPARE(b.output(), std::string());
    QVERIFY(b.ends());
    QCOMPARE(b.sink.hits(7).size(), 1U);
    QVERIFY(b.sink.hits(7).front().process != b.process);
}

void TracerRules::anInjectedEintrIsNotStartedAgain()
{
    Cat b({"python3", "-c",
           "import ctypes, os\n"
           "libc = ctypes.CDLL(None, use_errno=True)\n"
           "buffer = ctypes.create_string_buffer(50)\n"
           "first = libc.read(0, buffer, 50)\n"
           "error = ctypes.get_errno()\n"
           "os.write(1, b'%d %d %d' % (first, error, libc.read(0, buffer, 50)))\n"});
    CallRule rule = b.rule(RuleAction::Error, EINTR, {Call::Read});
    rule.endpoint = b.in.endpoint;
    rule.once = true;
    b.tracer.setRule(rule);
    b.go();
    b.feed(text);
    QCOMPARE(b.output(), "-1 4 " + std::to_string(text.size()));
    QVERIFY(b.ends());
    const auto reads = b.on(Call::Read, b.in.endpoint);
    QCOMPARE(reads.size(), 2U);
    QCOMPARE(reads.front().error, EINTR);
    QCOMPARE(reads.front().how, How::Injected);
}

QTEST_GUILESS_MAIN(TracerRules)
#include "tst_tracer_rules.moc"
