#pragma once

#include "ipc/endpoint/shared_file.h"

namespace byteyard::ipc {

struct PosixShmOptions
{
    std::string name;
    mode_t mode = 0600;
    std::uint64_t size = 4096;
    bool existing = false;
};

/// POSIX shared memory (shm_open(3), shm_overview(7)). Port: attach.
class PosixShmEndpoint final : public SharedFileEndpoint
{
public:
    /// Makes it, or takes one that exists. Throws EndpointError.
    explicit PosixShmEndpoint(const PosixShmOptions& options);

    std::string_view kind() const noexcept override { return "posix-shm"; }
    /// An open file description of its own.
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    /// shm_unlink(3)
    MadeCall remove() override;

protected:
    Fd reach(std::span<const TableHolder> holders, int flags) const override;
    bool isGone(std::span<const TableHolder> holders) const override;

private:
    bool hasName() const;
};

} // namespace byteyard::ipc
