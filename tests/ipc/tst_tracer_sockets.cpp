#include "tests/ipc/recording_sink.h"

#include <csignal>

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

namespace {

constexpr int patience = 60000;

std::string word(const Event& event, std::string_view key)
{
    return detailValue(event.detailText, key);
}

/// A server that has said its port on its fd 1.
struct Server
{
    std::uint32_t process = 0;
    std::string port;
};

Server startServer(Bench& b, const std::string& what, const std::string& name)
{
    auto output = b.pipe();
    const auto plan =
        b.plan({Bench::peer("socket_ends"), what, name}, {Bench::to(1, output.write, output.endpoint)});
    b.tracer.launch(plan);
    output.write.reset();
    b.tracer.release(plan.process);
    std::string port;
    for (char c = 0; ::read(output.read.get(), &c, 1) == 1 && c != '\n';)
        port += c;
    return {plan.process, port};
}

} // namespace

class TracerSockets : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bothSidesOfAConnectionAreOneEndpoint_data();
    void bothSidesOfAConnectionAreOneEndpoint();
    void aDatagramBelongsToWhereItWasSent();
    void aReservedPortIsTheDrawnNode();
    void aListenerSaysThatItWaits();
};

void TracerSockets::bothSidesOfAConnectionAreOneEndpoint_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("kind");
    QTest::newRow("TCP") << "tcp"
                         << "tcp";
    QTest::newRow("UNIX") << "unix"
                          << "unix-stream";
}

void TracerSockets::bothSidesOfAConnectionAreOneEndpoint()
{
    QFETCH(QString, what);
    QFETCH(QString, kind);
    Bench b;
    const bool isUnix = what == "unix";
    const std::string path = (b.directory / "socket").string();
    const Server server = startServer(b, what.toStdString() + "-server", isUnix ? path : "0");
    const auto listeners = b.sink.foundOf(kind.toStdString());
    QCOMPARE(listeners.size(), 1U);
    const std::string address = isUnix ? path : "127.0.0.1:" + server.port;
    QCOMPARE(b.sink.found(listeners.front()).name, address);
    const auto client = b.start(
        b.plan({Bench::peer("socket_ends"), what.toStdString() + "-client", isUnix ? path : server.port}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(server.process) && b.sink.ended(client), patience);
    QCOMPARE(b.sink.end(server.process)->exitCode, 0);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    const auto found = b.sink.foundOf(kind.toStdString());
    QCOMPARE(found.size(), 2U);
    const std::uint32_t connection = found.back();
    QCOMPARE(b.sink.found(connection).parent, listeners.front());
    QCOMPARE(b.sink.bytesIn(connection), 9);
    QCOMPARE(b.sink.bytesOut(connection), 9);
    QCOMPARE(b.sink.bytesIn(listeners.front()), 0);
    const auto connects = b.sink.events(Call::Connect, client);
    QCOMPARE(connects.size(), 1U);
    QCOMPARE(connects.front().endpoint, listeners.front());
    QCOMPARE(connects.front().endpoint2, connection);
    QCOMPARE(word(connects.front(), "peer"), address);
    const auto accepts = b.sink.events(Call::Accept4, server.process);
    QCOMPARE(accepts.size(), 1U);
    QCOMPARE(accepts.front().endpoint, listeners.front());
    QCOMPARE(accepts.front().endpoint2, connection);
    QCOMPARE(accepts.front().fd2, static_cast<int>(accepts.front().result));
    for (const std::uint32_t process : {client, server.process})
        QVERIFY(b.sink.edges(process, connection).empty());
}

void TracerSockets::aDatagramBelongsToWhereItWasSent()
{
    Bench b;
    const Server server = startServer(b, "udp-server", "0");
    const auto client = b.start(b.plan({Bench::peer("socket_ends"), "udp-client", server.port}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(server.process) && b.sink.ended(client), patience);
    QCOMPARE(b.sink.end(server.process)->exitCode, 0);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    const auto found = b.sink.foundOf("udp");
    QCOMPARE(found.size(), 2U);
    QCOMPARE(b.sink.bytesIn(found[0]), 4);
    QCOMPARE(b.sink.bytesOut(found[0]), 4); // what was peeked at does not count
    QCOMPARE(b.sink.bytesIn(found[1]), 5);
    QCOMPARE(b.sink.bytesOut(found[1]), 5);
    QCOMPARE(word(b.sink.events(Call::Sendto, client).front(), "peer"), "127.0.0.1:" + server.port);
}

void TracerSockets::aReservedPortIsTheDrawnNode()
{
    Bench b;
    // A port that was free a moment ago.
    const std::string port = startServer(b, "tcp-server", "0").port;
    Bench other;
    const auto node = other.sink.newEndpoint();
    b.tracer.signal(1, SIGKILL, false);
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(1), patience);
    other.tracer.followPort(node, Transport::Tcp, static_cast<std::uint16_t>(std::stoi(port)));
    const Server server = startServer(other, "tcp-server", port);
    QCOMPARE(server.port, port);
    QCOMPARE(other.sink.foundOf("tcp").size(), 0U);
    QCOMPARE(other.sink.edges(server.process, node).size(), 1U);
    const auto client = other.start(other.plan({Bench::peer("socket_ends"), "tcp-client", port}));
    QTRY_VERIFY_WITH_TIMEOUT(other.sink.ended(server.process) && other.sink.ended(client), patience);
    const auto connections = other.sink.foundOf("tcp");
    QCOMPARE(connections.size(), 1U);
    QCOMPARE(other.sink.found(connections.front()).parent, node);
    QCOMPARE(other.sink.bytesIn(connections.front()), 9);
}

void TracerSockets::aListenerSaysThatItWaits()
{
    Bench b;
    const Server server = startServer(b, "tcp-server", "0");
    QTRY_VERIFY_WITH_TIMEOUT(b.isIn(server.process, "accept4"), patience);
    QCOMPARE(b.inProgress().front().endpoint, b.sink.foundOf("tcp").front());
}

QTEST_GUILESS_MAIN(TracerSockets)
#include "tst_tracer_sockets.moc"
