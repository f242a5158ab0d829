#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// fifo(7). Ports: read, write, read-write, each opened by the child just before exec.
class FifoEndpoint final : public Endpoint
{
public:
    /// mkfifo(3) at `path`; a FIFO that stands there already is used, and kept. Throws EndpointError.
    FifoEndpoint(std::string path, mode_t mode);
    /// One that a program made.
    FifoEndpoint(std::string path, ObjectId id);

    std::string_view kind() const noexcept override { return "fifo"; }
    bool looksUnderLock() const noexcept override { return true; }
    std::optional<Fill> fill(std::span<const TableHolder> holders) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    ssize_t write(std::span<const TableHolder> holders, Way way, std::span<const std::byte> bytes) override;
    std::uint64_t setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes) override;
    void remove() noexcept override;

private:
    bool m_created = false;
};

} // namespace byteyard::ipc
