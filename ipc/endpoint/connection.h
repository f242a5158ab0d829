#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

/// A connection between two sockets, of unix-stream, unix-seqpacket or tcp: a child of its listener, or of
/// nobody when that is not ours. Its ways: from who connected (a) to who accepted (b), and back.
class Connection final : public Endpoint
{
public:
    /// The addresses of TCP's two sockets.
    struct Ends
    {
        host::InetAddress server;
        host::InetAddress client;

        /// "127.0.0.1:80-127.0.0.1:34567"
        static Ends fromText(std::string_view text);
    };

    /// Known by one of its sockets; the other is learnt from the holders or from the kernel. UNIX sockets
    /// have no `ends`: the one with a name was accepted.
    Connection(std::string kind, ObjectId id, const Ends& ends);

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
    std::optional<std::uint64_t> waiting(const host::SocketState* receiver, ObjectId id,
                                         const host::SocketState* sender) const;
    bool isAccepted(const host::SocketState* b) const;
    Facts factsOf(const host::SocketState* a, const host::SocketState* b) const;
    std::optional<Look> lookAtRemains(const LookContext& context);

    std::string m_kind;
    ObjectId m_a; ///< who connected
    ObjectId m_b; ///< who accepted; either may be unknown (0)
    Ends m_ends;
    std::uint64_t m_missedIn = 0; ///< the round of the socket table that did not have it; 0: none yet
    pid_t m_peerPid = 0;
    uid_t m_peerUid = 0;
    std::uint64_t m_peerAskedOf = 0; ///< the inode of the end that told
};

} // namespace byteyard::ipc
