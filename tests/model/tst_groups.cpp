#include "model/session/engine_topology.h"
#include "model/topology/document.h"
#include "model/topology/topology_file.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

/// Four parts, none of them in a group.
struct Four : Document
{
    QString a = addNode(Kind::Command, {0, 0}, {{u"argv"_s, QJsonArray{u"ls"_s}}}, u"a"_s);
    QString b = addNode(Kind::Pipe, {240, 20}, {}, u"b"_s);
    QString c = addNode(Kind::Command, {480, 0}, {{u"argv"_s, QJsonArray{u"wc"_s}}}, u"c"_s);
    QString d = addNode(Kind::Pipe, {720, 20}, {}, u"d"_s);

    QStringList members(const QString& id) const
    {
        const Group* found = topology().group(id);
        return found ? found->members : QStringList();
    }
    int steps() { return undoStack()->count(); }
};

/// The file of two nodes with these groups, each on a line of its own from line 5.
QByteArray fileWith(const QByteArray& groups)
{
    return R"({"edges": [], "format": 1, "nodes": [
{"id": "a", "kind": "pipe", "name": "a", "position": [0, 0]},
{"id": "b", "kind": "pipe", "name": "b", "position": [0, 100]}],
"groups": )" +
           groups + "}";
}

} // namespace

class GroupsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void partsBecomeAGroupInOneStepAndAreUndone()
    {
        Four document;
        QSignalSpy added(&document, &Document::groupAdded);
        QSignalSpy removed(&document, &Document::groupRemoved);
        const Topology before = document.topology();
        const int steps = document.steps();
        const QString group = document.group({document.c, document.a});
        QCOMPARE(document.members(group), (QStringList{document.a, document.c}));
        QCOMPARE(document.topology().group(group)->name, u"Group"_s);
        QCOMPARE(document.topology().groupOf(document.a)->id, group);
        QVERIFY(!document.topology().groupOf(document.b));
        QCOMPARE(document.steps(), steps + 1);
        QCOMPARE(added.size(), 1);
        const Topology after = document.topology();
        document.undoStack()->undo();
        QCOMPARE(document.topology(), before);
        QCOMPARE(removed.size(), 1);
        document.undoStack()->redo();
        QCOMPARE(document.topology(), after);
        QCOMPARE(document.group({document.a, document.c}), group); // as it is already: no step
        QCOMPARE(document.steps(), steps + 1);
        QCOMPARE(document.group({u"nobody"_s}), QString());
        QCOMPARE(document.steps(), steps + 1);
    }

    void aPartIsInOneGroupAtMost()
    {
        Four document;
        const QString first = document.group({document.a, document.b});
        const QString second = document.group({document.b, document.c});
        QVERIFY(first != second);
        QCOMPARE(document.members(first), QStringList{document.a});
        QCOMPARE(document.members(second), (QStringList{document.b, document.c}));
        QVERIFY(document.topology().group(first)->name != document.topology().group(second)->name);
        // A group whose last member is taken goes, and the step brings it back.
        const Topology before = document.topology();
        const QString third = document.group({document.a, document.b});
        QCOMPARE(third, first); // it was among them whole: it took the other one in
        QCOMPARE(document.members(second), QStringList{document.c});
        document.undoStack()->undo();
        QCOMPARE(document.topology(), before);
    }

    void groupsThatAreChosenTogetherBecomeOne()
    {
        Four document;
        const QString first = document.group({document.a, document.b});
        document.renameGroup(first, u"Source"_s);
        document.group({document.c});
        const QString one = document.group({document.a, document.b, document.c, document.d});
        QCOMPARE(one, first);
        QCOMPARE(document.topology().groups.size(), 1);
        QCOMPARE(document.topology().groups.first().name, u"Source"_s);
        QCOMPARE(document.members(one).size(), 4);
    }

    void whoLeavesAGroupLeavesTheOthersInIt()
    {
        Four document;
        const QString group = document.group({document.a, document.b});
        QSignalSpy changed(&document, &Document::groupChanged);
        document.ungroup({document.a, document.d});
        QCOMPARE(document.members(group), QStringList{document.b});
        QCOMPARE(changed.size(), 1);
        document.ungroup({document.b});
        QVERIFY(document.topology().groups.isEmpty());
        const int steps = document.steps();
        document.ungroup({document.b});
        QCOMPARE(document.steps(), steps);
        QCOMPARE(document.topology().nodes.size(), 4);
    }

    void theLastMemberTakesItsGroupAlongInOneStep()
    {
        Four document;
        const QString group = document.group({document.a, document.b});
        document.remove({document.a}, {});
        QCOMPARE(document.members(group), QStringList{document.b});
        const Topology before = document.topology();
        const int steps = document.steps();
        // Whenever a signal tells of a change, no group names a node that is not there.
        const auto sound = [&document] {
            for (const Group& each : document.topology().groups)
                for (const QString& member : each.members)
                    QVERIFY(document.topology().node(member));
        };
        connect(&document, &Document::nodeRemoved, this, sound);
        connect(&document, &Document::nodeAdded, this, sound);
        connect(&document, &Document::groupAdded, this, sound);
        document.remove({document.b}, {});
        QVERIFY(document.topology().groups.isEmpty());
        QCOMPARE(document.steps(), steps + 1);
        document.undoStack()->undo();
        QCOMPARE(document.topology(), before);
        document.undoStack()->redo();
        QVERIFY(document.topology().groups.isEmpty());
    }

    void aGroupIsRenamedAndABadNameIsRefused()
    {
        Four document;
        const QString group = document.group({document.a});
        QCOMPARE(document.renameGroup(group, u"Producers"_s), QString());
        QCOMPARE(document.topology().group(group)->name, u"Producers"_s);
        QCOMPARE(document.undoStack()->undoText(), u"Rename Group"_s);
        const int steps = document.steps();
        QVERIFY(document.renameGroup(group, {}).contains(u"empty"_s));
        QVERIFY(document.renameGroup(group, QString(256, u'x')).contains(u"longer"_s));
        QVERIFY(!document.renameGroup(u"nobody"_s, u"x"_s).isEmpty());
        QCOMPARE(document.steps(), steps);
    }

    void collapsingAndExpandingAtOnceIsNoStep()
    {
        Four document;
        const QString group = document.group({document.a, document.b});
        const QString other = document.group({document.c});
        const int steps = document.steps();
        document.setCollapsed(group, true);
        QVERIFY(document.topology().group(group)->collapsed);
        QCOMPARE(document.steps(), steps + 1);
        document.setCollapsed(group, false);
        QCOMPARE(document.steps(), steps);
        document.setCollapsed(group, true);
        document.setCollapsed(other, true); // another one's is a step of its own
        QCOMPARE(document.steps(), steps + 2);
        document.undoStack()->undo();
        document.undoStack()->undo();
        QVERIFY(!document.topology().group(group)->collapsed);
    }

    void aFragmentBringsItsGroupsUnderFreeIdsAndNames()
    {
        Four document;
        const QString group = document.group({document.a, document.b});
        document.setCollapsed(group, true);
        Topology fragment = document.topology();
        fragment.nodes.removeLast();
        fragment.nodes.removeLast();
        const QStringList added = document.addFragment(fragment, {40, 40}, u"Paste"_s);
        QCOMPARE(document.topology().groups.size(), 2);
        const Group copy = document.topology().groups.last();
        QCOMPARE(copy.members, added);
        QVERIFY(copy.id != group);
        QVERIFY(copy.name != document.topology().group(group)->name);
        QVERIFY(copy.collapsed);
        document.undoStack()->undo();
        QCOMPARE(document.topology().groups.size(), 1);
        QCOMPARE(document.topology().nodes.size(), 4);
    }

    void whatIsWrittenIsReadBackAndNothingIsWrittenWithoutGroups()
    {
        Four document;
        QVERIFY(!writeTopology(document.topology()).contains("groups"));
        const QString group = document.group({document.a, document.b});
        QVERIFY(
            writeTopology(document.topology())
                .contains("  \"groups\": [\n    {\"id\": \"group\", \"members\": [\"a\", \"b\"], \"name\": "
                          "\"Group\"}\n  ]"));
        document.setCollapsed(group, true);
        const QByteArray text = writeTopology(document.topology());
        QVERIFY(text.contains("{\"collapsed\": true, \"id\": \"group\""));
        const ReadResult read = readTopology(text);
        QVERIFY2(read.ok(), qPrintable(read.faults.value(0).what));
        QCOMPARE(read.topology, document.topology());
    }

    void aFaultOfAGroupHasItsLineAndItsReason_data()
    {
        QTest::addColumn<QByteArray>("groups");
        QTest::addColumn<int>("line");
        QTest::addColumn<QString>("reason"); // a piece of it
        const auto row = [](const char* name, const QByteArray& groups, int line, const QString& reason) {
            QTest::newRow(name) << groups << line << reason;
        };
        const QByteArray sound = R"({"id": "g", "members": ["a"], "name": "g"})";
        row("no list", "{}", 4, u"“groups” is missing or no array"_s);
        row("no object", "[\n7]", 5, u"no id"_s);
        row("duplicate id", "[\n" + sound + ",\n{\"id\": \"g\", \"members\": [\"b\"], \"name\": \"h\"}]", 6,
            u"another group has the same id"_s);
        row("bad id", R"([
{"id": "g h", "members": ["a"], "name": "g"}])",
            5, u"no id"_s);
        row("unknown member", R"([
{"id": "g", "members": ["a",
"z"], "name": "g"}])",
            6, u"“z” is no node"_s);
        row("a member twice", R"([
{"id": "g", "members": ["a",
"a"], "name": "g"}])",
            6, u"in a group already"_s);
        row("a member in two groups",
            "[\n" + sound + ",\n{\"id\": \"h\", \"members\": [\"a\"], \"name\": \"h\"}]", 6,
            u"in a group already"_s);
        row("empty", R"([
{"id": "g", "members": [], "name": "g"}])",
            5, u"array of 1 to"_s);
        row("no members", R"([
{"id": "g", "name": "g"}])",
            5, u"array of 1 to"_s);
        row("members of another type", R"([
{"id": "g", "members": "a", "name": "g"}])",
            5, u"array of 1 to"_s);
        row("a member of another type", R"([
{"id": "g", "members": [3], "name": "g"}])",
            5, u"is no node"_s);
        row("over-long list",
            "[\n{\"id\": \"g\", \"name\": \"g\", \"members\": [\"a\"" +
                QByteArray(", \"a\"").repeated(10000) + "]}]",
            5, u"array of 1 to"_s);
        row("too many", '[' + sound + QByteArray(",\n" + sound).repeated(10000) + ']', 4,
            u"holds more than"_s);
        row("over-long name",
            "[\n{\"id\": \"g\", \"members\": [\"a\"], \"name\": \"" + QByteArray(256, 'x') + "\"}]", 5,
            u"longer than 255"_s);
        row("no name", R"([
{"id": "g", "members": ["a"]}])",
            5, u"its name is empty"_s);
        row("collapsed of another type", R"([
{"collapsed": 1, "id": "g", "members": ["a"], "name": "g"}])",
            5, u"“collapsed” is neither"_s);
        row("unknown member of the object", R"([
{"colour": 1, "id": "g", "members": ["a"], "name": "g"}])",
            5, u"unknown member “colour”"_s);
    }

    void aFaultOfAGroupHasItsLineAndItsReason()
    {
        QFETCH(const QByteArray, groups);
        QFETCH(const int, line);
        QFETCH(const QString, reason);
        const ReadResult read = readTopology(fileWith(groups));
        QVERIFY(!read.ok());
        const Fault& fault = read.faults.first();
        QVERIFY2(fault.what.contains(reason), qPrintable(fault.what));
        QCOMPARE(fault.line, line);
        QVERIFY(!fault.remedy.isEmpty());
        QCOMPARE(read.topology, Topology());
    }

    void onlyTheChosenProcessesStartByThemselves()
    {
        Four document;
        const QString server = document.addNode(Kind::Command, {0, 200}, {}, u"server"_s);
        const QString client = document.addNode(
            Kind::Command, {240, 200},
            {{u"start"_s, QJsonObject{{u"when"_s, u"runs"_s}, {u"node"_s, server}}}}, u"client"_s);
        const QString other = document.addNode(
            Kind::Command, {480, 200},
            {{u"start"_s, QJsonObject{{u"when"_s, u"exits"_s}, {u"node"_s, document.a}}}}, u"other"_s);
        const QString hand = document.addNode(
            Kind::Command, {720, 200}, {{u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}}}}, u"hand"_s);
        Topology topology = document.topology();
        startOnly(topology, {server, client, other, hand});
        const auto when = [&](const QString& id) {
            return topology.node(id)->property(u"start"_s).toObject().value("when"_L1).toString();
        };
        QCOMPARE(when(server), u"at-once"_s);
        QCOMPARE(when(client), u"runs"_s);   // on one that starts too
        QCOMPARE(when(other), u"at-once"_s); // it would wait for one that does not
        QCOMPARE(when(hand), u"at-once"_s);
        QCOMPARE(when(document.a), u"by-hand"_s);
        QCOMPARE(when(document.c), u"by-hand"_s);
        QCOMPARE(*topology.node(document.b), *document.topology().node(document.b));
    }

    void aFaultElsewhereIsNoneOfAGroupsBusiness()
    {
        Four f;
        const QString mute = f.addNode(Kind::Command, {0, 300}, {}, u"mute"_s); // has no command
        const QString bad = f.addNode(Kind::Pipe, {240, 300}, {{u"capacity"_s, -1}}, u"bad"_s);
        const QString user =
            f.addNode(Kind::Command, {480, 300}, {{u"argv"_s, QJsonArray{u"cat"_s}}}, u"user"_s);
        f.connectNodes(f.a, u"1"_s, f.b, u"write"_s);
        f.connectNodes(f.c, u"0"_s, f.b, u"read"_s);
        f.connectNodes(user, u"0"_s, bad, u"read"_s);
        const auto faulty = [](const Topology& topology) {
            const QList<Fault> faults = validate(topology);
            return std::any_of(faults.begin(), faults.end(),
                               [](const Fault& fault) { return fault.severity == Fault::Severity::Error; });
        };
        QVERIFY(faulty(f.topology()));

        const Topology alone = reducedTo(f.topology(), {f.a});
        QCOMPARE(alone.nodes.size(), 2); // and the pipe that it uses
        QCOMPARE(alone.edges.size(), 1);
        QVERIFY(!faulty(alone));
        QVERIFY(faulty(reducedTo(f.topology(), {mute})));

        const Topology left = withoutFaultyOthers(f.topology(), {f.a});
        QVERIFY(!faulty(left));
        QVERIFY(left.node(f.c) != nullptr); // sound: it is held back
        QVERIFY(left.node(f.d) != nullptr);
        QVERIFY(left.node(mute) == nullptr);
    }

    void whatIsRunAloneHasTheMemoryThatItsSemaphoreLiesIn()
    {
        Four f;
        const QString memory = f.addNode(Kind::Memfd, {0, 300}, {{u"size"_s, 100}});
        const QString lock = f.addNode(Kind::PosixSemaphore, {0, 400}, {{u"memory"_s, memory}});
        f.connectNodes(f.a, u"lock"_s, lock, u"use"_s);
        const Topology alone = reducedTo(f.topology(), {f.a});
        QVERIFY(alone.node(memory) != nullptr && alone.node(lock) != nullptr);
        // What lies in a faulty memory that nobody of them needs goes with it.
        const QString other = f.addNode(Kind::PosixShm, {0, 500}, {{u"path"_s, u"no/name"_s}});
        const QString inside = f.addNode(Kind::PosixSemaphore, {0, 600}, {{u"memory"_s, other}});
        const Topology left = withoutFaultyOthers(f.topology(), {f.a});
        QVERIFY(left.node(other) == nullptr && left.node(inside) == nullptr);
        QVERIFY(left.node(memory) != nullptr && left.node(lock) != nullptr);
    }

    void theEngineIsToldNothingOfGroups()
    {
        Four document;
        document.group({document.a});
        QVERIFY(!topologyForEngine(document.topology()).contains(u"groups"_s));
    }
};

QTEST_GUILESS_MAIN(GroupsTest)
#include "tst_groups.moc"
