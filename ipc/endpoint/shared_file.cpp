#include "ipc/endpoint/shared_file.h"

#include "ipc/capture/seal_names.h"
#include "ipc/endpoint/held.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace byteyard::ipc {

namespace {

std::uint64_t sizeOf(const struct stat& status)
{
    return static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
}

} // namespace

void SharedFileEndpoint::takeId(ObjectId id)
{
    m_id = id;
    m_users.setObject({m_id, false});
}

std::optional<Look> SharedFileEndpoint::look(const LookContext& context)
{
    const std::span<const TableHolder> holders = context.holders;
    Look look;
    if (isGone(holders)) {
        look.isRemoved = true;
        return look;
    }
    const Fd fd = reach(holders, O_RDONLY);
    struct stat status;
    m_users.update(holders, 0, false);
    look.attached = m_users.attachments();
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        if (m_users.mappings().empty())
            return std::nullopt;
        look.fill.bytes = look.fill.capacity = m_size; // nobody has a descriptor any more
        look.facts = {{"size", static_cast<std::int64_t>(m_size)}};
        return look;
    }
    m_size = sizeOf(status);
    look.fill.bytes = look.fill.capacity = m_size;
    constexpr std::int64_t blockBytes = 512; // stat(2)
    look.facts = {{"size", static_cast<std::int64_t>(m_size)}, {"resident", status.st_blocks * blockBytes}};
    if (const int seals = ::fcntl(fd.get(), F_GET_SEALS); seals >= 0)
        look.facts.emplace_back("seals", bitNames(static_cast<std::uint64_t>(seals), sealNames));
    return look;
}

Contents SharedFileEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                                  std::size_t size)
{
    const Fd fd = reach(holders, O_RDONLY);
    struct stat status;
    if (fd && ::fstat(fd.get(), &status) == 0)
        return readAt(fd.get(), sizeOf(status), offset, size);
    return isGone(holders) ? Contents::unavailable("gone") : peekMapped(holders, offset, size);
}

/// When its descriptors are closed and only mappings are left.
Contents SharedFileEndpoint::peekMapped(std::span<const TableHolder> holders, std::uint64_t offset,
                                        std::size_t size)
{
    m_users.update(holders, 0, true);
    if (m_users.mappings().empty())
        return Contents::unavailable(holders.empty() ? "no-holder" : "refused");
    Contents contents;
    contents.available = true;
    contents.total = m_size;
    if (offset >= m_size)
        return contents;
    contents.bytes.resize(std::min<std::uint64_t>(size, m_size - offset));
    return m_users.read(offset, contents.bytes) ? contents : Contents::unavailable("refused");
}

SharedMemory::Seen SharedFileEndpoint::lookAt(std::span<const TableHolder> holders, std::uint64_t offset,
                                              std::span<std::byte> into)
{
    if (const Fd fd = reach(holders, O_RDONLY)) {
        const ssize_t size = ::pread(fd.get(), into.data(), into.size(), static_cast<off_t>(offset));
        return std::cmp_equal(size, into.size()) ? Seen::Bytes : Seen::NoWay;
    }
    if (isGone(holders))
        return Seen::Gone;
    m_users.update(holders, 0, false);
    return m_users.read(offset, into) ? Seen::Bytes : Seen::NoWay;
}

int SharedFileEndpoint::change(std::span<const TableHolder> holders, std::uint64_t offset, std::size_t size,
                               const Action& action)
{
    const Fd fd = reach(holders, O_RDWR);
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return fd ? errno : ENXIO;
    if (offset > sizeOf(status) || size > sizeOf(status) - offset)
        return EFAULT;
    const std::uint64_t begin = offset - offset % static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t length = offset - begin + size;
    void* memory =
        ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), static_cast<off_t>(begin));
    if (memory == MAP_FAILED)
        return errno;
    const int result = action(static_cast<std::byte*>(memory) + (offset - begin));
    ::munmap(memory, length);
    return result;
}

MadeCall SharedFileEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    MadeCall made{Call::Pwrite64, 0, "offset=" + std::to_string(request.offset), {}};
    const Fd fd = reach(holders, O_RDWR);
    struct stat status;
    if (!fd || ::fstat(fd.get(), &status) != 0)
        made.result = -ENXIO;
    else if (request.offset > sizeOf(status) || request.bytes.size() > sizeOf(status) - request.offset)
        made.result = -EFAULT; // memory does not grow by being written
    else if (made.result = ::pwrite(fd.get(), request.bytes.data(), request.bytes.size(),
                                    static_cast<off_t>(request.offset));
             made.result < 0)
        made.result = -errno;
    return made;
}

MadeCall SharedFileEndpoint::setLimit(std::span<const TableHolder> holders, const std::string& name,
                                      std::uint64_t value)
{
    if (name != "size")
        return Endpoint::setLimit(holders, name, value);
    MadeCall made{Call::Ftruncate, 0, "size=" + std::to_string(value), {}};
    const Fd fd = reach(holders, O_RDWR);
    if (!fd)
        made.result = -ENXIO;
    else if (::ftruncate(fd.get(), static_cast<off_t>(value)) != 0)
        made.result = -errno;
    return made;
}

} // namespace byteyard::ipc
