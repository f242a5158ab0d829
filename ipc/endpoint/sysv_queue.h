#pragma once

#include "ipc/endpoint/sysv_state.h"

namespace byteyard::ipc {

struct SysvQueueOptions : SysvOptions
{
    std::uint64_t queueBytes = 0; ///< msg_qbytes; 0: the kernel's default
};

/// A System V message queue (msgget(2), sysvipc(7)). Ports: send, receive. Messages are copied out of it
/// without taking them (MSG_COPY), where the kernel has that.
class SysvQueueEndpoint final : public SysvEndpoint
{
public:
    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit SysvQueueEndpoint(const SysvQueueOptions& options);
    /// One that a program made.
    explicit SysvQueueEndpoint(int id);

    std::string_view kind() const noexcept override { return "sysv-queue"; }
    std::string_view rankName() const noexcept override { return "type"; }
    std::optional<Look> look(const LookContext& context) override;
    /// The messages' bytes one after another, in their order.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    /// msgsnd(2)
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    MadeCall setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes) override;
    /// "msg_qbytes"
    MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                      std::uint64_t value) override;
    MadeCall remove() override;

private:
    struct Copied
    {
        long type = 0;
        std::span<const std::byte> bytes;
    };
    /// The message at this place; nothing at the end, or when it cannot be copied (then m_why says so).
    std::optional<Copied> copy(std::size_t index);
    void lookAtMessages(const msqid_ds& state, Look& look);

    std::vector<std::byte> m_buffer;
    std::string m_why; ///< "unsupported" or "refused", once the kernel has said so
    msqid_ds m_last{};
    std::vector<Tile> m_tiles;
    unsigned m_unchanged = 0;
};

} // namespace byteyard::ipc
