#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// A connection between two sockets, of unix-stream, unix-seqpacket or tcp: a child of its listener, or of
/// nobody when that is not ours. Its ways: from who connected (a) to who accepted (b), and back.
class Connection final : public Endpoint
{
public:
    /// Known by one of its sockets; the other is learnt from the holders or from the kernel.
    /// `listenerPort` tells which of TCP's two was accepted; 0: not known.
    Connection(std::string kind, ObjectId id, std::uint16_t listenerPort);

    std::string_view kind() const noexcept override { return m_kind; }
    std::vector<ObjectId> objects() const override;
    /// A closed one of TCP is there until its TIME_WAIT is over.
    bool isAnonymous() const noexcept override { return m_kind != "tcp"; }
    std::optional<Look> look(const LookContext& context) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;

private:
    void learn(const LookContext& context);
    void askPeer(std::span<const TableHolder> holders);
    Facts factsOf(const host::SocketState* a, const host::SocketState* b) const;
    Look lookAtRemains(const LookContext& context) const;

    std::string m_kind;
    std::uint16_t m_listenerPort;
    ObjectId m_a; ///< who connected
    ObjectId m_b; ///< who accepted; either may be unknown (0)
    host::InetAddress m_local;
    host::InetAddress m_remote;
    pid_t m_peerPid = 0;
    uid_t m_peerUid = 0;
    bool m_peerAsked = false;
};

} // namespace byteyard::ipc
