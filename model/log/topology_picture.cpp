#include "model/log/topology_picture.h"

#include "model/log/format.h"
#include "model/log/markup.h"
#include "model/topology/topology_file.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QRectF>

#include <cmath>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct PictureText
{
    Q_DECLARE_TR_FUNCTIONS(TopologyPicture)
};

// As on the canvas: a process is a card of this size, an endpoint's middle lies on its ports' line.
constexpr double processWidth = 170;
constexpr double processHeight = 80;
constexpr double endpointWidth = 160;
constexpr double endpointHeight = 56;
constexpr double portLine = 40;
constexpr double endpointLine = 20;
constexpr double pictureMargin = 24;
constexpr qsizetype titleMost = 20; ///< characters
constexpr qsizetype lineMost = 26;

QByteArray number(double value)
{
    return QByteArray::number(value, 'f', 1);
}

QString cut(const QString& text, qsizetype most)
{
    return text.size() <= most ? text : text.left(most - 1) + u'…';
}

/// The hues of the Okabe-Ito set, as on the canvas.
QByteArray hueOf(Kind kind)
{
    switch (kind) {
    case Kind::Pipe:
        return "#0072b2";
    case Kind::Fifo:
        return "#56b4e9";
    case Kind::SysvQueue:
    case Kind::PosixQueue:
        return "#a259c6";
    case Kind::SysvShm:
    case Kind::PosixShm:
    case Kind::Memfd:
        return "#e69f00";
    case Kind::SysvSemaphore:
    case Kind::PosixSemaphore:
    case Kind::Eventfd:
        return "#d55e00";
    case Kind::File:
        return "#7f7f7f";
    case Kind::Command:
    case Kind::Actor:
        return "#6b7686";
    default:
        return "#009e73";
    }
}

QRectF bodyOf(const Node& node)
{
    return isProcess(node.kind)
               ? QRectF(node.position, QSizeF(processWidth, processHeight))
               : QRectF(node.position.x(), node.position.y() + endpointLine - endpointHeight / 2,
                        endpointWidth, endpointHeight);
}

/// Where an edge leaves a body that another one stands to the left or right of.
QPointF sideOf(const Node& node, const QRectF& other)
{
    const QRectF body = bodyOf(node);
    const double y = node.position.y() + (isProcess(node.kind) ? portLine : endpointLine);
    return {other.center().x() < body.center().x() ? body.left() : body.right(), y};
}

QByteArray text(double x, double y, const QString& words, QByteArrayView more)
{
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + more.toByteArray() + '>' +
           escapedMarkup(words) + "</text>\n";
}

QByteArray shapeOf(const Node& node)
{
    const QRectF body = bodyOf(node);
    const bool process = isProcess(node.kind);
    const bool round = node.kind == Kind::Pipe || node.kind == Kind::Fifo;
    return "<rect x=\"" + number(body.left()) + "\" y=\"" + number(body.top()) + "\" width=\"" +
           number(body.width()) + "\" height=\"" + number(body.height()) + "\" rx=\"" +
           (round ? number(body.height() / 2) : QByteArray("8")) + "\" fill=\"#ffffff\" stroke=\"" +
           hueOf(node.kind) + "\" stroke-width=\"" + (process ? "1.3" : "2") + "\"/>\n";
}

/// "exited 0", or what passed.
QString endWords(const Node& node, const Catalog& catalog)
{
    const ProcessEntry* last = nullptr; // of a node that ran twice
    for (const ProcessEntry& process : catalog.processes)
        if (process.node == node.id && (last == nullptr || process.number > last->number))
            last = &process;
    if (last != nullptr)
        return formatEnd(*last);
    for (const EndpointEntry& endpoint : catalog.endpoints)
        if (endpoint.node == node.id && bytesKnown(endpoint))
            return PictureText::tr("%1 in, %2 out")
                .arg(formatBytes(endpoint.totals.bytesIn), formatBytes(endpoint.totals.bytesOut));
    return {};
}

QByteArray line(const Node& process, const Node& endpoint, const Edge& edge)
{
    const QPointF from = sideOf(process, bodyOf(endpoint));
    const QPointF to = sideOf(endpoint, bodyOf(process));
    const double bend = std::max(30.0, std::abs(to.x() - from.x()) / 2);
    const double out = from.x() <= bodyOf(process).left() ? -bend : bend;
    const double in = to.x() <= bodyOf(endpoint).left() ? -bend : bend;
    QByteArray path = "<path d=\"M" + number(from.x()) + ' ' + number(from.y()) + " C" +
                      number(from.x() + out) + ' ' + number(from.y()) + ' ' + number(to.x() + in) + ' ' +
                      number(to.y()) + ' ' + number(to.x()) + ' ' + number(to.y()) +
                      "\" fill=\"none\" stroke=\"" + hueOf(endpoint.kind) + "\" stroke-width=\"2\"";
    if (portWrites(edge.endpointPort))
        path += " marker-end=\"url(#head)\"";
    if (portReads(edge.endpointPort))
        path += " marker-start=\"url(#head)\"";
    return path + "/>\n";
}

} // namespace

QByteArray topologyPicture(const Catalog& catalog)
{
    const Topology topology = readTopology(QJsonDocument(catalog.topology).toJson()).topology;
    QRectF all;
    for (const Node& node : topology.nodes)
        all |= bodyOf(node);
    if (topology.nodes.isEmpty())
        return {};
    all.adjust(-pictureMargin, -pictureMargin, pictureMargin, pictureMargin);
    QByteArray out = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"" + number(all.width()) +
                     "\" height=\"" + number(all.height()) + "\" viewBox=\"" + number(all.left()) + ' ' +
                     number(all.top()) + ' ' + number(all.width()) + ' ' + number(all.height()) +
                     "\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#1b2430\">\n"
                     "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"5\" "
                     "markerHeight=\"5\" orient=\"auto-start-reverse\"><path d=\"M0 0 L8 4 L0 8 z\" "
                     "fill=\"#4a5565\"/></marker></defs>\n";
    QHash<QString, const Node*> nodes;
    for (const Node& node : topology.nodes)
        nodes.insert(node.id, &node);
    for (const Edge& edge : topology.edges) {
        const Node* process = nodes.value(edge.process);
        const Node* endpoint = nodes.value(edge.endpoint);
        if (process != nullptr && endpoint != nullptr)
            out += line(*process, *endpoint, edge);
    }
    for (const Node& node : topology.nodes) {
        const QRectF body = bodyOf(node);
        const double middle = body.center().x();
        out += shapeOf(node);
        out += text(middle, body.top() + 21, cut(node.name, titleMost),
                    "text-anchor=\"middle\" font-weight=\"bold\" font-size=\"13\"");
        const QString what = node.argv().isEmpty() ? kindInfo(node.kind).title : node.argv().join(u' ');
        out += text(middle, body.top() + 37, cut(what, lineMost), "text-anchor=\"middle\" fill=\"#5b6676\"");
        out += text(middle, body.top() + (isProcess(node.kind) ? 62 : 50),
                    cut(endWords(node, catalog), lineMost), "text-anchor=\"middle\"");
    }
    return out + "</svg>\n";
}

} // namespace byteyard::model
