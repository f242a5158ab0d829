#include "tests/ipc/real_programs.h"

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// stress-ng's IPC stressors: they check themselves, and end as untraced.
class RealStress : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void stressorsEndAsUntraced_data();
    void stressorsEndAsUntraced();
};

void RealStress::stressorsEndAsUntraced_data()
{
    QTest::addColumn<QStringList>("stressors");
    QTest::addColumn<QStringList>("kinds"); ///< what they must be seen to use
    QTest::newRow("pipes") << QStringList{"pipe", "fifo", "splice", "sockpair"}
                           << QStringList{"pipe", "fifo", "socketpair"};
    QTest::newRow("queues") << QStringList{"mq", "msg"} << QStringList{"posix-queue", "sysv-queue"};
    // --sem has its semaphore in memory of its own: no object with a name.
    QTest::newRow("semaphores") << QStringList{"sem", "sem-sysv"} << QStringList{"sysv-semaphore"};
    QTest::newRow("memory") << QStringList{"shm", "shm-sysv"} << QStringList{"posix-shm", "sysv-shm"};
    QTest::newRow("sockets") << QStringList{"sock", "udp", "sockfd"}
                             << QStringList{"tcp", "udp", "unix-stream"};
}

void RealStress::stressorsEndAsUntraced()
{
    QFETCH(QStringList, stressors);
    QFETCH(QStringList, kinds);
    if (!isInstalled("stress-ng"))
        QSKIP("stress-ng is not installed");
    Real b;
    b.sink.countOnly();
    std::vector<std::string> argv = {"stress-ng", "-t", "1", "--verify", "--temp-path", b.directory.string()};
    for (const QString& each : stressors)
        argv.insert(argv.end(), {"--" + each.toStdString(), "1"});
    QCOMPARE(b.run(argv, "stress.log"), 0);
    const std::string said = textOf(b.path("stress.log"));
    QVERIFY2(said.find("successful run completed") != std::string::npos &&
                 said.find("fail:") == std::string::npos,
             said.c_str());
    for (const QString& kind : kinds)
        QVERIFY2(!b.sink.foundOf(kind.toStdString()).empty(), qPrintable(kind));
    QVERIFY(b.leavesNothing());
}

QTEST_GUILESS_MAIN(RealStress)
#include "tst_real_stress.moc"
