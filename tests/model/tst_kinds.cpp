#include "model/session/engine_topology.h"
#include "model/session/keep.h"
#include "model/session/live_state.h"
#include "model/session/message.h"
#include "model/topology/topology_file.h"
#include "model/topology/validate_names.h"

#include <QJsonArray>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

/// Every kind of endpoint, and actors, in the document and as the engine tells of them.
class TestKinds : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindGoesThroughItsFile_data();
    void everyKindGoesThroughItsFile();
    void whatIsOnlyFoundIsNoKindOfATopology();
    void whatHasNoDescriptorIsConnectedByAHandle();
    void aHandleIsFreeAndFits();
    void oddNamesAreRefusedInWords_data();
    void oddNamesAreRefusedInWords();
    void anActorWithoutAScriptIsAFault();
    void factsAndTilesAreTypedAndChecked();
    void whoHasATerminalAsStandardDescriptorIsAtItsSlave();
    void aConnectionsTotalsAreItsListenersToo();
};

namespace {

Node node(const QString& id, Kind kind, const QJsonObject& properties = {})
{
    Node made;
    made.id = id;
    made.kind = kind;
    made.name = id;
    made.properties = properties;
    return made;
}

std::optional<protocol::Message> read(const QByteArray& json, QString& fault)
{
    return protocol::readControl(
        std::as_bytes(std::span(json.constData(), static_cast<std::size_t>(json.size()))), fault);
}

} // namespace

void TestKinds::everyKindGoesThroughItsFile_data()
{
    QTest::addColumn<QString>("id");
    for (const KindInfo& info : allKinds())
        QTest::newRow(qPrintable(info.id)) << info.id;
}

void TestKinds::whatIsOnlyFoundIsNoKindOfATopology()
{
    QCOMPARE(everyKind().size(), allKinds().size() + 1);
    QVERIFY(!canBeDrawn(Kind::Socket));
    Topology topology;
    topology.nodes = {node(u"n"_s, Kind::Socket)};
    const ReadResult back = readTopology(writeTopology(topology));
    QVERIFY(!back.ok());
    QVERIFY2(back.faults.constFirst().what.contains(u"there is no kind “socket”"_s),
             qPrintable(back.faults.constFirst().what));
}

void TestKinds::everyKindGoesThroughItsFile()
{
    QFETCH(QString, id);
    Kind kind{};
    QVERIFY(kindFromId(id, kind));
    QCOMPARE(kindId(kind), id);
    const KindInfo info = kindInfo(kind);
    QVERIFY(!info.title.isEmpty() && !info.description.isEmpty() && !info.group.isEmpty());
    QCOMPARE(info.ports.isEmpty(), info.isProcess);
    for (const PropertySpec& property : info.properties)
        QCOMPARE(property.fault(property.defaultValue), QString());
    Topology topology;
    topology.nodes = {node(u"p"_s, Kind::Command, {{u"argv"_s, QJsonArray{u"true"_s}}}), node(u"n"_s, kind)};
    if (!info.isProcess)
        for (const QString& port : info.ports)
            topology.edges.append(
                {u"e"_s + port, u"p"_s, topology.freePort(u"p"_s, u"n"_s, port), u"n"_s, port, {}});
    for (qsizetype i = 1; i < topology.edges.size(); ++i)
        topology.edges[i].processPort = needsHandle(kind) ? u"handle_%1"_s.arg(i) : QString::number(10 + i);
    const ReadResult back = readTopology(writeTopology(topology));
    QVERIFY2(back.ok(), back.ok() ? "" : qPrintable(back.faults.constFirst().what));
    QCOMPARE(back.topology, topology);
}

void TestKinds::whatHasNoDescriptorIsConnectedByAHandle()
{
    Topology topology;
    topology.nodes = {node(u"p"_s, Kind::Command), node(u"queue"_s, Kind::SysvQueue),
                      node(u"pipe"_s, Kind::Pipe), node(u"actor"_s, Kind::Actor)};
    QCOMPARE(topology.freePort(u"p"_s, u"queue"_s, u"send"_s), u"queue"_s);
    QCOMPARE(topology.freePort(u"p"_s, u"pipe"_s, u"write"_s), u"1"_s);
    QCOMPARE(topology.freePort(u"actor"_s, u"pipe"_s, u"write"_s), u"pipe"_s);
    QVERIFY(!connectionFault(topology, u"p"_s, u"1"_s, u"queue"_s, u"send"_s).isEmpty());
    QVERIFY(connectionFault(topology, u"p"_s, u"work"_s, u"queue"_s, u"send"_s).isEmpty());
    QVERIFY(!connectionFault(topology, u"p"_s, u"work"_s, u"pipe"_s, u"write"_s).isEmpty());
    QVERIFY(connectionFault(topology, u"actor"_s, u"out"_s, u"pipe"_s, u"write"_s).isEmpty());
    QVERIFY(!connectionFault(topology, u"actor"_s, u"Not a name"_s, u"pipe"_s, u"write"_s).isEmpty());
}

void TestKinds::aHandleIsFreeAndFits()
{
    Topology topology;
    topology.nodes = {node(u"p"_s, Kind::Actor), node(u"q"_s, Kind::SysvQueue)};
    topology.nodes[1].name = u"7 Größe & co of a queue with a name that goes on and on"_s;
    const QString first = topology.freeHandle(u"p"_s, u"q"_s);
    QVERIFY2(isHandlePort(first), qPrintable(first));
    topology.edges.append({u"e1"_s, u"p"_s, first, u"q"_s, u"send"_s, {}});
    const QString second = topology.freeHandle(u"p"_s, u"q"_s);
    QVERIFY2(isHandlePort(second) && second != first, qPrintable(second));
}

void TestKinds::oddNamesAreRefusedInWords_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QJsonObject>("properties");
    QTest::addColumn<bool>("sound");
    const auto path = [](const QString& text) { return QJsonObject{{u"path"_s, text}}; };
    const QString folder = u"/tmp/"_s;
    QTest::newRow("socket path of 107 bytes")
        << Kind::UnixStream << path(folder + QString(107 - folder.size(), u'x')) << true;
    QTest::newRow("socket path of 108 bytes")
        << Kind::UnixStream << path(folder + QString(108 - folder.size(), u'x')) << false;
    QTest::newRow("abstract name of 107 bytes")
        << Kind::UnixDatagram << path(u'@' + QString(107, u'x')) << true;
    QTest::newRow("abstract name of 108 bytes")
        << Kind::UnixDatagram << path(u'@' + QString(108, u'x')) << false;
    QTest::newRow("posix name of 255 bytes") << Kind::PosixQueue << path(u'/' + QString(254, u'x')) << true;
    QTest::newRow("posix name of 256 bytes") << Kind::PosixQueue << path(u'/' + QString(255, u'x')) << false;
    QTest::newRow("posix semaphore's prefix counts")
        << Kind::PosixSemaphore << path(u'/' + QString(251, u'x')) << false;
    QTest::newRow("posix name without a slash") << Kind::PosixShm << path(u"work"_s) << false;
    QTest::newRow("posix name with two slashes") << Kind::PosixShm << path(u"/a/b"_s) << false;
    QTest::newRow("a key") << Kind::SysvQueue << QJsonObject{{u"key"_s, u"0x4d51"_s}} << true;
    QTest::newRow("a key without 0x") << Kind::SysvQueue << QJsonObject{{u"key"_s, u"4d51"_s}} << false;
    QTest::newRow("a key of nine digits")
        << Kind::SysvShm << QJsonObject{{u"key"_s, u"0x123456789"_s}} << false;
    QTest::newRow("an id that is to be made") << Kind::SysvShm << QJsonObject{{u"key"_s, u"id:7"_s}} << false;
    QTest::newRow("an existing id") << Kind::SysvShm
                                    << QJsonObject{{u"key"_s, u"id:7"_s}, {u"existing"_s, true}} << true;
    QTest::newRow("existing without a name") << Kind::SysvShm << QJsonObject{{u"existing"_s, true}} << false;
    QTest::newRow("IPv6") << Kind::Tcp << QJsonObject{{u"address"_s, u"::1"_s}} << true;
    QTest::newRow("a host name") << Kind::Tcp << QJsonObject{{u"address"_s, u"localhost"_s}} << false;
}

void TestKinds::oddNamesAreRefusedInWords()
{
    QFETCH(Kind, kind);
    QFETCH(QJsonObject, properties);
    QFETCH(bool, sound);
    const auto fault = endpointNameFault(node(u"n"_s, kind, properties));
    QCOMPARE(!fault, sound);
    if (fault)
        QVERIFY(!fault->what.isEmpty() && !fault->remedy.isEmpty());
}

void TestKinds::anActorWithoutAScriptIsAFault()
{
    Topology topology;
    topology.nodes = {node(u"a"_s, Kind::Actor)};
    QList<Fault> faults = validate(topology);
    QCOMPARE(faults.size(), 1);
    QCOMPARE(faults.constFirst().severity, Fault::Severity::Error);
    topology.nodes[0].properties.insert(u"script"_s, u"print(1)"_s);
    QVERIFY(validate(topology).isEmpty());
    QCOMPARE(scriptOf(topology.nodes.constFirst()), u"print(1)"_s);
    const PropertySpec script = *findProperty(kindInfo(Kind::Actor).properties, u"script"_s);
    QVERIFY(script.fault(QString(64 << 10, u'x')).isEmpty());
    QVERIFY(!script.fault(QString((64 << 10) + 1, u'x')).isEmpty());
    const PropertySpec values = *findProperty(kindInfo(Kind::SysvSemaphore).properties, u"values"_s);
    QVERIFY(values.fault(QJsonArray{0, 32767}).isEmpty());
    QVERIFY(!values.fault(QJsonArray{32768}).isEmpty());
    QVERIFY(!values.fault(QJsonArray()).isEmpty());
}

void TestKinds::factsAndTilesAreTypedAndChecked()
{
    QString fault;
    const auto message = read(
        R"({"type":"sample","time":5,"endpoints":[{"endpoint":3,"fill":7,"capacity":16384,
            "facts":{"msg_qnum":1,"values":[1,2]},"tiles":[{"type":9,"size":4,"head":"YWJjZA==","known":true}],
            "tilesTotal":1,"attached":[{"process":0,"pid":4,"address":8192}]}]})",
        fault);
    QVERIFY2(message, qPrintable(fault));
    LiveState live;
    protocol::EndpointChange change;
    change.endpoint = 3;
    change.kind = u"sysv-queue"_s;
    change.state = u"live"_s;
    change.id = 0;
    change.key = u"0x4d51"_s;
    live.apply(change);
    live.apply(std::get<protocol::Sample>(*message));
    const LiveEndpoint* endpoint = live.endpoint(3);
    QCOMPARE(endpoint->entry.id, 0);
    QCOMPARE(endpoint->entry.facts.value("msg_qnum"_L1).toInt(), 1);
    QCOMPARE(endpoint->tiles.size(), 1);
    QCOMPARE(endpoint->tiles.constFirst().head, QByteArray("abcd"));
    QCOMPARE(endpoint->attached.constFirst().address, 8192u);
    QCOMPARE(endpoint->fill, std::optional<quint64>(7));
    // What the kernel does not tell is not there: it is not zero.
    const auto silent =
        read(R"({"type":"sample","time":6,"endpoints":[{"endpoint":3,"fill2":0,"capacity":0}]})", fault);
    QVERIFY2(silent, qPrintable(fault));
    live.apply(std::get<protocol::Sample>(*silent));
    QVERIFY(!live.endpoint(3)->fill);
    QCOMPARE(live.endpoint(3)->fill2, std::optional<quint64>(0));
    for (const QByteArray bad :
         {R"({"type":"sample","time":5,"endpoints":[{"endpoint":3,"facts":[1]}]})",
          R"({"type":"sample","time":5,"endpoints":[{"endpoint":3,"facts":{"a":{}}}]})",
          R"({"type":"sample","time":5,"endpoints":[{"endpoint":3,"tiles":[{"head":"*"}]}]})",
          R"({"type":"endpoint","endpoint":1,"kind":"tcp","state":"live","port":65536})",
          R"({"type":"actor-line","process":0,"line":1})"}) {
        QVERIFY2(!read(bad, fault), bad.constData());
        QVERIFY(!fault.isEmpty());
    }
}

void TestKinds::whoHasATerminalAsStandardDescriptorIsAtItsSlave()
{
    LiveEdge edge;
    for (const auto& [fd, port] :
         {std::pair{0, u"slave"_s}, {1, u"slave"_s}, {2, u"slave"_s}, {7, u"master"_s}}) {
        edge.fds = {fd};
        QCOMPARE(undrawnEdge(edge, {}, Kind::Pty).port, port);
    }
}

void TestKinds::aConnectionsTotalsAreItsListenersToo()
{
    Catalog catalog;
    for (const quint32 number : {1u, 2u}) {
        EndpointEntry entry;
        entry.number = number;
        entry.parent = number == 2 ? 1 : 0;
        catalog.endpoints.insert(number, entry);
    }
    Statistics statistics;
    byteyard::ipc::EventView event;
    event.process = 1;
    event.endpoint = 2;
    event.call = byteyard::ipc::Call::Write;
    event.result = 10;
    statistics.add(event);
    statistics.totals().applyTo(catalog);
    QCOMPARE(catalog.endpoints.value(2).totals.bytesIn, 10u);
    QCOMPARE(catalog.endpoints.value(1).totals.bytesIn, 10u);
}

QTEST_GUILESS_MAIN(TestKinds)
#include "tst_kinds.moc"
