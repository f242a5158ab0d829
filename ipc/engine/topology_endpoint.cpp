#include "ipc/engine/topology_endpoint.h"

#include "ipc/capture/seal_names.h"
#include "ipc/engine/endpoint_kinds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <fcntl.h>
#include <semaphore.h>

namespace byteyard::ipc::engine {

using nlohmann::json;

namespace {

constexpr std::int64_t maxCapacity = 1 << 30;
constexpr std::size_t maxSemaphores = 32000;
constexpr std::int64_t maxSemaphoreValue = 32767;
constexpr std::int64_t maxPort = 65535;

mode_t readMode(const ObjectReader& properties)
{
    const std::string text = properties.text("mode", 5, "0600");
    if (text.empty() || text.find_first_not_of("01234567") != std::string::npos)
        refuseMember(properties.place("mode"), "is no octal mode");
    return static_cast<mode_t>(std::strtoul(text.c_str(), nullptr, 8)) & 07777u;
}

/// "" | "0x" and 1 to 8 hexadecimal digits | "id:N" of one that exists.
void readKey(const ObjectReader& properties, EndpointSpec& endpoint)
{
    const std::string text = properties.text("key", maxWord, "");
    if (text.empty())
        return;
    const bool isId = text.starts_with("id:");
    const char* begin = text.data() + (isId ? 3 : 2);
    const char* end = text.data() + text.size();
    if (isId && endpoint.existing) {
        int id = -1;
        const auto [stop, error] = std::from_chars(begin, end, id);
        if (error == std::errc() && stop == end && id >= 0) {
            endpoint.sysvId = id;
            return;
        }
    } else if (text.starts_with("0x")) {
        std::uint32_t key = 0;
        const auto [stop, error] = std::from_chars(begin, end, key, 16);
        if (error == std::errc() && stop == end && key != 0) {
            endpoint.key = static_cast<key_t>(key);
            return;
        }
    }
    refuseMember(properties.place("key"),
                 "is neither \"0x…\" with 1 to 8 hexadecimal digits above 0, nor \"id:N\" "
                 "of an object that exists");
}

void readValues(const ObjectReader& properties, EndpointSpec& endpoint)
{
    if (!properties.has("values"))
        return;
    const json& values = properties.array("values");
    const std::string place = properties.place("values");
    endpoint.values.clear();
    for (const json& value : values) {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
            value.get<std::int64_t>() > maxSemaphoreValue)
            refuseMember(place, "are not all from 0 to 32767");
        endpoint.values.push_back(static_cast<unsigned short>(value.get<std::int64_t>()));
    }
    if (endpoint.values.empty() || endpoint.values.size() > maxSemaphores)
        refuseMember(place, "are none, or more than 32000");
}

void readSeals(const ObjectReader& properties, EndpointSpec& endpoint)
{
    for (const json& seal : properties.array("seals")) {
        const std::string name = checkedText(seal, properties.place("seals"), maxWord);
        const auto* row = std::find_if(std::begin(sealNames), std::end(sealNames),
                                       [&](const NamedBits& each) { return each.name == name; });
        if (row == std::end(sealNames))
            refuseMember(properties.place("seals"), '"' + name + "\" is not known");
        endpoint.seals |= static_cast<int>(row->bits);
    }
}

int readInt(const ObjectReader& properties, const char* key, std::int64_t maximum, std::int64_t fallback)
{
    return static_cast<int>(properties.integer(key, 0, maximum, fallback));
}

std::uint64_t sizeIn(const ObjectReader& properties, const char* key, std::int64_t fallback)
{
    return static_cast<std::uint64_t>(properties.integer(key, 0, INT64_MAX, fallback));
}

} // namespace

void refuseMember(const std::string& place, const std::string& what)
{
    throw TopologyError(place + ' ' + what);
}

EndpointSpec readEndpoint(std::string_view kind, const ObjectReader& properties)
{
    EndpointSpec endpoint;
    endpoint.capacity = static_cast<std::uint64_t>(properties.integer("capacity", 0, maxCapacity, 0));
    endpoint.packets = properties.flag("packets", false);
    endpoint.path = properties.text("path", maxPath, "");
    endpoint.mode = readMode(properties);
    const std::string madeBy = properties.text("made-by", maxWord, "engine");
    if (madeBy != "engine" && madeBy != "program")
        refuseMember(properties.place("made-by"), "is neither \"engine\" nor \"program\"");
    endpoint.madeByProgram = madeBy == "program";
    endpoint.keep = properties.flag("keep", false);
    endpoint.existing = properties.flag("existing", false);
    endpoint.type = properties.text("type", maxWord, "stream");
    if (endpoint.type != "stream" && endpoint.type != "datagram" && endpoint.type != "seqpacket")
        refuseMember(properties.place("type"), "is none of \"stream\", \"datagram\" and \"seqpacket\"");
    readKey(properties, endpoint);
    readValues(properties, endpoint);
    readSeals(properties, endpoint);
    endpoint.queueBytes = sizeIn(properties, "qbytes", 0);
    endpoint.maxMessages = static_cast<long>(sizeIn(properties, "maxmsg", 10));
    endpoint.messageSize = static_cast<long>(sizeIn(properties, "msgsize", 8192));
    endpoint.size = sizeIn(properties, "size", 4096);
    endpoint.value = sizeIn(properties, "value", kind == "posix-semaphore" ? 1 : 0);
    endpoint.semaphore = properties.flag("semaphore", false);
    if (kind == "posix-semaphore") {
        endpoint.memory = properties.text("memory", maxWord, "");
        endpoint.offset = sizeIn(properties, "offset", 0);
        if (endpoint.offset % alignof(sem_t) != 0)
            refuseMember(properties.place("offset"),
                         "is not a multiple of " + std::to_string(alignof(sem_t)));
    }
    endpoint.backlog = readInt(properties, "backlog", INT_MAX, 128);
    endpoint.sendBuffer = readInt(properties, "sndbuf", INT_MAX, 0);
    endpoint.receiveBuffer = readInt(properties, "rcvbuf", INT_MAX, 0);
    endpoint.address = properties.text("address", maxWord, "127.0.0.1");
    endpoint.port = static_cast<std::uint16_t>(properties.integer("port", 0, maxPort, 0));
    endpoint.reuseAddress = properties.flag("reuseaddr", false);
    endpoint.noDelay = properties.flag("nodelay", false);
    endpoint.protocol = properties.text("protocol", maxWord, "icmp");
    endpoint.rows = static_cast<unsigned short>(readInt(properties, "rows", USHRT_MAX, 24));
    endpoint.columns = static_cast<unsigned short>(readInt(properties, "columns", USHRT_MAX, 80));
    return endpoint;
}

} // namespace byteyard::ipc::engine
