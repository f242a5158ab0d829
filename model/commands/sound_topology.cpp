#include "model/commands/sound_topology.h"

#include "model/commands/console.h"
#include "model/topology/json_places.h"
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

} // namespace

std::optional<Topology> readSoundTopology(const QString& command, const QString& path, bool withWarnings)
{
    Fault unreadable;
    const QByteArray bytes = readTopologyBytes(path, unreadable);
    if (!unreadable.what.isEmpty()) {
        sayError(u"%1: %2 %3"_s.arg(command, unreadable.what, unreadable.remedy));
        return std::nullopt;
    }
    ReadResult read = readTopology(bytes);
    for (const Fault& fault : read.faults)
        say(path, fault);
    if (!read.ok())
        return std::nullopt;
    const JsonPlaces places(bytes);
    bool sound = true;
    for (Fault& fault : validate(read.topology)) {
        const bool isError = fault.severity == Fault::Severity::Error;
        sound = sound && !isError;
        if (!isError && !withWarnings)
            continue;
        fault.line = lineOf(fault, read.topology, places);
        say(path, fault);
    }
    if (!sound)
        return std::nullopt;
    return std::move(read.topology);
}

} // namespace byteyard::model
