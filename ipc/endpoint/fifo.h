#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// fifo(7). Ports: read, write, read-write, each opened by the child just before exec.
class FifoEndpoint final : public Endpoint
{
public:
    /// mkfifo(3) at `path`; a FIFO that stands there already is used, and one must when it is `existing`.
    /// Throws EndpointError.
    FifoEndpoint(std::string path, mode_t mode, bool existing = false);
    /// One that a program made.
    FifoEndpoint(std::string path, ObjectId id);

    std::string_view kind() const noexcept override { return "fifo"; }
    bool looksUnderLock() const noexcept override { return true; }
    std::optional<Fill> fill(std::span<const TableHolder> holders) override;
    std::optional<Look> look(const LookContext& context) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    MadeCall setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes) override;
    MadeCall remove() override;
};

} // namespace byteyard::ipc
