#include "model/topology/placeholder.h"
#include "model/topology/validate_names.h"
#include "model/topology/validate_text.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QMap>
#include <QSet>
#include <QStandardPaths>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Severity = Fault::Severity;

// sem_t of the GNU C library on 64-bit machines.
constexpr qint64 semaphoreBytes = 32;
constexpr qint64 semaphoreAlignment = 8;

class Validator
{
public:
    explicit Validator(const Topology& topology) : m_topology(topology)
    {
        for (const Node& node : topology.nodes) {
            m_byId.insert(node.id, &node);
            m_byName.insert(node.name, &node);
        }
        for (const Edge& edge : topology.edges) {
            m_edges[edge.endpoint].append(&edge);
            m_edges[edge.process].append(&edge);
        }
    }

    QList<Fault> run()
    {
        for (const Node& node : m_topology.nodes)
            if (isProcess(node.kind))
                checkProcess(node);
        for (const Node& node : m_topology.nodes)
            if (!isProcess(node.kind))
                checkEndpoint(node);
        checkStartCircles();
        return std::move(m_faults);
    }

private:
    void report(Severity severity, const Node& node, const QString& what, const QString& remedy,
                const Edge* edge = nullptr)
    {
        Fault fault;
        fault.severity = severity;
        fault.node = node.id;
        fault.edge = edge ? edge->id : QString();
        fault.what = what;
        fault.remedy = remedy;
        m_faults.append(fault);
    }

    void checkProcess(const Node& node)
    {
        const QStringList argv = node.argv();
        if (node.kind == Kind::Actor)
            checkActor(node);
        else if (argv.isEmpty() || argv.first().isEmpty())
            report(Severity::Error, node, ValidateText::tr("%1 has no command.").arg(node.name),
                   ValidateText::tr("Type what it runs, such as: ls -l"));
        else
            checkProgram(node, argv.first());
        checkDirectory(node);
        checkStart(node);
        for (const Placeholder& placeholder : placeholdersOf(node))
            checkPlaceholder(node, placeholder);
    }

    void checkActor(const Node& node)
    {
        if (node.property(u"role"_s).toString() != "script"_L1) {
            if (m_edges.value(node.id).isEmpty())
                report(Severity::Warning, node, ValidateText::tr("%1 has nothing to work on.").arg(node.name),
                       ValidateText::tr("Connect it to an endpoint."));
        } else if (node.property(u"script"_s).toString().trimmed().isEmpty()) {
            report(Severity::Error, node, ValidateText::tr("%1 has no script.").arg(node.name),
                   ValidateText::tr("Write one, or choose a ready-made role."));
        }
    }

    void checkProgram(const Node& node, const QString& program)
    {
        if (!placeholdersIn(program).isEmpty())
            return;
        if (program.contains(u'/')) {
            // A relative one is looked for in the working directory, which may come to be with the run.
            if (QFileInfo(program).isAbsolute() && !QFileInfo(program).isExecutable())
                report(Severity::Warning, node,
                       ValidateText::tr("%1 cannot be started: %2 is no program that you may run.")
                           .arg(node.name, program),
                       ValidateText::tr("Check the path and its x permission."));
            return;
        }
        const QString path = node.property(u"environment"_s).toObject().value("PATH"_L1).toString();
        const QStringList folders = path.isEmpty() ? QStringList() : path.split(u':');
        if (QStandardPaths::findExecutable(program, folders).isEmpty())
            report(Severity::Warning, node,
                   ValidateText::tr("%1 cannot be started: there is no program “%2” in PATH.")
                       .arg(node.name, program),
                   ValidateText::tr("Check the name, or install what brings it."));
    }

    void checkDirectory(const Node& node)
    {
        const QString directory = node.property(u"directory"_s).toString();
        if (directory.isEmpty() || !placeholdersIn(directory).isEmpty() || !QFileInfo(directory).isAbsolute())
            return;
        if (!QFileInfo(directory).isDir())
            report(Severity::Warning, node,
                   ValidateText::tr("%1 cannot be started: its working directory %2 is not there.")
                       .arg(node.name, directory),
                   ValidateText::tr("Make it, or choose another one."));
    }

    void checkStart(const Node& node)
    {
        const QJsonObject start = node.property(u"start"_s).toObject();
        if (!start.contains("node"_L1))
            return;
        const Node* awaited = m_byId.value(start.value("node"_L1).toString());
        if (!awaited)
            report(Severity::Error, node,
                   ValidateText::tr("%1 waits for a process that is not there.").arg(node.name),
                   ValidateText::tr("Choose another start for it."));
        else if (!isProcess(awaited->kind))
            report(Severity::Error, node,
                   ValidateText::tr("%1 waits for %2, which is no process.").arg(node.name, awaited->name),
                   ValidateText::tr("Choose another start for it."));
    }

    void checkPlaceholder(const Node& node, const Placeholder& placeholder)
    {
        const QString written = u'{' + placeholder.name + u'.' + placeholder.field + u'}';
        const Node* named = m_byName.value(placeholder.name);
        if (!named) {
            report(Severity::Error, node,
                   ValidateText::tr("%1 uses %2, but no part is named “%3”.")
                       .arg(node.name, written, placeholder.name),
                   ValidateText::tr("Correct the name; to mean the text itself, double its opening brace."));
        } else if (placeholder.field == "fd"_L1) {
            if (!isConnected(node, *named))
                report(Severity::Error, node,
                       ValidateText::tr("%1 uses %2, but is not connected to %3.")
                           .arg(node.name, written, named->name),
                       ValidateText::tr("Connect the two."));
        } else {
            m_named.insert(named->id);
            if (!hasPlaceholderField(*named, placeholder.field))
                report(Severity::Error, node,
                       ValidateText::tr("%1 uses %2, but %3 has no %4.")
                           .arg(node.name, written, named->name, placeholder.field),
                       ValidateText::tr(
                           "Use what it has: path, id, key, address, port or offset, by its kind."));
        }
    }

    bool isConnected(const Node& process, const Node& endpoint) const
    {
        const QList<const Edge*> edges = m_edges.value(process.id);
        return std::any_of(edges.begin(), edges.end(),
                           [&](const Edge* edge) { return edge->endpoint == endpoint.id; });
    }

    void checkEndpoint(const Node& node)
    {
        if (const auto fault = endpointNameFault(node))
            report(Severity::Error, node, fault->what, fault->remedy);
        switch (node.kind) {
        case Kind::Pipe:
            checkPipe(node);
            break;
        case Kind::Fifo:
            checkFifo(node);
            checkShared(node);
            break;
        case Kind::File:
            checkShared(node);
            if (node.property(u"keep"_s).toBool() && node.property(u"path"_s).toString().isEmpty())
                report(Severity::Warning, node,
                       ValidateText::tr(
                           "%1 is to be kept, but lies in the session's directory, which goes after the run.")
                           .arg(node.name),
                       ValidateText::tr("Give it a path of its own."));
            break;
        case Kind::Socketpair:
            if (const auto [a, b] = sides(node, u"a"_s, u"b"_s); a != b)
                report(Severity::Warning, node,
                       ValidateText::tr("Nobody holds end %1 of %2.").arg(a ? u"b"_s : u"a"_s, node.name),
                       ValidateText::tr(
                           "Connect a process to it: without a peer, writes end in EPIPE and reads in "
                           "end-of-file."));
            break;
        case Kind::UnixStream:
        case Kind::UnixSeqpacket:
        case Kind::Tcp:
            checkListener(node);
            break;
        case Kind::PosixSemaphore:
            if (node.liesInMemory())
                checkMemory(node);
            break;
        default:
            break;
        }
    }

    /// A semaphore's bytes are its own, and all of them in the memory.
    void checkMemory(const Node& node)
    {
        const Node* memory = m_byId.value(node.property(u"memory"_s).toString());
        const QList<PropertySpec> specs = kindInfo(node.kind).properties;
        if (!memory || !findProperty(specs, u"memory"_s)->choices.contains(kindId(memory->kind))) {
            report(Severity::Error, node,
                   ValidateText::tr("%1 lies in a shared memory that is not there.").arg(node.name),
                   ValidateText::tr("Choose another one for it, or none: it then has a name."));
            return;
        }
        const qint64 offset = node.property(u"offset"_s).toInteger();
        if (offset % semaphoreAlignment != 0)
            report(Severity::Error, node,
                   ValidateText::tr("%1 cannot begin at byte %2 of %3.")
                       .arg(node.name)
                       .arg(offset)
                       .arg(memory->name),
                   ValidateText::tr("Choose a multiple of %1.").arg(semaphoreAlignment));
        if (!memory->property(u"existing"_s).toBool() &&
            offset + semaphoreBytes > memory->property(u"size"_s).toInteger())
            report(Severity::Error, node,
                   ValidateText::tr("%1 does not fit into %2: it would end at byte %3.")
                       .arg(node.name, memory->name)
                       .arg(offset + semaphoreBytes),
                   ValidateText::tr("Move it further to the front, or make the memory larger."));
        QMap<qint64, const Node*>& placed = m_placed[memory->id];
        const auto near = placed.lowerBound(offset - semaphoreBytes + 1);
        if (near != placed.end() && near.key() < offset + semaphoreBytes)
            report(Severity::Error, node,
                   ValidateText::tr("%1 and %2 lie in the same bytes of %3.")
                       .arg(node.name, (*near)->name, memory->name),
                   ValidateText::tr("Leave %1 bytes between their beginnings.").arg(semaphoreBytes));
        else
            placed.insert(offset, &node);
    }

    /// Whether some edge uses the first port, and the second; one of both ways counts for both.
    std::pair<bool, bool> sides(const Node& node, const QString& first, const QString& second) const
    {
        std::pair<bool, bool> used{false, false};
        const QList<const Edge*> edges = m_edges.value(node.id);
        for (const Edge* edge : edges) {
            used.first |= edge->endpointPort != second;
            used.second |= edge->endpointPort != first;
        }
        return used;
    }

    void checkPipe(const Node& node)
    {
        const auto [written, read] = sides(node, u"write"_s, u"read"_s);
        if (written && !read)
            report(Severity::Warning, node,
                   ValidateText::tr(
                       "Nobody holds the read end of %1: the first write ends its writer with SIGPIPE.")
                       .arg(node.name),
                   ValidateText::tr("Connect a reader."));
        else if (read && !written)
            report(Severity::Warning, node,
                   ValidateText::tr("Nobody holds the write end of %1: its reader sees end-of-file at once.")
                       .arg(node.name),
                   ValidateText::tr("Connect a writer."));
    }

    void checkFifo(const Node& node)
    {
        if (m_named.contains(node.id) || node.property(u"made-by"_s) == u"program"_s)
            return; // a program may open it by its name
        const auto [written, read] = sides(node, u"write"_s, u"read"_s);
        if (written && !read)
            report(Severity::Warning, node,
                   ValidateText::tr("Nobody reads %1: its writer will wait in open().").arg(node.name),
                   ValidateText::tr("Connect a reader, or open it with O_NONBLOCK and get ENXIO."));
        else if (read && !written)
            report(Severity::Warning, node,
                   ValidateText::tr("Nobody writes to %1: its reader will wait in open().").arg(node.name),
                   ValidateText::tr("Connect a writer, or open it with O_NONBLOCK."));
    }

    void checkListener(const Node& node)
    {
        if (node.property(u"made-by"_s) == u"program"_s)
            return;
        const QList<const Edge*> edges = m_edges.value(node.id);
        if (std::any_of(edges.begin(), edges.end(), [](const Edge* edge) {
                return edge->endpointPort == "listen"_L1 && isFdPort(edge->processPort);
            }))
            return;
        report(
            Severity::Warning, node,
            ValidateText::tr(
                "Nobody is given the listening socket %1: it goes at once, and connecting is refused.")
                .arg(node.name),
            ValidateText::tr("Connect a server to its listen port under an fd, or let a program make it."));
    }

    /// Edges that share one open file description open it once, so they must want the same.
    void checkShared(const Node& node)
    {
        QHash<QString, const Edge*> first;
        const QList<const Edge*> edges = m_edges.value(node.id);
        for (const Edge* edge : edges) {
            const QString word = edge->properties.value("shared"_L1).toString();
            if (word.isEmpty())
                continue;
            const Edge* other = first.value(word, edge);
            first.insert(word, other);
            if (other->endpointPort != edge->endpointPort || other->properties != edge->properties)
                report(Severity::Error, node,
                       ValidateText::tr(
                           "Two connections of %1 share the description “%2” but open it in different ways.")
                           .arg(node.name, word),
                       ValidateText::tr("Give both the same port and flags, or different words."), edge);
        }
    }

    /// A waits on B waits on A: none of them would ever start.
    void checkStartCircles()
    {
        QSet<QString> done;
        for (const Node& node : m_topology.nodes) {
            QStringList way;
            QSet<QString> onWay;
            for (QString id = node.id; !id.isEmpty() && !done.contains(id); id = awaitedBy(id)) {
                if (onWay.contains(id)) {
                    reportCircle(way.mid(way.indexOf(id)));
                    break;
                }
                way.append(id);
                onWay.insert(id);
            }
            done.unite(onWay);
        }
    }

    QString awaitedBy(const QString& id) const
    {
        const Node* node = m_byId.value(id);
        return node ? node->property(u"start"_s).toObject().value("node"_L1).toString() : QString();
    }

    void reportCircle(const QStringList& ids)
    {
        QStringList names;
        for (const QString& id : ids.first(qMin(ids.size(), qsizetype{8})))
            names.append(m_byId.value(id)->name);
        if (ids.size() == 1)
            report(Severity::Error, *m_byId.value(ids.first()),
                   ValidateText::tr("%1 waits for itself to start.").arg(names.first()),
                   ValidateText::tr("Choose another start for it."));
        else
            report(Severity::Error, *m_byId.value(ids.first()),
                   ValidateText::tr("%1 wait for each other in a circle: none would ever start.")
                       .arg(names.join(", "_L1)),
                   ValidateText::tr("Let one of them start at once."));
    }

    const Topology& m_topology;
    QHash<QString, const Node*> m_byId;
    QHash<QString, const Node*> m_byName;
    QHash<QString, QList<const Edge*>> m_edges;         ///< by node id
    QSet<QString> m_named;                              ///< nodes whose path a program gets
    QHash<QString, QMap<qint64, const Node*>> m_placed; ///< by memory: what lies in it, by offset
    QList<Fault> m_faults;
};

} // namespace

QList<Fault> validate(const Topology& topology)
{
    return Validator(topology).run();
}

} // namespace byteyard::model
