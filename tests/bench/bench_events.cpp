// The way of an event from the engine's end of the socket into the event store, on the reader's one thread:
// frames are received and taken apart, every record is checked, copied and counted.
#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"
#include "model/log/event_store.h"
#include "model/log/statistics.h"

#include <benchmark/benchmark.h>

#include <cstring>
#include <ctime>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace byteyard;

namespace {

constexpr std::size_t eventsInFrame = 500;
constexpr quint64 eventsInRun = 1'000'000;

/// 64 bytes of data an event, as captured by default: a writer, a reader and a tee between them.
std::vector<std::byte> frameOfEvents()
{
    std::vector<std::byte> data(64, std::byte{'x'});
    std::vector<std::byte> records;
    for (std::size_t i = 0; i < eventsInFrame; ++i) {
        ipc::EventView event;
        event.seq = i + 1;
        event.time = i * 1000;
        event.duration = 1200;
        event.process = static_cast<std::uint32_t>(1 + i % 3);
        event.pid = event.tid = 4711 + static_cast<std::int32_t>(i % 3);
        event.call = i % 2 == 0 ? ipc::Call::Write : ipc::Call::Read;
        event.fd = 1;
        event.endpoint = static_cast<std::uint32_t>(1 + i % 2);
        event.result = 64;
        event.requested = 64;
        event.dataState = ipc::DataState::Complete;
        event.data = data;
        ipc::wire::appendRecord(event, records);
    }
    std::vector<std::byte> frame;
    ipc::wire::appendFrame(ipc::wire::FrameKind::Events, records, frame);
    return frame;
}

void sendAll(int fd, std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::write(fd, bytes.data(), bytes.size());
        if (sent <= 0)
            return;
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
}

double threadSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void eventsIntoTheStore(benchmark::State& state)
{
    const std::vector<std::byte> frame = frameOfEvents();
    double seconds = 0;
    double events = 0;
    double bytesPerEvent = 0;
    for (auto _ : state) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            throw std::runtime_error("socketpair");
        std::thread engine([&frame, fd = ends[0]] {
            sendAll(fd, std::as_bytes(std::span(ipc::wire::magic)));
            for (quint64 sent = 0; sent < eventsInRun; sent += eventsInFrame)
                sendAll(fd, frame);
            ::close(fd);
        });
        model::EventStore store;
        model::Statistics statistics;
        ipc::wire::FrameReader reader;
        ipc::wire::Frame received;
        const double begin = threadSeconds();
        for (;;) {
            const std::span<std::byte> room = reader.writable();
            const ssize_t got = ::read(ends[1], room.data(), room.size());
            if (got <= 0)
                break;
            reader.commit(static_cast<std::size_t>(got));
            while (reader.next(received))
                if (!store.append(received.payload,
                                  [&](const ipc::EventView& event) { statistics.add(event); }))
                    throw std::runtime_error("a record is broken");
        }
        seconds += threadSeconds() - begin;
        engine.join();
        ::close(ends[1]);
        if (store.end() != eventsInRun || statistics.totals().events != eventsInRun)
            throw std::runtime_error("events are missing");
        events += static_cast<double>(store.end());
        bytesPerEvent =
            static_cast<double>(store.bytesUsed()) / static_cast<double>(store.end() - store.first());
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(events));
    // Of the reading thread's own processor time: what one core takes in, whatever else runs on the machine.
    state.counters["events_per_core_second"] = events / seconds;
    state.counters["bytes_per_event"] = bytesPerEvent;
}
BENCHMARK(eventsIntoTheStore)->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace

BENCHMARK_MAIN();
