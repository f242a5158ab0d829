#include "engine_client.h"
#include "ipc/capture/found_files.h"

#include <QTemporaryDir>
#include <QTest>

using namespace byteyard;
using namespace byteyard::tests;
using namespace Qt::StringLiterals;

/// Regular files that programs open by themselves, and what of them is left out.
class TestEngineFiles : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};

    static QJsonObject found(const EngineClient& engine, const QString& path)
    {
        return engine.lastWith(
            [&](const QJsonObject& m) { return m[u"type"_s] == u"endpoint"_s && m[u"path"_s] == path; });
    }

private Q_SLOTS:
    void theSystemsFilesAreKnown_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("system");
        for (const char* path :
             {"/usr/lib/x86_64-linux-gnu/libc.so.6", "/etc/ld.so.cache", "/lib64/ld-linux.so.2",
              "/usr/share/locale/de/LC_MESSAGES/a.mo", "/proc/self/maps", "/dev/null", "/opt/tool/libown.so",
              "/opt/tool/libown.so.1.2", "/opt/python/lib/python3.11/enum.py",
              "/srv/app/__pycache__/a.cpython-311.pyc", "/srv/app/node_modules/left/index.js"})
            QTest::newRow(path) << QString::fromLatin1(path) << true;
        for (const char* path : {"/home/me/data.txt", "/usr/local/share/table", "/srv/a.source",
                                 "/tmp/x.sock", "/var/lib/store/1", "/etcetera", "/srv/lib/data.py"})
            QTest::newRow(path) << QString::fromLatin1(path) << false;
    }

    void theSystemsFilesAreKnown()
    {
        QFETCH(QString, path);
        QFETCH(bool, system);
        QCOMPARE(ipc::isSystemFile(path.toStdString()), system);
    }

    void thereIsABoundAndWhatIsBeyondItIsCounted()
    {
        ipc::FoundFiles files;
        for (std::uint64_t i = 0; i < ipc::FoundFiles::most; ++i)
            QVERIFY(files.take("/srv/" + std::to_string(i)));
        QVERIFY(!files.take("/srv/one more") && !files.take("/usr/lib/libc.so"));
        QVERIFY(!files.take("/srv/gone (deleted)") && !files.take("pipe:[1]"));
        QCOMPARE(files.left().over, 1U);
        QCOMPARE(files.left().system, 1U);
    }

    void aFileOfAProgramIsAnEndpointAndLibrariesAreNot()
    {
        const QString path = m_directory.filePath(u"own"_s);
        EngineClient engine;
        QVERIFY(engine.greet());
        QVERIFY(engine.run(
            {EngineClient::command(u"sh"_s, {u"sh"_s, u"-c"_s, u"echo hello > %1; cat %1"_s.arg(path)})},
            {}));
        const QJsonObject file = found(engine, path);
        QCOMPARE(file[u"kind"_s].toString(), u"file"_s);
        QCOMPARE(file[u"name"_s].toString(), u"own"_s);
        QVERIFY(file[u"node"_s].isNull() || file[u"node"_s].isUndefined());
        qint64 in = 0;
        qint64 out = 0;
        for (const auto& event : engine.events) {
            if (std::cmp_not_equal(event.endpoint, file[u"endpoint"_s].toInteger()) || event.result < 0)
                continue;
            in += event.call == ipc::Call::Write ? event.result : 0;
            out += event.call == ipc::Call::Read ? event.result : 0;
        }
        QCOMPARE(in, 6);
        QVERIFY2(out == 6 || out == 0, qPrintable(QString::number(out))); // cat may have used copy_file_range
        QVERIFY(engine
                    .lastWith([](const QJsonObject& m) {
                        return m[u"type"_s] == u"endpoint"_s &&
                               ipc::isSystemFile(m[u"path"_s].toString().toStdString());
                    })
                    .isEmpty());
        QVERIFY(engine.last(u"files-left"_s)[u"system"_s].toInteger() > 0);
        QCOMPARE(engine.last(u"files-left"_s)[u"over"_s].toInteger(), 0);
    }

    void filesOfTheSystemAreFollowedOnRequestAlsoThoseThatAreOpen()
    {
        EngineClient engine;
        QVERIFY(engine.greet());
        engine.begin({EngineClient::command(
                         u"sh"_s, {u"sh"_s, u"-c"_s, u"exec 5</etc/passwd; echo ready; exec sleep 1000"_s})},
                     {});
        QVERIFY(engine.until([&] { return engine.outputOf(u"sh"_s).contains("ready"); }));
        QVERIFY(found(engine, u"/etc/passwd"_s).isEmpty());
        engine.send({{"type", "files"}, {"system", true}});
        QVERIFY(engine.until([&] { return !found(engine, u"/etc/passwd"_s).isEmpty(); }));
        const qint64 number = found(engine, u"/etc/passwd"_s)[u"endpoint"_s].toInteger();
        QVERIFY(engine.until([&] {
            const QJsonObject edge = engine.lastWith([&](const QJsonObject& m) {
                return m[u"type"_s] == u"edge"_s && m[u"endpoint"_s].toInteger() == number;
            });
            return edge[u"fd"_s].toInt() == 5 && edge[u"access"_s] == u"read"_s && edge[u"open"_s].toBool();
        }));
        QCOMPARE(engine.errors(), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestEngineFiles)
#include "tst_engine_files.moc"
