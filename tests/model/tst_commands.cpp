#include "model/commands/commands.h"

#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

class CommandsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSubCommandNeedsNoDisplay();
    void helpAndVersionGoThrough();
    void anUnknownCommandIsRefused();
    void eachCommandRefusesWrongArguments();
};

void CommandsTest::aSubCommandNeedsNoDisplay()
{
    for (const QString& first :
         {u"run"_s, u"export"_s, u"check"_s, u"code"_s, u"--help"_s, u"-h"_s, u"--version"_s})
        QVERIFY2(isCommandLine({first}), qPrintable(first));
    for (const QStringList& arguments :
         {QStringList{}, QStringList{u"lab.byteyard"_s}, QStringList{u"./run"_s}})
        QVERIFY(!isCommandLine(arguments));
}

void CommandsTest::helpAndVersionGoThrough()
{
    QCOMPARE(runCommandLine({u"--help"_s}), 0);
    QCOMPARE(runCommandLine({u"check"_s, u"--help"_s}), 0);
    QCOMPARE(runCommandLine({u"run"_s, u"-h"_s}), 0);
    QCOMPARE(runCommandLine({u"--version"_s}), 0);
}

void CommandsTest::anUnknownCommandIsRefused()
{
    QCOMPARE(runCommandLine({u"fly"_s}), 2);
}

void CommandsTest::eachCommandRefusesWrongArguments()
{
    for (const QString& command : {u"run"_s, u"export"_s, u"check"_s, u"code"_s})
        QCOMPARE(runCommandLine({command}), 2);
}

QTEST_GUILESS_MAIN(CommandsTest)
#include "tst_commands.moc"
