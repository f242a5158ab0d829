#include "ipc/endpoint/sysv_queue.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace byteyard::ipc {

namespace {

#ifndef MSG_COPY
constexpr int MSG_COPY = 040000; // linux/msg.h
#endif

/// Messages can come and go between two looks and leave all numbers as they were.
constexpr unsigned looksWithoutCopy = 6;

bool isSame(const msqid_ds& a, const msqid_ds& b)
{
    return a.msg_qnum == b.msg_qnum && a.__msg_cbytes == b.__msg_cbytes && a.msg_lspid == b.msg_lspid &&
           a.msg_lrpid == b.msg_lrpid && a.msg_stime == b.msg_stime && a.msg_rtime == b.msg_rtime;
}

std::string queueLimit(int error)
{
    return error == ENOSPC ? "msgmni" : std::string();
}

} // namespace

SysvQueueEndpoint::SysvQueueEndpoint(const SysvQueueOptions& options)
{
    m_key = options.key;
    m_sysvId = options.id;
    const int flags = options.existing ? 0 : IPC_CREAT | IPC_EXCL | static_cast<int>(options.mode & 0777u);
    if (m_sysvId < 0)
        m_sysvId = ::msgget(options.key, flags);
    if (m_sysvId < 0)
        throw EndpointError("msgget", keyName(), errno, queueLimit(errno));
    const std::optional<msqid_ds> state = queueState(m_sysvId);
    if (!state)
        throw EndpointError("msgctl(IPC_STAT)", keyName(), errno);
    m_key = state->msg_perm.__key;
    if (!options.existing)
        m_setup.push_back({callNamed("msgget"), -1, -1, m_sysvId, getDetail(m_key, options.mode)});
    if (options.queueBytes == 0)
        return;
    const MadeCall made = setLimit({}, "msg_qbytes", options.queueBytes);
    if (made.result < 0) {
        if (!options.existing)
            remove();
        const auto error = static_cast<int>(-made.result);
        throw EndpointError("msgctl(IPC_SET)", keyName(), error, made.limit);
    }
    m_setup.push_back({made.call, -1, -1, 0, made.detail});
}

SysvQueueEndpoint::SysvQueueEndpoint(int id)
{
    m_sysvId = id;
    if (const std::optional<msqid_ds> state = queueState(id))
        m_key = state->msg_perm.__key;
}

std::optional<SysvQueueEndpoint::Copied> SysvQueueEndpoint::copy(std::size_t index)
{
    const ssize_t size = ::msgrcv(m_sysvId, m_buffer.data(), m_buffer.size() - sizeof(long),
                                  static_cast<long>(index), MSG_COPY | IPC_NOWAIT);
    if (size < 0) {
        if (errno == ENOSYS)
            m_why = "unsupported";
        else if (errno == EACCES)
            m_why = "refused";
        return std::nullopt;
    }
    m_why.clear();
    Copied copied;
    std::memcpy(&copied.type, m_buffer.data(), sizeof copied.type);
    copied.bytes = std::span(m_buffer).subspan(sizeof(long), static_cast<std::size_t>(size));
    return copied;
}

void SysvQueueEndpoint::lookAtMessages(const msqid_ds& state, Look& look)
{
    look.tilesTotal = state.msg_qnum;
    if (isSame(state, m_last) && m_tiles.size() == std::min<std::size_t>(state.msg_qnum, Look::maxTiles) &&
        (state.msg_qnum == 0 || ++m_unchanged < looksWithoutCopy)) {
        look.tiles = m_tiles;
        return;
    }
    m_unchanged = 0;
    m_last = state;
    m_tiles.clear();
    // No message is larger than all of them together (between this look and the copy one may come that is).
    m_buffer.resize(sizeof(long) + state.__msg_cbytes);
    while (m_tiles.size() < std::min<std::size_t>(state.msg_qnum, Look::maxTiles)) {
        const std::optional<Copied> copied = copy(m_tiles.size());
        if (!copied)
            break;
        const auto head = copied->bytes.first(std::min(copied->bytes.size(), Tile::headBytes));
        m_tiles.push_back({copied->type, copied->bytes.size(), {head.begin(), head.end()}, true});
    }
    look.tiles = m_tiles;
}

std::optional<Look> SysvQueueEndpoint::look(const LookContext& /*context*/)
{
    Look look;
    const std::optional<msqid_ds> state = queueState(m_sysvId);
    if (!state) {
        look.isRemoved = true;
        return look;
    }
    look.fill.bytes = state->__msg_cbytes;
    look.fill.capacity = state->msg_qbytes;
    // The kernel compares bytes, and counts messages against the same number (msgsnd(2)).
    look.fill.writeBlocks = state->__msg_cbytes >= state->msg_qbytes || state->msg_qnum >= state->msg_qbytes;
    lookAtMessages(*state, look);
    look.facts = {{"msg_qnum", static_cast<std::int64_t>(state->msg_qnum)},
                  {"msg_cbytes", static_cast<std::int64_t>(state->__msg_cbytes)},
                  {"msg_qbytes", static_cast<std::int64_t>(state->msg_qbytes)},
                  {"msg_lspid", state->msg_lspid},
                  {"msg_lrpid", state->msg_lrpid},
                  {"msg_stime", state->msg_stime},
                  {"msg_rtime", state->msg_rtime},
                  {"msg_ctime", state->msg_ctime}};
    if (!m_why.empty())
        look.facts.emplace_back("peek", m_why);
    return look;
}

Contents SysvQueueEndpoint::peek(std::span<const TableHolder> /*holders*/, Way /*way*/, std::uint64_t offset,
                                 std::size_t size)
{
    const std::optional<msqid_ds> state = queueState(m_sysvId);
    if (!state)
        return Contents::unavailable("gone");
    Contents contents;
    contents.available = true;
    contents.total = state->__msg_cbytes;
    m_buffer.resize(sizeof(long) + state->__msg_cbytes);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < state->msg_qnum && contents.bytes.size() < size; ++i) {
        const std::optional<Copied> copied = copy(i);
        if (!copied && !m_why.empty())
            return Contents::unavailable(m_why);
        if (!copied)
            break;
        const std::uint64_t skipped =
            std::min<std::uint64_t>(copied->bytes.size(), offset - std::min(offset, at));
        const auto rest = copied->bytes.subspan(skipped);
        const auto wanted = rest.first(std::min(rest.size(), size - contents.bytes.size()));
        contents.bytes.insert(contents.bytes.end(), wanted.begin(), wanted.end());
        at += copied->bytes.size();
    }
    return contents;
}

MadeCall SysvQueueEndpoint::write(std::span<const TableHolder> /*holders*/, const WriteRequest& request)
{
    std::vector<std::byte> message(sizeof(long) + request.bytes.size());
    const long type = request.rank == 0 ? 1 : static_cast<long>(request.rank);
    std::memcpy(message.data(), &type, sizeof type);
    std::copy(request.bytes.begin(), request.bytes.end(), message.begin() + sizeof(long));
    const int sent = ::msgsnd(m_sysvId, message.data(), request.bytes.size(), IPC_NOWAIT);
    return {callNamed("msgsnd"), sent == 0 ? 0 : -errno, "type=" + std::to_string(type) + " flags=IPC_NOWAIT",
            sent != 0 && errno == EINVAL && type > 0 ? "msgmax" : ""};
}

MadeCall SysvQueueEndpoint::setCapacity(std::span<const TableHolder> holders, std::uint64_t bytes)
{
    return setLimit(holders, "msg_qbytes", bytes);
}

MadeCall SysvQueueEndpoint::setLimit(std::span<const TableHolder> holders, const std::string& name,
                                     std::uint64_t value)
{
    if (name != "msg_qbytes")
        return Endpoint::setLimit(holders, name, value);
    MadeCall made{callNamed("msgctl"), 0, "cmd=IPC_SET msg_qbytes=" + std::to_string(value), {}};
    msqid_ds state{};
    if (::msgctl(m_sysvId, IPC_STAT, &state) == 0) {
        state.msg_qbytes = value;
        if (::msgctl(m_sysvId, IPC_SET, &state) == 0)
            return made;
    }
    made.result = -errno;
    made.limit = errno == EPERM ? "msgmnb" : "";
    return made;
}

MadeCall SysvQueueEndpoint::remove()
{
    const int result = ::msgctl(m_sysvId, IPC_RMID, nullptr);
    return {callNamed("msgctl"), result == 0 ? 0 : -errno, "cmd=IPC_RMID", {}};
}

} // namespace byteyard::ipc
