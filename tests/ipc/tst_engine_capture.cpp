#include "engine_client.h"

#include "ipc/capture/kernel_capture.h"

#include <QTest>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

using byteyard::ipc::KernelCapture;
using byteyard::tests::EngineClient;
using namespace Qt::StringLiterals;

namespace {

/// The engine's process keeps these two rights when it becomes nobody, and no other.
void keepTheRightsOfCapture()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    constexpr std::array<unsigned, 4> kept{CAP_BPF, CAP_PERFMON, CAP_SETUID, CAP_SETGID};
    for (const unsigned capability : kept) {
        __user_cap_data_struct& word = data.at(CAP_TO_INDEX(capability));
        word.permitted |= CAP_TO_MASK(capability);
        word.effective |= CAP_TO_MASK(capability);
    }
    for (const unsigned capability : {CAP_BPF, CAP_PERFMON})
        data.at(CAP_TO_INDEX(capability)).inheritable |= CAP_TO_MASK(capability);
    if (::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_NOROOT, 0, 0, 0) != 0 ||
        ::syscall(SYS_capset, &header, data.data()) != 0 ||
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_BPF, 0, 0) != 0 ||
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_PERFMON, 0, 0) != 0)
        ::_exit(125);
}

/// As in a container: processes have other numbers than the kernel's first namespace gives them.
void enterAPidNamespace()
{
    if (::unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        ::_exit(125);
    const pid_t engine = ::fork();
    if (engine > 0) {
        ::close_range(0, ~0U, 0); // it would hold the wire open
        int status = 0;
        ::waitpid(engine, &status, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
    }
    if (engine < 0 || ::mount("proc", "/proc", "proc", 0, nullptr) != 0)
        ::_exit(125);
}

QJsonArray pipeNodes()
{
    return {EngineClient::command(u"writer"_s, {u"head"_s, u"-c"_s, u"1000000"_s, u"/dev/zero"_s}),
            EngineClient::endpoint(u"pipe"_s, u"pipe"_s), EngineClient::command(u"reader"_s, {u"cat"_s})};
}

QJsonArray pipeEdges()
{
    return {EngineClient::edge(u"writer"_s, 1, u"pipe"_s, u"write"_s),
            EngineClient::edge(u"reader"_s, 0, u"pipe"_s, u"read"_s)};
}

qint64 bytesOf(const EngineClient& engine, byteyard::ipc::Call call)
{
    qint64 bytes = 0;
    for (const auto& event : engine.events)
        if (event.call == call && event.endpoint != 0 && event.result > 0)
            bytes += event.result;
    return bytes;
}

} // namespace

/// Each gets the best way to capture that it can have, and is told which and why.
class TestEngineCapture : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("only root can become somebody else");
    }

    void rootGetsTheKernelsHelp()
    {
        if (const std::string why = KernelCapture::whyNot(); !why.empty())
            QSKIP(why.c_str());
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(pipeNodes(), pipeEdges()));
        const QJsonObject started = engine.last(u"run-started"_s);
        QCOMPARE(started[u"capture"_s].toString(), u"ebpf"_s);
        QCOMPARE(started[u"why"_s].toString(), QString());
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Write), 1'000'000);
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Read), 1'000'000);
        QCOMPARE(engine.last(u"run-ended"_s)[u"lost"_s].toInteger(), 0);
    }

    void theKernelsHelpKnowsTheNumbersOfAContainer()
    {
        if (const std::string why = KernelCapture::whyNot(); !why.empty())
            QSKIP(why.c_str());
        EngineClient engine({}, EngineClient::As::Self, enterAPidNamespace);
        QVERIFY(engine.greet());
        const QStringList inAChild{u"sh"_s, u"-c"_s, u"head -c 1000000 /dev/zero; true"_s};
        const QStringList inAnother{u"unshare"_s, u"--pid"_s, u"--fork"_s, u"cat"_s};
        QVERIFY(engine.run({EngineClient::command(u"writer"_s, inAChild),
                            EngineClient::endpoint(u"pipe"_s, u"pipe"_s),
                            EngineClient::command(u"reader"_s, inAnother)},
                           pipeEdges()));
        QCOMPARE(engine.last(u"run-started"_s)[u"capture"_s].toString(), u"ebpf"_s);
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Write), 1'000'000);
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Read), 1'000'000);
    }

    void nobodyIsCapturedByPtraceAndToldWhy()
    {
        const QTemporaryDir runtime;
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        QVERIFY(engine.run(pipeNodes(), pipeEdges()));
        const QJsonObject started = engine.last(u"run-started"_s);
        QCOMPARE(started[u"capture"_s].toString(), u"ptrace"_s);
        QVERIFY2(started[u"why"_s].toString().startsWith(u"no eBPF: "_s),
                 qPrintable(started[u"why"_s].toString()));
        if (KernelCapture::whyNot().empty())
            QVERIFY(started[u"why"_s].toString().contains(u"CAP_BPF and CAP_PERFMON"_s));
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Write), 1'000'000);
        engine.send(
            {{"type", "run"}, {"capture", "ebpf"}, {"topology", QJsonObject{{"nodes", QJsonArray()}}}});
        engine.clear();
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList{u"capture"_s});
        QVERIFY(!engine.last(u"error"_s)[u"parameters"_s][u"why"_s].toString().isEmpty());
    }

    void aSetUserIdProgramSaysThatItGotNoRights_data()
    {
        QTest::addColumn<bool>("asNobody");
        QTest::addColumn<QStringList>("argv");
        QTest::newRow("traced by a user") << true << QStringList{u"su"_s, u"--version"_s};
        QTest::newRow("started by a shell") << true << QStringList{u"sh"_s, u"-c"_s, u"su --version; true"_s};
        QTest::newRow("traced by root") << false << QStringList{u"su"_s, u"--version"_s};
        QTest::newRow("a plain program") << true << QStringList{u"true"_s};
    }

    void aSetUserIdProgramSaysThatItGotNoRights()
    {
        QFETCH(bool, asNobody);
        QFETCH(QStringList, argv);
        struct stat status
        {
        };
        if (stat("/usr/bin/su", &status) != 0 || (status.st_mode & S_ISUID) == 0)
            QSKIP("su has no set-user-ID bit here");
        const QTemporaryDir runtime;
        EngineClient engine(runtime.path(), asNobody ? EngineClient::As::Nobody : EngineClient::As::Self);
        QVERIFY(engine.greet());
        QVERIFY(engine.run({EngineClient::command(u"program"_s, argv)}, {}));
        if (!asNobody || argv.first() == "true"_L1) {
            QCOMPARE(engine.errors(), QStringList());
            return;
        }
        QCOMPARE(engine.errors(), QStringList{u"privileges"_s});
        const QJsonObject error = engine.last(u"error"_s);
        QCOMPARE(error[u"node"_s].toString(), u"program"_s);
        QCOMPARE(error[u"parameters"_s][u"program"_s].toString(), u"su"_s);
        QCOMPARE(error[u"parameters"_s][u"what"_s].toString(), u"set-user-ID"_s);
    }

    void aUserWithTheTwoRightsGetsTheKernelsHelp()
    {
        if (const std::string why = KernelCapture::whyNot(); !why.empty())
            QSKIP(why.c_str());
        const QTemporaryDir runtime;
        EngineClient engine(runtime.path(), EngineClient::As::Nobody, keepTheRightsOfCapture);
        QVERIFY(engine.greet());
        QVERIFY(engine.run(pipeNodes(), pipeEdges()));
        QCOMPARE(engine.last(u"run-started"_s)[u"capture"_s].toString(), u"ebpf"_s);
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Write), 1'000'000);
        QCOMPARE(bytesOf(engine, byteyard::ipc::Call::Read), 1'000'000);
    }
};

QTEST_GUILESS_MAIN(TestEngineCapture)
#include "tst_engine_capture.moc"
