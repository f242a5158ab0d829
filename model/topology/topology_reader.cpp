#include "model/topology/topology_reader.h"

#include "model/topology/group_reader.h"
#include "model/topology/json_places.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QSet>

#include <algorithm>
#include <cmath>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct TopologyReaderText
{
    Q_DECLARE_TR_FUNCTIONS(TopologyReader)
};

constexpr qsizetype maxFaults = 20; ///< more help nobody, and each costs a walk through the text
constexpr qsizetype maxFiles = 1000;
constexpr qsizetype maxFileBytes = 8 << 20;

/// Turns the JSON of a document into a topology; what does not fit becomes a fault with its path.
class DocumentReader
{
public:
    explicit DocumentReader(const QByteArray& text) : m_places(text) {}

    ReadResult read(const QJsonValue& root)
    {
        if (const auto twice = m_places.duplicateMember())
            refuse(twice->line,
                   TopologyReaderText::tr("The member “%1” stands twice in one object.")
                       .arg(inSentence(twice->name)),
                   TopologyReaderText::tr("Remove one of the two."));
        else if (!root.isObject())
            refuse(JsonPath(),
                   TopologyReaderText::tr("This is no topology: the file does not hold one JSON object."),
                   TopologyReaderText::tr("Name a .byteyard file."));
        else if (formatIsKnown(root.toObject()))
            readDocument(root.toObject());
        if (!m_result.faults.isEmpty())
            m_result.topology = {};
        return std::move(m_result);
    }

private:
    void refuse(const JsonPath& path, const QString& what, const QString& remedy)
    {
        if (!isFull())
            refuse(m_places.lineOf(path), what, remedy);
    }

    void refuse(int line, const QString& what, const QString& remedy)
    {
        Fault fault;
        fault.node = m_node;
        fault.edge = m_edge;
        fault.what = what;
        fault.remedy = remedy;
        fault.line = line;
        m_result.faults.append(fault);
    }

    bool isFull() const { return m_result.faults.size() >= maxFaults; }

    /// Refuses what is none of `known`.
    void checkMembers(const QJsonObject& object, const JsonPath& path, const QString& owner,
                      const QStringList& known)
    {
        for (auto it = object.begin(); it != object.end() && !isFull(); ++it)
            if (!known.contains(it.key()))
                refuse(
                    path + JsonPath{it.key()},
                    TopologyReaderText::tr("%1 has an unknown member “%2”.").arg(owner, inSentence(it.key())),
                    TopologyReaderText::tr("Remove it; known are %1.").arg(known.join(", "_L1)));
    }

    bool formatIsKnown(const QJsonObject& root)
    {
        const QJsonValue value = root.value("format"_L1);
        const double format = value.toDouble(-1);
        if (value.isDouble() && format > topologyFormat)
            refuse(
                {u"format"_s},
                TopologyReaderText::tr(
                    "A newer Byteyard wrote this file: it has format %1, and this version reads format %2.")
                    .arg(QString::number(format), QString::number(topologyFormat)),
                TopologyReaderText::tr("Open it with a newer Byteyard."));
        else if (!value.isDouble() || format != topologyFormat)
            refuse(
                JsonPath{u"format"_s},
                TopologyReaderText::tr("This is no topology: “format” is not %1.").arg(topologyFormat),
                TopologyReaderText::tr("Name a .byteyard file, or set “format” to %1.").arg(topologyFormat));
        return m_result.faults.isEmpty();
    }

    void readDocument(const QJsonObject& root)
    {
        Topology& t = m_result.topology;
        checkMembers(root, {}, TopologyReaderText::tr("The topology"),
                     {u"edges"_s, u"files"_s, u"format"_s, u"groups"_s, u"lesson"_s, u"nodes"_s, u"pace"_s,
                      u"title"_s});
        t.title = title(root.value("title"_L1));
        t.lesson = root.value("lesson"_L1).toString();
        if (root.contains("lesson"_L1) && !isTopologyId(t.lesson))
            refuse({u"lesson"_s}, TopologyReaderText::tr("“lesson” is no name of a lesson."),
                   TopologyReaderText::tr("Use 1 to 64 of A-Z a-z 0-9 _ . -, or remove it."));
        if (const QJsonValue pace = root.value("pace"_L1); !pace.isUndefined()) {
            t.pace = pace.toInt(-1);
            if (t.pace < 0 || t.pace > maxPace)
                refuse({u"pace"_s},
                       TopologyReaderText::tr("“pace” is not a whole number from 0 to %1.").arg(maxPace),
                       TopologyReaderText::tr("Write the data calls a second, or 0 for full speed."));
        }
        readFiles(root.value("files"_L1));
        if (const QJsonArray nodes = list(root, u"nodes"_s, maxNodes); !nodes.isEmpty())
            for (qsizetype i = 0; i < nodes.size() && !isFull(); ++i)
                readNode(nodes.at(i), {u"nodes"_s, QString::number(i)});
        m_node.clear();
        if (const QJsonArray edges = list(root, u"edges"_s, maxEdges); !edges.isEmpty())
            for (qsizetype i = 0; i < edges.size() && !isFull(); ++i)
                readEdge(edges.at(i), {u"edges"_s, QString::number(i)});
        m_edge.clear();
        if (root.contains("groups"_L1))
            readGroups(list(root, u"groups"_s, maxNodes));
    }

    void readGroups(const QJsonArray& groups)
    {
        const auto refuseIt = [this](const JsonPath& path, const QString& what, const QString& remedy) {
            refuse(path, what, remedy);
        };
        GroupReader reader({m_kinds.keyBegin(), m_kinds.keyEnd()}, refuseIt);
        for (qsizetype i = 0; i < groups.size() && !isFull(); ++i)
            m_result.topology.groups.append(reader.read(groups.at(i), {u"groups"_s, QString::number(i)}));
    }

    QString title(const QJsonValue& value)
    {
        const QString text = value.toString();
        const bool ok =
            value.isUndefined() || (value.isString() && (text.isEmpty() || nameFault(text).isEmpty()));
        if (!ok)
            refuse({u"title"_s},
                   TopologyReaderText::tr("“title” is not a text of one line with at most %1 characters.")
                       .arg(maxNameLength),
                   TopologyReaderText::tr("Shorten it."));
        return text;
    }

    QJsonArray list(const QJsonObject& root, const QString& key, qsizetype most)
    {
        const QJsonValue value = root.value(key);
        if (!value.isArray())
            refuse({key}, TopologyReaderText::tr("“%1” is missing or no array.").arg(key),
                   TopologyReaderText::tr("Write [] when there are none."));
        else if (value.toArray().size() > most)
            refuse({key}, TopologyReaderText::tr("“%1” holds more than %2.").arg(key, QString::number(most)),
                   TopologyReaderText::tr("Split the topology."));
        else
            return value.toArray();
        return {};
    }

    void readFiles(const QJsonValue& value)
    {
        const JsonPath path{u"files"_s};
        if (!value.isUndefined() && (!value.isObject() || value.toObject().size() > maxFiles)) {
            refuse(path,
                   TopologyReaderText::tr("“files” is not an object with at most %1 texts.").arg(maxFiles),
                   TopologyReaderText::tr("Write {\"name.txt\": \"text\"}."));
            return;
        }
        const QJsonObject files = value.toObject();
        for (auto it = files.begin(); it != files.end() && !isFull(); ++it) {
            const QString name = it.key();
            if (!isPlainFileName(name))
                refuse(path + JsonPath{name},
                       TopologyReaderText::tr("“%1” is no plain file name.").arg(inSentence(name)),
                       TopologyReaderText::tr(
                           "Use a name of at most 255 bytes without a slash: it lies in the session's "
                           "directory."));
            else if (!it.value().isString() || !it.value().toString().isValidUtf16())
                refuse(path + JsonPath{name},
                       TopologyReaderText::tr("The file “%1” is no text.").arg(inSentence(name)),
                       TopologyReaderText::tr("Give its content as a string."));
            else if (it.value().toString().toUtf8().size() > maxFileBytes)
                refuse(path + JsonPath{name},
                       TopologyReaderText::tr("The file “%1” is longer than 8 MiB.").arg(inSentence(name)),
                       TopologyReaderText::tr("Let a command make it when it runs."));
            m_result.topology.files.insert(name, it.value().toString());
        }
    }

    void readNode(const QJsonValue& value, const JsonPath& path)
    {
        const QJsonObject object = value.toObject();
        Node node;
        node.id = m_node = object.value("id"_L1).toString();
        const QString owner = TopologyReaderText::tr("Node “%1”").arg(inSentence(node.id));
        checkMembers(object, path, owner, {u"id"_s, u"kind"_s, u"name"_s, u"position"_s, u"properties"_s});
        if (!isTopologyId(node.id))
            refuse(path + JsonPath{u"id"_s}, TopologyReaderText::tr("A node has no id, or one that is none."),
                   TopologyReaderText::tr("Use 1 to 64 of A-Z a-z 0-9 _ . -."));
        else if (m_kinds.contains(node.id))
            refuse(path + JsonPath{u"id"_s},
                   TopologyReaderText::tr("%1: another node has the same id.").arg(owner),
                   TopologyReaderText::tr("Give one of them another id, and its edges too."));
        node.name = object.value("name"_L1).toString();
        if (const QString fault = nameFault(node.name); !fault.isEmpty())
            refuse(path + JsonPath{u"name"_s}, TopologyReaderText::tr("%1: its name %2.").arg(owner, fault),
                   TopologyReaderText::tr("Name it in one line."));
        else if (m_names.contains(node.name))
            refuse(path + JsonPath{u"name"_s},
                   TopologyReaderText::tr("%1: another node is named “%2” too.")
                       .arg(owner, inSentence(node.name)),
                   TopologyReaderText::tr("Rename one of them."));
        m_names.insert(node.name);
        node.position = position(object.value("position"_L1), path, owner);
        const QString kind = object.value("kind"_L1).toString();
        if (!kindFromId(kind, node.kind) || !canBeDrawn(node.kind)) {
            refuse(path + JsonPath{u"kind"_s},
                   TopologyReaderText::tr("%1: there is no kind “%2”.").arg(owner, inSentence(kind)),
                   TopologyReaderText::tr("Check the word; a newer Byteyard may know it."));
            return;
        }
        m_kinds.insert(node.id, node.kind);
        node.properties = properties(object, path, owner, info(node.kind).properties);
        m_result.topology.nodes.append(node);
    }

    QPointF position(const QJsonValue& value, const JsonPath& path, const QString& owner)
    {
        const auto isCoordinate = [](const QJsonValue& number) {
            return number.isDouble() && std::isfinite(number.toDouble()) &&
                   std::abs(number.toDouble()) <= maxCoordinate;
        };
        const QJsonArray pair = value.toArray();
        if (pair.size() == 2 && isCoordinate(pair.at(0)) && isCoordinate(pair.at(1)))
            return {pair.at(0).toDouble(), pair.at(1).toDouble()};
        refuse(path + JsonPath{u"position"_s},
               TopologyReaderText::tr("%1: its position is not two numbers from -1000000 to 1000000.")
                   .arg(owner),
               TopologyReaderText::tr("Write [x, y], such as [0, 0]."));
        return {};
    }

    /// The properties of a node or an edge, without those that say what is so anyway.
    QJsonObject properties(const QJsonObject& object, const JsonPath& path, const QString& owner,
                           const QList<PropertySpec>& specs)
    {
        const JsonPath here = path + JsonPath{u"properties"_s};
        const QJsonValue value = object.value("properties"_L1);
        if (!value.isObject() && !value.isUndefined())
            refuse(here, TopologyReaderText::tr("%1: “properties” is no object.").arg(owner),
                   TopologyReaderText::tr("Write {} when there are none."));
        const QJsonObject given = value.toObject();
        QJsonObject kept;
        for (auto it = given.begin(); it != given.end() && !isFull(); ++it) {
            const PropertySpec* spec = findProperty(specs, it.key());
            if (!spec) {
                refuse(here + JsonPath{it.key()},
                       TopologyReaderText::tr("%1 has no property “%2”.").arg(owner, inSentence(it.key())),
                       TopologyReaderText::tr("Remove it, or check the word; a newer Byteyard may know it."));
            } else if (const QString fault = spec->fault(it.value()); !fault.isEmpty()) {
                refuse(here + JsonPath{it.key()},
                       TopologyReaderText::tr("%1: “%2” %3.").arg(owner, it.key(), fault),
                       TopologyReaderText::tr("Correct the value, or remove it for the default."));
            } else if (const QJsonValue canonical = spec->canonical(it.value());
                       canonical != spec->defaultValue) {
                kept.insert(it.key(), canonical);
            }
        }
        return kept;
    }

    void readEdge(const QJsonValue& value, const JsonPath& path)
    {
        const QJsonObject object = value.toObject();
        Edge edge;
        edge.id = m_edge = object.value("id"_L1).toString();
        const QString owner = TopologyReaderText::tr("Edge “%1”").arg(inSentence(edge.id));
        checkMembers(object, path, owner, {u"endpoint"_s, u"id"_s, u"process"_s, u"properties"_s});
        if (!isTopologyId(edge.id))
            refuse(path + JsonPath{u"id"_s},
                   TopologyReaderText::tr("An edge has no id, or one that is none."),
                   TopologyReaderText::tr("Use 1 to 64 of A-Z a-z 0-9 _ . -."));
        else if (m_edgeIds.contains(edge.id))
            refuse(path + JsonPath{u"id"_s},
                   TopologyReaderText::tr("%1: another edge has the same id.").arg(owner),
                   TopologyReaderText::tr("Give one of them another id."));
        m_edgeIds.insert(edge.id);
        const bool hasProcess = readEnd(object, u"process"_s, path, owner, edge.process, edge.processPort);
        const bool hasEndpoint =
            readEnd(object, u"endpoint"_s, path, owner, edge.endpoint, edge.endpointPort);
        if (hasProcess)
            checkProcessEnd(edge, path + JsonPath{u"process"_s}, owner);
        if (hasEndpoint && checkEndpointEnd(edge, path + JsonPath{u"endpoint"_s}, owner))
            edge.properties = properties(object, path, owner,
                                         edgeProperties(m_kinds.value(edge.endpoint), edge.endpointPort));
        m_result.topology.edges.append(edge);
    }

    /// False when the end names no node that is there.
    bool readEnd(const QJsonObject& object, const QString& key, const JsonPath& path, const QString& owner,
                 QString& node, QString& port)
    {
        const QJsonObject end = object.value(key).toObject();
        checkMembers(end, path + JsonPath{key}, owner, {u"node"_s, u"port"_s});
        node = end.value("node"_L1).toString();
        port = end.value("port"_L1).toString();
        if (m_kinds.contains(node))
            return true;
        refuse(path + JsonPath{key, u"node"_s},
               TopologyReaderText::tr("%1: its %2 “%3” is no node of this topology.")
                   .arg(owner, key, inSentence(node)),
               TopologyReaderText::tr("Name the id of a node, or remove the edge."));
        return false;
    }

    void checkProcessEnd(const Edge& edge, const JsonPath& path, const QString& owner)
    {
        if (!isProcess(m_kinds.value(edge.process))) {
            refuse(path + JsonPath{u"node"_s},
                   TopologyReaderText::tr("%1: “%2” is no process.").arg(owner, edge.process),
                   TopologyReaderText::tr("An edge goes from a process to an endpoint."));
        } else if (!isFdPort(edge.processPort) && !isHandlePort(edge.processPort)) {
            refuse(
                path + JsonPath{u"port"_s},
                TopologyReaderText::tr(
                    "%1: the process's port is neither a file descriptor from \"0\" to \"%2\" nor a handle "
                    "of at most %3 of a–z, 0–9 and _.")
                    .arg(owner, QString::number(maxFd), QString::number(maxHandleLength)),
                TopologyReaderText::tr(
                    "Write a number as a string, such as \"1\", or a name, such as \"queue\"."));
        } else if (const QString fd = edge.process + u' ' + edge.processPort; m_fds.contains(fd)) {
            refuse(path + JsonPath{u"port"_s},
                   TopologyReaderText::tr("%1: port %2 of “%3” is connected by another edge already.")
                       .arg(owner, edge.processPort, edge.process),
                   TopologyReaderText::tr("Use another one, or remove one of the edges."));
        } else {
            m_fds.insert(fd);
        }
    }

    bool checkEndpointEnd(const Edge& edge, const JsonPath& path, const QString& owner)
    {
        const KindInfo& kind = info(m_kinds.value(edge.endpoint));
        if (kind.isProcess) {
            refuse(path + JsonPath{u"node"_s},
                   TopologyReaderText::tr("%1: “%2” is no endpoint.").arg(owner, edge.endpoint),
                   TopologyReaderText::tr("An edge goes from a process to an endpoint."));
            return false;
        }
        if (kind.ports.contains(edge.endpointPort) && isFdPort(edge.processPort) && needsHandle(kind.kind)) {
            refuse(path + JsonPath{u"port"_s},
                   TopologyReaderText::tr("%1: a %2 has no descriptor, so the process's port is a handle.")
                       .arg(owner, kind.id),
                   TopologyReaderText::tr("Write a name, such as \"queue\", as the process's port."));
            return false;
        }
        if (kind.ports.contains(edge.endpointPort))
            return true;
        refuse(path + JsonPath{u"port"_s},
               TopologyReaderText::tr("%1: a %2 has no port “%3”.")
                   .arg(owner, kind.id, inSentence(edge.endpointPort)),
               TopologyReaderText::tr("Use one of %1.").arg(kind.ports.join(", "_L1)));
        return false;
    }

    /// Made once a file: a kind's row holds many texts.
    const KindInfo& info(Kind kind)
    {
        auto it = m_infos.find(kindId(kind));
        if (it == m_infos.end())
            it = m_infos.insert(kindId(kind), kindInfo(kind));
        return *it;
    }

    JsonPlaces m_places;
    ReadResult m_result;
    QHash<QString, KindInfo> m_infos;
    QHash<QString, Kind> m_kinds; ///< by node id
    QSet<QString> m_names;
    QSet<QString> m_edgeIds;
    QSet<QString> m_fds; ///< "node fd"
    QString m_node;
    QString m_edge;
};

} // namespace

QString inSentence(const QString& text)
{
    QString plain = text.left(60);
    for (QChar& c : plain)
        if (!c.isPrint())
            c = QChar::ReplacementCharacter;
    return text.size() > 60 ? plain + u'…' : plain;
}

bool isTopologyId(const QString& text)
{
    const auto fits = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') ||
               c == u'_' || c == u'.' || c == u'-';
    };
    return !text.isEmpty() && text.size() <= maxIdLength && std::all_of(text.begin(), text.end(), fits);
}

bool isPlainFileName(const QString& name)
{
    return nameFault(name).isEmpty() && !name.contains(u'/') && name != "."_L1 && name != ".."_L1 &&
           name.toUtf8().size() <= 255;
}

ReadResult readTopologyJson(const QByteArray& text, const QJsonValue& root)
{
    return DocumentReader(text).read(root);
}

} // namespace byteyard::model
