#include "gui/canvas/connecting.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct ConnectingText
{
    Q_DECLARE_TR_FUNCTIONS(Connecting)
};

bool isProcessNode(const model::Topology& topology, const QString& id)
{
    const model::Node* node = topology.node(id);
    return node != nullptr && model::isProcess(node->kind);
}

QStringList portsOf(const model::Topology& topology, const QString& id)
{
    const model::Node* node = topology.node(id);
    if (node == nullptr)
        return {};
    if (!model::isProcess(node->kind))
        return model::kindInfo(node->kind).ports;
    QStringList ports =
        node->kind == model::Kind::Actor ? QStringList{newPort} : QStringList{u"0"_s, u"1"_s, u"2"_s};
    for (const model::Edge& edge : topology.edgesOf(id))
        if (edge.process == id && !ports.contains(edge.processPort))
            ports << edge.processPort;
    return ports;
}

bool isNew(const QString& port)
{
    return port.isEmpty() || port == newPort;
}

/// The port that a process really gets: where one began at a descriptor and the endpoint has none, or where a
/// new one is wanted, the model chooses.
QString processPortFor(const model::Topology& topology, const QString& port, const QString& endpoint)
{
    const model::Node* node = topology.node(endpoint);
    const bool handle = node != nullptr && model::needsHandle(node->kind) && model::isFdPort(port);
    return isNew(port) || handle ? QString() : port;
}

/// A process that takes rather than gives: what its script does is known of the ready-made ones.
bool prefersReading(const model::Topology& topology, const PortRef& from)
{
    if (from.port == u"0")
        return true;
    const model::Node* node = topology.node(from.node);
    if (node == nullptr || node->kind != model::Kind::Actor || !isNew(from.port))
        return false;
    const QString role = node->property(u"role"_s).toString();
    return role == "consumer"_L1 || role == "ring-consumer"_L1 || role == "echo-server"_L1;
}

bool isTaken(const model::Topology& topology, const PortRef& ref)
{
    if (isNew(ref.port))
        return false;
    const auto edges = topology.edgesOf(ref.node);
    return std::any_of(edges.begin(), edges.end(), [&](const model::Edge& edge) {
        return edge.process == ref.node ? edge.processPort == ref.port : edge.endpointPort == ref.port;
    });
}

/// Which of two processes writes into the pipe between them: fd 0 reads; at any other fd the one where one
/// began does.
bool firstWrites(const PortRef& from, const PortRef& to)
{
    return from.port != u"0" && (to.port != u"1" || from.port == u"1");
}

QString processPairFault(const model::Topology& topology, const PortRef& from, const PortRef& to)
{
    if (from.node == to.node)
        return ConnectingText::tr("A process is not connected to itself: put a pipe beside it.");
    if (from.port == u"0" && to.port == u"0")
        return ConnectingText::tr("Both are standard inputs: one side has to write.");
    const bool fromWrites = firstWrites(from, to);
    if (!fromWrites && from.port != u"0")
        return ConnectingText::tr("Both are outputs: one side has to read.");
    if (fromWrites && (to.port == u"1" || to.port == u"2"))
        return ConnectingText::tr("Both are outputs: one side has to read.");
    for (const PortRef& ref : {from, to})
        if (isTaken(topology, ref))
            return ConnectingText::tr("fd %1 of %2 is connected already.")
                .arg(ref.port, topology.node(ref.node)->name);
    return {};
}

} // namespace

QString connectingFault(const model::Topology& topology, const PortRef& from, const PortRef& to)
{
    const bool fromProcess = isProcessNode(topology, from.node);
    const bool toProcess = isProcessNode(topology, to.node);
    if (topology.node(from.node) == nullptr || topology.node(to.node) == nullptr)
        return ConnectingText::tr("A program made this by itself: it cannot be connected by hand.");
    if (fromProcess && toProcess)
        return processPairFault(topology, from, to);
    if (!fromProcess && !toProcess)
        return ConnectingText::tr("An endpoint is used by processes: connect it to a process.");
    const PortRef& process = fromProcess ? from : to;
    const PortRef& endpoint = fromProcess ? to : from;
    return model::connectionFault(topology, process.node,
                                  processPortFor(topology, process.port, endpoint.node), endpoint.node,
                                  endpoint.port);
}

QHash<QString, QStringList> fittingPorts(const model::Topology& topology, const PortRef& from)
{
    QHash<QString, QStringList> fitting;
    for (const model::Node& node : topology.nodes) {
        QStringList ports;
        for (const QString& port : portsOf(topology, node.id))
            if (connectingFault(topology, from, {node.id, port}).isEmpty())
                ports << port;
        if (!ports.isEmpty())
            fitting.insert(node.id, ports);
    }
    return fitting;
}

QString naturalPort(const model::Topology& topology, const PortRef& from, const QString& node)
{
    QStringList ports;
    for (const QString& port : portsOf(topology, node))
        if (connectingFault(topology, from, {node, port}).isEmpty())
            ports << port;
    if (ports.isEmpty())
        return {};
    const bool fromProcess = isProcessNode(topology, from.node);
    const bool toProcess = isProcessNode(topology, node);
    // Bytes leave a process at fd 1 and enter it at fd 0.
    const auto suits = [&](const QString& port) {
        if (fromProcess && toProcess)
            return from.port == u"0" ? port == u"1" || port == newPort : port == u"0" || port == newPort;
        if (fromProcess)
            return prefersReading(topology, from) ? model::portReads(port) && !model::portWrites(port)
                                                  : model::portWrites(port) && !model::portReads(port);
        if (model::portWrites(from.port) && model::portReads(from.port))
            return port == newPort; // both ways: the model chooses an fd
        return port == newPort || port == (model::portReads(from.port) ? u"0"_s : u"1"_s);
    };
    const auto found = std::find_if(ports.begin(), ports.end(), suits);
    if (found != ports.end())
        return *found;
    return !fromProcess && toProcess ? topology.freeFd(node, from.port) : ports.first();
}

QStringList startingPorts(const model::Topology& topology, const QString& node)
{
    QStringList ports = portsOf(topology, node);
    if (ports.removeAll(u"1"_s) > 0)
        ports.prepend(u"1"_s);
    std::stable_partition(ports.begin(), ports.end(), [&](const QString& port) {
        return !isTaken(topology, {node, port});
    });
    return ports;
}

QString makeConnection(model::Document& document, const PortRef& from, const PortRef& to,
                       std::optional<QPointF> pipePosition)
{
    const model::Topology& topology = document.topology();
    if (!connectingFault(topology, from, to).isEmpty())
        return {};
    const bool fromProcess = isProcessNode(topology, from.node);
    if (fromProcess && isProcessNode(topology, to.node)) {
        const bool forward = firstWrites(from, to);
        const PortRef& writer = forward ? from : to;
        const PortRef& reader = forward ? to : from;
        const auto port = [](const PortRef& ref) { return isNew(ref.port) ? QString() : ref.port; };
        return document.connectProcesses(writer.node, port(writer), reader.node, port(reader), pipePosition);
    }
    const PortRef& process = fromProcess ? from : to;
    const PortRef& endpoint = fromProcess ? to : from;
    return document.connectNodes(process.node, processPortFor(topology, process.port, endpoint.node),
                                 endpoint.node, endpoint.port);
}

} // namespace byteyard::gui
