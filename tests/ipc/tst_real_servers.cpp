#include "tests/ipc/real_programs.h"

#include <QDir>
#include <pwd.h>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// Servers and their clients, each started under the tracer, with their own counts as witnesses.
class RealServers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void curlFetchesFromPython();
    void redisCountsTheSameBytes();
    void dbusHasTwoClients();
    void postgresAnswers();
};

namespace {

/// The number behind `key` in what a program said.
std::int64_t numberAfter(const std::string& text, const std::string& key)
{
    const std::size_t at = text.find(key);
    return at == std::string::npos ? -1 : std::strtoll(text.c_str() + at + key.size(), nullptr, 10);
}

/// What this process took out of endpoints of a kind, and put into them.
std::pair<std::int64_t, std::int64_t> movedBy(const Real& b, std::uint32_t process, std::string_view kind)
{
    std::pair<std::int64_t, std::int64_t> sum{0, 0};
    for (const Event& e :
         b.sink.select([=](const Event& each) { return each.process == process && each.endpoint != 0; })) {
        if (b.sink.kind(e.endpoint) != kind)
            continue;
        const Transfer moved = transferOf(e);
        if (moved.flow == Flow::Out)
            sum.first += static_cast<std::int64_t>(moved.bytes);
        else if (moved.flow == Flow::In)
            sum.second += static_cast<std::int64_t>(moved.bytes);
    }
    return sum;
}

bool listens(const Real& b, std::uint32_t process)
{
    const auto list = b.sink.events(Call::Listen, process);
    return std::any_of(list.begin(), list.end(), [](const Event& e) { return e.error == 0; });
}

} // namespace

void RealServers::curlFetchesFromPython()
{
    if (!isInstalled("curl") || !isInstalled("python3"))
        QSKIP("curl or python3 is not installed");
    Real b;
    std::string page(300'000, '\0');
    std::uint32_t state = 1;
    for (char& each : page)
        each = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    writeText(b.path("page.bin"), page);
    const auto server = b.begin(
        {"python3", "-m", "http.server", "0", "--bind", "127.0.0.1", "--protocol", "HTTP/1.0"}, "server.log");
    if (!QTest::qWaitFor([&] { return listens(b, server) || b.sink.ended(server); }, patience) ||
        b.sink.ended(server))
        QSKIP("python3 has no http.server");
    const auto listeners = b.sink.foundOf("tcp");
    QCOMPARE(listeners.size(), 1U);
    const std::string address = b.sink.found(listeners.front()).name;
    QCOMPARE(b.run({"curl", "-s", "-o", b.path("copy.bin"), "-w",
                    "request=%{size_request} header=%{size_header} body=%{size_download}\n",
                    "http://" + address + "/page.bin"},
                   "curl.log"),
             0);
    QVERIFY(textOf(b.path("copy.bin")) == page);
    const std::string said = textOf(b.path("curl.log"));
    const std::int64_t request = numberAfter(said, "request=");
    const std::int64_t reply = numberAfter(said, "header=") + numberAfter(said, "body=");
    QVERIFY(reply > static_cast<std::int64_t>(page.size()));

    const auto all = b.sink.foundOf("tcp");
    QCOMPARE(all.size(), 2U); // the listener, and one connection that both sides share
    QCOMPARE(b.sink.found(all.back()).parent, listeners.front());
    QTRY_COMPARE_WITH_TIMEOUT(b.sink.bytesOut(all.back()), request + reply, patience);
    QCOMPARE(b.sink.bytesIn(all.back()), request + reply);
    std::int64_t served = 0;
    for (const Event& e : b.sink.select([&](const Event& each) { return each.endpoint == all.back(); }))
        if (const Transfer moved = transferOf(e); moved.flow == Flow::In && e.process == server)
            served += static_cast<std::int64_t>(moved.bytes);
    QCOMPARE(served, reply);
    b.tracer.signal(server, SIGINT, true);
    QCOMPARE(b.endOf(server), 0);
    QVERIFY(b.leavesNothing());
}

void RealServers::redisCountsTheSameBytes()
{
    if (!isInstalled("redis-server") || !isInstalled("redis-cli"))
        QSKIP("redis-server is not installed");
    Real b;
    const std::string socket = b.path("redis.sock");
    const auto server =
        b.begin({"redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no"},
                "redis.log");
    QTRY_VERIFY_WITH_TIMEOUT(listens(b, server) || b.sink.ended(server), patience);
    QVERIFY2(!b.sink.ended(server), textOf(b.path("redis.log")).c_str());
    for (int i = 0; i < 10; ++i)
        QCOMPARE(b.run({"redis-cli", "-s", socket, "SET", "key" + std::to_string(i), std::string(1000, 'x')},
                       "set.log"),
                 0);
    QCOMPARE(textOf(b.path("set.log")), std::string("OK\n"));
    QCOMPARE(b.run({"redis-cli", "-s", socket, "STRLEN", "key7"}, "get.log"), 0);
    QCOMPARE(textOf(b.path("get.log")), std::string("1000\n"));
    QCOMPARE(b.run({"redis-cli", "-s", socket, "INFO", "stats"}, "info.log"), 0);
    const std::string said = textOf(b.path("info.log"));
    QCOMPARE(numberAfter(said, "total_connections_received:"), 12);
    QCOMPARE(numberAfter(said, "total_commands_processed:"), 11);

    // The server has counted what it read, and what it wrote before this answer.
    const auto moved = movedBy(b, server, "unix-stream");
    QCOMPARE(moved.first, numberAfter(said, "total_net_input_bytes:"));
    std::int64_t answer = 0;
    for (const Event& e : b.sink.events(Call::Write, server))
        if (e.result > 0 && b.sink.kind(e.endpoint) == "unix-stream")
            answer = e.result; // the last
    QCOMPARE(moved.second - answer, numberAfter(said, "total_net_output_bytes:"));
    const auto both = b.totals("unix-stream");
    QCOMPARE(both.first, both.second);
    b.tracer.signal(server, SIGTERM, true);
    QCOMPARE(b.endOf(server), 0);
    QVERIFY(b.leavesNothing());
}

void RealServers::dbusHasTwoClients()
{
    if (!isInstalled("dbus-daemon") || !isInstalled("dbus-send") || !isInstalled("dbus-monitor") ||
        !isInstalled("socat"))
        QSKIP("dbus-daemon, dbus-send, dbus-monitor or socat is not installed");
    Real b;
    const std::string bus = "unix:path=" + b.path("bus");
    const auto daemon =
        b.begin({"dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=" + bus}, "daemon.log");
    QTRY_VERIFY_WITH_TIMEOUT(listens(b, daemon) || b.sink.ended(daemon), patience);
    QVERIFY2(!b.sink.ended(daemon), textOf(b.path("daemon.log")).c_str());
    const auto monitor = b.begin({"dbus-monitor", "--address", bus}, "monitor.log");
    QTRY_VERIFY_WITH_TIMEOUT(textOf(b.path("monitor.log")).find("NameAcquired") != std::string::npos,
                             patience);

    // The other client's bytes go through a program that is not traced, and counts them.
    QProcess relay;
    relay.setStandardErrorFile(QString::fromStdString(b.path("relay.log")));
    relay.start("socat", {"-d", "-d", "-d", "-d", QString::fromStdString("UNIX-LISTEN:" + b.path("relay")),
                          QString::fromStdString("UNIX-CONNECT:" + b.path("bus"))});
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(b.path("relay")), patience);
    QCOMPARE(b.run({"dbus-send", "--bus=unix:path=" + b.path("relay"), "--print-reply=literal",
                    "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.ListNames"},
                   "send.log"),
             0);
    const std::string names = textOf(b.path("send.log"));
    QVERIFY2(names.find("org.freedesktop.DBus") != std::string::npos &&
                 names.find(":1.") != std::string::npos,
             names.c_str());
    QTRY_COMPARE_WITH_TIMEOUT(relay.state(), QProcess::NotRunning, patience);

    std::map<std::string, std::int64_t> relayed; // by direction: "from 5 to 6"
    std::istringstream log(textOf(b.path("relay.log")));
    for (std::string line; std::getline(log, line);)
        if (const std::size_t at = line.find("transferred "); at != std::string::npos)
            relayed[line.substr(line.find(" from "))] += numberAfter(line, "transferred ");
    QCOMPARE(relayed.size(), 2U);
    const std::int64_t both = relayed.begin()->second + relayed.rbegin()->second;
    std::uint32_t client = 0;
    for (const std::uint32_t endpoint : b.sink.foundOf("unix-stream"))
        if (b.sink.found(endpoint).name == b.path("relay"))
            client = endpoint;
    QVERIFY(client != 0);
    QCOMPARE(b.sink.bytesIn(client) + b.sink.bytesOut(client), both);
    std::vector<std::int64_t> directions = {b.sink.bytesIn(client), b.sink.bytesOut(client)};
    QVERIFY(directions == (std::vector<std::int64_t>{relayed.begin()->second, relayed.rbegin()->second}) ||
            directions == (std::vector<std::int64_t>{relayed.rbegin()->second, relayed.begin()->second}));
    // The monitor saw the other's call.
    QTRY_VERIFY_WITH_TIMEOUT(textOf(b.path("monitor.log")).find("member=ListNames") != std::string::npos,
                             patience);
    b.tracer.signal(daemon, SIGTERM, true);
    b.tracer.signal(monitor, SIGTERM, true);
    b.endOf(daemon);
    b.endOf(monitor);
    QVERIFY(b.leavesNothing());
}

void RealServers::postgresAnswers()
{
    const auto versions = QDir("/usr/lib/postgresql").entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    if (versions.isEmpty() || !QFile::exists("/usr/lib/postgresql/" + versions.last() + "/bin/postgres") ||
        !isInstalled("psql"))
        QSKIP("postgres or psql is not installed");
    if (getuid() == 0 && getpwnam("postgres") == nullptr)
        QSKIP("postgres refuses to run as root, and there is no user postgres");
    const std::string bin = "/usr/lib/postgresql/" + versions.last().toStdString() + "/bin/";
    Real b;
    std::vector<std::string> as;
    if (getuid() == 0) {
        as = {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"};
        const passwd* user = getpwnam("postgres");
        QCOMPARE(chown(b.directory.c_str(), user->pw_uid, user->pw_gid), 0);
    }
    const auto with = [&](std::vector<std::string> argv) {
        argv.insert(argv.begin(), as.begin(), as.end());
        return argv;
    };
    const std::vector<std::string> c = {"PGDATA=" + b.path("data"), "PGHOST=" + b.path(""), "PGUSER=byteyard",
                                        "PGDATABASE=postgres", "TZ=UTC"};
    QCOMPARE(b.run(with({bin + "initdb", "-N", "-A", "trust", "-U", "byteyard", "--no-locale", "-E", "UTF8"}),
                   "initdb.log", c),
             0);
    const auto server = b.begin(with({bin + "postgres", "-k", b.path(""), "-c", "listen_addresses=", "-c",
                                      "fsync=off", "-c", "logging_collector=off"}),
                                "postgres.log", c);
    QTRY_VERIFY_WITH_TIMEOUT(textOf(b.path("postgres.log")).find("ready to accept connections") !=
                                     std::string::npos ||
                                 b.sink.ended(server),
                             patience);
    QVERIFY2(!b.sink.ended(server), textOf(b.path("postgres.log")).c_str());
    QCOMPARE(b.run(with({"psql", "-X", "-A", "-t", "-c", "select sum(n) from generate_series(1, 1000) n"}),
                   "psql.log", c),
             0);
    QCOMPARE(textOf(b.path("psql.log")), std::string("500500\n"));
    // What the client sent the server took, and the other way round.
    const auto both = b.totals("unix-stream");
    QVERIFY(both.first > 0);
    QTRY_COMPARE_WITH_TIMEOUT(b.totals("unix-stream").second, both.first, patience);
    b.tracer.signal(server, SIGINT, false); // a fast shutdown
    QCOMPARE(b.endOf(server), 0);
    QVERIFY(textOf(b.path("postgres.log")).find("database system is shut down") != std::string::npos);
    QVERIFY(b.leavesNothing());
}

QTEST_GUILESS_MAIN(RealServers)
#include "tst_real_servers.moc"
