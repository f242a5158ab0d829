#pragma once

#include "ipc/capture/tracer.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace byteyard::ipc::host {

/// A piece of a process's address space that shows an object (proc_pid_maps(5)).
struct Mapping
{
    pid_t pid = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0; ///< in the object
};

/// What identifies a mapped object.
struct MappedObject
{
    ObjectId id; ///< device and inode; for System V memory the inode is its id, and the device 0
    bool sysv = false;
};

/// A mapping that is shared with others, and what it shows.
struct SharedMapping
{
    Mapping where;
    MappedObject object;
    bool isWritable = false;
    std::string path; ///< "/dev/shm/a", "/memfd:a (deleted)", "/SYSV00000000 (deleted)"
};
/// All of a process, in the order of their addresses.
std::vector<SharedMapping> sharedMappings(const std::string& root, pid_t pid);

/// Where this process has the object mapped. `root` is "/proc" or a picture of it.
std::vector<Mapping> mappingsOf(const std::string& root, pid_t pid, const MappedObject& object);
/// In all processes that let themselves be looked at.
std::vector<Mapping> mappingsEverywhere(const std::string& root, const MappedObject& object);

/// Reads a mapped object through those who have it mapped, without a page coming to be by that: through
/// map_files where we may, else pages that are present in a page table (proc_pid_pagemap(5)). Pages that
/// nobody has are left as they are in `into`. False when no process lets itself be read.
bool readMapped(const std::string& root, std::span<const Mapping> mappings, std::uint64_t offset,
                std::span<std::byte> into);
/// Bytes of a mapped object.
struct MappedPiece
{
    std::uint64_t offset = 0; ///< in the object
    std::vector<std::byte> bytes;
};
/// What a process has of an object in its page table, within the first `size` bytes of a mapping; none when
/// it lets nobody see.
std::vector<MappedPiece> presentPieces(const std::string& root, const Mapping& mapping, std::uint64_t size);
/// The count, or -errno.
ssize_t writeMapped(std::span<const Mapping> mappings, std::uint64_t offset,
                    std::span<const std::byte> bytes);

} // namespace byteyard::ipc::host
