#include "gui/dialogs/attach_dialog.h"
#include "gui/live_lookup.h"
#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "gui/widgets/command_list.h"
#include "gui/widgets/data_table.h"
#include "ipc/host/process_scan.h"
#include "model/session/attach_model.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using State = model::Session::State;

/// Attaching to a process that runs already, with a real mouse and real keys in the whole window.
class AttachTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        QSettings().setValue(u"run/capture"_s, u"ptrace"_s); // as busy as it is, auto would begin with looks
        Theme::instance().apply();
    }

    void init()
    {
        m_go = m_directory.filePath(u"go-%1"_s.arg(++m_count));
        m_stranger.start(QStringLiteral(BYTEYARD_PEERS "/strangers"), {u"busy"_s, m_go});
        QVERIFY(m_stranger.waitForStarted());
        m_window = new MainWindow;
        m_window->setGeometry(0, 0, 1500, 940);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
        m_window->canvas()->setFocus();
    }

    void cleanup()
    {
        m_window->document().undoStack()->setClean();
        m_window->close();
        QTRY_VERIFY(m_window.isNull());
        QFile file(m_go);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        QVERIFY(m_stranger.waitForFinished(20000));
        QCOMPARE(m_stranger.exitCode(), 0); // whatever the window did, it has gone on
    }

    void typedAndEnteredItIsFollowedStoppedItGoesOn()
    {
        QVERIFY(Hands::key(u"ctrl+shift+t"_s));
        QTRY_VERIFY(dialog());
        QVERIFY(!dialog()->findChild<QLabel*>(u"consequence"_s)); // the canvas is empty
        auto* table = dialog()->findChild<DataTable*>();
        const QAbstractItemModelTester tester(table->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 1, patience);
        QVERIFY(Hands::type(u"busy "_s + m_go));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, patience);
        QTRY_COMPARE(dialog()->pid(), m_stranger.processId());
        picture(*dialog(), u"attach-dialog"_s);
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_VERIFY_WITH_TIMEOUT(attached() != nullptr, patience);
        QTRY_VERIFY_WITH_TIMEOUT(attached()->entry.bytesWritten > 0, patience);
        QTRY_VERIFY(m_window->statusText().contains(u"1 attached"_s));
        const QString id = u"process:%1"_s.arg(attached()->entry.number);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->canvas()->nodeRect(id).isValid(), patience);
        picture(*m_window, u"attached"_s);
        // How it is captured takes more words now: what the tool bar has no room for is in the status bar.
        const auto* bar = m_window->findChild<QToolBar*>();
        const auto isSomewhere = [&] {
            QStringList shown;
            for (const QLabel* label : m_window->findChildren<QLabel*>())
                if (label->isVisible() && label->text().contains(u"attached, exact"_s))
                    shown.append(label->text());
            return !shown.isEmpty() && bar->sizeHint().width() <= m_window->width();
        };
        for (const int width : {1024, 1300, 1600, 2000}) {
            m_window->resize(width, m_window->height());
            QTRY_VERIFY2(
                isSomewhere(),
                qPrintable(u"%1 of %2: %3"_s.arg(bar->sizeHint().width()).arg(m_window->width()).arg(width)));
        }
        m_window->activateWindow();
        QTRY_VERIFY(m_window->statusText().contains(u"1 attached"_s));
        QTRY_VERIFY(m_window->canvas()->hasFocus());
        QVERIFY(Hands::key(u"shift+F5"_s));
        QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), State::Ended, patience);
        QCOMPARE(attached()->entry.state, u"detached"_s);
        QCOMPARE(m_stranger.state(), QProcess::Running);
    }

    void theChildrenThatItHasComeAlongIfWanted_data()
    {
        QTest::addColumn<bool>("wanted");
        QTest::newRow("as it is offered") << true;
        QTest::newRow("unchecked") << false;
    }

    void theChildrenThatItHasComeAlongIfWanted()
    {
        QFETCH(bool, wanted);
        const QString go = m_go + u"-family"_s;
        QProcess shell;
        shell.start(u"sh"_s, {u"-c"_s, u"\"$0\" busy \"$1\" & wait"_s,
                              QStringLiteral(BYTEYARD_PEERS "/strangers"), go});
        QVERIFY(shell.waitForStarted());
        QTRY_COMPARE(ipc::host::descendantsOf("/proc", static_cast<pid_t>(shell.processId())).size(), 1U);
        QVERIFY(Hands::key(u"ctrl+shift+t"_s));
        QTRY_VERIFY(dialog());
        QVERIFY(Hands::type(QString::number(shell.processId())));
        QTRY_COMPARE_WITH_TIMEOUT(dialog()->pid(), shell.processId(), patience);
        if (!wanted) {
            auto* box = dialog()->findChild<QCheckBox*>(u"withChildren"_s);
            QVERIFY(Hands::click(box->mapToGlobal(QPoint(box->height() / 2, box->height() / 2))));
            QTRY_VERIFY(!box->isChecked());
        }
        auto* attachNow = dialog()->findChild<QPushButton*>(u"attachNow"_s);
        QVERIFY(Hands::click(attachNow->mapToGlobal(attachNow->rect().center())));
        QTRY_VERIFY_WITH_TIMEOUT(attached() != nullptr, patience);
        // What is asked after it is answered after it.
        QSignalSpy answered(&m_window->session(), &model::Session::processesListed);
        m_window->session().askProcesses();
        QTRY_VERIFY_WITH_TIMEOUT(!answered.isEmpty(), patience);
        QCOMPARE(m_window->session().processes().size(), wanted ? 2 : 1);
        QTRY_VERIFY(m_window->statusText().contains(wanted ? u"2 attached"_s : u"1 attached"_s));
        picture(*m_window, wanted ? u"attached-family"_s : u"attached-alone"_s);
        m_window->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), State::Ended, patience);
        QFile file(go);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(shell.waitForFinished(patience));
        QCOMPARE(shell.exitCode(), 0);
    }

    /// Where nothing is drawn, and again by hand.
    void whatIsFoundIsLaidOut()
    {
        QVERIFY(Hands::key(u"ctrl+shift+t"_s));
        QTRY_VERIFY(dialog());
        QVERIFY(Hands::type(u"busy "_s + m_go));
        QTRY_COMPARE_WITH_TIMEOUT(dialog()->pid(), m_stranger.processId(), patience);
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_VERIFY_WITH_TIMEOUT(attached() != nullptr, patience);
        const QString process = u"process:%1"_s.arg(attached()->entry.number);
        const auto isLaidOut = [&] {
            QList<QRect> places{m_window->canvas()->nodeRect(process)};
            bool isRight = true;
            for (const model::LiveEndpoint& endpoint : m_window->session().endpoints()) {
                const QRect place = m_window->canvas()->nodeRect(u"endpoint:%1"_s.arg(endpoint.entry.number));
                if (!place.isValid())
                    continue; // a file that nobody else has: folded away
                isRight = isRight &&
                          (place.left() > places.first().right() || place.right() < places.first().left());
                for (const QRect& other : std::as_const(places))
                    isRight = isRight && !place.intersects(other);
                places.append(place);
            }
            for (const QRect& place : std::as_const(places))
                isRight = isRight && m_window->canvas()->viewport()->rect().contains(place);
            return isRight && places.size() > 2;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isLaidOut(), patience);
        picture(*m_window, u"attached-laid-out"_s);
        // Once: what somebody has moved afterwards stays there.
        const QPoint from = m_window->canvas()->nodeRect(process).center();
        const QPoint at = m_window->canvas()->viewport()->mapToGlobal(from);
        QVERIFY(Hands::drag(at, at + QPoint(0, 120)));
        QTRY_VERIFY(m_window->canvas()->nodeRect(process).center().y() > from.y() + 60);
        QAction* layOut = nullptr;
        for (QAction* each : m_window->findChildren<QAction*>())
            if (each->shortcut() == QKeySequence(u"Ctrl+L"_s))
                layOut = each;
        QTRY_VERIFY(layOut != nullptr && layOut->isEnabled());
        QSignalSpy arranged(m_window->canvas(), &CanvasView::arranged);
        QVERIFY(Hands::key(u"ctrl+l"_s));
        QTRY_VERIFY_WITH_TIMEOUT(!arranged.isEmpty(), patience);
        QTRY_VERIFY(isLaidOut());
        QCOMPARE(m_window->document().undoStack()->count(), 0);
        m_window->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), State::Ended, patience);
    }

    void aClickOnOneThatCannotBeSaysWhy()
    {
        QVERIFY(Hands::key(u"ctrl+shift+t"_s));
        QTRY_VERIFY(dialog());
        auto* table = dialog()->findChild<DataTable*>();
        auto* attachNow = dialog()->findChild<QPushButton*>(u"attachNow"_s);
        QVERIFY(Hands::type(QString::number(QCoreApplication::applicationPid())));
        const auto ownRow = [&] {
            for (int row = 0; row < table->model()->rowCount(); ++row)
                if (table->model()->index(row, 0).data(model::AttachModel::PidRole).toLongLong() ==
                    QCoreApplication::applicationPid())
                    return table->model()->index(row, 0);
            return QModelIndex();
        };
        QTRY_VERIFY_WITH_TIMEOUT(ownRow().isValid(), patience);
        QCOMPARE(ownRow().data(Qt::ForegroundRole).value<QColor>(), Theme::instance().colors().inkMuted);
        QVERIFY(Hands::click(table->viewport()->mapToGlobal(table->visualRect(ownRow()).center())));
        QTRY_COMPARE(dialog()->pid(), QCoreApplication::applicationPid());
        QVERIFY(!attachNow->isEnabled());
        QTRY_VERIFY(dialog()->findChild<QLabel*>(u"whyNot"_s)->text().contains(u"Byteyard's own"_s));
        QVERIFY(Hands::key(u"Escape"_s));
        QTRY_VERIFY(!dialog());
        QCOMPARE(m_window->session().state(), State::Idle);
    }

    void withPartsOnTheCanvasItSaysThatTheyStartToo()
    {
        m_window->document().addNode(model::Kind::Command, {0, 0},
                                     {{u"argv"_s, QJsonArray{u"sleep"_s, u"100"_s}}}, u"sleep"_s);
        // By the list of every command.
        QVERIFY(Hands::key(u"ctrl+shift+p"_s));
        QTRY_VERIFY(m_window->findChild<CommandList*>());
        QVERIFY(Hands::type(u"attach to"_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_VERIFY(dialog());
        QVERIFY(dialog()->findChild<QLabel*>(u"consequence"_s));
        auto* table = dialog()->findChild<DataTable*>();
        QVERIFY(Hands::type(u"busy "_s + m_go));
        QTRY_COMPARE_WITH_TIMEOUT(dialog()->pid(), m_stranger.processId(), patience);
        QTRY_COMPARE(table->model()->rowCount(), 1);
        QVERIFY(Hands::click(
            table->viewport()->mapToGlobal(table->visualRect(table->model()->index(0, 1)).center())));
        auto* attachNow = dialog()->findChild<QPushButton*>(u"attachNow"_s);
        QVERIFY(Hands::click(attachNow->mapToGlobal(attachNow->rect().center())));
        QTRY_VERIFY_WITH_TIMEOUT(attached() != nullptr, patience);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->session().processes().size() > 1, patience);
        const QString id = u"process:%1"_s.arg(attached()->entry.number);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->canvas()->nodeRect(id).isValid(), patience);
        QStringList offered;
        m_window->canvas()->fit();
        const auto clickIt = [&](const QString& button) {
            const QPoint at =
                m_window->canvas()->viewport()->mapToGlobal(m_window->canvas()->nodeRect(id).center());
            return Hands::act(
                {u"mousemove"_s, QString::number(at.x()), QString::number(at.y()), u"click"_s, button});
        };
        // Its menu has it sampled.
        Hands::with<QMenu>(
            [&](QMenu* menu) {
                for (QAction* each : menu->actions())
                    if (each->text().remove(u'&') == u"Sample Its Calls"_s && each->isEnabled())
                        each->trigger();
            },
            [&] { return clickIt(u"3"_s); });
        QTRY_VERIFY_WITH_TIMEOUT(attached()->isSampled(), patience);
        QTRY_VERIFY(m_window->session().captureText().contains(u"sampled"_s));
        QVERIFY(clickIt(u"1"_s));
        const auto says = [&](const QString& words) {
            const auto labels = m_window->findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
                return label->isVisible() && label->text().contains(words);
            });
        };
        QTRY_VERIFY(says(u"ran before the run"_s));
        QTRY_VERIFY(says(u"attached: sampled"_s));
        QTRY_VERIFY(says(u"sampled: as you chose"_s));
        picture(*m_window, u"attached-sampled"_s);
        // It detaches, too, and does not stop it as one of ours.
        Hands::with<QMenu>(
            [&](QMenu* menu) {
                for (QAction* each : menu->actions()) {
                    offered << each->text().remove(u'&');
                    if (each->text() == u"Detach"_s)
                        each->trigger();
                }
            },
            [&] { return clickIt(u"3"_s); });
        QVERIFY2(offered.contains(u"Detach"_s), qPrintable(offered.join(u", "_s)));
        QVERIFY(!offered.contains(u"Stop It Alone"_s));
        QVERIFY(offered.contains(u"Send a Signal (It Was Not Started Here)"_s));
        QTRY_COMPARE_WITH_TIMEOUT(attached()->entry.state, u"detached"_s, patience);
        QVERIFY(m_window->session().isLive());
        m_window->session().stop();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->session().state(), State::Ended, patience);
    }

private:
    static constexpr int patience = 30000;

    AttachDialog* dialog() const { return qobject_cast<AttachDialog*>(QApplication::activeModalWidget()); }
    const model::LiveProcess* attached() const
    {
        for (const model::LiveProcess& each : m_window->session().processes())
            if (each.entry.attached)
                return m_window->session().process(each.entry.number);
        return nullptr;
    }
    /// For a person who wants to see it.
    static void picture(QWidget& widget, const QString& name)
    {
        if (const QString to = qEnvironmentVariable("BYTEYARD_TEST_PICTURES"); !to.isEmpty())
            widget.grab().save(to + u'/' + name + u".png"_s);
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    QProcess m_stranger;
    QString m_go;
    int m_count = 0;
    QPointer<MainWindow> m_window;
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<AttachTest>(argc, argv);
}

#include "tst_attach.moc"
