#include "model/log/session_encoder.h"

#include "model/log/format.h"
#include "model/log/pcapng.h"
#include "model/log/session_words.h"
#include "model/log/statistics.h"

#include <QJsonDocument>
#include <QtEndian>

#include <algorithm>
#include <limits>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace pcapng;

namespace {

constexpr qsizetype maxPieceBytes = 60'000;

/// `text` in pieces that end between characters; an empty text is one empty piece.
QList<QByteArrayView> piecesOf(const QByteArray& text)
{
    QList<QByteArrayView> pieces;
    QByteArrayView rest(text);
    do {
        pieces.append(cutText(rest, maxPieceBytes));
        rest = rest.sliced(pieces.constLast().size());
    } while (!rest.isEmpty());
    return pieces;
}

QByteArray wordOf(const char* key, const QString& value)
{
    return value.isEmpty() ? QByteArray()
                           : ' ' + QByteArray(key) + '=' +
                                 QByteArray::fromStdString(ipc::encodeWord(value.toStdString()));
}

/// Totals change with every event and are written at the end; the rest is written when it changes.
template <typename Entry>
bool differs(const QHash<quint32, Entry>& written, const Entry& entry)
{
    const auto found = written.constFind(entry.number);
    if (found == written.cend())
        return true;
    Entry other = *found;
    if constexpr (std::is_same_v<Entry, EndpointEntry>) {
        other.totals = entry.totals;
        other.capture = entry.capture;
        other.messagesKnown = entry.messagesKnown;
        other.facts = entry.facts; // they come with what else changes, and at the end
    } else {
        other.bytesRead = entry.bytesRead;
        other.bytesWritten = entry.bytesWritten;
    }
    return !(other == entry);
}

QByteArray compact(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

void SessionEncoder::begin(const Catalog& catalog)
{
    m_written = {};
    m_addresses = {};
    m_written.topology = catalog.topology;
    m_written.started = catalog.started;
    m_startNs = startOf(catalog.started);

    BlockWriter block(m_buffer, SectionHeader);
    block.beginSection();
    block.option(Comment, "byteyard=1" +
                              wordOf("started", catalog.started.toUTC().toString(Qt::ISODateWithMs)) +
                              wordOf("capture", catalog.capture) + wordOf("why", catalog.captureWhy));
    const QByteArray topology = compact(catalog.topology);
    const QList<QByteArrayView> pieces = piecesOf(topology);
    for (qsizetype i = 0; i < pieces.size(); ++i)
        block.option(Comment, "topology=" + QByteArray::number(i + 1) + '/' +
                                  QByteArray::number(pieces.size()) + ' ' + pieces[i].toByteArray());
    block.option(EndOfOptions, {});
    block.finish();

    m_interfaces.clear();
    addInterface(nullptr);
    m_interfaces.insert(0, 0);
}

void SessionEncoder::addInterface(const EndpointEntry* entry)
{
    BlockWriter block(m_buffer, InterfaceDescription);
    block.beginInterface(linkTypeUpperPdu);
    if (entry) {
        const QString inode = entry->inode > 0 ? QString::number(entry->inode) : QString();
        QString description = entry->kind;
        if (!inode.isEmpty())
            description += " inode "_L1 + inode;
        if (!entry->path.isEmpty())
            description += u' ' + entry->path;
        block.option(InterfaceName, entry->name.toUtf8());
        block.option(InterfaceDescriptionText, description.toUtf8());
        block.option(Comment, "endpoint=" + QByteArray::number(entry->number) + wordOf("kind", entry->kind) +
                                  wordOf("name", entry->name) + wordOf("node", entry->node) +
                                  wordOf("inode", inode));
    } else {
        block.option(InterfaceName, "processes");
        block.option(InterfaceDescriptionText, "life of processes; calls that touch no endpoint; notes");
    }
    block.option(EndOfOptions, {});
    block.finish();
}

quint32 SessionEncoder::interfaceOf(const ipc::EventView& event)
{
    const quint32 endpoint = event.endpoint != 0 ? event.endpoint : event.endpoint2;
    const auto known = m_interfaces.constFind(endpoint);
    if (known != m_interfaces.cend())
        return *known;
    EndpointEntry unknown; // a note names it as soon as the catalog does
    unknown.number = endpoint;
    unknown.name = m_written.endpointName(endpoint);
    const auto entry = m_written.endpoints.constFind(endpoint);
    addInterface(entry != m_written.endpoints.cend() ? &*entry : &unknown);
    const auto number = static_cast<quint32>(m_interfaces.size());
    m_interfaces.insert(endpoint, number);
    return number;
}

void SessionEncoder::event(const ipc::EventView& event)
{
    const quint32 interface = interfaceOf(event);
    const auto name = m_names.constFind(event.process);
    const QByteArray process = name != m_names.cend() ? *name : m_written.processName(event.process).toUtf8();
    TagWriter tags;
    tags.tag(DissectorName, "data");
    m_addresses.learn(event);
    m_addresses.append(tags, event, m_written);
    const auto kind = m_kinds.constFind(event.endpoint);
    tags.tag(ProtocolColumn, kind != m_kinds.cend() && !kind->isEmpty() ? *kind : "process"_ba);
    tags.tag(InfoColumn, process + ' ' + formatCall(event).toUtf8() + " = " + formatResult(event).toUtf8());
    m_comment.resize(0);
    appendEventWords(m_comment, event, process);
    m_lastTime = std::max<quint64>(m_lastTime, event.time);
    appendPacket(m_buffer,
                 {interface, m_startNs + event.time, tags.finish(),
                  QByteArrayView(reinterpret_cast<const char*>(event.data.data()),
                                 static_cast<qsizetype>(event.data.size())),
                  ipc::transferOf(event).bytes, directionOf(ipc::callInfo(event.call).flow), m_comment});
}

void SessionEncoder::note(const QByteArray& words, const QByteArray& json)
{
    TagWriter tags;
    tags.tag(DissectorName, "json");
    const QByteArray tagBytes = tags.finish();
    const QList<QByteArrayView> pieces = piecesOf(json);
    for (qsizetype i = 0; i < pieces.size(); ++i) {
        QByteArray comment = words;
        if (pieces.size() > 1)
            comment += " part=" + QByteArray::number(i + 1) + " parts=" + QByteArray::number(pieces.size());
        appendPacket(m_buffer, {0, m_startNs + m_lastTime, tagBytes, pieces[i], 0, Unknown, comment});
    }
}

void SessionEncoder::noteEntries(const Catalog& catalog, bool all)
{
    for (const EndpointEntry& entry : catalog.sortedEndpoints()) {
        if (all || differs(m_written.endpoints, entry))
            note("call=endpoint endpoint=" + QByteArray::number(entry.number), compact(entryToJson(entry)));
        m_kinds.insert(entry.number, entry.kind.toUtf8());
    }
    for (const ProcessEntry& entry : catalog.sortedProcesses()) {
        if (all || differs(m_written.processes, entry))
            note("call=process process=" + QByteArray::number(entry.number), compact(entryToJson(entry)));
        m_names.insert(entry.number, catalog.processName(entry.number).toUtf8());
    }
}

void SessionEncoder::update(const Catalog& catalog)
{
    if (catalog.topology != m_written.topology)
        note("call=topology", compact(catalog.topology));
    noteEntries(catalog, false);
    if (catalog.lost > m_written.lost)
        note("call=lost count=" + QByteArray::number(catalog.lost),
             compact({{u"lost"_s, static_cast<qint64>(catalog.lost)}}));
    m_written = catalog;
}

void SessionEncoder::gap(quint64 count)
{
    note("call=gap count=" + QByteArray::number(count),
         compact({{u"count"_s, static_cast<qint64>(count)},
                  {u"why"_s, u"dropped by the log's limit before they were written"_s}}));
}

void SessionEncoder::finish(const Catalog& catalog)
{
    update(catalog);
    noteEntries(catalog, true);
    note("call=summary events=" + QByteArray::number(catalog.events) +
             " lost=" + QByteArray::number(catalog.lost) + wordOf("reason", catalog.reason),
         compact({{u"events"_s, static_cast<qint64>(catalog.events)},
                  {u"lost"_s, static_cast<qint64>(catalog.lost)},
                  {u"reason"_s, catalog.reason},
                  {u"capture"_s, catalog.capture}}));
}

} // namespace byteyard::model
