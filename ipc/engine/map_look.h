#pragma once

#include "ipc/capture/call_table.h"
#include "ipc/engine/machine_map.h"
#include "ipc/engine/map_sockets.h"
#include "ipc/host/memory_maps.h"

#include <map>
#include <sys/stat.h>

namespace byteyard::ipc::engine {

/// One look at the machine, as it goes on.
class MapLook
{
public:
    void processes();
    /// What has a name or an id and lives on with nobody: System V objects, queues, shared memory.
    void named();
    void sockets();
    void locks();
    void files();
    void fills();
    void waits();

    MachineMap map;

private:
    struct File
    {
        std::string path;
        std::vector<MapUse> uses;
        bool isWritten = false;
    };
    struct HeldSocket
    {
        pid_t pid;
        int fd;
        ObjectId id;
    };
    struct Piece
    {
        host::Mapping where;
        std::size_t object;
    };

    void descriptor(pid_t pid, int fd, const std::string& place);
    void special(pid_t pid, int fd, const ObjectKey& key, const struct stat& status,
                 const std::string& target);
    void mappings(pid_t pid);
    std::size_t object(const ObjectKey& key, std::string_view kind, const std::string& name);
    void file(const ObjectKey& key, const File& seen);
    void use(const MapUse& each);
    void sysv(const char* list);
    void directory(const char* path);
    std::size_t placeObject(const SocketPlace& place, std::uint64_t device);
    void fillOf(std::size_t object);
    void thread(pid_t pid, pid_t tid, int threads);
    void describe(MapWait& wait, const CallRow& row, const CallArguments& arguments);
    std::vector<std::size_t> objectsBehind(pid_t pid, int fd) const;
    std::optional<std::size_t> opened(pid_t pid, const std::string& path);

    std::map<ObjectKey, std::size_t> m_objects;
    std::map<ObjectKey, File> m_files; ///< until it is known whether they matter
    std::multimap<std::pair<pid_t, int>, std::size_t> m_uses;
    std::multimap<pid_t, Piece> m_mapped;
    std::vector<HeldSocket> m_sockets;
    SocketPlaces m_places;
};

} // namespace byteyard::ipc::engine
