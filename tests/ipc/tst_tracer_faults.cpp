#include "tests/ipc/recording_sink.h"

#include <csignal>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// Programs that do what a tracer easily gets wrong.
class TracerFaults : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void twoThousandShortChildrenAreAllSeen();
    void allDescriptorsAreClosedAtOnce();
    void aThreadThatExecsIsItsProcess();
    void aBufferThatIsUnmappedIsAnError();
    void aKilledFamilyLeavesNothing();
};

namespace {
constexpr int patience = 60000;

LaunchPlan python(Bench& b, const std::string& script, std::vector<FdPlan> fds = {})
{
    return b.plan({"python3", "-c", script}, std::move(fds));
}

} // namespace

void TracerFaults::twoThousandShortChildrenAreAllSeen()
{
    Bench b;
    auto pipe = b.pipe();
    const LaunchPlan plan = python(b,
                                   "import os\n"
                                   "for i in range(2000):\n"
                                   "    if os.fork() == 0:\n"
                                   "        os.write(1, b'x')\n"
                                   "        os._exit(i % 7)\n"
                                   "bad = 0\n"
                                   "for i in range(2000):\n"
                                   "    bad += os.waitstatus_to_exitcode(os.wait()[1]) > 6\n"
                                   "os._exit(bad)\n",
                                   {Bench::to(1, pipe.write, pipe.endpoint)});
    const auto id = b.start(plan);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), 2000);
    const auto children = b.sink.children(id);
    QCOMPARE(children.size(), 2000U);
    for (const std::uint32_t child : children)
        QVERIFY(b.sink.ended(child) && b.sink.end(child)->state == ProcessState::Exited);
    QCOMPARE(b.alive(), 0U);
}

void TracerFaults::allDescriptorsAreClosedAtOnce()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(python(b,
                                   "import os, signal\n"
                                   "pairs = [os.pipe() for i in range(50)]\n"
                                   "os.closerange(0, 1 << 20)\n"
                                   "signal.pause()\n",
                                   {Bench::to(1, pipe.write, pipe.endpoint)}));
    const auto holdsNothing = [&] {
        const auto lock = b.tracer.lockTable();
        return b.sink.foundOf("pipe").size() == 50 && b.tracer.allHolders().empty();
    };
    QTRY_VERIFY_WITH_TIMEOUT(holdsNothing(), patience);
    QVERIFY(b.sink.edges(id, pipe.endpoint).empty());
    pipe.write.reset();
    char byte = 0;
    QCOMPARE(read(pipe.read.get(), &byte, 1), 0); // nobody else holds it either
    b.tracer.signal(id, SIGKILL, true);
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
}

void TracerFaults::aThreadThatExecsIsItsProcess()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(python(b,
                                   "import os, threading, time\n"
                                   "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
                                   "def go():\n"
                                   "    os.write(1, b'a')\n"
                                   "    os.execv('/bin/echo', ['echo', 'it'])\n"
                                   "threading.Thread(target=go).start()\n"
                                   "time.sleep(60)\n",
                                   {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), 4);
    const auto execs = b.sink.events(Call::Execve, id);
    QCOMPARE(execs.back().result, 0);
    QCOMPARE(b.sink.events(Call::Write, id).back().tid, b.sink.changes(id).front().pid);
    QCOMPARE(b.alive(), 0U);
}

void TracerFaults::aBufferThatIsUnmappedIsAnError()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(python(b,
                                   "import ctypes, os\n"
                                   "libc = ctypes.CDLL(None, use_errno=True)\n"
                                   "libc.write.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]\n"
                                   "libc.mmap.restype = ctypes.c_void_p\n"
                                   "p = libc.mmap(None, 8192, 3, 0x22, -1, 0)\n"
                                   "libc.munmap(ctypes.c_void_p(p + 4096), 4096)\n"
                                   "n = libc.write(1, p, 8192)\n"
                                   "m = libc.write(1, p + 4096, 100)\n"
                                   "os._exit(0 if (n, m, ctypes.get_errno()) == (4096, -1, 14) else 1)\n",
                                   {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto writes = b.sink.events(Call::Write, id);
    QCOMPARE(writes.size(), 2U);
    QCOMPARE(writes.front().result, 4096);
    QCOMPARE(writes.back().error, EFAULT);
    QVERIFY(writes.back().bytes.empty());
    QCOMPARE(b.sink.bytesIn(pipe.endpoint), 4096);
}

void TracerFaults::aKilledFamilyLeavesNothing()
{
    Bench b;
    auto pipe = b.pipe();
    const auto id = b.start(python(b,
                                   "import os\n"
                                   "for i in range(5):\n"
                                   "    os.fork()\n"
                                   "while True:\n"
                                   "    os.write(1, b'y')\n",
                                   {Bench::to(1, pipe.write, pipe.endpoint)}));
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 32U, patience);
    b.tracer.signal(id, SIGKILL, true);
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
    const auto lock = b.tracer.lockTable();
    QVERIFY(b.tracer.holders(pipe.endpoint).size() == 0);
}

QTEST_GUILESS_MAIN(TracerFaults)
#include "tst_tracer_faults.moc"
