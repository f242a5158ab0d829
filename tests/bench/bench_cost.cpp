#include "tests/ipc/witness.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <unistd.h>
#include <vector>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr int usualRounds = 3;
constexpr double failed = -1;

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

/// What stood in the way goes to stderr; the figure is missing then.
double fail(const char* what)
{
    std::fprintf(stderr, "bench_cost: %s\n", what);
    return failed;
}

/// 200 endpoints of fourteen kinds that are there and not used: the whole engine's share of a core.
double idle()
{
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
    many.nodes.append(words(u"holder"_s, u"hold"_s));
    EngineClient engine;
    if (many.count != 200 || !engine.greet())
        return fail("no engine");
    engine.begin(many.nodes, many.edges);
    if (!engine.untilState(u"holder"_s, u"running"_s) || !engine.errors().isEmpty())
        return fail("the 200 idle endpoints did not all come to be");
    for (int i = 0; i < 20; ++i)
        for (int message = 0; message < 5; ++message)
            engine.send({{"type", "write"},
                         {"endpoint", qint64(numberOf(engine, u"sysv-queue-%1"_s.arg(i)))},
                         {"data", QString::fromLatin1(QByteArray("message").toBase64())}});
    if (!engine.until([&] { return seen(engine, u"sysv-queue-19"_s).fact(u"msg_qnum"_s) == 5; }))
        return fail("a queue is not sampled");
    QElapsedTimer timer;
    timer.start();
    const double before = processorTime(engine.worker());
    engine.until([] { return false; }, 3000);
    return (processorTime(engine.worker()) - before) / (static_cast<double>(timer.elapsed()) / 1000);
}

/// 200 endpoints that one program uses without rest: what sampling them costs, without the tracer's thread.
double busy()
{
    Busy all;
    all.add(u"pipe"_s, 40, u"pipe"_s, {u"write"_s, u"read"_s});
    all.add(u"fifo"_s, 20, u"fd"_s, {u"read-write"_s});
    all.add(u"file"_s, 20, u"file"_s, {u"read-write"_s});
    all.add(u"socketpair"_s, 30, u"pair"_s, {u"a"_s, u"b"_s});
    all.add(u"sysv-queue"_s, 25, u"queue"_s, {});
    all.add(u"sysv-shm"_s, 10, u"shm"_s, {});
    all.add(u"sysv-semaphore"_s, 20, u"sem"_s, {});
    all.add(u"posix-queue"_s, 10, u"mq"_s, {u"send"_s, u"receive"_s}, {{"maxmsg", 4}, {"msgsize", 256}});
    all.add(u"posix-shm"_s, 8, u"map"_s, {u"attach"_s});
    all.add(u"memfd"_s, 7, u"map"_s, {u"attach"_s});
    all.add(u"posix-semaphore"_s, 10, u"psem"_s, {});
    EngineClient engine;
    if (all.count() != 200 || !engine.greet())
        return fail("no engine");
    engine.begin(all.nodes(), all.edges, {}, 0);
    if (!engine.untilState(u"busy"_s, u"running"_s) || !engine.errors().isEmpty() ||
        !engine.until([&] { return seen(engine, u"sysv-queue-24"_s).fact(u"msg_qnum"_s) == 1; }))
        return fail("the 200 busy endpoints did not all come to be");
    engine.clear();
    QElapsedTimer timer;
    timer.start();
    const double before = loopTime(engine.worker());
    engine.until([] { return false; }, 4000);
    const double share = (loopTime(engine.worker()) - before) / (static_cast<double>(timer.elapsed()) / 1000);
    return engine.stateOf(u"busy"_s).isEmpty() ? share : fail("the busy program has ended");
}

/// A hexdump that asks for what it shows, 60 times a second, while the bytes change.
double hexdump(const QString& kind, qint64 size)
{
    EngineClient engine;
    if (!engine.greet())
        return fail("no engine");
    const bool isPosix = kind == u"posix-shm"_s;
    engine.begin({EngineClient::endpoint(u"m"_s, kind, {{"size", size}}),
                  EngineClient::command(u"w"_s, {QStringLiteral(BYTEYARD_PEERS "/busy"),
                                                 isPosix ? u"map:10"_s : u"shm:{m.id}"_s})},
                 {isPosix ? EngineClient::edge(u"w"_s, 10, u"m"_s, u"attach"_s)
                          : EngineClient::edge(u"w"_s, u"m"_s, u"m"_s, u"attach"_s)});
    if (!engine.untilState(u"w"_s, u"running"_s) || !peekAt(engine, numberOf(engine, u"m"_s)))
        return fail("the segment is not there");
    QSet<QByteArray> pictures;
    constexpr int turns = 180;
    QElapsedTimer timer;
    timer.start();
    const double before = loopTime(engine.worker());
    for (int i = 0; i < turns; ++i) {
        const auto peeked = peekAt(engine, numberOf(engine, u"m"_s), 1, 0, 4096);
        if (peeked && peeked->available)
            pictures.insert(peeked->bytes);
        engine.until([] { return false; }, std::max(0, static_cast<int>(i * 1000 / 60 - timer.elapsed())));
    }
    const double share = (loopTime(engine.worker()) - before) / (static_cast<double>(timer.elapsed()) / 1000);
    return pictures.size() > turns / 8 ? share : fail("the hexdump does not follow the changes");
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Figure
{
    const char* what;
    const char* goal;
    std::function<double()> measure;
    std::vector<double> taken{};
};

} // namespace

/// What looking costs, as shares of one core: medians of rounds in turn.
int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    bool given = false;
    const int wanted = qEnvironmentVariableIntValue("BENCH_ROUNDS", &given);
    const int rounds = given ? std::max(1, wanted) : usualRounds;
    constexpr qint64 page = 4096;
    constexpr qint64 gibibyte = 1 << 30;
    std::vector<Figure> figures{
        {"200 mixed endpoints, idle: the engine", "10 %", idle},
        {"200 mixed endpoints, all busy: sampling them", "10 %", busy},
        {"hexdump of 4 KiB, POSIX, at 60 Hz", "", [] { return hexdump(u"posix-shm"_s, page); }},
        {"hexdump of 1 GiB, POSIX, at 60 Hz", "as 4 KiB", [] { return hexdump(u"posix-shm"_s, gibibyte); }},
        {"hexdump of 4 KiB, System V, at 60 Hz", "", [] { return hexdump(u"sysv-shm"_s, page); }},
        {"hexdump of 1 GiB, System V, at 60 Hz", "as 4 KiB",
         [] { return hexdump(u"sysv-shm"_s, gibibyte); }}};
    for (int round = 0; round < rounds; ++round)
        for (Figure& figure : figures) {
            figure.taken.push_back(figure.measure());
            if (figure.taken.back() == failed)
                return 1;
        }
    std::printf("Share of one core (medians of %d rounds)\n", rounds);
    for (const Figure& figure : figures)
        std::printf("  %-46s %5.1f %%%s%s\n", figure.what, median(figure.taken) * 100,
                    *figure.goal != '\0' ? "   the goal: " : "", figure.goal);
    return 0;
}
