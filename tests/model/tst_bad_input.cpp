#include "command_line_run.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// What a person gives the program that it cannot use: one clear line each, the exit status of the design,
/// and nothing half done.
class TestBadInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { QVERIFY(QDir(m_directory.path()).mkdir(u"work"_s)); }
    void cleanup() { QVERIFY(QDir(m_directory.filePath(u"work"_s)).removeRecursively()); }

    void aTopologyThatCannotBeReadIsOneLineAndStatusTwo_data();
    void aTopologyThatCannotBeReadIsOneLineAndStatusTwo();
    void anEngineThatCannotBeUsedIsOneLineAndStatusOne_data();
    void anEngineThatCannotBeUsedIsOneLineAndStatusOne();
    void aFullDeviceIsOneLineAndStatusOne_data();
    void aFullDeviceIsOneLineAndStatusOne();

private:
    QString work() const { return m_directory.filePath(u"work"_s); }
    QString write(const QByteArray& bytes, qint64 size = -1) const;
    QStringList left() const
    {
        return QDir(work()).entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot);
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

namespace {

QByteArray node(const char* id, const char* kind, const char* more = "")
{
    return R"({"id": ")" + QByteArray(id) + R"(", "kind": ")" + kind + R"(", "name": ")" + id +
           R"(", "position": [0, 0])" + more + "}";
}

QByteArray topology(const QByteArray& nodes, const QByteArray& edges)
{
    return R"({"format": 1, "nodes": [)" + nodes + R"(], "edges": [)" + edges + "]}";
}

QByteArray echo()
{
    return node("a", "command", R"(, "properties": {"argv": ["echo", "byteyard"]})");
}

} // namespace

void TestBadInput::initTestCase()
{
    QVERIFY(m_directory.isValid());
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path()));
}

QString TestBadInput::write(const QByteArray& bytes, qint64 size) const
{
    QFile file(work() + u"/lab.byteyard"_s);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() ||
        (size >= 0 && !file.resize(size)))
        qFatal("no test file");
    return file.fileName();
}

void TestBadInput::aTopologyThatCannotBeReadIsOneLineAndStatusTwo_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<qint64>("size");
    QTest::addColumn<QByteArray>("why");
    const QByteArray whole = topology(echo(), "");
    const QByteArray edge =
        R"({"id": "e", "process": {"node": "a", "port": "1"}, "endpoint": {"node": "p", "port": "write"}})";
    QTest::newRow("empty") << QByteArray() << qint64{-1} << QByteArray("empty");
    QTest::newRow("cut") << whole.left(whole.size() / 2) << qint64{-1} << QByteArray("cut");
    QTest::newRow("binary") << QByteArray("\x7f"
                                          "ELF\2\1\1\0\0\0",
                                          10)
                            << qint64{-1} << QByteArray("binary");
    QTest::newRow("100 MB") << whole << qint64{100'000'000} << QByteArray("16 MiB");
    QTest::newRow("newer format") << QByteArray(whole).replace("\"format\": 1", "\"format\": 2") << qint64{-1}
                                  << QByteArray("newer Byteyard");
    QTest::newRow("dangling edge") << topology(echo(), edge) << qint64{-1} << QByteArray("\xe2\x80\x9cp");
    QTest::newRow("duplicate id") << topology(echo() + ',' +
                                                  echo().replace("\"name\": \"a\"", "\"name\": \"b\""),
                                              "")
                                  << qint64{-1} << QByteArray("same id");
    QTest::newRow("wrong type") << QByteArray(R"({"format": 1, "nodes": {}, "edges": []})") << qint64{-1}
                                << QByteArray("nodes");
    QTest::newRow("unknown kind") << topology(node("a", "tube"), "") << qint64{-1} << QByteArray("tube");
}

void TestBadInput::aTopologyThatCannotBeReadIsOneLineAndStatusTwo()
{
    QFETCH(QByteArray, bytes);
    QFETCH(qint64, size);
    QFETCH(QByteArray, why);
    const QString path = write(bytes, size);
    for (const QString& command : {u"check"_s, u"run"_s}) {
        const CommandLineRun said({command, path}, {}, work());
        QCOMPARE(said.status, 2);
        QVERIFY2(said.errLines() == 1 && said.err.contains("lab.byteyard") && said.err.contains(why),
                 said.err.constData());
        QCOMPARE(said.out, QByteArray());
        // What was wrong, and what to do: two sentences.
        QVERIFY2(said.err.trimmed().endsWith('.') && said.err.count(". ") >= 1, said.err.constData());
    }
    QCOMPARE(left(), QStringList{u"lab.byteyard"_s});
}

void TestBadInput::anEngineThatCannotBeUsedIsOneLineAndStatusOne_data()
{
    QTest::addColumn<QString>("engine");
    QTest::addColumn<QByteArray>("why");
    QTest::newRow("is not there") << u"/nowhere/byteyard-engine"_s << QByteArray("ENOENT");
    QTest::newRow("is no program") << u"/etc/passwd"_s << QByteArray("EACCES");
    QTest::newRow("answers garbage") << u"/bin/echo"_s << QByteArray("no Byteyard message");
    QTest::newRow("ends at once") << u"/bin/false"_s << QByteArray("exit status 1");
}

void TestBadInput::anEngineThatCannotBeUsedIsOneLineAndStatusOne()
{
    QFETCH(QString, engine);
    QFETCH(QByteArray, why);
    const QString path = write(topology(echo(), ""));
    const CommandLineRun said({u"run"_s, path, u"--json"_s}, engine, work());
    QCOMPARE(said.status, 1);
    QVERIFY2(said.errLines() == 1 && said.err.contains(engine.toUtf8()) && said.err.contains(why),
             said.err.constData());
    QCOMPARE(left(), QStringList{u"lab.byteyard"_s});
}

void TestBadInput::aFullDeviceIsOneLineAndStatusOne_data()
{
    QTest::addColumn<QStringList>("more");
    QTest::newRow("export") << QStringList{u"--json"_s, u"--export"_s, u"full.jsonl"_s};
    QTest::newRow("recording") << QStringList{u"--json"_s, u"--record"_s, u"full.pcapng"_s};
    QTest::newRow("stdout as JSON") << QStringList{u"--json"_s};
    QTest::newRow("stdout as printed") << QStringList();
}

void TestBadInput::aFullDeviceIsOneLineAndStatusOne()
{
    QFETCH(QStringList, more);
    const QString path = write(topology(echo(), ""));
    for (const QString& name : {u"/full.jsonl"_s, u"/full.pcapng"_s})
        QVERIFY(QFile::link(u"/dev/full"_s, work() + name));
    QProcess process;
    CommandLineRun::prepare(process, QStringList{u"run"_s, path} + more);
    process.setWorkingDirectory(work());
    if (!more.contains(u"--export"_s) && !more.contains(u"--record"_s))
        process.setStandardOutputFile(u"/dev/full"_s);
    process.start(QIODevice::ReadOnly);
    QVERIFY(process.waitForFinished(30000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    QByteArrayList errors;
    for (const QByteArray& line : process.readAllStandardError().split('\n'))
        if (line.contains("error"))
            errors.append(line);
    QVERIFY2(errors.size() == 1, errors.join('\n').constData());
    if (more.size() > 1)
        QVERIFY2(errors.constFirst().contains(more.constLast().toUtf8()), errors.constFirst().constData());
    // The device is what it was, and nothing lies beside it.
    QCOMPARE(QFile::symLinkTarget(work() + u"/full.jsonl"_s), u"/dev/full"_s);
    QCOMPARE(left().size(), 3);
}

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
