#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {
constexpr int patience = 60000;
}

class TracerFiles : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsOfNoInterestIsNotTakenForWhatCameAfterIt();
    void locksOfAFollowedFileAreSeen();
    void aFileThatIsMadeAnewIsAnother();
    void aFileThatReplacesAnotherIsAnother_data();
    void aFileThatReplacesAnotherIsAnother();
    void filesThatExchangeTheirNamesStayWhatTheyAre();
    void aFileInThePlaceOfASocketIsNoSocket();
};

/// The kernel's side tells later than the program goes on: a number may be another's by then.
void TracerFiles::whatIsOfNoInterestIsNotTakenForWhatCameAfterIt()
{
    Bench b;
    constexpr unsigned turns = 100;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, socket\n"
                                    "for i in range(100):\n"
                                    "    os.close(os.open('/dev/null', os.O_RDONLY))\n"
                                    "    a, c = os.pipe()\n"
                                    "    os.write(c, b'x')\n"
                                    "    os.close(a); os.close(c)\n"
                                    "    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                                    "    s.connect(('0.0.0.0', 0))\n"
                                    "    s.close()\n"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto pipes = b.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), turns);
    for (const std::uint32_t pipe : pipes)
        QCOMPARE(b.sink.bytesIn(pipe), 1);
    for (const Event& open : b.sink.events(Call::Openat, id))
        QCOMPARE(b.sink.kind(open.endpoint), std::string("file"));
    QVERIFY(b.sink.foundOf("udp").empty());
}

void TracerFiles::locksOfAFollowedFileAreSeen()
{
    Bench b;
    const std::string path = (b.directory / "locked").string();
    const auto file = b.sink.newEndpoint();
    b.tracer.followPath(file, path);
    const auto id = b.start(b.plan({Bench::peer("objects"), "lock", path}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto flocks = b.sink.events(Call::Flock, id);
    QCOMPARE(flocks.size(), 2U);
    QCOMPARE(flocks.front().endpoint, file);
    QCOMPARE(detailValue(flocks.front().detailText, "operation"), std::string("LOCK_NB|LOCK_EX"));
    const auto regions = b.sink.events(Call::Fcntl, id);
    QCOMPARE(regions.size(), 1U);
    QCOMPARE(detailValue(regions.front().detailText, "type"), std::string("F_WRLCK"));
    QCOMPARE(detailValue(regions.front().detailText, "start"), std::string("10"));
    QCOMPARE(b.sink.events(callOfUnlink.call, id).front().endpoint, file);
}

/// Under the same name, and often with the same inode, as one that was removed or renamed.
void TracerFiles::aFileThatIsMadeAnewIsAnother()
{
    constexpr int files = 40;
    Bench b;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, sys\n"
                                    "os.chdir(sys.argv[1])\n"
                                    "for i in range(int(sys.argv[2])):\n"
                                    "    f = os.open('again', os.O_CREAT | os.O_WRONLY)\n"
                                    "    os.write(f, b'x' * (i + 1))\n"
                                    "    os.close(f)\n"
                                    "    if i % 2: os.rename('again', 'other'); os.unlink('other')\n"
                                    "    else: os.unlink('again')\n",
                                    b.directory.string(), std::to_string(files)}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    std::vector<std::uint32_t> again;
    for (const std::uint32_t file : b.sink.foundOf("file"))
        if (b.sink.found(file).name.ends_with("/again"))
            again.push_back(file);
    QCOMPARE(again.size(), static_cast<std::size_t>(files));
    for (std::size_t i = 0; i < again.size(); ++i)
        QCOMPARE(b.sink.bytesIn(again[i]), static_cast<std::int64_t>(i + 1));
    for (const Call call : {callOfUnlink.call, callOfRename.call}) {
        const auto told = b.sink.select([&](const Event& e) { return e.call == call; });
        QCOMPARE(told.size(), static_cast<std::size_t>(call == callOfUnlink.call ? files : files / 2));
        for (const Event& event : told)
            QVERIFY(std::find(again.begin(), again.end(), event.endpoint) != again.end());
    }
}

void TracerFiles::aFileThatReplacesAnotherIsAnother_data()
{
    QTest::addColumn<QString>("way");
    QTest::newRow("renamed onto its name") << "    f = os.open('new', os.O_CREAT | os.O_WRONLY | os.O_EXCL)\n"
                                              "    os.write(f, b'x' * (i + 1))\n"
                                              "    os.close(f)\n"
                                              "    os.rename('new', 'file')\n";
    QTest::newRow("without a name") << "    f = os.open('new', os.O_CREAT | os.O_WRONLY | os.O_EXCL)\n"
                                       "    os.unlink('new')\n"
                                       "    os.write(f, b'x' * (i + 1))\n"
                                       "    os.close(f)\n";
}

/// File systems give an inode that is free to the next file.
void TracerFiles::aFileThatReplacesAnotherIsAnother()
{
    QFETCH(QString, way);
    Bench b;
    constexpr int files = 20;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, sys\n"
                                    "os.chdir(sys.argv[1])\n"
                                    "for i in range(20):\n" +
                                        way.toStdString(),
                                    b.directory.string()}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    std::vector<std::int64_t> written;
    for (const std::uint32_t file : b.sink.foundOf("file"))
        if (b.sink.found(file).name.ends_with("/new") || b.sink.found(file).name.ends_with("(deleted)"))
            written.push_back(b.sink.bytesIn(file));
    QCOMPARE(written.size(), static_cast<std::size_t>(files));
    for (std::size_t i = 0; i < written.size(); ++i)
        QCOMPARE(written[i], static_cast<std::int64_t>(i + 1));
}

/// renameat2(2) with RENAME_EXCHANGE.
void TracerFiles::filesThatExchangeTheirNamesStayWhatTheyAre()
{
    Bench b;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import ctypes, os, sys\n"
                                    "os.chdir(sys.argv[1])\n"
                                    "def write(name, data):\n"
                                    "    f = os.open(name, os.O_CREAT | os.O_WRONLY)\n"
                                    "    os.write(f, data)\n"
                                    "    os.close(f)\n"
                                    "write('one', b'1')\n"
                                    "write('two', b'22')\n"
                                    "assert ctypes.CDLL(None).renameat2(-100, b'one', -100, b'two', 2) == 0\n"
                                    "os.unlink('one')\n"
                                    "write('one', b'333')\n"
                                    "write('two', b'4444')\n",
                                    b.directory.string()}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    std::vector<std::uint32_t> files;
    for (const std::uint32_t file : b.sink.foundOf("file"))
        if (b.sink.found(file).name.starts_with(b.directory.string())) // ctypes makes one of its own
            files.push_back(file);
    QCOMPARE(files.size(), 3U);
    const auto exchanged = b.sink.events(Call::Renameat2, id);
    QCOMPARE(exchanged.size(), 1U);
    QCOMPARE(exchanged.front().endpoint, files[0]);
    QCOMPARE(exchanged.front().endpoint2, files[1]);
    QCOMPARE(detailValue(exchanged.front().detailText, "flags"), std::string("RENAME_EXCHANGE"));
    QCOMPARE(b.sink.events(callOfUnlink.call, id).front().endpoint, files[1]);
    QCOMPARE(b.sink.bytesIn(files[0]), 5);
    QCOMPARE(b.sink.bytesIn(files[1]), 2);
    QCOMPARE(b.sink.bytesIn(files[2]), 3);
}

/// A socket's path goes with its name, and what stands there afterwards is something else.
void TracerFiles::aFileInThePlaceOfASocketIsNoSocket()
{
    Bench b;
    const auto id = b.start(b.plan({"python3", "-c",
                                    "import os, socket, sys\n"
                                    "os.chdir(sys.argv[1])\n"
                                    "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                                    "s.bind(os.getcwd() + '/first')\n"
                                    "os.rename('first', 'place')\n"
                                    "c = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
                                    "c.sendto(b'four', os.getcwd() + '/place')\n"
                                    "os.unlink('place')\n"
                                    "f = os.open('place', os.O_CREAT | os.O_WRONLY)\n"
                                    "os.write(f, b'x')\n"
                                    "os.close(f)\n"
                                    "os.unlink('place')\n",
                                    b.directory.string()}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto removed = b.sink.events(callOfUnlink.call, id);
    QCOMPARE(removed.size(), 2U);
    const std::uint32_t socket = removed[0].endpoint;
    QCOMPARE(b.sink.found(socket).kind, std::string_view("unix-datagram"));
    QCOMPARE(b.sink.bytesIn(socket), 4);
    QCOMPARE(b.sink.found(removed[1].endpoint).kind, std::string_view("file"));
    QCOMPARE(b.sink.bytesIn(removed[1].endpoint), 1);
}

QTEST_GUILESS_MAIN(TracerFiles)
#include "tst_tracer_files.moc"
