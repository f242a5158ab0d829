#include "session_checks.h"

#include "model/log/session_words.h"
#include "model/log/statistics.h"

#include <QBuffer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

using namespace byteyard;
using namespace byteyard::model;
using namespace byteyard::model::test;
using namespace Qt::StringLiterals;
using samples::append;
using samples::transfer;

namespace {

/// Every kind of event there is.
std::vector<ipc::Event> someEvents()
{
    std::vector<ipc::Event> events;
    ipc::Event setup = transfer(1, ipc::Call::Pipe2, "");
    setup.how = ipc::How::Setup;
    setup.fd = 3;
    setup.fd2 = 4;
    setup.process = 0;
    setup.requested = 0;
    setup.dataState = ipc::DataState::None;
    setup.detailText = "flags=O_CLOEXEC|O_DIRECT";
    events.push_back(setup);
    events.push_back(transfer(2, ipc::Call::Write, "notes.txt\nreadme.txt\n"));
    ipc::Event cut = transfer(3, ipc::Call::Write, std::string(64, 'x'));
    cut.result = 65'536;
    cut.dataState = ipc::DataState::Truncated;
    events.push_back(cut);
    ipc::Event odd = transfer(4, ipc::Call::Read, std::string("\0\xff\x80 odd", 8));
    odd.bytes.resize(7); // is not a multiple of four
    odd.result = 7;
    events.push_back(odd);
    ipc::Event unreadable = transfer(5, ipc::Call::Read, "");
    unreadable.result = 4096;
    unreadable.dataState = ipc::DataState::Unreadable;
    events.push_back(unreadable);
    events.push_back(samples::failure(6, EAGAIN));
    events.push_back(samples::failure(7, 4095)); // has no name
    ipc::Event splice = transfer(8, ipc::Call::Splice, "");
    splice.result = 100;
    splice.fd2 = 5;
    splice.endpoint2 = 7;
    splice.dataState = ipc::DataState::None;
    events.push_back(splice);
    ipc::Event open = transfer(9, ipc::Call::Openat, "");
    open.endpoint = 7;
    open.result = 3;
    open.fd = 3;
    open.requested = 0;
    open.dataState = ipc::DataState::None;
    open.detailText = "path=/tmp/a%20b/%C3%B6ut flags=O_WRONLY : pid=9 seq=77";
    events.push_back(open);
    ipc::Event foreign = transfer(10, ipc::Call::Fcntl, "");
    foreign.result = -7;
    foreign.detailText = "raw \n\xfe bytes";
    foreign.dataState = ipc::DataState::None;
    events.push_back(foreign);
    ipc::Event exit = transfer(11, ipc::Call::Exit, "");
    exit.endpoint = 0;
    exit.fd = -1;
    exit.duration = 0;
    exit.result = -1;
    exit.requested = 0;
    exit.dataState = ipc::DataState::None;
    exit.how = ipc::How::Unfinished;
    exit.detailText = "signal=SIGPIPE";
    events.push_back(exit);
    ipc::Event injected = transfer(12, ipc::Call::Write, "from the person");
    injected.how = ipc::How::Injected;
    injected.process = 0;
    injected.time = 1'000'000'000'000'000'001ull;
    events.push_back(injected);
    return events;
}

void fill(EventStore& store)
{
    for (const ipc::Event& event : someEvents())
        append(store, event);
}

Catalog catalogOf(const EventStore& store)
{
    Catalog catalog = samples::catalog();
    Statistics statistics;
    store.forEach(0, store.end(), [&](quint64, const ipc::EventView& event) {
        statistics.add(event);
        return true;
    });
    statistics.totals().applyTo(catalog);
    catalog.events = store.end();
    return catalog;
}

QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString write(const QTemporaryDir& directory, const QByteArray& bytes)
{
    const QString path = directory.filePath(u"other.pcapng"_s);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
    return path;
}

QList<QByteArray> lines(const QByteArray& text)
{
    QList<QByteArray> found = text.split('\n');
    if (!found.isEmpty() && found.constLast().isEmpty())
        found.removeLast();
    return found;
}

} // namespace

class TestSessionFile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-session-XXXXXX"_s};

private Q_SLOTS:
    void aSessionComesBackFieldByField()
    {
        EventStore store;
        fill(store);
        const Catalog catalog = catalogOf(store);
        const SessionContent content = read(record(m_directory, store, catalog));
        QCOMPARE(content.error, QString());
        QCOMPARE(content.note, QString());
        compareStores(store, *content.store);
        compareCatalogs(catalog, content.catalog);
    }

    void aLongTopologyIsCutBetweenCharactersAndJoinedAgain()
    {
        EventStore store;
        Catalog catalog = samples::catalog();
        catalog.topology.insert(u"files"_s, QJsonObject{{u"a"_s, QString(100'000, u'€')}});
        SessionContent content = read(record(m_directory, store, catalog));
        QCOMPARE(content.note, QString());
        QCOMPARE(content.catalog.topology, catalog.topology);
        // tshark finds no comment that is not UTF-8.
        output(u"tshark"_s, {u"-r"_s, m_directory.filePath(u"session.pcapng"_s)});
    }

    void wiresharkReadsEveryPacket()
    {
        EventStore store;
        fill(store);
        const QString path = record(m_directory, store, catalogOf(store));
        const QByteArray info = output(u"capinfos"_s, {u"-c"_s, u"-E"_s, u"-M"_s, path});
        QVERIFY2(info.contains("WIRESHARK_UPPER_PDU") || info.contains("wireshark-upper-pdu") ||
                     info.toLower().contains("wireshark upper pdu"),
                 info.constData());
        QCOMPARE(output(u"tshark"_s, {u"-r"_s, path, u"-Y"_s, u"_ws.malformed"_s}), QByteArray());

        const QByteArray text =
            output(u"tshark"_s, {u"-r"_s, path, u"-Y"_s, u"frame.comment contains \"seq=\""_s, u"-T"_s,
                                 u"fields"_s, u"-E"_s, u"separator=/t"_s, u"-e"_s, u"frame.comment"_s,
                                 u"-e"_s, u"data.data"_s, u"-e"_s, u"frame.interface_name"_s, u"-e"_s,
                                 u"frame.packet_flags_direction"_s, u"-e"_s, u"frame.time_epoch"_s});
        const QList<QByteArray> packets = lines(text);
        const std::vector<ipc::Event> events = someEvents();
        QCOMPARE(static_cast<std::size_t>(packets.size()), events.size());
        for (std::size_t i = 0; i < events.size(); ++i) {
            const QList<QByteArray> fields = packets[static_cast<qsizetype>(i)].split('\t');
            QCOMPARE(fields.size(), 5);
            const ipc::EventView event = events[i].view();
            std::optional<WordsEvent> words = eventFromWords(fields[0]);
            QVERIFY2(words, fields[0].constData());
            ipc::EventView fromComment = words->event.view();
            fromComment.data = event.data;
            compareEvents(fromComment, event);
            QCOMPARE(QByteArray::fromHex(fields[1]),
                     QByteArray(reinterpret_cast<const char*>(event.data.data()),
                                static_cast<qsizetype>(event.data.size())));
            QCOMPARE(QString::fromUtf8(fields[2]), event.endpoint == 1   ? u"my pipe"_s
                                                   : event.endpoint == 7 ? u"öut"_s
                                                                         : u"processes"_s);
            const ipc::Flow flow = ipc::callInfo(event.call).flow;
            QCOMPARE(fields[3].toUInt(nullptr, 0), flow == ipc::Flow::In     ? 2u
                                                   : flow == ipc::Flow::None ? 0u
                                                                             : 1u);
        }
        // The time is wall clock plus the event's own, to the nanosecond.
        QCOMPARE(packets[1].split('\t')[4], QByteArray("1772360430.123002456"));
    }

    void wiresharkShowsFromWhereToWhereBytesWent()
    {
        Catalog catalog = catalogOf(EventStore());
        const auto add = [&](quint32 number, const QString& kind) -> EndpointEntry& {
            EndpointEntry entry;
            entry.number = number;
            entry.kind = kind;
            entry.name = kind + QString::number(number);
            return *catalog.endpoints.insert(number, entry);
        };
        add(20, u"tcp"_s);
        add(21, u"tcp"_s).ends = u"127.0.0.1:80-127.0.0.1:40001"_s;
        add(22, u"tcp"_s).ends = u"[::1]:81-[::1]:40002"_s;
        EndpointEntry& datagrams = add(23, u"udp"_s);
        datagrams.address = u"127.0.0.1"_s;
        datagrams.port = 53;
        ProcessEntry child; // forked by process 2, and goes on with what that accepted
        child.number = 3;
        child.parent = 2;
        catalog.processes.insert(3, child);
        EventStore store;
        quint64 seq = 0;
        const auto append = [&](ipc::Call call, quint32 process, quint32 endpoint, quint32 endpoint2,
                                const char* detail, std::string_view text) {
            ipc::Event event = transfer(++seq, call, text);
            event.process = process;
            event.endpoint = endpoint;
            event.endpoint2 = endpoint2;
            event.detailText = detail;
            store.append(event.view());
        };
        append(ipc::Call::Connect, 1, 20, 21, "peer=127.0.0.1:80", "");
        append(ipc::Call::Accept, 2, 20, 21, "", "");
        append(ipc::Call::Accept4, 2, 20, 22, "", "");
        append(ipc::Call::Write, 1, 21, 0, "", "request");
        append(ipc::Call::Read, 3, 21, 0, "", "request");
        append(ipc::Call::Write, 3, 21, 0, "", "answer");
        append(ipc::Call::Read, 2, 22, 0, "", "six");
        append(ipc::Call::Sendto, 1, 23, 0, "peer=127.0.0.1:53", "query");
        append(ipc::Call::Recvfrom, 2, 23, 0, "peer=127.0.0.1:40003", "query");
        const QString path = record(m_directory, store, catalog);
        const QByteArray text = output(
            u"tshark"_s, {u"-r"_s, path, u"-Y"_s, u"frame.comment contains \"seq=\" and data"_s, u"-o"_s,
                          u"gui.column.format:\"S\",\"%s\",\"P\",\"%S\",\"D\",\"%d\",\"Q\",\"%D\""_s});
        QList<QByteArray> seenLines;
        for (const QByteArray& line : lines(text))
            seenLines.append(line.simplified().replace("\xe2\x86\x92 ", ""));
        QCOMPARE(seenLines, QList<QByteArray>({
                                "127.0.0.1 40001 127.0.0.1 80",
                                "127.0.0.1 40001 127.0.0.1 80",
                                "127.0.0.1 80 127.0.0.1 40001",
                                "::1 40002 ::1 81",
                                "0 127.0.0.1 53", // the sender's is not known
                                "127.0.0.1 40003 127.0.0.1 53",
                            }));
        compareCatalogs(catalog, read(path).catalog);
    }

    void editcapLeavesASessionThatCanBeRead()
    {
        EventStore store;
        fill(store);
        const QString path = record(m_directory, store, catalogOf(store));
        const QString edited = m_directory.filePath(u"edited.pcapng"_s);
        output(u"editcap"_s, {path, edited});
        const SessionContent whole = read(edited);
        QCOMPARE(whole.error, QString());
        QCOMPARE(whole.note, QString());
        compareStores(store, *whole.store);
        compareCatalogs(catalogOf(store), whole.catalog);

        // Packets 5 to 8 (the first four are notes), each cut to 40 bytes.
        output(u"editcap"_s, {u"-r"_s, u"-s"_s, u"40"_s, path, edited, u"5-8"_s});
        const SessionContent part = read(edited);
        QCOMPARE(part.error, QString());
        QVERIFY(!part.note.isEmpty());
        QCOMPARE(part.store->end(), 4ull);
        QCOMPARE(quint64{part.store->at(0)->seq}, 1ull);
        QCOMPARE(part.store->at(1)->dataState, ipc::DataState::Truncated);
        QCOMPARE(part.catalog.endpointName(1), u"my pipe"_s);
        QCOMPARE(part.catalog.processName(1), u"ls"_s);
        QCOMPARE(part.catalog.endpoints.value(1).totals.bytesIn, 21ull + 65'536ull);
        QCOMPARE(part.catalog.topology, samples::catalog().topology);
    }

    void aCutFileLosesItsLastBlockAlone()
    {
        EventStore store;
        fill(store);
        const QByteArray whole = contentsOf(record(m_directory, store, catalogOf(store)));
        quint64 before = 0;
        for (qsizetype size = whole.size(); size > 0; size -= 37) {
            JobControl control;
            QByteArray bytes = whole.first(size);
            QBuffer buffer(&bytes);
            QVERIFY(buffer.open(QIODevice::ReadOnly));
            const SessionContent content = readSession(buffer, control);
            QVERIFY(!content.error.isEmpty() || !content.note.isEmpty() || size == whole.size());
            const quint64 events = content.store->end();
            QVERIFY(size == whole.size() || events <= before);
            QVERIFY(size == whole.size() || before - events <= 1);
            before = events;
        }
        QCOMPARE(before, 0ull);
    }

    void whatIsNoSessionIsRefusedInWords_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("why");
        const auto block = [](const char* magic, const QByteArray& options) {
            QByteArray out = QByteArray::fromHex("0a0d0d0a") + QByteArray(4, '\0') +
                             QByteArray::fromHex(magic) + QByteArray::fromHex("01000000ffffffffffffffff") +
                             options + QByteArray(4, '\0');
            qToLittleEndian(static_cast<quint32>(out.size()), out.data() + 4);
            qToLittleEndian(static_cast<quint32>(out.size()), out.data() + out.size() - 4);
            return out;
        };
        QTest::newRow("empty") << QByteArray() << u"it is empty"_s;
        QTest::newRow("text") << QByteArray("{\"format\": 1, \"nodes\": []}") << u"no pcapng"_s;
        QTest::newRow("short") << QByteArray("\x0a\x0d\x0d\x0a", 4) << u"no pcapng"_s;
        QTest::newRow("pcap") << QByteArray::fromHex("d4c3b2a1020004000000000000000000") << u"no pcapng"_s;
        QTest::newRow("big-endian") << block("1a2b3c4d", {}) << u"big-endian"_s;
        QTest::newRow("damaged magic") << block("11111111", {}) << u"damaged"_s;
        QTest::newRow("foreign") << block("4d3c2b1a", {}) << u"no session of Byteyard"_s;
        QTest::newRow("foreign with a comment")
            << block("4d3c2b1a", QByteArray::fromHex("0100050068656c6c6f000000"))
            << u"no session of Byteyard"_s;
        QTest::newRow("endless option")
            << block("4d3c2b1a", QByteArray::fromHex("0100ffff68656c6c")) << u"no session of"_s;
        QByteArray cut = block("4d3c2b1a", {});
        cut.chop(4);
        QTest::newRow("cut") << cut << u"cut or damaged"_s;
        QByteArray other = block("4d3c2b1a", {});
        other[other.size() - 4] = 44;
        QTest::newRow("two lengths") << other << u"cut or damaged"_s;
        QByteArray huge = block("4d3c2b1a", {});
        qToLittleEndian(0xFFFF'FFFCu, huge.data() + 4);
        QTest::newRow("huge length") << huge << u"cut or damaged"_s;
        QByteArray zero = block("4d3c2b1a", {});
        qToLittleEndian(0u, zero.data() + 4);
        QTest::newRow("zero length") << zero << u"cut or damaged"_s;
    }
    void whatIsNoSessionIsRefusedInWords()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, why);
        const QString path = write(m_directory, bytes);
        const SessionContent content = read(path);
        QVERIFY2(content.error.contains(why), qPrintable(content.error));
        QVERIFY2(content.error.startsWith(path), qPrintable(content.error));
        QCOMPARE(content.store->end(), 0ull);
    }

    void aFileThatIsNotThereIsSaidSo()
    {
        const SessionContent content = read(m_directory.filePath(u"nowhere.pcapng"_s));
        QVERIFY(content.error.contains(u"No such file"_s));
    }

    void damagedBytesNeverMakeUpEvents()
    {
        EventStore store;
        fill(store);
        const QByteArray whole = contentsOf(record(m_directory, store, catalogOf(store)));
        for (qsizetype at = 0; at < whole.size(); at += 3) {
            QByteArray bytes = whole;
            bytes[at] = static_cast<char>(~bytes[at]);
            JobControl control;
            QBuffer buffer(&bytes);
            QVERIFY(buffer.open(QIODevice::ReadOnly));
            const SessionContent content = readSession(buffer, control);
            QVERIFY(content.store->end() <= store.end());
        }
    }

    void readingCanBeCancelled()
    {
        EventStore store;
        fill(store);
        const QString path = record(m_directory, store, catalogOf(store));
        JobControl control;
        control.cancelled = true;
        QVERIFY(readSessionFile(path, control).error.contains(u"cancelled"_s));
    }
};

QTEST_GUILESS_MAIN(TestSessionFile)
#include "tst_session_file.moc"
