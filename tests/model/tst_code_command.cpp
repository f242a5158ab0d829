#include "command_line_run.h"

#include "model/program/program.h"
#include "model/topology/labs.h"
#include "model/topology/topology_file.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

class CodeCommandTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theProgramGoesToStandardOutput();
    void aScriptInAFileIsExecutable();
    void aFileThatIsThereIsNotWrittenOver();
    void whatALanguageCannotDoIsSaid();
    void whatIsLeftOutIsSaid();
    void wrongArgumentsAreSaidInALine();

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-XXXXXX"_s};
};

void CodeCommandTest::theProgramGoesToStandardOutput()
{
    const CommandLineRun run({u"code"_s, u"pipeline"_s, u"--language"_s, u"c"_s});
    QCOMPARE(run.status, 0);
    QCOMPARE(run.err, QByteArray());
    QCOMPARE(QString::fromUtf8(run.out),
             programFor(readTopologyFile(labPath(u"pipeline"_s)).topology, Language::C).text);
}

void CodeCommandTest::aScriptInAFileIsExecutable()
{
    const QString python = m_directory.filePath(u"pipeline.py"_s);
    const QString c = m_directory.filePath(u"pipeline.c"_s);
    QCOMPARE(CommandLineRun({u"code"_s, u"pipeline"_s, u"--language"_s, u"python"_s, u"-o"_s, python}).status,
             0);
    QCOMPARE(CommandLineRun({u"code"_s, u"--output"_s, c, u"--language"_s, u"c"_s, u"pipeline"_s}).status, 0);
    QVERIFY(QFileInfo(python).permission(QFile::ExeOwner | QFile::ExeOther));
    QVERIFY(QFileInfo(c).size() > 0 && !QFileInfo(c).isExecutable());
}

void CodeCommandTest::aFileThatIsThereIsNotWrittenOver()
{
    const QString path = m_directory.filePath(u"mine.sh"_s);
    QFile file(path);
    QVERIFY(file.open(QFile::WriteOnly) && file.write("mine") == 4);
    file.close();
    const CommandLineRun run({u"code"_s, u"pipeline"_s, u"--language"_s, u"bash"_s, u"-o"_s, path});
    QCOMPARE(run.status, 2);
    QCOMPARE(QString::fromUtf8(run.err),
             u"byteyard code: %1 is there already: remove it, or choose another name.\n"_s.arg(path));
    QCOMPARE(readAll(path), QByteArray("mine"));
}

void CodeCommandTest::whatALanguageCannotDoIsSaid()
{
    const CommandLineRun run({u"code"_s, u"half-closed"_s, u"--language"_s, u"bash"_s});
    QCOMPARE(run.status, 2);
    QCOMPARE(run.out, QByteArray());
    QCOMPARE(QString::fromUtf8(run.err),
             u"byteyard code: bash cannot make “pair” (Socket pair). Use --language c or python.\n"_s);
}

void CodeCommandTest::whatIsLeftOutIsSaid()
{
    const CommandLineRun run({u"code"_s, u"half-closed"_s, u"--language"_s, u"c"_s});
    QCOMPARE(run.status, 0);
    QCOMPARE(
        QString::fromUtf8(run.err),
        u"byteyard code: “asker” is a script: its place in the program is left to you, script_asker().\n"_s);
    QVERIFY(CommandLineRun({u"code"_s, u"back-pressure"_s, u"--language"_s, u"c"_s}).err.contains("pace"));
}

void CodeCommandTest::wrongArgumentsAreSaidInALine()
{
    for (const QStringList& arguments :
         {QStringList{}, QStringList{u"pipeline"_s}, QStringList{u"pipeline"_s, u"--language"_s},
          QStringList{u"pipeline"_s, u"--language"_s, u"lisp"_s}, QStringList{u"--language"_s, u"c"_s},
          QStringList{u"--loud"_s, u"pipeline"_s},
          QStringList{u"pipeline"_s, u"sigpipe"_s, u"--language"_s, u"c"_s},
          QStringList{u"/nowhere.byteyard"_s, u"--language"_s, u"c"_s}}) {
        const CommandLineRun run(QStringList{u"code"_s} + arguments);
        QVERIFY2(run.status == 2, qPrintable(arguments.join(u' ')));
        QCOMPARE(run.out, QByteArray());
        QCOMPARE(run.errLines(), 1);
        QVERIFY2(run.err.startsWith("byteyard code: "), run.err.constData());
    }
}

QTEST_GUILESS_MAIN(CodeCommandTest)
#include "tst_code_command.moc"
