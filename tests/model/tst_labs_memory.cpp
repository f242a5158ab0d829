#include "lab_run.h"

#include <QTest>

using namespace Qt::StringLiterals;

/// The labs about shared memory and semaphores.
class TestLabsMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void additionsGetLostWithoutALock();
    void noAdditionGetsLostUnderALock();
    void semUndoGivesBackWhatADeadHolderTook();
    void aRobustMutexTellsThatItsOwnerDied();
    void locksInOppositeOrdersMakeACircle();
    void everyItemOfABoundedBufferComesOutOnce();
};

namespace {

/// The numbers behind `label`, in the order in which they were printed.
QList<int> numbersAfter(const QByteArray& text, const QString& label)
{
    QList<int> numbers;
    for (auto match = QRegularExpression(label + u"(\\d+)"_s).globalMatch(QString::fromUtf8(text));
         match.hasNext();)
        numbers.append(match.next().captured(1).toInt());
    return numbers;
}

/// What stands in the memory at the end, of `all`; -1 when nobody said so.
int counted(const LabRun& lab, int all)
{
    const auto match =
        QRegularExpression(u"(\\d+) of %1\\b"_s.arg(all)).match(QString::fromUtf8(lab.run.out));
    return match.hasMatch() ? match.captured(1).toInt() : -1;
}

} // namespace

void TestLabsMemory::additionsGetLostWithoutALock()
{
    const LabRun lab(u"race"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QVERIFY2(counted(lab, 400000) > 0, lab.run.out.constData());
    QVERIFY2(counted(lab, 400000) < 400000, lab.run.out.constData());
    for (const QString& counter : {u"counter a"_s, u"counter b"_s})
        QCOMPARE(lab.process(counter).value(u"exit_code"_s).toInt(-1), 0);
    // Stores stand in the log, though they are no calls.
    QVERIFY(!lab.events(u"counter a"_s, u"store"_s).isEmpty());
}

void TestLabsMemory::noAdditionGetsLostUnderALock()
{
    const LabRun lab(u"lock"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(counted(lab, 4000), 4000);
}

void TestLabsMemory::semUndoGivesBackWhatADeadHolderTook()
{
    const LabRun lab(u"holder-dies"_s, {u"--for"_s, u"3s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const QString& holder : {u"careless"_s, u"careful"_s})
        QCOMPARE(lab.process(holder).value(u"signal"_s).toString(), u"SIGKILL"_s);
    QCOMPARE(lab.process(u"waits for ever"_s).value(u"signal"_s).toString(), u"SIGTERM"_s); // Stop ended it
    QCOMPARE(lab.process(u"goes on"_s).value(u"exit_code"_s).toInt(-1), 0);
    QCOMPARE(lab.run.out.count("got it"), 1);
    const QRegularExpression semop(u"^sem(timed)?op$"_s);
    const auto last = [&](const QString& process) { return lab.events(process, semop).value(0); };
    QCOMPARE(last(u"waits for ever"_s).value(u"how"_s).toString(), u"unfinished"_s);
    QCOMPARE(last(u"goes on"_s).value(u"result"_s).toInt(-1), 0);
    QVERIFY(last(u"careful"_s).value(u"detail"_s).toString().contains(u"SEM_UNDO"_s));
    QVERIFY(!last(u"careless"_s).value(u"detail"_s).toString().contains(u"SEM_UNDO"_s));
}

void TestLabsMemory::aRobustMutexTellsThatItsOwnerDied()
{
    const LabRun lab(u"robust-mutex"_s, {u"--for"_s, u"20s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(lab.process(u"holder"_s).value(u"signal"_s).toString(), u"SIGKILL"_s);
    QVERIFY2(lab.run.out.contains("next: EOWNERDEAD"), lab.run.out.constData());
    QVERIFY2(lab.run.out.contains("last: locked"), lab.run.out.constData()); // it was made consistent
}

void TestLabsMemory::locksInOppositeOrdersMakeACircle()
{
    const LabRun lab(u"lock-order"_s, {u"--for"_s, u"3s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QVERIFY2(lab.run.out.isEmpty(), lab.run.out.constData()); // neither ever has both
    // Each has what the other wants. (The C library makes semtimedop of semop.)
    const QRegularExpression semop(u"^sem(timed)?op$"_s);
    const QList<QJsonObject> ofA = lab.events(u"A"_s, semop);
    const QList<QJsonObject> ofB = lab.events(u"B"_s, semop);
    QCOMPARE(ofA.size(), 2);
    QCOMPARE(ofB.size(), 2);
    QCOMPARE(ofA.at(0).value(u"endpoint"_s).toString(), u"fork"_s);
    QCOMPARE(ofB.at(0).value(u"endpoint"_s).toString(), u"knife"_s);
    QCOMPARE(ofA.at(0).value(u"endpoint"_s), ofB.at(1).value(u"endpoint"_s));
    QCOMPARE(ofB.at(0).value(u"endpoint"_s), ofA.at(1).value(u"endpoint"_s));
    QCOMPARE(ofA.at(1).value(u"how"_s).toString(), u"unfinished"_s);
    QCOMPARE(ofB.at(1).value(u"how"_s).toString(), u"unfinished"_s);
    for (const QString& process : {u"A"_s, u"B"_s})
        QCOMPARE(lab.process(process).value(u"signal"_s).toString(), u"SIGTERM"_s);
}

void TestLabsMemory::everyItemOfABoundedBufferComesOutOnce()
{
    const LabRun lab(u"bounded-buffer"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    // Both producers put in 1…50.
    QMap<int, int> taken;
    for (const int value : numbersAfter(lab.run.out, u"\\b"_s))
        ++taken[value];
    QCOMPARE(taken.size(), 50);
    for (auto it = taken.cbegin(); it != taken.cend(); ++it)
        QVERIFY2(it.key() >= 1 && it.key() <= 50 && it.value() == 2, qPrintable(QString::number(it.key())));
    // Every filled slot was told once and waited for once, and all by one set of semaphores.
    int filled = 0;
    int waited = 0;
    for (const QString& process : {u"producer a"_s, u"producer b"_s, u"consumer a"_s, u"consumer b"_s})
        for (const QJsonObject& call : lab.events(process, QRegularExpression(u"^sem(timed)?op$"_s))) {
            QCOMPARE(call.value(u"endpoint"_s).toString(), u"free, filled, lock"_s);
            filled += call.value(u"detail"_s) == u"ops=1:1"_s ? 1 : 0;
            waited += call.value(u"detail"_s) == u"ops=1:-1"_s ? 1 : 0;
        }
    QCOMPARE(filled, 100);
    QCOMPARE(waited, 100);
    // The slot and the position, for each of the 50 items; neither is a system call.
    QCOMPARE(lab.events(u"producer a"_s, u"store"_s).size(), 100);
    QCOMPARE(lab.events(u"producer a"_s, u"load"_s).size(), 50);
}

QTEST_GUILESS_MAIN(TestLabsMemory)
#include "tst_labs_memory.moc"
