#include "command_line_run.h"

#include "model/topology/topology_file.h"

#include <QDir>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

/// The report of a run, as a person and a browser read it.
class TestHtmlReport : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};

    static Node command(const QString& id, const QStringList& argv)
    {
        return {id, Kind::Command, id, {}, {{u"argv"_s, QJsonArray::fromStringList(argv)}}};
    }
    QByteArray reportOf(const Topology& topology, const QStringList& more = {})
    {
        const QString lab = m_directory.filePath(u"lab.byteyard"_s);
        const QString out = m_directory.filePath(u"out.html"_s);
        if (!writeTopologyFile(topology, lab).isEmpty())
            return {};
        const CommandLineRun run(QStringList{u"run"_s, lab, u"--export"_s, out} + more);
        return run.status == 0 ? readAll(out) : QByteArray();
    }

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path())); }

    void thePageHoldsWhatRanAndNothingThatRunsInIt()
    {
        Topology topology;
        topology.title = u"Hostile <b> & \"quoted\""_s;
        topology.nodes = {command(u"writer"_s, {u"printf"_s, u"\x02<script>alert(1)</script>\x01&amp;"_s}),
                          {u"pipe"_s, Kind::Pipe, u"pipe"_s, {240, 20}, {}},
                          command(u"reader"_s, {u"sh"_s, u"-c"_s, u"cat; exit 3"_s})};
        topology.nodes[2].position = {480, 0};
        topology.edges = {{u"w"_s, u"writer"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                          {u"r"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
        const QByteArray page = reportOf(topology);
        QVERIFY(!page.isEmpty());
        QVERIFY(!page.contains("<script") && !page.contains("src="));
        QXmlStreamReader xml(page);
        int pictures = 0;
        int texts = 0;
        int lines = 0;
        int rows = 0;
        QString words;
        while (!xml.atEnd()) {
            xml.readNext();
            if (xml.isCharacters())
                words += xml.text().toString() + u'\n';
            if (!xml.isStartElement())
                continue;
            pictures += xml.name() == "svg"_L1;
            texts += xml.name() == "text"_L1;
            lines += xml.name() == "path"_L1 && xml.attributes().hasAttribute(u"marker-end"_s);
            rows += xml.name() == "tr"_L1;
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QCOMPARE(pictures, 1);
        QCOMPARE(texts, 9); // name, kind or command, and end of each part
        QCOMPARE(lines, 1);
        QVERIFY(words.contains(topology.title));
        QVERIFY(words.contains(u"<script>alert(1)</script>"_s)); // the data of the write
        QVERIFY(words.contains(u"exited 0"_s) && words.contains(u"exited 3"_s));
        const qint64 bytes = QByteArray("\x02<script>alert(1)</script>\x01&amp;").size();
        QVERIFY(words.contains(u"%1 B in, %1 B out"_s.arg(bytes)));

        // Each call has its row, as in the other formats.
        const CommandLineRun json({u"run"_s, m_directory.filePath(u"lab.byteyard"_s), u"--json"_s});
        const QJsonObject summary = jsonLines(json.out).constLast();
        const qsizetype parts =
            summary[u"processes"_s].toArray().size() + summary[u"endpoints"_s].toArray().size();
        QVERIFY(rows >= 3 + parts + 10);
    }

    void aRunOfNothingDrawnHasNoPicture()
    {
        QProcess sleeper;
        sleeper.start(u"sleep"_s, {u"60"_s});
        QVERIFY(sleeper.waitForStarted());
        const QString out = m_directory.filePath(u"attached.html"_s);
        const CommandLineRun run({u"run"_s, u"--attach"_s, QString::number(sleeper.processId()), u"--for"_s,
                                  u"500ms"_s, u"--export"_s, out});
        sleeper.kill();
        sleeper.waitForFinished();
        QCOMPARE(run.status, 0);
        const QByteArray page = readAll(out);
        QVERIFY(page.contains("sleep") && !page.contains("<svg") && page.endsWith("</html>\n"));
    }

    void ofMoreCallsThanAPageHoldsTheRestIsCounted()
    {
        Topology topology;
        topology.nodes = {
            command(u"many"_s,
                    {u"sh"_s, u"-c"_s, u"dd if=/dev/zero bs=1 count=25000 2>/dev/null | cat >/dev/null"_s})};
        const QByteArray page = reportOf(topology);
        QVERIFY2(page.contains("more calls are not in this page"), page.right(300).constData());
        QVERIFY(page.count("<tr") < 20'100);
    }
};

QTEST_GUILESS_MAIN(TestHtmlReport)
#include "tst_html_report.moc"
