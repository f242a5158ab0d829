#include "lab_run.h"

#include "model/log/session_file.h"
#include "model/log/zstd_stream.h"

#include <QBuffer>
#include <QRandomGenerator>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

QByteArray someBytes(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    QRandomGenerator random(7);
    for (char& each : bytes)
        each = static_cast<char>(random.bounded(8)); // something to compress
    return bytes;
}

QByteArray unpacked(const QByteArray& packed)
{
    QByteArray copy = packed;
    QBuffer source(&copy);
    source.open(QIODevice::ReadOnly);
    ZstdReader reader(source);
    return reader.readAll();
}

SessionContent opened(const QString& path)
{
    JobControl control;
    return readSessionFile(path, control);
}

} // namespace

class ZstdStreamTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void framesAreReadAsOneStream();
    void aCutCostsTheLastFrameAlone();
    void damagedBytesEndTheStream();
    void aCompressedRecordingIsTheSameSession();
    void aCompressedRecordingThatIsCutOpensAsFarAsItGoes();
    void wiresharkOpensIt();
    void exportsAreCompressedByTheirName();
};

void ZstdStreamTest::framesAreReadAsOneStream()
{
    ZstdWriter writer;
    const QByteArray bytes = someBytes(3'000'000);
    QByteArray packed;
    for (const auto& [from, size] :
         {std::pair<qsizetype, qsizetype>{0, 1}, {1, 0}, {1, 999'999}, {1'000'000, 2'000'000}})
        packed += writer.frame(QByteArrayView(bytes).sliced(from, size));
    QVERIFY(packed.size() < bytes.size() * 2 / 3);
    QCOMPARE(unpacked(packed), bytes);
    QBuffer source(&packed);
    source.open(QIODevice::ReadOnly);
    QVERIFY(ZstdReader::isCompressed(source));
}

void ZstdStreamTest::aCutCostsTheLastFrameAlone()
{
    ZstdWriter writer;
    const QByteArray first = someBytes(10'000);
    const QByteArray second = someBytes(200);
    const QByteArray packed = writer.frame(first) + writer.frame(second);
    const qsizetype whole = writer.frame(first).size();
    for (qsizetype size = 0; size < packed.size(); ++size) {
        const QByteArray got = unpacked(packed.left(size));
        QVERIFY(size < whole || got.startsWith(first));
        QVERIFY((first + second).startsWith(got));
    }
}

void ZstdStreamTest::damagedBytesEndTheStream()
{
    ZstdWriter writer;
    const QByteArray bytes = someBytes(20'000);
    const QByteArray packed = writer.frame(bytes);
    QRandomGenerator random(11);
    for (int round = 0; round < 500; ++round) {
        QByteArray damaged = packed;
        for (int i = 0; i < 3; ++i)
            damaged[random.bounded(damaged.size())] = static_cast<char>(random.generate());
        QVERIFY(unpacked(damaged).size() <= (128 << 20)); // it ends, and nothing is read that is not there
    }
    QVERIFY(unpacked("no such thing").isEmpty());
}

void ZstdStreamTest::aCompressedRecordingIsTheSameSession()
{
    QTemporaryDir directory;
    const QString file = directory.filePath(u"a.pcapng.zst"_s);
    const LabRun lab(u"pipeline"_s, {u"--record"_s, file});
    QCOMPARE(lab.run.status, 0);
    const SessionContent session = opened(file);
    QCOMPARE(session.error, QString());
    QCOMPARE(session.note, QString());
    QCOMPARE(session.catalog.events, static_cast<quint64>(lab.summary()[u"events"_s].toInteger()));
    QCOMPARE(session.store->end(), session.catalog.events);
    // And out of it the same log again.
    const QString again = directory.filePath(u"again.jsonl"_s);
    QCOMPARE(CommandLineRun({u"export"_s, file, again}).status, 0);
    QCOMPARE(jsonLines(readAll(again)).size(), lab.lines.size());
    QCOMPARE(QFile::permissions(file) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
}

void ZstdStreamTest::aCompressedRecordingThatIsCutOpensAsFarAsItGoes()
{
    QTemporaryDir directory;
    const QString file = directory.filePath(u"a.pcapng.zst"_s);
    QCOMPARE(LabRun(u"lock"_s, {u"--record"_s, file}).run.status, 0);
    QFile cut(file);
    QVERIFY(cut.open(QIODevice::ReadWrite) && cut.resize(cut.size() * 2 / 3));
    cut.close();
    const SessionContent session = opened(file);
    QCOMPARE(session.error, QString());
    QVERIFY2(session.note.contains(u"no summary"_s), qPrintable(session.note));
}

void ZstdStreamTest::wiresharkOpensIt()
{
    QTemporaryDir directory;
    const QString file = directory.filePath(u"a.pcapng.zst"_s);
    const LabRun lab(u"pipeline"_s, {u"--record"_s, file});
    QProcess tshark;
    tshark.start(u"tshark"_s, {u"-r"_s, file, u"-T"_s, u"fields"_s, u"-e"_s, u"frame.number"_s});
    QVERIFY(tshark.waitForFinished(60'000));
    const QByteArray said = tshark.readAllStandardError();
    QVERIFY2(tshark.exitCode() == 0, said);
    QVERIFY(tshark.readAllStandardOutput().trimmed().split('\n').size() >=
            lab.summary()[u"events"_s].toInteger());
}

void ZstdStreamTest::exportsAreCompressedByTheirName()
{
    QTemporaryDir directory;
    const QString plain = directory.filePath(u"a.csv"_s);
    const QString packed = directory.filePath(u"a.csv.zst"_s);
    QCOMPARE(LabRun(u"pipeline"_s, {u"--export"_s, plain, u"--export"_s, packed}).run.status, 0);
    QCOMPARE(unpacked(readAll(packed)), readAll(plain));
    const QString wrong = directory.filePath(u"a.zst"_s);
    QCOMPARE(LabRun(u"pipeline"_s, {u"--export"_s, wrong}).run.status, 2);
}

QTEST_GUILESS_MAIN(ZstdStreamTest)
#include "tst_zstd_stream.moc"
