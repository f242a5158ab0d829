#include "model/program/program_plan.h"

#include "model/session/engine_topology.h"
#include "model/topology/placeholder.h"

#include <QHash>
#include <QJsonArray>

#include <algorithm>
#include <utility>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using Piece = ProgramText::Piece;
using From = PlannedDescriptor::From;
using When = PlannedProcess::When;

namespace {

constexpr int lowestFree = 3; ///< descriptors that a handle may get

bool isPosix(Kind kind)
{
    return kind == Kind::PosixQueue || kind == Kind::PosixShm || kind == Kind::PosixSemaphore;
}

/// Where an endpoint is found, as the engine chooses it.
ProgramText placeOf(const Node& node, bool& isInDirectory)
{
    ProgramText place;
    const QString path = node.property(u"path"_s).toString();
    const bool isNamed = isNamedSocket(node.kind) || node.kind == Kind::Fifo || node.kind == Kind::File;
    if (node.kind == Kind::Tcp || node.kind == Kind::Udp || node.liesInMemory() ||
        (!isPosix(node.kind) && !isNamed))
        return place;
    QString name = node.name;
    name.replace(u'/', u'_');
    if ((isPosix(node.kind) && path.isEmpty()) || path == "@"_L1) { // in a namespace that all share
        place.add(path.isEmpty() ? u"/byteyard-"_s : u"@byteyard-"_s);
        place.add(Piece::What::Pid);
        place.add(u'-' + name);
    } else if (path.startsWith(u'/') || path.startsWith(u'@')) {
        place.add(path);
    } else {
        isInDirectory = true;
        place.add(Piece::What::Directory);
        place.add(u'/' + (path.isEmpty() ? name : path));
    }
    return place;
}

/// A port's access and the flags of its edge, by their C names: "O_WRONLY", "O_CREAT", "O_TRUNC".
QStringList openFlags(const Edge& edge, Kind endpoint)
{
    QStringList flags{edge.endpointPort == "read"_L1    ? u"O_RDONLY"_s
                      : edge.endpointPort == "write"_L1 ? u"O_WRONLY"_s
                                                        : u"O_RDWR"_s};
    const QJsonValue given = edge.properties.value("flags"_L1);
    if (given.isUndefined() && endpoint == Kind::File && edge.endpointPort == "write"_L1)
        return flags + QStringList{u"O_CREAT"_s, u"O_TRUNC"_s};
    for (const QJsonValue& flag : given.toArray())
        flags.append(flag.toString());
    return flags;
}

class Planner
{
public:
    Planner(const Topology& topology, ProgramPlan& plan) : m_topology(topology), m_plan(plan)
    {
        for (const Edge& edge : topology.edges) {
            m_edges[edge.process].append(&edge);
            m_edges[edge.endpoint].append(&edge);
        }
    }

    void run()
    {
        m_plan.title = m_topology.title;
        for (auto it = m_topology.files.begin(); it != m_topology.files.end(); ++it)
            m_plan.files.append({it.key(), it.value()});
        std::sort(m_plan.files.begin(), m_plan.files.end());
        for (const auto& [name, content] : m_plan.files)
            if (content.contains(QChar(u'\0')))
                m_plan.refusals.append(
                    ProgramMessages::tr("The file “%1” holds a zero character.").arg(name));
        // What lies in a memory is made after it.
        for (const bool liesInMemory : {false, true})
            for (const Node& node : m_topology.nodes)
                if (!isProcess(node.kind) && node.liesInMemory() == liesInMemory)
                    addEndpoint(node);
        for (const Node& node : m_topology.nodes) {
            if (!isProcess(node.kind))
                continue;
            m_processes.insert(node.id, static_cast<int>(m_plan.processes.size()));
            PlannedProcess process;
            process.node = &node;
            process.name = m_identifiers.add(node.name);
            m_plan.processes.append(process);
        }
        for (PlannedProcess& process : m_plan.processes)
            fill(process);
        if (m_plan.processes.isEmpty())
            m_plan.refusals.append(
                ProgramMessages::tr("There is no process in it that a program could start."));
        const bool isPaced =
            m_topology.pace > 0 ||
            std::any_of(m_topology.nodes.begin(), m_topology.nodes.end(), [](const Node& node) {
                return isProcess(node.kind) && node.property(u"pace"_s).toInt() > 0;
            });
        if (isPaced)
            m_plan.notes.append(ProgramMessages::tr("The pace is left out: the program runs at full speed."));
    }

private:
    void addEndpoint(const Node& node)
    {
        const auto index = static_cast<int>(m_plan.endpoints.size());
        m_endpoints.insert(node.id, index);
        m_byName.insert(node.name, index);
        PlannedEndpoint endpoint;
        endpoint.node = &node;
        endpoint.name = m_identifiers.add(node.name);
        endpoint.isReserved = node.property(u"made-by"_s).toString() == "program"_L1;
        endpoint.isExisting = node.property(u"existing"_s).toBool();
        endpoint.path = placeOf(node, endpoint.isInDirectory);
        if (node.liesInMemory())
            endpoint.memory = m_endpoints.value(node.property(u"memory"_s).toString());
        for (const Edge* edge : std::as_const(m_edges)[node.id])
            if (const QString word = edge->properties.value("shared"_L1).toString();
                !word.isEmpty() && !endpoint.shared.contains(word))
                endpoint.shared.append(word);
        if (endpoint.isAbstract() && endpoint.path.literal().contains("\\x"_L1))
            m_plan.refusals.append(
                ProgramMessages::tr("The abstract name of “%1” has bytes that are no text.").arg(node.name));
        m_plan.endpoints.append(endpoint);
    }

    void fill(PlannedProcess& process)
    {
        const Node& node = *process.node;
        addDescriptors(process);
        for (const QString& argument : node.argv())
            process.argv.append(expanded(argument, process));
        const QJsonObject environment = node.property(u"environment"_s).toObject();
        for (auto it = environment.begin(); it != environment.end(); ++it)
            process.environment.append({it.key(), expanded(it.value().toString(), process)});
        process.directory = expanded(node.property(u"directory"_s).toString(), process);
        addStart(process);
        if (!process.isScript())
            return;
        process.script = scriptOf(node);
        m_plan.notes.append(
            ProgramMessages::tr("“%1” is a script: its place in the program is left to you, script_%2().")
                .arg(node.name, process.name));
    }

    /// Edges in their order; an unnamed object that a script has by a handle gets a free fd.
    void addDescriptors(PlannedProcess& process)
    {
        QSet<int> taken;
        const QList<const Edge*> edges = m_edges.value(process.node->id);
        for (const Edge* edge : edges)
            if (isFdPort(edge->processPort))
                taken.insert(edge->processPort.toInt());
        int next = lowestFree;
        for (const Edge* edge : edges) {
            const int endpoint = m_endpoints.value(edge->endpoint);
            const Kind kind = m_plan.endpoints.at(endpoint).node->kind;
            int fd = -1;
            if (isFdPort(edge->processPort)) {
                fd = edge->processPort.toInt();
            } else if (isAnonymous(kind)) {
                while (taken.contains(next))
                    ++next;
                taken.insert(fd = next);
            }
            process.handles.append({edge->processPort, endpoint, fd});
            if (fd >= 0)
                process.descriptors.append(descriptorOf(*edge, endpoint, fd));
        }
        const bool typed = process.node->property(u"stdin"_s).toString() == "typed"_L1;
        if (!taken.contains(0) && !typed)
            process.descriptors.append({0, From::Null, -1, {}, {u"O_RDONLY"_s}, {}, {}});
        for (const int fd : {1, 2}) {
            const QString target = process.node->property(fd == 1 ? u"stdout"_s : u"stderr"_s).toString();
            if (taken.contains(fd) || target == "output"_L1)
                continue;
            PlannedDescriptor descriptor{fd, From::Null, -1, {}, {u"O_WRONLY"_s}, {}, {}};
            if (target.startsWith("file:"_L1)) {
                descriptor.from = From::Output;
                descriptor.flags += QStringList{u"O_CREAT"_s, u"O_TRUNC"_s, u"O_APPEND"_s};
                descriptor.path = expanded(target.mid(5), process);
            }
            process.descriptors.append(descriptor);
        }
        std::sort(process.descriptors.begin(), process.descriptors.end(),
                  [](const PlannedDescriptor& a, const PlannedDescriptor& b) { return a.target < b.target; });
    }

    PlannedDescriptor descriptorOf(const Edge& edge, int endpoint, int fd) const
    {
        PlannedDescriptor descriptor{fd, From::Inherit, endpoint, edge.endpointPort, {}, {}, {}};
        const Kind kind = m_plan.endpoints.at(endpoint).node->kind;
        if (kind == Kind::Fifo || kind == Kind::File) {
            descriptor.shared = edge.properties.value("shared"_L1).toString();
            descriptor.flags = openFlags(edge, kind);
            descriptor.from = descriptor.shared.isEmpty() ? From::Open : From::Inherit;
        } else if (kind == Kind::PosixQueue || kind == Kind::PosixShm || kind == Kind::Raw) {
            descriptor.from = From::Name;
        } else if (isNamedSocket(kind) &&
                   (edge.endpointPort == "connect"_L1 || edge.endpointPort == "send"_L1)) {
            descriptor.from = From::Connect;
        }
        return descriptor;
    }

    void addStart(PlannedProcess& process)
    {
        const QJsonObject start = process.node->property(u"start"_s).toObject();
        const QString when = start.value("when"_L1).toString();
        process.other = m_processes.value(start.value("node"_L1).toString(), -1);
        if (when == "after"_L1) {
            process.when = When::After;
            process.seconds = start.value("seconds"_L1).toDouble();
        } else if (when == "runs"_L1) {
            process.when = When::Runs;
        } else if (when == "exits"_L1) {
            process.when = When::Exits;
        } else if (when == "by-hand"_L1) {
            process.when = When::ByHand;
            process.hand = ++m_hands;
        } else if (when == "listens"_L1) {
            addListens(process);
        }
    }

    /// Without a tracer a program can only look whether somebody listens where the other one is to.
    void addListens(PlannedProcess& process)
    {
        const Node& other = *m_plan.processes.at(process.other).node;
        process.when = When::Runs;
        for (const Edge* edge : std::as_const(m_edges)[other.id]) {
            const int index = m_endpoints.value(edge->endpoint);
            const PlannedEndpoint& endpoint = m_plan.endpoints.at(index);
            if (!isNamedSocket(endpoint.node->kind) ||
                (edge->endpointPort != "listen"_L1 && edge->endpointPort != "receive"_L1))
                continue;
            if (isFdPort(edge->processPort))
                return; // it is given a socket that listens already
            process.listensAt = index;
        }
        for (const Placeholder& placeholder : placeholdersOf(other))
            if (const int index = m_byName.value(placeholder.name, -1);
                process.listensAt < 0 && index >= 0 && isNamedSocket(m_plan.endpoints.at(index).node->kind))
                process.listensAt = index;
        if (process.listensAt >= 0)
            process.when = When::Listens;
        else
            m_plan.notes.append(ProgramMessages::tr("Nothing in it tells where “%1” listens: “%2” starts as "
                                                    "soon as that runs.")
                                    .arg(other.name, process.node->name));
    }

    /// A text with its placeholders; what is known now is written into it.
    ProgramText expanded(const QString& text, const PlannedProcess& process)
    {
        ProgramText result;
        for (const TextPart& part : partsOf(text)) {
            result.add(part.literal);
            if (part.placeholder)
                addField(result, m_byName.value(part.placeholder->name, -1), part.placeholder->field,
                         process);
        }
        return result;
    }

    void addField(ProgramText& text, int index, const QString& field, const PlannedProcess& process)
    {
        if (index < 0)
            return; // validate() has refused it
        PlannedEndpoint& endpoint = m_plan.endpoints[index];
        if (field == "fd"_L1) {
            for (const PlannedHandle& handle : process.handles)
                if (handle.endpoint == index && handle.fd >= 0) {
                    text.add(QString::number(handle.fd));
                    return;
                }
            m_plan.refusals.append(ProgramMessages::tr("“%1” has no descriptor of “%2”.")
                                       .arg(process.node->name, endpoint.node->name));
        } else if (field == "offset"_L1) {
            text.add(QString::number(endpoint.number("offset")));
        } else if (field == "address"_L1) {
            text.add(endpoint.text("address"));
        } else if (field == "port"_L1 && endpoint.number("port") > 0) {
            text.add(QString::number(endpoint.number("port")));
        } else if (field == "key"_L1 && endpoint.text("key").startsWith("0x"_L1)) {
            text.add(u"0x%1"_s.arg(endpoint.text("key").mid(2).toUInt(nullptr, 16), 8, 16, QChar(u'0')));
        } else if (field == "key"_L1 && endpoint.isExisting) {
            m_plan.refusals.append(
                ProgramMessages::tr("“%1” is named by its id: its key is not known before the program runs.")
                    .arg(endpoint.node->name));
        } else {
            endpoint.isKeyAsked = endpoint.isKeyAsked || field == "key"_L1;
            text.add(Piece::What::Field, field, index);
        }
    }

    const Topology& m_topology;
    ProgramPlan& m_plan;
    Identifiers m_identifiers;
    QHash<QString, QList<const Edge*>> m_edges; ///< by node id
    QHash<QString, int> m_endpoints;            ///< by node id
    QHash<QString, int> m_byName;
    QHash<QString, int> m_processes; ///< by node id
    int m_hands = 0;
};

} // namespace

ProgramPlan::ProgramPlan(const Topology& topology)
{
    Planner(topology, *this).run();
}

} // namespace byteyard::model
