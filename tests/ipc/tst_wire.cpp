#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <QTest>

#include <algorithm>
#include <cstring>

using namespace byteyard::ipc;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytesOf(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

Event sample()
{
    Event event;
    event.seq = 0x0102030405060708;
    event.time = 123456789;
    event.duration = 42;
    event.process = 7;
    event.pid = 4711;
    event.tid = 4712;
    event.call = Call::Splice;
    event.how = How::Injected;
    event.dataState = DataState::Truncated;
    event.fd = 3;
    event.fd2 = 4;
    event.endpoint = 5;
    event.endpoint2 = 6;
    event.result = -1;
    event.error = 11;
    event.requested = 65536;
    event.detailText = "flags=O_RDWR path=/tmp/a%20b";
    event.bytes = bytesOf("some bytes");
    return event;
}

Bytes recordOf(const Event& event)
{
    Bytes record;
    wire::appendRecord(event.view(), record);
    return record;
}

template <typename Value>
void put(Bytes& record, std::size_t offset, Value value)
{
    std::memcpy(record.data() + offset, &value, sizeof value);
}

bool isRefused(const Bytes& record)
{
    std::size_t size = 0;
    return !wire::readRecord(record, size);
}

void feed(wire::FrameReader& reader, std::span<const std::byte> bytes)
{
    const auto room = reader.writable(bytes.size());
    std::ranges::copy(bytes, room.begin());
    reader.commit(bytes.size());
}

Bytes opening()
{
    return bytesOf({wire::magic.data(), wire::magic.size()});
}

} // namespace

class WireTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRecordComesBackAsItWas();
    void aRecordIsOfEightBytesAndHasNoGaps();
    void everyCallAndStateComesBack();
    void detailAndDataOverTheirMaximumAreCut();
    void recordsStandOneAfterTheOther();
    void aCutRecordIsRefused();
    void aRecordWithAWrongLengthIsRefused();
    void aRecordWithAWrongEnumIsRefused();
    void aRecordWithDirtyPaddingIsRefused();
    void anyChangedByteIsRefusedOrReadWithinTheRecord();
    void framesComeBackHoweverTheStreamIsCut_data();
    void framesComeBackHoweverTheStreamIsCut();
    void aFrameAsLongAsItMayBePasses();
    void aWrongMagicIsFoundByItsFirstByte();
    void aLengthOverTheMaximumIsFinal();
    void anUnknownKindIsFinal();
    void theBoundaryTellsACutStream();
    void aPayloadOverTheMaximumIsNotSent();
};

void WireTest::aRecordComesBackAsItWas()
{
    const Event event = sample();
    const Bytes record = recordOf(event);
    std::size_t size = 0;
    const auto read = wire::readRecord(record, size);
    QVERIFY(read.has_value());
    QCOMPARE(size, record.size());
    for (const EventView& e : {*read, wire::trustedRecord(record.data())}) {
        QCOMPARE(e.seq, event.seq);
        QCOMPARE(e.time, event.time);
        QCOMPARE(e.duration, event.duration);
        QCOMPARE(e.process, event.process);
        QCOMPARE(e.pid, event.pid);
        QCOMPARE(e.tid, event.tid);
        QCOMPARE(e.call, event.call);
        QCOMPARE(e.how, event.how);
        QCOMPARE(e.dataState, event.dataState);
        QCOMPARE(e.fd, event.fd);
        QCOMPARE(e.fd2, event.fd2);
        QCOMPARE(e.endpoint, event.endpoint);
        QCOMPARE(e.endpoint2, event.endpoint2);
        QCOMPARE(e.result, event.result);
        QCOMPARE(e.error, event.error);
        QCOMPARE(e.requested, event.requested);
        QCOMPARE(std::string(e.detail), event.detailText);
        QVERIFY(std::ranges::equal(e.data, event.bytes));
    }
}

void WireTest::aRecordIsOfEightBytesAndHasNoGaps()
{
    for (std::size_t detail = 0; detail < 9; ++detail) {
        Event event;
        event.detailText.assign(detail, 'd');
        const Bytes record = recordOf(event);
        QCOMPARE(record.size(), (wire::recordHeaderSize + detail + 7) / 8 * 8);
        std::uint32_t size = 0;
        std::memcpy(&size, record.data(), sizeof size);
        QCOMPARE(std::size_t{size}, record.size());
    }
}

void WireTest::everyCallAndStateComesBack()
{
    for (std::uint16_t call = 0; call < static_cast<std::uint16_t>(Call::Count_); ++call)
        for (const How how : {How::Exact, How::Setup, How::Injected, How::Unfinished})
            for (const DataState state :
                 {DataState::None, DataState::Complete, DataState::Truncated, DataState::Unreadable}) {
                Event event;
                event.call = static_cast<Call>(call);
                event.how = how;
                event.dataState = state;
                const Bytes record = recordOf(event);
                std::size_t size = 0;
                const auto read = wire::readRecord(record, size);
                QVERIFY(read && read->call == event.call && read->how == how && read->dataState == state);
            }
}

void WireTest::detailAndDataOverTheirMaximumAreCut()
{
    Event event;
    event.detailText.assign(wire::maxDetailSize + 1, 'd');
    event.bytes.assign(wire::maxDataSize + 1, std::byte{1});
    event.dataState = DataState::Complete;
    const Bytes record = recordOf(event);
    QVERIFY(record.size() <= wire::maxRecordSize);
    std::size_t size = 0;
    const auto read = wire::readRecord(record, size);
    QVERIFY(read.has_value());
    QCOMPARE(read->detail.size(), wire::maxDetailSize);
    QCOMPARE(read->data.size(), wire::maxDataSize);
    QCOMPARE(read->dataState, DataState::Truncated);
}

void WireTest::recordsStandOneAfterTheOther()
{
    Bytes batch;
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
        Event event = sample();
        event.seq = seq;
        event.bytes.resize(seq);
        wire::appendRecord(event.view(), batch);
    }
    std::span<const std::byte> rest = batch;
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
        std::size_t size = 0;
        const auto read = wire::readRecord(rest, size);
        QVERIFY(read && read->seq == seq && read->data.size() == seq);
        rest = rest.subspan(size);
    }
    QVERIFY(rest.empty());
}

void WireTest::aCutRecordIsRefused()
{
    const Bytes record = recordOf(sample());
    for (std::size_t length = 0; length < record.size(); ++length) {
        const Bytes cut(record.begin(),
                        record.begin() + static_cast<std::ptrdiff_t>(length)); // its own memory, for ASan
        QVERIFY(isRefused(cut));
    }
}

void WireTest::aRecordWithAWrongLengthIsRefused()
{
    const Bytes good = recordOf(sample());
    const auto size = static_cast<std::uint32_t>(good.size());
    for (const std::uint32_t wrong :
         {0u, 8u, 87u, 88u, size - 8, size - 1, size + 1, size + 8, 0x80000000u, 0xffffffffu}) {
        Bytes record = good;
        put(record, 0, wrong);
        record.resize(good.size() + 8); // so that a larger size lies within the bytes
        QVERIFY2(isRefused(record), qPrintable(QString::number(wrong)));
    }
    for (const std::uint32_t wrong : {0u, 9u + 8, 65537u, 0xffffffffu}) {
        Bytes record = good;
        put(record, 80, wrong);
        QVERIFY(isRefused(record));
    }
    for (const std::uint16_t wrong : {std::uint16_t{0}, std::uint16_t{8193}, std::uint16_t{0xffff}}) {
        Bytes record = good;
        put(record, 84, wrong);
        QVERIFY(isRefused(record));
    }
    Bytes record = good;
    put(record, 86, std::uint16_t{1});
    QVERIFY(isRefused(record));
}

void WireTest::aRecordWithAWrongEnumIsRefused()
{
    const Bytes good = recordOf(sample());
    for (const auto call : {static_cast<std::uint16_t>(Call::Count_), std::uint16_t{0xffff}}) {
        Bytes record = good;
        put(record, 4, call);
        QVERIFY(isRefused(record));
    }
    const std::pair<std::size_t, std::uint8_t> wrong[] = {
        {6, static_cast<std::uint8_t>(How::Unobserved) + 1}, {6, 0xff}, {7, 4}, {7, 0xff}};
    for (const auto& [offset, value] : wrong) {
        Bytes record = good;
        put(record, offset, value);
        QVERIFY(isRefused(record));
    }
}

void WireTest::aRecordWithDirtyPaddingIsRefused()
{
    Event event = sample();
    event.bytes.resize(3);
    event.detailText.clear();
    Bytes record = recordOf(event);
    record.back() = std::byte{1};
    QVERIFY(isRefused(record));
}

void WireTest::anyChangedByteIsRefusedOrReadWithinTheRecord()
{
    const Bytes good = recordOf(sample());
    for (std::size_t at = 0; at < good.size(); ++at)
        for (const std::uint8_t value :
             {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{0x7f}, std::uint8_t{0xff}}) {
            Bytes record = good;
            record[at] = std::byte{value};
            std::size_t size = 0;
            const auto read = wire::readRecord(record, size);
            if (!read)
                continue;
            QVERIFY(size <= record.size());
            QVERIFY(read->data.data() + read->data.size() <= record.data() + size);
            QCOMPARE(recordOf([&] {
                         Event event;
                         static_cast<EventView&>(event) = *read;
                         event.detailText = read->detail;
                         event.bytes.assign(read->data.begin(), read->data.end());
                         return event;
                     }()),
                     record);
        }
}

void WireTest::framesComeBackHoweverTheStreamIsCut_data()
{
    QTest::addColumn<int>("piece");
    for (const int piece : {1, 2, 3, 5, 8, 13, 1000, 100000})
        QTest::newRow(qPrintable(QString::number(piece))) << piece;
}

void WireTest::framesComeBackHoweverTheStreamIsCut()
{
    QFETCH(const int, piece);
    Bytes stream = opening();
    std::vector<Bytes> payloads;
    for (const std::size_t size : {0u, 1u, 5u, 70000u, 0u, 3u}) {
        payloads.emplace_back(size, static_cast<std::byte>(size));
        wire::appendFrame(wire::FrameKind::Output, payloads.back(), stream);
    }
    wire::appendControl("{}", stream);
    payloads.push_back(bytesOf("{}"));

    wire::FrameReader reader;
    std::size_t seen = 0;
    for (std::span<const std::byte> rest = stream; !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), static_cast<std::size_t>(piece)));
        feed(reader, part);
        rest = rest.subspan(part.size());
        wire::Frame frame;
        while (reader.next(frame)) {
            QVERIFY(seen < payloads.size());
            QVERIFY(std::ranges::equal(frame.payload, payloads.at(seen)));
            QCOMPARE(frame.kind,
                     seen + 1 < payloads.size() ? wire::FrameKind::Output : wire::FrameKind::Control);
            ++seen;
        }
    }
    QCOMPARE(seen, payloads.size());
    QVERIFY(!reader.isBroken());
    QVERIFY(reader.atBoundary());
}

void WireTest::aFrameAsLongAsItMayBePasses()
{
    Bytes stream = opening();
    wire::appendFrame(wire::FrameKind::Contents, Bytes(wire::maxPayload, std::byte{9}), stream);
    wire::FrameReader reader;
    feed(reader, stream);
    wire::Frame frame;
    QVERIFY(reader.next(frame));
    QCOMPARE(frame.payload.size(), wire::maxPayload);
    QCOMPARE(frame.payload.back(), std::byte{9});
}

void WireTest::aWrongMagicIsFoundByItsFirstByte()
{
    wire::Frame frame;
    wire::FrameReader first;
    feed(first, bytesOf("#"));
    QVERIFY(!first.next(frame));
    QVERIFY(first.isBroken());
    wire::FrameReader last;
    feed(last, bytesOf("BYTEYRD"));
    QVERIFY(!last.next(frame));
    QVERIFY(!last.isBroken());
    QVERIFY(!last.atBoundary());
    feed(last, bytesOf("2"));
    QVERIFY(!last.next(frame));
    QVERIFY(QByteArray(last.broken().data(), static_cast<qsizetype>(last.broken().size())).contains("magic"));
}

void WireTest::aLengthOverTheMaximumIsFinal()
{
    for (const std::uint32_t length : {static_cast<std::uint32_t>(wire::maxPayload) + 1, 0xffffffffu}) {
        Bytes stream = opening();
        stream.resize(stream.size() + wire::frameHeaderSize, std::byte{1});
        put(stream, wire::magic.size(), length);
        wire::FrameReader reader;
        feed(reader, stream);
        wire::Frame frame;
        QVERIFY(!reader.next(frame));
        QVERIFY(reader.isBroken());
        // What follows is not looked at.
        Bytes good;
        wire::appendControl("{}", good);
        feed(reader, good);
        QVERIFY(!reader.next(frame));
    }
}

void WireTest::anUnknownKindIsFinal()
{
    for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{5}, std::uint8_t{0xff}}) {
        Bytes stream = opening();
        wire::appendControl("{}", stream);
        stream[wire::magic.size() + 4] = std::byte{kind};
        wire::FrameReader reader;
        feed(reader, stream);
        wire::Frame frame;
        QVERIFY(!reader.next(frame));
        QVERIFY(reader.isBroken());
    }
}

void WireTest::theBoundaryTellsACutStream()
{
    Bytes stream = opening();
    wire::appendControl("{}", stream);
    wire::FrameReader reader;
    QVERIFY(!reader.atBoundary());
    feed(reader, std::span(stream).first(stream.size() - 1));
    wire::Frame frame;
    QVERIFY(!reader.next(frame));
    QVERIFY(!reader.atBoundary());
    feed(reader, std::span(stream).last(1));
    QVERIFY(reader.next(frame));
    QVERIFY(reader.atBoundary());
}

void WireTest::aPayloadOverTheMaximumIsNotSent()
{
    Bytes out;
    const Bytes payload(wire::maxPayload + 1);
    QVERIFY_EXCEPTION_THROWN(wire::appendFrame(wire::FrameKind::Control, payload, out), std::length_error);
    QVERIFY(out.empty());
}

QTEST_GUILESS_MAIN(WireTest)
#include "tst_wire.moc"
