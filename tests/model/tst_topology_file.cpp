#include "model/topology/topology_file.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

/// A sound document in which one piece of text is replaced by another.
QByteArray with(const QByteArray& from, const QByteArray& to)
{
    QByteArray text = R"({
  "edges": [
    {"endpoint": {"node": "pipe", "port": "write"}, "id": "e1", "process": {"node": "ls", "port": "1"}, "properties": {}},
    {"endpoint": {"node": "out", "port": "write"}, "id": "e2", "process": {"node": "wc", "port": "1"}, "properties": {"flags": ["O_CREAT"]}}
  ],
  "files": {"notes.txt": "text"},
  "format": 1,
  "nodes": [
    {"id": "ls", "kind": "command", "name": "ls", "position": [0, 0], "properties": {"argv": ["ls"]}},
    {"id": "pipe", "kind": "pipe", "name": "pipe", "position": [240, 20], "properties": {"capacity": 4096}},
    {"id": "wc", "kind": "command", "name": "wc", "position": [480, 0], "properties": {"argv": ["wc"]}},
    {"id": "out", "kind": "file", "name": "out", "position": [720, 20], "properties": {}}
  ],
  "pace": 0,
  "title": "Test"
}
)";
    if (!from.isEmpty()) {
        Q_ASSERT(text.count(from) == 1);
        text.replace(from, to);
    }
    return text;
}

QByteArray nested(int depth)
{
    return QByteArray(depth, '[') + QByteArray(depth, ']');
}

} // namespace

class TopologyFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrittenIsReadBack();
    void everyLabIsWrittenAsTheWriterWritesIt_data();
    void everyLabIsWrittenAsTheWriterWritesIt();
    void aDefaultIsNotKept();
    void aFaultHasItsLineItsReasonAndItsRemedy_data();
    void aFaultHasItsLineItsReasonAndItsRemedy();
    void everyFaultIsTold();
    void aFaultOfAFileNamesIt();
    void aHugeFileIsRefusedUnread();
    void whatIsNoFileIsRefused();
    void aTopologyAtTheLimitIsReadBack();
    void aFullDiskLeavesWhatWasThere();
    void aFolderThatIsNotThereIsSaid();
};

void TopologyFileTest::whatIsWrittenIsReadBack()
{
    const QByteArray text = with({}, {});
    const ReadResult read = readTopology(text);
    QVERIFY2(read.ok(), qPrintable(read.faults.value(0).what));
    QCOMPARE(read.topology.nodes.size(), 4);
    QCOMPARE(read.topology.node(u"pipe"_s)->property(u"capacity"_s).toInt(), 4096);
    QCOMPARE(read.topology.node(u"pipe"_s)->position, QPointF(240, 20));
    QCOMPARE(read.topology.edge(u"e2"_s)->properties.value(u"flags"_s).toArray(), QJsonArray{u"O_CREAT"_s});
    QByteArray canonical = text;
    canonical.replace(R"({"notes.txt": "text"})", "{\n    \"notes.txt\": \"text\"\n  }");
    QCOMPARE(QString::fromUtf8(writeTopology(read.topology)), QString::fromUtf8(canonical));
}

void TopologyFileTest::everyLabIsWrittenAsTheWriterWritesIt_data()
{
    QTest::addColumn<QString>("path");
    const QFileInfoList labs =
        QDir(QStringLiteral(BYTEYARD_SOURCE "/resources/labs")).entryInfoList({u"*.byteyard"_s});
    QVERIFY(labs.size() >= 6);
    for (const QFileInfo& lab : labs)
        QTest::newRow(qPrintable(lab.fileName())) << lab.filePath();
}

void TopologyFileTest::everyLabIsWrittenAsTheWriterWritesIt()
{
    QFETCH(const QString, path);
    Fault fault;
    const QByteArray bytes = readTopologyBytes(path, fault);
    const ReadResult read = readTopology(bytes);
    QVERIFY2(read.ok(), qPrintable(read.faults.value(0).what));
    QCOMPARE(QString::fromUtf8(writeTopology(read.topology)), QString::fromUtf8(bytes));
    for (const Fault& found : validate(read.topology))
        QFAIL(qPrintable(found.what));
    QVERIFY(!read.topology.title.isEmpty());
    QVERIFY(QFile::exists(u":/labs/"_s + QFileInfo(path).fileName()));
    QFile lesson(u":/lessons/%1.md"_s.arg(read.topology.lesson));
    QVERIFY(lesson.open(QIODevice::ReadOnly));
    const QByteArray words = lesson.readAll();
    for (const char* part :
         {"What to look at", "Predict first", "What happened and why", "The shell way", "The C way"})
        QVERIFY2(words.contains(QByteArray("\n## ") + part + '\n'), part);
}

void TopologyFileTest::aDefaultIsNotKept()
{
    const ReadResult read =
        readTopology(with(R"({"capacity": 4096})", R"({"capacity": 0, "packets": false})"));
    QVERIFY(read.ok());
    QVERIFY(read.topology.node(u"pipe"_s)->properties.isEmpty());
    // A file's write edge creates and truncates when nothing else is said.
    const ReadResult flags = readTopology(with(R"(["O_CREAT"])", R"(["O_TRUNC", "O_CREAT"])"));
    QVERIFY(flags.ok());
    QVERIFY(flags.topology.edge(u"e2"_s)->properties.isEmpty());
}

void TopologyFileTest::aFaultHasItsLineItsReasonAndItsRemedy_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("line");
    QTest::addColumn<QString>("reason"); // a piece of it
    const auto row = [](const char* name, const QByteArray& text, int line, const QString& reason) {
        QTest::newRow(name) << text << line << reason;
    };
    const QByteArray whole = with({}, {});
    row("empty", {}, 1, u"is empty"_s);
    row("blank", "\n\n  \n", 1, u"is empty"_s);
    row("cut", whole.left(whole.size() / 2), 9, u"is cut"_s);
    row("binary",
        QByteArray("\x7f"
                   "ELF\n\0\0",
                   7),
        2, u"binary"_s);
    row("not UTF-8", with("\"text\"", "\"t\xe9xt\""), 6, u"UTF-8"_s);
    row("not JSON", with("\"pace\": 0,", "\"pace\": 0;"), 14, u"not JSON"_s);
    row("an array", "[]", 1, u"one JSON object"_s);
    row("deep nesting", with("[240, 20]", nested(1100)), 10, u"deep"_s);
    row("deep nesting that JSON takes", with("[240, 20]", nested(500)), 10, u"position"_s);
    row("newer format", with("\"format\": 1", "\"format\": 2"), 7, u"newer Byteyard"_s);
    row("newer format by a half", with("\"format\": 1", "\"format\": 1.5"), 7, u"newer Byteyard"_s);
    row("older format", with("\"format\": 1", "\"format\": 0"), 7, u"format"_s);
    row("format of another type", with("\"format\": 1", "\"format\": \"1\""), 7, u"format"_s);
    row("no format", with("  \"format\": 1,\n", ""), 1, u"format"_s);
    row("a member twice", with("\"pace\": 0", "\"pace\": 0,\n  \"pace\": 1"), 15, u"twice"_s);
    row("a member twice, one escaped", with("\"pace\": 0", "\"pace\": 0,\n  \"p\\u0061ce\": 1"), 15,
        u"twice"_s);
    row("a member of a node twice", with(R"("id": "wc", )", R"("id": "wc", "id": "wc", )"), 11, u"twice"_s);
    row("unknown member", with("\"pace\": 0", "\"pace\": 0, \"size\": 1"), 14, u"“size”"_s);
    row("unknown member of a node", with(R"("id": "wc", )", R"("id": "wc", "color": 1, )"), 11, u"“color”"_s);
    row("pace too fast", with("\"pace\": 0", "\"pace\": 1001"), 14, u"pace"_s);
    row("pace of a half", with("\"pace\": 0", "\"pace\": 0.5"), 14, u"pace"_s);
    row("title of many lines", with("\"Test\"", "\"a\\nb\""), 15, u"title"_s);
    row("title of another type", with("\"Test\"", "7"), 15, u"title"_s);
    row("lesson that is a path", with("\"pace\": 0", "\"lesson\": \"../x\", \"pace\": 0"), 14, u"lesson"_s);
    row("no nodes", with("\"nodes\":", "\"pieces\":"), 8, u"pieces"_s);
    row("nodes of another type", R"({"format": 1, "edges": [], "nodes": {}})", 1, u"“nodes”"_s);
    row("a node that is a number", R"({"format": 1, "edges": [], "nodes": [1]})", 1, u"no id"_s);
    row("too many nodes",
        "{\"format\": 1, \"edges\": [], \"nodes\": [1" + QByteArray(",1").repeated(10000) + "]}", 1,
        u"10000"_s);
    row("too many edges",
        "{\"format\": 1, \"nodes\": [], \"edges\": [1" + QByteArray(",1").repeated(20000) + "]}", 1,
        u"20000"_s);
    row("unknown kind", with(R"("kind": "pipe")", R"("kind": "tube")"), 10, u"“tube”"_s);
    row("duplicate id", with(R"("id": "wc")", R"("id": "ls")"), 11, u"same id"_s);
    row("duplicate name", with(R"("name": "wc")", R"("name": "ls")"), 11, u"named “ls”"_s);
    row("an id with a space", with(R"("id": "out")", R"("id": "o t")"), 12, u"id"_s);
    row("an id too long", with(R"("id": "out")", "\"id\": \"" + QByteArray(65, 'x') + '"'), 12, u"id"_s);
    row("a name too long", with(R"("name": "out")", "\"name\": \"" + QByteArray(256, 'x') + '"'), 12,
        u"longer than 255"_s);
    row("an empty name", with(R"("name": "out")", R"("name": "")"), 12, u"empty"_s);
    row("a name with a line break", with(R"("name": "out")", R"("name": "o\nt")"), 12, u"control"_s);
    row("a name that is half a character", with(R"("name": "out")", R"("name": "\ud800")"), 12, u"valid"_s);
    row("a position of one", with("[240, 20]", "[240]"), 10, u"position"_s);
    row("a huge position", with("[240, 20]", "[240, 1e300]"), 10, u"position"_s);
    row("an endless position", with("[240, 20]", "[240, 1e999]"), 10, u""_s);
    row("a position of text", with("[240, 20]", "[\"NaN\", 0]"), 10, u"position"_s);
    row("unknown property", with(R"("capacity": 4096)", R"("length": 4096)"), 10, u"“length”"_s);
    row("a property of another kind", with(R"("capacity": 4096)", R"("argv": ["ls"])"), 10, u"“argv”"_s);
    row("a property of another type", with("4096", "\"4096\""), 10, u"whole number"_s);
    row("a property out of range", with("4096", "-1"), 10, u"whole number"_s);
    row("properties of another type", with(R"({"capacity": 4096})", "[]"), 10, u"no object"_s);
    row("argv of numbers", with(R"(["wc"])", "[1]"), 11, u"array of strings"_s);
    row("argv with a zero", with(R"(["wc"])", R"(["w\u0000c"])"), 11, u"zero"_s);
    row("an argument too long", with(R"(["wc"])", "[\"" + QByteArray(131072, 'x') + "\"]"), 11, u"131071"_s);
    row("argv too long in all",
        with(R"(["wc"])", "[" + ('"' + QByteArray(100000, 'x') + "\",").repeated(10) + "\"" +
                              QByteArray(60000, 'x') + "\"]"),
        11, u"1 MiB"_s);
    row("environment without a name", with(R"("argv": ["wc"])", R"("environment": {"": "x"})"), 11,
        u"variable"_s);
    row("environment of numbers", with(R"("argv": ["wc"])", R"("environment": {"A": 1})"), 11, u"strings"_s);
    row("a start without seconds", with(R"("argv": ["wc"])", R"("start": {"when": "after"})"), 11,
        u"seconds"_s);
    row("a start long from now", with(R"("argv": ["wc"])", R"("start": {"when": "after", "seconds": 1e9})"),
        11, u"seconds"_s);
    row("a start at an unknown time", with(R"("argv": ["wc"])", R"("start": {"when": "later"})"), 11,
        u"when"_s);
    row("a start with more", with(R"("argv": ["wc"])", R"("start": {"when": "at-once", "node": "ls"})"), 11,
        u"member"_s);
    row("a target of another sort", with(R"("argv": ["wc"])", R"("stdout": "file:")"), 11, u"file:PATH"_s);
    row("a path too long",
        with("[720, 20], \"properties\": {}",
             "[720, 20], \"properties\": {\"path\": \"" + QByteArray(4096, 'x') + "\"}"),
        12, u"4095"_s);
    row("a mode of letters",
        with("[720, 20], \"properties\": {}", "[720, 20], \"properties\": {\"mode\": \"rw\"}"), 12,
        u"mode"_s);
    row("a choice that is none",
        with("[720, 20], \"properties\": {}", "[720, 20], \"properties\": {\"made-by\": \"me\"}"), 12,
        u"engine, program"_s);
    row("an unknown flag", with(R"(["O_CREAT"])", R"(["O_PATH"])"), 4, u"O_APPEND"_s);
    row("a flag twice", with(R"(["O_CREAT"])", R"(["O_SYNC", "O_SYNC"])"), 4, u"twice"_s);
    row("a property of a pipe's edge",
        with(R"("port": "1"}, "properties": {}})", R"("port": "1"}, "properties": {"shared": "x"}})"), 3,
        u"“shared”"_s);
    row("dangling edge, no endpoint", with(R"("node": "pipe", "port")", R"("node": "tube", "port")"), 3,
        u"“tube”"_s);
    row("dangling edge, no process", with(R"({"node": "wc", "port": "1"})", R"({"node": "cw", "port": "1"})"),
        4, u"“cw”"_s);
    row("an edge without an end", with(R"({"node": "wc", "port": "1"})", "1"), 4, u"no node"_s);
    row("an edge to a process",
        with(R"("node": "pipe", "port": "write")", R"("node": "wc", "port": "write")"), 3, u"no endpoint"_s);
    row("an edge from an endpoint",
        with(R"({"node": "wc", "port": "1"})", R"({"node": "pipe", "port": "1"})"), 4, u"no process"_s);
    row("duplicate edge id", with(R"("id": "e2")", R"("id": "e1")"), 4, u"same id"_s);
    row("two edges on one fd", with(R"({"node": "wc", "port": "1"})", R"({"node": "ls", "port": "1"})"), 4,
        u"already"_s);
    row("a port of another kind",
        with(R"("node": "pipe", "port": "write")", R"("node": "pipe", "port": "a")"), 3, u"no port “a”"_s);
    row("an fd too high", with(R"({"node": "wc", "port": "1"})", R"({"node": "wc", "port": "1024"})"), 4,
        u"1023"_s);
    row("an fd below 0", with(R"({"node": "wc", "port": "1"})", R"({"node": "wc", "port": "-1"})"), 4,
        u"1023"_s);
    row("an fd with a zero before it",
        with(R"({"node": "wc", "port": "1"})", R"({"node": "wc", "port": "01"})"), 4, u"1023"_s);
    row("a file outside", with("\"notes.txt\"", "\"../notes.txt\""), 6, u"plain file name"_s);
    row("a file from the root", with("\"notes.txt\"", "\"/etc/passwd\""), 6, u"plain file name"_s);
    row("a file that is the folder", with("\"notes.txt\"", "\"..\""), 6, u"plain file name"_s);
    row("a file with a zero", with("\"notes.txt\"", "\"a\\u0000b\""), 6, u"plain file name"_s);
    row("a file of no text", with("\"text\"", "[]"), 6, u"no text"_s);
    row("files of another type", with("{\"notes.txt\": \"text\"}", "[]"), 6, u"“files”"_s);
}

void TopologyFileTest::aFaultHasItsLineItsReasonAndItsRemedy()
{
    QFETCH(const QByteArray, text);
    QFETCH(const int, line);
    QFETCH(const QString, reason);
    const ReadResult read = readTopology(text);
    QVERIFY(!read.ok());
    const Fault& fault = read.faults.first();
    QVERIFY2(fault.what.contains(reason), qPrintable(fault.what));
    QCOMPARE(fault.line, line);
    QCOMPARE(fault.severity, Fault::Severity::Error);
    QVERIFY(!fault.remedy.isEmpty());
    QVERIFY(!fault.what.contains(u'\n'));
    QVERIFY(fault.what.endsWith(u'.'));
    QCOMPARE(read.topology, Topology());
}

void TopologyFileTest::everyFaultIsTold()
{
    QByteArray text = with(R"("kind": "pipe")", R"("kind": "tube")");
    text.replace("\"pace\": 0", "\"pace\": -1").replace(R"(["ls"])", "7");
    const ReadResult read = readTopology(text);
    QList<int> lines;
    for (const Fault& fault : read.faults)
        lines.append(fault.line);
    QCOMPARE(lines, (QList<int>{14, 9, 10, 3})); // the edge to what is no node, too
    QCOMPARE(read.faults.at(1).node, u"ls"_s);
    QCOMPARE(read.faults.at(3).edge, u"e1"_s);
}

void TopologyFileTest::aFaultOfAFileNamesIt()
{
    const QTemporaryDir dir(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    QFile file(dir.filePath(u"lab.byteyard"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(with(R"("kind": "pipe")", R"("kind": "tube")"));
    file.close();
    const ReadResult read = readTopologyFile(file.fileName());
    QVERIFY2(read.faults.first().what.startsWith(u"lab.byteyard, line 10: "_s),
             qPrintable(read.faults.first().what));
}

void TopologyFileTest::aHugeFileIsRefusedUnread()
{
    const QTemporaryDir dir(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    QFile file(dir.filePath(u"huge.byteyard"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.resize(100 << 20));
    file.close();
    const ReadResult read = readTopologyFile(file.fileName());
    QVERIFY(read.faults.value(0).what.contains(u"16 MiB"_s));
}

void TopologyFileTest::whatIsNoFileIsRefused()
{
    QVERIFY(readTopologyFile(u"/nowhere/at.byteyard"_s)
                .faults.value(0)
                .what.contains(u"no file /nowhere/at.byteyard"_s));
    QVERIFY(readTopologyFile(u"/tmp"_s).faults.value(0).what.contains(u"no regular file"_s));
    QVERIFY(readTopologyFile(u"/dev/zero"_s).faults.value(0).what.contains(u"no regular file"_s));
}

void TopologyFileTest::aTopologyAtTheLimitIsReadBack()
{
    Topology large;
    for (int i = 0; i < maxNodes; ++i) {
        Node node;
        node.id = node.name = QString::number(i);
        node.kind = i % 2 == 0 ? Kind::Command : Kind::Pipe;
        large.nodes.append(node);
    }
    for (int i = 0; i < maxEdges; ++i) {
        Edge edge;
        edge.id = QString::number(i);
        edge.process = QString::number(i / 4 * 2);
        edge.processPort = QString::number(i % 4);
        edge.endpoint = QString::number(i / 4 * 2 + 1);
        edge.endpointPort = i % 2 == 0 ? u"read"_s : u"write"_s;
        large.edges.append(edge);
    }
    const QByteArray text = writeTopology(large);
    const ReadResult read = readTopology(text);
    QVERIFY2(read.ok(), qPrintable(read.faults.value(0).what));
    QCOMPARE(read.topology, large);
    validate(large);
}

void TopologyFileTest::aFullDiskLeavesWhatWasThere()
{
    const QTemporaryDir dir(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    const QString path = dir.filePath(u"lab.byteyard"_s);
    Topology topology;
    topology.title = u"Before"_s;
    QCOMPARE(writeTopologyFile(topology, path), QString());
    topology.title = u"After"_s;
    topology.files.insert(u"large.txt"_s, QString(200000, u'x'));
    // A limit on the size of files stands for the full disk: write(2) fails in the same place.
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{65536, before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    const QString fault = writeTopologyFile(topology, path);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(fault.contains(u"was not written"_s) && fault.contains(u"only 65536 of"_s), qPrintable(fault));
    QCOMPARE(readTopologyFile(path).topology.title, u"Before"_s);
    QCOMPARE(QDir(dir.path()).entryList(QDir::Files), QStringList{u"lab.byteyard"_s});
}

void TopologyFileTest::aFolderThatIsNotThereIsSaid()
{
    const QString fault = writeTopologyFile({}, u"/nowhere/lab.byteyard"_s);
    QVERIFY2(fault.startsWith(u"/nowhere/lab.byteyard was not written: "_s) && fault.contains(u"folder"_s),
             qPrintable(fault));
}

QTEST_GUILESS_MAIN(TopologyFileTest)
#include "tst_topology_file.moc"
