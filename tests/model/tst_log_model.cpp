#include "log_samples.h"

#include "model/log/log_model.h"

#include <QAbstractItemModelTester>
#include <QItemSelectionModel>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <atomic>
#include <thread>

using namespace byteyard;
using namespace byteyard::model;
using Column = LogModel::Column;
using samples::append;
using samples::transfer;

namespace {

constexpr int patience = 30'000;

QString text(const LogModel& model, int row, Column column, int role = Qt::DisplayRole)
{
    return model.index(row, static_cast<int>(column)).data(role).toString();
}

PendingCall pendingRead(qint64 tid, quint64 since)
{
    PendingCall call;
    call.process = 2;
    call.pid = 4712;
    call.tid = tid;
    call.call = QStringLiteral("read");
    call.fd = 0;
    call.endpoint = 1;
    call.requested = 4096;
    call.since = since;
    call.how = QStringLiteral("exact");
    return call;
}

LogFilter textFilter(const char* wanted)
{
    LogFilter filter;
    filter.text = QString::fromLatin1(wanted);
    return filter;
}

/// What the model must show: the kept events that pass, then the pending calls that pass.
void compareWithStore(const LogModel& model, const EventStore& store, const Catalog& names, int pending)
{
    std::vector<quint64> wanted;
    store.forEach(store.first(), store.end(), [&](quint64 position, const ipc::EventView& event) {
        if (model.filter().matches(event, names))
            wanted.push_back(position);
        return true;
    });
    QCOMPARE(model.rowCount(), static_cast<int>(wanted.size()) + pending);
    for (std::size_t row = 0; row < wanted.size(); ++row) {
        const QVariant position = model.index(static_cast<int>(row), 0).data(LogModel::PositionRole);
        QCOMPARE(position.toULongLong(), wanted[row]);
        QCOMPARE(model.rowOfPosition(wanted[row]), static_cast<int>(row));
    }
}

} // namespace

class TestLogModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void aRowReadsAsInTheLog()
    {
        EventStore store;
        ipc::Event write = transfer(10'483, ipc::Call::Write, "notes.txt\n");
        write.time = 12'402'190'123;
        write.duration = 1'900;
        append(store, write);
        append(store, samples::failure(10'484, EAGAIN));
        LogModel model;
        model.setCatalog(samples::catalog());
        model.setStore(&store);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(text(model, 0, Column::Number), QStringLiteral("10483"));
        QCOMPARE(text(model, 0, Column::Time), QStringLiteral("12.402\u2009190"));
        QCOMPARE(text(model, 0, Column::Process), QStringLiteral("ls  4711"));
        QCOMPARE(text(model, 0, Column::Call), QStringLiteral("write(1, 10)"));
        QCOMPARE(text(model, 0, Column::Endpoint), QStringLiteral("my pipe"));
        QCOMPARE(text(model, 0, Column::Result), QStringLiteral("10"));
        QCOMPARE(text(model, 0, Column::Bytes), QStringLiteral("10"));
        QCOMPARE(text(model, 0, Column::Took), QStringLiteral("1.9 µs"));
        QCOMPARE(text(model, 0, Column::Data), QStringLiteral("notes.txt\\n"));
        QCOMPARE(text(model, 0, Column::Took, Qt::ToolTipRole), QStringLiteral("1\u2009900 ns"));
        QCOMPARE(text(model, 0, Column::Bytes, Qt::ToolTipRole), QStringLiteral("10 of 10 bytes"));
        QCOMPARE(text(model, 0, Column::Data, Qt::ToolTipRole),
                 QStringLiteral("6e 6f 74 65 73 2e 74 78 74 0a"));
        QCOMPARE(text(model, 1, Column::Result), QStringLiteral("−1 EAGAIN"));
        QCOMPARE(model.index(1, 0).data(LogModel::ErrorRole).toBool(), true);
        QCOMPARE(model.index(0, 0).data(LogModel::NodeRole).toString(), QStringLiteral("ls"));
        QCOMPARE(model.index(0, 0).data(LogModel::EndpointNodeRole).toString(), QStringLiteral("pipe"));
        QCOMPARE(model.index(0, static_cast<int>(Column::Bytes)).data(LogModel::SortRole).toULongLong(),
                 10ull);
        QVERIFY(model.rowAsText(0).startsWith(
            QStringLiteral("{\"type\":\"event\",\"seq\":10483,\"time\":12.402190123,")));
        QVERIFY(!model.data({}).isValid());
        QVERIFY(!model.data(model.index(5, 0)).isValid());
    }

    void pendingCallsStandAtTheEndWithoutANumber()
    {
        EventStore store;
        append(store, transfer(1, ipc::Call::Write, "x"));
        LogModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setCatalog(samples::catalog());
        model.setStore(&store);
        model.setPending({pendingRead(4712, 1'000'000'000), pendingRead(4713, 2'000'000'000)}, 2'200'000'000);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(text(model, 1, Column::Number), QString());
        QCOMPARE(text(model, 1, Column::Call), QStringLiteral("read(0, 4096)"));
        QCOMPARE(text(model, 1, Column::Result), QStringLiteral("blocked 1.2 s"));
        QCOMPARE(model.index(1, 0).data(LogModel::PendingRole).toBool(), true);
        QVERIFY(!model.index(1, 0).data(LogModel::PositionRole).isValid());

        // A selected row stays selected while others come and go.
        QItemSelectionModel selection(&model);
        selection.select(model.index(2, 0), QItemSelectionModel::Select);
        append(store, transfer(2, ipc::Call::Write, "y"));
        model.refresh();
        model.setPending({pendingRead(4713, 2'000'000'000)}, 2'300'000'000);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(selection.selectedIndexes(), QModelIndexList{model.index(2, 0)});
        QCOMPARE(text(model, 2, Column::Result), QStringLiteral("blocked 300 ms"));
        PendingCall paced = pendingRead(4713, 2'000'000'000);
        paced.paced = true;
        model.setPending({paced}, 2'500'000'000);
        QCOMPARE(text(model, 2, Column::Result), QStringLiteral("held 500 ms"));
        model.setFilter(textFilter("write"));
        QTRY_VERIFY_WITH_TIMEOUT(!model.filtering(), patience);
        QCOMPARE(model.rowCount(), 2);
    }

    void theStoresLimitRemovesTheFirstRows()
    {
        EventStore store(5);
        LogModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setStore(&store);
        for (quint64 i = 1; i <= 12; ++i) {
            append(store, transfer(i, ipc::Call::Write, "x"));
            if (i % 3 == 0)
                model.refresh();
        }
        QCOMPARE(model.rowCount(), 5);
        QCOMPARE(text(model, 0, Column::Number), QStringLiteral("8"));
        QCOMPARE(model.dropped(), 7ull);
        // What has gone since the last refresh is an empty row, not a wrong one.
        for (quint64 i = 13; i <= 15; ++i)
            append(store, transfer(i, ipc::Call::Write, "x"));
        QVERIFY(!model.eventOf(0));
        QCOMPARE(quint64{model.eventOf(3)->seq}, 11ull);
        model.refresh();
        QCOMPARE(text(model, 0, Column::Number), QStringLiteral("11"));
    }

    void aFilterFindsItsRowsInTheBackgroundAndGoesOnWithNewOnes()
    {
        EventStore store;
        for (quint64 i = 1; i <= 20'000; ++i)
            append(store, transfer(i, i % 10 == 0 ? ipc::Call::Read : ipc::Call::Write, "x"));
        LogModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QSignalSpy filteringChanged(&model, &LogModel::filteringChanged);
        model.setStore(&store);
        model.setFilter(textFilter("read"));
        QVERIFY(model.filtering());
        QTRY_COMPARE_WITH_TIMEOUT(model.filtering(), false, patience);
        QCOMPARE(filteringChanged.size(), 2);
        compareWithStore(model, store, {}, 0);
        append(store, transfer(20'001, ipc::Call::Write, "x"));
        append(store, transfer(20'002, ipc::Call::Read, "x"));
        model.refresh();
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 2001, patience);
        model.setFilter({});
        QVERIFY(!model.filtering());
        QCOMPARE(model.rowCount(), 20'002);
    }

    void aNewFilterDropsTheResultsOfTheOldOne()
    {
        EventStore store;
        for (quint64 i = 1; i <= 50'000; ++i)
            append(store, transfer(i, i % 2 == 0 ? ipc::Call::Read : ipc::Call::Write, "x"));
        LogModel model;
        model.setStore(&store);
        for (int i = 0; i < 20; ++i)
            model.setFilter(textFilter(i % 2 == 0 ? "write" : "read"));
        QTRY_VERIFY_WITH_TIMEOUT(!model.filtering(), patience);
        compareWithStore(model, store, {}, 0);
        model.setFilter(textFilter("write"));
        model.setStore(nullptr); // in the middle of the job
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(!model.filtering());
    }

    void aNameThatComesLateBringsItsRows()
    {
        EventStore store;
        for (quint64 i = 1; i <= 100; ++i)
            append(store, transfer(i, i % 2 == 0 ? ipc::Call::Read : ipc::Call::Write, "x"));
        LogModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setStore(&store);
        model.setFilter(textFilter("grep"));
        QTRY_VERIFY_WITH_TIMEOUT(!model.filtering(), patience);
        QCOMPARE(model.rowCount(), 0);
        Catalog names = samples::catalog();
        model.setCatalog(names);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 50, patience);
        names.processes[1].name = QStringLiteral("grep too");
        model.setCatalog(names);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 100, patience);
        names.processes[2].name = QStringLiteral("other");
        model.setCatalog(names);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 50, patience);
        compareWithStore(model, store, names, 0);
    }

    void namesAreTakenOverWithoutAReset()
    {
        EventStore store;
        append(store, transfer(1, ipc::Call::Write, "x"));
        LogModel model;
        model.setStore(&store);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        QCOMPARE(text(model, 0, Column::Process), QStringLiteral("process 1  4711"));
        Catalog names = samples::catalog();
        model.setCatalog(names);
        QCOMPARE(text(model, 0, Column::Process), QStringLiteral("ls  4711"));
        QCOMPARE(changes.size(), 1);
        names.endpoints[1].totals.bytesIn = 99; // not seen in the log
        model.setCatalog(names);
        QCOMPARE(changes.size(), 1);
        QCOMPARE(resets.size(), 0);
    }

    void itStaysCorrectUnderRandomChanges()
    {
        QRandomGenerator random(20260301);
        const Catalog names = samples::catalog();
        EventStore store(300);
        LogModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setCatalog(names);
        model.setStore(&store);
        const std::array filters = {LogFilter(), textFilter("read"), textFilter("grep"),
                                    textFilter("nothing at all"), textFilter("my pipe")};
        quint64 seq = 0;
        for (int step = 0; step < 1500; ++step) {
            switch (random.bounded(6)) {
            case 0:
            case 1:
                for (int i = random.bounded(40); i > 0; --i, ++seq)
                    append(store, transfer(seq + 1,
                                           random.bounded(3) == 0 ? ipc::Call::Read : ipc::Call::Write, "x"));
                break;
            case 2:
                model.refresh();
                break;
            case 3: {
                QList<PendingCall> pending;
                for (int i = random.bounded(4); i > 0; --i)
                    pending.append(pendingRead(random.bounded(4), static_cast<quint64>(random.bounded(2))));
                model.setPending(pending, seq);
                break;
            }
            case 4:
                model.setFilter(
                    filters[static_cast<std::size_t>(random.bounded(static_cast<int>(filters.size())))]);
                break;
            default:
                QCoreApplication::processEvents();
            }
        }
        model.setPending({}, 0);
        const auto upToDate = [&] {
            model.refresh();
            QCoreApplication::processEvents();
            return !model.filtering() && model.rowOfPosition(store.end() - 1) >= 0;
        };
        for (const LogFilter& filter : filters) {
            model.setFilter(filter);
            if (filter.isEmpty() || filter.text == QStringLiteral("my pipe"))
                QTRY_VERIFY_WITH_TIMEOUT(upToDate(), patience);
            QTRY_VERIFY_WITH_TIMEOUT(!model.filtering(), patience);
            compareWithStore(model, store, names, 0);
        }
        QCOMPARE(resets.size(), 1); // setStore's
    }

    void itFollowsAStoreThatAnotherThreadFills_data()
    {
        QTest::addColumn<int>("limit");
        QTest::newRow("all are kept") << 50'000;
        QTest::newRow("the oldest go") << 5'000;
    }

    void itFollowsAStoreThatAnotherThreadFills()
    {
        QFETCH(int, limit);
        EventStore store(static_cast<std::size_t>(limit));
        LogModel model;
        // The tester reads a row before and after a change: one that goes meanwhile has nothing to show.
        std::optional<QAbstractItemModelTester> tester;
        if (limit > 40'000)
            tester.emplace(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setStore(&store);
        model.setFilter(textFilter("read"));
        std::atomic<bool> done = false;
        std::thread writer([&] {
            std::vector<std::byte> batch;
            for (quint64 i = 1; i <= 40'000; ++i) {
                ipc::wire::appendRecord(
                    transfer(i, i % 4 == 0 ? ipc::Call::Read : ipc::Call::Write, "x").view(), batch);
                if (i % 500 == 0) {
                    store.append(batch);
                    batch.clear();
                }
            }
            done = true;
        });
        while (!done) {
            model.refresh();
            QCoreApplication::processEvents();
            for (int row = 0; row < model.rowCount(); row += 97)
                model.index(row, static_cast<int>(Column::Call)).data();
        }
        writer.join();
        const auto complete = [&] {
            model.refresh();
            QCoreApplication::processEvents();
            const int kept = std::min(limit, 40'000) / 4;
            return model.rowCount() == kept && model.rowOfPosition(39'999) == kept - 1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(complete(), patience);
        compareWithStore(model, store, {}, 0);
    }
};

QTEST_GUILESS_MAIN(TestLogModel)
#include "tst_log_model.moc"
