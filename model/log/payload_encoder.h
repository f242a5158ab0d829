#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"

#include <QByteArray>
#include <QHash>

namespace byteyard::model {

/// A pcapng file of what moved and nothing else: each packet is the bytes that one call moved, as far as they
/// were kept (its original length says how many there were), on an interface a endpoint. Of link type USER0,
/// so that a program that reads packets can be told what they are. It is no session: it cannot be opened
/// again.
class PayloadEncoder
{
public:
    explicit PayloadEncoder(const Catalog& catalog) : m_catalog(catalog) {}

    void begin();
    /// Calls that moved no bytes into or out of an endpoint are left out.
    void event(const ipc::EventView& event);
    /// An interface without packets says what is missing, when anything is: `dropped` events had gone from
    /// the log, others were lost, or calls were not followed for a time.
    void end(quint64 dropped);
    QByteArray& buffer() { return m_buffer; }

private:
    quint32 interfaceOf(quint32 endpoint);

    const Catalog& m_catalog;
    QByteArray m_buffer;
    QHash<quint32, quint32> m_interfaces; ///< by endpoint
    quint64 m_gaps = 0;
};

} // namespace byteyard::model
