#include "command_line_run.h"

#include "model/log/session_file.h"
#include "model/log/statistics.h"
#include "model/session/session.h"
#include "model/topology/topology_file.h"

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace byteyard;
using namespace byteyard::model;
using namespace Qt::StringLiterals;

/// What a run tells whose calls are not followed one by one: in the summary, the log, the session file, live.
class TestSampledRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path())); }
    void theSummarySaysWhatIsKnownAndWhatNot();
    void gapsAreReadBackWithTheTotals();
    void aGapReplacesWhatWasKnownOfItWhileItWasOpen();
    void aProcessIsSwitchedWhileItRuns();

private:
    QString save(const QString& script, const QString& name)
    {
        Topology topology;
        const auto command = [](const QString& id, const QStringList& argv) {
            return Node{id, Kind::Command, id, {}, {{u"argv"_s, QJsonArray::fromStringList(argv)}}};
        };
        topology.nodes = {command(u"from"_s, {u"sh"_s, u"-c"_s, script}),
                          {u"pipe"_s, Kind::Pipe, u"pipe"_s, {}, {}},
                          command(u"to"_s, {u"cat"_s})};
        topology.edges = {{u"e1"_s, u"from"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                          {u"e2"_s, u"to"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
        const QString path = m_directory.filePath(name);
        const QString wrong = writeTopologyFile(topology, path);
        if (!wrong.isEmpty())
            qFatal("%s", qPrintable(wrong));
        return path;
    }
    static QJsonObject endpointOf(const QJsonObject& summary, const QString& name)
    {
        for (const QJsonValue& each : summary[u"endpoints"_s].toArray())
            if (each.toObject()[u"name"_s] == name)
                return each.toObject();
        return {};
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

void TestSampledRun::theSummarySaysWhatIsKnownAndWhatNot()
{
    const QString lab = save(u"echo abc; echo def"_s, u"sampled.byteyard"_s);
    const CommandLineRun run({u"run"_s, lab, u"--capture"_s, u"sampled"_s, u"--json"_s});
    QCOMPARE(run.status, 0);
    const QList<QJsonObject> lines = jsonLines(run.out);
    QCOMPARE(lines.first()[u"capture"_s].toString(), u"sampled"_s);
    QVERIFY(!lines.first()[u"why"_s].toString().isEmpty());
    const QJsonObject pipe = endpointOf(lines.last(), u"pipe"_s);
    QVERIFY(pipe[u"capture"_s] == u"sampled"_s || pipe[u"capture"_s] == u"unobserved"_s);
    QVERIFY(pipe[u"messages_in"_s].isNull());
    if (pipe[u"capture"_s] == u"sampled"_s)
        QVERIFY(pipe[u"bytes_in"_s].toInteger() <= 8); // never more than there was
    else
        QVERIFY(pipe[u"bytes_in"_s].isNull());
    qint64 written = 0;
    for (const QJsonObject& line : lines) {
        QVERIFY(line[u"call"_s] != u"write"_s);
        if (line[u"call"_s] == u"gap"_s && line[u"process"_s] == u"from"_s)
            written += line[u"detail"_s].toString().section(u"wchar="_s, 1).section(u' ', 0, 0).toLongLong();
    }
    QCOMPARE(written, 8);
}

void TestSampledRun::gapsAreReadBackWithTheTotals()
{
    const QString lab =
        save(u"for i in 1 2 3 4 5; do head -c 2000 /dev/zero; sleep 0.1; done"_s, u"recorded.byteyard"_s);
    const QString file = m_directory.filePath(u"sampled.pcapng"_s);
    const CommandLineRun run({u"run"_s, lab, u"--capture"_s, u"sampled"_s, u"--json"_s, u"--record"_s, file});
    QCOMPARE(run.status, 0);
    const QJsonObject told = endpointOf(jsonLines(run.out).last(), u"pipe"_s);
    JobControl control;
    const SessionContent content = readSessionFile(file, control);
    QVERIFY2(content.error.isEmpty() && content.note.isEmpty(), qPrintable(content.error + content.note));
    QCOMPARE(content.catalog.capture, u"sampled"_s);
    QVERIFY(!content.catalog.captureWhy.isEmpty());
    Statistics statistics;
    std::size_t gaps = 0;
    content.store->forEach(0, content.store->end(), [&](quint64, const ipc::EventView& event) {
        statistics.add(event);
        gaps += event.call == ipc::Call::Gap;
        return true;
    });
    QVERIFY(gaps > 2);
    Catalog counted = content.catalog;
    for (EndpointEntry& entry : counted.endpoints) {
        entry.totals = {};
        entry.capture = u"exact"_s;
        entry.messagesKnown = true;
    }
    statistics.totals().applyTo(counted);
    for (const EndpointEntry& entry : content.catalog.sortedEndpoints()) {
        QCOMPARE(counted.endpoints[entry.number].capture, entry.capture);
        QCOMPARE(counted.endpoints[entry.number].totals, entry.totals);
        if (entry.name == u"pipe"_s) {
            QCOMPARE(entry.capture, told[u"capture"_s].toString());
            QCOMPARE(qint64(entry.totals.bytesIn), told[u"bytes_in"_s].toInteger());
        }
    }
    QCOMPARE(content.catalog.events, statistics.totals().events);
}

void TestSampledRun::aGapReplacesWhatWasKnownOfItWhileItWasOpen()
{
    Statistics statistics;
    OpenGap open;
    open.gap = 3;
    open.how = ipc::How::Sampled;
    open.bytesIn = 100;
    open.writer = 1;
    statistics.setOpen(7, open);
    QCOMPARE(statistics.totals().endpoints[7].bytesIn, 100U);
    QCOMPARE(statistics.totals().edges[(EdgeKey{1, 7})].bytesIn, 100U);
    QCOMPARE(statistics.totals().knowledge[7].bytes, ipc::How::Sampled);
    ipc::EventView gap;
    gap.call = ipc::Call::Gap;
    gap.how = ipc::How::Sampled;
    gap.process = 1;
    gap.endpoint = 7;
    gap.detail = "why=budget gap=3 bytes_in=150 bytes_out=0";
    statistics.add(gap);
    QCOMPARE(statistics.totals().endpoints[7].bytesIn, 150U);
    statistics.setOpen(7, open); // comes late
    QCOMPARE(statistics.totals().endpoints[7].bytesIn, 150U);
    QCOMPARE(statistics.totals().events, 0U);
    open.gap = 4;
    statistics.setOpen(7, open);
    QCOMPARE(statistics.totals().endpoints[7].bytesIn, 250U);
    // What was lost is known exactly, messages too.
    gap.endpoint = 8;
    gap.how = ipc::How::Exact;
    gap.detail = "why=lost calls=2 bytes_in=10 bytes_out=0 messages_in=2 messages_out=0";
    statistics.add(gap);
    QVERIFY(!statistics.totals().knowledge.contains(8));
    QCOMPARE(statistics.totals().endpoints[8].messagesIn, 2U);
}

void TestSampledRun::aProcessIsSwitchedWhileItRuns()
{
    constexpr int patience = 30000;
    qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
    Session session;
    RunOptions options;
    options.capture = u"sampled"_s;
    const ReadResult lab =
        readTopologyFile(save(u"while :; do echo abc; sleep 0.02; done"_s, u"switched.byteyard"_s));
    session.run(lab.topology, options);
    const auto reader = [&] { return session.processOfNode(u"to"_s); };
    QTRY_VERIFY_WITH_TIMEOUT(reader() && reader()->sampled, patience);
    QCOMPARE(reader()->sampledWhy, u"run"_s);
    const auto reads = [&] {
        quint64 count = 0;
        session.store().forEach(0, session.store().end(), [&](quint64, const ipc::EventView& event) {
            count += event.call == ipc::Call::Read && event.process == reader()->entry.number;
            return true;
        });
        return count;
    };
    QCOMPARE(reads(), 0U);
    session.sampleProcess(reader()->entry.number, false);
    QTRY_VERIFY_WITH_TIMEOUT(!reader()->sampled && reads() > 3, patience);
    session.sampleProcess(reader()->entry.number, true);
    QTRY_VERIFY_WITH_TIMEOUT(reader()->sampled, patience);
    QCOMPARE(reader()->sampledWhy, u"person"_s);
    const quint64 seen = reads();
    QTRY_VERIFY_WITH_TIMEOUT(session.endpointOfNode(u"pipe"_s)->entry.capture != u"exact"_s, patience);
    QCOMPARE(reads(), seen);
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, patience);
}

QTEST_GUILESS_MAIN(TestSampledRun)
#include "tst_sampled_run.moc"
