#include "gui/canvas/connecting.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("byteyard::gui::Connecting", text);
}

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
    QStringList ports{u"0"_s, u"1"_s, u"2"_s};
    for (const model::Edge& edge : topology.edgesOf(id))
        if (edge.process == id && !ports.contains(edge.processPort))
            ports << edge.processPort;
    return ports;
}

bool isTaken(const model::Topology& topology, const PortRef& ref)
{
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
        return tr("A process is not connected to itself: put a pipe beside it.");
    if (from.port == u"0" && to.port == u"0")
        return tr("Both are standard inputs: one side has to write.");
    const bool fromWrites = firstWrites(from, to);
    if (!fromWrites && from.port != u"0")
        return tr("Both are outputs: one side has to read.");
    if (fromWrites && (to.port == u"1" || to.port == u"2"))
        return tr("Both are outputs: one side has to read.");
    for (const PortRef& ref : {from, to})
        if (!ref.port.isEmpty() && isTaken(topology, ref))
            return tr("fd %1 of %2 is connected already.").arg(ref.port, topology.node(ref.node)->name);
    return {};
}

} // namespace

QString connectingFault(const model::Topology& topology, const PortRef& from, const PortRef& to)
{
    const bool fromProcess = isProcessNode(topology, from.node);
    const bool toProcess = isProcessNode(topology, to.node);
    if (topology.node(from.node) == nullptr || topology.node(to.node) == nullptr)
        return tr("A program made this by itself: it cannot be connected by hand.");
    if (fromProcess && toProcess)
        return processPairFault(topology, from, to);
    if (!fromProcess && !toProcess)
        return tr("An endpoint is used by processes: connect it to a process.");
    const PortRef& process = fromProcess ? from : to;
    const PortRef& endpoint = fromProcess ? to : from;
    return model::connectionFault(topology, process.node, process.port, endpoint.node, endpoint.port);
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
            return from.port == u"0" ? port == u"1" : port == u"0";
        if (fromProcess)
            return from.port == u"0" ? model::portReads(port) && !model::portWrites(port)
                                     : model::portWrites(port) && !model::portReads(port);
        if (model::portWrites(from.port) && model::portReads(from.port))
            return false; // both ways: the model chooses an fd
        return port == (model::portReads(from.port) ? u"0"_s : u"1"_s);
    };
    const auto found = std::find_if(ports.begin(), ports.end(), suits);
    if (found != ports.end())
        return *found;
    return !fromProcess && toProcess ? topology.freeFd(node, from.port) : ports.first();
}

QStringList startingPorts(const model::Topology& topology, const QString& node)
{
    QStringList ports = portsOf(topology, node);
    if (isProcessNode(topology, node)) {
        ports.removeAll(u"1"_s);
        ports.prepend(u"1"_s);
    }
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
        return document.connectProcesses(writer.node, writer.port, reader.node, reader.port, pipePosition);
    }
    const PortRef& process = fromProcess ? from : to;
    const PortRef& endpoint = fromProcess ? to : from;
    return document.connectNodes(process.node, process.port, endpoint.node, endpoint.port);
}

} // namespace byteyard::gui
