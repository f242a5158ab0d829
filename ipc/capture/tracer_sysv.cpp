#include "ipc/capture/kernel_calls.h"
#include "ipc/capture/tracer_private.h"
#include "ipc/host/memory_maps.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

const std::uint64_t pageSize = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));

std::uint64_t wholePages(std::uint64_t size)
{
    return (size + pageSize - 1) / pageSize * pageSize;
}

ObjectKey::Kind kindOf(Call call)
{
    switch (call) {
    case Call::Msgget:
    case Call::Msgsnd:
    case Call::Msgrcv:
    case Call::Msgctl:
        return ObjectKey::Kind::SysvQueue;
    case Call::Semget:
    case Call::Semop:
    case Call::Semtimedop:
    case Call::Semctl:
        return ObjectKey::Kind::SysvSemaphore;
    default:
        return ObjectKey::Kind::SysvShm;
    }
}

std::string_view kindName(ObjectKey::Kind kind)
{
    return kind == ObjectKey::Kind::SysvQueue ? "sysv-queue"
           : kind == ObjectKey::Kind::SysvShm ? "sysv-shm"
                                              : "sysv-semaphore";
}

/// IPC_STAT: its key, if we may look.
std::optional<key_t> keyOfObject(ObjectKey object)
{
    const int id = static_cast<int>(object.number());
    msqid_ds queue{};
    shmid_ds memory{};
    semid_ds semaphores{};
    union {
        int value;
        semid_ds* status;
    } argument{};
    argument.status = &semaphores;
    switch (object.kind) {
    case ObjectKey::Kind::SysvQueue:
        return msgctl(id, IPC_STAT, &queue) == 0 ? std::optional(queue.msg_perm.__key) : std::nullopt;
    case ObjectKey::Kind::SysvShm:
        return shmctl(id, IPC_STAT, &memory) == 0 ? std::optional(memory.shm_perm.__key) : std::nullopt;
    default:
        return semctl(id, 0, IPC_STAT, argument) == 0 ? std::optional(semaphores.sem_perm.__key)
                                                      : std::nullopt;
    }
}

/// Commands that take an index of the kernel's table, or none, instead of an id.
bool asksForTheTable(const CallContext& context)
{
    const std::uint64_t command = context.arguments[context.row.call == Call::Semctl ? 2 : 1] & 0xff;
    switch (context.row.call) {
    case Call::Msgctl:
        return command == IPC_INFO || (command >= 11 && command <= 13); // MSG_STAT, MSG_INFO, MSG_STAT_ANY
    case Call::Shmctl:
        return command == IPC_INFO || (command >= 13 && command <= 15); // SHM_STAT, SHM_INFO, SHM_STAT_ANY
    case Call::Semctl:
        return command == IPC_INFO || (command >= 18 && command <= 20); // SEM_STAT, SEM_INFO, SEM_STAT_ANY
    default:
        return false;
    }
}

} // namespace

std::optional<ObjectKey> sysvKey(const CallRow& row, const CallArguments& arguments)
{
    const byteyard_call call = kernelCall(row);
    if (call.on != BYTEYARD_ON_QUEUE && call.on != BYTEYARD_ON_SEMAPHORE)
        return std::nullopt;
    return ObjectKey(kindOf(row.call), static_cast<std::uint32_t>(arguments[0]));
}

Access sysvAccess(const CallRow& row)
{
    switch (callInfo(row.call).flow) {
    case Flow::In:
        return Access::Write;
    case Flow::Out:
        return Access::Read;
    default:
        return Access::ReadWrite;
    }
}

/// The endpoint of an id; an object that nobody drew becomes one. 0 when there is no such object.
std::uint32_t Tracer::Private::sysvEndpoint(const TracedProcess& process, ObjectKey key)
{
    if (const auto known = objects.find(key); known != objects.end())
        return known->second;
    const auto ipcKey = keyOfObject(key);
    if (!ipcKey)
        return 0;
    std::array<char, 16> name{};
    if (*ipcKey != IPC_PRIVATE)
        std::snprintf(name.data(), name.size(), "0x%08x", static_cast<unsigned>(*ipcKey));
    const std::uint32_t endpoint = sink.discovered({kindName(key.kind), key, name.data(), process.number});
    if (endpoint != 0)
        objects[key] = endpoint;
    return endpoint;
}

bool Tracer::Private::enterSysv(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    TracedProcess& process = *thread.process;
    const Call which = context.row.call;
    if (which == Call::Shmdt) {
        if (const Mapping* mapping = mappingAt(process, context.arguments[0])) {
            call.endpoint = mapping->endpoint;
            if (context.memory.isCopied())
                keepCopy(process, *mapping, context.memory);
            else
                keepPictures(process, mapping);
        }
        return call.told = call.endpoint != 0;
    }
    if (asksForTheTable(context))
        return false;
    call.told = true;
    if (which == Call::Msgget || which == Call::Shmget || which == Call::Semget)
        return true;
    const auto id = static_cast<std::uint32_t>(context.arguments[0]);
    call.endpoint = sysvEndpoint(process, {kindOf(which), id});
    const Flow flow = callInfo(which).flow;
    if (flow != Flow::None) {
        call.requested = payloadPieces(context, call.pieces);
        if (flow == Flow::In && dataBytes > 0)
            call.dataWhole = copyPieces(
                context.memory, call.pieces,
                static_cast<std::size_t>(std::min<std::uint64_t>(call.requested, dataBytes)), call.data);
    }
    const bool operates = which == Call::Semop || which == Call::Semtimedop;
    if (flow == Flow::None && !operates)
        return true;
    takeTurn(thread);
    if (call.endpoint != 0)
        addUse(process, call.endpoint, sysvAccess(context.row));
    return true;
}

void Tracer::Private::leaveSysv(TracedThread& thread, const CallContext& context, std::int64_t result)
{
    PendingCall& call = thread.call;
    TracedProcess& process = *thread.process;
    switch (context.row.call) {
    case Call::Msgget:
    case Call::Shmget:
    case Call::Semget:
        call.endpoint = sysvEndpoint(process, {kindOf(context.row.call), static_cast<std::uint64_t>(result)});
        break;
    case Call::Shmat: {
        shmid_ds status{};
        const int id = static_cast<int>(context.arguments[0]);
        if (call.endpoint == 0 || shmctl(id, IPC_STAT, &status) != 0)
            break;
        const bool readOnly = (context.arguments[2] & SHM_RDONLY) != 0;
        addMapping(process, {static_cast<std::uint64_t>(result),
                             wholePages(status.shm_segsz),
                             0,
                             call.endpoint,
                             {ObjectKey::Kind::SysvShm, static_cast<std::uint32_t>(id)},
                             readOnly ? Access::Read : Access::ReadWrite});
        break;
    }
    case Call::Shmdt:
        if (const Mapping* mapping = mappingAt(process, context.arguments[0]))
            removeMappings(process, mapping->address, mapping->size);
        break;
    default:
        break;
    }
}

bool Tracer::Private::enterMap(TracedThread& thread, const CallContext& context)
{
    PendingCall& call = thread.call;
    const TracedProcess& process = *thread.process;
    if (context.row.call == Call::Mmap) {
        call.fd = context.descriptor(context.row.fd);
        const DescriptorTable::Entry* entry = process.table->find(call.fd);
        if (entry == nullptr)
            return false;
        call.endpoint = entry->file->endpoint;
        return true;
    }
    const std::uint64_t end = context.arguments[0] + context.arguments[1];
    for (const Mapping& each : process.memory->mappings)
        if (each.address < end && context.arguments[0] < each.address + each.size) {
            call.endpoint = each.endpoint;
            return true;
        }
    return false;
}

void Tracer::Private::leaveMap(TracedThread& thread, const CallContext& context, std::int64_t result)
{
    const CallArguments& a = context.arguments;
    TracedProcess& process = *thread.process;
    const auto address = static_cast<std::uint64_t>(result);
    if (context.row.call == Call::Mmap) {
        const DescriptorTable::Entry* entry = process.table->find(thread.call.fd);
        if (entry == nullptr)
            return;
        const std::shared_ptr<const OpenFile> file = entry->file;
        addMapping(process, {address, wholePages(a[1]), a[5], file->endpoint, file->object,
                             (a[2] & PROT_WRITE) != 0 ? Access::ReadWrite : Access::Read});
    } else if (context.row.call == Call::Munmap) {
        removeMappings(process, a[0], wholePages(a[1]));
    } else if (const Mapping* mapping = mappingAt(process, a[0]);
               mapping != nullptr && context.row.call == Call::Mremap) {
        Mapping moved = *mapping;
        moved.address = address;
        moved.size = wholePages(a[2]);
        moved.offset += a[0] - mapping->address;
        addMapping(process, moved); // first, so that its edge stays
        if (address != a[0])
            removeMappings(process, a[0], wholePages(a[1]));
    }
}

/// A use that no descriptor stands for: an edge with fd -1, from the first time on.
void Tracer::Private::addUse(TracedProcess& process, std::uint32_t endpoint, Access access)
{
    const auto [use, isNew] = process.uses.try_emplace(endpoint, access);
    const auto both = static_cast<Access>(static_cast<unsigned>(use->second) | static_cast<unsigned>(access));
    if (!isNew && both == use->second)
        return;
    if (!isNew)
        sink.edge(process.number, endpoint, -1, use->second, false, 0);
    use->second = both;
    edgeSampled(process.number, endpoint, nullptr, -1, both, true);
    sink.edge(process.number, endpoint, -1, both, true, 0);
}

/// What was mapped there is so no more (MAP_FIXED).
void Tracer::Private::addMapping(TracedProcess& process, const Mapping& mapping)
{
    if (mapping.endpoint != 0)
        addUse(process, mapping.endpoint, mapping.access);
    removeMappings(process, mapping.address, mapping.size);
    if (mapping.endpoint != 0)
        addUse(process, mapping.endpoint, mapping.access);
    process.memory->mappings.push_back(mapping);
}

void Tracer::Private::removeMappings(TracedProcess& process, std::uint64_t address, std::uint64_t size)
{
    const std::uint64_t end = address + size;
    std::vector<Mapping> kept;
    std::vector<std::uint32_t> touched;
    for (const Mapping& each : process.memory->mappings) {
        const std::uint64_t eachEnd = each.address + each.size;
        if (each.address >= end || eachEnd <= address) {
            kept.push_back(each);
            continue;
        }
        touched.push_back(each.endpoint);
        if (each.address < address) {
            kept.push_back(each);
            kept.back().size = address - each.address;
        }
        if (eachEnd > end) {
            kept.push_back(each);
            kept.back().address = end;
            kept.back().size = eachEnd - end;
            kept.back().offset += end - each.address;
        }
    }
    process.memory->mappings = std::move(kept);
    for (const std::uint32_t endpoint : touched) {
        const auto& left = process.memory->mappings;
        const auto use = process.uses.find(endpoint);
        if (use == process.uses.end() || std::any_of(left.begin(), left.end(), [=](const Mapping& each) {
                return each.endpoint == endpoint;
            }))
            continue;
        sink.edge(process.number, endpoint, -1, use->second, false, 0);
        process.uses.erase(use);
    }
}

/// Before a process lets go of its memory, or of one mapping: what System V segments hold is read through it,
/// as far as it has touched them. Others who are still attached may be read later, too.
void Tracer::Private::keepPictures(const TracedProcess& process, const Mapping* alone)
{
    for (const Mapping& each : process.memory->mappings) {
        if (each.key.kind != ObjectKey::Kind::SysvShm || (alone != nullptr && alone != &each) ||
            each.offset >= LastPicture::mostBytes)
            continue;
        const std::uint64_t size = std::min(each.size, LastPicture::mostBytes - each.offset);
        const host::Mapping where{process.pid, each.address, each.address + each.size, each.offset};
        LastPicture picture{each.endpoint, process.pid, {}};
        for (host::MappedPiece& piece : host::presentPieces("/proc", where, size))
            picture.pieces.push_back({piece.offset, std::move(piece.bytes)});
        sink.lastPicture(std::move(picture));
    }
}

/// The same of a mapping whose pages were copied when it was let go; not of one with more than these.
void Tracer::Private::keepCopy(const TracedProcess& process, const Mapping& mapping,
                               const TraceeMemory& memory)
{
    if (mapping.key.kind != ObjectKey::Kind::SysvShm || mapping.offset != 0 ||
        mapping.size > std::uint64_t{BYTEYARD_MOST_PAGES} * BYTEYARD_PAGE)
        return;
    LastPicture picture{mapping.endpoint, process.pid, {}};
    std::vector<std::byte> page(BYTEYARD_PAGE);
    for (std::uint64_t offset = 0; offset < mapping.size; offset += page.size())
        if (memory.read(mapping.address + offset, page) == page.size())
            picture.pieces.push_back({offset, page});
    sink.lastPicture(std::move(picture));
}

/// At exec and exit: the memory is gone, and a new program has used nothing yet.
void Tracer::Private::dropUses(TracedProcess& process)
{
    for (const auto& [endpoint, access] : process.uses) {
        edgeSampled(process.number, endpoint, nullptr, -1, access, false);
        sink.edge(process.number, endpoint, -1, access, false, 0);
    }
    process.uses.clear();
    process.memory = std::make_shared<MemoryMap>();
}

/// fork(2): attached memory is inherited; a vforked child only borrows it.
void Tracer::Private::inheritMemory(const TracedProcess& parent, TracedProcess& child, std::uint64_t flags)
{
    if ((flags & CLONE_VM) != 0) {
        child.memory = parent.memory;
        return;
    }
    *child.memory = *parent.memory;
    for (const Mapping& each : child.memory->mappings)
        if (each.endpoint != 0)
            addUse(child, each.endpoint, each.access);
}

const Mapping* Tracer::Private::mappingAt(const TracedProcess& process, std::uint64_t address) const
{
    for (const Mapping& each : process.memory->mappings)
        if (address >= each.address && address - each.address < each.size)
            return &each;
    return nullptr;
}

} // namespace byteyard::ipc
