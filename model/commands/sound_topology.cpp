#include "model/commands/sound_topology.h"

#include "model/commands/console.h"
#include "model/session/engine_topology.h"
#include "model/topology/json_places.h"
#include "model/topology/labs.h"
#include "model/topology/topology_file.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct SoundTopologyText
{
    Q_DECLARE_TR_FUNCTIONS(SoundTopology)
};

/// Where the node or edge that a fault is about stands. A reader keeps the order, so its index tells.
int lineOf(const Fault& fault, const Topology& topology, const JsonPlaces& places)
{
    for (qsizetype i = 0; i < topology.edges.size(); ++i)
        if (topology.edges.at(i).id == fault.edge)
            return places.lineOf({u"edges"_s, QString::number(i)});
    for (qsizetype i = 0; i < topology.nodes.size(); ++i)
        if (topology.nodes.at(i).id == fault.node)
            return places.lineOf({u"nodes"_s, QString::number(i)});
    return 1;
}

void say(const QString& path, const Fault& fault)
{
    const QString severity = fault.severity == Fault::Severity::Error ? SoundTopologyText::tr("error")
                                                                      : SoundTopologyText::tr("warning");
    sayError(
        u"%1:%2: %3: %4 %5"_s.arg(path, QString::number(fault.line), severity, fault.what, fault.remedy));
}

/// The group's processes; says what is wrong when there are none.
QStringList processesOf(const QString& command, const QString& path, const Topology& topology,
                        const QString& wanted)
{
    QStringList names;
    for (const Group& group : topology.groups) {
        names.append(group.name);
        if (group.name != wanted && group.id != wanted)
            continue;
        QStringList processes;
        for (const Node* member : topology.membersOf(group))
            if (isProcess(member->kind))
                processes.append(member->id);
        if (processes.isEmpty())
            sayError(u"%1: %2"_s.arg(command, SoundTopologyText::tr("group “%1” of %2 has no process. Choose "
                                                                    "one that has.")
                                                  .arg(wanted, path)));
        return processes;
    }
    sayError(u"%1: %2 %3"_s.arg(command, SoundTopologyText::tr("%2 has no group “%1”.").arg(wanted, path),
                                names.isEmpty()
                                    ? SoundTopologyText::tr("It has none at all: leave --group out.")
                                    : SoundTopologyText::tr("Choose one of: %1.").arg(names.join(u", "_s))));
    return {};
}

} // namespace

std::optional<Topology> readSoundTopology(const QString& command, const QString& path, bool withWarnings,
                                          const QString& group)
{
    Fault unreadable;
    const QByteArray bytes = readTopologyBytes(topologyPath(path), unreadable);
    if (!unreadable.what.isEmpty()) {
        sayError(u"%1: %2 %3"_s.arg(command, unreadable.what, unreadable.remedy));
        return std::nullopt;
    }
    ReadResult read = readTopology(bytes);
    for (const Fault& fault : read.faults)
        say(path, fault);
    if (!read.ok())
        return std::nullopt;
    Topology wanted = read.topology;
    if (!group.isEmpty()) {
        const QStringList processes = processesOf(command, path, read.topology, group);
        if (processes.isEmpty())
            return std::nullopt;
        wanted = reducedTo(wanted, processes);
    }
    const JsonPlaces places(bytes);
    bool sound = true;
    for (Fault& fault : validate(wanted)) {
        const bool isError = fault.severity == Fault::Severity::Error;
        sound = sound && !isError;
        if (!isError && !withWarnings)
            continue;
        fault.line = lineOf(fault, read.topology, places);
        say(path, fault);
    }
    if (!sound)
        return std::nullopt;
    return wanted;
}

} // namespace byteyard::model
