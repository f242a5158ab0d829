#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/message_ledger.h"

namespace byteyard::ipc {

struct PosixQueueOptions
{
    std::string name;
    mode_t mode = 0600;
    long maxMessages = 10;
    long messageSize = 8192;
    bool existing = false;
};

/// A POSIX message queue (mq_overview(7)). Ports: send, receive. /dev/mqueue need not be mounted: all is
/// asked of descriptors. Nothing can look at a message without taking it, so what waits is known from the
/// sends and receives that were seen.
class PosixQueueEndpoint final : public Endpoint
{
public:
    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit PosixQueueEndpoint(const PosixQueueOptions& options);
    /// One that a program made.
    PosixQueueEndpoint(std::string name, ObjectId id);

    std::string_view kind() const noexcept override { return "posix-queue"; }
    std::string_view rankName() const noexcept override { return "priority"; }
    /// An open file description of its own, for sending or for receiving.
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    bool wantsEvents() const noexcept override { return true; }
    void note(const EventView& event) override;
    std::optional<Look> look(const LookContext& context) override;
    /// The messages that were seen, one after another.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    /// mq_send(3)
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// mq_unlink(3)
    MadeCall remove() override;

private:
    /// The queue by its name or, when that is gone, through a holder.
    Fd reach(std::span<const TableHolder> holders, int flags) const;

    MessageLedger m_ledger;
};

} // namespace byteyard::ipc
