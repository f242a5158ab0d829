// A full log of 1 000 000 events: what a view asks of its table, a filter over all of it, exports and a
// recording.
#include "model/log/export.h"
#include "model/log/log_model.h"
#include "model/log/session_file.h"

#include <benchmark/benchmark.h>

#include <QCoreApplication>
#include <QTemporaryDir>

#include <stdexcept>

using namespace byteyard;
using namespace byteyard::model;

namespace {

constexpr quint64 eventCount = 1'000'000;
constexpr int rowsOnScreen = 40;

const EventStore& fullStore()
{
    static const std::unique_ptr<EventStore> store = [] {
        auto filled = std::make_unique<EventStore>();
        const QByteArray data("a line of text that a program wrote into a pipe, as programs do\n");
        std::vector<std::byte> batch;
        for (quint64 i = 0; i < eventCount; ++i) {
            ipc::EventView event;
            event.seq = i + 1;
            event.time = i * 1'234;
            event.duration = 1'900;
            event.process = static_cast<quint32>(1 + i % 2);
            event.pid = event.tid = 4711 + static_cast<int>(i % 2);
            event.call = i % 2 == 0 ? ipc::Call::Write : ipc::Call::Read;
            event.fd = i % 2 == 0 ? 1 : 0;
            event.endpoint = 1;
            event.result = data.size();
            event.requested = 4096;
            event.dataState = ipc::DataState::Complete;
            event.data = std::as_bytes(std::span(data.constData(), static_cast<std::size_t>(data.size())));
            ipc::wire::appendRecord(event, batch);
            if (batch.size() > (1u << 20)) {
                filled->append(batch);
                batch.clear();
            }
        }
        filled->append(batch);
        return filled;
    }();
    return *store;
}

Catalog catalog()
{
    Catalog names;
    for (quint32 number : {1u, 2u}) {
        names.processes[number].number = number;
        names.processes[number].name = number == 1 ? QStringLiteral("producer") : QStringLiteral("consumer");
    }
    names.endpoints[1].number = 1;
    names.endpoints[1].name = names.endpoints[1].kind = QStringLiteral("pipe");
    names.events = eventCount;
    return names;
}

/// Every cell that 40 rows show, somewhere in the middle.
void aScreenOfCells(benchmark::State& state)
{
    LogModel model;
    model.setCatalog(catalog());
    model.setStore(&fullStore());
    int top = 0;
    for (auto _ : state) {
        top = (top + 7919) % (model.rowCount() - rowsOnScreen);
        for (int row = top; row < top + rowsOnScreen; ++row)
            for (int column = 0; column < model.columnCount(); ++column)
                benchmark::DoNotOptimize(model.index(row, column).data().toString());
    }
}
BENCHMARK(aScreenOfCells)->Unit(benchmark::kMicrosecond);

void aFilterOverAllEvents(benchmark::State& state)
{
    LogModel model;
    model.setCatalog(catalog());
    model.setStore(&fullStore());
    LogFilter filter;
    for (auto _ : state) {
        filter.text = filter.text == QStringLiteral("consumer") ? QStringLiteral("not there")
                                                                : QStringLiteral("consumer");
        model.setFilter(filter);
        while (model.filtering())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * eventCount));
}
BENCHMARK(aFilterOverAllEvents)->Unit(benchmark::kMillisecond)->UseRealTime();

void anExport(benchmark::State& state, ExportFormat format)
{
    const QTemporaryDir directory(QDir::tempPath() + QStringLiteral("/byteyard-bench-XXXXXX"));
    for (auto _ : state) {
        JobControl control;
        const QString error =
            exportLog(directory.filePath(QStringLiteral("out")), format, fullStore(), catalog(), {}, control);
        if (!error.isEmpty())
            throw std::runtime_error(error.toStdString());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * eventCount));
}
BENCHMARK_CAPTURE(anExport, JsonLines, ExportFormat::JsonLines)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(anExport, Csv, ExportFormat::Csv)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK_CAPTURE(anExport, Pcapng, ExportFormat::Pcapng)->Unit(benchmark::kMillisecond)->Iterations(1);

void openingASession(benchmark::State& state)
{
    const QTemporaryDir directory(QDir::tempPath() + QStringLiteral("/byteyard-bench-XXXXXX"));
    const QString path = directory.filePath(QStringLiteral("session.pcapng"));
    JobControl control;
    const QString error = exportLog(path, ExportFormat::Pcapng, fullStore(), catalog(), {}, control);
    if (!error.isEmpty())
        throw std::runtime_error(error.toStdString());
    for (auto _ : state)
        if (readSessionFile(path, control).store->end() != eventCount)
            throw std::runtime_error("events are missing");
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * eventCount));
}
BENCHMARK(openingASession)->Unit(benchmark::kMillisecond)->Iterations(1);

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
