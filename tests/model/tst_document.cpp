#include "model/topology/document.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

class DocumentTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aNodeKeepsItsIdThroughUndoAndRedo();
    void aNodeIsNamedAfterItsCommand();
    void removingANodeTakesItsEdgesInOneStep();
    void movesOfOneDragAreOneStep();
    void aDragBackToItsStartIsNoStep();
    void aPropertySetToItsDefaultLeavesTheMap();
    void whatCannotBeIsRefusedAndIsNoStep();
    void twoProcessesGetAPipeInOneStep();
    void theNaturalFreeFdIsTaken();
    void whyAConnectionCannotBeIsSaid();
    void anEdgeOfAFileHasPropertiesAndAPipesHasNone();
    void aFragmentGetsIdsAndNamesThatAreFree();
    void titleAndPaceAreUndone();
    void savedIsCleanAndLoadsAsTheSame();
    void aFileThatCannotBeReadLeavesTheDocument();
    void manyRandomStepsAreUndoneAndRedone();
};

namespace {

QString addCommand(Document& document, const QStringList& argv)
{
    return document.addNode(Kind::Command, {0, 0}, {{u"argv"_s, QJsonArray::fromStringList(argv)}});
}

} // namespace

void DocumentTest::aNodeKeepsItsIdThroughUndoAndRedo()
{
    Document document;
    QSignalSpy added(&document, &Document::nodeAdded);
    QSignalSpy removed(&document, &Document::nodeRemoved);
    const QString id = document.addNode(Kind::Pipe, {240, 20});
    QCOMPARE(id, u"pipe"_s);
    QCOMPARE(document.undoStack()->undoText(), u"Add pipe"_s);
    const Topology after = document.topology();
    document.undoStack()->undo();
    QCOMPARE(document.topology(), Topology());
    document.undoStack()->redo();
    QCOMPARE(document.topology(), after);
    QCOMPARE(added.count(), 2);
    QCOMPARE(removed.count(), 1);
    QCOMPARE(added.last().first().toString(), id);
}

void DocumentTest::aNodeIsNamedAfterItsCommand()
{
    Document document;
    QCOMPARE(addCommand(document, {u"/usr/bin/grep"_s, u"x"_s}), u"grep"_s);
    const QString second = addCommand(document, {u"grep"_s});
    QCOMPARE(second, u"grep-2"_s);
    QCOMPARE(document.topology().node(second)->name, u"grep 2"_s);
    const QString given = document.addNode(Kind::File, {}, {}, u"Größe x.txt"_s);
    QCOMPARE(given, u"Gr--e-x.txt"_s);
    QCOMPARE(document.topology().node(given)->name, u"Größe x.txt"_s);
}

void DocumentTest::removingANodeTakesItsEdgesInOneStep()
{
    Document document;
    document.addFragment(parsePipeline(u"ls | grep x | wc"_s).fragment, {0, 0}, u"Add pipeline"_s);
    const Topology before = document.topology();
    QSignalSpy edges(&document, &Document::edgeRemoved);
    QSignalSpy nodes(&document, &Document::nodeRemoved);
    document.remove({u"grep"_s}, {});
    QCOMPARE(edges.count(), 2);
    QCOMPARE(nodes.count(), 1);
    QCOMPARE(document.topology().edges.size(), 2);
    QCOMPARE(document.undoStack()->undoText(), u"Remove grep"_s);
    document.undoStack()->undo();
    QCOMPARE(document.topology(), before);
    document.remove({}, {u"nothing"_s});
    QVERIFY(document.undoStack()->canRedo()); // nothing was pushed
}

void DocumentTest::movesOfOneDragAreOneStep()
{
    Document document;
    const QString a = addCommand(document, {u"a"_s});
    const QString b = addCommand(document, {u"b"_s});
    const int steps = document.undoStack()->count();
    for (int i = 1; i <= 50; ++i)
        document.moveNodes({{a, QPointF(i, i)}, {b, QPointF(2 * i, 0)}}, 7);
    QCOMPARE(document.undoStack()->count(), steps + 1);
    document.moveNodes({{a, QPointF(100, 0)}}, 8);
    QCOMPARE(document.undoStack()->count(), steps + 2);
    document.moveNodes({{a, QPointF(120, 0)}});
    document.moveNodes({{a, QPointF(140, 0)}});
    QCOMPARE(document.undoStack()->count(), steps + 4);
    document.undoStack()->setIndex(steps + 1);
    QCOMPARE(document.topology().node(b)->position, QPointF(100, 0));
    QSignalSpy changed(&document, &Document::nodeChanged);
    document.undoStack()->undo();
    QCOMPARE(changed.count(), 2);
    QCOMPARE(document.topology().node(a)->position, QPointF(0, 0));
    QCOMPARE(document.topology().node(b)->position, QPointF(0, 0));
}

void DocumentTest::aDragBackToItsStartIsNoStep()
{
    Document document;
    const QString a = addCommand(document, {u"a"_s});
    document.undoStack()->setClean();
    document.moveNodes({{a, QPointF(20, 0)}}, 1);
    QVERIFY(document.isModified());
    document.moveNodes({{a, QPointF(0, 0)}}, 1);
    QCOMPARE(document.undoStack()->count(), 1);
    QVERIFY(!document.isModified());
}

void DocumentTest::aPropertySetToItsDefaultLeavesTheMap()
{
    Document document;
    const QString pipe = document.addNode(Kind::Pipe, {});
    QCOMPARE(document.setProperty(pipe, u"capacity"_s, 4096), QString());
    QCOMPARE(document.undoStack()->undoText(), u"Set Capacity of pipe"_s);
    QCOMPARE(document.topology().node(pipe)->properties.size(), 1);
    QCOMPARE(document.setProperty(pipe, u"capacity"_s, 0), QString());
    QVERIFY(document.topology().node(pipe)->properties.isEmpty());
    const int steps = document.undoStack()->count();
    document.setProperty(pipe, u"capacity"_s, 0);
    QCOMPARE(document.undoStack()->count(), steps);
    document.undoStack()->undo();
    QCOMPARE(document.topology().node(pipe)->property(u"capacity"_s).toInt(), 4096);
}

void DocumentTest::whatCannotBeIsRefusedAndIsNoStep()
{
    Document document;
    const QString pipe = document.addNode(Kind::Pipe, {});
    addCommand(document, {u"ls"_s});
    const int steps = document.undoStack()->count();
    QCOMPARE(document.setProperty(pipe, u"capacity"_s, -1),
             u"Capacity is not a whole number from 0 to 1073741824."_s);
    QVERIFY(document.setProperty(pipe, u"argv"_s, QJsonArray()).contains(u"no property"_s));
    QVERIFY(!document.setProperty(u"nobody"_s, u"capacity"_s, 1).isEmpty());
    QVERIFY(document.renameNode(pipe, u"ls"_s).contains(u"already"_s));
    QVERIFY(document.renameNode(pipe, u""_s).contains(u"empty"_s));
    QVERIFY(document.renameNode(pipe, u"a\nb"_s).contains(u"control"_s));
    QCOMPARE(document.renameNode(pipe, u"pipe"_s), QString());
    QCOMPARE(document.undoStack()->count(), steps);
    QCOMPARE(document.renameNode(pipe, u"tube"_s), QString());
    QCOMPARE(document.undoStack()->undoText(), u"Rename pipe"_s);
    QCOMPARE(document.topology().node(pipe)->name, u"tube"_s);
}

void DocumentTest::twoProcessesGetAPipeInOneStep()
{
    Document document;
    const QString ls = addCommand(document, {u"ls"_s});
    const QString wc = document.addNode(Kind::Command, {480, 0}, {}, u"wc"_s);
    const int steps = document.undoStack()->count();
    const QString pipe = document.connectProcesses(ls, {}, wc, {});
    QCOMPARE(document.undoStack()->count(), steps + 1);
    const QList<Edge> edges = document.topology().edgesOf(pipe);
    QCOMPARE(edges.size(), 2);
    QCOMPARE(edges.at(0).process, ls);
    QCOMPARE(edges.at(0).processPort, u"1"_s);
    QCOMPARE(edges.at(1).endpointPort, u"read"_s);
    QCOMPARE(document.topology().node(pipe)->position, QPointF(240, 0));
    QCOMPARE(document.connectProcesses(ls, u"1"_s, wc, u"3"_s), QString()); // fd 1 is taken
    QCOMPARE(document.undoStack()->count(), steps + 1);
    document.undoStack()->undo();
    QVERIFY(document.topology().edges.isEmpty());
}

void DocumentTest::theNaturalFreeFdIsTaken()
{
    Document document;
    const QString sh = addCommand(document, {u"sh"_s});
    const QString pipe = document.addNode(Kind::Pipe, {});
    const QString pair = document.addNode(Kind::Socketpair, {});
    const auto fd = [&](const QString& endpoint, const QString& port) {
        return document.topology().edge(document.connectNodes(sh, {}, endpoint, port))->processPort;
    };
    QCOMPARE(fd(pipe, u"write"_s), u"1"_s);
    QCOMPARE(fd(pipe, u"write"_s), u"3"_s);
    QCOMPARE(fd(pipe, u"read"_s), u"0"_s);
    QCOMPARE(fd(pair, u"a"_s), u"4"_s);
    QCOMPARE(fd(pair, u"b"_s), u"5"_s);
}

void DocumentTest::whyAConnectionCannotBeIsSaid()
{
    Document document;
    const QString grep = addCommand(document, {u"grep"_s});
    const QString wc = addCommand(document, {u"wc"_s});
    const QString pipe = document.addNode(Kind::Pipe, {});
    const QString edge = document.connectNodes(grep, u"0"_s, pipe, u"read"_s);
    QVERIFY(!edge.isEmpty());
    const Topology& t = document.topology();
    QCOMPARE(connectionFault(t, grep, u"0"_s, pipe, u"read"_s), u"grep's fd 0 is connected already."_s);
    QVERIFY(connectionFault(t, grep, u"1"_s, pipe, u"read"_s).contains(u"read end only gives bytes"_s));
    QVERIFY(connectionFault(t, wc, u"0"_s, pipe, u"write"_s).contains(u"write end only takes bytes"_s));
    QVERIFY(connectionFault(t, grep, u"1"_s, wc, u"0"_s).contains(u"need a pipe"_s));
    QVERIFY(connectionFault(t, pipe, u"1"_s, pipe, u"read"_s).contains(u"itself"_s));
    QVERIFY(connectionFault(t, grep, u"1"_s, pipe, u"a"_s).contains(u"only write, read"_s));
    QVERIFY(connectionFault(t, grep, u"1024"_s, pipe, u"write"_s).contains(u"1023"_s));
    QVERIFY(connectionFault(t, grep, u"1"_s, u"gone"_s, u"write"_s).contains(u"gone"_s));
    QCOMPARE(connectionFault(t, grep, u""_s, pipe, u"write"_s), QString());
    QVERIFY(!document.setEdgeProcessPort(edge, u"1"_s).isEmpty());
    QCOMPARE(document.setEdgeProcessPort(edge, u"9"_s), QString());
    QCOMPARE(document.undoStack()->undoText(), u"Use fd 9"_s);
}

void DocumentTest::anEdgeOfAFileHasPropertiesAndAPipesHasNone()
{
    Document document;
    const QString sh = addCommand(document, {u"sh"_s});
    const QString toFile = document.connectNodes(sh, {}, document.addNode(Kind::File, {}), u"write"_s);
    const QString toPipe = document.connectNodes(sh, {}, document.addNode(Kind::Pipe, {}), u"write"_s);
    QSignalSpy changed(&document, &Document::edgeChanged);
    QCOMPARE(document.setEdgeProperty(toFile, u"flags"_s, QJsonArray{u"O_CREAT"_s, u"O_APPEND"_s}),
             QString());
    QCOMPARE(document.topology().edge(toFile)->properties.value(u"flags"_s).toArray(),
             (QJsonArray{u"O_APPEND"_s, u"O_CREAT"_s}));
    QCOMPARE(document.setEdgeProperty(toFile, u"flags"_s, QJsonArray{u"O_TRUNC"_s, u"O_CREAT"_s}), QString());
    QVERIFY(document.topology().edge(toFile)->properties.isEmpty());
    QCOMPARE(changed.count(), 2);
    QVERIFY(!document.setEdgeProperty(toPipe, u"shared"_s, u"x"_s).isEmpty());
}

void DocumentTest::aFragmentGetsIdsAndNamesThatAreFree()
{
    Document document;
    Topology fragment = parsePipeline(u"ls | wc"_s).fragment;
    fragment.nodes.last().properties.insert(
        u"start"_s, QJsonObject{{u"when"_s, u"exits"_s}, {u"node"_s, fragment.nodes.first().id}});
    document.addFragment(fragment, {0, 0}, u"Paste"_s);
    const QStringList second = document.addFragment(fragment, {0, 120}, u"Paste"_s);
    QCOMPARE(second, (QStringList{u"ls-2"_s, u"pipe-2"_s, u"wc-2"_s}));
    const Topology& t = document.topology();
    QCOMPARE(t.node(u"wc-2"_s)->property(u"start"_s).toObject().value(u"node"_s).toString(), u"ls-2"_s);
    QCOMPARE(t.node(u"ls-2"_s)->position, QPointF(0, 120));
    QCOMPARE(t.edgesOf(u"pipe-2"_s).size(), 2);
    QVERIFY(readTopology(writeTopology(t)).ok());
    QCOMPARE(document.undoStack()->count(), 2);
}

void DocumentTest::titleAndPaceAreUndone()
{
    Document document;
    QSignalSpy info(&document, &Document::infoChanged);
    QCOMPARE(document.displayName(), u"untitled"_s);
    document.setTitle(u"Mine"_s);
    document.setPace(2);
    document.setPace(2);
    QCOMPARE(document.displayName(), u"Mine"_s);
    QCOMPARE(info.count(), 2);
    document.undoStack()->undo();
    QCOMPARE(document.topology().pace, 0);
    QCOMPARE(document.topology().title, u"Mine"_s);
    QCOMPARE(info.count(), 3);
}

void DocumentTest::savedIsCleanAndLoadsAsTheSame()
{
    const QTemporaryDir dir(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    const QString path = dir.filePath(u"mine.byteyard"_s);
    Document document;
    QSignalSpy modified(&document, &Document::modifiedChanged);
    QSignalSpy paths(&document, &Document::pathChanged);
    document.addFragment(parsePipeline(u"ls | grep \".txt\" > out"_s).fragment, {0, 0}, u"Add pipeline"_s);
    QCOMPARE(modified.takeLast().first().toBool(), true);
    QCOMPARE(document.save(path), QString());
    QCOMPARE(modified.takeLast().first().toBool(), false);
    QCOMPARE(paths.count(), 1);
    QCOMPARE(document.displayName(), u"mine.byteyard"_s);

    Document other;
    QSignalSpy reset(&other, &Document::wasReset);
    QCOMPARE(other.load(path), QString());
    QCOMPARE(reset.count(), 1);
    QCOMPARE(other.topology(), document.topology());
    QVERIFY(!other.isModified());
    document.undoStack()->undo();
    QVERIFY(document.isModified());
    QVERIFY(!document.save(u"/nowhere/x.byteyard"_s).isEmpty());
    QCOMPARE(document.path(), path);
    QVERIFY(document.isModified());
}

void DocumentTest::aFileThatCannotBeReadLeavesTheDocument()
{
    const QTemporaryDir dir(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    QFile file(dir.filePath(u"bad.byteyard"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"format\": 1,\n\"nodes\": 1,\n\"edges\": 2}");
    file.close();
    Document document;
    addCommand(document, {u"ls"_s});
    const Topology before = document.topology();
    const QString fault = document.load(file.fileName());
    QVERIFY2(fault.startsWith(u"bad.byteyard, line 2: "_s) && fault.contains(u"1 more"_s), qPrintable(fault));
    QCOMPARE(document.topology(), before);
    QVERIFY(document.isModified());
}

void DocumentTest::manyRandomStepsAreUndoneAndRedone()
{
    Document document;
    document.addFragment(parsePipeline(u"ls | wc"_s).fragment, {0, 0}, u"Add pipeline"_s);
    const Topology start = document.topology();
    document.reset(start);
    QRandomGenerator random(20260714);
    const auto pick = [&](qsizetype count) {
        return static_cast<qsizetype>(random.bounded(static_cast<int>(count)));
    };
    const auto anyNode = [&] {
        return document.topology().nodes.value(pick(document.topology().nodes.size() + 1)).id;
    };
    const auto anyEdge = [&] {
        return document.topology().edges.value(pick(document.topology().edges.size() + 1)).id;
    };
    const QStringList ports{u"read"_s, u"write"_s, u"a"_s, u"read-write"_s, {}};
    for (int i = 0; i < 2000; ++i) {
        const QPointF place(random.bounded(1000), random.bounded(1000));
        switch (random.bounded(18)) {
        case 0:
        case 1:
            document.addNode(allKinds().at(pick(5)).kind, place);
            break;
        case 2:
            document.remove({anyNode()}, {anyEdge()});
            break;
        case 3:
            document.remove({anyNode(), anyNode()}, {});
            break;
        case 4:
        case 5:
            document.moveNodes({{anyNode(), place}, {anyNode(), -place}}, random.bounded(3));
            break;
        case 6:
            document.setProperty(anyNode(), u"capacity"_s, random.bounded(3) * 4096);
            break;
        case 7:
            document.renameNode(anyNode(), u"name %1"_s.arg(random.bounded(50)));
            break;
        case 8:
        case 9:
            document.connectNodes(anyNode(), {}, anyNode(), ports.at(pick(ports.size())));
            break;
        case 10:
            document.connectProcesses(anyNode(), {}, anyNode(), {});
            break;
        case 11:
            document.setEdgeProcessPort(anyEdge(), QString::number(random.bounded(8)));
            break;
        case 12:
            document.setEdgeProperty(anyEdge(), u"shared"_s, random.bounded(2) == 0 ? u""_s : u"w"_s);
            break;
        case 13:
        case 14:
            document.group({anyNode(), anyNode(), anyNode()});
            break;
        case 15:
            document.ungroup({anyNode(), anyNode()});
            break;
        case 16:
            document.setCollapsed(document.topology().groups.value(0).id, random.bounded(2) == 0);
            document.renameGroup(document.topology().groups.value(0).id, u"name %1"_s.arg(random.bounded(9)));
            break;
        default:
            document.setPace(random.bounded(3));
            document.addFragment(parsePipeline(u"ls | wc > out"_s).fragment, place, u"Paste"_s);
        }
        if (random.bounded(20) == 0)
            document.undoStack()->undo();
        if (random.bounded(40) == 0)
            document.undoStack()->redo();
    }
    const Topology end = document.topology();
    QVERIFY(document.undoStack()->count() > 500);
    const ReadResult read = readTopology(writeTopology(end));
    QVERIFY2(read.ok(),
             qPrintable(read.faults.value(0).what)); // whatever is done, it can be saved and opened
    QCOMPARE(read.topology, end);
    while (document.undoStack()->canUndo())
        document.undoStack()->undo();
    QCOMPARE(document.topology(), start);
    while (document.undoStack()->canRedo())
        document.undoStack()->redo();
    QCOMPARE(document.topology(), end);
}

QTEST_GUILESS_MAIN(DocumentTest)
#include "tst_document.moc"
