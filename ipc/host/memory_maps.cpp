#include "ipc/host/memory_maps.h"

#include "ipc/host/process_scan.h"
#include "ipc/process/fd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

namespace byteyard::ipc::host {

namespace {

struct CloseFile
{
    void operator()(FILE* file) const { std::fclose(file); } // NOLINT(cert-err33-c): read only
};

const std::uint64_t pageSize = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
constexpr std::uint64_t pagePresent = 1ULL << 63U;

/// The part of [begin, end) that a mapping shows, as addresses there.
struct Part
{
    std::uint64_t address = 0;
    std::uint64_t offset = 0; ///< in the object
    std::uint64_t size = 0;
};
Part partOf(const Mapping& mapping, std::uint64_t begin, std::uint64_t end)
{
    const std::uint64_t first = std::max(begin, mapping.offset);
    const std::uint64_t last = std::min(end, mapping.offset + (mapping.end - mapping.begin));
    if (first >= last)
        return {};
    return {mapping.begin + (first - mapping.offset), first, last - first};
}

bool readMemory(pid_t pid, std::uint64_t address, std::span<std::byte> into)
{
    const iovec local{into.data(), into.size()};
    const iovec remote{reinterpret_cast<void*>(address), into.size()}; // NOLINT: another's address
    return ::process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(into.size());
}

/// By the link that the kernel keeps for a mapping: reading it makes no page. For the privileged alone.
bool readByLink(const std::string& root, const Mapping& mapping, std::uint64_t offset,
                std::span<std::byte> into)
{
    std::array<char, 64> name;
    std::snprintf(name.data(), name.size(), "/map_files/%" PRIx64 "-%" PRIx64, mapping.begin, mapping.end);
    const std::string path = root + '/' + std::to_string(mapping.pid) + name.data();
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd && ::pread(fd.get(), into.data(), into.size(), static_cast<off_t>(offset)) ==
                     static_cast<ssize_t>(into.size());
}

/// Calls `each` with address and size of every page of the part that the process has in its table, until it
/// says false. False then, or when the process lets nobody see.
template <typename Each>
bool eachPresentPage(const std::string& root, const Mapping& mapping, const Part& part, Each each)
{
    const Fd fd(
        ::open((root + '/' + std::to_string(mapping.pid) + "/pagemap").c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return false;
    const std::uint64_t firstPage = part.address / pageSize;
    const std::uint64_t lastPage = (part.address + part.size - 1) / pageSize;
    std::vector<std::uint64_t> entries(lastPage - firstPage + 1);
    const std::size_t bytes = entries.size() * sizeof entries.front();
    if (::pread(fd.get(), entries.data(), bytes, static_cast<off_t>(firstPage * sizeof entries.front())) !=
        static_cast<ssize_t>(bytes))
        return false;
    for (std::uint64_t page = firstPage; page <= lastPage; ++page) {
        if ((entries[page - firstPage] & pagePresent) == 0)
            continue;
        const std::uint64_t begin = std::max(page * pageSize, part.address);
        const std::uint64_t end = std::min((page + 1) * pageSize, part.address + part.size);
        if (!each(begin, end - begin))
            return false;
    }
    return true;
}

/// Calls `each` with every mapping of a process, and whether others may share it.
template <typename Each>
void eachMapping(const std::string& root, pid_t pid, Each each)
{
    const std::unique_ptr<FILE, CloseFile> file(
        std::fopen((root + '/' + std::to_string(pid) + "/maps").c_str(), "re"));
    if (!file)
        return;
    std::array<char, 4600> line;
    while (std::fgets(line.data(), line.size(), file.get()) != nullptr) {
        SharedMapping mapping;
        mapping.where.pid = pid;
        std::array<char, 5> rights{};
        unsigned major = 0;
        unsigned minor = 0;
        int path = 0;
        // NOLINTNEXTLINE(cert-err34-c): the kernel writes these
        if (std::sscanf(line.data(), "%" SCNx64 "-%" SCNx64 " %4c %" SCNx64 " %x:%x %" SCNu64 " %n",
                        &mapping.where.begin, &mapping.where.end, rights.data(), &mapping.where.offset,
                        &major, &minor, &mapping.object.id.inode, &path) < 7)
            continue;
        mapping.object.id.device = ::makedev(major, minor);
        if (path > 0)
            mapping.path = line.data() + path;
        if (mapping.path.ends_with('\n'))
            mapping.path.pop_back();
        mapping.object.sysv = mapping.path.starts_with("/SYSV");
        mapping.isWritable = rights[1] == 'w';
        each(mapping, rights[3] == 's');
    }
}

/// False when it lets nobody see.
bool readPresent(const std::string& root, const Mapping& mapping, std::uint64_t offset,
                 std::span<std::byte> into)
{
    const Part part = partOf(mapping, offset, offset + into.size());
    return part.size == 0 ||
           eachPresentPage(root, mapping, part, [&](std::uint64_t begin, std::uint64_t size) {
               const std::uint64_t at = part.offset - offset + (begin - part.address);
               return readMemory(mapping.pid, begin, into.subspan(at, size));
           });
}

} // namespace

std::vector<SharedMapping> sharedMappings(const std::string& root, pid_t pid)
{
    std::vector<SharedMapping> shared;
    eachMapping(root, pid, [&](const SharedMapping& mapping, bool isShared) {
        if (isShared)
            shared.push_back(mapping);
    });
    return shared;
}

std::vector<Mapping> mappingsOf(const std::string& root, pid_t pid, const MappedObject& object)
{
    std::vector<Mapping> mappings;
    eachMapping(root, pid, [&](const SharedMapping& mapping, bool) {
        const MappedObject& seen = mapping.object;
        const bool fits = object.sysv ? seen.sysv : seen.id.device == object.id.device;
        if (seen.id.inode == object.id.inode && fits)
            mappings.push_back(mapping.where);
    });
    return mappings;
}

std::vector<Mapping> mappingsEverywhere(const std::string& root, const MappedObject& object)
{
    std::vector<Mapping> all;
    for (const pid_t pid : processes(root)) {
        const std::vector<Mapping> found = mappingsOf(root, pid, object);
        all.insert(all.end(), found.begin(), found.end());
    }
    return all;
}

bool readMapped(const std::string& root, std::span<const Mapping> mappings, std::uint64_t offset,
                std::span<std::byte> into)
{
    bool any = false;
    for (const Mapping& mapping : mappings) {
        if (readByLink(root, mapping, offset, into))
            return true;
        any = readPresent(root, mapping, offset, into) || any;
    }
    return any;
}

std::vector<MappedPiece> presentPieces(const std::string& root, const Mapping& mapping, std::uint64_t size)
{
    std::vector<MappedPiece> pieces;
    const Part part = partOf(mapping, mapping.offset, mapping.offset + size);
    if (part.size == 0)
        return pieces;
    eachPresentPage(root, mapping, part, [&](std::uint64_t begin, std::uint64_t bytes) {
        const std::uint64_t offset = part.offset + (begin - part.address);
        if (pieces.empty() || pieces.back().offset + pieces.back().bytes.size() != offset)
            pieces.push_back({offset, {}});
        std::vector<std::byte>& last = pieces.back().bytes;
        last.resize(last.size() + bytes);
        return readMemory(mapping.pid, begin, std::span(last).last(bytes));
    });
    return pieces;
}

ssize_t writeMapped(std::span<const Mapping> mappings, std::uint64_t offset, std::span<const std::byte> bytes)
{
    int error = ENXIO;
    for (const Mapping& mapping : mappings) {
        const Part part = partOf(mapping, offset, offset + bytes.size());
        if (part.size != bytes.size())
            continue;
        // NOLINTBEGIN: process_vm_writev's types
        const iovec local{const_cast<std::byte*>(bytes.data()), bytes.size()};
        const iovec remote{reinterpret_cast<void*>(part.address), bytes.size()};
        // NOLINTEND
        const ssize_t written = ::process_vm_writev(mapping.pid, &local, 1, &remote, 1, 0);
        if (written >= 0)
            return written;
        error = errno;
    }
    return -error;
}

} // namespace byteyard::ipc::host
