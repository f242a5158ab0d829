#include "gui/panels/captured_bytes.h"

#include "model/log/event_store.h"

#include <QJsonArray>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// So many calls are looked through: ten times a second.
constexpr quint64 callsMost = 50000;

/// The end of this endpoint that the process, or one that it descends from, was drawn with; empty when none
/// was.
QString drawnEnd(const model::Catalog& catalog, quint32 process, const QString& endpoint)
{
    QString end;
    for (model::ProcessEntry entry = catalog.processes.value(process); entry.number != 0 && end.isEmpty();
         entry = catalog.processes.value(entry.parent))
        for (const QJsonValue& edge : catalog.topology.value("edges"_L1).toArray())
            if (!entry.node.isEmpty() && edge["process"_L1]["node"_L1].toString() == entry.node &&
                edge["endpoint"_L1]["node"_L1].toString() == endpoint)
                end = edge["endpoint"_L1]["port"_L1].toString();
    return end;
}

} // namespace

CapturedBytes capturedBytes(const model::Session& session, const model::LiveEndpoint& endpoint,
                            model::Way way, qsizetype most)
{
    const model::Catalog catalog = session.catalog();
    const QString other = way == model::Way::AToB ? u"slave"_s : u"master"_s;
    QHash<quint32, bool> goesThisWay;
    const auto isMeant = [&](const ipc::EventView& event) {
        if (event.process == 0) // a person's: it says itself where it was written
            return QString::fromStdString(ipc::detailValue(event.detail, "end")) != other;
        const auto known = goesThisWay.constFind(event.process);
        if (known != goesThisWay.constEnd())
            return *known;
        return *goesThisWay.insert(event.process,
                                   drawnEnd(catalog, event.process, endpoint.entry.node) != other);
    };
    CapturedBytes captured;
    const model::EventStore& store = session.store();
    const quint64 end = store.end();
    store.forEach(end > callsMost ? end - callsMost : 0, end, [&](quint64, const ipc::EventView& event) {
        const ipc::Transfer moved = ipc::transferOf(event);
        if (event.endpoint == endpoint.entry.number && moved.flow == ipc::Flow::In && isMeant(event)) {
            captured.bytes.append(reinterpret_cast<const char*>(event.data.data()),
                                  static_cast<qsizetype>(event.data.size()));
            captured.moved += moved.bytes;
            ++captured.calls;
        }
        return true;
    });
    captured.bytes = captured.bytes.last(std::min(most, captured.bytes.size()));
    return captured;
}

} // namespace byteyard::gui
