#include "command_line_run.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

// `byteyard run -- PROGRAM`: what a program says, reads and is sent is what it is without us.

namespace {

const QByteArrayList runWords = {BYTEYARD_HELPERS "/helper_command_line", "run", "--"};

/// A command in a terminal of its own, as its session's leader and in the foreground.
class Terminal
{
public:
    explicit Terminal(QByteArrayList words)
    {
        std::vector<char*> argv;
        for (QByteArray& word : words)
            argv.push_back(word.data());
        argv.push_back(nullptr);
        const winsize size{30, 100, 0, 0};
        m_pid = ::forkpty(&m_master, nullptr, nullptr, &size);
        if (m_pid == 0) {
            ::setenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine", 1);
            ::execvp(argv[0], argv.data());
            ::_exit(99);
        }
    }
    ~Terminal()
    {
        if (m_pid > 0) {
            ::kill(m_pid, SIGKILL);
            ::waitpid(m_pid, nullptr, 0);
        }
        ::close(m_master);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(const QByteArray& text) const
    {
        QCOMPARE(::write(m_master, text.constData(), static_cast<std::size_t>(text.size())), text.size());
    }
    void resize(unsigned short rows, unsigned short columns) const
    {
        const winsize size{rows, columns, 0, 0};
        ::ioctl(m_master, TIOCSWINSZ, &size);
    }
    /// Reads until it has said so; false when that does not come. Nothing: reads for that long.
    bool says(const QByteArray& text, int timeoutMs = 20000)
    {
        QElapsedTimer clock;
        clock.start();
        while ((text.isEmpty() || !m_said.contains(text)) && clock.elapsed() < timeoutMs) {
            pollfd ready{m_master, POLLIN, 0};
            std::array<char, 4096> buffer;
            if (::poll(&ready, 1, 100) <= 0)
                continue;
            const ssize_t size = ::read(m_master, buffer.data(), buffer.size());
            if (size <= 0)
                break; // all have closed it
            m_said.append(buffer.data(), size);
        }
        return m_said.contains(text);
    }
    /// Waits for its end; as waitpid(2) gives it, -1 when that does not come.
    int end(int timeoutMs = 20000)
    {
        QElapsedTimer clock;
        clock.start();
        int status = 0;
        pid_t ended = 0;
        while ((ended = ::waitpid(m_pid, &status, WNOHANG)) == 0 && clock.elapsed() < timeoutMs)
            says({}, 100); // what nobody reads would hold it up
        if (ended != m_pid)
            return -1;
        m_pid = -1;
        return status;
    }
    QByteArray said() const { return m_said; }

private:
    pid_t m_pid = -1;
    int m_master = -1;
    QByteArray m_said;
};

QStringList shell(const QString& script, const QStringList& options = {})
{
    return QStringList{u"run"_s} + options + QStringList{u"--"_s, u"sh"_s, u"-c"_s, script};
}

QJsonObject endpointOfKind(const QByteArray& out, const QString& kind)
{
    const QJsonArray endpoints = jsonLines(out).constLast().value(u"endpoints"_s).toArray();
    for (const QJsonValue& endpoint : endpoints)
        if (endpoint[u"kind"_s].toString() == kind)
            return endpoint.toObject();
    return {};
}

} // namespace

class TestRunProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void itsOutputsAreApartAndAsItWroteThem();
    void itReadsOurInputToItsEnd();
    void whatItInheritsIsFound();
    void aClosedStreamIsNullForIt();
    void jsonHasStandardOutputForItself();
    void eachCallIsALineAsItComes();
    void theStatusIsTheProgrammes_data();
    void theStatusIsTheProgrammes();
    void argumentsReachItAsTheyAre();
    void itRunsWhereWeAre();
    void whatIsTypedReachesTheProgram();
    void ctrlCIsTheProgrammes();
    void ctrlCStopsWhatTheProgramLeaves();
    void anInterruptThatNobodyTypedStopsTheRun();
    void itCanBeStoppedAndContinuedByTheTerminal();
    void aTerminalThatGoesEndsIt();
    void anEngineElsewhereCannotHaveTheTerminal();
    void whatIsWrongIsALine_data();
    void whatIsWrongIsALine();

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

void TestRunProgram::initTestCase()
{
    QVERIFY(m_directory.isValid());
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path()));
}

void TestRunProgram::itsOutputsAreApartAndAsItWroteThem()
{
    const CommandLineRun run(
        shell(u"printf 'a\\nb\\000\\377'; echo to errors >&2; test -t 1 || printf no"_s));
    QCOMPARE(run.status, 0);
    QCOMPARE(run.out, QByteArray("a\nb\0\xff"
                                 "no",
                                 7));
    QVERIFY2(run.err.startsWith("to errors\n"), run.err.constData());
}

void TestRunProgram::itReadsOurInputToItsEnd()
{
    QByteArray bytes;
    for (int i = 0; i < 300'000; ++i)
        bytes += static_cast<char>(i * 7);
    QProcess process;
    CommandLineRun::prepare(process, {u"run"_s, u"--"_s, u"cat"_s});
    process.setStandardInputFile({});
    process.start();
    process.write(bytes);
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardOutput() == bytes);
}

void TestRunProgram::whatItInheritsIsFound()
{
    // Standard input is a file, standard output a pipe, as of `… < in | …`.
    const QString path = m_directory.filePath(u"byteyard-in"_s);
    QFile in(path);
    QVERIFY(in.open(QIODevice::WriteOnly) && in.write(QByteArray(1000, 'x')) == 1000);
    in.close();
    const QString log = m_directory.filePath(u"out.jsonl"_s);
    QProcess process;
    CommandLineRun::prepare(process, {u"run"_s, u"--export"_s, log, u"--"_s, u"cat"_s});
    process.setStandardInputFile(path);
    process.start(QIODevice::ReadOnly);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitCode(), 0);
    QCOMPARE(process.readAllStandardOutput().size(), 1000);
    const QByteArray lines = readAll(log);
    QCOMPARE(endpointOfKind(lines, u"file"_s).value(u"bytes_out"_s).toInteger(-1), 1000);
    QCOMPARE(endpointOfKind(lines, u"pipe"_s).value(u"bytes_in"_s).toInteger(-1), 1000);
}

void TestRunProgram::aClosedStreamIsNullForIt()
{
    const QByteArray helper = BYTEYARD_HELPERS "/helper_command_line";
    QProcess process;
    CommandLineRun::prepare(process, {});
    process.setProgram(u"sh"_s);
    process.setArguments(
        {u"-c"_s, u"%1 run -- readlink /proc/self/fd/0 <&-"_s.arg(QString::fromLatin1(helper))});
    process.start(QIODevice::ReadOnly);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.readAllStandardOutput(), QByteArray("/dev/null\n"));
}

void TestRunProgram::jsonHasStandardOutputForItself()
{
    const CommandLineRun run(shell(u"echo said; echo more | cat >/dev/null"_s, {u"--json"_s}));
    QCOMPARE(run.status, 0);
    QVERIFY2(run.err.contains("said"), run.err.constData());
    const QList<QJsonObject> lines = jsonLines(run.out);
    for (const QJsonObject& line : lines)
        QVERIFY2(!line.isEmpty(), run.out.constData());
    QVERIFY(endpointOfKind(run.out, u"pipe"_s).value(u"bytes_in"_s).toInteger(-1) > 0);
}

void TestRunProgram::eachCallIsALineAsItComes()
{
    QProcess process;
    CommandLineRun::prepare(process, shell(u"echo moved | cat; read -r line; exit 3"_s, {u"--calls"_s}));
    process.setStandardInputFile({});
    process.start();
    // While it still runs.
    QByteArray said;
    QTRY_VERIFY_WITH_TIMEOUT((said += process.readAllStandardError()).contains("\"moved\\n\"\n"), 20000);
    process.write("\n");
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitCode(), 3);
    QCOMPARE(process.readAllStandardOutput(), QByteArray("moved\n"));
    said += process.readAllStandardError();
    static const QRegularExpression write(
        u"^ +[0-9]+\\.[0-9]{6} sh\\[[0-9]+\\] write\\(1, 6\\) = 6 <[0-9.]+>  \\S.*  \"moved\\\\n\"$"_s,
        QRegularExpression::MultilineOption);
    QVERIFY2(write.match(QString::fromUtf8(said)).hasMatch(), said.constData());
    QVERIFY2(said.contains("exit(3)"), said.constData());
}

void TestRunProgram::theStatusIsTheProgrammes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("status");
    QTest::newRow("its own") << shell(u"exit 42"_s) << 42;
    QTest::newRow("a signal") << shell(u"kill -USR1 $$"_s) << 128 + SIGUSR1;
    QTest::newRow("not found") << QStringList{u"run"_s, u"--"_s, u"no-such-command-here"_s} << 127;
    QTest::newRow("stopped at its time")
        << shell(u"exec sleep 60"_s, {u"--for"_s, u"300ms"_s}) << 128 + SIGTERM;
    QTest::newRow("an export that cannot be written")
        << shell(u"exit 3"_s, {u"--export"_s, u"/no/such/place/x.csv"_s}) << 125;
}

void TestRunProgram::theStatusIsTheProgrammes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, status);
    const CommandLineRun run(arguments);
    QVERIFY2(run.status == status, (QByteArray::number(run.status) + '\n' + run.err).constData());
}

void TestRunProgram::argumentsReachItAsTheyAre()
{
    const QStringList words = {u"{pipe.path}"_s, u"{{"_s, u"{print $1}"_s, u""_s,        u"a b\n"_s,
                               u"--json"_s,      u"--"_s, u"ü"_s,          u"{{a.fd}}"_s};
    const CommandLineRun run(QStringList{u"run"_s, u"--"_s, u"printf"_s, u"%s\\n"_s} + words);
    QCOMPARE(run.status, 0);
    QCOMPARE(QString::fromUtf8(run.out), words.join(u'\n') + u'\n');
}

void TestRunProgram::itRunsWhereWeAre()
{
    const QString place = m_directory.filePath(u"a {b.path} c"_s);
    QVERIFY(QDir().mkpath(place));
    const CommandLineRun run({u"run"_s, u"--"_s, u"pwd"_s}, {}, place);
    QCOMPARE(QString::fromUtf8(run.out).trimmed(), QFileInfo(place).canonicalFilePath());
}

void TestRunProgram::whatIsTypedReachesTheProgram()
{
    Terminal terminal(
        runWords +
        QByteArrayList{"bash", "--norc", "-c",
                       "test -t 0 && test -t 1 && test -t 2 && : </dev/tty && echo terminal; "
                       "trap 'stty size' WINCH; echo ready; while ! read -r -t 1 line; do :; done; "
                       "echo \"got $line\""});
    QVERIFY2(terminal.says("ready"), terminal.said().constData());
    QVERIFY2(terminal.said().contains("terminal\r\n"), terminal.said().constData());
    terminal.resize(33, 77);
    QVERIFY2(terminal.says("33 77"), terminal.said().constData());
    terminal.type("hello\n");
    QVERIFY2(terminal.says("got hello"), terminal.said().constData());
    QCOMPARE(terminal.end(), 0);
}

void TestRunProgram::ctrlCIsTheProgrammes()
{
    {
        Terminal terminal(
            runWords +
            QByteArrayList{
                "bash", "--norc", "-c",
                "n=0; trap 'n=$((n+1)); echo caught' INT; echo ready; while [ $n -lt 2 ]; do :; done; "
                "exit 7"});
        QVERIFY2(terminal.says("ready"), terminal.said().constData());
        terminal.type("\x03");
        QVERIFY2(terminal.says("caught"), terminal.said().constData()); // and we have not stopped the run
        terminal.type("\x03");
        const int status = terminal.end();
        QVERIFY2(WIFEXITED(status) && WEXITSTATUS(status) == 7, terminal.said().constData());
    }
    Terminal terminal(runWords + QByteArrayList{"sh", "-c", "echo ready; exec sleep 60"});
    QVERIFY2(terminal.says("ready"), terminal.said().constData());
    terminal.type("\x03");
    const int status = terminal.end();
    QVERIFY2(WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGINT, terminal.said().constData());
}

void TestRunProgram::ctrlCStopsWhatTheProgramLeaves()
{
    // What a shell starts in the background ignores SIGINT.
    Terminal terminal(runWords +
                      QByteArrayList{"sh", "-c", "trap '' INT; sleep 60 & echo pid $! ready; exit 4"});
    QVERIFY2(terminal.says("ready"), terminal.said().constData());
    const QByteArray pid = terminal.said().mid(terminal.said().indexOf("pid ") + 4);
    const pid_t left = pid.left(pid.indexOf(' ')).toInt();
    int status = -1;
    for (int i = 0; i < 20 && status == -1; ++i) { // the first may still be the program's
        terminal.type("\x03");
        status = terminal.end(1000);
    }
    QVERIFY2(WIFEXITED(status) && WEXITSTATUS(status) == 4, terminal.said().constData());
    QVERIFY(::kill(left, 0) != 0);
}

void TestRunProgram::anInterruptThatNobodyTypedStopsTheRun()
{
    for (const int signal : {SIGINT, SIGTERM}) {
        QProcess process;
        CommandLineRun::prepare(process, shell(u"trap '' INT; echo here; sleep 60"_s));
        process.start(QIODevice::ReadOnly);
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += process.readAllStandardOutput()).contains("here"), 20000);
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(20000));
        QCOMPARE(process.exitCode(), 128 + SIGTERM);
    }
}

void TestRunProgram::itCanBeStoppedAndContinuedByTheTerminal()
{
    // By a shell with job control, which gives the terminal to whoever is in front.
    Terminal terminal({"bash", "--norc", "--noprofile", "-i"});
    terminal.type("PS1='pro''mpt> '\n" + runWords.join(' ') +
                  " bash -c 'trap \"echo went on\" CONT; echo rea\"\"dy; read -r a; echo \"got $a\"'\n");
    QVERIFY2(terminal.says("ready"), terminal.said().constData());
    terminal.type("\x1a");
    QVERIFY2(terminal.says("Stopped"), terminal.said().constData());
    terminal.type("fg\n");
    QVERIFY2(terminal.says("went on\r\n"), terminal.said().constData());
    terminal.type("line\n");
    QVERIFY2(terminal.says("got line"), terminal.said().constData());
    terminal.type("exit $?\n");
    QCOMPARE(terminal.end(), 0);
}

void TestRunProgram::aTerminalThatGoesEndsIt()
{
    pid_t program = 0;
    {
        Terminal terminal(runWords + QByteArrayList{"sh", "-c", "echo pid $$ ready; exec sleep 60"});
        QVERIFY2(terminal.says("ready"), terminal.said().constData());
        const QByteArray pid = terminal.said().mid(terminal.said().indexOf("pid ") + 4);
        program = pid.left(pid.indexOf(' ')).toInt();
        QVERIFY(program > 0 && ::kill(program, 0) == 0);
    } // its leader is killed, the terminal hung up
    QTRY_VERIFY_WITH_TIMEOUT(::kill(program, 0) != 0, 20000);
}

void TestRunProgram::anEngineElsewhereCannotHaveTheTerminal()
{
    // As through ssh: descriptors above 2 do not come along.
    const QString wrapper = m_directory.filePath(u"far-engine"_s);
    QFile script(wrapper);
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\nexec " BYTEYARD_BIN "/byteyard-engine \"$@\" 3<&- 4<&- 5<&-\n");
    script.close();
    script.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    const CommandLineRun run(shell(u"echo hi"_s), wrapper);
    QCOMPARE(run.status, 125);
    QVERIFY2(run.err.contains("did not hand this terminal on"), run.err.constData());
    QVERIFY(run.out.isEmpty());
}

void TestRunProgram::whatIsWrongIsALine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("part");
    QTest::newRow("no program") << QStringList{u"run"_s, u"--"_s} << QByteArray("--");
    QTest::newRow("a topology, too") << QStringList{u"run"_s, u"pipeline"_s, u"--"_s, u"true"_s}
                                     << QByteArray("pipeline");
    QTest::newRow("an empty name") << QStringList{u"run"_s, u"--"_s, QString()} << QByteArray("run:");
    QTest::newRow("no UTF-8 text") << QStringList{u"run"_s, u"--"_s, u"echo"_s, u"a\ufffd"_s}
                                   << QByteArray("UTF-8");
    QTest::newRow("more than a topology holds")
        << QStringList{u"run"_s, u"--"_s, u"echo"_s} + QStringList(10, QString(120'000, u'x'))
        << QByteArray("run:");
}

void TestRunProgram::whatIsWrongIsALine()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, part);
    const CommandLineRun run(arguments);
    QCOMPARE(run.status, 2);
    QVERIFY2(run.errLines() == 1 && run.err.contains(part), run.err.constData());
}

QTEST_GUILESS_MAIN(TestRunProgram)
#include "tst_run_program.moc"
