#include "gui/dialogs/export_dialog.h"
#include "gui/dialogs/trust_dialog.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/palette_list.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/problems_model.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/property_editor.h"
#include "gui/theme/theme.h"
#include "gui/widgets/capacity_control.h"
#include "gui/widgets/hex_text.h"
#include "gui/widgets/hex_view.h"
#include "gui/window_options.h"
#include "model/topology/pipeline_text.h"
#include "model/topology/topology_file.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QJsonArray>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QRadioButton>
#include <QScrollBar>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;

namespace {

model::ProcessEntry process(quint32 number, const QString& node, const QString& name)
{
    model::ProcessEntry entry;
    entry.number = number;
    entry.node = node;
    entry.name = name;
    entry.pid = 1000 + number;
    return entry;
}

} // namespace

class Panels : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_settings.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_settings.path());
        Theme::instance().apply();
    }

    void partsAreFoundByTypingAndTakenWithEnter()
    {
        PalettePanel panel;
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QSignalSpy wanted(&panel, &PalettePanel::partWanted);
        panel.focusSearch();
        QTest::keyClicks(panel.findChild<QLineEdit*>(), u"mkfifo"_s);
        int shown = 0;
        for (int row = 0; row < panel.list()->count(); ++row)
            shown += !panel.list()->item(row)->isHidden() &&
                     panel.list()->item(row)->data(PaletteList::RowRole).toInt() == PaletteList::Part;
        QCOMPARE(shown, 1);
        QTest::keyClick(panel.findChild<QLineEdit*>(), Qt::Key_Return);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.at(0).at(0).value<Part>().kind, model::Kind::Fifo);
    }

    void everyKindIsAPartThatCanBeDragged()
    {
        PalettePanel panel;
        QStringList kinds;
        for (int row = 0; row < panel.list()->count(); ++row) {
            const QListWidgetItem* item = panel.list()->item(row);
            if (item->data(PaletteList::RowRole).toInt() != PaletteList::Part)
                continue;
            QVERIFY(item->flags() & Qt::ItemIsDragEnabled);
            const std::unique_ptr<QMimeData> part(
                panel.list()->model()->mimeData({panel.list()->model()->index(row, 0)}));
            QVERIFY(part && part->hasFormat(QString::fromLatin1(PaletteList::partMimeType)));
            kinds.append(QString::fromUtf8(part->data(QString::fromLatin1(PaletteList::partMimeType))));
        }
        QStringList all;
        for (const Part& each : allParts())
            all.append(each.id());
        QCOMPARE(kinds, all);
        QVERIFY(all.size() > model::allKinds().size());
    }

    void aLabOpensWithOneClickAndWithEnter()
    {
        PalettePanel panel;
        panel.resize(240, 700);
        panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&panel));
        QVERIFY(PalettePanel::labs().size() >= 6);
        QSignalSpy wanted(&panel, &PalettePanel::labWanted);
        panel.showLabs();
        QTest::keyClick(panel.list(), Qt::Key_Return);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.at(0).at(0).toString(), PalettePanel::labs().constFirst().first);
        QTest::mouseClick(panel.list()->viewport(), Qt::LeftButton, {},
                          panel.list()->visualItemRect(panel.list()->currentItem()).center());
        QCOMPARE(wanted.size(), 2);
    }

    void theHexViewMarksWhatChangedAndStaysWhereItIs()
    {
        HexView view;
        view.resize(800, 120);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QByteArray bytes(4096, 'a');
        view.setBytes(bytes);
        QCOMPARE(view.changedCount(), 0);
        view.verticalScrollBar()->setValue(50);
        bytes[900] = 'b';
        bytes[901] = '\0';
        view.updateBytes(0, bytes, 4096);
        QCOMPARE(view.changedCount(), 2);
        QCOMPARE(view.verticalScrollBar()->value(), 50);
        QCOMPARE(view.firstVisible(), quint64(800));
        // Marks fade by themselves.
        QTRY_COMPARE_WITH_TIMEOUT(view.changedCount(), 0, 5000);
    }

    void theHexViewSelectsWithKeysAndCopiesInFourForms()
    {
        HexView view;
        view.resize(800, 200);
        view.show();
        view.setBytes("hello\nworld");
        view.setFocus();
        QTest::keyClick(&view, Qt::Key_Home, Qt::ControlModifier);
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(&view, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(view.selected(), QByteArray("hello"));
        QCOMPARE(view.copied(HexView::CopyAs::Hex), u"68 65 6c 6c 6f"_s);
        QCOMPARE(view.copied(HexView::CopyAs::Text), u"hello"_s);
        QCOMPARE(view.copied(HexView::CopyAs::Base64), u"aGVsbG8="_s);
        QVERIFY(view.copied(HexView::CopyAs::C).contains(u"bytes[5] = {\n    0x68, 0x65"_s));
        QTest::keyClick(&view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), u"68 65 6c 6c 6f"_s);
    }

    void theHexViewFindsTextAndBytesWithWildcards()
    {
        HexView view;
        view.resize(800, 200);
        view.setBytes("one two one");
        QVERIFY(view.find(u"one"_s, false));
        QCOMPARE(view.cursor(), quint64(0));
        QVERIFY(view.find(u"one"_s, false));
        QCOMPARE(view.cursor(), quint64(8));
        QVERIFY(view.find(u"74 ?? 6f"_s, true));
        QCOMPARE(view.cursor(), quint64(4));
        QVERIFY(!view.find(u"7"_s, true));
        QVERIFY(!view.find(u"zz"_s, true));
        QVERIFY(!view.find(u"three"_s, false));
    }

    void problemsComeAndGoWithoutAReset()
    {
        ProblemsModel problems;
        QAbstractItemModelTester tester(&problems, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&problems, &QAbstractItemModel::modelReset);
        const auto make = [](const QString& what) {
            return model::Problem{model::Fault::Severity::Error, u"a"_s, what, {}};
        };
        const QList<QList<model::Problem>> steps = {{},
                                                    {make(u"1"_s)},
                                                    {make(u"1"_s), make(u"2"_s), make(u"3"_s)},
                                                    {make(u"1"_s), make(u"3"_s)},
                                                    {make(u"0"_s), make(u"1"_s), make(u"3"_s)},
                                                    {make(u"4"_s)},
                                                    {}};
        for (const QList<model::Problem>& step : steps) {
            problems.setProblems(step, {{u"a"_s, u"ls"_s}});
            QCOMPARE(problems.rowCount(), step.size());
            for (qsizetype i = 0; i < step.size(); ++i)
                QCOMPARE(problems.index(static_cast<int>(i), 2).data().toString(), step.at(i).what);
        }
        QCOMPARE(resets.size(), 0);
    }

    void faultsOfTheDocumentAreProblemsAndGoWhenMended()
    {
        model::Document document;
        model::Session session;
        ProblemsPanel panel(document, session);
        panel.show();
        const QString id = document.addNode(model::Kind::Command, {0, 0});
        QTRY_VERIFY(panel.count() > 0);
        QSignalSpy reveal(&panel, &ProblemsPanel::revealWanted);
        auto* view = panel.findChild<QTableView*>();
        view->setCurrentIndex(panel.model()->index(0, 0));
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Return);
        QTRY_COMPARE(reveal.size(), 1);
        QCOMPARE(reveal.at(0).at(0).toString(), id);
        document.setProperty(id, u"argv"_s, QJsonArray{u"true"_s});
        QTRY_COMPARE(panel.count(), 0);
    }

    void theFilterMeansTheSameNodesInTheNextRun()
    {
        LogFilterBar bar;
        model::Catalog first;
        first.processes.insert(1, process(1, u"ls"_s, u"ls"_s));
        first.processes.insert(2, process(2, u"grep"_s, u"grep"_s));
        bar.setCatalog(first);
        QSignalSpy changed(&bar, &LogFilterBar::filterChanged);
        bar.setProcesses({u"grep"_s});
        QCOMPARE(bar.filter().processes, QSet<quint32>{2});
        model::Catalog second;
        second.processes.insert(11, process(11, u"ls"_s, u"ls"_s));
        second.processes.insert(12, process(12, u"grep"_s, u"grep"_s));
        bar.setCatalog(second);
        QCOMPARE(bar.filter().processes, QSet<quint32>{12});
        QCOMPARE(changed.size(), 2);
        // What is chosen and did not run matches nothing, not everything.
        bar.setCatalog({});
        QVERIFY(!bar.filter().isEmpty());
        bar.clear();
        QVERIFY(bar.filter().isEmpty());
    }

    void aKindStandsForAllItsEndpointsAlsoThoseToCome()
    {
        LogFilterBar bar;
        model::Catalog catalog;
        const auto add = [&](quint32 number, const QString& kind) {
            model::EndpointEntry entry;
            entry.number = number;
            entry.kind = kind;
            entry.name = kind + QString::number(number);
            catalog.endpoints.insert(number, entry);
        };
        add(1, u"pipe"_s);
        add(2, u"tcp"_s);
        add(3, u"pipe"_s);
        bar.setCatalog(catalog);
        bar.setEndpoints({u"kind:pipe"_s});
        QCOMPARE(bar.filter().endpoints, QSet<quint32>({1, 3}));
        add(4, u"pipe"_s);
        bar.setCatalog(catalog);
        QCOMPARE(bar.filter().endpoints, QSet<quint32>({1, 3, 4}));
    }

    void textAndErrorsOnlyAreTypedIntoTheFilter()
    {
        LogFilterBar bar;
        bar.show();
        bar.focusText();
        QTest::keyClicks(bar.findChild<QLineEdit*>(), u"EAGAIN"_s);
        QCOMPARE(bar.filter().text, u"EAGAIN"_s);
        auto* errors = bar.findChild<QCheckBox*>();
        errors->setFocus();
        QTest::keyClick(errors, Qt::Key_Space);
        QVERIFY(bar.filter().errorsOnly);
    }

    void everyPropertyOfEveryKindHasAnEditor()
    {
        model::Document document;
        model::Session session;
        PropertiesPage page(document, session);
        for (const model::KindInfo& info : model::allKinds()) {
            const QString id = document.addNode(info.kind, {0, 0});
            page.setSubject(id, {});
            QVERIFY(page.editor(u"name"_s));
            for (const model::PropertySpec& spec : info.properties)
                QVERIFY2(page.editor(spec.key), qPrintable(info.id + u'.' + spec.key));
        }
    }

    void aTypedCommandLineIsOneUndoStep()
    {
        model::Document document;
        model::Session session;
        const QString id = document.addNode(model::Kind::Command, {0, 0});
        PropertiesPage page(document, session);
        page.resize(320, 800);
        page.setSubject(id, {});
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        auto* line = page.editor(u"argv"_s)->findChild<QLineEdit*>();
        line->setFocus();
        const int before = document.undoStack()->count();
        QTest::keyClicks(line, u"grep \"a b\" -c"_s);
        QTest::keyClick(line, Qt::Key_Return);
        const QStringList words{u"grep"_s, u"a b"_s, u"-c"_s};
        QCOMPARE(document.topology().node(id)->argv(), words);
        QCOMPARE(document.undoStack()->count(), before + 1);
        document.undoStack()->undo();
        QVERIFY(document.topology().node(id)->argv().isEmpty());
        QTRY_COMPARE(line->text(), QString());
    }

    void aSemaphoresMemoryIsChosenInTheForm()
    {
        model::Document document;
        model::Session session;
        document.addNode(model::Kind::Pipe, {0, 0});
        const QString memory = document.addNode(model::Kind::Memfd, {0, 0}, {}, u"ring"_s);
        const QString id = document.addNode(model::Kind::PosixSemaphore, {0, 0});
        PropertiesPage page(document, session);
        page.setSubject(id, {});
        page.show();
        auto* box = page.editor(u"memory"_s)->findChild<QComboBox*>();
        QCOMPARE(box->count(), 2); // none, and the only memory
        QCOMPARE(box->itemText(1), u"ring"_s);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(document.topology().node(id)->property(u"memory"_s).toString(), memory);
        document.remove({memory}, {});
        page.setSubject({}, {});
        page.setSubject(id, {});
        box = page.editor(u"memory"_s)->findChild<QComboBox*>();
        QVERIFY2(box->currentText().contains(u"not there"_s), qPrintable(box->currentText()));
    }

    void aPipesCapacityIsSetInTheForm()
    {
        model::Document document;
        model::Session session;
        const QString id = document.addNode(model::Kind::Pipe, {0, 0});
        PropertiesPage page(document, session);
        page.setSubject(id, {});
        page.show();
        auto* spin = page.editor(u"capacity"_s)->findChild<QSpinBox*>();
        spin->setFocus();
        spin->selectAll();
        QTest::keyClicks(spin, u"4096"_s);
        QTest::keyClick(spin, Qt::Key_Return);
        QCOMPARE(document.topology().node(id)->property(u"capacity"_s).toInt(), 4096);
    }

    void theCapacitySliderAsksForPowersOfTwo()
    {
        CapacityControl control;
        control.show();
        control.setValue(65536);
        QSignalSpy wanted(&control, &CapacityControl::wanted);
        QCOMPARE(control.value(), 65536);
        control.slider()->setFocus();
        QTest::keyClick(control.slider(), Qt::Key_Left);
        QCOMPARE(wanted.size(), 1);
        QCOMPARE(wanted.at(0).at(0).toInt(), 32768);
    }

    void aFileFromElsewhereIsTrustedByWhatItRunsAlone()
    {
        model::Topology topology = model::parsePipeline(u"ls /tmp | wc -l"_s).fragment;
        QVERIFY(!TrustDialog::isTrusted(topology));
        const TrustDialog dialog(u"other.byteyard"_s, topology);
        QVERIFY(TrustDialog::commandList(topology).contains(u"$ ls /tmp\n$ wc -l\n"_s));
        TrustDialog::trust(topology);
        QVERIFY(TrustDialog::isTrusted(topology));
        topology.nodes[0].position += QPointF(40, 0);
        QVERIFY(TrustDialog::isTrusted(topology));
        topology.nodes[0].properties.insert(u"argv"_s, QJsonArray{u"rm"_s});
        QVERIFY(!TrustDialog::isTrusted(topology));
        QVERIFY(TrustDialog::isTrusted({}));
    }

    void labsOfOurOwnAreTrustedWhereverTheyLie()
    {
        for (const auto& [path, title] : PalettePanel::labs())
            QVERIFY2(TrustDialog::isTrusted(model::readTopologyFile(path).topology), qPrintable(path));
    }

    void theEndingChoosesTheExportsFormat()
    {
        ExportDialog dialog(m_settings.filePath(u"log.jsonl"_s), 10, false, 0);
        dialog.show();
        QPushButton* button = nullptr;
        for (auto* each : dialog.findChildren<QPushButton*>())
            if (each->isDefault())
                button = each;
        QVERIFY(button && button->isEnabled());
        auto* line = dialog.findChild<QLineEdit*>();
        line->selectAll();
        QTest::keyClicks(line, u"log.doc"_s);
        QVERIFY(!button->isEnabled());
        line->selectAll();
        QTest::keyClicks(line, u"log.txt"_s);
        QVERIFY(button->isEnabled());
        line->selectAll();
        QTest::keyClicks(line, u"log.csv"_s);
        QVERIFY(button->isEnabled());
        QVERIFY(!dialog.filteredRows());
    }

    void theWindowsArgumentsAreChecked()
    {
        QCOMPARE(windowOptions({u"a.byteyard"_s}).file, u"a.byteyard"_s);
        const WindowOptions picture =
            windowOptions({u"--picture"_s, u"x.png"_s, u"a.byteyard"_s, u"--run-for"_s, u"1.5s"_s,
                           u"--size"_s, u"800x600"_s, u"--theme"_s, u"dark"_s});
        QVERIFY2(picture.error.isEmpty(), qPrintable(picture.error));
        QCOMPARE(picture.runForMs, 1500);
        QCOMPARE(picture.size, QSize(800, 600));
        QVERIFY(!windowOptions({u"--size"_s, u"1x1"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"--what"_s, u"1"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"--picture"_s, u"x.png"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"a"_s, u"b"_s}).error.isEmpty());
        const WindowOptions program =
            windowOptions({u"--theme"_s, u"dark"_s, u"--"_s, u"ls"_s, u"--theme"_s, u"--"_s});
        QVERIFY2(program.error.isEmpty() && program.theme == "dark"_L1, qPrintable(program.error));
        QCOMPARE(program.program, (QStringList{u"ls"_s, u"--theme"_s, u"--"_s}));
        QVERIFY(windowOptions({u"--picture"_s, u"x.png"_s, u"--"_s, u"ls"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"--"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"a"_s, u"--"_s, u"ls"_s}).error.isEmpty());
        QVERIFY(!windowOptions({u"--map"_s, u"all"_s, u"--"_s, u"ls"_s}).error.isEmpty());
    }

private:
    QTemporaryDir m_settings{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

QTEST_MAIN(Panels)
#include "tst_panels.moc"
