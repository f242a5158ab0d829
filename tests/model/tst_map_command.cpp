#include "command_line_run.h"

#include "ipc/host/proc.h"
#include "ipc/host/process_scan.h"

#include <QJsonArray>
#include <QTest>

#include <csignal>
#include <sys/syscall.h>

using namespace byteyard;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 30'000;

/// `yes | sleep`: a pipe that is full. Not a child of the command line, which leaves its parent out.
class FullPipe
{
public:
    FullPipe()
    {
        m_shell.setStandardInputFile(QProcess::nullDevice());
        m_shell.start(u"setsid"_s, {u"-w"_s, u"sh"_s, u"-c"_s, u"yes | sleep 1000; true"_s});
        m_isFull = m_shell.waitForStarted() && QTest::qWaitFor([this] { return find(); }, patience);
    }
    ~FullPipe()
    {
        if (m_sleep != 0)
            ::kill(m_sleep, SIGTERM);
        m_shell.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(FullPipe)

    bool isFull() const { return m_isFull; }
    int yes() const { return m_yes; }
    int sleep() const { return m_sleep; }

private:
    bool find()
    {
        for (const pid_t pid : ipc::host::descendantsOf("/proc", static_cast<pid_t>(m_shell.processId()))) {
            const std::string name = ipc::proc::commandName(pid);
            (name == "yes" ? m_yes : name == "sleep" ? m_sleep : m_other) = pid;
        }
        const auto call = ipc::proc::sleepingCall(m_yes);
        return m_yes != 0 && m_sleep != 0 && call && call->number == SYS_write;
    }

    QProcess m_shell;
    bool m_isFull = false;
    int m_yes = 0;
    int m_sleep = 0;
    int m_other = 0;
};

QJsonObject mapObjectOf(const QByteArray& text)
{
    return QJsonDocument::fromJson(text).object();
}

} // namespace

class MapCommandTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itSaysWhoWaitsAndWhoHoldsTheOtherEnd();
    void jsonHasTheSame();
    void ofAllProcessesTooThoseThatWereNotNamed();
    void aProcessThatIsNotThereIsOneLine();
    void wrongArgumentsAreOneLine_data();
    void wrongArgumentsAreOneLine();
};

void MapCommandTest::itSaysWhoWaitsAndWhoHoldsTheOtherEnd()
{
    const FullPipe pipe;
    QVERIFY(pipe.isFull());
    const CommandLineRun run({u"map"_s, u"--pid"_s, QString::number(pipe.yes())});
    QCOMPARE(run.status, 0);
    QCOMPARE(run.err, QByteArray());
    const QString text = QString::fromUtf8(run.out);
    QVERIFY2(text.contains(u"full)"_s), run.out);
    static const QRegularExpression writer(u"writes +fd 1 +%1 yes +waits in write for "_s.arg(pipe.yes()));
    static const QRegularExpression reader(u"reads +fd 0 +%1 sleep"_s.arg(pipe.sleep()));
    QVERIFY2(writer.match(text).hasMatch(), run.out);
    QVERIFY2(reader.match(text).hasMatch(), run.out);
    QVERIFY2(text.contains(u"%1 yes: blocked for "_s.arg(pipe.yes())), run.out);
    QVERIFY2(text.contains(u"its reader, pid %1 `sleep`, is blocked in"_s.arg(pipe.sleep())), run.out);
}

void MapCommandTest::jsonHasTheSame()
{
    const FullPipe pipe;
    QVERIFY(pipe.isFull());
    const CommandLineRun run({u"map"_s, u"--json"_s, u"--pid"_s, QString::number(pipe.yes())});
    QCOMPARE(run.status, 0);
    const QJsonObject map = mapObjectOf(run.out);
    QCOMPARE(map[u"type"_s].toString(), u"map"_s);
    QJsonObject waits;
    for (const QJsonValue& each : map[u"waits"_s].toArray())
        if (each[u"pid"_s].toInt() == pipe.yes())
            waits = each.toObject();
    QCOMPARE(waits[u"call"_s].toString(), u"write"_s);
    QVERIFY(waits[u"seconds"_s].toDouble() >= 0);
    for (const QJsonValue& endpoint : map[u"endpoints"_s].toArray()) {
        if (endpoint[u"endpoint"_s] != waits[u"endpoint"_s])
            continue;
        QCOMPARE(endpoint[u"kind"_s].toString(), u"pipe"_s);
        QCOMPARE(endpoint[u"fill"_s], endpoint[u"capacity"_s]);
        QHash<int, QString> users;
        for (const QJsonValue& user : endpoint[u"users"_s].toArray())
            users.insert(user[u"pid"_s].toInt(), user[u"access"_s].toString());
        QCOMPARE(users.value(pipe.yes()), u"write"_s);
        QCOMPARE(users.value(pipe.sleep()), u"read"_s);
        return;
    }
    QFAIL(run.out);
}

void MapCommandTest::ofAllProcessesTooThoseThatWereNotNamed()
{
    const FullPipe pipe;
    QVERIFY(pipe.isFull());
    const CommandLineRun run({u"map"_s});
    QCOMPARE(run.status, 0);
    QVERIFY2(run.out.contains(QByteArray::number(pipe.yes()) + " yes"), run.out);
}

void MapCommandTest::aProcessThatIsNotThereIsOneLine()
{
    const CommandLineRun run({u"map"_s, u"--pid"_s, u"2147483647"_s});
    QCOMPARE(run.status, 1);
    QCOMPARE(run.out, QByteArray());
    QCOMPARE(run.err, QByteArray("byteyard map: there is no process 2147483647.\n"));
}

void MapCommandTest::wrongArgumentsAreOneLine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("no number") << QStringList{u"--pid"_s};
    QTest::newRow("a name") << QStringList{u"--pid"_s, u"postgres"_s};
    QTest::newRow("too large") << QStringList{u"--pid"_s, u"2147483648"_s};
    QTest::newRow("a lab") << QStringList{u"pipeline"_s};
}

void MapCommandTest::wrongArgumentsAreOneLine()
{
    QFETCH(const QStringList, arguments);
    const CommandLineRun run(QStringList{u"map"_s} + arguments);
    QCOMPARE(run.status, 2);
    QCOMPARE(run.errLines(), 1);
    QVERIFY2(run.err.startsWith("byteyard map: "), run.err);
}

QTEST_GUILESS_MAIN(MapCommandTest)
#include "tst_map_command.moc"
