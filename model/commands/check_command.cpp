#include "model/commands/check_command.h"

#include "model/commands/console.h"
#include "model/topology/json_places.h"
#include "model/topology/topology_file.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(CheckCommand)
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
    const QString severity =
        fault.severity == Fault::Severity::Error ? Text::tr("error") : Text::tr("warning");
    sayError(
        u"%1:%2: %3: %4 %5"_s.arg(path, QString::number(fault.line), severity, fault.what, fault.remedy));
}

} // namespace

int checkCommand(const QStringList& arguments)
{
    if (arguments.size() != 1 || arguments.first().startsWith(u'-')) {
        sayError(Text::tr("byteyard check: name one topology file: byteyard check LAB.byteyard"));
        return exitUsage;
    }
    const QString& path = arguments.first();
    Fault unreadable;
    const QByteArray bytes = readTopologyBytes(path, unreadable);
    if (!unreadable.what.isEmpty()) {
        sayError(Text::tr("byteyard check: %1 %2").arg(unreadable.what, unreadable.remedy));
        return exitUsage;
    }
    const ReadResult read = readTopology(bytes);
    for (const Fault& fault : read.faults)
        say(path, fault);
    if (!read.ok())
        return exitUsage;
    const JsonPlaces places(bytes);
    bool sound = true;
    for (Fault& fault : validate(read.topology)) {
        fault.line = lineOf(fault, read.topology, places);
        say(path, fault);
        sound = sound && fault.severity != Fault::Severity::Error;
    }
    return sound ? exitOk : exitUsage;
}

} // namespace byteyard::model
