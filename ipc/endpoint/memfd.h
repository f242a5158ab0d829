#pragma once

#include "ipc/endpoint/shared_file.h"

namespace byteyard::ipc {

struct MemfdOptions
{
    std::string name;
    std::uint64_t size = 4096;
    int seals = 0; ///< F_SEAL_… (fcntl(2))
};

/// Anonymous memory with a descriptor (memfd_create(2)). Port: attach.
class MemfdEndpoint final : public SharedFileEndpoint
{
public:
    /// Makes it; throws EndpointError.
    explicit MemfdEndpoint(const MemfdOptions& options);
    /// One that a program made.
    explicit MemfdEndpoint(ObjectId id);

    std::string_view kind() const noexcept override { return "memfd"; }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;

protected:
    Fd reach(std::span<const TableHolder> holders, int flags) const override;
    bool isGone(std::span<const TableHolder> /*holders*/) const override { return false; }
};

} // namespace byteyard::ipc
