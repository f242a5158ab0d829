#include "log_samples.h"

#include "model/commands/export_command.h"
#include "model/log/csv.h"
#include "model/log/export.h"
#include "model/log/json_lines.h"
#include "model/log/session_file.h"
#include "model/log/text_lines.h"

#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace byteyard;
using namespace byteyard::model;
using namespace Qt::StringLiterals;
using samples::append;
using samples::transfer;

namespace {

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<QJsonObject> objects(const QByteArray& text)
{
    QList<QJsonObject> found;
    for (const QByteArray& line : text.split('\n'))
        if (!line.isEmpty())
            found.append(QJsonDocument::fromJson(line).object());
    return found;
}

/// RFC 4180 taken apart, independently of the writer.
QList<QList<QByteArray>> csvRows(const QByteArray& text)
{
    QList<QList<QByteArray>> rows;
    QList<QByteArray> row;
    QByteArray field;
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
                field += c;
                ++i;
            } else if (c == '"') {
                quoted = false;
            } else {
                field += c;
            }
        } else if (c == '"') {
            quoted = true;
        } else if (c == ',') {
            row.append(std::exchange(field, {}));
        } else if (c == '\n') {
            row.append(std::exchange(field, {}));
            rows.append(std::exchange(row, {}));
        } else if (c != '\r') {
            field += c;
        }
    }
    return rows;
}

void fill(EventStore& store)
{
    ipc::Event first = transfer(1, ipc::Call::Write, "notes.txt\n");
    first.time = 123'456;
    first.duration = 1200;
    append(store, first);
    ipc::Event cut = transfer(2, ipc::Call::Read, "abc");
    cut.result = 65'536;
    cut.dataState = ipc::DataState::Truncated;
    append(store, cut);
    append(store, samples::failure(3, EAGAIN));
    ipc::Event splice = transfer(4, ipc::Call::Splice, "");
    splice.endpoint2 = 7;
    splice.result = 1'310'720'000'000;
    splice.detailText = "path=/tmp/a%20b,c";
    append(store, splice);
    ipc::Event exit = transfer(5, ipc::Call::Exit, "");
    exit.endpoint = 0;
    exit.fd = -1;
    exit.time = 9'007'199'254'740'993'007ull; // more digits than a double has
    append(store, exit);
}

} // namespace

class TestLogExport : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-export-XXXXXX"_s};
    EventStore m_store;
    Catalog m_catalog = samples::catalog();

    QString exported(const QString& name, const LogFilter& filter = {})
    {
        JobControl control;
        ExportFormat format{};
        if (!exportFormatOf(name, format))
            qFatal("no format");
        const QString path = m_directory.filePath(name);
        const QString error = exportLog(path, format, m_store, m_catalog, filter, control);
        if (!error.isEmpty())
            qFatal("%s", qPrintable(error));
        return path;
    }

private Q_SLOTS:
    void initTestCase()
    {
        fill(m_store);
        m_catalog.events = m_store.end();
        m_catalog.endpoints[1].totals = {10, 65'536, 1, 1, 4, 1};
    }

    void theFormatIsToldByTheEnding()
    {
        ExportFormat format{};
        QVERIFY(exportFormatOf(u"a.b.jsonl"_s, format) && format == ExportFormat::JsonLines);
        QVERIFY(exportFormatOf(u"A.CSV"_s, format) && format == ExportFormat::Csv);
        QVERIFY(exportFormatOf(u"a.pcapng"_s, format) && format == ExportFormat::Pcapng);
        QVERIFY(exportFormatOf(u"a.payloads.pcapng.zst"_s, format) && format == ExportFormat::Payloads);
        QVERIFY(!exportFormatOf(u"a.json"_s, format));
        QVERIFY(!exportFormatOf(u"csv"_s, format));
    }

    void jsonLinesAreASessionItsEventsAndASummary()
    {
        const QByteArray text = contentsOf(exported(u"out.jsonl"_s));
        const QList<QJsonObject> all = objects(text);
        QCOMPARE(all.size(), 7);
        QCOMPARE(all[0], (QJsonObject{{u"type"_s, u"session"_s},
                                      {u"format"_s, 1},
                                      {u"topology"_s, m_catalog.topology},
                                      {u"capture"_s, u"ptrace"_s},
                                      {u"why"_s, QString()},
                                      {u"started"_s, u"2026-03-01T10:20:30.123Z"_s}}));
        QCOMPARE(all[1], (QJsonObject{{u"type"_s, u"event"_s},
                                      {u"seq"_s, 1},
                                      {u"time"_s, 0.000123456},
                                      {u"duration"_s, 0.0000012},
                                      {u"pid"_s, 4711},
                                      {u"tid"_s, 4711},
                                      {u"process"_s, u"ls"_s},
                                      {u"call"_s, u"write"_s},
                                      {u"fd"_s, 1},
                                      {u"endpoint"_s, u"my pipe"_s},
                                      {u"kind"_s, u"pipe"_s},
                                      {u"result"_s, 10},
                                      {u"error"_s, QJsonValue::Null},
                                      {u"requested"_s, 10},
                                      {u"data"_s, u"bm90ZXMudHh0Cg=="_s},
                                      {u"truncated"_s, false},
                                      {u"how"_s, u"exact"_s},
                                      {u"detail"_s, u""_s}}));
        QCOMPARE(all[2].value(u"truncated"_s).toBool(), true);
        QCOMPARE(all[3].value(u"error"_s).toString(), u"EAGAIN"_s);
        QCOMPARE(all[3].value(u"result"_s).toInteger(), -1);
        QCOMPARE(all[3].value(u"process"_s).toString(), u"grep \".txt\""_s);
        QCOMPARE(all[4].value(u"endpoint2"_s).toString(), u"öut"_s);
        QCOMPARE(all[4].value(u"kind2"_s).toString(), u"file"_s);
        QCOMPARE(all[4].value(u"result"_s).toInteger(), 1'310'720'000'000);
        QVERIFY(all[5].value(u"endpoint"_s).isNull());
        QVERIFY(all[5].value(u"fd"_s).isNull());
        const QJsonObject summary = all[6];
        QCOMPARE(summary.value(u"type"_s).toString(), u"summary"_s);
        QCOMPARE(summary.value(u"lost"_s).toInteger(), 0);
        QCOMPARE(summary.value(u"events"_s).toInteger(), 5);
        QCOMPARE(summary.value(u"exported"_s).toInteger(), 5);
        QCOMPARE(summary.value(u"dropped"_s).toInteger(), 0);
        QCOMPARE(summary.value(u"endpoints"_s)[0].toObject(), (QJsonObject{{u"name"_s, u"my pipe"_s},
                                                                           {u"kind"_s, u"pipe"_s},
                                                                           {u"bytes_in"_s, 10},
                                                                           {u"bytes_out"_s, 65'536},
                                                                           {u"messages_in"_s, 1},
                                                                           {u"messages_out"_s, 1},
                                                                           {u"capture"_s, u"exact"_s}}));
        QCOMPARE(summary.value(u"processes"_s)[0].toObject(), (QJsonObject{{u"name"_s, u"ls"_s},
                                                                           {u"pid"_s, 4711},
                                                                           {u"exit_code"_s, 0},
                                                                           {u"signal"_s, QJsonValue::Null}}));
        QCOMPARE(summary.value(u"processes"_s)[1].toObject().value(u"signal"_s).toString(), u"SIGPIPE"_s);
        QVERIFY(summary.value(u"processes"_s)[1].toObject().value(u"exit_code"_s).isNull());
    }

    void timesAreWrittenToTheNanosecond_data()
    {
        QTest::addColumn<quint64>("ns");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("design") << 123'456ull << QByteArray("0.000123456");
        QTest::newRow("tenths of microseconds") << 1'200ull << QByteArray("0.0000012");
        QTest::newRow("zero") << 0ull << QByteArray("0");
        QTest::newRow("one") << 1ull << QByteArray("0.000000001");
        QTest::newRow("whole") << 3'000'000'000ull << QByteArray("3");
        QTest::newRow("more than a double")
            << 9'007'199'254'740'993'007ull << QByteArray("9007199254.740993007");
    }
    void timesAreWrittenToTheNanosecond()
    {
        QFETCH(quint64, ns);
        QByteArray out;
        appendSeconds(out, ns);
        QTEST(out, "text");
    }

    void everyLineIsJsonForAnotherReaderToo()
    {
        QProcess python;
        python.start(u"python3"_s,
                     {u"-c"_s,
                      u"import json,sys\n"
                      "rows=[json.loads(l, parse_float=str) for l in open(sys.argv[1], encoding='utf-8')]\n"
                      "print(len(rows), rows[1]['time'], rows[5]['time'])"_s,
                      exported(u"other.jsonl"_s)});
        QVERIFY(python.waitForFinished(60'000));
        QCOMPARE(python.readAllStandardOutput().trimmed(), QByteArray("7 0.000123456 9007199254.740993007"));
    }

    void oddTextIsEscaped()
    {
        ipc::Event event = transfer(1, ipc::Call::Write, "");
        event.detailText = "a\"b\\c\nd\x01\xff";
        QByteArray out;
        appendEventJson(out, event.view(), NameTable(m_catalog).namesOf(event));
        QJsonParseError error;
        const QJsonObject object = QJsonDocument::fromJson(out, &error).object();
        QCOMPARE(error.error, QJsonParseError::NoError);
        QCOMPARE(object.value(u"detail"_s).toString(), u"a\"b\\c\nd\u0001\ufffd"_s);
    }

    void textIsALineACallAndMovesNoCursor()
    {
        const QList<QByteArray> lines = contentsOf(exported(u"out.txt"_s)).split('\n');
        QCOMPARE(lines.size(), 6); // the last one is ended
        QCOMPARE(lines[0],
                 QByteArray("    0.000123 ls[4711] write(1, 10) = 10 <0.000001>  my pipe  \"notes.txt\\n\""));
        QVERIFY2(lines[1].endsWith("my pipe  \"abc\"…"), lines[1].constData());
        QVERIFY2(lines[2].contains(" = -1 EAGAIN"), lines[2].constData());

        Catalog hostile = m_catalog;
        hostile.processes[1].name = u"a\x1b[2J\nb"_s;
        hostile.endpoints[1].name = u"x\u202ey\r"_s;
        ipc::Event event = transfer(1, ipc::Call::Write, "\x1b]0;t\x07");
        event.detailText = "path=/tmp/%1b%0a";
        QByteArray out;
        appendEventText(out, event.view(), hostile);
        QCOMPARE(out.count('\n'), 1);
        QVERIFY2(std::none_of(out.cbegin(), out.cend() - 1, [](uchar c) { return c < 0x20 || c == 0x7f; }),
                 out.toHex(' ').constData());
        QVERIFY2(out.contains("a\\x1b[2J\\x0ab[4711]") && out.contains("x\\u202ey\\x0d"), out.constData());
    }

    /// The bytes alone, as tshark reads them when it is told that user packets are data.
    void payloadsAreTheBytesThatMovedAndNothingElse()
    {
        const QString path = exported(u"out.payloads.pcapng"_s);
        const QByteArray bytes = contentsOf(path);
        QVERIFY(bytes.contains("notes.txt") && !bytes.contains("call=") && !bytes.contains("grep"));
        QProcess tshark;
        tshark.start(u"tshark"_s, {u"-r"_s, path, u"-o"_s,
                                   u"uat:user_dlts:\"User 0 (DLT=147)\",\"data\",\"0\",\"\",\"0\",\"\""_s,
                                   u"-T"_s, u"fields"_s, u"-e"_s, u"frame.interface_name"_s, u"-e"_s,
                                   u"frame.packet_flags_direction"_s, u"-e"_s, u"frame.cap_len"_s, u"-e"_s,
                                   u"frame.len"_s, u"-e"_s, u"data.data"_s});
        QVERIFY(tshark.waitForFinished(60'000) && tshark.exitCode() == 0);
        const QList<QByteArray> rows = tshark.readAllStandardOutput().trimmed().split('\n');
        QCOMPARE(rows.size(), 3); // the failed call moved nothing, the exit is on no endpoint
        QCOMPARE(rows[0].split('\t'),
                 (QList<QByteArray>{"my pipe", "0x00000002", "10", "10", "6e6f7465732e7478740a"}));
        QCOMPARE(rows[1].split('\t'), (QList<QByteArray>{"my pipe", "0x00000001", "3", "65536", "616263"}));
        QCOMPARE(rows[2].split('\t').mid(0, 3),
                 (QList<QByteArray>{"my pipe", "0x00000001", "0"})); // spliced: nobody saw them
        JobControl control;
        QVERIFY(!readSessionFile(path, control).error.isEmpty());
    }

    void csvHasTheSameFields()
    {
        const QList<QList<QByteArray>> rows = csvRows(contentsOf(exported(u"out.csv"_s)));
        QCOMPARE(rows.size(), 6);
        for (const QList<QByteArray>& row : rows)
            QCOMPARE(row.size(), rows[0].size());
        const auto cell = [&](qsizetype row, const char* column) {
            return rows[row][rows[0].indexOf(column)];
        };
        QCOMPARE(cell(1, "time"), QByteArray("0.000123456"));
        QCOMPARE(cell(1, "process"), QByteArray("ls"));
        QCOMPARE(cell(1, "data"), QByteArray("bm90ZXMudHh0Cg=="));
        QCOMPARE(cell(2, "data_state"), QByteArray("truncated"));
        QCOMPARE(cell(2, "process"), QByteArray("grep \".txt\""));
        QCOMPARE(cell(3, "error"), QByteArray("EAGAIN"));
        QCOMPARE(cell(4, "detail"), QByteArray("path=/tmp/a%20b,c"));
        QCOMPARE(cell(4, "endpoint2"), QByteArray("öut"));
        QCOMPARE(cell(5, "fd"), QByteArray());
    }

    void fieldsOfMessagesAndPeersStandByThemselves()
    {
        ipc::Event sent = transfer(1, ipc::Call::Msgsnd, "x");
        sent.detailText = "type=9223372036854775807 flags=IPC_NOWAIT";
        ipc::Event received = transfer(2, ipc::Call::Msgrcv, "x");
        received.detailText = "type=-2 got=1";
        ipc::Event ranked = transfer(3, ipc::Call::MqTimedsend, "x");
        ranked.detailText = "priority=9";
        ipc::Event reached = transfer(4, ipc::Call::Sendto, "x");
        reached.detailText = "peer=/tmp/a%20b";
        ipc::Event hostile = transfer(5, ipc::Call::Msgsnd, "x");
        hostile.detailText = "type=1}";
        QByteArray json;
        QByteArray csv;
        appendCsvHeader(csv);
        for (const ipc::Event& event : {sent, received, ranked, reached, hostile}) {
            appendEventJson(json, event.view(), NameTable(m_catalog).namesOf(event));
            json += '\n';
            appendEventCsv(csv, event.view(), NameTable(m_catalog).namesOf(event));
        }
        const QList<QJsonObject> lines = objects(json);
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines[0].value(u"message_type"_s).toInteger(), std::numeric_limits<qint64>::max());
        QCOMPARE(lines[1].value(u"message_type"_s).toInteger(), 1);
        QCOMPARE(lines[2].value(u"priority"_s).toInteger(), 9);
        QCOMPARE(lines[3].value(u"peer"_s).toString(), u"/tmp/a b"_s);
        for (const char* field : {"message_type", "priority", "peer"})
            QVERIFY(!lines[4].contains(QLatin1StringView(field)));
        const QList<QList<QByteArray>> rows = csvRows(csv);
        const auto cell = [&](qsizetype row, const char* column) {
            return rows[row][rows[0].indexOf(column)];
        };
        QCOMPARE(cell(1, "message_type"), QByteArray("9223372036854775807"));
        QCOMPARE(cell(2, "message_type"), QByteArray("1"));
        QCOMPARE(cell(3, "priority"), QByteArray("9"));
        QCOMPARE(cell(4, "peer"), QByteArray("/tmp/a b"));
        QCOMPARE(cell(5, "message_type"), QByteArray());
        QCOMPARE(cell(5, "detail"), QByteArray("type=1}"));
    }

    void whatIsMissingStandsInEveryExport()
    {
        EventStore small(3);
        fill(small);
        Catalog catalog = m_catalog;
        catalog.lost = 4;
        JobControl control;
        const QString json = m_directory.filePath(u"lost.jsonl"_s);
        QCOMPARE(exportLog(json, ExportFormat::JsonLines, small, catalog, {}, control), QString());
        const QJsonObject summary = objects(contentsOf(json)).constLast();
        QCOMPARE(summary.value(u"lost"_s).toInteger(), 4);
        QCOMPARE(summary.value(u"dropped"_s).toInteger(), 2);
        const QString csv = m_directory.filePath(u"lost.csv"_s);
        QCOMPARE(exportLog(csv, ExportFormat::Csv, small, catalog, {}, control), QString());
        const QList<QList<QByteArray>> rows = csvRows(contentsOf(csv));
        QCOMPARE(rows.constLast().constFirst(), QByteArray("lost"));
        QCOMPARE(rows.constLast().constLast(), QByteArray("lost=4 dropped=2"));
        QCOMPARE(rows.constLast().size(), rows[0].size());
        const QString payloads = m_directory.filePath(u"lost.payloads.pcapng"_s);
        QCOMPARE(exportLog(payloads, ExportFormat::Payloads, small, catalog, {}, control), QString());
        QVERIFY(contentsOf(payloads).contains("lost=4 dropped=2 gaps=0"));
        const QString text = m_directory.filePath(u"lost.txt"_s);
        QCOMPARE(exportLog(text, ExportFormat::Text, small, catalog, {}, control), QString());
        const QList<QByteArray> lines = contentsOf(text).trimmed().split('\n');
        QCOMPARE(lines.size(), 5);
        QVERIFY(lines[3].startsWith("4 events were lost") && lines[4].startsWith("2 events went"));
    }

    void aFilterChoosesTheRows()
    {
        LogFilter filter;
        filter.errorsOnly = true;
        QCOMPARE(objects(contentsOf(exported(u"errors.jsonl"_s, filter))).size(), 3);
        QCOMPARE(csvRows(contentsOf(exported(u"errors.csv"_s, filter))).size(), 2);
    }

    void anExportedSessionOpensAgain()
    {
        JobControl control;
        const SessionContent content = readSessionFile(exported(u"out.pcapng"_s), control);
        QCOMPARE(content.error, QString());
        QCOMPARE(content.note, QString());
        QCOMPARE(content.store->end(), m_store.end());
        QVERIFY(content.catalog.endpoints == m_catalog.endpoints);
        QVERIFY(content.catalog.processes == m_catalog.processes);
    }

    void aCancelledExportLeavesNothing()
    {
        JobControl control;
        control.cancelled = true;
        const QString path = m_directory.filePath(u"cancelled.csv"_s);
        QVERIFY(exportLog(path, ExportFormat::Csv, m_store, m_catalog, {}, control).contains(u"cancelled"_s));
        QVERIFY(!QFile::exists(path));
    }

    void noSpaceLeavesWhatWasThereAndSaysSo()
    {
        const QString path = m_directory.filePath(u"full.jsonl"_s);
        QFile old(path);
        QVERIFY(old.open(QIODevice::WriteOnly));
        old.write("old");
        old.close();
        EventStore large;
        for (quint64 i = 1; i <= 10'000; ++i)
            append(large, transfer(i, ipc::Call::Write, "0123456789"));
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{100'000, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
        QStringList errors;
        for (const ExportFormat format : {ExportFormat::JsonLines, ExportFormat::Csv, ExportFormat::Pcapng}) {
            JobControl control;
            errors.append(exportLog(path, format, large, m_catalog, {}, control));
        }
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, oldHandler);
        for (const QString& error : errors) {
            QVERIFY2(error.contains(u"File too large"_s) && error.contains(u"make room"_s),
                     qPrintable(error));
            QVERIFY(!error.contains(u'\n'));
        }
        QCOMPARE(contentsOf(path), QByteArray("old"));
        QCOMPARE(QDir(m_directory.path()).entryList({u"full*"_s}, QDir::Files), QStringList{u"full.jsonl"_s});
    }

    void aPlaceThatCannotBeWrittenIsSaid()
    {
        const QString fifo = m_directory.filePath(u"fifo.csv"_s);
        QCOMPARE(mkfifo(QFile::encodeName(fifo).constData(), 0600), 0);
        for (const QString& path : {m_directory.filePath(u"no/out.csv"_s), m_directory.path(), fifo}) {
            JobControl control;
            const QString error = exportLog(path, ExportFormat::Csv, m_store, m_catalog, {}, control);
            QVERIFY2(error.startsWith(path), qPrintable(path + u": "_s + error));
        }
        QVERIFY(!QFileInfo(fifo).isFile()); // nothing has taken its place
    }

    void theCommandExportsAndSaysWhatIsWrong()
    {
        const QString session = exported(u"session.pcapng"_s);
        const QString csv = m_directory.filePath(u"command.csv"_s);
        QCOMPARE(exportCommand({session, csv}), 0);
        QCOMPARE(csvRows(contentsOf(csv)).size(), 6);
        QCOMPARE(exportCommand({}), 2);
        QCOMPARE(exportCommand({session}), 2);
        QCOMPARE(exportCommand({session, csv, csv}), 2);
        QCOMPARE(exportCommand({session, m_directory.filePath(u"out.doc"_s)}), 2);
        QCOMPARE(exportCommand({m_directory.filePath(u"nowhere.pcapng"_s), csv}), 2);
        QCOMPARE(exportCommand({csv, m_directory.filePath(u"again.csv"_s)}), 2);
        QCOMPARE(exportCommand({session, m_directory.filePath(u"no/out.csv"_s)}), 1);
    }
};

QTEST_GUILESS_MAIN(TestLogExport)
#include "tst_log_export.moc"
