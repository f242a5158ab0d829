#include "gui/dialogs/store_dialog.h"
#include "gui/main_window.h"
#include "gui/panels/bytes_panel.h"
#include "gui/theme/theme.h"
#include "gui/widgets/hex_view.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QFile>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <sys/shm.h>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;

namespace {

constexpr int patience = 30000;

} // namespace

/// Bytes that a person stores into shared memory: a real window, a real mouse, real keys, real memory.
class Store : public QObject
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

    void storedBytesStandInTheRealMemoryAndInTheLog_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("words");
        QTest::addColumn<QString>("call");
        QTest::newRow("System V") << "sysv-shm"
                                  << "shm {m.key} attach store 0 here hold"
                                  << "process_vm_writev";
        QTest::newRow("POSIX") << "posix-shm"
                               << "open {m.path} map 4096 store 0 here hold"
                               << "pwrite64";
        QTest::newRow("memfd") << "memfd"
                               << "fd 5 map 4096 store 0 here hold"
                               << "pwrite64";
    }

    void storedBytesStandInTheRealMemoryAndInTheLog()
    {
        QFETCH(QString, kind);
        QFETCH(QString, words);
        QFETCH(QString, call);
        MainWindow window;
        start(window, kind, words);
        if (QTest::currentTestFailed())
            return;
        // By the mouse: the node's menu, then the dialog.
        CanvasView* canvas = window.canvas();
        QVERIFY(Hands::chooseInMenu(canvas->viewport()->mapToGlobal(canvas->nodeRect(u"m"_s).center()),
                                    u"Store Bytes…"_s));
        auto* dialog = dialogOf(window);
        QVERIFY(dialog);
        picture(*dialog, u"store-"_s + kind);
        QVERIFY(Hands::type(u"9b 01 ff"_s));
        QVERIFY(Hands::key(u"alt+o"_s));
        QVERIFY(Hands::type(u"0x10"_s));
        QVERIFY(Hands::click(middleOf(*storeButton(*dialog))));
        QTRY_COMPARE_WITH_TIMEOUT(memory(window, kind, 0x10, 3), QByteArray("\x9b\x01\xff"), patience);
        QCOMPARE(memory(window, kind, 0, 4), QByteArray("here"));

        // By the keys: in the hexdump, a digit begins it.
        auto* dock = window.findChild<QDockWidget*>(u"bytes"_s);
        dock->show();
        dock->raise();
        window.canvas()->reveal(u"m"_s);
        HexView* view = window.bytes()->view();
        QTRY_VERIFY_WITH_TIMEOUT(view->bytes().startsWith("here"), patience);
        view->setFocus();
        view->goTo(2);
        QVERIFY(Hands::key(u"4"_s));
        dialog = dialogOf(window);
        QVERIFY(dialog);
        QVERIFY(Hands::type(u"f"_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE_WITH_TIMEOUT(memory(window, kind, 0, 4), QByteArray("heOe"), patience);
        QTRY_VERIFY_WITH_TIMEOUT(view->bytes().startsWith("heOe"), patience);

        QTRY_COMPARE_WITH_TIMEOUT(injected(window).size(), 2, patience);
        QCOMPARE(injected(window).at(0), call + u" offset=16 3"_s);
        QCOMPARE(injected(window).at(1), call + u" offset=2 1"_s);
        if (!qEnvironmentVariable("BYTEYARD_TEST_PICTURES").isEmpty())
            picture(window, u"stored-"_s + kind);
        window.document().undoStack()->setClean();
        window.close();
    }

    void whatCannotBeStoredIsSaidBefore()
    {
        model::LiveEndpoint memory;
        memory.entry.name = u"m"_s;
        memory.fill = 100;
        StoreDialog dialog(memory);
        const QPushButton* store = storeButton(dialog);
        QVERIFY(!store->isEnabled());
        const auto enter = [&](const QString& name, const QString& text) {
            dialog.findChild<QLineEdit*>(name)->setText(text);
        };
        const auto says = [&](const QString& text) {
            const QList<QLabel*> labels = dialog.findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(),
                               [&](const QLabel* label) { return label->text().contains(text); });
        };
        enter(u"bytes"_s, u"9"_s);
        QVERIFY(!store->isEnabled() && says(u"pairs of digits"_s));
        enter(u"bytes"_s, u"9b ??"_s);
        QVERIFY(!store->isEnabled());
        enter(u"bytes"_s, u"9b 00"_s);
        QVERIFY(store->isEnabled() && says(u"Bytes 0 to 1"_s));
        enter(u"offset"_s, u"99"_s);
        QVERIFY(!store->isEnabled() && says(u"does not grow"_s));
        enter(u"offset"_s, u"98"_s);
        QVERIFY(store->isEnabled());
        enter(u"offset"_s, u"here"_s);
        QVERIFY(!store->isEnabled() && says(u"is not an offset"_s));
    }

private:
    static void start(MainWindow& window, const QString& kind, const QString& words)
    {
        window.setGeometry(0, 0, 1500, 940);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        model::Kind memory{};
        QVERIFY(model::kindFromId(kind, memory));
        const QStringList argv = QStringList{QStringLiteral(BYTEYARD_PEERS "/ipc_words")} + words.split(u' ');
        model::Topology topology;
        topology.nodes = {
            {u"w"_s, model::Kind::Command, u"w"_s, {0, 0}, {{u"argv"_s, QJsonArray::fromStringList(argv)}}},
            {u"m"_s, memory, u"m"_s, {300, 0}, {{u"size"_s, 4096}}}};
        topology.edges = {{u"e"_s, u"w"_s, kind == u"memfd"_s ? u"5"_s : u"m"_s, u"m"_s, u"attach"_s, {}}};
        window.document().reset(topology);
        window.runNow();
        const auto* live = QTest::qWaitFor(
                               [&] {
                                   const model::LiveEndpoint* each = window.session().endpointOfNode(u"m"_s);
                                   return each && each->sampled && !each->attached.isEmpty();
                               },
                               patience)
                               ? window.session().endpointOfNode(u"m"_s)
                               : nullptr;
        QVERIFY(live);
        QTRY_COMPARE_WITH_TIMEOUT(Store::memory(window, kind, 0, 4), QByteArray("here"), patience);
    }

    static StoreDialog* dialogOf(MainWindow& window)
    {
        const auto shown = [&] {
            auto* dialog = window.findChild<StoreDialog*>();
            return dialog && dialog->isVisible() && dialog->isAncestorOf(QApplication::focusWidget());
        };
        return QTest::qWaitFor(shown, patience) ? window.findChild<StoreDialog*>() : nullptr;
    }
    static QPushButton* storeButton(const StoreDialog& dialog)
    {
        return dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
    }
    static QPoint middleOf(const QWidget& widget) { return widget.mapToGlobal(widget.rect().center()); }
    /// For a person who wants to see it.
    static void picture(QWidget& widget, const QString& name)
    {
        const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES");
        if (!to.isEmpty())
            widget.grab().save(to + u'/' + name + u".png"_s);
    }

    /// The kernel's object itself, without the engine.
    static QByteArray memory(MainWindow& window, const QString& kind, qint64 offset, qint64 size)
    {
        const model::EndpointEntry& entry = window.session().endpointOfNode(u"m"_s)->entry;
        if (kind == u"sysv-shm"_s) {
            auto* bytes = static_cast<char*>(::shmat(entry.id, nullptr, SHM_RDONLY));
            if (bytes == reinterpret_cast<char*>(-1))
                return {};
            const QByteArray part(bytes + offset, size);
            ::shmdt(bytes);
            return part;
        }
        const qint64 pid = window.session().processOfNode(u"w"_s)->entry.pid;
        QFile file(kind == u"memfd"_s ? u"/proc/%1/fd/5"_s.arg(pid) : u"/dev/shm"_s + entry.path);
        return file.open(QIODevice::ReadOnly) && file.seek(offset) ? file.read(size) : QByteArray();
    }

    /// "call detail bytes" of what was done by hand.
    static QStringList injected(MainWindow& window)
    {
        QStringList list;
        const model::EventStore& store = window.session().store();
        store.forEach(store.first(), store.end(), [&](quint64, const ipc::EventView& event) {
            if (event.how == ipc::How::Injected)
                list.append(u"%1 %2 %3"_s
                                .arg(QString::fromStdString(std::string(callInfo(event.call).name)),
                                     QString::fromStdString(std::string(event.detail)))
                                .arg(event.result));
            return true;
        });
        return list;
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<Store>(argc, argv);
}

#include "tst_store.moc"
