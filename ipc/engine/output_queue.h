#pragma once

#include "ipc/capture/event.h"
#include "ipc/endpoint/endpoint.h"
#include "ipc/process/fd.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace byteyard::ipc::engine {

/// What goes to the model, in one order, from any thread. A thread of its own writes it, so that a model that
/// is slow to read never holds up the one that would have to make it faster. Events are gathered into
/// batches: 64 KiB, or 8 ms. Whoever adds events or output while 64 MiB wait is made to wait too. What waits
/// stands in blocks that are used again: the first touch of fresh memory costs more than what is written
/// there.
class OutputQueue
{
public:
    static constexpr std::size_t batchBytes = 64u << 10;
    static constexpr std::size_t maxBacklog = 64u << 20;

    /// Writes to `wire`; gives up when `abort` hangs up. Both stay the caller's.
    OutputQueue(int wire, int abort);
    /// finish()
    ~OutputQueue();

    void control(std::string_view json);
    void event(const EventView& event);
    /// Events in a row, between which nothing else can come: the queue is locked from the first on, so
    /// whoever has it must call nothing else here.
    class Row
    {
    public:
        explicit Row(OutputQueue& to) : m_to(to), m_lock(to.m_mutex) {}
        void event(const EventView& event) { m_to.add(event, m_lock); }

    private:
        OutputQueue& m_to;
        std::unique_lock<std::mutex> m_lock;
    };
    void output(std::uint32_t process, std::uint8_t stream, std::uint64_t time,
                std::span<const std::byte> bytes);
    void contents(std::uint32_t request, std::uint32_t endpoint, std::uint64_t offset,
                  const Contents& contents);
    /// Writes what waits (for at most some seconds, if the model does not read) and ends the thread.
    void finish();

private:
    using Block = std::vector<std::byte>;

    void add(const EventView& event, std::unique_lock<std::mutex>& lock);
    void seal();
    void nextBlock();
    bool isEmpty() const { return m_open.empty() && m_full.empty(); }
    void waitForRoom(std::unique_lock<std::mutex>& lock);
    void hurry();
    void writeLoop();
    bool writeAll(std::span<const std::byte> bytes);

    const int m_wire;
    const int m_abort;
    std::mutex m_mutex;
    std::condition_variable m_work;
    std::condition_variable m_room;
    std::deque<Block> m_full;      ///< whole frames, in their order
    Block m_open;                  ///< what comes now; the frames before an open batch are whole
    std::vector<Block> m_free;     ///< written, to be used again
    std::size_t m_fullBytes = 0;   ///< of m_full, and of what is being written
    std::size_t m_batch = noBatch; ///< where the open batch's header stands in m_open
    bool m_urgent = false;
    bool m_ending = false;
    bool m_broken = false; ///< the model is gone: everything is dropped
    std::thread m_thread;

    static constexpr std::size_t noBatch = static_cast<std::size_t>(-1);
};

} // namespace byteyard::ipc::engine
