#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QJsonArray>
#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

#include <cmath>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

class PipelineTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPipelineBecomesItsParts();
    void partsLieInARowFromTheLeft();
    void redirectionsBecomeFiles();
    void aPathOfItsOwnIsKept();
    void aDeviceIsNoFileOfTheCanvas();
    void otherSyntaxBecomesOneShellCommand_data();
    void otherSyntaxBecomesOneShellCommand();
    void quotedSyntaxIsText_data();
    void quotedSyntaxIsText();
    void whatIsNoPipelineIsSaid_data();
    void whatIsNoPipelineIsSaid();
    void everyResultCanBeSavedAndRead();
    void joinedWordsAreSplitIntoTheSame();
    void aShellSplitsJoinedWordsIntoTheSame();
};

namespace {

QStringList argv(const PipelineResult& result, qsizetype index)
{
    return result.fragment.nodes.at(index).argv();
}

QString edges(const Topology& topology)
{
    QStringList texts;
    for (const Edge& edge : topology.edges)
        texts.append(edge.process + u':' + edge.processPort + u' ' + edge.endpoint + u':' +
                     edge.endpointPort);
    return texts.join(", "_L1);
}

} // namespace

void PipelineTextTest::aPipelineBecomesItsParts()
{
    const PipelineResult result = parsePipeline(u"ls | grep \".txt\" > out"_s);
    QCOMPARE(result.error, QString());
    QCOMPARE(result.note, QString());
    QCOMPARE(result.fragment.nodes.size(), 4);
    QCOMPARE(argv(result, 0), QStringList{u"ls"_s});
    QCOMPARE(argv(result, 2), (QStringList{u"grep"_s, u".txt"_s}));
    QCOMPARE(result.fragment.nodes.at(3).kind, Kind::File);
    QCOMPARE(result.fragment.nodes.at(3).name, u"out"_s);
    QCOMPARE(edges(result.fragment), u"ls:1 pipe:write, grep:0 pipe:read, grep:1 out:write"_s);
}

void PipelineTextTest::partsLieInARowFromTheLeft()
{
    const Topology row = parsePipeline(u"sort < in | uniq -c 2> errors | sort"_s).fragment;
    QStringList places;
    for (const Node& node : row.nodes) {
        QCOMPARE(std::fmod(node.position.x(), 20), 0.0);
        QCOMPARE(std::fmod(node.position.y(), 20), 0.0);
        places.append(u"%1 %2,%3"_s.arg(node.name).arg(node.position.x()).arg(node.position.y()));
    }
    QCOMPARE(places.join(u"; "_s),
             u"in 0,20; sort 240,0; pipe 480,20; uniq 720,0; errors 960,140; pipe 2 960,20; sort 2 1200,0"_s);
}

void PipelineTextTest::redirectionsBecomeFiles()
{
    const Topology t = parsePipeline(u"wc<in 2>errors >>log"_s).fragment;
    QCOMPARE(edges(t), u"wc:0 in:read, wc:2 errors:write, wc:1 log:write"_s);
    QCOMPARE(t.edges.last().properties.value(u"flags"_s).toArray(),
             (QJsonArray{u"O_APPEND"_s, u"O_CREAT"_s}));
    QVERIFY(t.edges.at(1).properties.isEmpty());
    // A 2 that stands apart is an argument.
    QCOMPARE(argv(parsePipeline(u"echo 2 > out"_s), 0), (QStringList{u"echo"_s, u"2"_s}));
}

void PipelineTextTest::aPathOfItsOwnIsKept()
{
    const Topology t = parsePipeline(u"sort < /etc/passwd > /tmp/sorted"_s).fragment;
    QCOMPARE(t.node(u"passwd"_s)->property(u"path"_s).toString(), u"/etc/passwd"_s);
    QVERIFY(!t.node(u"passwd"_s)->property(u"keep"_s).toBool());
    QCOMPARE(t.node(u"sorted"_s)->property(u"path"_s).toString(), u"/tmp/sorted"_s);
    QVERIFY(t.node(u"sorted"_s)->property(u"keep"_s).toBool());
}

void PipelineTextTest::aDeviceIsNoFileOfTheCanvas()
{
    const PipelineResult result = parsePipeline(u"wc < /dev/null > /dev/full 2> /dev/null"_s);
    QCOMPARE(result.note + result.error, QString());
    QCOMPARE(result.fragment.nodes.size(), 1);
    QVERIFY(result.fragment.edges.isEmpty());
    QCOMPARE(result.fragment.nodes.first().property(u"stdout"_s).toString(), u"file:/dev/full"_s);
    QCOMPARE(result.fragment.nodes.first().property(u"stderr"_s).toString(), u"null"_s);
    QVERIFY(parsePipeline(u"wc < /dev/zero"_s).note.contains(u"/dev/zero"_s));
}

void PipelineTextTest::otherSyntaxBecomesOneShellCommand_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("syntax");
    const QList<std::pair<QString, QString>> rows{
        {u"ls; wc"_s, u"(;)"_s},
        {u"make && make install"_s, u"(&)"_s},
        {u"a || b"_s, u"(||)"_s},
        {u"echo $HOME"_s, u"($)"_s},
        {u"echo \"$HOME\""_s, u"($)"_s},
        {u"ls *.txt"_s, u"(*)"_s},
        {u"ls ?.txt"_s, u"(?)"_s},
        {u"ls [ab].txt"_s, u"([)"_s},
        {u"echo `date`"_s, u"(`)"_s},
        {u"sleep 9 &"_s, u"(&)"_s},
        {u"(ls; wc)"_s, u"(()"_s},
        {u"cat << END"_s, u"(<<)"_s},
        {u"ls 2>&1 | wc"_s, u"(>&)"_s},
        {u"ls ~"_s, u"(~)"_s},
        {u"ls # names"_s, u"(#)"_s},
        {u"touch {a,b}"_s, u"({ })"_s},
        {u"A=1 env"_s, u"(an assignment)"_s},
        {u"cd /tmp"_s, u"(cd)"_s},
        {u"ls | while x"_s, u"(while)"_s},
        {u"ls 3> x"_s, u"(3>)"_s},
        {u"ls > a > b"_s, u"(two uses of one stream)"_s},
        {u"ls > a | wc"_s, u"(two uses of one output)"_s},
        {u"diff <(ls) x"_s, u"(<()"_s},
        {u"ls |& wc"_s, u"(|&)"_s},
        {u"ls\nwc"_s, u"(more than one line)"_s},
    };
    for (const auto& [line, syntax] : rows)
        QTest::newRow(qPrintable(line.simplified())) << line << syntax;
}

void PipelineTextTest::otherSyntaxBecomesOneShellCommand()
{
    QFETCH(const QString, line);
    QFETCH(const QString, syntax);
    const PipelineResult result = parsePipeline(line);
    QCOMPARE(result.error, QString());
    QCOMPARE(result.fragment.nodes.size(), 1);
    QCOMPARE(argv(result, 0), (QStringList{u"sh"_s, u"-c"_s, line}));
    QVERIFY2(result.note.contains(syntax) && result.note.contains(u"sh -c"_s), qPrintable(result.note));
}

void PipelineTextTest::quotedSyntaxIsText_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("awk") << u"awk '{print $1}'"_s << QStringList{u"awk"_s, u"{print $1}"_s};
    QTest::newRow("escaped") << u"echo \\$HOME \\| a\\ b"_s
                             << QStringList{u"echo"_s, u"$HOME"_s, u"|"_s, u"a b"_s};
    QTest::newRow("escapes in quotes") << u"echo \"a\\\"\\$b\\n\""_s << QStringList{u"echo"_s, u"a\"$b\\n"_s};
    QTest::newRow("empty word") << u"printf '' \"\""_s << QStringList{u"printf"_s, u""_s, u""_s};
    QTest::newRow("glued") << u"echo a'b c'\"d\"e"_s << QStringList{u"echo"_s, u"ab cde"_s};
    QTest::newRow("options") << u"dd if=/dev/zero bs=64k"_s
                             << QStringList{u"dd"_s, u"if=/dev/zero"_s, u"bs=64k"_s};
    QTest::newRow("placeholder") << u"dd of={box.path}"_s << QStringList{u"dd"_s, u"of={box.path}"_s};
    QTest::newRow("inner marks") << u"echo a~b c#d"_s << QStringList{u"echo"_s, u"a~b"_s, u"c#d"_s};
}

void PipelineTextTest::quotedSyntaxIsText()
{
    QFETCH(const QString, line);
    QFETCH(const QStringList, words);
    const PipelineResult result = parsePipeline(line);
    QCOMPARE(result.note + result.error, QString());
    QCOMPARE(argv(result, 0), words);
}

void PipelineTextTest::whatIsNoPipelineIsSaid_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("reason");
    QTest::newRow("nothing") << u"  "_s << u"no command"_s;
    QTest::newRow("open quote") << u"echo \"a"_s << u"quote"_s;
    QTest::newRow("last backslash") << u"echo \\"_s << u"backslash"_s;
    QTest::newRow("nothing before") << u"| wc"_s << u"before"_s;
    QTest::newRow("nothing between") << u"ls | | wc"_s << u"before"_s;
    QTest::newRow("nothing after") << u"ls |"_s << u"after"_s;
    QTest::newRow("no file") << u"ls >"_s << u"file name after “>”"_s;
    QTest::newRow("a file alone") << u"> out"_s << u"no command"_s;
    QTest::newRow("a file between") << u"ls | > out | wc"_s << u"before"_s;
    QTest::newRow("zero") << u"ls "_s + QChar(u'\0') << u"zero"_s;
    QTest::newRow("too long") << QString(40000, u'x') << u"32768"_s;
}

void PipelineTextTest::whatIsNoPipelineIsSaid()
{
    QFETCH(const QString, line);
    QFETCH(const QString, reason);
    const PipelineResult result = parsePipeline(line);
    QVERIFY2(result.error.contains(reason), qPrintable(result.error));
    QVERIFY(result.fragment.nodes.isEmpty());
}

void PipelineTextTest::everyResultCanBeSavedAndRead()
{
    QRandomGenerator random(7);
    const QStringList pieces{u"ls"_s, u" | "_s, u" > "_s, u">>"_s,     u"2>"_s,  u"<"_s, u"'"_s,
                             u"\""_s, u"\\"_s,  u"a/b"_s, u" "_s,      u"{x}"_s, u"ä"_s, u"/"_s,
                             u"."_s,  u".."_s,  u"$"_s,   u"grep x"_s, u"\x1b"_s};
    int made = 0;
    for (int i = 0; i < 5000; ++i) {
        QString line;
        for (int piece = random.bounded(9); piece >= 0; --piece)
            line += pieces.at(random.bounded(static_cast<int>(pieces.size())));
        const PipelineResult result = parsePipeline(line);
        QCOMPARE(result.error.isEmpty(), !result.fragment.nodes.isEmpty());
        const ReadResult read = readTopology(writeTopology(result.fragment));
        QVERIFY2(read.ok(), qPrintable(line + u": "_s + read.faults.value(0).what));
        QCOMPARE(read.topology, result.fragment);
        made += result.error.isEmpty() ? 1 : 0;
    }
    QVERIFY(made > 500);
}

void PipelineTextTest::joinedWordsAreSplitIntoTheSame()
{
    const QStringList words{u"grep"_s, u"-e"_s, u"it's"_s,  u""_s,    u"a b"_s,
                            u"$x"_s,   u"\\"_s, u"\"q\""_s, u"ä|>"_s, u"a\nb"_s};
    QStringList again;
    QVERIFY(splitWords(joinWords(words), again));
    QCOMPARE(again, words);
    QCOMPARE(joinWords({u"dd"_s, u"if=/dev/zero"_s, u"bs=64k"_s}), u"dd if=/dev/zero bs=64k"_s);
    QVERIFY(splitWords(u"echo a|b > c"_s, again));
    QCOMPARE(again, (QStringList{u"echo"_s, u"a|b"_s, u">"_s, u"c"_s}));
    QVERIFY(!splitWords(u"echo 'a"_s, again));
}

void PipelineTextTest::aShellSplitsJoinedWordsIntoTheSame()
{
    const QStringList words{u"a b"_s, u"it's"_s, u"$HOME"_s, u"*"_s, u"~"_s, u"{a,b}"_s,
                            u"\\n"_s, u"x=y"_s,  u"#"_s,     u"!"_s, u"`"_s};
    QProcess shell;
    shell.start(u"bash"_s, {u"-c"_s, u"printf '%s\\n' "_s + joinWords(words)});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(QString::fromUtf8(shell.readAllStandardOutput()), words.join(u'\n') + u'\n');
}

QTEST_GUILESS_MAIN(PipelineTextTest)
#include "tst_pipeline_text.moc"
