#include "ipc/endpoint/mapped_users.h"

#include <algorithm>

namespace byteyard::ipc {

namespace {

constexpr std::chrono::milliseconds refresh{500};
/// All of /proc is read at most that often.
constexpr std::chrono::milliseconds refreshEverywhere{1000};

} // namespace

void MappedUsers::update(std::span<const TableHolder> holders, std::size_t expected, bool changed)
{
    std::vector<std::pair<pid_t, std::uint32_t>> known;
    for (const TableHolder& holder : holders)
        known.emplace_back(holder.pid, holder.process);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const Clock::time_point now = Clock::now();
    if (!changed && known == m_known && now < m_next)
        return;
    m_next = now + refresh;
    m_known = std::move(known);
    std::vector<host::Mapping> found;
    for (const auto& [pid, process] : m_known) {
        const std::vector<host::Mapping> each = host::mappingsOf("/proc", pid, m_object);
        found.insert(found.end(), each.begin(), each.end());
    }
    if (found.size() < expected) {
        if (now < m_nextEverywhere) {
            m_next = m_nextEverywhere;
            return; // the last answer stands until then
        }
        m_nextEverywhere = now + refreshEverywhere;
        found = host::mappingsEverywhere("/proc", m_object);
    }
    m_mappings = std::move(found);
}

std::vector<MappedAt> MappedUsers::attachments() const
{
    std::vector<MappedAt> attachments;
    for (const host::Mapping& mapping : m_mappings)
        attachments.push_back(placeOf(mapping, mapping.offset));
    return attachments;
}

std::vector<MappedAt> MappedUsers::placesOf(std::uint64_t offset) const
{
    std::vector<MappedAt> places;
    for (const host::Mapping& mapping : m_mappings)
        if (offset >= mapping.offset && offset - mapping.offset < mapping.end - mapping.begin)
            places.push_back(placeOf(mapping, offset));
    return places;
}

MappedAt MappedUsers::placeOf(const host::Mapping& mapping, std::uint64_t offset) const
{
    const auto known = std::find_if(m_known.begin(), m_known.end(),
                                    [&](const auto& each) { return each.first == mapping.pid; });
    return {known == m_known.end() ? 0 : known->second, mapping.pid, mapping.begin + offset - mapping.offset};
}

bool MappedUsers::read(std::uint64_t offset, std::span<std::byte> into) const
{
    return host::readMapped("/proc", m_mappings, offset, into);
}

} // namespace byteyard::ipc
