#include "gui/dialogs/write_dialog.h"
#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QJsonArray>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;

namespace {

constexpr int patience = 30000;

QPushButton* writeButton(const WriteDialog& dialog)
{
    return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
}

} // namespace

/// Bytes that a person writes into an endpoint: a real window, a real mouse, real keys, a real reader.
class Write : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory.path());
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void whatIsWrittenComesOutAtTheReader()
    {
        MainWindow window;
        start(window, model::Kind::Pipe, u"write"_s, u"read"_s, {u"cat"_s});
        if (QTest::currentTestFailed())
            return;
        WriteDialog* dialog = ask(window);
        QVERIFY(dialog);
        if (const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !to.isEmpty())
            dialog->grab().save(to + u"/write.png"_s); // for a person who wants to see it
        QVERIFY(Hands::type(u"by hand"_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE_WITH_TIMEOUT(written(window), QList<QByteArray>{"by hand\n"}, patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().endpointOfNode(u"e"_s)->entry.totals.bytesOut, 8U,
                                  patience);

        dialog = ask(window);
        QVERIFY(dialog);
        dialog->findChild<QComboBox*>(u"form"_s)->setCurrentText(u"Hex"_s);
        QVERIFY(Hands::type(u"00 ff 41"_s));
        QVERIFY(Hands::key(u"alt+l"_s)); // no line end
        QTRY_VERIFY(!dialog->findChild<QCheckBox*>(u"lineEnd"_s)->isChecked());
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE_WITH_TIMEOUT(written(window),
                                  (QList<QByteArray>{"by hand\n", QByteArray("\0\xff\x41", 3)}), patience);
        QTRY_COMPARE_WITH_TIMEOUT(window.session().endpointOfNode(u"e"_s)->entry.totals.bytesOut, 11U,
                                  patience);
        finish(window);
    }

    void aPacketIsSentFromARawSocket()
    {
        if (::geteuid() != 0)
            QSKIP("a raw socket needs CAP_NET_RAW");
        MainWindow window;
        start(window, model::Kind::Raw, u"send"_s, u"receive"_s, {u"cat"_s});
        if (QTest::currentTestFailed())
            return;
        WriteDialog* dialog = ask(window);
        QVERIFY(dialog);
        // An answer to an echo that nobody asked for: nothing answers it again.
        QVERIFY(Hands::type(u"00 00 ff ff 00 00 00 00"_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE_WITH_TIMEOUT(written(window), QList<QByteArray>{QByteArray("\0\0\xff\xff\0\0\0\0", 8)},
                                  patience);
        // The reader gets the IP header too.
        QTRY_VERIFY_WITH_TIMEOUT(window.session().endpointOfNode(u"e"_s)->entry.totals.bytesOut >= 28,
                                 patience);
        finish(window);
    }

    void whatIsNoByteIsSaidBefore()
    {
        model::LiveEndpoint endpoint;
        endpoint.entry.name = u"e"_s;
        endpoint.entry.kind = u"pipe"_s;
        WriteDialog dialog(endpoint);
        auto* bytes = dialog.findChild<QLineEdit*>(u"bytes"_s);
        QVERIFY(writeButton(dialog)->isEnabled()); // a line end alone is a line
        dialog.findChild<QCheckBox*>(u"lineEnd"_s)->setChecked(false);
        QVERIFY(!writeButton(dialog)->isEnabled());
        bytes->setText(u"text"_s);
        QVERIFY(writeButton(dialog)->isEnabled());
        QCOMPARE(dialog.bytes(), QByteArray("text"));
        dialog.findChild<QComboBox*>(u"form"_s)->setCurrentText(u"Hex"_s);
        QVERIFY(!writeButton(dialog)->isEnabled());
        dialog.findChild<QCheckBox*>(u"lineEnd"_s)->setChecked(true);
        QVERIFY(!writeButton(dialog)->isEnabled());
        bytes->setText(u"0a0b"_s);
        QVERIFY(writeButton(dialog)->isEnabled());
        QCOMPARE(dialog.bytes(), QByteArray("\x0a\x0b\n"));
    }

private:
    /// One that holds the writing end and does nothing, and a reader.
    static void start(MainWindow& window, model::Kind kind, const QString& in, const QString& out,
                      const QStringList& reader)
    {
        window.setGeometry(0, 0, 1500, 940);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        model::Topology topology;
        topology.nodes = {
            {u"w"_s, model::Kind::Command, u"w"_s, {0, 0}, {{u"argv"_s, QJsonArray{u"sleep"_s, u"1000"_s}}}},
            {u"e"_s, kind, u"e"_s, {300, 0}, {}},
            {u"r"_s,
             model::Kind::Command,
             u"r"_s,
             {600, 0},
             {{u"argv"_s, QJsonArray::fromStringList(reader)}}}};
        topology.edges = {{u"e1"_s, u"w"_s, u"1"_s, u"e"_s, in, {}},
                          {u"e2"_s, u"r"_s, u"0"_s, u"e"_s, out, {}}};
        window.document().reset(topology);
        window.runNow();
        const auto isRunning = [&](const QString& node) {
            const model::LiveProcess* process = window.session().processOfNode(node);
            return process && process->entry.pid > 0 && process->entry.state != "starting"_L1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isRunning(u"w"_s) && isRunning(u"r"_s), patience);
        const auto* live = window.session().endpointOfNode(u"e"_s);
        QTRY_VERIFY_WITH_TIMEOUT(
            (live = window.session().endpointOfNode(u"e"_s)) && live->entry.state == "live"_L1, patience);
    }

    static WriteDialog* ask(MainWindow& window)
    {
        CanvasView* canvas = window.canvas();
        if (!Hands::chooseInMenu(canvas->viewport()->mapToGlobal(canvas->nodeRect(u"e"_s).center()),
                                 u"Write Bytes Into It…"_s))
            return nullptr;
        WriteDialog* dialog = nullptr;
        const auto shown = [&] {
            dialog = window.findChild<WriteDialog*>();
            return dialog && dialog->isVisible() && dialog->isAncestorOf(QApplication::focusWidget());
        };
        return QTest::qWaitFor(shown, patience) ? dialog : nullptr;
    }

    /// What stands in the log as put in by hand.
    static QList<QByteArray> written(MainWindow& window)
    {
        QList<QByteArray> list;
        const model::EventStore& store = window.session().store();
        store.forEach(store.first(), store.end(), [&](quint64, const ipc::EventView& event) {
            if (event.how == ipc::How::Injected)
                list.append(QByteArray(reinterpret_cast<const char*>(event.data.data()),
                                       static_cast<qsizetype>(event.data.size())));
            return true;
        });
        return list;
    }

    static void finish(MainWindow& window)
    {
        window.session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.session().state(), model::Session::State::Ended, patience);
        window.document().undoStack()->setClean();
        window.close();
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<Write>(argc, argv);
}

#include "tst_write.moc"
