#include "model/session/session.h"

#include "model/session/engine_topology.h"
#include "model/session/session_private.h"

#include "model/topology/topology_file.h"

#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

Session::Session(QObject* parent) : QObject(parent), d(std::make_unique<Private>(this)) {}

Session::~Session()
{
    d.reset(); // joins the threads that post to this object, before QObject's part goes
}

bool isTwoWay(const LiveEndpoint& endpoint)
{
    const QString& kind = endpoint.entry.kind;
    return kind == "socketpair"_L1 || kind == "pty"_L1 || endpoint.entry.parent != 0;
}

// ---- Doing

void Session::run(const Topology& topology, const RunOptions& options)
{
    if (isLive())
        return;
    const Topology given = options.only.isEmpty() ? topology : withoutFaultyOthers(topology, options.only);
    d->begin(std::make_shared<RunLog>(), given);
    d->options = options;
    d->leftOut.clear();
    for (const Node& node : topology.nodes)
        if (given.node(node.id) == nullptr)
            d->leftOut.insert(node.id);
    d->log->changeCatalog([&](Catalog& catalog) {
        catalog.topology = topologyToJson(given);
        catalog.started = QDateTime::currentDateTimeUtc();
        catalog.capture = options.capture;
    });
    bool sound = true;
    for (const Fault& fault :
         validate(options.only.isEmpty() ? topology : reducedTo(topology, options.only))) {
        if (fault.severity != Fault::Severity::Error)
            continue; // belongs to the document; what of it comes true, the engine tells
        d->addProblem({fault.severity, fault.node, fault.what, fault.remedy});
        sound = false;
    }
    if (sound && d->ensureEngine()) {
        d->setState(State::Starting);
        if (d->greeted)
            d->sendRun();
    } else {
        d->endRun(u"failed"_s, {});
    }
    d->flushSignals();
}

void Session::stop()
{
    if (!isLive() || d->state == State::Stopping)
        return;
    if (d->greeted)
        d->post(u"stop"_s);
    else if (d->connection)
        d->connection->abandon({});
    d->setState(State::Stopping);
    d->stopTimer.start();
    d->flushSignals();
}

void Session::pause()
{
    d->post(u"pause"_s);
}

void Session::resume()
{
    d->post(u"resume"_s);
}

void Session::setPace(int callsPerSecond)
{
    d->post(u"pace"_s, {{u"callsPerSecond"_s, callsPerSecond}});
    d->live.setPace({}, callsPerSecond);
    Q_EMIT structureChanged();
}

void Session::add(const Topology& topology)
{
    if (!isLive() || !d->greeted)
        return;
    QSet<QString> faulty;
    for (const Fault& fault : validate(topology))
        if (fault.severity == Fault::Severity::Error)
            faulty.insert(fault.node);
    // What is half made comes when it is whole, and with it all that needs it: a process that runs gets no
    // more connections.
    faulty = withDependents(topology, faulty);
    Topology fragment;
    for (const Node& node : topology.nodes)
        if (d->topology.node(node.id) == nullptr && !faulty.contains(node.id))
            fragment.nodes.append(node);
    if (fragment.nodes.isEmpty())
        return;
    // A process that runs gets no more descriptors: an edge counts when one of its ends is new and both are
    // there.
    Topology whole = d->topology;
    whole.nodes += fragment.nodes;
    for (const Edge& edge : topology.edges)
        if ((fragment.node(edge.process) != nullptr || fragment.node(edge.endpoint) != nullptr) &&
            whole.node(edge.process) != nullptr && whole.node(edge.endpoint) != nullptr)
            fragment.edges.append(edge);
    whole.edges += fragment.edges;
    d->topology = whole;
    d->live.setTopology(whole);
    d->log->changeCatalog([&](Catalog& catalog) { catalog.topology = topologyToJson(whole); });
    for (Node& node : fragment.nodes)
        if (isProcess(node.kind) && d->leftOut.contains(node.id))
            waitForHand(node);
    d->post(u"add"_s, {{u"topology"_s, topologyForEngine(fragment)}});
}

void Session::adopt(const Topology& topology, const QHash<quint32, QString>& nodesOfProcesses,
                    const QHash<quint32, QString>& nodesOfEndpoints)
{
    Topology whole = d->topology;
    const QStringList ids = nodesOfProcesses.values() + nodesOfEndpoints.values();
    for (const Node& node : topology.nodes)
        if (ids.contains(node.id) && whole.node(node.id) == nullptr)
            whole.nodes.append(node);
    for (const Edge& edge : topology.edges)
        if ((ids.contains(edge.process) || ids.contains(edge.endpoint)) && whole.edge(edge.id) == nullptr &&
            whole.node(edge.process) != nullptr && whole.node(edge.endpoint) != nullptr)
            whole.edges.append(edge);
    d->topology = whole;
    d->live.adopt(nodesOfProcesses, nodesOfEndpoints);
    d->live.setTopology(whole);
    d->log->changeCatalog([&](Catalog& catalog) {
        catalog.topology = topologyToJson(whole);
        d->live.fill(catalog);
    });
    Q_EMIT structureChanged();
}

void Session::attach(qint64 pid, bool withChildren)
{
    d->post(u"attach"_s, {{u"pid"_s, pid}, {u"children"_s, withChildren}});
}

void Session::detach(quint32 process)
{
    d->post(u"detach"_s, {{u"process"_s, qint64{process}}});
}

void Session::lookAtMachine(const QList<qint64>& pids)
{
    RunOptions options;
    options.capture = u"map"_s;
    options.attach = pids;
    run({}, options);
}

bool Session::isMap() const
{
    return d->captureMode == "map"_L1;
}

quint64 Session::looks() const
{
    return d->looks;
}

void Session::askProcesses()
{
    if (!d->ensureEngine()) {
        d->flushSignals();
        return;
    }
    d->wantsProcesses = !d->greeted;
    d->post(u"list-processes"_s);
}

bool Session::isHeldBack(const QString& node) const
{
    const LiveProcess* process = isLive() ? processOfNode(node) : nullptr;
    return process != nullptr && !d->options.only.isEmpty() && !d->options.only.contains(node) &&
           (process->entry.state == "planned"_L1 || process->entry.state == "starting"_L1);
}

const Topology& Session::topology() const
{
    return d->topology;
}

QJsonObject Session::awaitedStart(const LiveProcess& process) const
{
    const bool begins = process.entry.state == "planned"_L1 || process.entry.state == "starting"_L1;
    const Node* node = isLive() && begins ? d->topology.node(process.entry.node) : nullptr;
    if (node == nullptr)
        return {};
    const QJsonObject start = node->property(u"start"_s).toObject();
    const QList<PendingCall> calls = pending();
    const bool isInCall = std::any_of(calls.cbegin(), calls.cend(), [&](const PendingCall& call) {
        return call.process == process.entry.number;
    });
    return isInCall || start.value("when"_L1) == "at-once"_L1 ? QJsonObject() : start;
}

quint32 Session::setRule(Rule rule)
{
    if (!isLive())
        return 0;
    rule.number = ++d->lastRule;
    rule.hits = 0;
    d->rules.append(rule);
    d->post(u"set-rule"_s, toMessage(rule));
    Q_EMIT rulesChanged();
    return rule.number;
}

void Session::removeRule(quint32 rule)
{
    if (d->rules.removeIf([rule](const Rule& each) { return each.number == rule; }) == 0)
        return;
    d->post(u"remove-rule"_s, {{u"rule"_s, qint64{rule}}});
    Q_EMIT rulesChanged();
}

QJsonObject Session::limits() const
{
    return d->limits;
}

quint32 Session::peek(quint32 endpoint, quint64 offset, quint32 size, Way way)
{
    const quint32 request = ++d->lastRequest;
    d->post(u"peek"_s, {{u"request"_s, qint64{request}},
                        {u"endpoint"_s, qint64{endpoint}},
                        {u"offset"_s, static_cast<qint64>(offset)},
                        {u"size"_s, qint64{std::min<quint32>(size, 65536)}},
                        {u"way"_s, static_cast<int>(way)}});
    return request;
}

void Session::askHolders(quint32 endpoint)
{
    d->post(u"holders"_s, {{u"endpoint"_s, qint64{endpoint}}});
}

QString Session::startRecording(const QString& path)
{
    if (!isLive())
        return tr("Nothing runs that could be recorded.");
    const QString wrong = d->startRecording(path);
    d->flushSignals();
    return wrong;
}

void Session::stopRecording()
{
    d->stopRecording();
    d->flushSignals();
}

void Session::openRecording(const QString& path)
{
    if (!isLive())
        d->openRecording(path);
}

void Session::clear()
{
    if (isLive())
        return;
    d->begin(std::make_shared<RunLog>(), {});
    d->setState(State::Idle);
    d->flushSignals();
    Q_EMIT ticked();
}

void Session::setEngineCommand(const QStringList& command)
{
    d->engineCommand = command;
}

void Session::consumed(quint64 position)
{
    d->log->consumed = position;
}

quint64 Session::namedEnd() const
{
    return d->log->named;
}

} // namespace byteyard::model
