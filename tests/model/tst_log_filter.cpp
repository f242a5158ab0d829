#include "log_samples.h"

#include "model/log/log_filter.h"

#include <QTest>

using namespace byteyard;
using namespace byteyard::model;

class TestLogFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anEmptyFilterTakesEverything()
    {
        QVERIFY(LogFilter().isEmpty());
        QVERIFY(LogFilter().matches(samples::failure(1, EPIPE).view(), {}));
        QVERIFY(LogFilter().matches(PendingCall(), {}));
    }

    void setsAreAskedTogether()
    {
        const ipc::Event write = samples::transfer(1, ipc::Call::Write, "hello");
        LogFilter filter;
        filter.processes = {1};
        filter.endpoints = {1, 3};
        filter.calls = {static_cast<quint16>(ipc::Call::Write)};
        QVERIFY(!filter.isEmpty());
        QVERIFY(filter.matches(write.view(), {}));
        filter.processes = {2};
        QVERIFY(!filter.matches(write.view(), {}));
        filter = {};
        filter.endpoints = {7};
        QVERIFY(!filter.matches(write.view(), {}));
        ipc::Event splice = write;
        splice.endpoint2 = 7;
        QVERIFY(filter.matches(splice.view(), {}));
        filter = {};
        filter.calls = {static_cast<quint16>(ipc::Call::Read)};
        QVERIFY(!filter.matches(write.view(), {}));
        filter = {};
        filter.errorsOnly = true;
        QVERIFY(!filter.matches(write.view(), {}));
        QVERIFY(filter.matches(samples::failure(1, EPIPE).view(), {}));
    }

    void textIsFoundInEveryColumnWhateverItsCase_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("found");
        QTest::newRow("process") << QStringLiteral("GREP") << true;
        QTest::newRow("call") << QStringLiteral("rea") << true;
        QTest::newRow("endpoint") << QStringLiteral("my PIPE") << true;
        QTest::newRow("second endpoint") << QStringLiteral("ÖUT") << true;
        QTest::newRow("error") << QStringLiteral("eagain") << true;
        QTest::newRow("detail") << QStringLiteral("o_rdwr") << true;
        QTest::newRow("decoded detail") << QStringLiteral("/tmp/a b") << true;
        QTest::newRow("data") << QStringLiteral("NOTES.txt") << true;
        QTest::newRow("data beyond ASCII") << QStringLiteral("GRÖSSER") << true;
        QTest::newRow("another process") << QStringLiteral("ls") << false;
        QTest::newRow("nowhere") << QStringLiteral("nowhere") << false;
    }
    void textIsFoundInEveryColumnWhateverItsCase()
    {
        QFETCH(QString, text);
        ipc::Event event = samples::failure(1, EAGAIN);
        event.endpoint2 = 7;
        event.detailText = "flags=O_RDWR path=/tmp/a%20b";
        event.bytes = samples::bytes("x notes.TXT grösser");
        LogFilter filter;
        filter.text = text;
        QTEST(filter.matches(event.view(), samples::catalog()), "found");
    }

    void pendingCallsPassTheSameFilter()
    {
        PendingCall pending;
        pending.process = 2;
        pending.endpoint = 1;
        pending.call = QStringLiteral("read");
        const Catalog names = samples::catalog();
        LogFilter filter;
        for (const char* text : {"grep", "READ", "my pipe"}) {
            filter.text = QString::fromLatin1(text);
            QVERIFY2(filter.matches(pending, names), text);
        }
        filter.text = QStringLiteral("write");
        QVERIFY(!filter.matches(pending, names));
        filter = {};
        filter.errorsOnly = true;
        QVERIFY(!filter.matches(pending, names));
        filter = {};
        filter.calls = {static_cast<quint16>(ipc::Call::Read)};
        QVERIFY(filter.matches(pending, names));
        pending.call = QStringLiteral("wait4");
        QVERIFY(!filter.matches(pending, names));
    }
};

QTEST_APPLESS_MAIN(TestLogFilter)
#include "tst_log_filter.moc"
