#pragma once

#include "ipc/capture/tracer.h"
#include "ipc/process/fd.h"

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace byteyard::ipc {

/// A kernel object that could not be made or reached: which call, on what, errno.
class EndpointError : public std::runtime_error
{
public:
    EndpointError(std::string call, std::string object, int error);
    const std::string& call() const noexcept { return m_call; }
    const std::string& object() const noexcept { return m_object; }
    int error() const noexcept { return m_error; }

private:
    std::string m_call;
    std::string m_object;
    int m_error;
};

/// How full an endpoint is, as the kernel says.
struct Fill
{
    std::uint64_t bytes = 0;
    std::uint64_t bytes2 = 0;   ///< a socketpair's way from b to a
    std::uint64_t capacity = 0; ///< 0: unknown, or without a bound
    bool writeBlocks = false;   ///< a write would block (for a pipe: of one page)
    bool operator==(const Fill&) const = default;
};

/// What an endpoint holds, or one word that says why that cannot be told.
struct Contents
{
    bool available = false;
    std::string why; ///< "no-holder", "no-reader", "one-sided", "refused", "gone", "unsupported", "busy"
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

/// One kernel object. It is reached through its holders, descriptors of other processes: the engine gives its
/// own ends away (closeEnds), since a held end would hide SIGPIPE or end-of-file from those who run.
class Endpoint
{
public:
    virtual ~Endpoint() = default;
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    virtual std::string_view kind() const noexcept = 0;
    ObjectId id() const noexcept { return m_id; }
    /// All objects behind it: a socketpair has one at each end.
    virtual std::vector<ObjectId> objects() const { return {m_id}; }
    const std::string& path() const noexcept { return m_path; }
    const std::vector<SetupCall>& setupCalls() const noexcept { return m_setup; }
    /// True when it has no name: it goes with its last holder.
    bool isAnonymous() const noexcept { return m_path.empty(); }
    /// True when the holders must not open or close anything while fill() looks (the tracer's table lock).
    virtual bool looksUnderLock() const noexcept { return false; }

    /// A descriptor for this port, at 256 or above and close-on-exec: a copy of the engine's own end, or one
    /// got through a holder; none when neither is there. Kinds that a child opens by path have none.
    virtual Fd end(std::string_view port, std::span<const TableHolder> holders) const;
    /// Closes the engine's own ends.
    void closeEnds() noexcept;

    /// Nothing when no holder lets the engine look.
    virtual std::optional<Fill> fill(std::span<const TableHolder> holders) = 0;
    /// Does not consume. To be called under the tracer's table lock.
    virtual Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                          std::size_t size) = 0;
    /// Puts bytes in without waiting. Returns the count, or -errno.
    virtual ssize_t write(std::span<const TableHolder> holders, Way way,
                          std::span<const std::byte> bytes) = 0;
    /// Returns what the kernel made of it; throws EndpointError. fcntl(2), F_SETPIPE_SZ.
    virtual std::uint64_t setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes);
    /// Removes the name, if it was created here and still leads to the same object.
    virtual void remove() noexcept {}

protected:
    Endpoint() = default;

    ObjectId m_id;
    std::string m_path;
    std::array<Fd, 2> m_ends; ///< read and write, or a and b
    std::vector<SetupCall> m_setup;
};

/// Device and inode behind a descriptor; throws EndpointError.
ObjectId objectOf(int fd);
/// The same descriptor at a number from 256, close-on-exec, so that it is in no child's way. Throws
/// EndpointError.
Fd highCopy(int fd);
/// Moves a descriptor there.
Fd moveHigh(Fd fd);

} // namespace byteyard::ipc
