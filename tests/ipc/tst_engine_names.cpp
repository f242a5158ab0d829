#include "witness.h"

#include <QTest>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

QStringList program(const QString& verb, const QString& kind, const QStringList& places)
{
    return QStringList{QStringLiteral(BYTEYARD_PEERS "/by_name"), verb, kind} + places;
}

} // namespace

/// Programs that know nothing of the canvas take their object's name from their arguments or environment.
class TestEngineNames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aProgramIsToldItsObject_data()
    {
        QTest::addColumn<QString>("kind");   // of the node
        QTest::addColumn<QString>("speaks"); // how the program takes it
        QTest::addColumn<QStringList>("places");
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::addColumn<QJsonObject>("properties");
        const auto row = [](const char* kind, const char* speaks, const QStringList& places, const char* in,
                            const char* out, const QJsonObject& properties = {}) {
            for (const char* where : {"arguments", "environment"})
                QTest::addRow("%s by its %s%s, %s", kind, qPrintable(places.join(u' ')),
                              properties[u"path"_s].isString() ? " (abstract)" : "", where)
                    << QString::fromLatin1(kind) << QString::fromLatin1(speaks) << places
                    << QString::fromLatin1(in) << QString::fromLatin1(out) << properties;
        };
        const QJsonObject own{{"made-by", "program"}};
        row("sysv-queue", "sysv-queue-id", {u"{thing.id}"_s}, "send", "receive");
        row("sysv-queue", "sysv-queue-key", {u"{thing.key}"_s}, "send", "receive");
        row("sysv-shm", "sysv-shm-id", {u"{thing.id}"_s}, "attach", "attach");
        row("sysv-shm", "sysv-shm-key", {u"{thing.key}"_s}, "attach", "attach");
        row("sysv-semaphore", "sysv-semaphore-id", {u"{thing.id}"_s}, "use", "use",
            {{"values", QJsonArray{0}}});
        row("sysv-semaphore", "sysv-semaphore-key", {u"{thing.key}"_s}, "use", "use",
            {{"values", QJsonArray{0}}});
        row("posix-queue", "posix-queue", {u"{thing.path}"_s}, "send", "receive");
        row("posix-shm", "posix-shm", {u"{thing.path}"_s}, "attach", "attach");
        row("posix-semaphore", "posix-semaphore", {u"{thing.path}"_s}, "use", "use", {{"value", 0}});
        row("fifo", "fifo", {u"{thing.path}"_s}, "write", "read");
        row("file", "file", {u"{thing.path}"_s}, "write", "read");
        row("unix-stream", "unix-stream", {u"{thing.path}"_s}, "connect", "listen", own);
        row("unix-stream", "unix-stream", {u"{thing.path}"_s}, "connect", "listen",
            {{"made-by", "program"}, {"path", "@"}});
        row("unix-seqpacket", "unix-seqpacket", {u"{thing.path}"_s}, "connect", "listen", own);
        row("unix-datagram", "unix-datagram", {u"{thing.path}"_s}, "send", "receive", own);
        row("tcp", "tcp", {u"{thing.address}"_s, u"{thing.port}"_s}, "connect", "listen", own);
        row("udp", "udp", {u"{thing.address}"_s, u"{thing.port}"_s}, "send", "receive", own);
        row("pipe", "descriptor", {u"{thing.fd}"_s}, "write", "read");
        row("socketpair", "descriptor", {u"{thing.fd}"_s}, "a", "b");
        row("eventfd", "eventfd", {u"{thing.fd}"_s}, "write", "read");
        row("pty", "pty", {u"{thing.fd}"_s}, "master", "slave");
        const byteyard::ipc::Fd allowed(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1)); // icmp
        if (allowed)
            row("raw", "raw", {u"{thing.fd}"_s, u"{thing.address}"_s}, "send", "receive");
        row("memfd", "memfd", {u"{thing.fd}"_s}, "attach", "attach");
    }

    void aProgramIsToldItsObject()
    {
        QFETCH(QString, kind);
        QFETCH(QString, speaks);
        QFETCH(QStringList, places);
        QFETCH(QString, in);
        QFETCH(QString, out);
        QFETCH(QJsonObject, properties);
        const bool byEnvironment = QByteArray(QTest::currentDataTag()).endsWith("environment");
        QJsonObject more;
        if (byEnvironment) {
            QJsonObject environment{{"PLACE", places.first()}};
            if (places.size() > 1)
                environment[u"PORT"_s] = places.last();
            more[u"environment"_s] = environment;
        }
        const QStringList given = byEnvironment ? QStringList{u"-"_s} : places;
        const bool byDescriptor = places.first() == u"{thing.fd}"_s;
        const QString port = byDescriptor ? u"7"_s : u"thing"_s;
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run({EngineClient::command(u"taker"_s, program(u"take"_s, speaks, given), more),
                            EngineClient::command(u"putter"_s, program(u"put"_s, speaks, given), more),
                            EngineClient::endpoint(u"thing"_s, kind, properties)},
                           {EngineClient::edge(u"taker"_s, port, u"thing"_s, out),
                            EngineClient::edge(u"putter"_s, port, u"thing"_s, in)}));
        QCOMPARE(engine.errors(), QStringList());
        QCOMPARE(engine.outputOf(u"putter"_s), QByteArray());
        QCOMPARE(engine.outputOf(u"taker"_s).trimmed(), QByteArray("hello"));
        // What it named is the node, and no other.
        const quint32 number = numberOf(engine, u"thing"_s);
        for (const char* node : {"taker", "putter"}) {
            const auto process =
                static_cast<quint32>(engine.process(QString::fromLatin1(node))[u"process"_s].toInt());
            QVERIFY2(std::any_of(engine.events.begin(), engine.events.end(),
                                 [&](const auto& event) {
                                     return event.process == process &&
                                            (event.endpoint == number || event.endpoint2 == number) &&
                                            event.how == byteyard::ipc::How::Exact;
                                 }),
                     node);
        }
    }
};

QTEST_GUILESS_MAIN(TestEngineNames)
#include "tst_engine_names.moc"
