#include "ipc/endpoint/sysv_shm.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

std::string limitBehind(int error, std::uint64_t size)
{
    if (error == EINVAL)
        return size == 0 ? std::string() : "shmmax"; // below SHMMIN, which is 1, or above SHMMAX
    return error == ENOSPC ? "shmmni" : error == ENOMEM ? "shmall" : std::string();
}

} // namespace

SysvShmEndpoint::SysvShmEndpoint(const SysvShmOptions& options)
{
    m_key = options.key;
    m_sysvId = options.id;
    const int flags = options.existing ? 0 : IPC_CREAT | IPC_EXCL | static_cast<int>(options.mode & 0777u);
    if (m_sysvId < 0)
        m_sysvId = ::shmget(options.key, options.existing ? 0 : options.size, flags);
    if (m_sysvId < 0)
        throw EndpointError("shmget", keyName(), errno,
                            options.existing ? "" : limitBehind(errno, options.size));
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state)
        throw EndpointError("shmctl(IPC_STAT)", keyName(), errno);
    take(*state);
    if (!options.existing)
        m_setup.push_back({callNamed("shmget"), -1, -1, m_sysvId,
                           getDetail(m_key, options.mode, " size=" + std::to_string(options.size))});
}

SysvShmEndpoint::SysvShmEndpoint(int id)
{
    m_sysvId = id;
    if (const std::optional<shmid_ds> state = shmState(id))
        take(*state);
}

void SysvShmEndpoint::take(const shmid_ds& state)
{
    m_key = state.shm_perm.__key;
    m_users.setObject({{0, static_cast<std::uint64_t>(m_sysvId)}, true});
}

bool SysvShmEndpoint::refresh(const shmid_ds& state, std::span<const TableHolder> holders)
{
    const bool changed = state.shm_nattch != m_last.shm_nattch || state.shm_lpid != m_last.shm_lpid ||
                         state.shm_atime != m_last.shm_atime || state.shm_dtime != m_last.shm_dtime;
    m_last = state;
    m_users.update(holders, state.shm_nattch, changed);
    return changed;
}

void SysvShmEndpoint::keep(const LastPicture& picture)
{
    m_keptOf = picture.pid;
    for (const LastPicture::Piece& piece : picture.pieces) {
        m_kept.resize(std::max(m_kept.size(), piece.offset + piece.bytes.size()));
        std::copy(piece.bytes.begin(), piece.bytes.end(),
                  m_kept.begin() + static_cast<std::ptrdiff_t>(piece.offset));
    }
}

/// Another may have been attached since who was not watched.
bool SysvShmEndpoint::isKept(const shmid_ds& state) const
{
    return m_keptOf != 0 && state.shm_lpid == m_keptOf;
}

/// While nobody has it attached.
bool SysvShmEndpoint::readKept(const shmid_ds& state, std::uint64_t offset, std::span<std::byte> into) const
{
    if (state.shm_atime == 0) // a new one is all zeros
        return true;
    const bool kept = isKept(state);
    const std::vector<std::byte>& bytes = kept ? m_kept : m_seen;
    const std::uint64_t begin = kept ? 0 : m_seenOffset;
    // What lies behind all that anybody has touched is zeros.
    const bool isWhole = kept && state.shm_segsz <= LastPicture::mostBytes;
    if (offset < begin || (!isWhole && offset + into.size() > begin + bytes.size()))
        return false;
    const std::uint64_t at = std::min<std::uint64_t>(offset - begin, bytes.size());
    const std::span<const std::byte> known(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
    std::copy_n(known.begin(), std::min(known.size(), into.size()), into.begin());
    return true;
}

std::optional<Look> SysvShmEndpoint::look(const LookContext& context)
{
    const std::span<const TableHolder> holders = context.holders;
    Look look;
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state) {
        look.isRemoved = true;
        return look;
    }
    refresh(*state, holders);
    look.fill.bytes = look.fill.capacity = state->shm_segsz;
    const bool marked = (state->shm_perm.mode & SHM_DEST) != 0;
    look.facts = {{"shm_segsz", static_cast<std::int64_t>(state->shm_segsz)},
                  {"shm_nattch", static_cast<std::int64_t>(state->shm_nattch)},
                  {"shm_cpid", state->shm_cpid},
                  {"shm_lpid", state->shm_lpid},
                  {"shm_atime", state->shm_atime},
                  {"shm_dtime", state->shm_dtime},
                  {"shm_ctime", state->shm_ctime},
                  {"shm_dest", static_cast<std::int64_t>(marked ? 1 : 0)}};
    look.attached = m_users.attachments();
    return look;
}

Contents SysvShmEndpoint::peek(std::span<const TableHolder> holders, Way /*way*/, std::uint64_t offset,
                               std::size_t size)
{
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state)
        return Contents::unavailable("gone");
    Contents contents;
    contents.available = true;
    contents.total = state->shm_segsz;
    if (offset >= contents.total)
        return contents;
    contents.bytes.resize(std::min<std::uint64_t>(size, contents.total - offset));
    refresh(*state, holders);
    if (state->shm_nattch > 0) {
        if (!m_users.read(offset, contents.bytes))
            return Contents::unavailable("refused");
        m_seenOffset = offset;
        m_seen = contents.bytes;
        return contents;
    }
    return readKept(*state, offset, contents.bytes) ? contents : Contents::unavailable("no-holder");
}

SharedMemory::Seen SysvShmEndpoint::lookAt(std::span<const TableHolder> holders, std::uint64_t offset,
                                           std::span<std::byte> into)
{
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state)
        return Seen::Gone;
    refresh(*state, holders);
    const bool seen = state->shm_nattch > 0 ? m_users.read(offset, into) : readKept(*state, offset, into);
    return seen ? Seen::Bytes : Seen::NoWay;
}

int SysvShmEndpoint::change(std::span<const TableHolder> /*holders*/, std::uint64_t offset, std::size_t size,
                            const Action& action)
{
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state)
        return EIDRM;
    if (offset > state->shm_segsz || size > state->shm_segsz - offset)
        return EFAULT;
    const bool wasKept = state->shm_nattch == 0 && (state->shm_atime == 0 || isKept(*state));
    void* memory = ::shmat(m_sysvId, nullptr, 0);
    if (memory == reinterpret_cast<void*>(-1)) // NOLINT(performance-no-int-to-ptr): as shmop(2) has it
        return errno;
    std::byte* place = static_cast<std::byte*>(memory) + offset;
    const int result = action(place);
    LastPicture picture;
    picture.pid = ::getpid();
    picture.pieces.push_back({offset, {place, place + size}});
    ::shmdt(memory);
    if (wasKept && offset + size <= LastPicture::mostBytes)
        keep(picture);
    return result;
}

MadeCall SysvShmEndpoint::write(std::span<const TableHolder> holders, const WriteRequest& request)
{
    const std::string detail = "offset=" + std::to_string(request.offset);
    const std::optional<shmid_ds> state = shmState(m_sysvId);
    if (!state || request.offset > state->shm_segsz ||
        request.bytes.size() > state->shm_segsz - request.offset)
        return {callNamed("process_vm_writev"), state ? -EFAULT : -EIDRM, detail, {}};
    refresh(*state, holders);
    return {callNamed("process_vm_writev"),
            host::writeMapped(m_users.mappings(), request.offset, request.bytes),
            detail,
            {}};
}

MadeCall SysvShmEndpoint::remove()
{
    const int result = ::shmctl(m_sysvId, IPC_RMID, nullptr);
    return {callNamed("shmctl"), result == 0 ? 0 : -errno, "cmd=IPC_RMID", {}};
}

} // namespace byteyard::ipc
