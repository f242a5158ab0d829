#include "witness.h"

#include "ipc/capture/event.h"

#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <numeric>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

/// The children of a listener, in the order in which they came.
QList<quint32> connectionsOf(const EngineClient& engine, quint32 listener)
{
    QList<quint32> all;
    for (const QJsonObject& message : engine.messages) {
        const auto number = static_cast<quint32>(message[u"endpoint"_s].toInt());
        if (message[u"type"_s] == u"endpoint"_s && std::cmp_equal(message[u"parent"_s].toInt(), listener) &&
            !all.contains(number))
            all.append(number);
    }
    return all;
}
QJsonObject entryOf(const EngineClient& engine, quint32 number)
{
    return engine.lastWith([&](const QJsonObject& m) {
        return m[u"type"_s] == u"endpoint"_s && std::cmp_equal(m[u"endpoint"_s].toInt(), number);
    });
}

/// What calls moved into an endpoint, or out of it.
qint64 moved(const EngineClient& engine, quint32 endpoint, byteyard::ipc::Flow flow)
{
    qint64 bytes = 0;
    for (const auto& event : engine.events)
        if (event.endpoint == endpoint && byteyard::ipc::callInfo(event.call).flow == flow &&
            event.result > 0)
            bytes += event.result;
    return bytes;
}

/// A program outside the canvas, which knows nothing of it.
class Outside
{
public:
    Outside(const QString& program, const QStringList& arguments)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(program, arguments);
        m_process.waitForStarted();
    }
    ~Outside()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    Outside(const Outside&) = delete;
    Outside& operator=(const Outside&) = delete;

    void say(const QByteArray& text)
    {
        m_process.write(text);
        m_process.waitForBytesWritten();
    }
    bool hears(EngineClient& engine, const QByteArray& text)
    {
        return engine.until([&] {
            m_process.waitForReadyRead(10);
            m_heard += m_process.readAll();
            return m_heard.contains(text);
        });
    }
    qint64 pid() const { return m_process.processId(); }

private:
    QProcess m_process;
    QByteArray m_heard;
};

QStringList clientArguments(const QString& program, const QJsonObject& listener)
{
    const bool isTcp = listener[u"kind"_s] == u"tcp"_s;
    const QString port = QString::number(listener[u"port"_s].toInt());
    const QString path = listener[u"path"_s].toString();
    if (program == u"nc"_s)
        return isTcp ? QStringList{u"127.0.0.1"_s, port} : QStringList{u"-U"_s, path};
    return {u"-"_s, isTcp ? u"TCP:127.0.0.1:"_s + port : u"UNIX-CONNECT:"_s + path};
}

/// The line of `ss` about the socket that `pid` holds, and, with -i, the line after it.
QString socketOf(const QStringList& options, qint64 pid)
{
    const QStringList lines = sayingOf(u"ss"_s, options).split(u'\n');
    for (qsizetype i = 0; i < lines.size(); ++i)
        if (lines[i].contains(u"pid=%1,"_s.arg(pid)))
            return lines[i] + (i + 1 < lines.size() && lines[i + 1].startsWith(u'\t') ? lines[i + 1] : u""_s);
    return {};
}
qint64 numberAfter(const QString& text, const QString& label)
{
    const auto match = QRegularExpression(label + u"(\\d+)"_s).match(text);
    return match.hasMatch() ? match.captured(1).toLongLong() : -1;
}

void type(EngineClient& engine, const QString& id, const QByteArray& text)
{
    engine.send({{"type", "input"},
                 {"process", engine.process(id)[u"process"_s]},
                 {"data", QString::fromLatin1(text.toBase64())}});
}

bool have(const QString& program)
{
    return !QStandardPaths::findExecutable(program).isEmpty();
}

} // namespace

/// Connections appear by themselves, whoever is at the other end; witnesses are nc, socat and ss.
class TestEngineConnections : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        for (const char* program : {"nc", "socat", "ss"})
            if (!have(QString::fromLatin1(program)))
                QSKIP("needs netcat-openbsd, socat and iproute2");
    }

    void anOutsideClientMeetsAListenerOfTheCanvas_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("madeBy");
        QTest::addColumn<QString>("program");
        for (const char* kind : {"tcp", "unix-stream"})
            for (const char* madeBy : {"engine", "program"})
                for (const char* program : {"nc", "socat"})
                    QTest::addRow("%s of the %s, %s comes", kind, madeBy, program)
                        << QString::fromLatin1(kind) << QString::fromLatin1(madeBy)
                        << QString::fromLatin1(program);
    }

    void anOutsideClientMeetsAListenerOfTheCanvas()
    {
        QFETCH(QString, kind);
        QFETCH(QString, madeBy);
        QFETCH(QString, program);
        const bool isTcp = kind == u"tcp"_s;
        const bool isOurs = madeBy == u"engine"_s;
        EngineClient engine;
        QVERIFY(engine.greet());
        // A program that binds by itself is the other of the two: nc and socat stand on both sides.
        const QStringList listens =
            program == u"socat"_s
                ? (isTcp ? QStringList{u"nc"_s, u"-l"_s, u"127.0.0.1"_s, u"{l.port}"_s}
                         : QStringList{u"nc"_s, u"-lU"_s, u"{l.path}"_s})
                : QStringList{u"socat"_s, u"-"_s,
                              isTcp ? u"TCP-LISTEN:{l.port},bind=127.0.0.1"_s : u"UNIX-LISTEN:{l.path}"_s};
        const QJsonObject typed{{"stdin", "typed"}};
        const QJsonObject server =
            isOurs ? peer(u"server"_s, u"fd 3 accept receive 6 line send world hold"_s, typed)
                   : EngineClient::command(u"server"_s, listens, typed);
        engine.begin({node(u"l"_s, kind, {{"made-by", madeBy}}), server},
                     {isOurs ? EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s)
                             : EngineClient::edge(u"server"_s, u"door"_s, u"l"_s, u"listen"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"l"_s).fact(u"backlog"_s) >= 0; }));
        const quint32 listener = numberOf(engine, u"l"_s);
        QCOMPARE(connectionsOf(engine, listener).size(), 0);

        Outside client(program, clientArguments(program, engine.endpointOf(u"l"_s)));
        client.say("hello\n");
        QVERIFY(engine.until([&] { return engine.outputOf(u"server"_s).contains("hello"); }));
        const QList<quint32> connections = connectionsOf(engine, listener);
        QCOMPARE(connections.size(), 1);
        const quint32 connection = connections.first();
        QCOMPARE(entryOf(engine, connection)[u"kind"_s].toString(), kind);
        QVERIFY(entryOf(engine, connection)[u"node"_s].isNull());
        type(engine, u"server"_s, isOurs ? "\n" : "world\n");
        QVERIFY(client.hears(engine, "world"));
        const qint64 answer = isOurs ? 5 : 6;
        using byteyard::ipc::Flow;
        QVERIFY(engine.until([&] { return moved(engine, connection, Flow::In) == answer; }));
        QCOMPARE(moved(engine, connection, Flow::Out), 6);
        QCOMPARE(moved(engine, listener, Flow::In) + moved(engine, listener, Flow::Out), 0);
        QVERIFY(
            engine.until([&] { return seen(engine, connection).facts()[u"state"_s] == u"ESTABLISHED"_s; }));
        const QString witness = socketOf({isTcp ? u"-tinp"_s : u"-xp"_s}, client.pid());
        QVERIFY2(!witness.isEmpty(), "ss does not know the client's socket");
        if (isTcp) {
            QCOMPARE(numberAfter(witness, u"bytes_sent:"_s), 6);
            QCOMPARE(numberAfter(witness, u"bytes_received:"_s), answer);
            // The other side of it is the client's port.
            const QJsonObject entry = entryOf(engine, connection);
            QCOMPARE(entry[u"address"_s].toString(), u"127.0.0.1"_s);
            QVERIFY(witness.contains(u" 127.0.0.1:%1 "_s.arg(entry[u"port"_s].toInt())));
        } else {
            // Who came is asked of the kernel (unix(7), SO_PEERCRED).
            QVERIFY(
                engine.until([&] { return seen(engine, connection).fact(u"peer_pid"_s) == client.pid(); }));
            QCOMPARE(seen(engine, connection).fact(u"peer_uid"_s), qint64(::getuid()));
        }
    }

    void aListenerOnEveryAddressHasItsConnections_data()
    {
        QTest::addColumn<QString>("address");
        QTest::newRow("v4") << u"0.0.0.0"_s;
        QTest::newRow("v6, asked for by v4") << u"::"_s;
    }

    void aListenerOnEveryAddressHasItsConnections()
    {
        QFETCH(QString, address);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"tcp"_s, {{"address", address}}),
                      peer(u"server"_s, u"fd 3 accept receive 6 hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"l"_s).fact(u"backlog"_s) >= 0; }));
        const int port = engine.endpointOf(u"l"_s)[u"port"_s].toInt();
        Outside client(u"nc"_s, {u"127.0.0.1"_s, QString::number(port)});
        client.say("hello\n");
        const quint32 listener = numberOf(engine, u"l"_s);
        QVERIFY(engine.until([&] { return connectionsOf(engine, listener).size() == 1; }));
        const quint32 connection = connectionsOf(engine, listener).first();
        QVERIFY(engine.until([&] { return moved(engine, connection, byteyard::ipc::Flow::Out) == 6; }));
        QVERIFY(
            engine.until([&] { return seen(engine, connection).facts()[u"state"_s] == u"ESTABLISHED"_s; }));
        // It is known by the client's own address, as ss tells it of the client's socket.
        const QJsonObject entry = entryOf(engine, connection);
        QVERIFY2(entry[u"address"_s].toString().endsWith(u"127.0.0.1"_s),
                 qPrintable(entry[u"address"_s].toString()));
        QVERIFY(
            socketOf({u"-tinp"_s}, client.pid()).contains(u"127.0.0.1:%1 "_s.arg(entry[u"port"_s].toInt())));
    }

    void aClientOfTheCanvasMeetsAListenerOutside_data()
    {
        QTest::addColumn<bool>("isTcp");
        QTest::addColumn<QString>("program");
        for (const bool isTcp : {true, false})
            for (const char* program : {"nc", "socat"})
                QTest::addRow("%s to an outside %s", program, isTcp ? "tcp port" : "path")
                    << isTcp << QString::fromLatin1(program);
    }

    void aClientOfTheCanvasMeetsAListenerOutside()
    {
        QFETCH(bool, isTcp);
        QFETCH(QString, program);
        QTemporaryDir directory(QDir::tempPath() + u"/byteyard-outside-XXXXXX"_s);
        const QString path = directory.filePath(u"door"_s);
        // socat chooses a free port by itself and says which.
        Outside server(u"socat"_s, {u"-d"_s, u"-d"_s, u"-"_s,
                                    isTcp ? u"TCP-LISTEN:0,bind=127.0.0.1"_s : u"UNIX-LISTEN:"_s + path});
        int port = 0;
        QTRY_VERIFY(isTcp ? (port = static_cast<int>(numberAfter(sayingOf(u"ss"_s, {u"-tlnp"_s, u"-O"_s})
                                                                     .split(u'\n')
                                                                     .filter(u"pid=%1,"_s.arg(server.pid()))
                                                                     .value(0),
                                                                 u"127\\.0\\.0\\.1:"_s))) > 0
                          : QFile::exists(path));
        const QJsonObject where{{"kind", isTcp ? "tcp" : "unix-stream"}, {"port", port}, {"path", path}};
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin(
            {EngineClient::command(u"client"_s, QStringList{program} + clientArguments(program, where),
                                   {{"stdin", "typed"}})},
            {});
        QVERIFY(engine.untilState(u"client"_s, u"running"_s));
        type(engine, u"client"_s, "hello\n");
        QVERIFY(server.hears(engine, "hello"));
        server.say("good day\n");
        QVERIFY(engine.until([&] { return engine.outputOf(u"client"_s).contains("good day"); }));
        const auto isIt = [&](const QJsonObject& m) {
            return m[u"type"_s] == u"endpoint"_s && m[u"kind"_s] == where[u"kind"_s];
        };
        const auto connection = static_cast<quint32>(engine.lastWith(isIt)[u"endpoint"_s].toInt());
        QVERIFY(connection > 0);
        QVERIFY(engine.lastWith(isIt)[u"node"_s].isNull());
        QCOMPARE(engine.lastWith(isIt)[u"port"_s].toInt(), port);
        QCOMPARE(engine.lastWith(isIt)[u"path"_s].toString(), isTcp ? QString() : path);
        using byteyard::ipc::Flow;
        QVERIFY(engine.until([&] { return moved(engine, connection, Flow::Out) == 9; }));
        QCOMPARE(moved(engine, connection, Flow::In), 6);
        QVERIFY(
            engine.until([&] { return seen(engine, connection).facts()[u"state"_s] == u"ESTABLISHED"_s; }));
        if (isTcp) {
            const QString witness = socketOf({u"-tinp"_s}, server.pid());
            QCOMPARE(numberAfter(witness, u"bytes_sent:"_s), 9);
            QCOMPARE(numberAfter(witness, u"bytes_received:"_s), 6);
        }
    }

    void whatWaitsInAConnectionIsWhatSsSays()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"tcp"_s), peer(u"server"_s, u"fd 3 accept send four hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"l"_s).fact(u"backlog"_s) >= 0; }));
        Outside client(u"socat"_s, {u"-u"_s, u"-"_s,
                                    u"TCP:127.0.0.1:%1"_s.arg(engine.endpointOf(u"l"_s)[u"port"_s].toInt())});
        client.say(QByteArray(1000, 'x'));
        const quint32 listener = numberOf(engine, u"l"_s);
        QVERIFY(engine.until([&] { return connectionsOf(engine, listener).size() == 1; }));
        const quint32 connection = connectionsOf(engine, listener).first();
        // One side is far away: it stands there as zero.
        const auto sum = [&](const QString& name) {
            const QList<int> both = seen(engine, connection).list(name);
            return std::accumulate(both.begin(), both.end(), 0);
        };
        QVERIFY(engine.until([&] { return sum(u"rcv_q"_s) == 1000; }));
        const qint64 pid = engine.process(u"server"_s)[u"pid"_s].toInteger();
        const auto agrees = [&] {
            const QString witness = socketOf({u"-tinp"_s}, pid);
            const double rtt = QRegularExpression(u" rtt:([\\d.]+)"_s).match(witness).captured(1).toDouble();
            const QStringList line = witness.simplified().split(u' ');
            return line.value(1).toInt() == 1000 && line.value(2).toInt() == sum(u"snd_q"_s) &&
                   std::abs(rtt * 1000 - sum(u"rtt_us"_s)) < 1.5 && sum(u"rtt_us"_s) > 0;
        };
        QVERIFY(engine.until(agrees));
        const auto peeked = peekAt(engine, connection, 1000, 990, 100, 1);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->bytes, QByteArray(10, 'x'));
        QVERIFY(agrees()); // looking took nothing
    }

    void whatWaitsForAnAcceptIsSeenToo()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"tcp"_s), peer(u"server"_s, u"fd 3 hold"_s),
                      peer(u"client"_s, u"fd 4 send hello hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s),
                      EngineClient::edge(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] { return connectionsOf(engine, numberOf(engine, u"l"_s)).size() == 1; }));
        const quint32 connection = connectionsOf(engine, numberOf(engine, u"l"_s)).first();
        // Nobody has accepted: the other end has no inode yet, and five bytes wait in it.
        QVERIFY(engine.until([&] { return seen(engine, connection).entry[u"fill"_s].toInt() == 5; }));
        const QString states = sayingOf(
            u"ss"_s, {u"-tnH"_s, u"( sport = :%1 )"_s.arg(engine.endpointOf(u"l"_s)[u"port"_s].toInt())});
        const QStringList line = states.simplified().split(u' ');
        QCOMPARE(line.value(0), u"ESTAB"_s);
        QCOMPARE(line.value(1).toInt(), 5); // Recv-Q
    }

    void whatWaitsInAUnixConnectionIsNotGuessedBeforeItIsAccepted()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"unix-stream"_s),
                      peer(u"server"_s, u"fd 3 line accept hold"_s, {{"stdin", "typed"}}),
                      peer(u"client"_s, u"fd 4 send hello hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s),
                      EngineClient::edge(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] { return connectionsOf(engine, numberOf(engine, u"l"_s)).size() == 1; }));
        const quint32 connection = connectionsOf(engine, numberOf(engine, u"l"_s)).first();
        using byteyard::ipc::Flow;
        QVERIFY(engine.until([&] { return moved(engine, connection, Flow::In) == 5; }));
        // What the kernel tells is the sender's memory: more than five bytes.
        QVERIFY(engine.until([&] { return seen(engine, connection).list(u"snd_q"_s).value(0) > 5; }));
        const Seen before = seen(engine, connection);
        QVERIFY(!before.entry.contains(u"fill"_s));
        QCOMPARE(before.entry[u"fill2"_s].toInt(-1), 0);
        QCOMPARE(before.fact(u"accepted"_s), 0);
        QVERIFY(!before.facts().contains(u"peer_pid"_s)); // the listener's maker is nobody's peer
        const auto peeked = peekAt(engine, connection, 7, 0, 100, 1);
        QVERIFY(peeked && !peeked->available);
        QCOMPARE(peeked->bytes, QByteArray("not-accepted"));
        type(engine, u"server"_s, "go\n");
        QVERIFY(engine.until([&] { return seen(engine, connection).entry[u"fill"_s].toInt(-1) == 5; }));
        QVERIFY(!seen(engine, connection).facts().contains(u"accepted"_s));
        QVERIFY(engine.until([&] {
            return seen(engine, connection).fact(u"peer_pid"_s) ==
                   engine.process(u"client"_s)[u"pid"_s].toInteger();
        }));
    }

    void whatWasSentAgainIsCounted()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        // A backlog of 0 holds one connection: the next one's SYN is not answered until somebody accepts.
        engine.begin(
            {node(u"l"_s, u"tcp"_s, {{"backlog", 0}}),
             peer(u"server"_s, u"fd 3 line accept accept hold"_s, {{"stdin", "typed"}}),
             peer(u"a"_s, u"fd 4 hold"_s),
             peer(u"b"_s, u"fd 4 hold"_s, {{"start", QJsonObject{{"when", "runs"}, {"node", "a"}}}})},
            {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s),
             EngineClient::edge(u"a"_s, 4, u"l"_s, u"connect"_s),
             EngineClient::edge(u"b"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] {
            return socketOf({u"-tinp"_s, u"state"_s, u"syn-sent"_s},
                            engine.process(u"b"_s)[u"pid"_s].toInteger())
                .contains(u"retrans:"_s);
        }));
        type(engine, u"server"_s, "\n");
        QVERIFY(engine.until([&] {
            for (const quint32 each : connectionsOf(engine, numberOf(engine, u"l"_s)))
                for (const int count : seen(engine, each).list(u"retransmits"_s))
                    if (count > 0)
                        return true;
            return false;
        }));
        const QString witness = socketOf({u"-tinp"_s}, engine.process(u"b"_s)[u"pid"_s].toInteger());
        const qint64 again = numberAfter(witness, u"retrans:\\d+/"_s);
        QVERIFY(again > 0);
        QVERIFY(engine.until([&] {
            const QList<quint32> all = connectionsOf(engine, numberOf(engine, u"l"_s));
            return std::any_of(all.begin(), all.end(), [&](quint32 each) {
                return seen(engine, each).list(u"retransmits"_s).contains(static_cast<int>(again));
            });
        }));
    }

    void aClosedConnectionWaitsInTimeWait()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"tcp"_s), peer(u"server"_s, u"fd 3 accept receive 5 close-peer hold"_s),
                      peer(u"client"_s, u"fd 4 send hello receive 1 close hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s),
                      EngineClient::edge(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] {
            const QList<quint32> all = connectionsOf(engine, numberOf(engine, u"l"_s));
            return !all.isEmpty() && seen(engine, all.first()).facts()[u"state"_s] == u"TIME_WAIT"_s;
        }));
        const quint32 connection = connectionsOf(engine, numberOf(engine, u"l"_s)).first();
        const QString witness =
            sayingOf(u"ss"_s, {u"-tan"_s, u"state"_s, u"time-wait"_s,
                               u"sport = :%1"_s.arg(engine.endpointOf(u"l"_s)[u"port"_s].toInt())});
        QCOMPARE(witness.count(u"127.0.0.1:"_s), 2); // one socket, two addresses
        QCOMPARE(entryOf(engine, connection)[u"state"_s].toString(), u"live"_s);
    }

    void aClientWaitsUntilItsServerListens_data()
    {
        QTest::addColumn<QStringList>("server");
        QTest::newRow("program") << QStringList{u"socat"_s, u"TCP-LISTEN:{l.port},bind=127.0.0.1"_s,
                                                u"EXEC:cat"_s};
        QTest::newRow("child") << QStringList{
            u"sh"_s, u"-c"_s, u"sleep 0.3; socat TCP-LISTEN:{l.port},bind=127.0.0.1 EXEC:cat; true"_s};
    }

    void aClientWaitsUntilItsServerListens()
    {
        QFETCH(QStringList, server);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {node(u"l"_s, u"tcp"_s, {{"made-by", "program"}}), EngineClient::command(u"server"_s, server),
             EngineClient::command(u"client"_s,
                                   {u"sh"_s, u"-c"_s, u"echo hello | nc -N 127.0.0.1 {l.port}"_s},
                                   {{"start", QJsonObject{{"when", "listens"}, {"node", "server"}}}}),
             EngineClient::command(u"vain"_s, {u"true"_s},
                                   {{"start", QJsonObject{{"when", "listens"}, {"node", "client"}}}})},
            {EngineClient::edge(u"server"_s, u"door"_s, u"l"_s, u"listen"_s)}));
        QCOMPARE(engine.outputOf(u"client"_s).trimmed(), QByteArray("hello"));
        QCOMPARE(engine.process(u"client"_s)[u"exitCode"_s].toInt(-1), 0);
        QCOMPARE(engine.process(u"vain"_s)[u"error"_s][u"code"_s].toString(), u"waits-for"_s);
    }

    void aSenderWaitsUntilDatagramsAreTaken_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("server");
        QTest::addColumn<QString>("client");
        QTest::newRow("UDP") << "udp"
                             << "socat -u UDP4-RECVFROM:{l.port},bind=127.0.0.1 STDOUT"
                             << "echo hello | nc -u -w 1 127.0.0.1 {l.port}";
        QTest::newRow("UNIX") << "unix-datagram"
                              << "socat -u UNIX-RECVFROM:{l.path} STDOUT"
                              << "echo hello | socat -u STDIN UNIX-SENDTO:{l.path}";
    }

    void aSenderWaitsUntilDatagramsAreTaken()
    {
        QFETCH(QString, kind);
        QFETCH(QString, server);
        QFETCH(QString, client);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {node(u"l"_s, kind, {{"made-by", "program"}}),
             EngineClient::command(u"server"_s, {u"sh"_s, u"-c"_s, u"sleep 0.3; "_s + server}),
             EngineClient::command(u"client"_s, {u"sh"_s, u"-c"_s, client},
                                   {{"start", QJsonObject{{"when", "listens"}, {"node", "server"}}}})},
            {EngineClient::edge(u"server"_s, u"door"_s, u"l"_s, u"receive"_s)}));
        QCOMPARE(engine.outputOf(u"server"_s), QByteArray("hello\n"));
        QCOMPARE(engine.process(u"client"_s)[u"exitCode"_s].toInt(-1), 0);
    }

    void descriptorsUnderWayAreCounted()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"unix-stream"_s),
                      peer(u"server"_s, u"fd 3 accept line receive 1 hold"_s, {{"stdin", "typed"}}),
                      peer(u"client"_s, u"fd 4 pass 0 pass 1 hold"_s)},
                     {EngineClient::edge(u"server"_s, 3, u"l"_s, u"listen"_s),
                      EngineClient::edge(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] {
            const QList<quint32> all = connectionsOf(engine, numberOf(engine, u"l"_s));
            return !all.isEmpty() && seen(engine, all.first()).fact(u"fds_in_flight"_s) == 2;
        }));
        const quint32 connection = connectionsOf(engine, numberOf(engine, u"l"_s)).first();
        QCOMPARE(seen(engine, connection).fact(u"peer_pid"_s),
                 engine.process(u"client"_s)[u"pid"_s].toInteger());
        int witness = 0; // proc(5): scm_fds
        const QDir fds(u"/proc/%1/fdinfo"_s.arg(engine.process(u"server"_s)[u"pid"_s].toInteger()));
        for (const QString& name : fds.entryList(QDir::Files)) {
            QFile file(fds.filePath(name));
            if (file.open(QIODevice::ReadOnly))
                witness += static_cast<int>(
                    std::max<qint64>(numberAfter(QString::fromLatin1(file.readAll()), u"scm_fds:\\s*"_s), 0));
        }
        QCOMPARE(witness, 2);
        const qsizetype open = openDescriptors(engine.worker());
        QVERIFY(peekAt(engine, connection, 100)); // and looking installs none
        QCOMPARE(openDescriptors(engine.worker()), open);
        QCOMPARE(seen(engine, connection).fact(u"fds_in_flight"_s), 2);
        type(engine, u"server"_s, "\n");
        QVERIFY(engine.until([&] { return seen(engine, connection).fact(u"fds_in_flight"_s) == 1; }));
    }
};

QTEST_GUILESS_MAIN(TestEngineConnections)
#include "tst_engine_connections.moc"
