#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"
#include "model/log/pcapng.h"

#include <QSet>

namespace byteyard::model {

/// From where to where bytes went on internet sockets, as tags that Wireshark shows as source and
/// destination. What is not known has no tag.
class PacketAddresses
{
public:
    /// Which side of a connection the caller is.
    void learn(const ipc::EventView& event);
    void append(pcapng::TagWriter& tags, const ipc::EventView& event, const Catalog& catalog) const;

private:
    struct Ways
    {
        QByteArray source; ///< "127.0.0.1:80"
        QByteArray destination;
    };
    enum class Side { Unknown, Client, Server };
    using Use = std::pair<quint32, quint32>; ///< endpoint, process

    Side sideOf(quint32 endpoint, quint32 process, const Catalog& catalog) const;
    Ways ofConnection(const EndpointEntry& entry, const ipc::EventView& event, const Catalog& catalog) const;
    static Ways ofDatagram(const EndpointEntry& entry, const ipc::EventView& event);

    QSet<Use> m_clients;
    QSet<Use> m_servers;
};

} // namespace byteyard::model
