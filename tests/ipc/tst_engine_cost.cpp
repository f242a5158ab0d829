#include "witness.h"

#include <QTest>

#include <unistd.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

#ifdef NDEBUG
constexpr double allowed = 0.1;
#else
constexpr double allowed = 0.15; // code that is not optimised
#endif

/// Processor time that a process and all its threads have used, in seconds.
double processorTime(pid_t pid)
{
    QFile file(u"/proc/%1/stat"_s.arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    const QList<QByteArray> words = text.mid(text.lastIndexOf(')') + 2).split(' ');
    constexpr int userField = 11; // the 14th of all (proc_pid_stat(5))
    return (words[userField].toDouble() + words[userField + 1].toDouble()) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Many
{
    QJsonArray nodes;
    QJsonArray edges;
    int count = 0;

    void add(const QString& kind, int number, const QStringList& ports, const QJsonObject& properties = {})
    {
        for (int i = 0; i < number; ++i) {
            const QString id = u"%1-%2"_s.arg(kind).arg(i);
            nodes.append(EngineClient::endpoint(id, kind, properties));
            for (const QString& port : ports)
                edges.append(EngineClient::edge(u"holder"_s, m_fd++, id, port));
            ++count;
        }
    }

private:
    int m_fd = 10;
};

} // namespace

class TestEngineCost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoHundredEndpointsCostATenthOfACoreAtMost()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("a sanitizer's own cost is not ours");
#endif
        Many many;
        many.add(u"pipe"_s, 30, {u"read"_s, u"write"_s});
        many.add(u"fifo"_s, 15, {u"read-write"_s});
        many.add(u"file"_s, 15, {u"read-write"_s});
        many.add(u"socketpair"_s, 20, {u"a"_s, u"b"_s});
        many.add(u"sysv-queue"_s, 20, {});
        many.add(u"sysv-shm"_s, 10, {});
        many.add(u"sysv-semaphore"_s, 20, {}, {{"values", QJsonArray{1, 2, 3}}});
        // All of a user's queues together are bounded (RLIMIT_MSGQUEUE).
        many.add(u"posix-queue"_s, 15, {u"send"_s}, {{"maxmsg", 4}, {"msgsize", 256}});
        many.add(u"posix-shm"_s, 10, {u"attach"_s});
        many.add(u"memfd"_s, 10, {u"attach"_s});
        many.add(u"posix-semaphore"_s, 10, {});
        many.add(u"unix-stream"_s, 10, {u"listen"_s});
        many.add(u"tcp"_s, 10, {u"listen"_s});
        many.add(u"udp"_s, 5, {u"receive"_s});
        QCOMPARE(many.count, 200);
        many.nodes.append(words(u"holder"_s, u"hold"_s));
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(many.nodes, many.edges);
        QVERIFY(engine.untilState(u"holder"_s, u"running"_s));
        QCOMPARE(engine.errors(), QStringList());
        for (int i = 0; i < 20; ++i)
            for (int message = 0; message < 5; ++message)
                engine.send({{"type", "write"},
                             {"endpoint", qint64(numberOf(engine, u"sysv-queue-%1"_s.arg(i)))},
                             {"data", QString::fromLatin1(QByteArray("message").toBase64())}});
        QVERIFY(engine.until([&] { return seen(engine, u"sysv-queue-19"_s).fact(u"msg_qnum"_s) == 5; }));
        QElapsedTimer timer;
        timer.start();
        const double before = processorTime(engine.worker());
        engine.until([] { return false; }, 3000);
        const double share =
            (processorTime(engine.worker()) - before) / (static_cast<double>(timer.elapsed()) / 1000);
        qInfo("200 endpoints: %.1f %% of a core", share * 100);
        QVERIFY2(share <= allowed, qPrintable(QString::number(share)));
    }
};

QTEST_GUILESS_MAIN(TestEngineCost)
#include "tst_engine_cost.moc"
