#include "model/log/payload_encoder.h"

#include "model/log/pcapng.h"

namespace byteyard::model {

using namespace pcapng;

void PayloadEncoder::begin()
{
    BlockWriter block(m_buffer, SectionHeader);
    block.beginSection();
    block.option(EndOfOptions, {});
    block.finish();
}

quint32 PayloadEncoder::interfaceOf(quint32 endpoint)
{
    const auto known = m_interfaces.constFind(endpoint);
    if (known != m_interfaces.cend())
        return *known;
    BlockWriter block(m_buffer, InterfaceDescription);
    block.beginInterface(linkTypeUser0);
    block.option(InterfaceName, m_catalog.endpointName(endpoint).toUtf8());
    block.option(InterfaceDescriptionText, m_catalog.endpoints.value(endpoint).kind.toUtf8());
    block.option(EndOfOptions, {});
    block.finish();
    const auto number = static_cast<quint32>(m_interfaces.size());
    m_interfaces.insert(endpoint, number);
    return number;
}

void PayloadEncoder::event(const ipc::EventView& event)
{
    const ipc::Transfer moved = ipc::transferOf(event);
    m_gaps += event.call == ipc::Call::Gap;
    if (event.endpoint == 0 || event.call == ipc::Call::Gap || moved.bytes == 0)
        return;
    const QByteArrayView data(reinterpret_cast<const char*>(event.data.data()),
                              static_cast<qsizetype>(event.data.size()));
    const quint32 interface = interfaceOf(event.endpoint);
    appendPacket(m_buffer, {interface,
                            startOf(m_catalog.started) + event.time,
                            {},
                            data,
                            moved.bytes,
                            directionOf(moved.flow),
                            {}});
}

void PayloadEncoder::end(quint64 dropped)
{
    if (m_catalog.lost == 0 && dropped == 0 && m_gaps == 0)
        return;
    BlockWriter block(m_buffer, InterfaceDescription);
    block.beginInterface(linkTypeUser0);
    block.option(InterfaceName, "missing");
    block.option(InterfaceDescriptionText, "lost=" + QByteArray::number(m_catalog.lost) +
                                               " dropped=" + QByteArray::number(dropped) +
                                               " gaps=" + QByteArray::number(m_gaps));
    block.option(EndOfOptions, {});
    block.finish();
}

} // namespace byteyard::model
