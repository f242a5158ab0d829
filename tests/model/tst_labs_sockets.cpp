#include "lab_run.h"

#include <QStandardPaths>
#include <QTest>

using namespace Qt::StringLiterals;

/// The labs about sockets.
class TestLabsSockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boundariesBelongToTheType();
    void clientsAreConnectedBeforeTheyAreAccepted();
    void aFullSocketDropsDatagramsAndAShortReadCutsOne();
    void timeWaitHoldsAnAddressUnlessBothRunsAllowReuse();
    void aPathOutlivesItsServerAndAnAbstractNameDoesNot();
    void everyRawSocketGetsACopy();
    void realProgramsMeetOverTheirOwnSockets();
    void aPassedDescriptorLeadsToTheSameDescription();
    void shutdownEndsOneDirectionAlone();
};

namespace {

QList<QByteArray> received(const LabRun& lab, const QString& process, const QString& endpoint)
{
    QList<QByteArray> pieces;
    const QRegularExpression receives(u"^(read|recvfrom|msgrcv)$"_s);
    for (const QJsonObject& call : lab.events(process, receives))
        if (call.value(u"endpoint"_s) == endpoint && call.value(u"result"_s).toInt() >= 0)
            pieces.append(dataOf(call));
    return pieces;
}

double timeOf(const QJsonObject& event)
{
    return event.value(u"time"_s).toDouble();
}
/// When it was called: what a call does to others they may see before it returns.
double beginOf(const QJsonObject& event)
{
    return timeOf(event) - event.value(u"duration"_s).toDouble();
}
QString errorOf(const QList<QJsonObject>& calls)
{
    return calls.value(0).value(u"error"_s).toString();
}
/// One call, on this endpoint.
bool isOne(const QList<QJsonObject>& calls, const QString& endpoint, const QString& second = {})
{
    return calls.size() == 1 && calls.first().value(u"endpoint"_s) == endpoint &&
           calls.first().value(u"endpoint2"_s).toString() == second;
}

int exitCode(const LabRun& lab, const QString& process)
{
    return lab.process(process).value(u"exit_code"_s).toInt(-1);
}

} // namespace

void TestLabsSockets::boundariesBelongToTheType()
{
    const LabRun lab(u"boundaries"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QByteArray> three{"one", "two", "three"};
    QCOMPARE(received(lab, u"receives, stream"_s, u"stream"_s), QList<QByteArray>({"onetwothree", {}}));
    QCOMPARE(received(lab, u"receives, datagram"_s, u"datagram"_s), three);
    QCOMPARE(received(lab, u"receives, seqpacket"_s, u"seqpacket"_s), three + QList<QByteArray>{{}});
    QCOMPARE(received(lab, u"receives, queue"_s, u"queue"_s), three);
    for (const QString& type : {u"stream"_s, u"datagram"_s, u"seqpacket"_s, u"queue"_s})
        QCOMPARE(lab.endpoint(type).value(u"messages_in"_s).toInt(), 3);
}

void TestLabsSockets::aPassedDescriptorLeadsToTheSameDescription()
{
    const LabRun lab(u"passing-descriptors"_s, {u"--for"_s, u"20s"_s});
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const char* line :
         {"owner reads: first line", "helper reads: second line", "owner reads: third line"})
        QVERIFY2(lab.run.out.contains(line), lab.run.out.constData());
    const QRegularExpression open(u"^open(at)?$"_s);
    for (const QJsonObject& event : lab.events(u"helper"_s, open))
        QVERIFY(event.value(u"endpoint"_s) != "notes.txt"_L1); // it never opened the file
    QCOMPARE(lab.events(u"owner"_s, u"sendmsg"_s).size(), 1);
    QCOMPARE(lab.events(u"helper"_s, u"recvmsg"_s).size(), 1);
}

void TestLabsSockets::shutdownEndsOneDirectionAlone()
{
    const LabRun lab(u"half-closed"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QJsonObject> shutdowns = lab.events(u"asker"_s, u"shutdown"_s);
    QVERIFY(isOne(shutdowns, u"pair"_s));
    QVERIFY(shutdowns.constFirst().value(u"detail"_s).toString().contains(u"SHUT_WR"_s));
    // End-of-file one way…
    QCOMPARE(received(lab, u"answerer"_s, u"pair"_s).constLast(), QByteArray());
    const double end = timeOf(lab.events(u"answerer"_s, u"read"_s).constLast());
    QVERIFY(end >= beginOf(shutdowns.constFirst()));
    // …and bytes the other way afterwards, through the descriptor that was never closed.
    const QList<QJsonObject> answers = lab.events(u"answerer"_s, u"write"_s);
    QVERIFY(!answers.isEmpty() && timeOf(answers.constFirst()) >= end);
    QCOMPARE(received(lab, u"asker"_s, u"pair"_s).join(), QByteArray("apple\nfig\npear\n"));
    const int fd = shutdowns.constFirst().value(u"fd"_s).toInt();
    for (const QJsonObject& close : lab.events(u"asker"_s, u"close"_s))
        QVERIFY(close.value(u"fd"_s).toInt() != fd);
    QCOMPARE(exitCode(lab, u"asker"_s), 0);
}

void TestLabsSockets::clientsAreConnectedBeforeTheyAreAccepted()
{
    const LabRun lab(u"listener"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QJsonObject> accepts = lab.events(u"server"_s, u"accept"_s);
    QCOMPARE(accepts.size(), 3);
    QSet<QString> connections;
    for (int i = 1; i <= 3; ++i) {
        const QString client = u"client %1"_s.arg(i);
        const QList<QJsonObject> connects = lab.events(client, u"connect"_s);
        const QString connection = connects.value(0).value(u"endpoint2"_s).toString();
        QVERIFY(isOne(connects, u"shop"_s, connection));
        connections.insert(connection);
        // Connected, and its bytes are there, before the server was at home.
        const QList<QJsonObject> sends = lab.events(client, u"sendto"_s);
        QVERIFY(isOne(sends, connection));
        QVERIFY(timeOf(connects.first()) < timeOf(accepts.first()));
        QVERIFY(timeOf(sends.first()) < timeOf(accepts.first()));
        QCOMPARE(received(lab, client, connection), {"you said: hello from " + QByteArray::number(i)});
        QCOMPARE(received(lab, u"server"_s, connection), {"hello from " + QByteArray::number(i)});
        // Both ways belong to the connection: 12 bytes there, 22 back.
        QCOMPARE(lab.endpoint(connection).value(u"bytes_in"_s).toInt(), 34);
        QCOMPARE(lab.endpoint(connection).value(u"bytes_out"_s).toInt(), 34);
    }
    QCOMPARE(connections.size(), 3);
    for (const QJsonObject& accept : accepts) {
        QCOMPARE(accept.value(u"endpoint"_s).toString(), u"shop"_s);
        QVERIFY(connections.contains(accept.value(u"endpoint2"_s).toString()));
    }
    QCOMPARE(exitCode(lab, u"server"_s), 0);
}

void TestLabsSockets::aFullSocketDropsDatagramsAndAShortReadCutsOne()
{
    const LabRun lab(u"datagrams"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    const QList<QJsonObject> sends = lab.events(u"sender"_s, u"sendto"_s);
    QCOMPARE(sends.size(), 100);
    for (const QJsonObject& send : sends) { // not one of its calls failed
        QCOMPARE(send.value(u"endpoint"_s).toString(), u"small"_s);
        QVERIFY(send.value(u"result"_s).toInt() > 0);
    }
    const QList<QByteArray> arrived = received(lab, u"late"_s, u"small"_s);
    QVERIFY2(!arrived.isEmpty() && arrived.size() < 100, qPrintable(QString::number(arrived.size())));
    for (qsizetype i = 0; i < arrived.size(); ++i) // the first ones; the rest was dropped
        QCOMPARE(arrived.at(i), "datagram " + QByteArray::number(i + 1));
    QCOMPARE(lab.endpoint(u"small"_s).value(u"messages_in"_s).toInt(), 100);
    QCOMPARE(lab.endpoint(u"small"_s).value(u"messages_out"_s).toInt(), static_cast<int>(arrived.size()));
    QCOMPARE(received(lab, u"four bytes"_s, u"cut"_s), QList<QByteArray>({"0123", "abcd"}));
}

void TestLabsSockets::timeWaitHoldsAnAddressUnlessBothRunsAllowReuse()
{
    const LabRun lab(u"address-in-use"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const QString& name : {u"plain"_s, u"reused"_s}) {
        const QString server = name + u", first run"_s;
        const QList<QJsonObject> binds = lab.events(server, u"bind"_s);
        QVERIFY(isOne(binds, name));
        QCOMPARE(binds.first().value(u"result"_s).toInt(-1), 0);
        const QString connection = name + u" connection 1"_s;
        const QList<QJsonObject> accepts = lab.events(server, u"accept"_s);
        QVERIFY(isOne(accepts, name, connection));
        QCOMPARE(lab.events(name + u", client"_s, u"connect"_s).constLast().value(u"endpoint2"_s).toString(),
                 connection);
        // The server closed first: TIME_WAIT is on its side.
        const auto closeOf = [&](const QString& process) {
            for (const QJsonObject& close : lab.events(process, u"close"_s))
                if (close.value(u"endpoint"_s) == connection)
                    return beginOf(close);
            return lab.exitTime(process);
        };
        QVERIFY(closeOf(server) < closeOf(name + u", client"_s));
        const QList<QJsonObject> again = lab.events(name + u", second run"_s, u"bind"_s);
        QVERIFY(isOne(again, name));
        QVERIFY(lab.exitTime(server) < timeOf(again.first()));
        QCOMPARE(errorOf(again), name == u"plain"_s ? u"EADDRINUSE"_s : QString());
        QCOMPARE(lab.events(server, u"setsockopt"_s).size(), name == u"plain"_s ? 0 : 1);
    }
    QCOMPARE(lab.run.out.count("bound"), 3);
    QCOMPARE(lab.run.out.count("bind: EADDRINUSE"), 1);
}

void TestLabsSockets::aPathOutlivesItsServerAndAnAbstractNameDoesNot()
{
    const LabRun lab(u"stale-path"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const QString& name : {u"path"_s, u"abstract"_s}) {
        const QString server = name + u", first run"_s;
        QCOMPARE(lab.process(server).value(u"signal"_s).toString(), u"SIGKILL"_s);
        const QList<QJsonObject> binds = lab.events(server, u"bind"_s);
        QVERIFY(isOne(binds, name));
        QCOMPARE(binds.first().value(u"result"_s).toInt(-1), 0);
        QVERIFY(isOne(lab.events(server, u"listen"_s), name));
        const QList<QJsonObject> connects = lab.events(name + u", client"_s, u"connect"_s);
        QVERIFY(isOne(connects, name));
        QVERIFY(lab.exitTime(server) < timeOf(connects.first()));
        QCOMPARE(errorOf(connects), u"ECONNREFUSED"_s);
        const QList<QJsonObject> again = lab.events(name + u", second run"_s, u"bind"_s);
        QVERIFY(isOne(again, name));
        QCOMPARE(errorOf(again), name == u"path"_s ? u"EADDRINUSE"_s : QString());
    }
    QVERIFY2(lab.run.out.contains("srw"), lab.run.out.constData()); // a socket's name
    QCOMPARE(exitCode(lab, u"path, second run"_s), 1);
    QCOMPARE(exitCode(lab, u"abstract, second run"_s), 0);
}

void TestLabsSockets::everyRawSocketGetsACopy()
{
    const LabRun lab(u"raw"_s);
    const QByteArray output = lab.run.out;
    if (lab.run.status != 0)
        QSKIP("raw sockets need CAP_NET_RAW");
    // The identifier is the lab's own: others may send ICMP on the loopback interface too.
    QCOMPARE(output.count("08 00 b5 bc 42 42 00 01"), 2);
    QCOMPARE(output.count("00 00 bd bc 42 42 00 01"), 2);
    QVERIFY(output.contains("45 00 00 1c"));
    const auto gets = [&](const QByteArray& type) {
        for (const QJsonObject& line : lab.lines)
            if (line.value(u"endpoint"_s) == "icmp"_L1 && line.value(u"call"_s) == "read"_L1 &&
                dataOf(line).mid(20, 1) == type)
                return true;
        return false;
    };
    QVERIFY(gets(QByteArray(1, 8)) && gets(QByteArray(1, 0)));
}

void TestLabsSockets::realProgramsMeetOverTheirOwnSockets()
{
    for (const QString& program : {u"nc"_s, u"socat"_s})
        if (QStandardPaths::findExecutable(program).isEmpty())
            QSKIP("needs netcat-openbsd and socat");
    const LabRun lab(u"real-programs"_s);
    QVERIFY2(lab.run.status == 0, lab.run.err.constData());
    for (const char* text : {"hello from socat", "hello from nc", "hello from nc 1", "hello from nc 2"})
        QVERIFY2(lab.run.out.contains(text), lab.run.out.constData());
    // nc and socat are children of their nodes' shells; each connection came by itself.
    QVERIFY(isOne(lab.events(u"nc"_s, u"bind"_s), u"port"_s));
    QVERIFY(isOne(lab.events(u"nc"_s, u"listen"_s), u"port"_s));
    QVERIFY(
        isOne(lab.events(u"nc"_s, QRegularExpression(u"^accept4?$"_s)), u"port"_s, u"port connection 1"_s));
    QVERIFY(isOne(lab.events(u"socat"_s, u"bind"_s), u"path"_s));
    QSet<QString> accepted;
    for (const QJsonObject& accept : lab.events(u"socat"_s, QRegularExpression(u"^accept4?$"_s)))
        accepted.insert(accept.value(u"endpoint2"_s).toString());
    QCOMPARE(accepted, QSet<QString>({u"path connection 1"_s, u"path connection 2"_s}));
    QSet<QString> connected;
    for (const QJsonObject& connect : lab.events(u"nc"_s, u"connect"_s)) {
        QCOMPARE(connect.value(u"endpoint"_s).toString(), u"path"_s);
        connected.insert(connect.value(u"endpoint2"_s).toString());
    }
    QCOMPARE(connected, accepted);
    // "hello from socat\n" one way and "hello from nc\n" the other; what cat gives back is what it got.
    for (const QString& name : {u"port"_s, u"port connection 1"_s}) {
        QCOMPARE(lab.endpoint(name).value(u"bytes_in"_s).toInt(), 17 + 14);
        QCOMPARE(lab.endpoint(name).value(u"bytes_out"_s).toInt(), 17 + 14);
    }
    QCOMPARE(lab.endpoint(u"path connection 1"_s).value(u"bytes_in"_s).toInt(), 2 * 16);
    QCOMPARE(lab.endpoint(u"path"_s).value(u"bytes_out"_s).toInt(), 4 * 16);
}

QTEST_GUILESS_MAIN(TestLabsSockets)
#include "tst_labs_sockets.moc"
