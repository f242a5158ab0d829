#include "gui/panels/inspector.h"
#include "gui/panels/live_page.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/theme/theme.h"
#include "gui/widgets/lua_highlighter.h"
#include "gui/widgets/script_view.h"

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
    QTemporaryDir m_settings;
};

QTEST_MAIN(TestScripts)
#include "tst_scripts.moc"
