#pragma once

#include "ipc/engine/event_loop.h"
#include "ipc/engine/output_queue.h"

#include <map>

namespace byteyard::ipc::engine {

/// What processes print on an unconnected 1 or 2: one terminal a process, drained as fast as the model reads.
class Outputs
{
public:
    using Clock = std::function<std::uint64_t()>;

    Outputs(EventLoop& loop, OutputQueue& queue, Clock now);
    ~Outputs();
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    /// A raw terminal of 80 x 24 (pty(7)). Returns its slave, for the child; throws EndpointError.
    Fd open(std::uint32_t process, std::uint8_t stream);
    /// The child that it was for is not started.
    void close(std::uint32_t process);
    /// Takes what is still there, and closes all.
    void finish();

private:
    struct Terminal
    {
        Fd master;
        std::uint8_t stream;
    };
    bool read(std::uint32_t process, const Terminal& terminal);

    EventLoop& m_loop;
    OutputQueue& m_queue;
    Clock m_now;
    std::map<std::uint32_t, Terminal> m_terminals;
};

/// The write ends of typed standard inputs, and what waits to go into them.
class Inputs
{
public:
    explicit Inputs(EventLoop& loop) : m_loop(loop) {}
    ~Inputs();
    Inputs(const Inputs&) = delete;
    Inputs& operator=(const Inputs&) = delete;

    /// A pipe. Returns its read end, for the child; throws EndpointError.
    Fd open(std::uint32_t process);
    void close(std::uint32_t process);
    /// False when this process has no typed input, or one that has been ended.
    bool write(std::uint32_t process, std::string_view bytes, bool end);

private:
    struct Line
    {
        Fd end;
        std::string pending;
        bool ending = false;
        bool watched = false;
    };
    void flush(std::uint32_t process);

    EventLoop& m_loop;
    std::map<std::uint32_t, Line> m_lines;
};

} // namespace byteyard::ipc::engine
