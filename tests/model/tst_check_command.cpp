#include "model/commands/check_command.h"
#include "model/topology/labs.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include <unistd.h>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

/// What a command says on stderr while this lives.
class CaughtErrors
{
public:
    CaughtErrors() : m_saved(dup(STDERR_FILENO))
    {
        if (m_file.open())
            dup2(m_file.handle(), STDERR_FILENO);
    }
    ~CaughtErrors() { restore(); }
    Q_DISABLE_COPY_MOVE(CaughtErrors)

    QStringList lines()
    {
        restore();
        m_file.seek(0);
        return QString::fromUtf8(m_file.readAll()).split(u'\n', Qt::SkipEmptyParts);
    }

private:
    void restore()
    {
        if (m_saved < 0)
            return;
        dup2(m_saved, STDERR_FILENO);
        close(m_saved);
        m_saved = -1;
    }

    QTemporaryFile m_file{QDir::tempPath() + QStringLiteral("/byteyard-XXXXXX")};
    int m_saved;
};

} // namespace

class CheckCommandTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyLabIsSound();
    void aLabIsFoundByItsNameWhereNoFileHasIt();
    void faultsOfTheFileStandOnTheirLine();
    void whatBreaksARunStandsAtItsNode();
    void aWarningDoesNotFail();
    void whatCannotBeReadIsSaidInALine();
    void theArgumentIsOneFile();

private:
    QString write(const QByteArray& text);

    QTemporaryDir m_dir{QDir::tempPath() + QStringLiteral("/byteyard-XXXXXX")};
};

QString CheckCommandTest::write(const QByteArray& text)
{
    QFile file(m_dir.filePath(u"lab.byteyard"_s));
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("no test file");
    return file.fileName();
}

void CheckCommandTest::everyLabIsSound()
{
    const QFileInfoList labs =
        QDir(QStringLiteral(BYTEYARD_SOURCE "/resources/labs")).entryInfoList({u"*.byteyard"_s});
    for (const QFileInfo& lab : labs) {
        CaughtErrors errors;
        QCOMPARE(checkCommand({lab.filePath()}), 0);
        QCOMPARE(errors.lines(), QStringList());
    }
}

void CheckCommandTest::aLabIsFoundByItsNameWhereNoFileHasIt()
{
    QCOMPARE(checkCommand({u"pipeline"_s}), 0);
    QVERIFY(labNames().contains(u"robust-mutex"_s));
    const QTemporaryDir directory;
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(directory.path()));
    QFile file(u"pipeline"_s);
    QVERIFY(file.open(QFile::WriteOnly) && file.write("no topology") > 0);
    file.close();
    CaughtErrors errors;
    const int status = checkCommand({u"pipeline"_s});
    const QStringList lines = errors.lines();
    QVERIFY(QDir::setCurrent(before));
    QCOMPARE(status, 2);
    QVERIFY2(lines.value(0).startsWith("pipeline:1: error: "_L1), qPrintable(lines.join(u'\n')));
}

void CheckCommandTest::faultsOfTheFileStandOnTheirLine()
{
    const QString path = write("{\n\"format\": 1,\n\"nodes\": 1,\n\"edges\": 2}");
    CaughtErrors errors;
    QCOMPARE(checkCommand({path}), 2);
    QCOMPARE(
        errors.lines(),
        (QStringList{path + u":3: error: “nodes” is missing or no array. Write [] when there are none."_s,
                     path + u":4: error: “edges” is missing or no array. Write [] when there are none."_s}));
}

void CheckCommandTest::whatBreaksARunStandsAtItsNode()
{
    const QString path = write(R"({"format": 1, "edges": [], "nodes": [
{"id": "a", "kind": "pipe", "name": "a", "position": [0, 0]},
{"id": "b", "kind": "command", "name": "b", "position": [0, 0]}]})");
    CaughtErrors errors;
    QCOMPARE(checkCommand({path}), 2);
    QCOMPARE(errors.lines(),
             QStringList{path + u":3: error: b has no command. Type what it runs, such as: ls -l"_s});
}

void CheckCommandTest::aWarningDoesNotFail()
{
    const QString path = write(R"({"format": 1, "edges": [
{"id": "e", "process": {"node": "b", "port": "1"}, "endpoint": {"node": "a", "port": "write"}}], "nodes": [
{"id": "a", "kind": "pipe", "name": "a", "position": [0, 0]},
{"id": "b", "kind": "command", "name": "b", "position": [0, 0], "properties": {"argv": ["ls"]}}]})");
    CaughtErrors errors;
    QCOMPARE(checkCommand({path}), 0);
    const QStringList lines = errors.lines();
    QCOMPARE(lines.size(), 1);
    QVERIFY2(lines.first().startsWith(path + u":3: warning: Nobody holds the read end of a"_s),
             qPrintable(lines.first()));
}

void CheckCommandTest::whatCannotBeReadIsSaidInALine()
{
    for (const QString& path : {u"/nowhere.byteyard"_s, u"/tmp"_s, u"/dev/zero"_s}) {
        CaughtErrors errors;
        QCOMPARE(checkCommand({path}), 2);
        const QStringList lines = errors.lines();
        QCOMPARE(lines.size(), 1);
        QVERIFY2(lines.first().startsWith(u"byteyard check: "_s) && lines.first().contains(path),
                 qPrintable(lines.first()));
    }
}

void CheckCommandTest::theArgumentIsOneFile()
{
    for (const QStringList& arguments :
         {QStringList{}, QStringList{u"a"_s, u"b"_s}, QStringList{u"--quiet"_s}}) {
        CaughtErrors errors;
        QCOMPARE(checkCommand(arguments), 2);
        QCOMPARE(errors.lines().size(), 1);
    }
}

QTEST_GUILESS_MAIN(CheckCommandTest)
#include "tst_check_command.moc"
