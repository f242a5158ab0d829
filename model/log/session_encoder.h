#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"
#include "model/log/packet_addresses.h"

#include <QByteArray>

namespace byteyard::model {

/// Encoded bytes are handed to the file in pieces of about this size.
inline constexpr qsizetype writeBytes = 1 << 20;

/// Makes the blocks of a session file, one after the other (docs/files.md, Session). The caller takes them
/// from buffer() and writes them; every call leaves whole blocks there.
class SessionEncoder
{
public:
    QByteArray& buffer() { return m_buffer; }

    /// The section header with the topology, and interface 0 for what touches no endpoint.
    void begin(const Catalog& catalog);
    /// Notes for what the catalog has learned since.
    void update(const Catalog& catalog);
    void event(const ipc::EventView& event);
    /// `count` events went before they could be written.
    void gap(quint64 count);
    /// The entries with their totals, and the summary.
    void finish(const Catalog& catalog);

private:
    quint32 interfaceOf(const ipc::EventView& event);
    void addInterface(const EndpointEntry* entry);
    /// A packet block that is no event: JSON in pieces, `words` in each comment.
    void note(const QByteArray& words, const QByteArray& json);
    void noteEntries(const Catalog& catalog, bool all);

    QByteArray m_buffer;
    Catalog m_written; ///< what the file says so far
    QHash<quint32, quint32> m_interfaces;
    QHash<quint32, QByteArray> m_names;
    QHash<quint32, QByteArray> m_kinds;
    PacketAddresses m_addresses;
    quint64 m_startNs = 0;
    quint64 m_lastTime = 0;
    QByteArray m_comment; ///< kept for its room
};

} // namespace byteyard::model
