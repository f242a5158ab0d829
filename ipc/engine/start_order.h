#pragma once

#include "ipc/engine/topology.h"

#include <functional>

namespace byteyard::ipc::engine {

/// Which held processes may start. Knows rules, and nothing of how a process is started.
class StartOrder
{
public:
    /// How far a node's process has come.
    enum class Progress : std::uint8_t { Waiting, Running, Ended, Failed };
    using ProgressOf = std::function<Progress(const std::string& node)>;
    /// Whether a node's process listens, or has listened.
    using HasListened = std::function<bool(const std::string& node)>;

    struct Decision
    {
        std::vector<std::uint32_t> release;
        std::vector<std::pair<std::uint32_t, std::string>> hopeless; ///< waits for this node, in vain
    };

    void add(std::uint32_t process, const StartRule& rule, std::uint64_t now);
    /// True when it waited: whatever its rule says, it starts now.
    bool takeOut(std::uint32_t process);
    bool isEmpty() const noexcept { return m_waiting.empty(); }
    std::vector<std::uint32_t> waiting() const;
    /// Takes the decided ones out. `othersLive`: something that has been started has not ended yet.
    Decision decide(std::uint64_t now, const ProgressOf& progress, const HasListened& hasListened,
                    bool othersLive);

private:
    struct Waiting
    {
        std::uint32_t process;
        StartRule rule;
        std::uint64_t since;
    };
    std::vector<Waiting> m_waiting;
};

} // namespace byteyard::ipc::engine
