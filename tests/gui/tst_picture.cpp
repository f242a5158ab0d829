#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// `byteyard --picture`, as a person types it.
class PictureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLabIsRunAndItsWindowIsWritten();
    void whatCannotBeOpenedIsSaidInALine();

private:
    void take(const QString& lab)
    {
        m_command.start(u"" BYTEYARD_BIN "/byteyard"_s,
                        {u"--picture"_s, m_directory.filePath(u"picture.png"_s), lab, u"--run-for"_s,
                         u"100ms"_s, u"--theme"_s, u"dark"_s, u"--size"_s, u"1000x700"_s});
        QVERIFY(m_command.waitForFinished(60000));
        QCOMPARE(m_command.exitStatus(), QProcess::NormalExit);
    }

    QTemporaryDir m_directory;
    QProcess m_command;
};

void PictureTest::aLabIsRunAndItsWindowIsWritten()
{
    take(u"back-pressure"_s);
    QCOMPARE(m_command.exitCode(), 0);
    const QImage picture(m_directory.filePath(u"picture.png"_s));
    QCOMPARE(picture.size(), QSize(1000, 700));
    QVERIFY(picture.pixelColor(500, 4).lightness() < 100);
}

void PictureTest::whatCannotBeOpenedIsSaidInALine()
{
    QFile::remove(m_directory.filePath(u"picture.png"_s));
    take(m_directory.filePath(u"none.byteyard"_s));
    QCOMPARE(m_command.exitCode(), 2);
    QVERIFY(!QFile::exists(m_directory.filePath(u"picture.png"_s)));
    const QString said = QString::fromUtf8(m_command.readAllStandardError());
    QVERIFY2(said.contains("byteyard: There is no file "_L1) && said.contains("none.byteyard"_L1),
             qPrintable(said));
}

QTEST_GUILESS_MAIN(PictureTest)
#include "tst_picture.moc"
