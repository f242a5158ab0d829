#include "lab_run.h"

#include <QTest>

#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

using namespace Qt::StringLiterals;

/// The labs about message queues, and about what lives in the kernel by itself.
class TestLabsQueues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aReceiverChoosesByType();
    void theHighestPriorityComesFirstAndNotifiesOnce();
    void eachMessageHasOneReceiver();
    void whatLivesInTheKernelOutlivesItsMaker();
};

namespace {

/// The number behind `label` in what the processes printed; -1 when it is not there.
int numberAfter(const QByteArray& text, const QString& label)
{
    const QRegularExpressionMatch match =
        QRegularExpression(label + u"(\\d+)"_s).match(QString::fromUtf8(text));
    return match.hasMatch() ? match.captured(1).toInt() : -1;
}

} // namespace

void TestLabsQueues::aReceiverChoosesByType()
{
    const LabRun lab(u"typed-messages"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    // The queue held 3, 1, 2, 1, 3.
    for (const char* answer :
         {"asked for 2, got type 2: two", "asked for -2, got type 1: one", "asked for 0, got type 3: three"})
        QVERIFY2(lab.run.out.contains(answer), lab.run.out.constData());
    for (const auto& [asked, text] :
         {std::pair("2", "two"), std::pair("-2", "one"), std::pair("0", "three")}) {
        const QList<QJsonObject> calls = lab.events(u"asks for %1"_s.arg(QLatin1String(asked)), u"msgrcv"_s);
        QCOMPARE(calls.size(), 1);
        QCOMPARE(calls.constFirst().value(u"endpoint"_s).toString(), u"queue"_s);
        QVERIFY(calls.constFirst()
                    .value(u"detail"_s)
                    .toString()
                    .contains(u"type=%1 got="_s.arg(QLatin1String(asked))));
        QCOMPARE(dataOf(calls.constFirst()), QByteArray(text));
    }
    QCOMPARE(lab.endpoint(u"queue"_s).value(u"messages_in"_s).toInt(), 5);
    QCOMPARE(lab.endpoint(u"queue"_s).value(u"messages_out"_s).toInt(), 3);
}

void TestLabsQueues::eachMessageHasOneReceiver()
{
    const LabRun lab(u"many-to-many"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QMap<QByteArray, int> receivers;
    for (const char consumer : {'a', 'b', 'c'}) {
        int taken = 0;
        for (const QJsonObject& call : lab.events(u"consumer %1"_s.arg(QLatin1Char(consumer)), u"msgrcv"_s)) {
            const bool isWork = call.value(u"detail"_s).toString().contains(u"got=1"_s);
            taken += isWork ? 1 : 0;
            if (isWork)
                ++receivers[dataOf(call)];
        }
        QVERIFY2(taken > 0, lab.run.out.constData());
        QCOMPARE(numberAfter(lab.run.out, u"consumer %1 took "_s.arg(QLatin1Char(consumer))), taken);
    }
    QCOMPARE(receivers.size(), 60); // a1…a20, b1…, c1…: each once
    for (const int count : receivers)
        QCOMPARE(count, 1);
    // And three words that it is over, one for each consumer.
    QCOMPARE(lab.endpoint(u"queue"_s).value(u"messages_in"_s).toInt(), 63);
    QCOMPARE(lab.endpoint(u"queue"_s).value(u"messages_out"_s).toInt(), 63);
}

void TestLabsQueues::theHighestPriorityComesFirstAndNotifiesOnce()
{
    const LabRun lab(u"priorities"_s, {u"--for"_s, u"20s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    qsizetype at = 0;
    for (const char* line : {"priority 9: put out the fire", "priority 5: answer the phone",
                             "priority 5: answer the door", "priority 1: tidy up", "signals: 1"}) {
        at = lab.run.out.indexOf(line, at);
        QVERIFY2(at >= 0, lab.run.out.constData());
    }
    QStringList priorities;
    for (const QJsonObject& call : lab.events(u"receiver"_s, u"mq_timedreceive"_s))
        priorities.append(call.value(u"detail"_s).toString());
    QCOMPARE(priorities, QStringList({u"priority=9"_s, u"priority=5"_s, u"priority=5"_s, u"priority=1"_s}));
    QCOMPARE(lab.events(u"receiver"_s, u"mq_notify"_s).size(), 1);
}

void TestLabsQueues::whatLivesInTheKernelOutlivesItsMaker()
{
    const LabRun lab(u"left-behind"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    QCOMPARE(lab.process(u"maker"_s).value(u"signal"_s).toString(), u"SIGKILL"_s);
    QByteArray made;
    for (const QJsonObject& write : lab.events(u"ipcmk"_s, u"write"_s))
        made += dataOf(write);
    const int queue = numberAfter(made, u"Message queue id: "_s);
    const int memory = numberAfter(made, u"Shared memory id: "_s);
    const int semaphores = numberAfter(made, u"Semaphore id: "_s);
    QVERIFY2(queue >= 0 && memory >= 0 && semaphores >= 0, made.constData());
    // Asked for after the maker's death, each was there…
    QVERIFY(lab.exitTime(u"maker"_s) < lab.exitTime(u"witness"_s));
    QCOMPARE(numberAfter(lab.run.out, u"Message Queue msqid="_s), queue);
    QCOMPARE(numberAfter(lab.run.out, u"Shared memory Segment shmid="_s), memory);
    QCOMPARE(numberAfter(lab.run.out, u"Semaphore Array semid="_s), semaphores);
    // …and is not any more, once somebody has removed it.
    msqid_ds queueState{};
    shmid_ds memoryState{};
    QVERIFY(::msgctl(queue, IPC_STAT, &queueState) < 0);
    QVERIFY(::shmctl(memory, IPC_STAT, &memoryState) < 0);
    QVERIFY(::semctl(semaphores, 0, GETVAL) < 0);
}

QTEST_GUILESS_MAIN(TestLabsQueues)
#include "tst_labs_queues.moc"
