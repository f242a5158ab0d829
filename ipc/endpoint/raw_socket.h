#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/socket_address.h"

namespace byteyard::ipc {

struct RawOptions
{
    std::string protocol; ///< a name ("icmp") or 0…255
    std::string address;
};

/// raw(7). Ports: send, receive. Each edge has a socket of its own, and each that receives gets its own copy
/// of every packet. CAP_NET_RAW is needed.
class RawEndpoint final : public Endpoint
{
public:
    /// Tries whether it may be made; throws EndpointError.
    explicit RawEndpoint(const RawOptions& options);

    std::string_view kind() const noexcept override { return "raw"; }
    EndpointNames names() const override;
    std::vector<ObjectId> objects() const override { return {}; }
    bool isHeldUnnamed() const noexcept override { return true; }
    /// It is a protocol, which needs no socket to be there.
    bool isAnonymous() const noexcept override { return false; }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    std::optional<Look> look(const LookContext& context) override;
    /// The first packet of the first socket that has one.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;

private:
    Fd make() const;

    std::string m_address;
    std::string m_protocolName;
    SocketAddress m_to;
    int m_protocol = 0;
};

} // namespace byteyard::ipc
