#pragma once

#include "ipc/actor/channel.h"
#include "ipc/capture/sampler.h"
#include "ipc/endpoint/socket.h"
#include "ipc/engine/engine_sink.h"
#include "ipc/engine/topology.h"
#include "ipc/host/process_scan.h"

#include <memory>

namespace byteyard::ipc::engine {

/// The endpoints of a run: those of the topology, and those that programs made.
class RunEndpoints
{
public:
    RunEndpoints(OutputQueue& queue, const RunFile& runFile, Numbers& numbers, Tracer& tracer,
                 EngineSink& sink, std::string directory);

    /// Makes a node's object and tells of it, also when that fails. Returns its number.
    std::uint32_t make(const NodeSpec& node);
    /// A descriptor for a pipe's or socketpair's port. When nobody holds that end any more, the node gets a
    /// fresh object. Throws EndpointError.
    Fd end(const NodeSpec& node, const std::string& port);
    /// Opens a file (or FIFO) once for all who share it; the same description until closeEnds(). Throws
    /// EndpointError.
    Fd shared(const EdgeSpec& edge, int flags);
    /// Closes all ends that the engine holds.
    void closeEnds();

    /// 0 when it has none yet.
    std::uint32_t numberOf(const std::string& node) const;
    /// The one whose memory an actor has mapped; 0 when it is nobody's.
    std::uint32_t numberOf(const actor::Mapping& mapping) const;
    bool hasFailed(const std::string& node) const;
    const EndpointRecord* record(std::uint32_t number) const;
    Endpoint* object(std::uint32_t number) const;
    /// Where it is, or will be: a path, the name of a POSIX object, "@…" of a socket.
    std::string pathOf(const NodeSpec& node) const;

    /// How to reach a socket's node.
    SocketOptions socketOptions(const NodeSpec& node) const;

    /// A program made it; the sink has told of it.
    void found(const EndpointRecord& record);
    /// A call on an endpoint that wants to know.
    void noted(const EventView& event);
    /// Somebody opened it: a name that was reserved for a program now has an object.
    void touched(std::uint32_t number);
    /// A person removes it.
    MadeCall remove(std::uint32_t number);
    /// It is gone, and nobody here removed it.
    void removed(std::uint32_t number);
    /// It has come to its end.
    void over(std::uint32_t number);
    MadeCall setCapacity(std::uint32_t number, std::uint64_t bytes);
    std::vector<TableHolder> holders(std::uint32_t number) const;
    /// Of all processes of this machine.
    std::vector<host::DescriptorHolder> foundHolders(std::uint32_t number, const Endpoint& object) const;
    std::vector<SampleTarget> targets() const;
    /// Nobody holds it: an anonymous object is gone.
    void unheld(std::uint32_t number);
    /// The run is over: nothing is live, and names that the engine gave outside the session's directory go.
    /// Files in it can still be looked at.
    void closeAll();

private:
    struct Slot
    {
        EndpointRecord record;
        NodeSpec spec;
        std::unique_ptr<Endpoint> object;
        std::string listedName; ///< in the run file, while there is something to remove
        std::string identity;
        bool removedByUs = false;
    };

    std::unique_ptr<Endpoint> create(const NodeSpec& node, Slot& slot);
    void makeWhatLiesIn(const NodeSpec& memory);
    void reserve(Slot& slot);
    void touchedSocket(Slot& slot);
    void fail(Slot& slot, const EndpointError& error);
    void takeAway(std::uint32_t number);
    void list(Slot& slot, std::string_view kind, key_t& key);
    void forget(Slot& slot);
    void setObject(Slot& slot, std::unique_ptr<Endpoint> object);
    void announce(const Slot& slot);
    void logSetup(const Slot& slot);
    OutputQueue& m_queue;
    const RunFile& m_runFile;
    Numbers& m_numbers;
    Tracer& m_tracer;
    EngineSink& m_sink;
    std::string m_directory;
    std::map<std::uint32_t, Slot> m_slots;
    std::map<std::string, std::uint32_t> m_current; ///< node to number
    std::map<std::pair<std::string, std::string>, Fd> m_shared;
};

} // namespace byteyard::ipc::engine
