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

/// One process that uses all that is added (peers/busy.c).
struct Busy
{
    QJsonArray edges;

    void add(const QString& kind, int number, const QString& word, const QStringList& ports,
             const QJsonObject& properties = {})
    {
        for (int i = 0; i < number; ++i) {
            const QString id = u"%1-%2"_s.arg(kind).arg(i);
            m_nodes.append(EngineClient::endpoint(id, kind, properties));
            QString argument = word;
            for (const QString& port : ports) {
                argument += u":%1"_s.arg(m_fd);
                edges.append(EngineClient::edge(u"busy"_s, m_fd++, id, port));
            }
            if (ports.isEmpty()) {
                const bool byName = kind == u"posix-semaphore"_s;
                argument += (byName ? u":{%1.path}"_s : u":{%1.id}"_s).arg(id);
                edges.append(EngineClient::edge(u"busy"_s, u"h%1"_s.arg(m_fd++), id,
                                                kind.endsWith(u"queue"_s) ? u"send"_s
                                                : kind == u"sysv-shm"_s   ? u"attach"_s
                                                                          : u"use"_s));
            }
            m_argv.append(argument);
        }
    }
    int count() const { return static_cast<int>(m_nodes.size()); }
    QJsonArray nodes() const
    {
        QJsonArray all = m_nodes;
        all.append(
            EngineClient::command(u"busy"_s, QStringList{QStringLiteral(BYTEYARD_PEERS "/busy")} + m_argv));
        return all;
    }

private:
    QJsonArray m_nodes;
    QStringList m_argv;
    int m_fd = 10;
};

/// Seconds that the engine's loop, which samples, has had of a processor; the tracer has a thread of its own.
double loopTime(pid_t worker)
{
    QFile file(u"/proc/%1/task/%1/schedstat"_s.arg(worker));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    constexpr double nanosecond = 1e-9;
    return file.readAll().split(' ').first().toDouble() * nanosecond;
}

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

    void twoHundredBusyEndpointsAreSampledForATenthOfACoreAtMost()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("a sanitizer's own cost is not ours");
#endif
        Busy busy;
        busy.add(u"pipe"_s, 40, u"pipe"_s, {u"write"_s, u"read"_s});
        busy.add(u"fifo"_s, 20, u"fd"_s, {u"read-write"_s});
        busy.add(u"file"_s, 20, u"file"_s, {u"read-write"_s});
        busy.add(u"socketpair"_s, 30, u"pair"_s, {u"a"_s, u"b"_s});
        busy.add(u"sysv-queue"_s, 25, u"queue"_s, {});
        busy.add(u"sysv-shm"_s, 10, u"shm"_s, {});
        busy.add(u"sysv-semaphore"_s, 20, u"sem"_s, {});
        busy.add(u"posix-queue"_s, 10, u"mq"_s, {u"send"_s, u"receive"_s}, {{"maxmsg", 4}, {"msgsize", 256}});
        busy.add(u"posix-shm"_s, 8, u"map"_s, {u"attach"_s});
        busy.add(u"memfd"_s, 7, u"map"_s, {u"attach"_s});
        busy.add(u"posix-semaphore"_s, 10, u"psem"_s, {});
        QCOMPARE(busy.count(), 200);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(busy.nodes(), busy.edges, {}, 0);
        QVERIFY(engine.untilState(u"busy"_s, u"running"_s));
        QCOMPARE(engine.errors(), QStringList());
        QVERIFY(engine.until([&] { return seen(engine, u"sysv-queue-24"_s).fact(u"msg_qnum"_s) == 1; }));
        engine.clear();
        QElapsedTimer timer;
        timer.start();
        const double before = loopTime(engine.worker());
        engine.until([] { return false; }, 4000);
        const double took = static_cast<double>(timer.elapsed()) / 1000;
        const double share = (loopTime(engine.worker()) - before) / took;
        qint64 samples = 0;
        for (const QJsonObject& message : engine.messages)
            if (message[u"type"_s] == u"sample"_s)
                samples += message[u"endpoints"_s].toArray().size();
        qInfo("200 busy endpoints: %.1f %% of a core; %.0f changed samples and %.0f calls a second",
              share * 100, static_cast<double>(samples) / took,
              static_cast<double>(engine.events.size()) / took);
        QVERIFY(engine.stateOf(u"busy"_s).isEmpty()); // nothing new: it goes on
        QVERIFY2(share <= allowed, qPrintable(QString::number(share)));
    }

    void aGibibyteIsFollowedAtTheCostOfAPage_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("POSIX") << u"posix-shm"_s;
        QTest::newRow("System V") << u"sysv-shm"_s;
    }

    /// A hexdump that asks for what it shows, 60 times a second, while the bytes change.
    void aGibibyteIsFollowedAtTheCostOfAPage()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("a sanitizer's own cost is not ours");
#endif
        QFETCH(QString, kind);
        const auto shareOf = [&](qint64 size) {
            EngineClient engine;
            if (!engine.greet())
                return -1.0;
            const bool isPosix = kind == u"posix-shm"_s;
            engine.begin({EngineClient::endpoint(u"m"_s, kind, {{"size", size}}),
                          EngineClient::command(u"w"_s, {QStringLiteral(BYTEYARD_PEERS "/busy"),
                                                         isPosix ? u"map:10"_s : u"shm:{m.id}"_s})},
                         {isPosix ? EngineClient::edge(u"w"_s, 10, u"m"_s, u"attach"_s)
                                  : EngineClient::edge(u"w"_s, u"m"_s, u"m"_s, u"attach"_s)});
            if (!engine.untilState(u"w"_s, u"running"_s) || !peekAt(engine, numberOf(engine, u"m"_s)))
                return -1.0;
            QSet<QByteArray> pictures;
            constexpr int turns = 180;
            QElapsedTimer timer;
            timer.start();
            const double before = loopTime(engine.worker());
            for (int i = 0; i < turns; ++i) {
                const auto peeked = peekAt(engine, numberOf(engine, u"m"_s), 1, 0, 4096);
                if (peeked && peeked->available)
                    pictures.insert(peeked->bytes);
                engine.until([] { return false; },
                             std::max(0, static_cast<int>(i * 1000 / 60 - timer.elapsed())));
            }
            const double share =
                (loopTime(engine.worker()) - before) / (static_cast<double>(timer.elapsed()) / 1000);
            return pictures.size() > turns / 8 ? share : -1.0; // it follows the changes
        };
        const double page = shareOf(4096);
        const double gibibyte = shareOf(qint64(1) << 30);
        qInfo("%s: a page %.1f %%, a GiB %.1f %% of a core", qPrintable(kind), page * 100, gibibyte * 100);
        QVERIFY(page >= 0 && gibibyte >= 0);
        QVERIFY(gibibyte <= allowed);
        constexpr double noise = 0.03;
        QVERIFY(gibibyte <= page + noise);
    }
};

QTEST_GUILESS_MAIN(TestEngineCost)
#include "tst_engine_cost.moc"
