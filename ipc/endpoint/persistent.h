#pragma once

#include <string>
#include <string_view>

namespace byteyard::ipc {

// What outlives those who made it, known by its kind and name: "fifo", "file", "socket" by a path;
// "sysv-queue", "sysv-shm", "sysv-semaphore" by a key ("0x4d51"); "posix-queue", "posix-shm",
// "posix-semaphore" by a name ("/jobs").

/// True when something has that name, of whatever kind a path leads to.
bool isNameTaken(std::string_view kind, const std::string& name);

/// Names the object that is there now: device, inode and birth, or id and ctime. Empty when there is none of
/// this kind and of this user's.
std::string identityOf(std::string_view kind, const std::string& name);

/// Removes what has the name, if it is the one that had this identity, or, with none known, is of this kind
/// and this user's. True when it has been removed.
bool removeNamed(std::string_view kind, const std::string& name, const std::string& identity);

/// "0x4d51" for a key, and back (0 when it is none).
std::string keyText(int key);
int keyOf(const std::string& text);
/// A key that is not IPC_PRIVATE and hardly anybody's.
int randomKey();

} // namespace byteyard::ipc
