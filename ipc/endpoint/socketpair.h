#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// socketpair(2) of the UNIX family. Ports: a, b.
class SocketpairEndpoint final : public Endpoint
{
public:
    enum class Type : std::uint8_t { Stream, Datagram, Seqpacket };

    /// Makes it; buffers of 0 bytes are left at the kernel's size. Throws EndpointError.
    explicit SocketpairEndpoint(Type type, int sendBuffer = 0, int receiveBuffer = 0);
    /// One that a program made, known by one of its ends (a). The other is learnt from its holders.
    explicit SocketpairEndpoint(ObjectId id) { m_id = id; }

    std::string_view kind() const noexcept override { return "socketpair"; }
    std::vector<ObjectId> objects() const override;
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    /// Of datagrams the kernel tells the first one's size alone.
    std::optional<Fill> fill(std::span<const TableHolder> holders) override;
    /// Of datagrams and packets the first one.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// The sizes of its buffers too: one number where both ends have the same, else a's and b's.
    std::optional<Look> look(const LookContext& context) override;
    /// "SO_SNDBUF", "SO_RCVBUF", of both ends (socket(7)).
    MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                      std::uint64_t value) override;

private:
    void learn(std::span<const TableHolder> holders);

    ObjectId m_id2; ///< b
};

} // namespace byteyard::ipc
