#include "log_samples.h"

#include "model/log/format.h"

#include <QTest>

using namespace byteyard;
using namespace byteyard::model;

class TestLogFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void bytesAreShortAndExactnessShows_data()
    {
        QTest::addColumn<quint64>("bytes");
        QTest::addColumn<QString>("text");
        const auto row = [](quint64 bytes, const char* text) {
            QTest::newRow(text) << bytes << QString::fromUtf8(text);
        };
        row(0, "0 B");
        row(812, "812 B");
        row(1023, "1023 B");
        row(1024, "1 KiB");
        row(12'390, "12.1 KiB");
        row(12'290, "12.0 KiB");
        row(65'536, "64 KiB");
        row(102'400 + 1, "100 KiB");
        row(1024 * 1024 - 1, "1.0 MiB");
        row(1'310'720'000, "1.2 GiB");
        row(4'404'019, "4.2 MiB");
        row(~0ull, "16.0 EiB");
    }
    void bytesAreShortAndExactnessShows()
    {
        QFETCH(quint64, bytes);
        QTEST(formatBytes(bytes), "text");
    }

    void ratesSurviveWhatIsNoNumber()
    {
        QCOMPARE(formatRate(3.1 * 1024 * 1024), QStringLiteral("3.1 MiB/s"));
        QCOMPARE(formatRate(0), QStringLiteral("0 B/s"));
        QCOMPARE(formatRate(-5), QStringLiteral("0 B/s"));
        QCOMPARE(formatRate(qQNaN()), QStringLiteral("0 B/s"));
    }

    void durationsTakeTheUnitThatReadsBest_data()
    {
        QTest::addColumn<quint64>("ns");
        QTest::addColumn<QString>("text");
        const auto row = [](quint64 ns, const char* text) {
            QTest::newRow(text) << ns << QString::fromUtf8(text);
        };
        row(0, "0 ns");
        row(99, "99 ns");
        row(800, "0.8 µs");
        row(2'400, "2.4 µs");
        row(9'960, "10 µs");
        row(999'400, "999 µs");
        row(999'700, "1.0 ms");
        row(31'000'000, "31 ms");
        row(999'600'000, "1.0 s");
        row(1'200'000'000, "1.2 s");
        row(9'000'000'000, "9.0 s");
        row(99'400'000'000, "99 s");
        row(99'600'000'000, "1 min 40 s");
        row(3'725'000'000'000, "1 h 2 min");
    }
    void durationsTakeTheUnitThatReadsBest()
    {
        QFETCH(quint64, ns);
        QTEST(formatDuration(ns), "text");
    }

    void timesAndCountsAreGroupedByThinSpaces()
    {
        QCOMPARE(formatTime(12'402'118'999), QStringLiteral("12.402\u2009118"));
        QCOMPARE(formatTime(0), QStringLiteral("0.000\u2009000"));
        QCOMPARE(formatTime(3'600'000'001'000), QStringLiteral("3600.000\u2009001"));
        QCOMPARE(formatCount(0), QStringLiteral("0"));
        QCOMPARE(formatCount(999), QStringLiteral("999"));
        QCOMPARE(formatCount(65'536), QStringLiteral("65\u2009536"));
        QCOMPARE(formatCount(1'310'720'000), QStringLiteral("1\u2009310\u2009720\u2009000"));
    }

    void aDecimalCommaIsUsedWhereItIsUsual()
    {
        QLocale::setDefault(QLocale(QLocale::German));
        QCOMPARE(formatBytes(12'390), QStringLiteral("12,1 KiB"));
        QCOMPARE(formatDuration(2'400), QStringLiteral("2,4 µs"));
        QCOMPARE(formatTime(1'500'000'000), QStringLiteral("1,500\u2009000"));
        QLocale::setDefault(QLocale::c());
    }

    void callsReadAsAPersonWouldWriteThem_data()
    {
        QTest::addColumn<ipc::Call>("call");
        QTest::addColumn<int>("fd");
        QTest::addColumn<int>("fd2");
        QTest::addColumn<qint64>("result");
        QTest::addColumn<int>("error");
        QTest::addColumn<QByteArray>("detail");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("resultText");
        const auto row = [](const char* name, ipc::Call call, int fd, int fd2, qint64 result, int error,
                            const char* detail, const char* text, const char* resultText) {
            QTest::newRow(name) << call << fd << fd2 << result << error << QByteArray(detail)
                                << QString::fromUtf8(text) << QString::fromUtf8(resultText);
        };
        using ipc::Call;
        row("write", Call::Write, 1, -1, 812, 0, "", "write(1, 4096)", "812");
        row("write fails", Call::Write, 1, -1, -1, EAGAIN, "", "write(1, 4096)", "−1 EAGAIN");
        row("pread", Call::Pread64, 5, -1, 10, 0, "offset=100", "pread64(5, 4096, offset=100)", "10");
        row("open", Call::Openat, 3, -1, 3, 0, "flags=O_RDONLY|O_CLOEXEC path=/tmp/a%20b",
            "openat(\"/tmp/a b\", O_RDONLY|O_CLOEXEC)", "fd 3");
        row("open fails", Call::Open, -1, -1, -1, ENOENT, "path=/x flags=O_RDONLY", "open(\"/x\", O_RDONLY)",
            "−1 ENOENT");
        row("quotes in a path", Call::Open, 3, -1, 3, 0, "path=%22a%5Cb%22", "open(\"\\\"a\\\\b\\\"\")",
            "fd 3");
        row("close", Call::Close, 4, -1, 0, 0, "", "close(4)", "0");
        row("dup", Call::Dup, 4, -1, 6, 0, "", "dup(4)", "fd 6");
        row("dup2", Call::Dup2, 4, 1, 1, 0, "", "dup2(4, 1)", "fd 1");
        row("pipe2", Call::Pipe2, 3, 4, 0, 0, "flags=O_CLOEXEC", "pipe2(O_CLOEXEC)", "fd 3, 4");
        row("splice", Call::Splice, 3, 4, 64, 0, "", "splice(3, 4, 4096)", "64");
        row("fork", Call::Fork, -1, -1, 4712, 0, "", "fork()", "pid 4712");
        row("exit", Call::Exit, -1, -1, 1, 0, "", "exit(1)", "");
        row("killed", Call::Exit, -1, -1, -1, 0, "signal=SIGPIPE", "killed by SIGPIPE", "");
        row("signal", Call::Signal, -1, -1, 0, 0, "signal=SIGTERM", "signal(SIGTERM)", "");
        row("fcntl", Call::Fcntl, 3, -1, 65536, 0, "cmd=F_SETPIPE_SZ size=65536",
            "fcntl(3, F_SETPIPE_SZ, size=65536)", "65536");
        row("mmap", Call::Mmap, 3, -1, 0x7f00c0de1000, 0, "length=4096", "mmap(3, length=4096)",
            "0x7f00c0de1000");
        row("lseek", Call::Lseek, 3, -1, 100, 0, "offset=100 whence=SEEK_SET",
            "lseek(3, offset=100, SEEK_SET)", "100");
    }
    void callsReadAsAPersonWouldWriteThem()
    {
        QFETCH(ipc::Call, call);
        QFETCH(int, fd);
        QFETCH(int, fd2);
        QFETCH(qint64, result);
        QFETCH(int, error);
        QFETCH(QByteArray, detail);
        ipc::EventView event;
        event.call = call;
        event.fd = fd;
        event.fd2 = fd2;
        event.result = result;
        event.error = error;
        event.requested = 4096;
        event.detail = {detail.constData(), static_cast<std::size_t>(detail.size())};
        QTEST(formatCall(event), "text");
        QTEST(formatResult(event), "resultText");
    }

    void aPendingCallReadsLikeItsCompletion()
    {
        PendingCall pending;
        pending.call = QStringLiteral("write");
        pending.fd = 1;
        pending.requested = 4096;
        QCOMPARE(formatCall(pending), QStringLiteral("write(1, 4096)"));
        pending.call = QStringLiteral("wait4");
        pending.fd = -1;
        QCOMPARE(formatCall(pending), QStringLiteral("wait4()"));
    }

    void anUnfinishedCallSaysSo()
    {
        ipc::EventView event;
        event.call = ipc::Call::Read;
        event.how = ipc::How::Unfinished;
        event.result = -1;
        QCOMPARE(formatResult(event), QStringLiteral("unfinished"));
    }

    void dataIsTextWhereItCanBe_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        QTest::newRow("text") << QByteArray("notes.txt\nreadme.txt\n")
                              << QStringLiteral("notes.txt\\nreadme.txt\\n");
        QTest::newRow("bytes") << QByteArray("\x00\x01\xff\\\t\r", 6)
                               << QStringLiteral("\\x00\\x01\\xff\\\\\\t\\r");
        QTest::newRow("utf-8") << QByteArray("größer €") << QStringLiteral("größer €");
        QTest::newRow("cut utf-8") << QByteArray("a\xe2\x82") << QStringLiteral("a\\xe2\\x82");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << QStringLiteral("\\xed\\xa0\\x80");
        QTest::newRow("long") << QByteArray(100, 'a') << QString(30, u'a') + u'…';
        QTest::newRow("no half escapes") << QByteArray(29, 'a') + '\n' << QString(29, u'a') + u'…';
        QTest::newRow("none") << QByteArray() << QString();
    }
    void dataIsTextWhereItCanBe()
    {
        QFETCH(QByteArray, bytes);
        const auto span = std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
        QTEST(formatData(span, 30), "text");
    }
};

QTEST_APPLESS_MAIN(TestLogFormat)
#include "tst_log_format.moc"
