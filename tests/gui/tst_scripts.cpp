#include "gui/main_window.h"
#include "gui/panels/inspector.h"
#include "gui/panels/live_page.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/theme/theme.h"
#include "gui/widgets/lua_highlighter.h"
#include "gui/widgets/script_view.h"

#include <QAction>
#include <QApplication>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTextLayout>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using model::Kind;

namespace {

/// The properties of one thing, shown and with the keyboard.
struct Form
{
    model::Document document;
    model::Session session;
    PropertiesPage page{document, session};

    void show(const QString& node, const QString& edge = {})
    {
        page.resize(320, 700);
        page.setSubject(node, edge);
        page.show();
        QApplication::setActiveWindow(&page);
    }
    template <typename Widget>
    Widget* in(const QString& key) const
    {
        PropertyEditor* editor = page.editor(key);
        return editor != nullptr ? editor->findChild<Widget*>() : nullptr;
    }
};

} // namespace

class TestScripts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        Theme::instance().apply();
    }

    void aScriptIsTakenOverWhenTheKeyboardLeavesIt()
    {
        Form form;
        const QString actor = form.document.addNode(Kind::Actor, {});
        form.show(actor);
        auto* view = form.in<ScriptView>(u"script"_s);
        QVERIFY(view != nullptr);
        view->setFocus();
        QTRY_VERIFY(view->hasFocus());
        QTest::keyClicks(view, u"msgsnd(q, 1, 'x')"_s);
        QTest::keyClick(view, Qt::Key_Return);
        QTest::keyClicks(view, u"exit(0)"_s);
        QCOMPARE(form.document.topology().node(actor)->property(u"script"_s).toString(), QString());
        view->clearFocus();
        QCOMPARE(form.document.topology().node(actor)->property(u"script"_s).toString(),
                 u"msgsnd(q, 1, 'x')\nexit(0)"_s);
        form.document.undoStack()->undo();
        QCOMPARE(view->toPlainText(), QString());
    }

    void keywordsAndCommentsStandOut()
    {
        QTextDocument document;
        document.setPlainText(u"local a = 1 -- end\nlong = [[ if\nthen ]] if"_s);
        LuaHighlighter highlighter(&document);
        highlighter.rehighlight();
        const auto boldAt = [&document](int line, int column) {
            for (const QTextLayout::FormatRange& range : document.findBlockByNumber(line).layout()->formats())
                if (column >= range.start && column < range.start + range.length)
                    return range.format.fontWeight() == QFont::Bold;
            return false;
        };
        QVERIFY(boldAt(0, 0));
        QVERIFY(!boldAt(0, 6));
        QVERIFY(!boldAt(0, 15));
        QVERIFY(!boldAt(1, 10));
        QVERIFY(!boldAt(2, 0));
        QVERIFY(boldAt(2, 8));
    }

    void theLineThatRunsIsMarkedAndBroughtIntoSight()
    {
        ScriptView view;
        view.resize(300, 120);
        view.setPlainText(QString(u"sleep(1)\n"_s).repeated(200));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        view.setMark(150, ScriptView::Mark::Blocked);
        QCOMPARE(view.extraSelections().size(), 1);
        QCOMPARE(view.extraSelections().constFirst().cursor.blockNumber(), 149);
        QVERIFY(view.viewport()->rect().intersects(
            view.cursorRect(QTextCursor(view.document()->findBlockByNumber(149)))));
        view.setMark(0, ScriptView::Mark::None);
        QVERIFY(view.extraSelections().isEmpty());
    }

    void aScriptGoesOnCallByCallAndTheLineOfTheNextIsMarked()
    {
        MainWindow window;
        const QString script = u"read(0, 1)\nlocal r, w = pipe()\nwrite(w, \"one\")\nread(r, 3)\n"
                               u"write(w, \"two\")\nread(r, 3)\nread(r, 1)\n"_s;
        LivePage& live = start(window, script, {{u"stdin"_s, u"typed"_s}});
        const ScriptView* view = live.findChild<ScriptView*>();
        const auto marked = [&] {
            const auto marks = view->extraSelections();
            return marks.isEmpty() ? 0 : marks.constFirst().cursor.blockNumber() + 1;
        };
        const auto events = [&] {
            QStringList calls;
            const model::EventStore& store = window.session().store();
            store.forEach(store.first(), store.end(), [&](quint64, const ipc::EventView& event) {
                if (event.endpoint != 0 && event.how == ipc::How::Exact)
                    calls.append(QString::fromStdString(std::string(callInfo(event.call).name)));
                return true;
            });
            return calls;
        };
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().pending().isEmpty(), 20000); // it waits to be told
        QAction* step = actionOf(window, u"Step"_s);
        QTRY_VERIFY(step->isEnabled());
        step->trigger();
        QTRY_VERIFY(window.session().processOfNode(u"a"_s)->paused);
        window.session().sendInput(window.session().processOfNode(u"a"_s)->entry.number, "x\n", false);
        QTRY_COMPARE_WITH_TIMEOUT(marked(), 2, 20000);
        QVERIFY(!events().contains(u"pipe2"_s)); // held before it
        for (const int line : {3, 4, 5, 6, 7}) {
            const auto before = events().size();
            step->trigger();
            QTRY_COMPARE_WITH_TIMEOUT(marked(), line, 20000);
            QTRY_COMPARE(events().size(), before + 1); // one call a step
        }
        // Let go, the last line blocks: nobody will write.
        window.session().pauseNode(u"a"_s, false);
        QTRY_VERIFY_WITH_TIMEOUT(
            !window.session().pending().isEmpty() && !window.session().pending().first().paced, 20000);
        QCOMPARE(marked(), 7);
        stop(window);
    }

    void aRunawayScriptIsStoppedByStop()
    {
        MainWindow window;
        start(window, u"local n = 0\nwhile true do n = n + 1 end\n"_s, {});
        QTRY_VERIFY_WITH_TIMEOUT(window.session().processOfNode(u"a"_s) &&
                                     window.session().processOfNode(u"a"_s)->line == 2,
                                 20000);
        QTRY_VERIFY(actionOf(window, u"Stop"_s)->isEnabled());
        actionOf(window, u"Stop"_s)->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().isLive(), 20000);
        QCOMPARE(window.session().processOfNode(u"a"_s)->entry.state, u"killed"_s);
        stop(window);
    }

    void aSetsValuesAreTypedAsAList()
    {
        Form form;
        const QString set = form.document.addNode(Kind::SysvSemaphore, {});
        form.show(set);
        auto* line = form.in<QLineEdit>(u"values"_s);
        QVERIFY(line != nullptr);
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, u"3, 0 7"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(form.document.topology().node(set)->property(u"values"_s).toArray(), (QJsonArray{3, 0, 7}));
        // What is no list of values changes nothing.
        line->selectAll();
        QTest::keyClicks(line, u"99999"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(form.document.topology().node(set)->property(u"values"_s).toArray(), (QJsonArray{3, 0, 7}));
    }

    void aHandleIsRenamedAndABadNameSaysWhy()
    {
        Form form;
        const QString process = form.document.addNode(Kind::Actor, {});
        const QString queue = form.document.addNode(Kind::SysvQueue, {300, 0});
        const QString edge = form.document.connectNodes(process, {}, queue, u"send"_s);
        QVERIFY(!edge.isEmpty());
        form.show({}, edge);
        auto* line = form.in<QLineEdit>(u"fd"_s);
        QVERIFY(line != nullptr);
        line->setFocus();
        line->selectAll();
        QTest::keyClicks(line, u"jobs"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(form.document.topology().edge(edge)->processPort, u"jobs"_s);
        line->selectAll();
        QTest::keyClicks(line, u"1"_s);
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(form.document.topology().edge(edge)->processPort, u"jobs"_s);
        QStringList shown;
        for (const QLabel* label : form.page.findChildren<QLabel*>())
            if (label->isVisible())
                shown << label->text();
        QVERIFY2(shown.join(u'\n').contains(u"descriptor"_s), qPrintable(shown.join(u'\n')));
    }

private:
    /// A window that runs one script, which is selected; its page of what is live.
    static LivePage& start(MainWindow& window, const QString& script, QJsonObject properties)
    {
        window.resize(1300, 800);
        window.show();
        window.session().setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        properties.insert(u"script"_s, script);
        properties.insert(u"role"_s, u"script"_s);
        model::Topology topology;
        topology.nodes = {{u"a"_s, Kind::Actor, u"a"_s, {0, 0}, properties}};
        window.document().reset(topology);
        window.canvas()->reveal(u"a"_s);
        window.runNow();
        return *window.findChild<LivePage*>();
    }
    static QAction* actionOf(const MainWindow& window, const QString& text)
    {
        for (QAction* action : window.findChildren<QAction*>())
            if (action->text().remove(u'&') == text)
                return action;
        return nullptr;
    }
    static void stop(MainWindow& window)
    {
        window.session().stop();
        QTRY_VERIFY_WITH_TIMEOUT(!window.session().isLive(), 20000);
        window.document().undoStack()->setClean();
    }

    QTemporaryDir m_settings;
};

QTEST_MAIN(TestScripts)
#include "tst_scripts.moc"
