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

} // namespace byteyard::model
