#include "gui/canvas/clipboard.h"

#include "model/topology/topology_file.h"

#include <QMimeData>
#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString mimeType = u"application/x-byteyard"_s;

} // namespace

model::Topology fragmentOf(const model::Topology& topology, const QStringList& nodes)
{
    const QSet<QString> chosen(nodes.begin(), nodes.end());
    model::Topology fragment;
    for (const model::Node& node : topology.nodes)
        if (chosen.contains(node.id))
            fragment.nodes.append(node);
    for (const model::Edge& edge : topology.edges)
        if (chosen.contains(edge.process) && chosen.contains(edge.endpoint))
            fragment.edges.append(edge);
    for (const model::Group& group : topology.groups)
        if (std::all_of(group.members.begin(), group.members.end(),
                        [&](const QString& member) { return chosen.contains(member); }))
            fragment.groups.append(group);
    // What starts after a node that is not copied starts at once in the copy; what lies in one has a name.
    for (model::Node& node : fragment.nodes) {
        const QString other = node.property(u"start"_s).toObject().value("node"_L1).toString();
        if (!other.isEmpty() && !chosen.contains(other))
            node.properties.remove(u"start"_s);
        if (!chosen.contains(node.property(u"memory"_s).toString())) {
            node.properties.remove(u"memory"_s);
            node.properties.remove(u"offset"_s);
        }
    }
    return fragment;
}

QMimeData* fragmentToMime(const model::Topology& fragment)
{
    const QByteArray text = model::writeTopology(fragment);
    auto* mime = new QMimeData;
    mime->setData(mimeType, text);
    mime->setText(QString::fromUtf8(text));
    return mime;
}

bool fragmentFromMime(const QMimeData* mime, model::Topology& fragment)
{
    if (mime == nullptr)
        return false;
    const QByteArray text = mime->hasFormat(mimeType) ? mime->data(mimeType) : mime->text().toUtf8();
    if (text.isEmpty() || text.size() > model::maxTopologyBytes)
        return false;
    const model::ReadResult read = model::readTopology(text);
    fragment = read.topology;
    return read.ok() && !fragment.nodes.isEmpty();
}

} // namespace byteyard::gui
