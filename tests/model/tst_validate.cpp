#include "model/topology/document.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/placeholder.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;
using Severity = Fault::Severity;

class ValidateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSoundTopologyHasNoFaults();
    void aCommandWithoutArgumentsBreaksTheRun();
    void aProgramThatIsNotThereIsAWarning();
    void aDirectoryThatIsNotThereIsAWarning();
    void anEndThatNobodyHoldsIsAWarning();
    void aFifoThatAProgramOpensItselfIsNoFault();
    void aPlaceholderMustNameWhatIsThere();
    void onlyPlaceholdersAreTaken();
    void aStartThatCanNeverComeBreaksTheRun();
    void aNameWithASlashNeedsAPath();
    void aSharedDescriptionIsOpenedInOneWay();
    void aSemaphoreInMemoryNeedsItsBytesThere();
};

namespace {

QString command(Document& document, const QStringList& argv, QJsonObject properties = {})
{
    properties.insert(u"argv"_s, QJsonArray::fromStringList(argv));
    return document.addNode(Kind::Command, {}, properties);
}

/// "error NODE: …" or "warning NODE: …" a line.
QStringList faults(const Document& document)
{
    QStringList lines;
    for (const Fault& fault : validate(document.topology())) {
        lines.append((fault.severity == Severity::Error ? u"error "_s : u"warning "_s) + fault.node +
                     u": "_s + fault.what);
        if (fault.remedy.isEmpty())
            lines.append(u"no remedy"_s);
    }
    return lines;
}

#define ONE_FAULT(document, start, piece)                                                                    \
    do {                                                                                                     \
        const QStringList lines = faults(document);                                                          \
        QVERIFY2(lines.size() == 1 && lines.first().startsWith(start) && lines.first().contains(piece),      \
                 qPrintable(lines.join(u'\n')));                                                             \
    } while (false)

QJsonObject startWhen(const QString& when, const QString& node)
{
    return {{u"when"_s, when}, {u"node"_s, node}};
}

} // namespace

void ValidateTest::aSoundTopologyHasNoFaults()
{
    Document document;
    document.addFragment(parsePipeline(u"ls | grep x > out"_s).fragment, {}, u"x"_s);
    QCOMPARE(faults(document), QStringList());
}

void ValidateTest::aSemaphoreInMemoryNeedsItsBytesThere()
{
    Document document;
    const QString memory = document.addNode(Kind::Memfd, {}, {{u"size"_s, 100}});
    const auto lying = [&](int offset) {
        return document.addNode(Kind::PosixSemaphore, {}, {{u"memory"_s, memory}, {u"offset"_s, offset}});
    };
    const QString one = lying(64);
    QCOMPARE(faults(document), QStringList());
    const QString reader = command(document, {u"echo"_s, u"{posix-semaphore.offset}"_s});
    QCOMPARE(faults(document), QStringList());
    document.setProperty(reader, u"argv"_s, QJsonArray{u"echo"_s, u"{posix-semaphore.path}"_s});
    ONE_FAULT(document, u"error echo: "_s, u"has no path"_s);
    document.remove({reader}, {});
    document.setProperty(one, u"offset"_s, 72);
    ONE_FAULT(document, u"error posix-semaphore: "_s, u"does not fit into memfd: it would end at byte 104"_s);
    document.setProperty(one, u"offset"_s, 4);
    ONE_FAULT(document, u"error posix-semaphore: "_s, u"cannot begin at byte 4"_s);
    document.setProperty(one, u"offset"_s, 0);
    const QString two = lying(24);
    ONE_FAULT(document, u"error "_s + two, u"lie in the same bytes"_s);
    document.setProperty(two, u"offset"_s, 32);
    QCOMPARE(faults(document), QStringList());
    document.setProperty(two, u"path"_s, u"/named"_s);
    ONE_FAULT(document, u"error "_s + two, u"lies in memory as well"_s);
    document.setProperty(two, u"path"_s, u""_s);
    document.setProperty(two, u"memory"_s, one);
    ONE_FAULT(document, u"error "_s + two, u"shared memory that is not there"_s);
    document.setProperty(two, u"memory"_s, u""_s);
    QCOMPARE(faults(document), QStringList());

    // A copy lies in the copy of its memory.
    const QStringList added = document.addFragment(document.topology(), {0, 200}, u"copy"_s);
    QCOMPARE(faults(document), QStringList());
    const QString copied = document.topology().node(added.at(1))->property(u"memory"_s).toString();
    QCOMPARE(copied, added.at(0));
    document.remove({memory}, {});
    ONE_FAULT(document, u"error "_s + one, u"not there"_s);
}

void ValidateTest::aCommandWithoutArgumentsBreaksTheRun()
{
    Document document;
    document.addNode(Kind::Command, {});
    ONE_FAULT(document, u"error command: "_s, u"no command"_s);
    document.setProperty(u"command"_s, u"argv"_s, QJsonArray{u""_s});
    ONE_FAULT(document, u"error command: "_s, u"no command"_s);
}

void ValidateTest::aProgramThatIsNotThereIsAWarning()
{
    Document document;
    const QString id = command(document, {u"no-such-program-here"_s});
    ONE_FAULT(document, u"warning no-such"_s, u"PATH"_s);
    document.setProperty(id, u"argv"_s, QJsonArray{u"/etc/passwd"_s});
    ONE_FAULT(document, u"warning no-such"_s, u"may run"_s);
    document.setProperty(id, u"argv"_s, QJsonArray{u"ls"_s});
    QCOMPARE(faults(document), QStringList());
    document.setProperty(id, u"environment"_s, QJsonObject{{u"PATH"_s, u"/nowhere"_s}});
    ONE_FAULT(document, u"warning no-such"_s, u"“ls” in PATH"_s);
}

void ValidateTest::aDirectoryThatIsNotThereIsAWarning()
{
    Document document;
    command(document, {u"ls"_s}, {{u"directory"_s, u"/nowhere"_s}});
    ONE_FAULT(document, u"warning ls: "_s, u"/nowhere"_s);
}

void ValidateTest::anEndThatNobodyHoldsIsAWarning()
{
    Document document;
    const QString ls = command(document, {u"ls"_s});
    const QString pipe = document.addNode(Kind::Pipe, {});
    QCOMPARE(faults(document), QStringList()); // nothing is connected yet
    document.connectNodes(ls, {}, pipe, u"write"_s);
    ONE_FAULT(document, u"warning pipe: "_s, u"SIGPIPE"_s);
    document.undoStack()->undo();
    document.connectNodes(ls, {}, pipe, u"read"_s);
    ONE_FAULT(document, u"warning pipe: "_s, u"end-of-file at once"_s);
    document.remove({pipe}, {});

    const QString fifo = document.addNode(Kind::Fifo, {});
    document.connectNodes(ls, {}, fifo, u"write"_s);
    ONE_FAULT(document, u"warning fifo: "_s, u"wait in open()"_s);
    document.undoStack()->undo();
    document.connectNodes(ls, {}, fifo, u"read"_s);
    ONE_FAULT(document, u"warning fifo: "_s, u"Nobody writes"_s);
    document.undoStack()->undo();
    document.connectNodes(ls, {}, fifo, u"read-write"_s);
    QCOMPARE(faults(document), QStringList());
    document.remove({fifo}, {});

    const QString pair = document.addNode(Kind::Socketpair, {});
    document.connectNodes(ls, {}, pair, u"a"_s);
    ONE_FAULT(document, u"warning socketpair: "_s, u"end b"_s);
}

void ValidateTest::aFifoThatAProgramOpensItselfIsNoFault()
{
    Document document;
    const QString ls = command(document, {u"ls"_s});
    const QString fifo = document.addNode(Kind::Fifo, {});
    document.connectNodes(ls, {}, fifo, u"write"_s);
    command(document, {u"cat"_s, u"{fifo.path}"_s});
    QCOMPARE(faults(document), QStringList());
}

void ValidateTest::aPlaceholderMustNameWhatIsThere()
{
    Document document;
    const QString sh = command(document, {u"sh"_s, u"{mailbox.path}"_s});
    ONE_FAULT(document, u"error sh: "_s, u"no part is named “mailbox”"_s);
    const QString pipe = document.addNode(Kind::Pipe, {}, {}, u"mailbox"_s);
    ONE_FAULT(document, u"error sh: "_s, u"has no path"_s);
    document.setProperty(sh, u"argv"_s, QJsonArray{u"sh"_s, u"{mailbox.fd}"_s});
    ONE_FAULT(document, u"error sh: "_s, u"not connected"_s);
    document.setProperty(sh, u"argv"_s, QJsonArray{u"sh"_s, u"{mailbox.id}"_s});
    ONE_FAULT(document, u"error sh: "_s, u"no id"_s);
    document.setProperty(sh, u"argv"_s, QJsonArray{u"sh"_s});
    document.setProperty(sh, u"environment"_s, QJsonObject{{u"X"_s, u"a{gone.fd}"_s}});
    ONE_FAULT(document, u"error sh: "_s, u"{gone.fd}"_s);
    document.setProperty(sh, u"environment"_s, QJsonObject{{u"X"_s, u"{{gone.fd}"_s}});
    QCOMPARE(faults(document), QStringList());
}

void ValidateTest::onlyPlaceholdersAreTaken()
{
    QVERIFY(placeholdersIn(u"{print $1} {a} {.path} {{a.path} {a.b}"_s).isEmpty());
    const QList<Placeholder> found = placeholdersIn(u"x{my box.v2.path}{b.fd}"_s);
    QCOMPARE(found.size(), 2);
    QCOMPARE(found.at(0).name, u"my box.v2"_s);
    QCOMPARE(found.at(1).field, u"fd"_s);
}

void ValidateTest::aStartThatCanNeverComeBreaksTheRun()
{
    Document document;
    const QString a = command(document, {u"ls"_s});
    const QString b = command(document, {u"wc"_s}, {{u"start"_s, startWhen(u"exits"_s, a)}});
    const QString c = command(document, {u"cat"_s}, {{u"start"_s, startWhen(u"runs"_s, b)}});
    QCOMPARE(faults(document), QStringList());
    document.setProperty(a, u"start"_s, startWhen(u"exits"_s, c));
    ONE_FAULT(document, u"error ls: "_s, u"ls, cat, wc wait for each other"_s);
    document.setProperty(a, u"start"_s, startWhen(u"exits"_s, a));
    ONE_FAULT(document, u"error ls: "_s, u"itself"_s);
    document.setProperty(a, u"start"_s, startWhen(u"exits"_s, u"gone"_s));
    ONE_FAULT(document, u"error ls: "_s, u"not there"_s);
    document.setProperty(a, u"start"_s, startWhen(u"exits"_s, document.addNode(Kind::Pipe, {})));
    ONE_FAULT(document, u"error ls: "_s, u"no process"_s);
}

void ValidateTest::aNameWithASlashNeedsAPath()
{
    Document document;
    const QString file = document.addNode(Kind::File, {}, {}, u"a/b"_s);
    ONE_FAULT(document, u"error a-b: "_s, u"session's directory"_s);
    document.setProperty(file, u"path"_s, u"/nowhere/b"_s);
    ONE_FAULT(document, u"error a-b: "_s, u"no folder /nowhere"_s);
    document.setProperty(file, u"path"_s, u"/tmp/b"_s);
    QCOMPARE(faults(document), QStringList());
    document.setProperty(file, u"path"_s, u""_s);
    document.renameNode(file, u"b"_s);
    document.setProperty(file, u"keep"_s, true);
    ONE_FAULT(document, u"warning a-b: "_s, u"kept"_s);
}

void ValidateTest::aSharedDescriptionIsOpenedInOneWay()
{
    Document document;
    const QString sh = command(document, {u"sh"_s});
    const QString file = document.addNode(Kind::File, {});
    const QString first = document.connectNodes(sh, {}, file, u"write"_s);
    const QString second = document.connectNodes(sh, {}, file, u"write"_s);
    document.setEdgeProperty(first, u"shared"_s, u"w"_s);
    document.setEdgeProperty(second, u"shared"_s, u"w"_s);
    QCOMPARE(faults(document), QStringList());
    document.setEdgeProperty(second, u"flags"_s, QJsonArray{u"O_APPEND"_s});
    ONE_FAULT(document, u"error file: "_s, u"“w”"_s);
    QCOMPARE(validate(document.topology()).first().edge, second);
}

QTEST_GUILESS_MAIN(ValidateTest)
#include "tst_validate.moc"
