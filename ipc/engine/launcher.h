#pragma once

#include "ipc/engine/actor_channel.h"
#include "ipc/engine/outputs.h"
#include "ipc/engine/run_endpoints.h"
#include "ipc/engine/standard_streams.h"

#include <memory>
#include <sys/resource.h>

namespace byteyard::ipc::engine {

/// A plan with the descriptors that it borrows, which go when the child has its copies.
struct PreparedLaunch
{
    LaunchPlan plan;
    std::vector<Fd> sources;
    std::unique_ptr<ActorChannel> actor; ///< null: a command
};

/// Which process gets the standard streams of whoever started the engine.
struct StandardUse
{
    std::string node; ///< empty: none
    const StandardStreams* streams = nullptr;
};

/// Makes launch plans out of a topology's commands.
class Launcher
{
public:
    Launcher(RunEndpoints& endpoints, Outputs& outputs, Inputs& inputs, std::string directory,
             StandardUse standard);

    /// All that `process`, of this node, needs. Throws LaunchError. `pace` is for a node that has none of its
    /// own.
    PreparedLaunch prepare(const NodeSpec& node, std::uint32_t process, const TopologySpec& topology,
                           int pace);

private:
    struct Work; ///< one plan in the making

    std::string expand(const Work& work, const std::string& text) const;
    std::optional<std::string> valueOf(const NodeSpec& node, const std::string& attribute) const;
    static void chooseDescriptors(Work& work);
    void addEdge(Work& work, const EdgeSpec& edge);
    void addOpen(Work& work, const EdgeSpec& edge, const NodeSpec& endpoint);
    void addConnect(Work& work, int target, const NodeSpec& endpoint);
    void addInherited(Work& work, int target, Fd source, std::uint32_t endpoint);
    void addStandard(Work& work);
    void addStreams(Work& work);
    void addActor(Work& work);
    void addTarget(Work& work, int fd, const OutputTarget& target);

    RunEndpoints& m_endpoints;
    Outputs& m_outputs;
    Inputs& m_inputs;
    std::string m_directory;
    StandardUse m_standard;
};

/// Raises the soft limit of open files to the hard one; returns what it was.
rlimit raiseOpenFilesLimit();

} // namespace byteyard::ipc::engine
