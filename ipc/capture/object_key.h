#pragma once

#include <compare>
#include <cstdint>
#include <sys/types.h>

struct stat;

namespace byteyard::ipc {

/// What identifies a kernel object behind a descriptor: st_dev and st_ino.
struct ObjectId
{
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    auto
    operator<=>(const ObjectId&) const = default; // NOLINT(modernize-use-nullptr): the 0 is the compiler's
};

/// What identifies any kernel object. Not all have an inode of their own: those of anon_inode share one.
struct ObjectKey
{
    enum class Kind : std::uint8_t {
        Inode,         ///< device and inode
        SysvQueue,     ///< id of msgget(2)
        SysvShm,       ///< id of shmget(2)
        SysvSemaphore, ///< id of semget(2)
        Eventfd,       ///< eventfd-id in fdinfo
        Pty,           ///< N of /dev/pts/N
    };
    Kind kind = Kind::Inode;
    ObjectId id; ///< `inode` is the number of a kind that is no inode

    ObjectKey() = default;
    ObjectKey(ObjectId object)
        : id(object) {} // NOLINT(google-explicit-constructor): an inode is the usual key
    ObjectKey(Kind what, std::uint64_t number) : kind(what), id{0, number} {}

    std::uint64_t number() const noexcept { return id.inode; }
    auto operator<=>(const ObjectKey&) const = default; // NOLINT(modernize-use-nullptr)
};

/// The kernel's word on what a descriptor leads to, whose fstat(2) is `status`. Those that share an inode
/// (anon_inode) or have a number of their own (pts(4)) are told apart by that.
ObjectKey descriptorKey(pid_t pid, int fd, const struct stat& status);

} // namespace byteyard::ipc
