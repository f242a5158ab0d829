#include "model/log/pcapng.h"

#include <QtEndian>

#include <algorithm>
#include <limits>

namespace byteyard::model::pcapng {

namespace {

qsizetype paddingOf(qsizetype size)
{
    return (4 - size % 4) % 4;
}

template <typename Number>
void appendLittle(QByteArray& out, Number value)
{
    value = qToLittleEndian(value);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <typename Number>
void appendBig(QByteArray& out, Number value)
{
    value = qToBigEndian(value);
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

} // namespace

BlockWriter::BlockWriter(QByteArray& out, BlockType type) : m_out(out), m_start(out.size())
{
    u32(type);
    u32(0);
}

void BlockWriter::u16(quint16 value)
{
    appendLittle(m_out, value);
}

void BlockWriter::u32(quint32 value)
{
    appendLittle(m_out, value);
}

void BlockWriter::u64(quint64 value)
{
    appendLittle(m_out, value);
}

void BlockWriter::padded(QByteArrayView bytes)
{
    m_out.append(bytes);
    m_out.append(paddingOf(bytes.size()), '\0');
}

void BlockWriter::option(Option code, QByteArrayView value)
{
    value = cutText(value, 65535);
    u16(code);
    u16(static_cast<quint16>(value.size()));
    padded(value);
}

void BlockWriter::finish()
{
    const auto length = static_cast<quint32>(m_out.size() - m_start + 4);
    u32(length);
    qToLittleEndian(length, m_out.data() + m_start + 4);
}

void BlockWriter::beginSection()
{
    u32(byteOrderMagic);
    u16(1); // version 1.0
    u16(0);
    u64(std::numeric_limits<quint64>::max()); // length unknown: it grows
    option(SectionApplication, "Byteyard");
}

void BlockWriter::beginInterface(quint16 linkType)
{
    u16(linkType);
    u16(0);
    u32(0); // no limit to a packet's length
    const char nanoseconds = 9;
    option(InterfaceTimeResolution, {&nanoseconds, 1});
}

void appendPacket(QByteArray& out, const Packet& packet)
{
    const auto tagBytes = static_cast<quint64>(packet.tags.size());
    const quint64 original =
        tagBytes + std::max(packet.originalSize, static_cast<quint64>(packet.payload.size()));
    BlockWriter block(out, EnhancedPacket);
    block.u32(packet.interface);
    block.u32(static_cast<quint32>(packet.time >> 32));
    block.u32(static_cast<quint32>(packet.time));
    block.u32(static_cast<quint32>(packet.tags.size() + packet.payload.size()));
    block.u32(static_cast<quint32>(std::min<quint64>(original, std::numeric_limits<quint32>::max())));
    out.append(packet.tags);
    block.padded(packet.payload);
    if (packet.direction != Unknown) {
        const quint32 direction = qToLittleEndian(packet.direction);
        block.option(PacketFlags, {reinterpret_cast<const char*>(&direction), sizeof direction});
    }
    if (!packet.comment.isEmpty())
        block.option(Comment, packet.comment);
    block.option(EndOfOptions, {});
    block.finish();
}

quint32 directionOf(ipc::Flow flow)
{
    switch (flow) {
    case ipc::Flow::In:
        return Outbound;
    case ipc::Flow::Out:
    case ipc::Flow::Through:
        return Inbound;
    default:
        return Unknown;
    }
}

quint64 startOf(const QDateTime& started)
{
    return started.isValid()
               ? static_cast<quint64>(std::max<qint64>(started.toMSecsSinceEpoch(), 0)) * 1'000'000
               : 0;
}

void TagWriter::tag(Tag type, QByteArrayView value)
{
    value = cutText(value, 65532);
    const qsizetype padding = paddingOf(value.size());
    appendBig(m_bytes, static_cast<quint16>(type));
    appendBig(m_bytes, static_cast<quint16>(value.size() + padding));
    m_bytes.append(value);
    m_bytes.append(padding, '\0');
}

void TagWriter::tag(Tag type, quint32 value)
{
    QByteArray bytes;
    appendBig(bytes, value);
    tag(type, bytes);
}

const QByteArray& TagWriter::finish()
{
    appendBig(m_bytes, quint32{EndOfTags});
    return m_bytes;
}

std::optional<QByteArrayView> Cursor::bytes(qsizetype size)
{
    if (size < 0 || size > m_rest.size())
        return std::nullopt;
    const QByteArrayView taken = m_rest.first(size);
    m_rest = m_rest.sliced(size);
    return taken;
}

std::optional<QByteArrayView> Cursor::padded(qsizetype size)
{
    const std::optional<QByteArrayView> taken = bytes(size);
    if (!taken || !bytes(paddingOf(size)))
        return std::nullopt;
    return taken;
}

std::optional<quint16> Cursor::u16()
{
    const auto taken = bytes(2);
    return taken ? std::optional(qFromLittleEndian<quint16>(taken->data())) : std::nullopt;
}

std::optional<quint32> Cursor::u32()
{
    const auto taken = bytes(4);
    return taken ? std::optional(qFromLittleEndian<quint32>(taken->data())) : std::nullopt;
}

std::optional<quint16> Cursor::bigEndian16()
{
    const auto taken = bytes(2);
    return taken ? std::optional(qFromBigEndian<quint16>(taken->data())) : std::nullopt;
}

std::optional<QByteArrayView> payloadBehindTags(QByteArrayView packet)
{
    Cursor cursor(packet);
    for (;;) {
        const auto type = cursor.bigEndian16();
        const auto length = cursor.bigEndian16();
        if (!type || !length || !cursor.bytes(*length))
            return std::nullopt;
        if (*type == EndOfTags)
            return cursor.rest();
    }
}

QByteArrayView cutText(QByteArrayView text, qsizetype limit)
{
    if (text.size() <= limit)
        return text;
    qsizetype size = limit;
    // A byte 10xxxxxx goes on with the character before it; no character has more than three of them.
    for (int back = 0; back < 3 && size > 0 && (static_cast<uchar>(text[size]) & 0xC0) == 0x80; ++back)
        --size;
    return text.first(size);
}

} // namespace byteyard::model::pcapng
