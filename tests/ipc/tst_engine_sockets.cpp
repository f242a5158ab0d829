#include "witness.h"

#include <QTest>

#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

QJsonObject fd(const QString& process, int number, const QString& endpoint, const QString& port)
{
    return EngineClient::edge(process, number, endpoint, port);
}

/// The words of the line of `ss` that holds `needle`.
QStringList socketLine(const QStringList& options, const QString& needle)
{
    for (const QString& line : sayingOf(u"ss"_s, options).split(u'\n'))
        if (line.contains(needle))
            return line.simplified().split(u' ');
    return {};
}

} // namespace

class TestEngineSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aListenerShowsItsBacklogAndWhoWaitsAsSsDoes_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"unix-stream", "unix-seqpacket", "tcp"})
            QTest::newRow(kind) << QString::fromLatin1(kind);
    }

    void aListenerShowsItsBacklogAndWhoWaitsAsSsDoes()
    {
        QFETCH(QString, kind);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, kind, {{"backlog", 7}}), peer(u"server"_s, u"fd 3 hold"_s),
                      peer(u"a"_s, u"fd 4 send hello hold"_s), peer(u"b"_s, u"fd 4 hold"_s)},
                     {fd(u"server"_s, 3, u"l"_s, u"listen"_s), fd(u"a"_s, 4, u"l"_s, u"connect"_s),
                      fd(u"b"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"l"_s).fact(u"waiting"_s) == 2; }));
        const Seen live = seen(engine, u"l"_s);
        QCOMPARE(live.fact(u"backlog"_s), 7);
        QCOMPARE(live.entry[u"fill"_s].toInt(), 2);
        QCOMPARE(live.entry[u"capacity"_s].toInt(), 7);
        const QJsonObject endpoint = engine.endpointOf(u"l"_s);
        const QStringList line =
            kind == u"tcp"_s ? socketLine({u"-tln"_s}, u"127.0.0.1:%1 "_s.arg(endpoint[u"port"_s].toInt()))
                             : socketLine({u"-xl"_s}, endpoint[u"path"_s].toString());
        const qsizetype first = kind == u"tcp"_s ? 1 : 2; // Recv-Q, Send-Q
        QVERIFY(line.size() > first + 1);
        QCOMPARE(line[first].toInt(), 2);
        QCOMPARE(line[first + 1].toInt(), 7);
        if (kind == u"tcp"_s) {
            QCOMPARE(endpoint[u"address"_s].toString(), u"127.0.0.1"_s);
            QVERIFY(endpoint[u"port"_s].toInt() > 0);
        } else {
            struct stat status;
            QCOMPARE(::stat(endpoint[u"path"_s].toString().toUtf8().constData(), &status), 0);
            QVERIFY(S_ISSOCK(status.st_mode));
        }
        engine.send({{"type", "set-limit"},
                     {"endpoint", qint64(numberOf(engine, u"l"_s))},
                     {"name", "backlog"},
                     {"value", 3}});
        QVERIFY(engine.until([&] { return seen(engine, u"l"_s).fact(u"backlog"_s) == 3; }));
    }

    void datagramsAreSeenOneByOneAndStay_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("unix") << u"unix-datagram"_s;
        QTest::newRow("udp") << u"udp"_s;
    }

    void datagramsAreSeenOneByOneAndStay()
    {
        QFETCH(QString, kind);
        EngineClient engine;
        QVERIFY(engine.greet());
        QJsonObject receiver = peer(u"r"_s, u"fd 3 line receive 100 receive 100 receive 100"_s);
        QJsonObject properties = receiver[u"properties"_s].toObject();
        properties[u"stdin"_s] = u"typed"_s;
        receiver[u"properties"_s] = properties;
        engine.begin({node(u"d"_s, kind), receiver,
                      peer(u"w"_s, u"fd 4 send one send three send seventeen-and-more"_s)},
                     {fd(u"r"_s, 3, u"d"_s, u"receive"_s), fd(u"w"_s, 4, u"d"_s, u"send"_s)});
        QVERIFY(engine.until([&] { return seen(engine, u"d"_s).fact(u"queued"_s) == 3; }));
        const QJsonArray tiles = seen(engine, u"d"_s).tiles();
        QCOMPARE(tiles.size(), 3);
        QCOMPARE(tiles[1][u"size"_s].toInt(), 5);
        QCOMPARE(QByteArray::fromBase64(tiles[1][u"head"_s].toString().toLatin1()), QByteArray("three"));
        QCOMPARE(tiles[2][u"size"_s].toInt(), 18);
        const auto peeked = peekAt(engine, numberOf(engine, u"d"_s), 1000);
        QVERIFY(peeked && peeked->available);
        QCOMPARE(peeked->bytes, QByteArray("one"));
        engine.send({{"type", "write"},
                     {"endpoint", qint64(numberOf(engine, u"d"_s))},
                     {"data", QString::fromLatin1(QByteArray("mine").toBase64())}});
        QVERIFY(engine.until([&] { return seen(engine, u"d"_s).fact(u"queued"_s) == 4; }));
        engine.send({{"type", "input"},
                     {"process", engine.process(u"r"_s)[u"process"_s]},
                     {"data", QString::fromLatin1(QByteArray("\n").toBase64())}});
        QVERIFY(engine.until(
            [&] { return engine.outputOf(u"r"_s).simplified() == "one three seventeen-and-more"; }));
    }

    void dropsOfASmallBufferAreCountedAsSsCountsThem()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"d"_s, u"udp"_s, {{"rcvbuf", 4096}}), peer(u"r"_s, u"fd 3 hold"_s),
                      peer(u"w"_s, u"fd 4 flood 50"_s)},
                     {fd(u"r"_s, 3, u"d"_s, u"receive"_s), fd(u"w"_s, 4, u"d"_s, u"send"_s)});
        QVERIFY(engine.untilState(u"w"_s, u"exited"_s));
        QVERIFY(engine.until([&] { return seen(engine, u"d"_s).fact(u"drops"_s) > 0; }));
        const int port = engine.endpointOf(u"d"_s)[u"port"_s].toInt();
        const QString witness = sayingOf(u"ss"_s, {u"-uamn"_s, u"sport = :%1"_s.arg(port)});
        QVERIFY(engine.until(
            [&] { return witness.contains(u",d%1)"_s.arg(seen(engine, u"d"_s).fact(u"drops"_s))); }));
        QCOMPARE(seen(engine, u"d"_s).fact(u"queued"_s) + seen(engine, u"d"_s).fact(u"drops"_s), 50);
    }

    void namesOfAllShapesAreBound_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<QString>("error");
        QTest::newRow("107 bytes") << 107 << QString();
        QTest::newRow("108 bytes") << 108 << QString();
        QTest::newRow("109 bytes") << 109 << u"ENAMETOOLONG"_s;
    }

    void namesOfAllShapesAreBound()
    {
        QFETCH(int, size);
        QFETCH(QString, error);
        QTemporaryDir dir(u"/tmp/byteyard-sock-XXXXXX"_s);
        QString path = dir.filePath(u"s"_s);
        path += QString(size - path.size(), u'x');
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"unix-stream"_s, {{"path", path}}),
                      peer(u"server"_s, u"fd 3 accept receive 9"_s), peer(u"client"_s, u"fd 4 send hello"_s)},
                     {fd(u"server"_s, 3, u"l"_s, u"listen"_s), fd(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.untilRunEnds());
        const QJsonObject endpoint = engine.endpointOf(u"l"_s);
        QCOMPARE(endpoint[u"error"_s][u"parameters"_s][u"errno"_s].toString(), error);
        QCOMPARE(engine.outputOf(u"server"_s).simplified(), QByteArray(error.isEmpty() ? "hello" : ""));
        QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot),
                 QStringList());
    }

    void anAbstractNameMayHoldZeroBytes()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"unix-stream"_s, {{"path", "@byteyard\\x00test\\x00x"}}),
                      peer(u"server"_s, u"fd 3 accept receive 9"_s), peer(u"client"_s, u"fd 4 send hello"_s)},
                     {fd(u"server"_s, 3, u"l"_s, u"listen"_s), fd(u"client"_s, 4, u"l"_s, u"connect"_s)});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.errors(), QStringList());
        QCOMPARE(engine.outputOf(u"server"_s).simplified(), QByteArray("hello"));
    }

    void whatCannotBeBoundIsSaidInWords_data()
    {
        QTest::addColumn<QJsonObject>("made");
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("error");
        QTest::newRow("no address") << node(u"x"_s, u"tcp"_s, {{"address", "somewhere"}}) << u"inet_pton"_s
                                    << u"EINVAL"_s;
        QTest::newRow("an address of another machine")
            << node(u"x"_s, u"tcp"_s, {{"address", "192.0.2.1"}}) << u"bind"_s << u"EADDRNOTAVAIL"_s;
        QTest::newRow("an address in use")
            << node(u"x"_s, u"tcp"_s, {{"port", 1}}) << u"bind"_s << u"EADDRINUSE"_s;
        QTest::newRow("no such folder")
            << node(u"x"_s, u"unix-stream"_s, {{"path", "/nowhere/byteyard/s"}}) << u"bind"_s << u"ENOENT"_s;
    }

    void whatCannotBeBoundIsSaidInWords()
    {
        QFETCH(QJsonObject, made);
        QFETCH(QString, call);
        QFETCH(QString, error);
        const byteyard::ipc::Fd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        QCOMPARE(::bind(taken.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
        QCOMPARE(::listen(taken.get(), 1), 0);
        QCOMPARE(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        if (error == u"EADDRINUSE"_s)
            made = node(u"x"_s, u"tcp"_s, {{"port", ntohs(address.sin_port)}});
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({made, words(u"other"_s, u"say hello"_s), peer(u"needs"_s, u"fd 3 hold"_s)},
                           {fd(u"needs"_s, 3, u"x"_s, isStream(made) ? u"listen"_s : u"receive"_s)}));
        const QJsonValue parameters = engine.endpointOf(u"x"_s)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"call"_s].toString(), call);
        QCOMPARE(parameters[u"errno"_s].toString(), error);
        QCOMPARE(engine.outputOf(u"other"_s).trimmed(), QByteArray("hello"));
        QCOMPARE(engine.process(u"needs"_s)[u"error"_s][u"code"_s].toString(), u"endpoint-failed"_s);
    }

    void aUserIsToldOfThePortsThatAreNotHis()
    {
        if (QFile file(u"/proc/sys/net/ipv4/ip_unprivileged_port_start"_s);
            !file.open(QIODevice::ReadOnly) || file.readAll().trimmed().toInt() <= 79)
            QSKIP("any user may bind any port here");
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node(u"x"_s, u"tcp"_s, {{"port", 79}})}, {}));
        const QJsonValue parameters = engine.endpointOf(u"x"_s)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"errno"_s].toString(), u"EACCES"_s);
        QCOMPARE(parameters[u"limit"_s].toString(), u"ip_unprivileged_port_start"_s);
    }

    void withoutTheRightForRawSocketsTheRestRuns()
    {
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-nobody-XXXXXX"_s);
        EngineClient engine(runtime.path(), EngineClient::As::Nobody);
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {node(u"x"_s, u"raw"_s), EngineClient::command(u"other"_s, {u"echo"_s, u"hello"_s})}, {}));
        const QJsonValue parameters = engine.endpointOf(u"x"_s)[u"error"_s][u"parameters"_s];
        QCOMPARE(parameters[u"errno"_s].toString(), u"EPERM"_s);
        QCOMPARE(parameters[u"limit"_s].toString(), u"CAP_NET_RAW"_s);
        QCOMPARE(engine.outputOf(u"other"_s).trimmed(), QByteArray("hello"));
    }

    void aConnectionThatIsRefusedIsTheClientsFault()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {node(u"l"_s, u"tcp"_s, {{"made-by", "program"}}), peer(u"client"_s, u"fd 4 send x"_s)},
            {fd(u"client"_s, 4, u"l"_s, u"connect"_s)}));
        const QJsonValue error = engine.process(u"client"_s)[u"error"_s];
        QCOMPARE(error[u"code"_s].toString(), u"connect"_s);
        QCOMPARE(error[u"parameters"_s][u"errno"_s].toString(), u"ECONNREFUSED"_s);
        const int port = engine.endpointOf(u"l"_s)[u"port"_s].toInt();
        QVERIFY(port > 0);
        QCOMPARE(error[u"parameters"_s][u"address"_s].toString(), u"127.0.0.1:%1"_s.arg(port));
    }

    void aReservedPortIsHandedToTheProgramThatBindsIt()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({node(u"l"_s, u"tcp"_s, {{"made-by", "program"}}),
                            peer(u"server"_s, u"tcp {l.address} {l.port} bind listen 5 line"_s)},
                           {EngineClient::edge(u"server"_s, u"l"_s, u"l"_s, u"listen"_s)}));
        QCOMPARE(engine.errors(), QStringList());
        const QJsonObject process = engine.process(u"server"_s);
        QVERIFY(process[u"argv"_s].toArray().size() > 3);
    }

    void aPathIsRemovedAndANeighbourIsNot()
    {
        QTemporaryDir dir(u"/tmp/byteyard-sock-XXXXXX"_s);
        const QString path = dir.filePath(u"made"_s);
        const QString other = dir.filePath(u"other"_s);
        const byteyard::ipc::Fd neighbour(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        qstrncpy(name.sun_path, QFile::encodeName(other).constData(), sizeof name.sun_path);
        QCOMPARE(::bind(neighbour.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), 0);
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({node(u"l"_s, u"unix-stream"_s, {{"path", path}}),
                      node(u"taken"_s, u"unix-stream"_s, {{"path", other}}),
                      peer(u"server"_s, u"fd 3 hold"_s)},
                     {fd(u"server"_s, 3, u"l"_s, u"listen"_s)});
        QVERIFY(engine.untilState(u"server"_s, u"running"_s));
        QCOMPARE(engine.endpointOf(u"taken"_s)[u"error"_s][u"parameters"_s][u"errno"_s].toString(),
                 u"EADDRINUSE"_s);
        struct stat status;
        QCOMPARE(::lstat(QFile::encodeName(path).constData(), &status), 0);
        ::kill(engine.worker(), SIGKILL);
        QTRY_VERIFY(::lstat(QFile::encodeName(path).constData(), &status) != 0);
        QCOMPARE(::lstat(QFile::encodeName(other).constData(), &status), 0);
    }

private:
    static bool isStream(const QJsonObject& made)
    {
        return made[u"kind"_s] == u"tcp"_s || made[u"kind"_s] == u"unix-stream"_s;
    }
};

QTEST_GUILESS_MAIN(TestEngineSockets)
#include "tst_engine_sockets.moc"
