#pragma once

#include "ipc/endpoint/endpoint.h"
#include "ipc/endpoint/socket_address.h"

namespace byteyard::ipc {

struct SocketOptions
{
    std::string kind; ///< "unix-stream", "unix-datagram", "unix-seqpacket", "tcp", "udp"
    std::string path; ///< of the UNIX family; "@…": an abstract name
    std::string address;
    std::uint16_t port = 0; ///< 0: any free one
    int backlog = 128;
    bool reuseAddress = false;
    bool noDelay = false;
    int sendBuffer = 0; ///< 0: the kernel's
    int receiveBuffer = 0;

    bool isUnix() const { return kind.starts_with("unix-"); }
    bool isStream() const { return kind == "tcp" || kind == "unix-stream" || kind == "unix-seqpacket"; }
    /// SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET
    int type() const;
    /// Throws EndpointError.
    SocketAddress socketAddress() const;
};

/// What the kinds that are sockets have in common: they are reached by a copy of a holder's descriptor
/// (pidfd_getfd(2)), which is closed at once, and known by sock_diag(7).
class SocketEndpoint : public Endpoint
{
public:
    std::string_view kind() const noexcept override { return m_kind; }
    EndpointNames names() const override { return m_names; }
    /// It goes with its last holder; a path stays behind.
    bool isAnonymous() const noexcept override { return true; }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    /// "SO_SNDBUF", "SO_RCVBUF", "backlog"
    MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                      std::uint64_t value) override;
    /// The path, when there is one.
    MadeCall remove() override;

protected:
    /// Makes a bound socket; throws EndpointError.
    explicit SocketEndpoint(const SocketOptions& options);
    SocketEndpoint(std::string kind, ObjectId id, std::string path);

    /// The engine's own end, or a copy of a holder's.
    Fd reach(std::span<const TableHolder> holders) const;
    void setOption(int socket, int level, int option, std::string_view name, int value);

    std::string m_kind;
    EndpointNames m_names;
};

/// A socket that listens: unix-stream, unix-seqpacket, tcp. Ports: listen, connect. Connections are endpoints
/// of their own.
class ListeningSocket final : public SocketEndpoint
{
public:
    /// socket(2), bind(2), listen(2); throws EndpointError.
    explicit ListeningSocket(const SocketOptions& options);
    /// One that a program made.
    ListeningSocket(std::string kind, ObjectId id, std::string path, EndpointNames names);

    std::optional<Look> look(const LookContext& context) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
};

/// A socket that takes datagrams: unix-datagram, udp. Ports: receive, send.
class DatagramSocket final : public SocketEndpoint
{
public:
    /// socket(2), bind(2); throws EndpointError.
    explicit DatagramSocket(const SocketOptions& options);
    /// One that a program made.
    DatagramSocket(std::string kind, ObjectId id, std::string path, EndpointNames names);

    bool looksUnderLock() const noexcept override { return true; }
    std::optional<Look> look(const LookContext& context) override;
    /// The first datagram.
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    /// From a socket of ours, which has no name.
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;

private:
    std::vector<Tile> walk(int socket, bool all);

    SocketAddress m_address;
};

} // namespace byteyard::ipc
