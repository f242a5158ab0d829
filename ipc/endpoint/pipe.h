#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

struct PipeOptions
{
    std::uint64_t capacity = 0; ///< 0: the kernel's default
    bool packets = false;       ///< O_DIRECT
};

/// pipe(7). Ports: read, write.
class PipeEndpoint final : public Endpoint
{
public:
    /// Makes it; throws EndpointError.
    explicit PipeEndpoint(const PipeOptions& options);
    /// One that a program made.
    explicit PipeEndpoint(ObjectId id) { m_id = id; }

    std::string_view kind() const noexcept override { return "pipe"; }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    std::optional<Fill> fill(std::span<const TableHolder> holders) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    MadeCall setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes) override;

private:
    bool m_packets = false;
};

} // namespace byteyard::ipc
