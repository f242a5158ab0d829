#include "program_run.h"

#include "command_line_run.h"
#include "model/topology/labs.h"

#include <QDeadlineTimer>
#include <QTest>

#include <csignal>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

const QList<std::pair<const char*, Language>> languages{
    {"bash", Language::Bash}, {"c", Language::C}, {"python", Language::Python}};

QJsonObject intoFile(const QString& path, QJsonObject properties = {})
{
    properties.insert(u"stdout"_s, u"file:"_s + path);
    return properties;
}

QJsonObject startsWhen(const QString& when, const QString& node)
{
    return {{u"start"_s, QJsonObject{{u"when"_s, when}, {u"node"_s, node}}}};
}

/// Of these System V objects, told by the program as "msg:7 shm:8", those that are there still.
QStringList stillThere(const QByteArray& told)
{
    QStringList found;
    const QStringList objects = QString::fromUtf8(told).split(u' ', Qt::SkipEmptyParts);
    for (const QString& object : objects) {
        const QByteArray table = readAll(u"/proc/sysvipc/"_s + object.section(u':', 0, 0));
        for (const QByteArray& line : table.split('\n'))
            if (line.simplified().split(' ').value(1) == object.section(u':', 1).toUtf8())
                found.append(object);
    }
    return found;
}

} // namespace

class ProgramTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLabIsAProgramOrRefused_data();
    void everyLabIsAProgramOrRefused();
    void aPipelineCounts_data() { languageRows(); }
    void aPipelineCounts();
    void bothEndsOfAFifoMeet_data() { languageRows(); }
    void bothEndsOfAFifoMeet();
    void aSocketPairGoesBothWays_data() { languageRows(); }
    void aSocketPairGoesBothWays();
    void oneDescriptionHasOneOffset_data() { languageRows(); }
    void oneDescriptionHasOneOffset();
    void oneStartsWhenAnotherHasEnded_data() { languageRows(); }
    void oneStartsWhenAnotherHasEnded();
    void oneStartsWhenAnotherListens_data() { languageRows(); }
    void oneStartsWhenAnotherListens();
    void aHandIsASignal_data() { languageRows(); }
    void aHandIsASignal();
    void whoeverWritesForNobodyGetsSigpipe_data() { languageRows(); }
    void whoeverWritesForNobodyGetsSigpipe();
    void anIdIsHandedOverAndTheObjectGoes_data() { languageRows(); }
    void anIdIsHandedOverAndTheObjectGoes();
    void hostileTextsStayTexts_data() { languageRows(); }
    void hostileTextsStayTexts();
    void aProgramThatIsNotThereIsAFailure_data() { languageRows(); }
    void aProgramThatIsNotThereIsAFailure();
    void ctrlCEndsAllAndLeavesNothing_data() { languageRows(); }
    void ctrlCEndsAllAndLeavesNothing();
    void everyKindIsMadeAndTakenAway_data() { languageRows(); }
    void everyKindIsMadeAndTakenAway();
    void aDescriptorIsWhereItIsPromised_data() { languageRows(); }
    void aDescriptorIsWhereItIsPromised();
    void aScriptIsLeftToTheReader_data() { languageRows(); }
    void aScriptIsLeftToTheReader();
    void namesOfTheProgramsOwnAreKeptApart_data() { languageRows(); }
    void namesOfTheProgramsOwnAreKeptApart();
    void aLargeTopologyIsWrittenInSeconds();
    void nothingToStartIsRefused();

private:
    void languageRows();
    Language language() const
    {
        return languages.at(*static_cast<int*>(QTest::qData("index", qMetaTypeId<int>()))).second;
    }
};

void ProgramTest::languageRows()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < languages.size(); ++i)
        QTest::newRow(languages.at(i).first) << i;
}

void ProgramTest::everyLabIsAProgramOrRefused_data()
{
    QTest::addColumn<QString>("lab");
    QTest::addColumn<int>("index");
    for (const QString& lab : labNames())
        for (int i = 0; i < languages.size(); ++i)
            QTest::addRow("%s in %s", qPrintable(lab), languages.at(i).first) << lab << i;
}

void ProgramTest::everyLabIsAProgramOrRefused()
{
    QFETCH(QString, lab);
    const ReadResult read = readTopologyFile(labPath(lab));
    QVERIFY(read.ok());
    const ProgramRun run(read.topology, language(), true);
    if (!run.program.refusals.isEmpty()) {
        QCOMPARE(language(), Language::Bash);
        QVERIFY2(run.program.refusals.first().startsWith("bash cannot "_L1),
                 qPrintable(run.program.refusals.first()));
        QVERIFY(run.program.text.isEmpty());
        return;
    }
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
}

void ProgramTest::aPipelineCounts()
{
    const QTemporaryDir results;
    const QString result = results.filePath(u"result"_s);
    Parts parts;
    parts.command(u"seq"_s, {u"seq"_s, u"1"_s, u"1000"_s})
        .part(u"numbers"_s, Kind::Pipe)
        .command(u"grep"_s, {u"grep"_s, u"7"_s})
        .part(u"sevens"_s, Kind::Pipe)
        .command(u"wc"_s, {u"wc"_s, u"-l"_s}, intoFile(result))
        .edge(u"seq"_s, u"1"_s, u"numbers"_s, u"write"_s)
        .edge(u"grep"_s, u"0"_s, u"numbers"_s, u"read"_s)
        .edge(u"grep"_s, u"1"_s, u"sevens"_s, u"write"_s)
        .edge(u"wc"_s, u"0"_s, u"sevens"_s, u"read"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    QCOMPARE(readAll(result), QByteArray("271\n"));
}

void ProgramTest::bothEndsOfAFifoMeet()
{
    Parts parts;
    parts.topology().files.insert(u"notes.txt"_s, u"one\ntwo\n"_s);
    parts.command(u"writer"_s, {u"cat"_s, u"notes.txt"_s})
        .part(u"mail box"_s, Kind::Fifo)
        .command(u"reader"_s, {u"cat"_s})
        .part(u"open"_s, Kind::Fifo, {{u"mode"_s, u"0666"_s}})
        .command(u"place"_s, {u"sh"_s, u"-c"_s, u"ls -l '{open.path}' >&2; echo '{mail box.path}'"_s})
        .edge(u"writer"_s, u"1"_s, u"mail box"_s, u"write"_s)
        .edge(u"reader"_s, u"0"_s, u"mail box"_s, u"read"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.status, 0);
    QVERIFY2(run.err.startsWith("prw-rw-rw-"), run.err.constData());
    QVERIFY2(run.out.contains("one\ntwo\n"), run.out.constData());
    const qsizetype at = run.out.indexOf('/');
    const QString place = QString::fromUtf8(run.out.mid(at, run.out.indexOf('\n', at) - at));
    QVERIFY2(place.contains("/byteyard-"_L1) && place.endsWith("/mail box"_L1), qPrintable(place));
    QVERIFY(!QFileInfo::exists(QFileInfo(place).path()));
}

void ProgramTest::aSocketPairGoesBothWays()
{
    Parts parts;
    parts.command(u"asks"_s, {u"sh"_s, u"-c"_s, u"echo hello >&3; head -1 <&3"_s})
        .part(u"pair"_s, Kind::Socketpair)
        .command(u"answers"_s, {u"cat"_s})
        .edge(u"asks"_s, u"3"_s, u"pair"_s, u"a"_s)
        .edge(u"answers"_s, u"0"_s, u"pair"_s, u"b"_s)
        .edge(u"answers"_s, u"1"_s, u"pair"_s, u"b"_s);
    ProgramRun run(parts.topology(), language());
    if (language() == Language::Bash) {
        QCOMPARE(run.program.refusals, QStringList{u"bash cannot make “pair” (Socket pair)."_s});
        return;
    }
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.out, QByteArray("hello\n"));
    QCOMPARE(run.status, 0);
}

void ProgramTest::oneDescriptionHasOneOffset()
{
    const QTemporaryDir results;
    const QString result = results.filePath(u"log"_s);
    Parts parts;
    parts.part(u"log"_s, Kind::File, {{u"path"_s, result}, {u"keep"_s, true}});
    const QJsonObject shared{{u"shared"_s, u"one"_s}};
    parts.command(u"first"_s, {u"echo"_s, u"first"_s}).edge(u"first"_s, u"1"_s, u"log"_s, u"write"_s, shared);
    parts.command(u"second"_s, {u"echo"_s, u"second"_s}, startsWhen(u"exits"_s, parts.idOf(u"first"_s)))
        .edge(u"second"_s, u"1"_s, u"log"_s, u"write"_s, shared);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.status, 0);
    QCOMPARE(readAll(result), QByteArray("first\nsecond\n"));
}

void ProgramTest::oneStartsWhenAnotherHasEnded()
{
    Parts parts;
    parts.command(u"first"_s, {u"sh"_s, u"-c"_s, u"sleep 0.2; echo first"_s});
    parts.command(u"second"_s, {u"echo"_s, u"second"_s}, startsWhen(u"exits"_s, parts.idOf(u"first"_s)));
    parts.command(u"third"_s, {u"sh"_s, u"-c"_s, u"sleep 0.2; echo third"_s},
                  startsWhen(u"exits"_s, parts.idOf(u"second"_s)));
    parts.command(u"with third"_s, {u"true"_s}, startsWhen(u"runs"_s, parts.idOf(u"third"_s)));
    parts.command(u"last"_s, {u"echo"_s, u"last"_s}, startsWhen(u"exits"_s, parts.idOf(u"third"_s)));
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.status, 0);
    QCOMPARE(run.out, QByteArray("first\nsecond\nthird\nlast\n"));
}

void ProgramTest::oneStartsWhenAnotherListens()
{
    Parts parts;
    parts.part(u"door"_s, Kind::UnixStream, {{u"made-by"_s, u"program"_s}})
        .part(u"shop"_s, Kind::Tcp, {{u"made-by"_s, u"program"_s}})
        .command(u"by path"_s, {u"sh"_s, u"-c"_s, u"sleep 0.2; socat -u UNIX-LISTEN:{door.path} -"_s})
        .command(u"by port"_s, {u"sh"_s, u"-c"_s, u"sleep 0.2; socat -u TCP-LISTEN:{shop.port} -"_s})
        .command(u"deaf"_s, {u"true"_s, u"{shop.port}"_s});
    parts.command(u"to path"_s, {u"sh"_s, u"-c"_s, u"echo by path | socat -u - UNIX:{door.path}"_s},
                  startsWhen(u"listens"_s, parts.idOf(u"by path"_s)));
    parts.command(u"to port"_s, {u"sh"_s, u"-c"_s, u"echo by port | socat -u - TCP:127.0.0.1:{shop.port}"_s},
                  startsWhen(u"listens"_s, parts.idOf(u"by port"_s)));
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    QVERIFY(run.out.contains("by path\n") && run.out.contains("by port\n"));

    Parts hopeless;
    hopeless.part(u"door"_s, Kind::UnixStream, {{u"made-by"_s, u"program"_s}})
        .command(u"deaf"_s, {u"true"_s, u"{door.path}"_s});
    hopeless.command(u"waits"_s, {u"echo"_s, u"never"_s}, startsWhen(u"listens"_s, hopeless.idOf(u"deaf"_s)));
    ProgramRun never(hopeless.topology(), language());
    QVERIFY2(never.fault.isEmpty(), never.fault.constData());
    QVERIFY(never.run());
    QVERIFY2(never.err.contains("waits never starts: deaf has ended"), never.err.constData());
    QCOMPARE(never.out, QByteArray());
    QCOMPARE(never.status, 1);
}

void ProgramTest::aHandIsASignal()
{
    Parts parts;
    parts.command(u"by hand"_s, {u"echo"_s, u"at last"_s},
                  {{u"start"_s, QJsonObject{{u"when"_s, u"by-hand"_s}}}});
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    run.process.setProcessChannelMode(QProcess::MergedChannels);
    run.process.start(QIODevice::ReadOnly);
    QByteArray said;
    while (!said.contains('\n') && run.process.waitForReadyRead(30000))
        said += run.process.readAllStandardOutput();
    QVERIFY2(said.contains("by hand waits: kill -USR1 " + QByteArray::number(run.process.processId())), said);
    ::kill(static_cast<pid_t>(run.process.processId()), SIGUSR1);
    QVERIFY(run.end());
    QCOMPARE(run.status, 0);
    QVERIFY2(run.out.contains("at last\n"), run.out.constData());
}

void ProgramTest::whoeverWritesForNobodyGetsSigpipe()
{
    Parts parts;
    parts.command(u"yes"_s, {u"yes"_s})
        .part(u"pipe"_s, Kind::Pipe)
        .command(u"head"_s, {u"head"_s, u"-1"_s})
        .edge(u"yes"_s, u"1"_s, u"pipe"_s, u"write"_s)
        .edge(u"head"_s, u"0"_s, u"pipe"_s, u"read"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.out, QByteArray("y\n"));
    QVERIFY2(run.err.startsWith("yes: ended by signal 13"), run.err.constData());
    QCOMPARE(run.status, 0);
}

void ProgramTest::anIdIsHandedOverAndTheObjectGoes()
{
    Parts parts;
    parts.part(u"queue"_s, Kind::SysvQueue)
        .command(
            u"looks"_s,
            {u"sh"_s, u"-c"_s,
             u"ipcs -q | awk -v key={queue.key} '$1 == key && $2 == {queue.id} { print \"msg:{queue.id}\" }'"_s});
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QVERIFY2(run.out.startsWith("msg:"), run.out.constData());
    QCOMPARE(stillThere(run.out.trimmed()), QStringList());
}

void ProgramTest::hostileTextsStayTexts()
{
    const QStringList words{u"printf"_s,
                            u"%s|"_s,
                            u"*/ #define x /*"_s,
                            u"$(echo gone) `echo gone` $HOME ${HOME}"_s,
                            u"two\nlines\\"_s,
                            u"'single' \"double\" \\n \\"_s,
                            u"?\?/ ?\?= trigraphs"_s,
                            u"tab\tbell\a escape\x1b"_s,
                            u"Grüße \u202e left \u200b 🙂"_s,
                            u"{not.replaced} {{braces}}"_s,
                            u"%d %s %%"_s,
                            u"! # ~ * ? [a] ; & | < > ( )"_s,
                            u"-n"_s,
                            QString()};
    QByteArray expected;
    for (QString word : words.mid(2))
        expected += word.replace("{{"_L1, "{"_L1).toUtf8() + '|';
    const QString name = u"*/ \"'$(x)`\\ ?\?/ été %s #"_s;
    Parts parts;
    parts.topology().title = u"*/ int main(void) { /* \\ ?\?/"_s;
    parts.topology().files.insert(u"-a 'file' $(x)"_s, u"*/ '\"\n$(x)\\\nEOF"_s);
    parts.part(name, Kind::Fifo)
        .command(u"int"_s, words, {{u"environment"_s, QJsonObject{{u"A-b"_s, u"'$x\n"_s}}}})
        .command(u"INT"_s, {u"sh"_s, u"-c"_s, u"cat -- \"$1\" >&2"_s, u"sh"_s, u"-a 'file' $(x)"_s},
                 intoFile(u"a $(file) {"_s))
        .command(u"writes"_s, {u"printf"_s, u"%s"_s, u"{"_s + name + u".path}"_s})
        .command(u"reads"_s, {u"cat"_s}, {{u"stdout"_s, u"null"_s}})
        .edge(u"writes"_s, u"1"_s, name, u"write"_s)
        .edge(u"reads"_s, u"0"_s, name, u"read"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.out, expected);
    QCOMPARE(run.err, QByteArray("*/ '\"\n$(x)\\\nEOF"));
    QCOMPARE(run.status, 0);
}

void ProgramTest::aProgramThatIsNotThereIsAFailure()
{
    Parts parts;
    parts.command(u"nothing"_s, {u"/nowhere/byteyard"_s}).command(u"something"_s, {u"echo"_s, u"here"_s});
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.out, QByteArray("here\n"));
    QVERIFY2(run.err.contains("nothing: exit code 127"), run.err.constData());
    QCOMPARE(run.status, 1);
}

void ProgramTest::ctrlCEndsAllAndLeavesNothing()
{
    Parts parts;
    parts.part(u"queue"_s, Kind::SysvQueue)
        .part(u"pipe"_s, Kind::Pipe)
        .command(u"sleeps"_s, {u"sh"_s, u"-c"_s, u"echo $$ $(pwd) msg:{queue.id}; exec sleep 1000"_s})
        .command(u"deaf"_s, {u"sh"_s, u"-c"_s, u"trap '' TERM; cat >/dev/null"_s})
        .edge(u"deaf"_s, u"0"_s, u"pipe"_s, u"read"_s);
    parts.command(u"held"_s, {u"true"_s}, startsWhen(u"exits"_s, parts.idOf(u"sleeps"_s)))
        .edge(u"held"_s, u"1"_s, u"pipe"_s, u"write"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    run.process.start(QIODevice::ReadOnly);
    QByteArray said;
    while (!said.contains('\n') && run.process.waitForReadyRead(30000))
        said += run.process.readAllStandardOutput();
    const QList<QByteArray> words = said.trimmed().split(' ');
    QCOMPARE(words.size(), 3);
    QVERIFY(QFileInfo::exists(QString::fromUtf8(words.at(1))));
    QCOMPARE(stillThere(words.at(2)), QStringList{QString::fromUtf8(words.at(2))});
    ::kill(static_cast<pid_t>(run.process.processId()), SIGINT);
    QVERIFY(run.end());
    QCOMPARE(run.status, 130);
    QVERIFY(!QFileInfo::exists(QString::fromUtf8(words.at(1))));
    QVERIFY(!QFileInfo::exists(u"/proc/"_s + QString::fromUtf8(words.at(0))));
    QCOMPARE(stillThere(words.at(2)), QStringList());
}

void ProgramTest::everyKindIsMadeAndTakenAway()
{
    const QTemporaryDir places(QDir::tempPath() + u"/byteyard-XXXXXX"_s);
    const QJsonObject buffers{{u"sndbuf"_s, 8192}, {u"rcvbuf"_s, 8192}};
    QJsonObject tcp = buffers;
    tcp.insert(u"reuseaddr"_s, true);
    tcp.insert(u"nodelay"_s, true);
    QJsonObject datagrams = buffers;
    datagrams.insert(u"type"_s, u"datagram"_s);
    const auto liesIn = [](const Parts& parts, const QString& memory) {
        return QJsonObject{{u"memory"_s, parts.idOf(memory)}, {u"offset"_s, 64}, {u"value"_s, 3}};
    };
    Parts parts;
    parts.part(u"pipe"_s, Kind::Pipe, {{u"capacity"_s, 4096}})
        .part(u"packets"_s, Kind::Pipe, {{u"packets"_s, true}})
        .part(u"fifo"_s, Kind::Fifo, {{u"path"_s, places.filePath(u"fifo"_s)}})
        .part(u"file"_s, Kind::File, {{u"path"_s, places.filePath(u"file"_s)}})
        .part(u"pair"_s, Kind::Socketpair, datagrams)
        .part(u"queue"_s, Kind::SysvQueue, {{u"qbytes"_s, 4096}})
        .part(u"memory"_s, Kind::SysvShm, {{u"key"_s, u"0x6279746a"_s}})
        .part(u"set"_s, Kind::SysvSemaphore, {{u"values"_s, QJsonArray{1, 0, 7}}})
        .part(u"posix queue"_s, Kind::PosixQueue)
        .part(u"posix memory"_s, Kind::PosixShm)
        .part(u"lock"_s, Kind::PosixSemaphore)
        .part(u"sealed"_s, Kind::Memfd, {{u"seals"_s, QJsonArray{u"F_SEAL_SHRINK"_s, u"F_SEAL_GROW"_s}}})
        .part(u"counter"_s, Kind::Eventfd, {{u"value"_s, 5}, {u"semaphore"_s, true}})
        .part(u"terminal"_s, Kind::Pty, {{u"rows"_s, 7}, {u"columns"_s, 33}})
        .part(u"stream"_s, Kind::UnixStream, {{u"path"_s, places.filePath(u"stream"_s)}})
        .part(u"letters"_s, Kind::UnixDatagram)
        .part(u"rows"_s, Kind::UnixSeqpacket, {{u"path"_s, u"@"_s}})
        .part(u"shop"_s, Kind::Tcp, tcp)
        .part(u"post"_s, Kind::Udp, {{u"address"_s, u"::1"_s}});
    parts.part(u"lock in memory"_s, Kind::PosixSemaphore, liesIn(parts, u"memory"_s))
        .part(u"lock in posix memory"_s, Kind::PosixSemaphore, liesIn(parts, u"posix memory"_s))
        .part(u"lock in file"_s, Kind::PosixSemaphore, liesIn(parts, u"sealed"_s));
    parts.command(u"looks"_s, {u"sh"_s, u"-c"_s,
                               u"readlink /proc/$$/fd/3 /proc/$$/fd/4 /proc/$$/fd/9; stty size <&5; "
                               u"od -An -tu8 -N8 <&6; od -An -tu4 -j64 -N4 /proc/$$/fd/7; "
                               u"ipcs -s -i {set.id} | awk '$1 ~ /^[0-9]+$/ { print $2 }'; "
                               u"echo msg:{queue.id} shm:{memory.id} sem:{set.id}"_s});
    parts.edge(u"looks"_s, u"3"_s, u"posix memory"_s, u"attach"_s)
        .edge(u"looks"_s, u"4"_s, u"posix queue"_s, u"receive"_s)
        .edge(u"looks"_s, u"5"_s, u"terminal"_s, u"slave"_s)
        .edge(u"looks"_s, u"6"_s, u"counter"_s, u"read"_s)
        .edge(u"looks"_s, u"7"_s, u"sealed"_s, u"attach"_s)
        .edge(u"looks"_s, u"8"_s, u"stream"_s, u"listen"_s)
        .edge(u"looks"_s, u"9"_s, u"file"_s, u"read-write"_s);
    parts
        .command(u"connects"_s,
                 {u"sh"_s, u"-c"_s,
                  u"readlink /proc/$$/fd/3 /proc/$$/fd/4 /proc/$$/fd/5 && test {shop.port} -gt 0"_s},
                 {{u"stdout"_s, u"null"_s}})
        .edge(u"connects"_s, u"3"_s, u"stream"_s, u"connect"_s)
        .edge(u"connects"_s, u"4"_s, u"letters"_s, u"send"_s)
        .edge(u"connects"_s, u"5"_s, u"post"_s, u"send"_s);
    parts.command(u"keeps"_s, {u"sleep"_s, u"0.3"_s})
        .edge(u"keeps"_s, u"3"_s, u"letters"_s, u"receive"_s)
        .edge(u"keeps"_s, u"4"_s, u"post"_s, u"receive"_s)
        .edge(u"keeps"_s, u"5"_s, u"stream"_s, u"listen"_s)
        .edge(u"keeps"_s, u"6"_s, u"terminal"_s, u"master"_s);
    for (const Fault& fault : validate(parts.topology()))
        QVERIFY2(fault.severity == Fault::Severity::Warning, qPrintable(fault.what));
    ProgramRun run(parts.topology(), language());
    if (language() == Language::Bash) {
        QVERIFY(run.program.refusals.size() > 10);
        return;
    }
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    QVERIFY2(run.out.contains("/dev/shm/byteyard-"), run.out.constData());
    QVERIFY2(run.out.contains(places.filePath(u"file"_s).toUtf8()), run.out.constData());
    const QByteArray facts = run.out.simplified();
    QVERIFY2(facts.contains("7 33 1 3 "),
             facts.constData()); // the terminal's size, one of the counter, the lock
    QVERIFY2(facts.contains("1 0 7"), facts.constData());
    QVERIFY2(QDir(places.path()).isEmpty(), qPrintable(QDir(places.path()).entryList().join(u' ')));
    const qsizetype ids = facts.indexOf("msg:");
    QVERIFY(ids >= 0 && facts.indexOf("shm:", ids) > 0 && facts.indexOf("sem:", ids) > 0);
    QCOMPARE(stillThere(facts.mid(ids)), QStringList());
    const QByteArray memory = run.out.mid(run.out.indexOf("/byteyard-") + 1).split(' ').first();
    const QString own = QString::fromUtf8(memory.left(memory.lastIndexOf('-')));
    QVERIFY2(own.startsWith("byteyard-"_L1) && own.size() > 9, qPrintable(own));
    QCOMPARE(QDir(u"/dev/shm"_s).entryList({u"*"_s + own + u"-*"_s}, QDir::Files), QStringList());
}

void ProgramTest::aDescriptorIsWhereItIsPromised()
{
    Parts parts;
    parts.part(u"one"_s, Kind::Pipe)
        .part(u"two"_s, Kind::Pipe)
        .command(u"writes"_s, {u"sh"_s, u"-c"_s,
                               u"echo one >&4; echo two >&3; for n in $(seq 0 40); do "
                               u"[ ! -e /proc/$$/fd/$n ] || printf '%s ' $n >&2; done"_s})
        .command(u"reads"_s, {u"sh"_s, u"-c"_s, u"cat <&9; cat <&3"_s})
        .edge(u"writes"_s, u"4"_s, u"one"_s, u"write"_s)
        .edge(u"writes"_s, u"3"_s, u"two"_s, u"write"_s)
        .edge(u"reads"_s, u"9"_s, u"one"_s, u"read"_s)
        .edge(u"reads"_s, u"3"_s, u"two"_s, u"read"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.out, QByteArray("one\ntwo\n"));
    if (language() != Language::Bash) // which hands on what it was started with
        QCOMPARE(run.err, QByteArray("0 1 2 3 4 "));
}

void ProgramTest::aScriptIsLeftToTheReader()
{
    Parts parts;
    parts.part(u"queue"_s, Kind::SysvQueue)
        .part(u"pipe"_s, Kind::Pipe)
        .part(u"pro ducer"_s, Kind::Actor,
              {{u"script"_s, u"-- */ the script\nmsgsnd(int, 1, \"\\\n\")"_s},
               {u"fields"_s, QJsonObject{{u"count"_s, 5}}}})
        .edge(u"pro ducer"_s, u"int"_s, u"queue"_s, u"send"_s)
        .edge(u"pro ducer"_s, u"out"_s, u"pipe"_s, u"write"_s);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QCOMPARE(run.program.notes,
             QStringList{
                 u"“pro ducer” is a script: its place in the program is left to you, script_pro_ducer()."_s});
    for (const char* part : {"TODO", "int_id", "out_fd", "msgsnd(int, 1", "\"count\":5"})
        QVERIFY2(run.program.text.contains(QLatin1String(part)), part);
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
}

void ProgramTest::namesOfTheProgramsOwnAreKeptApart()
{
    Parts parts;
    parts.command(u"consumer"_s, {u"true"_s});
    for (const QString& name : {u"run"_s, u"script"_s, u"free"_s, u"has"_s, u"si"_s, u"random"_s,
                                u"process"_s, u"8"_s, u"ü"_s, u"ö"_s, u"Run"_s, u"run 2"_s})
        parts.part(name, Kind::Fifo).part(name + u" shop"_s, Kind::Tcp, {{u"made-by"_s, u"program"_s}});
    parts.part(u"random "_s, Kind::SysvQueue).part(u"si "_s, Kind::Pipe);
    QStringList words{u"echo"_s, u"{random .key}"_s};
    for (const QString& name : {u"path"_s, u"port"_s, u"int"_s, u"class"_s, u"exit"_s, u"main"_s})
        parts.command(name, {u"true"_s});
    for (const Node& node : std::as_const(parts.topology().nodes))
        if (node.kind == Kind::Fifo)
            words.append(u"{"_s + node.name + u".path} {"_s + node.name + u" shop.port}"_s);
    parts.command(u"tells"_s, words);
    ProgramRun run(parts.topology(), language());
    QVERIFY2(run.fault.isEmpty(), run.fault.constData());
    QVERIFY(run.run());
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(run.status, 0);
    QVERIFY2(run.out.startsWith("0x") && run.out.contains("/run 2 "), run.out.constData());
}

void ProgramTest::aLargeTopologyIsWrittenInSeconds()
{
    Parts parts;
    Topology& topology = parts.topology();
    for (int i = 0; i < maxNodes / 2; ++i) {
        const QString number = QString::number(i);
        topology.nodes.append(
            {u"p"_s + number, Kind::Pipe, u"ü"_s.repeated(i % 20 + 1) + number.toLower(), {}, {}});
        topology.nodes.append(
            {u"c"_s + number, Kind::Command, u"é"_s + number, {}, {{u"argv"_s, QJsonArray{u"true"_s}}}});
        topology.edges.append({u"e"_s + number, u"c"_s + number, u"1"_s, u"p"_s + number, u"write"_s, {}});
    }
    for (const auto& [name, language] : languages) {
        const QDeadlineTimer limit(10000);
        QVERIFY(!programFor(topology, language).text.isEmpty());
        QVERIFY2(!limit.hasExpired(), name);
    }
}

void ProgramTest::nothingToStartIsRefused()
{
    Parts parts;
    parts.part(u"pipe"_s, Kind::Pipe);
    for (const auto& [name, language] : languages)
        QCOMPARE(programFor(parts.topology(), language).refusals,
                 QStringList{u"There is no process in it that a program could start."_s});
}

QTEST_GUILESS_MAIN(ProgramTest)
#include "tst_program.moc"
