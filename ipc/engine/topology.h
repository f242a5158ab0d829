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
    enum class When : std::uint8_t { AtOnce, After, Runs, Exits, ByHand };
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

struct EndpointSpec
{
    std::uint64_t capacity = 0;
    bool packets = false;
    std::string path;
    mode_t mode = 0600;
    bool madeByProgram = false;
    bool keep = false;
    std::string type; ///< of a socketpair
};

struct NodeSpec
{
    std::string id;
    std::string kind;
    std::string name;
    CommandSpec command;
    EndpointSpec endpoint;
    bool isProcess() const { return kind == "command"; }
};

struct EdgeSpec
{
    std::string id;
    std::string process;
    int fd = 0;
    std::string endpoint;
    std::string port;
    std::optional<int> flags; ///< for open(2), beyond the port's access
    std::string shared;
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
