#include "attached_stranger.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <map>
#include <set>
#include <sys/stat.h>

using namespace byteyard;
using namespace byteyard::ipc;
using namespace byteyard::ipc::test;
using namespace Qt::StringLiterals;

namespace {

using Held = std::set<std::pair<std::uint64_t, int>>; ///< inode of a pipe, number of a descriptor

/// What the threads of a process have of pipes and FIFOs, as the kernel says.
Held heldBy(pid_t pid)
{
    Held held;
    std::error_code gone;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone))
        for (const auto& each : std::filesystem::directory_iterator(task.path() / "fd", gone)) {
            struct stat status;
            if (::stat(each.path().c_str(), &status) == 0 && S_ISFIFO(status.st_mode))
                held.insert({status.st_ino, std::stoi(each.path().filename())});
        }
    return held;
}

/// The same of some of them.
Held heldBy(pid_t pid, const std::set<std::uint64_t>& inodes)
{
    Held held = heldBy(pid);
    std::erase_if(held, [&](const auto& each) { return !inodes.contains(each.first); });
    return held;
}

/// The same, as the tracer has told.
Held toldOf(const RecordingSink& sink, std::uint32_t process, const std::vector<std::uint32_t>& pipes)
{
    Held told;
    for (const std::uint32_t pipe : pipes)
        for (const int fd : sink.edges(process, pipe))
            told.insert({sink.found(pipe).key.number(), fd});
    return told;
}

std::set<std::uint64_t> inodesOf(const RecordingSink& sink, const std::vector<std::uint32_t>& pipes)
{
    std::set<std::uint64_t> inodes;
    for (const std::uint32_t pipe : pipes)
        inodes.insert(sink.found(pipe).key.number());
    return inodes;
}

} // namespace

class TracerOwn : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aThreadHasItsOwn_data();
    void aThreadHasItsOwn();
    void anAttachedOneHasItsOwn_data();
    void anAttachedOneHasItsOwn();
};

void TracerOwn::aThreadHasItsOwn_data()
{
    QTest::addColumn<QString>("way");
    for (const char* way : {"unshare", "range", "clone", "leader", "exec"})
        QTest::newRow(way) << QString::fromLatin1(way);
}

void TracerOwn::aThreadHasItsOwn()
{
    QFETCH(QString, way);
    Bench b;
    auto input = b.pipe();
    const auto id = b.start(b.plan({Bench::peer("own_descriptors"), way.toStdString()},
                                   {Bench::to(0, input.read, input.endpoint)}));
    input.read.reset();
    const auto goOn = [&] { return ::write(input.write.get(), "x", 1) == 1; };
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.foundOf("pipe").size() == 2 && b.isIn(id, "read"), patience);
    const auto pipes = b.sink.foundOf("pipe");
    const std::uint32_t usual = pipes[0];
    const std::uint32_t other = pipes[1];
    const auto inodes = inodesOf(b.sink, pipes);
    const pid_t pid = b.sink.changes(id).front().pid;
    const auto isRight = [&] { return toldOf(b.sink, id, pipes) == heldBy(pid, inodes); };
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(other), 5, patience);
    QCOMPARE(b.sink.bytesIn(other), 5);
    QCOMPARE(b.sink.bytesIn(usual), 0);
    QCOMPARE(b.sink.edges(id, other), b.sink.edges(id, usual)); // the same numbers
    QCOMPARE(b.sink.edges(id, other).size(), std::size_t{2});
    QVERIFY(isRight());

    QVERIFY(goOn());
    if (way == "exec"_L1) {
        QTRY_VERIFY_WITH_TIMEOUT(b.sink.edges(id, usual).empty(), patience);
        QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "read"), patience);
        QCOMPARE(b.sink.edges(id, other).size(), std::size_t{2});
    } else {
        QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(usual), 7, patience);
        QTRY_VERIFY_WITH_TIMEOUT(b.isIn(id, "read"), patience);
        QCOMPARE(b.sink.bytesIn(usual), 7);
        QCOMPARE(b.sink.edges(id, usual).size(), std::size_t{2});
        QCOMPARE(b.sink.edges(id, other).size(), std::size_t{way == "leader"_L1 ? 2U : 0U});
    }
    QVERIFY(isRight());

    QVERIFY(goOn());
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QVERIFY(toldOf(b.sink, id, pipes).empty());
    QCOMPARE(b.sink.bytesIn(other) + b.sink.bytesIn(usual), way == "exec"_L1 ? 5 : 12);
}

void TracerOwn::anAttachedOneHasItsOwn_data()
{
    QTest::addColumn<QString>("way");
    for (const char* way : {"unshare", "clone", "leader"})
        QTest::newRow(way) << QString::fromLatin1(way);
}

void TracerOwn::anAttachedOneHasItsOwn()
{
    QFETCH(QString, way);
    Bench bench;
    std::uint32_t fifo = 0;
    const std::string path = bench.fifo(fifo);
    const Fd input(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    tests::Stranger stranger({u"/bin/sh"_s, u"-c"_s, u"exec \"$0\" \"$1\" <> \"$2\""_s,
                              peerPath("own_descriptors"), way, QString::fromStdString(path)});
    const auto isWaiting = [&] { // in its first read of a byte: then both pipes are there
        std::set<std::uint64_t> inodes;
        for (const auto& each : heldBy(stranger.pid()))
            inodes.insert(each.first);
        return inodes.size() == 3;
    };
    QVERIFY(QTest::qWaitFor(isWaiting, patience));
    const std::uint32_t process = attach(bench, stranger);
    QTRY_COMPARE_WITH_TIMEOUT(bench.sink.foundOf("pipe").size(), std::size_t{2}, patience);
    const auto pipes = bench.sink.foundOf("pipe");
    const auto inodes = inodesOf(bench.sink, pipes);
    QCOMPARE(toldOf(bench.sink, process, pipes), heldBy(stranger.pid(), inodes));
    QCOMPARE(toldOf(bench.sink, process, pipes).size(), std::size_t{4});
    QCOMPARE(::write(input.get(), "xx", 2), 2);
    QCOMPARE(stranger.status(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(bench.sink.ended(process), patience);
    QVERIFY(toldOf(bench.sink, process, pipes).empty());
}

QTEST_GUILESS_MAIN(TracerOwn)
#include "tst_tracer_own.moc"
