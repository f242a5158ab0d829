#pragma once

#include "ipc/actor/channel.h"
#include "ipc/process/fd.h"

#include <array>
#include <functional>
#include <string>
#include <string_view>

namespace byteyard::ipc::engine {

/// The engine's side of what it shares with one actor (ipc/actor/channel.h).
class ActorChannel
{
public:
    /// `description`: the JSON text for the actor. Throws EndpointError.
    explicit ActorChannel(std::string_view description);
    ~ActorChannel();
    ActorChannel(const ActorChannel&) = delete;
    ActorChannel& operator=(const ActorChannel&) = delete;

    /// The memfd, for the child; the mapping stays.
    Fd takeDescriptor() { return std::move(m_memory); }

    /// What an actor's process has told since it was asked last. Nothing in it is trusted.
    struct News
    {
        std::function<bool(pid_t)> isKnown; ///< false: this process's news are kept for the next time
        std::function<void(pid_t, const actor::Record&)> record;
        std::function<void(pid_t, std::uint32_t line)> line; ///< it has changed
        std::function<void(pid_t, std::uint32_t line, std::string_view text)> error;
    };
    void take(const News& news);
    /// Accesses that nobody could be told of, since the start.
    std::uint64_t lost() const noexcept;
    /// The object that a record's mapping is of; null when there is no such.
    const actor::Mapping* mapping(const actor::Record& record) const noexcept;

private:
    void takeLane(std::uint32_t number, pid_t pid, const News& news);

    Fd m_memory;
    std::size_t m_size = 0;
    actor::Channel* m_channel = nullptr;
    struct Told
    {
        std::uint64_t read = 0;
        std::uint32_t line = 0;
        bool error = false;
    };
    std::array<Told, actor::laneCount> m_told{};
};

} // namespace byteyard::ipc::engine
