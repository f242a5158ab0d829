#include "ipc/endpoint/memfd.h"

#include "ipc/endpoint/held.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

constexpr std::size_t maxName = 249; // memfd_create(2)

} // namespace

MemfdEndpoint::MemfdEndpoint(const MemfdOptions& options)
{
    const std::string name = options.name.substr(0, maxName);
    Fd fd(::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd)
        throw EndpointError("memfd_create", name, errno);
    m_ends[0] = moveHigh(std::move(fd));
    take(m_ends[0].get());
    const int own = m_ends[0].get();
    m_setup.push_back({callNamed("memfd_create"), own, -1, own,
                       "name=" + encodeWord(name) + " flags=MFD_CLOEXEC|MFD_ALLOW_SEALING"});
    if (::ftruncate(own, static_cast<off_t>(options.size)) != 0)
        throw EndpointError("ftruncate", name, errno);
    m_setup.push_back({Call::Ftruncate, own, -1, 0, "size=" + std::to_string(options.size)});
    if (options.seals == 0)
        return;
    if (::fcntl(own, F_ADD_SEALS, options.seals) != 0)
        throw EndpointError("fcntl(F_ADD_SEALS)", name, errno);
    m_setup.push_back({Call::Fcntl, own, -1, 0, "op=F_ADD_SEALS seals=" + std::to_string(options.seals)});
}

MemfdEndpoint::MemfdEndpoint(ObjectId id)
{
    takeId(id);
}

Fd MemfdEndpoint::end(std::string_view /*port*/, std::span<const TableHolder> holders) const
{
    if (m_ends[0])
        return highCopy(m_ends[0].get());
    Fd fd = reopenHeld(holders, m_id, O_RDWR);
    if (!fd)
        return {};
    ::fcntl(fd.get(), F_SETFL, 0); // non-blocking was for the open alone
    return moveHigh(std::move(fd));
}

Fd MemfdEndpoint::reach(std::span<const TableHolder> holders, int flags) const
{
    return m_ends[0] ? highCopy(m_ends[0].get()) : reopenHeld(holders, m_id, flags);
}

} // namespace byteyard::ipc
