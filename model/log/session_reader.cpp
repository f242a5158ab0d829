#include "model/log/pcapng.h"
#include "model/log/session_file.h"
#include "model/log/session_words.h"
#include "model/log/statistics.h"
#include "model/log/zstd_stream.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonDocument>
#include <QtEndian>

#include <limits>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace pcapng;

namespace {

constexpr quint32 minBlockBytes = 12;
constexpr std::size_t batchBytes = 256u << 10;
constexpr qsizetype maxNoteBytes = 64 << 20;

/// A note that comes in pieces, put together again.
struct Pieces
{
    QByteArray text;
    int next = 1;

    /// Takes the piece `part` of `parts`; true when the text is whole. A piece out of order begins anew.
    bool take(int part, int parts, QByteArrayView piece)
    {
        if (part == 1) {
            text.clear();
            next = 1;
        }
        if (part != next || parts < part || text.size() + piece.size() > maxNoteBytes) {
            next = 0;
            return false;
        }
        text.append(piece);
        ++next;
        return part == parts;
    }
};

class Reader
{
    Q_DECLARE_TR_FUNCTIONS(SessionFile)

public:
    Reader(QIODevice& device, JobControl& control) : m_device(device), m_control(control)
    {
        m_content.store = std::make_unique<EventStore>(std::numeric_limits<quint64>::max());
    }

    SessionContent read();

private:
    /// The next block's body; nothing at the end of what can be read, and `m_content.note` says why when that
    /// is early.
    bool nextBlock(quint32& type, QByteArray& body);
    bool refuse(const QString& why);
    void note(const QString& text);
    bool readSectionHeader(QByteArrayView body);
    void readInterface(QByteArrayView body);
    void readPacket(QByteArrayView body);
    void readEvent(QByteArrayView comment, QByteArrayView captured, quint32 originalSize);
    void readNote(QByteArrayView comment, QByteArrayView captured);
    void readTopologyPiece(QByteArrayView comment);
    void flush();
    void complete();
    template <typename Each>
    static bool forEachOption(Cursor cursor, Each&& each);

    QIODevice& m_device;
    JobControl& m_control;
    SessionContent m_content;
    Statistics m_statistics;
    std::vector<std::byte> m_batch;
    quint32 m_interfaces = 0;
    Pieces m_headerTopology;
    Pieces m_note;
    quint64 m_notUnderstood = 0;
    quint64 m_gap = 0;
    bool m_ours = false;
    bool m_summary = false;
};

bool Reader::refuse(const QString& why)
{
    m_content.error = why;
    return false;
}

void Reader::note(const QString& text)
{
    if (!m_content.note.isEmpty())
        m_content.note += u' ';
    m_content.note += text;
}

bool Reader::nextBlock(quint32& type, QByteArray& body)
{
    const QByteArray head = m_device.read(8);
    if (head.isEmpty() && m_device.atEnd())
        return false;
    const auto cut = [this] {
        note(tr("The file ends within a block: what was being written when it was cut is missing."));
        return false;
    };
    if (head.size() < 8)
        return cut();
    type = qFromLittleEndian<quint32>(head.data());
    const auto length = qFromLittleEndian<quint32>(head.data() + 4);
    if (length < minBlockBytes || length % 4 != 0 || length > maxBlockBytes) {
        note(tr("A block's length is damaged: what is behind it is missing."));
        return false;
    }
    if (!m_device.isSequential() && m_device.bytesAvailable() < static_cast<qint64>(length) - 8)
        return cut();
    body = m_device.read(static_cast<qint64>(length) - 8);
    if (body.size() != static_cast<qsizetype>(length) - 8)
        return cut();
    if (qFromLittleEndian<quint32>(body.data() + body.size() - 4) != length) {
        note(tr("A block's two lengths differ: it and what is behind it are missing."));
        return false;
    }
    body.chop(4);
    return true;
}

template <typename Each>
bool Reader::forEachOption(Cursor cursor, Each&& each)
{
    while (!cursor.rest().isEmpty()) {
        const auto code = cursor.u16();
        const auto length = cursor.u16();
        if (!code || !length)
            return false;
        if (*code == EndOfOptions)
            return true;
        const auto value = cursor.padded(*length);
        if (!value)
            return false;
        each(*code, *value);
    }
    return true;
}

void Reader::readTopologyPiece(QByteArrayView comment)
{
    const qsizetype space = comment.toByteArray().indexOf(' ');
    if (space < 0)
        return;
    constexpr QByteArrayView key("topology=");
    const QList<QByteArray> numbers = comment.first(space).sliced(key.size()).toByteArray().split('/');
    if (numbers.size() == 2 &&
        m_headerTopology.take(numbers[0].toInt(), numbers[1].toInt(), comment.sliced(space + 1)))
        m_content.catalog.topology = QJsonDocument::fromJson(m_headerTopology.text).object();
}

bool Reader::readSectionHeader(QByteArrayView body)
{
    Cursor cursor(body);
    if (!cursor.u32() || !cursor.bytes(12)) // magic (seen before), versions and section length
        return refuse(tr("it is too short to be a pcapng file"));
    const bool sound = forEachOption(cursor, [this](quint16 code, QByteArrayView value) {
        if (code != Comment)
            return;
        if (value.startsWith("byteyard=")) {
            m_ours = true;
            m_content.catalog.started = QDateTime::fromString(wordValue(value, "started"), Qt::ISODateWithMs);
            m_content.catalog.capture = wordValue(value, "capture");
            m_content.catalog.captureWhy = wordValue(value, "why");
        } else if (value.startsWith("topology=")) {
            readTopologyPiece(value);
        }
    });
    if (!m_ours)
        return refuse(tr("it is a pcapng file, but no session of Byteyard: open it with Wireshark"));
    if (!sound)
        note(tr("The section header is damaged."));
    return true;
}

void Reader::readInterface(QByteArrayView body)
{
    ++m_interfaces;
    Cursor cursor(body);
    const auto linkType = cursor.u16();
    const bool sound = linkType == linkTypeUpperPdu && cursor.bytes(6) &&
                       forEachOption(cursor, [this](quint16 code, QByteArrayView value) {
                           if (code != Comment || !value.startsWith("endpoint="))
                               return;
                           EndpointEntry entry;
                           entry.number = wordValue(value, "endpoint").toUInt();
                           entry.kind = wordValue(value, "kind");
                           entry.name = wordValue(value, "name");
                           entry.node = wordValue(value, "node");
                           entry.inode = wordValue(value, "inode").toULongLong();
                           if (entry.number != 0 && !m_content.catalog.endpoints.contains(entry.number))
                               m_content.catalog.endpoints.insert(entry.number, entry);
                       });
    if (!sound)
        ++m_notUnderstood;
}

void Reader::readPacket(QByteArrayView body)
{
    Cursor cursor(body);
    const auto interface = cursor.u32();
    const bool hasStamp = cursor.bytes(8).has_value(); // the exact time is in the comment
    const auto size = cursor.u32();
    const auto originalSize = cursor.u32();
    if (!interface || *interface >= m_interfaces || !hasStamp || !size || !originalSize) {
        ++m_notUnderstood;
        return;
    }
    const auto captured = cursor.padded(*size);
    QByteArrayView comment;
    const bool sound = captured && forEachOption(cursor, [&comment](quint16 code, QByteArrayView value) {
                           if (code == Comment && comment.isEmpty() &&
                               (value.startsWith("seq=") || value.startsWith("call=")))
                               comment = value;
                       });
    if (!sound || comment.isEmpty())
        ++m_notUnderstood;
    else if (comment.startsWith("seq="))
        readEvent(comment, *captured, *originalSize);
    else
        readNote(comment, *captured);
}

void Reader::readEvent(QByteArrayView comment, QByteArrayView captured, quint32 originalSize)
{
    std::optional<WordsEvent> read = eventFromWords(comment);
    const std::optional<QByteArrayView> payload = payloadBehindTags(captured);
    const bool shortened =
        static_cast<quint64>(captured.size()) < originalSize; // also by `editcap -s`, into the tags even
    if (!read || (!payload && !shortened)) {
        ++m_notUnderstood;
        return;
    }
    if (!m_content.catalog.processes.contains(read->event.process) && read->event.process != 0) {
        ProcessEntry entry; // until its note comes, if it does
        entry.number = read->event.process;
        entry.name = read->processName;
        entry.pid = read->event.pid;
        m_content.catalog.processes.insert(entry.number, entry);
    }
    ipc::EventView event = read->event.view();
    if (payload)
        event.data = std::as_bytes(std::span(payload->data(), static_cast<std::size_t>(payload->size())));
    if (event.dataState == ipc::DataState::Complete && shortened)
        event.dataState = ipc::DataState::Truncated;
    ipc::wire::appendRecord(event, m_batch);
    if (m_batch.size() >= batchBytes)
        flush();
}

void Reader::readNote(QByteArrayView comment, QByteArrayView captured)
{
    const QString kind = wordValue(comment, "call");
    Catalog& catalog = m_content.catalog;
    if (kind == "gap"_L1) {
        m_gap += wordValue(comment, "count").toULongLong();
        return;
    }
    if (kind == "lost"_L1) {
        catalog.lost = std::max<quint64>(catalog.lost, wordValue(comment, "count").toULongLong());
        return;
    }
    const std::optional<QByteArrayView> payload = payloadBehindTags(captured);
    if (!payload) {
        ++m_notUnderstood;
        return;
    }
    const QString parts = wordValue(comment, "parts");
    if (!m_note.take(parts.isEmpty() ? 1 : wordValue(comment, "part").toInt(),
                     parts.isEmpty() ? 1 : parts.toInt(), *payload))
        return;
    const QJsonObject object = QJsonDocument::fromJson(m_note.text).object();
    if (kind == "topology"_L1) {
        catalog.topology = object;
    } else if (kind == "process"_L1) {
        if (const auto entry = processFromJson(object))
            catalog.processes.insert(entry->number, *entry);
    } else if (kind == "endpoint"_L1) {
        if (const auto entry = endpointFromJson(object))
            catalog.endpoints.insert(entry->number, *entry);
    } else if (kind == "summary"_L1) {
        m_summary = true;
        catalog.events = static_cast<quint64>(std::max<qint64>(object.value(u"events"_s).toInteger(), 0));
        catalog.lost = std::max<quint64>(
            catalog.lost, static_cast<quint64>(std::max<qint64>(object.value(u"lost"_s).toInteger(), 0)));
        catalog.reason = object.value(u"reason"_s).toString();
        catalog.capture = object.value(u"capture"_s).toString(catalog.capture);
    } else {
        ++m_notUnderstood;
    }
}

void Reader::flush()
{
    m_content.store->append(m_batch, [this](const ipc::EventView& event) { m_statistics.add(event); });
    m_batch.clear();
    m_control.done = static_cast<quint64>(m_device.pos());
}

void Reader::complete()
{
    flush();
    Catalog& catalog = m_content.catalog;
    const quint64 read = m_content.store->end();
    if (!m_summary) { // the entries' totals came with the summary
        const Statistics::Snapshot totals = m_statistics.totals();
        totals.applyTo(catalog);
        catalog.events = totals.events + m_gap;
        note(tr("The file has no summary: its recording did not end in order, or parts were cut out. The "
                "totals are those of its events."));
    } else if (read + m_gap < catalog.events) {
        note(tr("The file holds %1 of the session's %2 events.").arg(read).arg(catalog.events));
    }
    if (m_gap > 0)
        note(tr("%n event(s) went because of the log's limit before they could be recorded.", nullptr,
                static_cast<int>(std::min<quint64>(m_gap, std::numeric_limits<int>::max()))));
    if (m_notUnderstood > 0)
        note(tr("%n block(s) could not be understood and were left out.", nullptr,
                static_cast<int>(std::min<quint64>(m_notUnderstood, std::numeric_limits<int>::max()))));
}

SessionContent Reader::read()
{
    m_control.total = static_cast<quint64>(std::max<qint64>(m_device.size(), 0));
    const QByteArray start = m_device.peek(12);
    if (start.size() < 12 || qFromLittleEndian<quint32>(start.data()) != SectionHeader) {
        refuse(start.isEmpty() ? tr("it is empty") : tr("it is no pcapng file"));
    } else if (qFromBigEndian<quint32>(start.data() + 8) == byteOrderMagic) {
        refuse(tr("its numbers are big-endian, and Byteyard reads little-endian session files alone: rewrite "
                  "it on a little-endian machine with `editcap IN OUT`"));
    } else if (qFromLittleEndian<quint32>(start.data() + 8) != byteOrderMagic) {
        refuse(tr("its first block is damaged"));
    } else {
        quint32 type = 0;
        QByteArray body;
        if (!nextBlock(type, body)) {
            refuse(tr("its first block is cut or damaged"));
        } else if (readSectionHeader(body)) {
            while (nextBlock(type, body)) {
                if (m_control.cancelled) {
                    refuse(tr("cancelled"));
                    break;
                }
                if (type == SectionHeader) {
                    note(tr("A second section follows; it was left out."));
                    break;
                }
                if (type == InterfaceDescription)
                    readInterface(body);
                else if (type == EnhancedPacket)
                    readPacket(body);
            }
            complete();
        }
    }
    m_control.done = m_control.total.load();
    return std::move(m_content);
}

} // namespace

SessionContent readSession(QIODevice& device, JobControl& control)
{
    return Reader(device, control).read();
}

SessionContent readSessionFile(const QString& path, JobControl& control)
{
    QFile file(path);
    SessionContent content;
    if (!file.open(QIODevice::ReadOnly))
        content.error = file.errorString();
    else if (ZstdReader::isCompressed(file)) {
        ZstdReader plain(file);
        content = readSession(plain, control);
    } else {
        content = readSession(file, control);
    }
    if (!content.error.isEmpty())
        content.error = QCoreApplication::translate("SessionFile", "%1 cannot be opened as a session: %2.")
                            .arg(path, content.error);
    return content;
}

} // namespace byteyard::model
