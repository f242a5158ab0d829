#pragma once

#include "ipc/endpoint/sysv_state.h"

#include <map>

namespace byteyard::ipc {

struct SysvSemaphoreOptions : SysvOptions
{
    std::vector<unsigned short> values;
};

/// A System V semaphore set (semget(2)). Port: use. It holds no bytes: its values are facts.
class SysvSemaphoreEndpoint final : public SysvEndpoint
{
public:
    /// Of a large set the first are shown.
    static constexpr std::size_t maxShown = 64;

    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit SysvSemaphoreEndpoint(const SysvSemaphoreOptions& options);
    /// One that a program made.
    explicit SysvSemaphoreEndpoint(int id);

    std::string_view kind() const noexcept override { return "sysv-semaphore"; }
    bool wantsEvents() const noexcept override { return true; }
    void note(const EventView& event) override;
    std::optional<Look> look(const LookContext& context) override;
    /// semctl(2), SETVAL
    MadeCall setValue(std::span<const TableHolder> holders, std::size_t index, std::uint64_t value) override;
    MadeCall remove() override;

private:
    std::vector<std::int64_t> undoOf(std::span<const TableHolder> holders, std::size_t count);

    std::vector<unsigned short> m_values;
    /// By process: what the kernel will add to each semaphore when it ends (SEM_UNDO). No call tells that: it
    /// is counted from the calls that were seen.
    std::map<std::uint32_t, std::vector<std::int64_t>> m_undo;
};

} // namespace byteyard::ipc
