#include "log_samples.h"

#include "model/log/statistics.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace byteyard;
using namespace byteyard::model;
using samples::transfer;

class TestEventStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEventComesBackAsItWasAppended()
    {
        EventStore store;
        ipc::Event event = transfer(3, ipc::Call::Write, "hello");
        event.detailText = "flags=O_RDWR path=/tmp/a%20b";
        event.fd2 = 9;
        event.endpoint2 = 4;
        event.how = ipc::How::Setup;
        samples::append(store, event);
        const EventStore::Row row = store.at(0);
        QVERIFY(row);
        QCOMPARE(quint64{row->seq}, 3ull);
        QCOMPARE(quint64{row->time}, 3456ull);
        QCOMPARE(row->call, ipc::Call::Write);
        QCOMPARE(row->how, ipc::How::Setup);
        QCOMPARE(row->fd2, 9);
        QCOMPARE(row->endpoint2, 4u);
        QVERIFY(row->detail == "flags=O_RDWR path=/tmp/a%20b");
        QCOMPARE(row->data.size(), 5u);
        QVERIFY(std::memcmp(row->data.data(), "hello", 5) == 0);
        QVERIFY(!store.at(1));
    }

    void exactlyTheNewestAreKept()
    {
        EventStore store(1000);
        for (quint64 i = 0; i < 100'000; ++i)
            samples::append(store, transfer(i + 1, ipc::Call::Write, "0123456789"));
        QCOMPARE(store.end(), 100'000ull);
        QCOMPARE(store.first(), 99'000ull);
        QCOMPARE(store.dropped(), 99'000ull);
        QVERIFY(!store.at(98'999));
        QCOMPARE(quint64{store.at(99'000)->seq}, 99'001ull);
        QCOMPARE(quint64{store.at(99'999)->seq}, 100'000ull);
        // No more than the limit's chunks and one more.
        QVERIFY2(store.bytesUsed() <= 2 * 2'200'000, qPrintable(QString::number(store.bytesUsed())));
        quint64 seen = 0;
        const quint64 end = store.forEach(0, 110'000, [&](quint64 position, const ipc::EventView& event) {
            seen += event.seq == position + 1;
            return true;
        });
        QCOMPARE(seen, 1000ull);
        QCOMPARE(end, 100'000ull);
    }

    void eventsWithMuchDataAreBoundedByTheirMemory()
    {
        constexpr quint64 most = 8u << 20;
        EventStore store(EventStore::defaultLimit, most);
        const std::string much(60'000, 'x');
        for (quint64 i = 0; i < 1000; ++i) {
            samples::append(store, transfer(i + 1, ipc::Call::Write, much));
            QVERIFY(store.bytesUsed() <= most);
        }
        QCOMPARE(store.end(), 1000ull);
        QVERIFY(store.first() > 800 && store.first() < 990);
        QVERIFY(!store.at(store.first() - 1));
        QCOMPARE(quint64{store.at(store.first())->seq}, store.first() + 1);
        QCOMPARE(quint64{store.at(999)->seq}, 1000ull);
        quint64 seen = 0;
        store.forEach(0, 1000, [&](quint64, const ipc::EventView&) { return ++seen > 0; });
        QCOMPARE(seen, 1000 - store.first());
    }

    void aRowKeepsItsBytesWhenTheStoreDropsThem()
    {
        EventStore store(1);
        samples::append(store, transfer(1, ipc::Call::Write, "kept"));
        const EventStore::Row row = store.at(0);
        for (quint64 i = 2; i < 50'000; ++i)
            samples::append(store, transfer(i, ipc::Call::Write, "other"));
        QVERIFY(!store.at(0));
        QVERIFY(std::memcmp(row->data.data(), "kept", 4) == 0);
    }

    void aBrokenRecordEndsABatchAndKeepsWhatWasBefore()
    {
        std::vector<std::byte> batch;
        ipc::wire::appendRecord(transfer(1, ipc::Call::Write, "one").view(), batch);
        const std::size_t second = batch.size();
        ipc::wire::appendRecord(transfer(2, ipc::Call::Write, "two").view(), batch);
        batch[second + 6] = std::byte{77}; // how
        EventStore store;
        QVERIFY(!store.append(batch));
        QCOMPARE(store.end(), 1ull);
        QVERIFY(!store.append(std::span(batch).first(40)));
        QCOMPARE(store.end(), 1ull);
    }

    void theLargestRecordsFit()
    {
        EventStore store;
        const std::string large(ipc::wire::maxDataSize, 'x');
        for (quint64 i = 0; i < 30; ++i)
            samples::append(store, transfer(i + 1, ipc::Call::Write, large));
        for (quint64 i = 0; i < 30; ++i)
            QCOMPARE(store.at(i)->data.size(), large.size());
    }

    void aLowerLimitAndClearTakeEffectAtOnce()
    {
        EventStore store;
        for (quint64 i = 0; i < 100; ++i)
            samples::append(store, transfer(i + 1, ipc::Call::Write, "x"));
        store.setLimit(10);
        QCOMPARE(store.first(), 90ull);
        store.clear();
        QCOMPARE(store.first(), 0ull);
        QCOMPARE(store.end(), 0ull);
        samples::append(store, transfer(7, ipc::Call::Write, "x"));
        QCOMPARE(quint64{store.at(0)->seq}, 7ull);
    }

    void readersInOtherThreadsSeeWholeEventsWhileOneAppends()
    {
        constexpr quint64 count = 60'000;
        EventStore store(20'000);
        std::atomic<bool> sound = true;
        std::atomic<bool> done = false;
        const auto check = [&](quint64 position, const ipc::EventView& event) {
            if (event.seq != position + 1 || event.data.size() != 8)
                sound = false;
            return true;
        };
        std::vector<std::thread> readers;
        for (int i = 0; i < 2; ++i)
            readers.emplace_back([&] {
                while (!done) {
                    const quint64 end = store.end();
                    store.forEach(end > 500 ? end - 500 : 0, end, check);
                    store.forEach(0, 100, check);
                    if (const EventStore::Row row = store.at(end / 2))
                        check(end / 2, *row);
                }
            });
        std::vector<std::byte> batch;
        for (quint64 i = 0; i < count; ++i) {
            ipc::wire::appendRecord(transfer(i + 1, ipc::Call::Write, "12345678").view(), batch);
            if (i % 100 == 99) {
                QVERIFY(store.append(batch));
                batch.clear();
            }
        }
        done = true;
        for (std::thread& reader : readers)
            reader.join();
        QVERIFY(sound);
        QCOMPARE(store.end(), count);
    }

    void totalsAreCountedFromResults()
    {
        Statistics statistics;
        ipc::Event cut = transfer(1, ipc::Call::Write, "only these bytes were kept");
        cut.result = 65'536;
        statistics.add(cut.view());
        statistics.add(transfer(2, ipc::Call::Read, "abc").view());
        statistics.add(transfer(3, ipc::Call::Read, "").view()); // end-of-file is no message
        statistics.add(samples::failure(4, EAGAIN).view());
        ipc::Event splice = transfer(5, ipc::Call::Splice, "");
        splice.process = 3;
        splice.endpoint2 = 7;
        splice.result = 100;
        statistics.add(splice.view());
        ipc::Event tee = splice;
        tee.call = ipc::Call::Tee;
        tee.result = 10;
        statistics.add(tee.view());

        const Statistics::Snapshot totals = statistics.totals();
        QCOMPARE(totals.events, 6ull);
        const Totals pipe = totals.endpoints.value(1);
        QCOMPARE(pipe.bytesIn, 65'536ull);
        QCOMPARE(pipe.bytesOut, 103ull);
        QCOMPARE(pipe.messagesIn, 1ull);
        QCOMPARE(pipe.messagesOut, 2ull);
        QCOMPARE(pipe.calls, 6ull);
        QCOMPARE(pipe.errors, 1ull);
        const Totals file = totals.endpoints.value(7);
        QCOMPARE(file.bytesIn, 110ull);
        QCOMPARE(file.bytesOut, 0ull);
        QCOMPARE(totals.edges.value({2, 1}).bytesOut, 3ull);
        QCOMPARE(totals.edges.value({2, 1}).errors, 1ull);
        QCOMPARE(totals.processes.value(3).bytesIn, 110ull);
        QCOMPARE(totals.processes.value(3).bytesOut, 100ull);
        Catalog catalog = samples::catalog();
        totals.applyTo(catalog);
        QCOMPARE(catalog.endpoints.value(1).totals, pipe);
        QCOMPARE(catalog.processes.value(1).bytesWritten, 65'536ull);
        QCOMPARE(catalog.processes.value(2).bytesRead, 3ull);
    }

    void manyEdgesAreToldApart()
    {
        Statistics statistics;
        for (quint32 round = 0; round < 3; ++round)
            for (quint32 process = 1; process <= 50; ++process)
                for (quint32 endpoint = 1; endpoint <= 20; ++endpoint) {
                    ipc::Event event = transfer(1, ipc::Call::Write, "");
                    event.process = process;
                    event.endpoint = endpoint;
                    event.result = process * 100 + endpoint;
                    statistics.add(event.view());
                }
        const Statistics::Snapshot totals = statistics.totals();
        QCOMPARE(totals.edges.size(), 1000);
        for (auto edge = totals.edges.cbegin(); edge != totals.edges.cend(); ++edge)
            QCOMPARE(edge->bytesIn, quint64{3} * (edge.key().process * 100 + edge.key().endpoint));
    }
};

QTEST_APPLESS_MAIN(TestEventStore)
#include "tst_event_store.moc"
