#include "tests/ipc/recording_sink.h"

#include "ipc/host/proc.h"

#include <QProcess>
#include <cctype>
#include <csignal>
#include <fstream>
#include <linux/kcmp.h>
#include <sstream>
#include <sys/syscall.h>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// A program that makes random calls and counts what they move: the tracer says the same, and knows at any
/// moment who has what open.
class TracerRandom : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyByteIsOfItsEndpoint_data();
    void everyByteIsOfItsEndpoint();
    void theTableIsTheKernelsAtAnyMoment();
};

namespace {

constexpr int patience = 60000;

/// descriptor → inode, of pipes and sockets.
std::map<int, std::uint64_t> kernelTable(pid_t pid)
{
    std::map<int, std::uint64_t> table;
    std::error_code error;
    for (const auto& item :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
        const std::string target = std::filesystem::read_symlink(item.path(), error);
        const std::size_t at = target.find(":[");
        if (target.starts_with("pipe:") || target.starts_with("socket:"))
            table[std::stoi(item.path().filename())] = std::strtoull(target.c_str() + at + 2, nullptr, 10);
    }
    return table;
}

/// Runs, or waits for a processor (proc_pid_stat(5)).
bool isRunnable(pid_t pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string stat;
    std::getline(file, stat);
    const std::size_t name = stat.rfind(") ");
    return name != std::string::npos && stat[name + 2] == 'R';
}

struct Held
{
    pid_t pid;
    int fd;
    std::uint32_t description;
};

/// kcmp(2): 0 when both are descriptors of one open file description, above 0 when not, -1 when nobody tells.
long compareFiles(const Held& one, const Held& other)
{
    return syscall(SYS_kcmp, one.pid, other.pid, KCMP_FILE, one.fd, other.fd);
}

/// What lsof(8) says of these processes: descriptor → inode, of pipes and sockets.
std::map<pid_t, std::map<int, std::uint64_t>>
lsofTable(const std::map<pid_t, std::map<int, std::uint64_t>>& processes)
{
    QStringList pids;
    for (const auto& [pid, descriptors] : processes)
        pids.append(QString::number(pid));
    QProcess lsof;
    lsof.start(QStringLiteral("lsof"), {"-nP", "-w", "-p", pids.join(','), "-F", "pftid"});
    lsof.waitForFinished(patience);
    std::map<pid_t, std::map<int, std::uint64_t>> table;
    pid_t pid = 0;
    int fd = -1;
    QByteArray type;
    for (const QByteArray& line : lsof.readAllStandardOutput().split('\n')) {
        const QByteArray value = line.mid(1);
        if (line.startsWith('p'))
            pid = value.toInt();
        else if (line.startsWith('f'))
            fd = value.isEmpty() || std::isdigit(static_cast<unsigned char>(value[0])) == 0 ? -1
                                                                                            : value.toInt();
        else if (line.startsWith('t'))
            type = value;
        else if (line.startsWith('i') && fd >= 0 && (type == "FIFO" || type == "unix"))
            table[pid][fd] = value.toULongLong();
    }
    return table;
}

} // namespace

void TracerRandom::everyByteIsOfItsEndpoint_data()
{
    QTest::addColumn<int>("calls");
    QTest::addColumn<bool>("overflows");
    QTest::newRow("100 000 calls") << 100'000 << false;
    QTest::newRow("12 000 others") << 12'000 << false;
    if (qgetenv("BYTEYARD_TEST_CAPTURE") == "ebpf")
        QTest::newRow("100 000 calls and room for a few") << 100'000 << true;
}

void TracerRandom::everyByteIsOfItsEndpoint()
{
    QFETCH(int, calls);
    QFETCH(bool, overflows);
    std::string why;
    Bench b(overflows ? KernelCapture::open(64, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), why)
                      : captureToTest());
    b.sink.countOnly();
    const std::string output = (b.directory / "output").string();
    const auto id =
        b.start(b.plan({Bench::peer("random_calls"), std::to_string(calls), std::to_string(calls)},
                       {{1, -1, output, O_WRONLY | O_CREAT, 0600, 0}}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    QCOMPARE(b.sink.lost() > 0, overflows);
    std::map<std::uint64_t, std::uint32_t> numbers;
    for (const char* kind : {"pipe", "socketpair"})
        for (const std::uint32_t endpoint : b.sink.foundOf(kind))
            numbers[b.sink.found(endpoint).key.id.inode] = endpoint;
    QCOMPARE(numbers.size(), 20U);
    std::ifstream lines(output);
    std::uint64_t inode = 0;
    std::int64_t in = 0;
    std::int64_t out = 0;
    int endpoints = 0;
    std::int64_t all = 0;
    while (lines >> inode >> in >> out) {
        ++endpoints;
        all += in;
        QVERIFY(numbers.contains(inode));
        QCOMPARE(b.sink.bytesIn(numbers[inode]), in);
        QCOMPARE(b.sink.bytesOut(numbers[inode]), out);
    }
    QCOMPARE(endpoints, 20);
    QVERIFY(all > calls);
}

void TracerRandom::theTableIsTheKernelsAtAnyMoment()
{
    Bench b;
    b.sink.countOnly();
    const auto id = b.start(b.plan({Bench::peer("random_calls"), "6000000", "7"}));
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.children(id).size(), 6U, patience);
    int compared = 0;
    bool asked = false;
    while (compared < 20 && !b.sink.ended(id)) {
        QTest::qWait(7); // any moment is as good as another
        b.tracer.pause(0);
        // All stand at a call's entry or return, but for the parent, which sleeps in wait4.
        std::map<pid_t, std::set<int>> underWay;
        const auto stands = [&] {
            underWay.clear();
            const auto lock = b.tracer.lockTable();
            for (const CallInProgress& each : b.tracer.callsInProgress(b.tracer.now(), 0)) {
                if (!each.paced && each.callName != "wait4")
                    return false;
                // Entered, not made: a close that the table has taken as done.
                underWay[each.pid].insert(each.fd);
            }
            // Who waits for a processor may have made a call that has not been told yet.
            const auto children = b.sink.children(id);
            return std::none_of(children.begin(), children.end(), [&](std::uint32_t child) {
                return isRunnable(b.sink.changes(child).front().pid);
            });
        };
        const auto still = [&] {
            static std::vector<std::uint64_t> last;
            std::vector<std::uint64_t> now;
            for (const std::uint32_t child : b.sink.children(id))
                now.push_back(proc::timeslices(b.sink.changes(child).front().pid));
            std::swap(last, now);
            return last == now && stands();
        };
        QVERIFY(QTest::qWaitFor(still, patience));
        std::map<pid_t, std::map<int, std::uint64_t>> table;
        std::map<std::uint32_t, std::set<std::uint64_t>> inodes;
        {
            const auto lock = b.tracer.lockTable();
            for (const auto& [endpoint, holders] : b.tracer.allHolders())
                for (const TableHolder& holder : holders)
                    table[holder.pid][holder.fd] = endpoint;
        }
        for (const std::uint32_t child : b.sink.children(id)) {
            if (b.sink.ended(child))
                continue;
            const pid_t pid = b.sink.changes(child).front().pid;
            std::map<int, std::uint64_t> kernel = kernelTable(pid);
            for (const int fd : underWay[pid]) {
                kernel.erase(fd);
                table[pid].erase(fd);
            }
            QCOMPARE(table[pid].size(), kernel.size());
            for (const auto& [fd, inode] : kernel) {
                QVERIFY2(table[pid].contains(fd), qPrintable(QString::number(fd)));
                inodes[static_cast<std::uint32_t>(table[pid][fd])].insert(inode);
            }
            ++compared;
        }
        // One object of a pipe, two sockets of a pair, and no object in two endpoints.
        std::set<std::uint64_t> seen;
        for (const auto& [endpoint, objects] : inodes) {
            QVERIFY(objects.size() <= (b.sink.kind(endpoint) == "pipe" ? 1U : 2U));
            for (const std::uint64_t object : objects)
                QVERIFY(seen.insert(object).second);
        }
        std::map<std::uint32_t, std::vector<Held>> held;
        for (const std::uint32_t child : b.sink.children(id)) {
            const pid_t pid = b.sink.changes(child).front().pid;
            for (const auto& [fd, endpoint] : table[pid])
                held[static_cast<std::uint32_t>(endpoint)].push_back(
                    {pid, fd, b.sink.description(child, static_cast<std::uint32_t>(endpoint), fd)});
        }
        for (const auto& [endpoint, descriptors] : held)
            for (const Held& one : descriptors)
                for (const Held& other : descriptors) {
                    const long order = compareFiles(one, other);
                    if (order >= 0)
                        QCOMPARE(one.description == other.description, order == 0);
                }
        if (!asked) {
            // Another's word, once: it takes a second.
            for (const auto& [pid, descriptors] : lsofTable(table))
                for (const auto& [fd, inode] : descriptors)
                    if (!underWay[pid].contains(fd))
                        QVERIFY(inodes[static_cast<std::uint32_t>(table[pid][fd])].contains(inode));
            asked = true;
        }
        b.tracer.resume(0);
    }
    QVERIFY(asked);
    QVERIFY(compared >= 20);
    b.tracer.signal(id, SIGKILL, true);
    QTRY_COMPARE_WITH_TIMEOUT(b.alive(), 0U, patience);
}

QTEST_GUILESS_MAIN(TracerRandom)
#include "tst_tracer_random.moc"
