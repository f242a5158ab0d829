#include "model/log/packet_addresses.h"

#include <arpa/inet.h>

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace pcapng;

namespace {

constexpr int mostAncestors = 32;

void addressTags(TagWriter& tags, const QByteArray& text, bool isSource)
{
    const qsizetype colon = text.lastIndexOf(':');
    if (colon <= 0)
        return;
    QByteArray host = text.first(colon);
    const bool isSix = host.startsWith('[') && host.endsWith(']');
    if (isSix)
        host = host.sliced(1, host.size() - 2);
    std::array<char, sizeof(in6_addr)> bytes{};
    const qsizetype size = isSix ? sizeof(in6_addr) : sizeof(in_addr);
    bool ok = false;
    const quint32 port = text.sliced(colon + 1).toUShort(&ok);
    if (!ok || ::inet_pton(isSix ? AF_INET6 : AF_INET, host.constData(), bytes.data()) != 1)
        return;
    const Tag four = isSource ? Ipv4Source : Ipv4Destination;
    const Tag six = isSource ? Ipv6Source : Ipv6Destination;
    tags.tag(isSix ? six : four, QByteArrayView(bytes.data(), size));
    tags.tag(isSource ? SourcePort : DestinationPort, port);
}

QByteArray addressOf(const EndpointEntry& entry)
{
    if (entry.address.isEmpty() || entry.port == 0)
        return {};
    const bool isSix = entry.address.contains(u':');
    return (isSix ? u"[%1]:%2"_s : u"%1:%2"_s).arg(entry.address).arg(entry.port).toUtf8();
}

} // namespace

void PacketAddresses::learn(const ipc::EventView& event)
{
    if (event.result < 0)
        return;
    if (event.call == ipc::Call::Connect)
        m_clients.insert({event.endpoint2 != 0 ? event.endpoint2 : event.endpoint, event.process});
    else if (event.call == ipc::Call::Accept || event.call == ipc::Call::Accept4)
        m_servers.insert({event.endpoint2, event.process});
}

/// Children go on with what their parents connected or accepted.
PacketAddresses::Side PacketAddresses::sideOf(quint32 endpoint, quint32 process, const Catalog& catalog) const
{
    for (int i = 0; i < mostAncestors && process != 0; ++i) {
        if (m_clients.contains({endpoint, process}))
            return Side::Client;
        if (m_servers.contains({endpoint, process}))
            return Side::Server;
        process = catalog.processes.value(process).parent;
    }
    return Side::Unknown;
}

PacketAddresses::Ways PacketAddresses::ofConnection(const EndpointEntry& entry, const ipc::EventView& event,
                                                    const Catalog& catalog) const
{
    const Side side = sideOf(entry.number, event.process, catalog);
    if (side == Side::Unknown)
        return {};
    const QByteArray server = entry.ends.section(u'-', 0, 0).toUtf8();
    const QByteArray client = entry.ends.section(u'-', 1, 1).toUtf8();
    const bool fromClient = (side == Side::Client) == (ipc::callInfo(event.call).flow == ipc::Flow::In);
    return fromClient ? Ways{client, server} : Ways{server, client};
}

/// The endpoint is where it was sent to, or what was sent from when that is far away.
PacketAddresses::Ways PacketAddresses::ofDatagram(const EndpointEntry& entry, const ipc::EventView& event)
{
    const QByteArray own = addressOf(entry);
    const QByteArray peer = QByteArray::fromStdString(ipc::detailValue(event.detail, "peer"));
    if (ipc::callInfo(event.call).flow == ipc::Flow::Out)
        return {peer, own};
    if (peer.isEmpty())
        return {{}, own};
    return peer == own ? Ways{{}, own} : Ways{own, peer};
}

void PacketAddresses::append(TagWriter& tags, const ipc::EventView& event, const Catalog& catalog) const
{
    const ipc::Flow flow = ipc::callInfo(event.call).flow;
    const auto entry = catalog.endpoints.constFind(event.endpoint);
    if (entry == catalog.endpoints.cend() || (flow != ipc::Flow::In && flow != ipc::Flow::Out))
        return;
    const bool isTcp = entry->kind == "tcp"_L1 && !entry->ends.isEmpty();
    if (!isTcp && entry->kind != "udp"_L1)
        return;
    const Ways ways = isTcp ? ofConnection(*entry, event, catalog) : ofDatagram(*entry, event);
    if (ways.source.isEmpty() && ways.destination.isEmpty())
        return;
    tags.tag(PortType, quint32{isTcp ? TcpPort : UdpPort});
    addressTags(tags, ways.source, true);
    addressTags(tags, ways.destination, false);
}

} // namespace byteyard::model
