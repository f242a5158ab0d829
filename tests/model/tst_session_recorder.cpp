#include "session_checks.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <sys/resource.h>

using namespace byteyard;
using namespace byteyard::model;
using namespace byteyard::model::test;
using namespace Qt::StringLiterals;
using samples::append;
using samples::transfer;

class TestSessionRecorder : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-session-XXXXXX"_s};

    static std::function<quint64()> allOf(const EventStore& store)
    {
        return [&store] { return store.end(); };
    }

private Q_SLOTS:
    void anEventWaitsForTheNameOfItsEndpoint()
    {
        EventStore store;
        const Catalog catalog = samples::catalog();
        Catalog larger = catalog;
        constexpr quint32 number = 77;
        larger.endpoints[number].number = number;
        larger.endpoints[number].name = u"byteyard-late"_s;
        larger.endpoints[number].kind = u"pipe"_s;
        std::atomic<bool> isKnown = false;
        std::atomic<int> asked = 0;
        const QString path = m_directory.filePath(u"names.pcapng"_s);
        SessionRecorder recorder(
            path, store, [&] { return isKnown ? larger : catalog; },
            [&]() -> quint64 {
                ++asked;
                return isKnown ? store.end() : 0;
            });
        QCOMPARE(recorder.start(), QString());
        const quint64 head = recorder.bytesWritten();
        QTRY_VERIFY_WITH_TIMEOUT(recorder.bytesWritten() > head, patience); // the names that are known
        const quint64 before = recorder.bytesWritten();
        ipc::Event event = transfer(1, ipc::Call::Write, "0123456789");
        event.endpoint = number;
        append(store, event);
        const int first = asked;
        QTRY_VERIFY_WITH_TIMEOUT(asked > first + 1, patience); // it was looked for once at least
        QCOMPARE(recorder.bytesWritten(), before);
        isKnown = true;
        QTRY_VERIFY_WITH_TIMEOUT(recorder.bytesWritten() > before, patience);
        QCOMPARE(recorder.finish(), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(bytes.contains("byteyard-late"));
        QVERIFY(!bytes.contains("endpoint 77")); // as what has no name is called
        QCOMPARE(read(path).store->end(), quint64(1));
    }

    void aTopologyThatGrowsDuringTheRunIsKept()
    {
        EventStore store;
        Catalog catalog = samples::catalog();
        std::atomic<bool> grown = false;
        std::atomic<bool> seen = false;
        Catalog larger = catalog;
        larger.topology.insert(u"files"_s, QJsonObject{{u"a"_s, QString(70'000, u'ö')}});
        larger.processes[3].number = 3;
        larger.processes[3].name = u"late"_s;
        larger.processes[3].attached = true;
        larger.processes[3].argv = QStringList(2000, QString(100, u'x'));
        larger.lost = 5;
        const QString path = m_directory.filePath(u"grown.pcapng"_s);
        SessionRecorder recorder(
            path, store,
            [&] {
                if (grown)
                    seen = true;
                return grown ? larger : catalog;
            },
            allOf(store));
        QCOMPARE(recorder.start(), QString());
        const quint64 before = recorder.bytesWritten();
        QVERIFY(before > 0);
        grown = true;
        QTRY_VERIFY_WITH_TIMEOUT(recorder.bytesWritten() > before + 140'000, patience);
        QVERIFY(seen);
        // What is on the disk now is read by everybody, though the recording goes on.
        const SessionContent half = read(path);
        QCOMPARE(half.error, QString());
        QVERIFY(half.note.contains(u"no summary"_s));
        QVERIFY(half.catalog.processes == larger.processes);
        QCOMPARE(recorder.finish(), QString());
        const SessionContent content = read(path);
        QCOMPARE(content.note, QString());
        compareCatalogs(larger, content.catalog);
    }

    void aRecordingFollowsTheStoreWhileItIsFilled()
    {
        constexpr quint64 count = 20'000;
        EventStore store;
        const Catalog catalog = samples::catalog();
        const QString path = m_directory.filePath(u"live.pcapng"_s);
        SessionRecorder recorder(
            path, store,
            [&] {
                Catalog now = catalog;
                now.events = store.end();
                return now;
            },
            allOf(store));
        QCOMPARE(recorder.start(), QString());
        for (quint64 i = 1; i <= count; ++i)
            append(store, transfer(i, i % 2 == 0 ? ipc::Call::Read : ipc::Call::Write, "0123456789"));
        QTRY_VERIFY_WITH_TIMEOUT(recorder.bytesWritten() > count * 100, patience);
        QCOMPARE(recorder.finish(), QString());
        const SessionContent content = read(path);
        QCOMPARE(content.note, QString());
        compareStores(store, *content.store);
        const QByteArray packets = output(u"capinfos"_s, {u"-c"_s, u"-M"_s, u"-T"_s, u"-r"_s, path});
        QVERIFY2(packets.simplified().split(' ').constLast().toULongLong() >= count, packets.constData());
    }

    void whatTheLimitDroppedBeforeItWasWrittenIsAGap()
    {
        EventStore store(10);
        for (quint64 i = 1; i <= 25; ++i)
            append(store, transfer(i, ipc::Call::Write, "x"));
        Catalog catalog = samples::catalog();
        catalog.events = 25;
        const SessionContent content = read(record(m_directory, store, catalog));
        QCOMPARE(content.store->end(), 10ull);
        QVERIFY2(content.note.contains(u"15"_s), qPrintable(content.note));
        QCOMPARE(content.catalog.events, 25ull);
    }

    void noSpaceEndsTheRecordingInWordsAndNotTheRun()
    {
        EventStore store;
        const Catalog catalog = samples::catalog();
        SessionRecorder full(
            u"/dev/full"_s, store, [&] { return catalog; }, allOf(store));
        QVERIFY2(full.start().contains(u"No space left on device"_s), qPrintable(full.error()));

        // A file that may not grow: what was written stays, up to the last whole block.
        const QString path = m_directory.filePath(u"limited.pcapng"_s);
        SessionRecorder recorder(
            path, store, [&] { return catalog; }, allOf(store));
        QCOMPARE(recorder.start(), QString());
        rlimit before{};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{50'001, before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
        for (quint64 i = 1; i <= 2'000; ++i)
            append(store, transfer(i, ipc::Call::Write, "0123456789"));
        const bool told = QTest::qWaitFor([&] { return !recorder.error().isEmpty(); }, patience);
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, oldHandler);
        QVERIFY(told);
        QVERIFY2(recorder.error().contains(u"File too large"_s), qPrintable(recorder.error()));
        QCOMPARE(recorder.finish(), recorder.error());
        QVERIFY(QFileInfo(path).size() <= 50'001);
        QCOMPARE(QFileInfo(path).size(), static_cast<qint64>(recorder.bytesWritten()));
        const SessionContent content = read(path);
        QVERIFY(content.error.isEmpty());
        QVERIFY(!content.note.contains(u"ends within"_s));
        QVERIFY(content.store->end() > 50);
    }

    void aPlaceThatCannotBeWrittenIsSaidAtTheStart()
    {
        const EventStore store;
        SessionRecorder recorder(
            m_directory.filePath(u"no/such/directory.pcapng"_s), store, [] { return Catalog(); },
            allOf(store));
        QVERIFY(recorder.start().contains(u"No such file or directory"_s));
        QCOMPARE(recorder.finish(), QString());
    }
};

QTEST_GUILESS_MAIN(TestSessionRecorder)
#include "tst_session_recorder.moc"
