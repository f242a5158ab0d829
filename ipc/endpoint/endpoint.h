#pragma once

#include "ipc/capture/tracer.h"
#include "ipc/endpoint/look.h"
#include "ipc/host/lock_table.h"
#include "ipc/host/socket_table.h"
#include "ipc/process/fd.h"

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace byteyard::ipc {

/// A kernel object that could not be made or reached: which call, on what, errno, and the limit of the
/// machine that was hit, if one was (host/limits.h).
class EndpointError : public std::runtime_error
{
public:
    EndpointError(std::string call, std::string object, int error, std::string limit = {});
    const std::string& call() const noexcept { return m_call; }
    const std::string& object() const noexcept { return m_object; }
    int error() const noexcept { return m_error; }
    const std::string& limit() const noexcept { return m_limit; }

private:
    std::string m_call;
    std::string m_object;
    int m_error;
    std::string m_limit;
};

/// What an endpoint holds, or one word that says why that cannot be told.
struct Contents
{
    bool available = false;
    std::string why; ///< "no-holder", "no-reader", "not-accepted", "one-sided", "refused"… (docs/protocol.md)
    std::uint64_t total = 0;
    std::vector<std::byte> bytes;

    static Contents unavailable(std::string_view reason)
    {
        Contents contents;
        contents.why = reason;
        return contents;
    }
};

/// The two ways through a socketpair: from a to b, or back. Every other endpoint has the first alone.
enum class Way : std::uint8_t { AToB = 1, BToA = 2 };

/// A call that the engine made to have the object, for the log.
struct SetupCall
{
    Call call = Call::Other;
    int fd = -1;
    int fd2 = -1;
    std::int64_t result = 0;
    std::string detail;
};

/// What programs find an endpoint by, beside its path.
struct EndpointNames
{
    int sysvId = -1;
    std::string key; ///< "0x00004d51"
    std::string address;
    std::uint16_t port = 0;
};

/// What a person puts into an endpoint.
struct WriteRequest
{
    Way way = Way::AToB;
    std::span<const std::byte> bytes;
    std::int64_t rank = 0;    ///< a System V message's type, a POSIX one's priority
    std::uint64_t offset = 0; ///< in shared memory
};

/// A call that was made for a person, for the log.
struct MadeCall
{
    Call call = Call::Write;
    std::int64_t result = 0; ///< or -errno
    std::string detail;
    std::string limit; ///< of the machine, that was hit (host/limits.h)
};

/// What one look may use.
struct LookContext
{
    std::span<const TableHolder> holders;
    const host::SocketTable* sockets = nullptr;
    const host::LockTable* locks = nullptr;
    bool atRest = false; ///< no thread is in a call on it that ptrace follows, nor can one begin
};

class SharedMemory;

/// One kernel object. What has no name is reached through its holders, descriptors of other processes: the
/// engine gives its own ends away (closeEnds), since a held end would hide SIGPIPE or end-of-file from those
/// who run.
class Endpoint
{
public:
    virtual ~Endpoint() = default;
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    virtual std::string_view kind() const noexcept = 0;
    ObjectId id() const noexcept { return m_id; }
    /// All inodes behind it: a socketpair has one at each end.
    virtual std::vector<ObjectId> objects() const { return {m_id}; }
    /// True when /proc/PID/fd does not tell all who hold it: what they have open is seen by the tracer alone.
    virtual bool isHeldUnnamed() const noexcept { return false; }
    /// What makes a call one on this endpoint.
    virtual std::vector<ObjectKey> keys() const;
    const std::string& path() const noexcept { return m_path; }
    virtual EndpointNames names() const { return {}; }
    const std::vector<SetupCall>& setupCalls() const noexcept { return m_setup; }
    /// What a waiting message's rank is called: "type", "priority", or nothing.
    virtual std::string_view rankName() const noexcept { return {}; }
    /// True when it has no name: it goes with its last holder.
    virtual bool isAnonymous() const noexcept { return m_path.empty(); }
    /// What others than its users may do with its bytes, when it is memory.
    virtual SharedMemory* memory() noexcept { return nullptr; }
    /// True when the holders must not open or close anything while look() looks (the tracer's table lock).
    virtual bool looksUnderLock() const noexcept { return false; }

    /// True when note() is to be told of the calls on it.
    virtual bool wantsEvents() const noexcept { return false; }
    virtual void note(const EventView& /*event*/) {}
    /// What it held when somebody let go of it.
    virtual void keep(const LastPicture& /*picture*/) {}

    /// A descriptor for this port, at 256 or above and close-on-exec: a copy of the engine's own end, or one
    /// got through a holder; none when neither is there. Kinds that a child opens by path have none.
    virtual Fd end(std::string_view port, std::span<const TableHolder> holders) const;
    /// Closes the engine's own ends.
    void closeEnds() noexcept;

    /// Nothing when no holder lets the engine look.
    virtual std::optional<Fill> fill(std::span<const TableHolder> holders);
    /// All that can be seen without being in the way; nothing when it cannot be looked at now.
    virtual std::optional<Look> look(const LookContext& context);
    /// Does not consume. To be called under the tracer's table lock. Many kinds cannot be looked into.
    virtual Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                          std::size_t size);
    /// Puts bytes in without waiting.
    virtual MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request);
    /// How much it may hold: fcntl(2), F_SETPIPE_SZ (whose result is what the kernel made of it); a queue's
    /// msg_qbytes.
    virtual MadeCall setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes);
    /// One of the object's own limits, by the kernel's name ("msg_qbytes").
    virtual MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                              std::uint64_t value);
    /// A semaphore's value; what is added to an eventfd.
    virtual MadeCall setValue(std::span<const TableHolder> holders, std::size_t index, std::uint64_t value);
    /// Removes the object, or the name that leads to it.
    virtual MadeCall remove();

protected:
    Endpoint() = default;

    ObjectId m_id;
    std::string m_path;
    std::array<Fd, 2> m_ends; ///< read and write, or a and b
    std::vector<SetupCall> m_setup;
};

/// The row of a call that has this name.
Call callNamed(std::string_view name) noexcept;
/// unlink(2)
MadeCall unlinkCall(const std::string& path);
/// "0600"
std::string octalMode(mode_t mode);

/// Device and inode behind a descriptor; throws EndpointError.
ObjectId objectOf(int fd);
/// The same descriptor at a number from 256, close-on-exec, so that it is in no child's way. Throws
/// EndpointError.
Fd highCopy(int fd);
/// Moves a descriptor there.
Fd moveHigh(Fd fd);

} // namespace byteyard::ipc
