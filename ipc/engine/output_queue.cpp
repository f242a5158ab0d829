#include "ipc/engine/output_queue.h"

#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <poll.h>

namespace byteyard::ipc::engine {

namespace {

constexpr std::chrono::milliseconds batchAge{8};
constexpr int lastWriteTimeoutMs = 1500;
constexpr std::size_t blockBytes = 256U << 10;
constexpr std::size_t fewBlocks = 32; ///< that are kept for the next batches

template <typename T>
void put(std::vector<std::byte>& out, T value)
{
    const std::size_t at = out.size();
    out.resize(at + sizeof value);
    std::memcpy(out.data() + at, &value, sizeof value);
}

} // namespace

OutputQueue::OutputQueue(int wire, int abort) : m_wire(wire), m_abort(abort)
{
    ::fcntl(wire, F_SETFL, ::fcntl(wire, F_GETFL) | O_NONBLOCK);
    m_open.resize(wire::magic.size());
    std::memcpy(m_open.data(), wire::magic.data(), wire::magic.size());
    m_urgent = true;
    m_thread = std::thread([this] { writeLoop(); });
}

OutputQueue::~OutputQueue()
{
    finish();
}

void OutputQueue::control(std::string_view text)
{
    const std::lock_guard lock(m_mutex);
    if (m_broken)
        return;
    seal();
    wire::appendControl(text, m_open);
    hurry();
}

void OutputQueue::event(const EventView& event)
{
    Row(*this).event(event);
}

void OutputQueue::add(const EventView& event, std::unique_lock<std::mutex>& lock)
{
    waitForRoom(lock);
    if (m_broken)
        return;
    const bool wasEmpty = isEmpty();
    if (m_batch == noBatch) {
        m_batch = m_open.size();
        wire::appendFrame(wire::FrameKind::Events, {}, m_open);
    }
    wire::appendRecord(event, m_open);
    if (m_open.size() - m_batch >= batchBytes) {
        seal();
        if (!m_full.empty())
            hurry();
    } else if (wasEmpty) {
        m_work.notify_one(); // the batch's 8 ms begin
    }
}

void OutputQueue::output(std::uint32_t process, std::uint8_t stream, std::uint64_t time,
                         std::span<const std::byte> bytes)
{
    std::vector<std::byte> payload;
    payload.reserve(16 + bytes.size());
    put(payload, process);
    put(payload, static_cast<std::uint32_t>(stream)); // three zero bytes follow the stream
    put(payload, time);
    payload.insert(payload.end(), bytes.begin(), bytes.end());
    std::unique_lock lock(m_mutex);
    waitForRoom(lock);
    if (m_broken)
        return;
    seal();
    wire::appendFrame(wire::FrameKind::Output, payload, m_open);
    hurry();
}

void OutputQueue::contents(std::uint32_t request, std::uint32_t endpoint, std::uint64_t offset,
                           const Contents& contents)
{
    std::vector<std::byte> payload;
    put(payload, request);
    put(payload, endpoint);
    put(payload, offset);
    put(payload, contents.total);
    const auto state = contents.available ? wire::ContentsState::Exact : wire::ContentsState::Unavailable;
    put(payload, static_cast<std::uint64_t>(state)); // seven zero bytes follow the state
    if (contents.available) {
        payload.insert(payload.end(), contents.bytes.begin(), contents.bytes.end());
    } else {
        const auto why = std::as_bytes(std::span(contents.why));
        payload.insert(payload.end(), why.begin(), why.end());
    }
    const std::lock_guard lock(m_mutex);
    if (m_broken)
        return;
    seal();
    wire::appendFrame(wire::FrameKind::Contents, payload, m_open);
    hurry();
}

void OutputQueue::finish()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_work.notify_one();
    }
    if (m_thread.joinable())
        m_thread.join();
    const std::lock_guard lock(m_mutex);
    m_broken = true; // what comes now has no way out
}

/// Ends the open batch: its length is now known. What is added next is a frame of its own.
void OutputQueue::seal()
{
    if (m_batch != noBatch) {
        const auto length = static_cast<std::uint32_t>(m_open.size() - m_batch - wire::frameHeaderSize);
        std::memcpy(m_open.data() + m_batch, &length, sizeof length);
        m_batch = noBatch;
    }
    if (m_open.size() >= blockBytes)
        nextBlock();
}

void OutputQueue::nextBlock()
{
    m_fullBytes += m_open.size();
    m_full.push_back(std::move(m_open));
    if (m_free.empty()) {
        m_open = {};
        m_open.reserve(blockBytes + batchBytes + wire::maxRecordSize);
    } else {
        m_open = std::move(m_free.back());
        m_free.pop_back();
    }
}

void OutputQueue::waitForRoom(std::unique_lock<std::mutex>& lock)
{
    m_room.wait(lock, [this] { return m_broken || m_ending || m_fullBytes + m_open.size() < maxBacklog; });
}

void OutputQueue::hurry()
{
    m_urgent = true;
    m_work.notify_one();
}

void OutputQueue::writeLoop()
{
    std::unique_lock lock(m_mutex);
    while (true) {
        m_work.wait(lock, [this] { return m_ending || !isEmpty(); });
        if (isEmpty())
            return;
        m_work.wait_for(lock, batchAge, [this] { return m_urgent || m_ending; });
        m_urgent = false;
        if (m_full.empty())
            seal();
        if (m_full.empty())
            nextBlock();
        Block taken = std::move(m_full.front());
        m_full.pop_front();
        lock.unlock();
        const bool written = writeAll(taken);
        lock.lock();
        m_fullBytes -= taken.size();
        if (m_free.size() < maxBacklog / blockBytes && taken.capacity() <= 2 * blockBytes) {
            taken.clear();
            m_free.push_back(std::move(taken));
        }
        if (isEmpty() && m_free.size() > fewBlocks)
            m_free.pop_back(); // little by little: a flood comes in waves
        m_urgent = m_urgent || !m_full.empty();
        m_broken = m_broken || !written;
        if (m_broken) {
            m_full.clear();
            m_open.clear();
            m_batch = noBatch;
            m_fullBytes = 0;
        }
        m_room.notify_all();
        if (m_broken)
            return;
    }
}

bool OutputQueue::writeAll(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_wire, bytes.data(), bytes.size());
        if (written > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            continue;
        }
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno != EAGAIN)
            return false;
        bool ending = false;
        {
            const std::lock_guard lock(m_mutex);
            ending = m_ending;
        }
        std::array<pollfd, 2> ready{pollfd{m_wire, POLLOUT, 0}, pollfd{m_abort, 0, 0}};
        // Woken now and then to see whether the end has come while the model does not read.
        const int count = ::poll(ready.data(), ready.size(), ending ? lastWriteTimeoutMs : 200);
        if (ready[1].revents != 0 || (count == 0 && ending) || (ready[0].revents & (POLLERR | POLLHUP)) != 0)
            return false;
    }
    return true;
}

} // namespace byteyard::ipc::engine
