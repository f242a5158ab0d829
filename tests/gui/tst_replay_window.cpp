#include "gui/main_window.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/replay_bar.h"
#include "gui/panels/time_line_view.h"
#include "gui/theme/theme.h"
#include "gui/widgets/data_table.h"
#include "model/log/log_model.h"

#include <QApplication>
#include <QDir>
#include <QJsonArray>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using State = model::Session::State;

/// A run played again in the whole window, by mouse and keys.
class TestReplayWindow : public QObject
{
    Q_OBJECT

private:
    static constexpr int patience = 30000;

    struct Window
    {
        MainWindow window;
        QString shell;

        Window()
        {
            window.resize(1500, 940);
            window.show();
            shell = window.document().addNode(
                model::Kind::Command, {100, 100},
                {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, u"sleep 0.4; echo hello | cat; sleep 0.4"_s}}},
                u"shell"_s);
            window.canvas()->fit();
            window.runNow();
        }
        ~Window() { window.document().undoStack()->setClean(); }
        model::Session& session() { return window.session(); }
        TimeLineView& line() { return *window.timeLine(); }
        QString idOf(const QString& name)
        {
            for (const model::LiveProcess& each : session().processes())
                if (each.entry.name == name)
                    return u"process:%1"_s.arg(each.entry.number);
            return {};
        }
        bool isShown(const QString& name)
        {
            const QString id = idOf(name);
            return !id.isEmpty() && window.canvas()->nodeRect(id).isValid();
        }
        QToolButton* button(int number)
        {
            return window.findChild<ReplayBar*>()->findChildren<QToolButton*>().at(number);
        }
        QAction* action(const QKeySequence& key)
        {
            for (QAction* each : window.findChildren<QAction*>())
                if (each->shortcut() == key)
                    return each;
            return nullptr;
        }
    };

    static void picture(QWidget& widget, const QString& name)
    {
        const QString directory = qEnvironmentVariable("BYTEYARD_TEST_PICTURES");
        if (!directory.isEmpty())
            widget.grab().save(directory + u'/' + name + u".png"_s);
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};

private Q_SLOTS:
    void initTestCase()
    {
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
    }

    void aClickOnTheTimeLineShowsThatMoment()
    {
        Window f;
        QTRY_COMPARE_WITH_TIMEOUT(f.session().state(), State::Running, patience);
        QVERIFY(!f.button(0)->isEnabled() && !f.button(2)->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(f.session().state(), State::Ended, patience);
        QTRY_VERIFY_WITH_TIMEOUT(f.isShown(u"cat"_s), patience);
        QTRY_VERIFY(f.button(0)->isEnabled());
        const quint64 length = f.session().length();
        const QPointF place = f.window.canvas()
                                  ->mapToScene(f.window.canvas()->nodeRect(f.idOf(u"cat"_s)))
                                  .boundingRect()
                                  .center();
        const QString cat = f.idOf(u"cat"_s);

        // Before cat was there.
        const QPoint early(f.line().xOf(length / 5), f.line().height() / 2);
        QTRY_VERIFY(f.line().timeAt(early.x()) > 0); // it has been laid out for the run's end
        QTest::mouseClick(&f.line(), Qt::LeftButton, {}, early);
        QVERIFY(f.session().isReplaying());
        QVERIFY(f.session().now() < 350'000'000);
        QVERIFY(!f.window.canvas()->nodeRect(cat).isValid());
        QVERIFY(f.window.canvas()->nodeRect(f.shell).isValid());
        QVERIFY(f.button(2)->isEnabled());
        QTRY_VERIFY(f.window.statusText().contains(u"replayed"_s));
        picture(f.window, u"replay-early"_s);

        // Event by event until it is, where it was.
        f.line().setFocus();
        for (int i = 0; i < 200 && !f.window.canvas()->nodeRect(cat).isValid(); ++i)
            QTest::keyClick(&f.line(), Qt::Key_Period);
        const QRect back = f.window.canvas()->nodeRect(cat);
        QVERIFY(back.isValid());
        const QPointF now = f.window.canvas()->mapToScene(back).boundingRect().center();
        QVERIFY((now - place).manhattanLength() < 6);
        picture(f.window, u"replay-step"_s);
        // The log stands at the event that came last.
        auto* log = f.window.findChild<LogPanel*>();
        const QModelIndex current = log->findChild<DataTable*>()->currentIndex();
        QCOMPARE(current.data(model::LogModel::PositionRole).toULongLong() + 1, f.session().replayPosition());
        const quint64 position = f.session().replayPosition();
        QTest::keyClick(&f.line(), Qt::Key_Comma);
        QCOMPARE(f.session().replayPosition(), position - 1);

        QTest::keyClick(&f.line(), Qt::Key_Escape);
        QVERIFY(!f.session().isReplaying());
        QVERIFY(f.window.canvas()->nodeRect(cat).isValid());
        QVERIFY(!f.button(2)->isEnabled());
    }

    void theButtonTheKeyAndTheMenuPlayIt()
    {
        Window f;
        QTRY_COMPARE_WITH_TIMEOUT(f.session().state(), State::Ended, patience);
        QTRY_VERIFY(f.button(0)->isEnabled());
        QAction* replay = f.action(QKeySequence(u"Ctrl+Shift+R"_s));
        QVERIFY(replay != nullptr && replay->isEnabled());
        QTest::mouseClick(f.button(0), Qt::LeftButton);
        QVERIFY(f.session().isReplayPlaying());
        QTRY_VERIFY(f.session().now() > 0);
        QVERIFY(f.session().now() < f.session().length());
        f.line().setFocus();
        QTest::keyClick(&f.line(), Qt::Key_Space);
        QVERIFY(!f.session().isReplayPlaying());
        const quint64 then = f.session().now();
        QTest::qWait(100);
        QCOMPARE(f.session().now(), then);
        replay->trigger();
        QVERIFY(f.session().isReplayPlaying());
        QTRY_VERIFY(f.session().now() > then);
        // A run drops it.
        f.window.runNow();
        QVERIFY(!f.session().isReplaying() && !f.session().isReplayPlaying());
        QTRY_COMPARE_WITH_TIMEOUT(f.session().state(), State::Ended, patience);
    }
};

QTEST_MAIN(TestReplayWindow)
#include "tst_replay_window.moc"
