#pragma once

#include "ipc/capture/call.h"

#include <QByteArray>
#include <QDateTime>

#include <optional>

namespace byteyard::model::pcapng {

// The parts of pcapng (draft-ietf-opsawg-pcapng) and of Wireshark's exported PDUs that session files use.

enum BlockType : quint32 { SectionHeader = 0x0A0D0D0A, InterfaceDescription = 1, EnhancedPacket = 6 };
inline constexpr quint32 byteOrderMagic = 0x1A2B3C4D;
inline constexpr quint16 linkTypeUser0 = 147; ///< whatever those who read it agree on
inline constexpr quint16 linkTypeUpperPdu = 252;

enum Option : quint16 {
    EndOfOptions = 0,
    Comment = 1,
    SectionApplication = 4,
    InterfaceName = 2,
    InterfaceDescriptionText = 3,
    InterfaceTimeResolution = 9,
    PacketFlags = 2,
};
enum PacketDirection : quint32 { Unknown = 0, Inbound = 1, Outbound = 2 };

/// Tags of an exported PDU.
enum Tag : quint16 {
    EndOfTags = 0,
    DissectorName = 12,
    Ipv4Source = 20,
    Ipv4Destination = 21,
    Ipv6Source = 22,
    Ipv6Destination = 23,
    PortType = 24,
    SourcePort = 25,
    DestinationPort = 26,
    ProtocolColumn = 33,
    InfoColumn = 36
};
enum PortTypes : quint32 { TcpPort = 2, UdpPort = 3 };

/// Longer blocks are refused: nothing of ours comes near.
inline constexpr quint32 maxBlockBytes = 16u << 20;

/// Appends one block to a buffer; finish() writes its length at both ends.
class BlockWriter
{
public:
    BlockWriter(QByteArray& out, BlockType type);
    void u16(quint16 value);
    void u32(quint32 value);
    void u64(quint64 value);
    /// With zeros up to a multiple of four.
    void padded(QByteArrayView bytes);
    /// `value` is at most 65535 bytes.
    void option(Option code, QByteArrayView value);
    void finish();

    /// What opens a section header: version 1.0, of a length that nobody knows yet.
    void beginSection();
    /// What opens an interface block: times in nanoseconds.
    void beginInterface(quint16 linkType);

private:
    QByteArray& m_out;
    qsizetype m_start;
};

/// The tags before a payload.
class TagWriter
{
public:
    void tag(Tag type, QByteArrayView value);
    void tag(Tag type, quint32 value);
    const QByteArray& finish();

private:
    QByteArray m_bytes;
};

/// An enhanced packet.
struct Packet
{
    quint32 interface = 0;
    quint64 time = 0;         ///< ns since 1970
    QByteArrayView tags = {}; ///< a multiple of four bytes
    QByteArrayView payload;
    quint64 originalSize = 0; ///< of the payload, when it was larger
    quint32 direction = Unknown;
    QByteArrayView comment = {};
};
void appendPacket(QByteArray& out, const Packet& packet);

/// As seen from the endpoint's processes: outbound is what goes into it.
quint32 directionOf(ipc::Flow flow);
/// When a run began, ns since 1970; 0 where that is not known.
quint64 startOf(const QDateTime& started);

/// Walks over what is in a block's body; nothing is read past its end.
class Cursor
{
public:
    explicit Cursor(QByteArrayView bytes) : m_rest(bytes) {}
    std::optional<quint16> u16();
    std::optional<quint32> u32();
    std::optional<quint16> bigEndian16();
    std::optional<QByteArrayView> bytes(qsizetype size);
    /// The bytes without the zeros that pad them to a multiple of four.
    std::optional<QByteArrayView> padded(qsizetype size);
    QByteArrayView rest() const { return m_rest; }

private:
    QByteArrayView m_rest;
};

/// What is behind the tags; nothing when they are broken.
std::optional<QByteArrayView> payloadBehindTags(QByteArrayView packet);

/// `text` cut to at most `limit` bytes, between characters (UTF-8).
QByteArrayView cutText(QByteArrayView text, qsizetype limit);

} // namespace byteyard::model::pcapng
