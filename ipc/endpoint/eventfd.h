#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

struct EventfdOptions
{
    std::uint64_t value = 0;
    bool semaphore = false; ///< EFD_SEMAPHORE
};

/// eventfd(2). Ports: write, read. All of them share one inode: the kernel tells them apart in fdinfo alone
/// (eventfd-id), and the counter stands there too.
class EventfdEndpoint final : public Endpoint
{
public:
    /// Makes it; throws EndpointError.
    explicit EventfdEndpoint(const EventfdOptions& options);
    /// One that a program made.
    explicit EventfdEndpoint(std::int64_t number) : m_number(number) {}

    std::string_view kind() const noexcept override { return "eventfd"; }
    std::vector<ObjectId> objects() const override { return {}; }
    bool isHeldUnnamed() const noexcept override { return true; }
    std::vector<ObjectKey> keys() const override
    {
        return {{ObjectKey::Kind::Eventfd, static_cast<std::uint64_t>(m_number)}};
    }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    std::optional<Look> look(const LookContext& context) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// Adds to the counter.
    MadeCall setValue(std::span<const TableHolder> holders, std::size_t index, std::uint64_t value) override;

private:
    Fd reach(std::span<const TableHolder> holders) const;

    std::int64_t m_number = -1; ///< eventfd-id
    bool m_semaphore = false;
};

} // namespace byteyard::ipc
