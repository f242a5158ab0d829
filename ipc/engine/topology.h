#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace byteyard::ipc::engine {

/// The topology breaks a rule of docs/files.md; what() says which, and where.
class TopologyError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// When a process starts.
struct StartRule
{
    enum class When : std::uint8_t { AtOnce, After, Runs, Listens, Exits, ByHand };
    When when = When::AtOnce;
    double seconds = 0;
    std::string node;
};

/// Where an unconnected 1 or 2 goes.
struct OutputTarget
{
    enum class Kind : std::uint8_t { Output, Null, File };
    Kind kind = Kind::Output;
    std::string path;
};

struct CommandSpec
{
    std::vector<std::string> argv;
    std::vector<std::pair<std::string, std::string>> environment;
    std::string directory;
    StartRule start;
    bool typedInput = false;
    OutputTarget output;
    OutputTarget errors;
    int pace = 0;
};

/// What an actor runs, in the words of its channel.
struct ActorSpec
{
    std::string role;
    std::string script; ///< the text
    std::string fields; ///< a JSON object
};

/// Properties of all kinds; a kind looks at its own.
struct EndpointSpec
{
    std::uint64_t capacity = 0; ///< of a pipe or FIFO; 0: the kernel's
    bool packets = false;
    std::string path; ///< also the name of a POSIX object; "@…" of a socket: an abstract name
    mode_t mode = 0600;
    bool madeByProgram = false;
    bool keep = false;
    bool existing = false; ///< it is there already, and stays
    std::string type;      ///< of a socketpair

    std::optional<key_t> key; ///< nothing: a random one
    int sysvId = -1;
    std::uint64_t queueBytes = 0; ///< msg_qbytes; 0: the kernel's
    long maxMessages = 10;
    long messageSize = 8192;
    std::uint64_t size = 4096; ///< of shared memory
    int seals = 0;
    std::vector<unsigned short> values{1};
    std::uint64_t value = 0;
    bool semaphore = false;   ///< EFD_SEMAPHORE
    std::string memory;       ///< of a POSIX semaphore: the node in which it lies; empty: it has a name
    std::uint64_t offset = 0; ///< in that memory

    int backlog = 128;
    int sendBuffer = 0; ///< SO_SNDBUF, SO_RCVBUF; 0: the kernel's
    int receiveBuffer = 0;
    std::string address;
    std::uint16_t port = 0; ///< 0: any free one
    bool reuseAddress = false;
    bool noDelay = false;
    std::string protocol;
    unsigned short rows = 24;
    unsigned short columns = 80;
};

struct NodeSpec
{
    std::string id;
    std::string kind;
    std::string name;
    CommandSpec command; ///< an actor's argv is its program
    ActorSpec actor;
    EndpointSpec endpoint;
    bool isActor() const { return kind == "actor"; }
    bool isProcess() const { return kind == "command" || isActor(); }
    bool isMemory() const { return kind == "sysv-shm" || kind == "posix-shm" || kind == "memfd"; }
};

struct EdgeSpec
{
    std::string id;
    std::string process;
    int fd = -1;        ///< the descriptor that the process gets…
    std::string handle; ///< …or the name by which it knows the endpoint
    std::string endpoint;
    std::string port;
    std::optional<int> flags; ///< for open(2), beyond the port's access
    std::string shared;
    bool isHandle() const { return !handle.empty(); }
};

/// A topology as the engine takes it.
struct TopologySpec
{
    std::vector<NodeSpec> nodes;
    std::vector<EdgeSpec> edges;
    std::map<std::string, std::string> files;
    int pace = 0;

    const NodeSpec* node(const std::string& id) const;
};

/// Checks types (MessageError) and rules (TopologyError). `known`: what runs already; edges may name its
/// nodes, ids must differ.
TopologySpec readTopology(const nlohmann::json& document, const TopologySpec* known = nullptr);

} // namespace byteyard::ipc::engine
