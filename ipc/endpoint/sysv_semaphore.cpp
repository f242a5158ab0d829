#include "ipc/endpoint/sysv_semaphore.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <sstream>

namespace byteyard::ipc {

namespace {

std::string semaphoreLimit(int error)
{
    // ENOSPC: too many sets or semaphores; EINVAL: too many in one (semget(2)). All stand in one file.
    return error == ENOSPC || error == EINVAL ? "sem" : std::string();
}

std::string wordsOf(const std::vector<unsigned short>& values)
{
    std::string text;
    for (const unsigned short value : values)
        text.append(text.empty() ? "" : ",").append(std::to_string(value));
    return text;
}

} // namespace

SysvSemaphoreEndpoint::SysvSemaphoreEndpoint(const SysvSemaphoreOptions& options)
{
    m_key = options.key;
    m_sysvId = options.id;
    const int flags = options.existing ? 0 : IPC_CREAT | IPC_EXCL | static_cast<int>(options.mode & 0777u);
    if (m_sysvId < 0)
        m_sysvId =
            ::semget(options.key, options.existing ? 0 : static_cast<int>(options.values.size()), flags);
    if (m_sysvId < 0)
        throw EndpointError("semget", keyName(), errno, semaphoreLimit(errno));
    const std::optional<semid_ds> state = semaphoreState(m_sysvId);
    if (!state)
        throw EndpointError("semctl(IPC_STAT)", keyName(), errno);
    m_key = state->sem_perm.__key;
    if (options.existing)
        return;
    m_setup.push_back({callNamed("semget"), -1, -1, m_sysvId,
                       getDetail(m_key, options.mode, " nsems=" + std::to_string(state->sem_nsems))});
    std::vector<unsigned short> values = options.values;
    SemaphoreArgument argument{};
    argument.array = values.data();
    if (::semctl(m_sysvId, 0, SETALL, argument) != 0) {
        const int error = errno;
        remove();
        throw EndpointError("semctl(SETALL)", keyName(), error);
    }
    m_setup.push_back({callNamed("semctl"), -1, -1, 0, "cmd=SETALL values=" + wordsOf(values)});
}

SysvSemaphoreEndpoint::SysvSemaphoreEndpoint(int id)
{
    m_sysvId = id;
    if (const std::optional<semid_ds> state = semaphoreState(id))
        m_key = state->sem_perm.__key;
}

void SysvSemaphoreEndpoint::note(const EventView& event)
{
    const std::string_view call = callInfo(event.call).name;
    if (event.result < 0 || event.how == How::Unfinished)
        return;
    if (call == "semctl") {
        const std::string command = detailValue(event.detail, "cmd");
        const std::size_t index = std::strtoul(detailValue(event.detail, "index").c_str(), nullptr, 10);
        for (auto& [process, undo] : m_undo) // semop(2): setting a value forgets what was to be undone
            if (command == "SETALL")
                undo.clear();
            else if (command == "SETVAL" && index < undo.size())
                undo[index] = 0;
        return;
    }
    if (call != "semop" && call != "semtimedop")
        return;
    std::istringstream operations(detailValue(event.detail, "ops"));
    std::string operation;
    while (std::getline(operations, operation, ',')) { // "0:-1:SEM_UNDO"
        char* rest = nullptr;
        const std::size_t index = std::strtoul(operation.c_str(), &rest, 10);
        if (operation.find("SEM_UNDO") == std::string::npos || *rest != ':' || index >= maxShown)
            continue;
        std::vector<std::int64_t>& undo = m_undo[event.process];
        undo.resize(std::max(undo.size(), index + 1));
        undo[index] -= std::strtol(rest + 1, nullptr, 10);
    }
}

std::vector<std::int64_t> SysvSemaphoreEndpoint::undoOf(std::span<const TableHolder> holders,
                                                        std::size_t count)
{
    std::erase_if(m_undo, [&](const auto& each) {
        return std::none_of(holders.begin(), holders.end(),
                            [&](const TableHolder& holder) { return holder.process == each.first; });
    });
    std::vector<std::int64_t> sum(count);
    for (const auto& [process, undo] : m_undo)
        for (std::size_t i = 0; i < std::min(undo.size(), count); ++i)
            sum[i] += undo[i];
    return sum;
}

std::optional<Look> SysvSemaphoreEndpoint::look(const LookContext& context)
{
    const std::span<const TableHolder> holders = context.holders;
    Look look;
    const std::optional<semid_ds> state = semaphoreState(m_sysvId);
    if (!state) {
        look.isRemoved = true;
        return look;
    }
    m_values.resize(state->sem_nsems);
    SemaphoreArgument argument{};
    argument.array = m_values.data();
    if (::semctl(m_sysvId, 0, GETALL, argument) != 0) {
        look.facts = {{"nsems", static_cast<std::int64_t>(state->sem_nsems)},
                      {"sem_otime", state->sem_otime},
                      {"peek", std::string("refused")}};
        return look;
    }
    const std::size_t shown = std::min(m_values.size(), maxShown);
    std::vector<std::int64_t> values(m_values.begin(), m_values.begin() + static_cast<std::ptrdiff_t>(shown));
    std::vector<std::int64_t> up(shown);
    std::vector<std::int64_t> zero(shown);
    std::vector<std::int64_t> last(shown);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto index = static_cast<int>(i);
        up[i] = std::max(::semctl(m_sysvId, index, GETNCNT), 0);
        zero[i] = std::max(::semctl(m_sysvId, index, GETZCNT), 0);
        last[i] = std::max(::semctl(m_sysvId, index, GETPID), 0);
    }
    look.facts = {{"nsems", static_cast<std::int64_t>(m_values.size())},
                  {"values", std::move(values)},
                  {"ncnt", std::move(up)},
                  {"zcnt", std::move(zero)},
                  {"pid", std::move(last)},
                  {"undo", undoOf(holders, shown)},
                  {"sem_otime", state->sem_otime},
                  {"sem_ctime", state->sem_ctime}};
    return look;
}

MadeCall SysvSemaphoreEndpoint::setValue(std::span<const TableHolder> /*holders*/, std::size_t index,
                                         std::uint64_t value)
{
    MadeCall made{callNamed("semctl"),
                  0,
                  "cmd=SETVAL index=" + std::to_string(index) + " value=" + std::to_string(value),
                  {}};
    SemaphoreArgument argument{};
    argument.value = static_cast<int>(std::min<std::uint64_t>(value, INT_MAX));
    const auto number = static_cast<int>(std::min<std::size_t>(index, INT_MAX));
    if (::semctl(m_sysvId, number, SETVAL, argument) != 0)
        made.result = -errno;
    return made;
}

MadeCall SysvSemaphoreEndpoint::remove()
{
    const int result = ::semctl(m_sysvId, 0, IPC_RMID);
    return {callNamed("semctl"), result == 0 ? 0 : -errno, "cmd=IPC_RMID", {}};
}

} // namespace byteyard::ipc
