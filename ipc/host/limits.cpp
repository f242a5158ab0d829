#include "ipc/host/limits.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace byteyard::ipc::host {

namespace {

struct Place
{
    std::string_view name;
    std::string_view path;
};
constexpr std::array places = {
    Place{"msgmni", "kernel/msgmni"},
    Place{"msgmax", "kernel/msgmax"},
    Place{"msgmnb", "kernel/msgmnb"},
    Place{"shmmax", "kernel/shmmax"},
    Place{"shmmni", "kernel/shmmni"},
    Place{"shmall", "kernel/shmall"},
    Place{"sem", "kernel/sem"},
    Place{"mqueue/msg_max", "fs/mqueue/msg_max"},
    Place{"mqueue/msgsize_max", "fs/mqueue/msgsize_max"},
    Place{"mqueue/queues_max", "fs/mqueue/queues_max"},
    Place{"pipe-user-pages-soft", "fs/pipe-user-pages-soft"},
    Place{"pipe-user-pages-hard", "fs/pipe-user-pages-hard"},
    Place{"pipe-max-size", "fs/pipe-max-size"},
    Place{"somaxconn", "net/core/somaxconn"},
    Place{"wmem_max", "net/core/wmem_max"},
    Place{"rmem_max", "net/core/rmem_max"},
    Place{"max_dgram_qlen", "net/unix/max_dgram_qlen"},
    Place{"ip_unprivileged_port_start", "net/ipv4/ip_unprivileged_port_start"},
};

std::optional<std::string> lineOf(const std::string& path)
{
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line))
        return std::nullopt;
    std::replace(line.begin(), line.end(), '\t', ' ');
    return line;
}

} // namespace

Limits limits(const std::string& root)
{
    Limits found;
    for (const Place& place : places)
        if (std::optional<std::string> text = lineOf(root + "/sys/" + std::string(place.path)))
            found.emplace_back(place.name, std::move(*text));
    return found;
}

std::optional<std::string> limit(const std::string& root, std::string_view name)
{
    const auto* place =
        std::find_if(places.begin(), places.end(), [&](const Place& each) { return each.name == name; });
    return place == places.end() ? std::nullopt : lineOf(root + "/sys/" + std::string(place->path));
}

} // namespace byteyard::ipc::host
