#include "ipc/endpoint/persistent.h"
#include "ipc/engine/launch_error.h"
#include "ipc/engine/output_queue.h"
#include "ipc/engine/placeholder.h"
#include "ipc/engine/run_file.h"
#include "ipc/engine/start_order.h"
#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <sys/socket.h>
#include <thread>

using namespace byteyard::ipc;
using namespace byteyard::ipc::engine;
using namespace Qt::StringLiterals;

namespace {

struct Wire
{
    Wire()
    {
        std::array<int, 2> ends;
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0 ||
            ::pipe(alive.data()) != 0)
            qFatal("socketpair");
        engine = Fd(ends[0]);
        model = Fd(ends[1]);
    }
    ~Wire()
    {
        ::close(alive[0]);
        ::close(alive[1]);
    }
    Fd engine;
    Fd model;
    std::array<int, 2> alive{};
};

EventView sampleEvent()
{
    EventView event;
    event.call = Call::Write;
    event.result = 64;
    event.detail = "a=b";
    return event;
}

} // namespace

class TestEngineParts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placeholdersAreReplacedAndOtherBracesStay()
    {
        const PlaceholderValue value = [](const std::string& name,
                                          const std::string& attribute) -> std::optional<std::string> {
            return name == "a.b" ? std::optional(attribute + "!") : std::nullopt;
        };
        QCOMPARE(expandPlaceholders("x {a.b.path} y {a.b.fd}", value), std::string("x path! y fd!"));
        QCOMPARE(expandPlaceholders("awk '{print $1}' {} { {{a.b.path}", value),
                 std::string("awk '{print $1}' {} { {a.b.path}"));
        QCOMPARE(expandPlaceholders("{ {a.b.id}", value), std::string("{ id!"));
        QCOMPARE(expandPlaceholders("", value), std::string());
        QVERIFY_EXCEPTION_THROWN(expandPlaceholders("{nobody.path}", value), LaunchError);
    }

    void aProcessWaitsForWhatItsRuleSays()
    {
        StartOrder order;
        order.add(1, {StartRule::When::AtOnce, 0, {}}, 0);
        order.add(2, {StartRule::When::After, 1.5, {}}, 0);
        order.add(3, {StartRule::When::Runs, 0, "a"}, 0);
        order.add(4, {StartRule::When::Exits, 0, "a"}, 0);
        order.add(5, {StartRule::When::ByHand, 0, {}}, 0);
        using Progress = StartOrder::Progress;
        Progress progress = Progress::Waiting;
        bool listened = false;
        const auto decide = [&](std::uint64_t now) {
            return order
                .decide(
                    now, [&](const std::string&) { return progress; },
                    [&](const std::string&) { return listened; }, true)
                .release;
        };
        QCOMPARE(decide(0), std::vector<std::uint32_t>{1});
        QCOMPARE(decide(1'499'999'999), std::vector<std::uint32_t>{});
        QCOMPARE(decide(1'500'000'000), std::vector<std::uint32_t>{2});
        progress = Progress::Running;
        QCOMPARE(decide(2'000'000'000), std::vector<std::uint32_t>{3});
        order.add(6, {StartRule::When::Listens, 0, "a"}, 0);
        QCOMPARE(decide(2'000'000'000), std::vector<std::uint32_t>{});
        listened = true;
        QCOMPARE(decide(2'000'000'000), std::vector<std::uint32_t>{6});
        progress = Progress::Ended;
        QCOMPARE(decide(2'000'000'000), std::vector<std::uint32_t>{4});
        QVERIFY(order.takeOut(5));
        QVERIFY(order.isEmpty());
    }

    void thoseThatWaitInACircleAreHopeless()
    {
        StartOrder order;
        order.add(1, {StartRule::When::Exits, 0, "b"}, 0);
        order.add(2, {StartRule::When::Exits, 0, "a"}, 0);
        const auto progress = [](const std::string&) { return StartOrder::Progress::Waiting; };
        const auto silent = [](const std::string&) { return false; };
        QVERIFY(order.decide(0, progress, silent, true).hopeless.empty());
        QCOMPARE(order.decide(0, progress, silent, false).hopeless.size(), std::size_t{2});
        order.add(1, {StartRule::When::Exits, 0, "b"}, 0);
        order.add(3, {StartRule::When::ByHand, 0, {}}, 0);
        QVERIFY(order.decide(0, progress, silent, false).hopeless.empty());
        const auto failed = [](const std::string&) { return StartOrder::Progress::Failed; };
        QCOMPARE(order.decide(0, failed, silent, true).hopeless.size(), std::size_t{1});
        // What has ended and never listened will not listen any more.
        order.add(7, {StartRule::When::Listens, 0, "b"}, 0);
        const auto ended = [](const std::string&) { return StartOrder::Progress::Ended; };
        QCOMPARE(order.decide(0, ended, silent, true).hopeless.size(), std::size_t{1});
    }

    void theRunFileRemovesWhatItListsAndNothingElse()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-runfile-XXXXXX"_s);
        const std::string root = dir.path().toStdString();
        std::string path;
        const auto touch = [&](const std::string& name) {
            QFile file(QString::fromStdString(root + name));
            QVERIFY(file.open(QIODevice::WriteOnly));
        };
        const auto exists = [&](const std::string& name) {
            return QFileInfo::exists(QString::fromStdString(root + name));
        };
        touch("/before");
        {
            const RunFile file(root);
            path = file.path();
            QVERIFY(!file.list("file", root + "/before"));
            QVERIFY(file.list("file", root + "/made with a space"));
            QVERIFY(file.list("file", root + "/forgotten"));
            QVERIFY(file.list("fifo", root + "/turned"));
            QVERIFY(file.list("directory", root + "/session-1"));
            QVERIFY(file.list("directory", root + "/other"));
            QVERIFY(file.list("file", root + "/replaced"));
            touch("/made with a space");
            touch("/forgotten");
            touch("/turned");
            touch("/replaced");
            file.made("file", root + "/replaced", identityOf("file", root + "/replaced"));
            QVERIFY(QFile::remove(QString::fromStdString(root + "/replaced")));
            touch("/replaced");
            file.forget("file", root + "/forgotten");
            QVERIFY(QDir(dir.path()).mkpath(u"session-1/deep/er"_s) && QDir(dir.path()).mkpath(u"other"_s));
            QVERIFY(!RunFile::adopt(path)); // it lives
        }
        std::optional<RunFile> orphan = RunFile::adopt(path);
        QVERIFY(orphan);
        QVERIFY(!orphan->started().empty());
        orphan->removeAll();
        QVERIFY(exists("/before") && exists("/forgotten"));
        QVERIFY(exists("/turned"));   // what stands there is no FIFO
        QVERIFY(exists("/replaced")); // the one that was made has gone
        QVERIFY(exists("/other"));    // not the name of a session's directory
        QVERIFY(!exists("/made with a space") && !exists("/session-1"));
        QVERIFY(!QFileInfo::exists(QString::fromStdString(path)));
    }

    void aRunFileOfAnotherShapeIsNotTaken()
    {
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-runfile-XXXXXX"_s);
        QFile file(dir.filePath(u"notes"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(!RunFile::adopt(file.fileName().toStdString()));
        QVERIFY(!RunFile::adopt(dir.path().toStdString()));
        QFile hostile(dir.filePath(u"run-1-2"_s));
        QVERIFY(hostile.open(QIODevice::WriteOnly));
        hostile.write("directory /etc\nprocess 0 0\nprocess -1 5\nfile relative\nnonsense\n\ndirectory");
        hostile.close();
        const std::optional<RunFile> taken = RunFile::adopt(hostile.fileName().toStdString());
        QVERIFY(taken);
        QVERIFY(taken->livingProcesses().empty());
        taken->removeAll();
        QVERIFY(QFileInfo::exists(u"/etc"_s));
    }

    void whoeverAddsEventsWaitsWhileSixtyFourMebibytesWait()
    {
        Wire wire;
        OutputQueue queue(wire.engine.get(), wire.alive[0]);
        std::atomic<std::uint64_t> added{0};
        std::atomic<bool> stop{false};
        const std::string big(60000, 'x');
        std::thread writer([&] {
            while (!stop) {
                EventView view = sampleEvent();
                view.data = std::as_bytes(std::span(big));
                queue.event(view);
                ++added;
            }
        });
        QTRY_VERIFY_WITH_TIMEOUT(added > 1000, 20000);
        std::uint64_t last = 0;
        QTRY_VERIFY_WITH_TIMEOUT(added == std::exchange(last, added.load()) && added > 1000, 20000);
        QVERIFY(added * big.size() < OutputQueue::maxBacklog + (8u << 20));
        stop = true;
        // The model reads again: the one who waits goes on, and ends.
        std::vector<std::byte> sink(1 << 20);
        std::thread reader([&] {
            while (::read(wire.model.get(), sink.data(), sink.size()) > 0) {
            }
        });
        writer.join();
        queue.finish();
        wire.engine.reset();
        reader.join();
    }

    void aModelThatIsGoneHoldsNobodyUp()
    {
        Wire wire;
        OutputQueue queue(wire.engine.get(), wire.alive[0]);
        ::signal(SIGPIPE, SIG_IGN);
        wire.model.reset();
        for (int i = 0; i < 2'000'000; ++i)
            queue.event(sampleEvent());
        queue.finish();
    }

    void aMillionEventsASecondCross()
    {
        constexpr int count = 1'000'000;
        Wire wire;
        OutputQueue queue(wire.engine.get(), wire.alive[0]);
        std::uint64_t received = 0;
        std::thread reader([&] {
            wire::FrameReader frames;
            wire::Frame frame;
            while (received < count) {
                const auto room = frames.writable(1 << 20);
                const ssize_t size = ::read(wire.model.get(), room.data(), room.size());
                if (size <= 0)
                    return;
                frames.commit(static_cast<std::size_t>(size));
                while (frames.next(frame)) {
                    auto rest = frame.payload;
                    std::size_t used = 0;
                    while (!rest.empty() && wire::readRecord(rest, used)) {
                        rest = rest.subspan(used);
                        ++received;
                    }
                }
            }
        });
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < count; ++i)
            queue.event(sampleEvent());
        queue.finish();
        reader.join();
        QCOMPARE(received, static_cast<std::uint64_t>(count));
        qInfo("%.2f million events a second",
              count / 1e6 / (static_cast<double>(timer.nsecsElapsed()) / 1e9));
    }
};

QTEST_GUILESS_MAIN(TestEngineParts)
#include "tst_engine_parts.moc"
