#include "tests/ipc/recording_sink.h"

#include <QProcess>
#include <QScopeGuard>

#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

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
    Fd output; ///< what it says later has a reader
};

Server startServer(Bench& b, std::vector<std::string> argv)
{
    auto output = b.pipe();
    const auto plan = b.plan(std::move(argv), {Bench::to(1, output.write, output.endpoint)});
    b.tracer.launch(plan);
    output.write.reset();
    b.tracer.release(plan.process);
    std::string port;
    for (char c = 0; ::read(output.read.get(), &c, 1) == 1 && c != '\n';)
        port += c;
    return {plan.process, port, std::move(output.read)};
}

Server startServer(Bench& b, const std::string& what, const std::string& name)
{
    return startServer(b, {Bench::peer("socket_ends"), what, name});
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
    void namesOfEveryShapeLeadToTheirListener_data();
    void namesOfEveryShapeLeadToTheirListener();
    void aDatagramOfUnixBelongsToWhereItWasSent();
    void aConnectionThatComesLaterIsOneWhenItIsThere();
    void whoDoesNotWaitToBeConnectedIsCounted_data();
    void whoDoesNotWaitToBeConnectedIsCounted();
    void whatIsPassedAlongIsSpelledOut();
    void aRawSocketOfAProgramIsFound();
    void aSocketOfAnotherFamilyIsAnEndpointByItself();
    void whoListensEverywhereIsMetAtEachOfItsAddresses_data();
    void whoListensEverywhereIsMetAtEachOfItsAddresses();
    void addressesThatAreUsedAgainMakeAnotherConnection();
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
    const auto waitsOn = [&] {
        const auto calls = b.inProgress();
        return calls.empty() ? 0U : calls.front().endpoint;
    };
    QTRY_COMPARE_WITH_TIMEOUT(waitsOn(), b.sink.foundOf("tcp").front(), patience);
}

void TracerSockets::namesOfEveryShapeLeadToTheirListener_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("shown");
    const QString self = QString::number(getpid());
    QTest::newRow("seqpacket at a path") << "unix-seqpacket"
                                         << "socket"
                                         << "";
    QTest::newRow("stream at a relative path") << "unix-stream"
                                               << "./socket"
                                               << "";
    QTest::newRow("abstract") << "unix-stream"
                              << "@byteyard-test-" + self << "@byteyard-test-" + self;
    QTest::newRow("abstract with zero bytes")
        << "unix-seqpacket"
        << "@byteyard,test,," + self << QString::fromLatin1("@byteyard\0test\0\0", 16) + self;
    QTest::newRow("a path of 107 bytes") << "unix-stream"
                                         << "107"
                                         << "";
    QTest::newRow("a path of 108 bytes") << "unix-stream"
                                         << "108"
                                         << "";
}

void TracerSockets::namesOfEveryShapeLeadToTheirListener()
{
    QFETCH(QString, kind);
    QFETCH(QString, name);
    QFETCH(QString, shown);
    Bench b;
    if (const int size = name.toInt(); size > 0)
        name = QString::fromStdString((b.directory / "").string()).leftJustified(size, 'x');
    const std::string path = name.toStdString();
    auto output = b.pipe();
    const auto plan = b.plan({Bench::peer("sockets"), kind.toStdString(), path, "bind", "listen", "5", "say",
                              "up", "accept", "receive", "5", "send", "world"},
                             {Bench::to(1, output.write, output.endpoint)});
    b.tracer.launch(plan);
    output.write.reset();
    b.tracer.release(plan.process);
    char c = 0;
    QCOMPARE(::read(output.read.get(), &c, 1), 1); // it listens
    const auto client = b.start(b.plan(
        {Bench::peer("sockets"), kind.toStdString(), path, "connect", "send", "hello", "receive", "5"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(client), patience);
    output.read.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    const auto found = b.sink.foundOf(kind.toStdString());
    QCOMPARE(found.size(), 2U);
    QCOMPARE(b.sink.found(found[1]).parent, found[0]);
    const std::string expected = !shown.isEmpty()       ? shown.toStdString()
                                 : name.startsWith('/') ? path
                                                        : (b.directory / "socket").string();
    QCOMPARE(b.sink.found(found[0]).name, expected);
    QCOMPARE(b.sink.bytesIn(found[1]), 10);
    QCOMPARE(b.sink.bytesOut(found[1]), 10);
    QCOMPARE(b.sink.events(Call::Connect, client).front().endpoint, found[0]);
    QCOMPARE(b.sink.events(Call::Connect, client).front().endpoint2, found[1]);
    QCOMPARE(b.sink.events(Call::Accept, plan.process).front().endpoint2, found[1]);
    const std::string peer = word(b.sink.events(Call::Bind, plan.process).front(), "peer");
    QCOMPARE(peer, shown.isEmpty() ? path : expected);
}

void TracerSockets::aDatagramOfUnixBelongsToWhereItWasSent()
{
    Bench b;
    const std::string path = (b.directory / "box").string();
    auto output = b.pipe();
    const auto plan = b.plan({Bench::peer("sockets"), "unix-dgram", path, "bind", "say", "up", "receive", "9",
                              "message", "receive", "9"},
                             {Bench::to(1, output.write, output.endpoint)});
    b.tracer.launch(plan);
    output.write.reset();
    b.tracer.release(plan.process);
    char c = 0;
    QCOMPARE(::read(output.read.get(), &c, 1), 1);
    const auto sender = b.start(b.plan({Bench::peer("sockets"), "unix-dgram", path, "send-to", "four",
                                        "send-to", "x", "connect", "send", "seven77"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(sender), patience);
    output.read.reset();
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process), patience);
    QCOMPARE(b.sink.end(sender)->exitCode, 0);
    const auto boxes = b.sink.foundOf("unix-datagram");
    QVERIFY(!boxes.empty());
    QCOMPARE(b.sink.found(boxes[0]).name, path);
    QCOMPARE(b.sink.bytesIn(boxes[0]), 4 + 1 + 7);
    QCOMPARE(b.sink.bytesOut(boxes[0]), 4 + 1 + 7);
    const auto sends = b.sink.events(Call::Sendto, sender);
    QCOMPARE(sends.size(), 3U);
    for (const Event& send : sends)
        QCOMPARE(send.endpoint, boxes[0]);
    QCOMPARE(word(sends[0], "peer"), path);
}

void TracerSockets::aConnectionThatComesLaterIsOneWhenItIsThere()
{
    Bench b;
    const Server server = startServer(b, {Bench::peer("sockets"), "tcp", "127.0.0.1", "0", "bind", "listen",
                                          "5", "port", "accept", "receive", "4", "send", "pong!"});
    const auto listener = b.sink.foundOf("tcp").front();
    const auto client = b.start(b.plan({Bench::peer("sockets"), "tcp", "127.0.0.1", server.port,
                                        "connect-later", "send", "ping", "receive", "5"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(server.process) && b.sink.ended(client), patience);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    const auto connects = b.sink.events(Call::Connect, client);
    QCOMPARE(connects.size(), 1U);
    QCOMPARE(connects.front().error, EINPROGRESS);
    QCOMPARE(connects.front().endpoint, listener);
    const auto found = b.sink.foundOf("tcp");
    QCOMPARE(found.size(), 2U);
    QCOMPARE(b.sink.found(found[1]).parent, listener);
    QCOMPARE(b.sink.bytesIn(found[1]), 9);
    QCOMPARE(b.sink.bytesOut(found[1]), 9);
    QCOMPARE(word(b.sink.events(Call::Getsockopt, client).front(), "option"), std::string("SO_ERROR"));
}

void TracerSockets::whoDoesNotWaitToBeConnectedIsCounted_data()
{
    QTest::addColumn<QString>("connecting");
    QTest::newRow("connected at once") << "c.connect_ex(l.getsockname())\n";
    // Where the queue of the listener is full the first packet is lost, and the next one a second later.
    QTest::newRow("connected later") << "a = socket.create_connection(l.getsockname())\n"
                                        "if c.connect_ex(l.getsockname()) != errno.EINPROGRESS: os._exit(2)\n"
                                        "first = l.accept()[0]\n"
                                        "select.select([], [c], [], 20)\n";
}

/// Its bytes belong to the connection also when it has sent them and closed the socket before anybody looks.
void TracerSockets::whoDoesNotWaitToBeConnectedIsCounted()
{
    QFETCH(QString, connecting);
    Bench b;
    const std::string script = "import errno, os, select, socket\n"
                               "l = socket.socket()\n"
                               "l.bind(('127.0.0.1', 0))\n"
                               "l.listen(0)\n"
                               "c = socket.socket()\n"
                               "c.setblocking(False)\n" +
                               connecting.toStdString() +
                               "c.send(b'x' * 500)\n"
                               "c.close()\n"
                               "s = l.accept()[0]\n"
                               "os._exit(len(s.recv(1000)) != 500)\n";
    const auto id = b.start(b.plan({"python3", "-c", script}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto found = b.sink.foundOf("tcp");
    QCOMPARE(found.size(), connecting.contains("first") ? 3U : 2U);
    QCOMPARE(b.sink.bytesIn(found.back()), 500);
    QCOMPARE(b.sink.bytesOut(found.back()), 500);
    QCOMPARE(b.sink.found(found.back()).parent, found.front());
}

void TracerSockets::whatIsPassedAlongIsSpelledOut()
{
    Bench b;
    const std::string path = (b.directory / "door").string();
    auto output = b.pipe();
    const auto plan = b.plan({Bench::peer("sockets"), "unix-stream", path, "bind", "listen", "5", "say", "up",
                              "accept", "want-credentials", "send", "!", "message", "message"},
                             {Bench::to(1, output.write, output.endpoint)});
    b.tracer.launch(plan);
    output.write.reset();
    b.tracer.release(plan.process);
    char c = 0;
    QCOMPARE(::read(output.read.get(), &c, 1), 1);
    const auto client = b.start(b.plan({Bench::peer("sockets"), "unix-stream", path, "connect", "receive",
                                        "1", "credentials", "pass", "0"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(plan.process) && b.sink.ended(client), patience);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    QCOMPARE(b.sink.end(plan.process)->exitCode, 0);
    const auto sends = b.sink.events(Call::Sendmsg, client);
    const auto receives = b.sink.events(Call::Recvmsg, plan.process);
    QCOMPARE(sends.size(), 2U);
    QCOMPARE(receives.size(), 2U);
    const std::string who = std::to_string(b.sink.changes(client).front().pid) + ':' +
                            std::to_string(getuid()) + ':' + std::to_string(getgid());
    QCOMPARE(word(sends[0], "credentials"), who);
    QCOMPARE(word(sends[0], "rights"), std::string());
    QCOMPARE(word(receives[0], "credentials"), who);
    QCOMPARE(word(sends[1], "rights"), std::string("0"));
    // The descriptor has a number of its own there.
    QVERIFY(std::stoi(word(receives[1], "rights")) > 2);
    QCOMPARE(word(b.sink.events(Call::Setsockopt, plan.process).front(), "option"),
             std::string("SO_PASSCRED"));
}

void TracerSockets::aRawSocketOfAProgramIsFound()
{
    const Fd allowed(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
    if (!allowed)
        QSKIP("raw sockets need CAP_NET_RAW");
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("sockets"), "raw"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto found = b.sink.foundOf("raw");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(b.sink.bytesIn(found[0]), 8);
    QCOMPARE(b.sink.bytesOut(found[0]), 28); // with the IP header
    QCOMPARE(word(b.sink.events(Call::Socket, id).front(), "type"), std::string("SOCK_RAW"));
}

void TracerSockets::aSocketOfAnotherFamilyIsAnEndpointByItself()
{
    Bench b;
    const auto id =
        b.start(b.plan({Bench::peer("sockets"), "netlink", "bind", "send-to", "hello", "receive", "9"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto found = b.sink.foundOf("socket");
    QCOMPARE(found.size(), 1U);
    QCOMPARE(b.sink.found(found[0]).name, std::string("netlink usersock"));
    QCOMPARE(b.sink.bytesIn(found[0]), 5);
    QCOMPARE(b.sink.bytesOut(found[0]), 5);
    const auto made = b.sink.events(Call::Socket, id).front();
    QCOMPARE(word(made, "domain"), std::string("AF_NETLINK"));
    QCOMPARE(word(made, "protocol"), std::string("NETLINK_USERSOCK"));
    const std::string address = "netlink:" + std::to_string(b.sink.changes(id).front().pid);
    QCOMPARE(word(b.sink.events(Call::Bind, id).front(), "peer"), address);
    QCOMPARE(word(b.sink.events(Call::Sendto, id).front(), "peer"), address);
    QCOMPARE(b.sink.events(Call::Recvfrom, id).front().endpoint, found[0]);
    QCOMPARE(b.sink.edges(id, found[0]).size(), 0U); // its descriptor went with the process
}

void TracerSockets::whoListensEverywhereIsMetAtEachOfItsAddresses_data()
{
    QTest::addColumn<QString>("kind");
    QTest::newRow("TCP") << "tcp";
    QTest::newRow("UDP") << "udp";
}

void TracerSockets::whoListensEverywhereIsMetAtEachOfItsAddresses()
{
    QFETCH(QString, kind);
    // A network of this thread's own, and of what it starts: nobody else can reach it.
    const Fd home(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    if (::unshare(CLONE_NEWNET) != 0)
        QSKIP("a network namespace needs CAP_SYS_ADMIN");
    const auto back = qScopeGuard([&] { ::setns(home.get(), CLONE_NEWNET); });
    QCOMPARE(QProcess::execute(QStringLiteral("ip"), {"link", "set", "lo", "up"}), 0);
    QCOMPARE(QProcess::execute(QStringLiteral("ip"), {"addr", "add", "10.9.8.7/32", "dev", "lo"}), 0);
    Bench b;
    const bool isTcp = kind == "tcp";
    std::vector<std::string> words{Bench::peer("sockets"), kind.toStdString(), "0.0.0.0", "0", "bind"};
    if (isTcp)
        words.insert(words.end(), {"listen", "5"});
    words.emplace_back("port");
    if (isTcp)
        words.emplace_back("accept");
    words.insert(words.end(), {"receive", "4"});
    const Server server = startServer(b, words);
    const auto client = b.start(b.plan(
        {Bench::peer("sockets"), kind.toStdString(), "10.9.8.7", server.port, "connect", "send", "ping"}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(server.process) && b.sink.ended(client), patience);
    QCOMPARE(b.sink.end(client)->exitCode, 0);
    const auto found = b.sink.foundOf(kind.toStdString());
    QCOMPARE(found.size(), isTcp ? 2U : 1U);
    if (isTcp)
        QCOMPARE(b.sink.found(found[1]).parent, found[0]);
    QCOMPARE(b.sink.bytesIn(found.back()), 4);
    QCOMPARE(b.sink.bytesOut(found.back()), 4);
}

void TracerSockets::addressesThatAreUsedAgainMakeAnotherConnection()
{
    Bench b;
    const Server server =
        startServer(b, {Bench::peer("sockets"), "tcp", "127.0.0.1", "0", "bind", "listen", "5", "port",
                        "accept", "receive", "4", "close-peer", "accept", "receive", "4"});
    // A client that is not followed comes twice from the same port; no TIME_WAIT is left between (SO_LINGER).
    sockaddr_in own{AF_INET, 0, {htonl(INADDR_LOOPBACK)}, {}};
    const sockaddr_in theirs{
        AF_INET, htons(static_cast<std::uint16_t>(std::stoi(server.port))), {htonl(INADDR_LOOPBACK)}, {}};
    for (const std::string_view text : {"ping", "pong"}) {
        const Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        const linger none{1, 0};
        ::setsockopt(client.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
        QCOMPARE(::bind(client.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
        socklen_t size = sizeof own;
        QCOMPARE(::getsockname(client.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
        QCOMPARE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&theirs), sizeof theirs), 0);
        const auto before = static_cast<qint64>(b.sink.events(Call::Recvfrom, server.process).size());
        QCOMPARE(::send(client.get(), text.data(), text.size(), 0), 4);
        QTRY_VERIFY_WITH_TIMEOUT(
            static_cast<qint64>(b.sink.events(Call::Recvfrom, server.process).size()) > before, patience);
    }
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(server.process), patience);
    const auto found = b.sink.foundOf("tcp");
    QCOMPARE(found.size(), 3U);
    QCOMPARE(b.sink.found(found[1]).name, b.sink.found(found[2]).name);
    QCOMPARE(b.sink.bytesOut(found[1]), 4);
    QCOMPARE(b.sink.bytesOut(found[2]), 4);
}

QTEST_GUILESS_MAIN(TracerSockets)
#include "tst_tracer_sockets.moc"
