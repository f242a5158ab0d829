#include "gui/main_window.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/palette_list.h"
#include "gui/panels/palette_panel.h"
#include "gui/theme/theme.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QDialog>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;
using State = model::Session::State;

/// The main job, as a person does it: a real window on a real X server, a real mouse and real keys.
class MainJob : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_directory.isValid());
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope,
                           m_directory.filePath(u"settings"_s));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        Theme::instance().apply();
        QDir(m_directory.path()).mkdir(u"files"_s);
        for (const QString& name : {u"notes.txt"_s, u"readme.txt"_s, u"picture.png"_s}) {
            QFile file(files() + u'/' + name);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
    }

    void init()
    {
        m_window = new MainWindow;
        m_window->setGeometry(0, 0, 1500, 940);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window));
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
    }

    void cleanup()
    {
        m_window->document().undoStack()->setClean();
        m_window->close();
        QTRY_VERIFY(m_window.isNull());
    }

    void twoCommandsAndAPipeAreDraggedConnectedRunAndExported()
    {
        CanvasView* canvas = m_window->canvas();
        const QPoint middle = canvas->viewport()->mapToGlobal(canvas->viewport()->rect().center());
        const QString ls = dropPart(model::Kind::Command, middle - QPoint(330, 0));
        QVERIFY(!ls.isEmpty());
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        QVERIFY(Hands::type(u"ls "_s + files()));
        QVERIFY(Hands::key(u"Return"_s));
        const QStringList lsWords{u"ls"_s, files()};
        QTRY_COMPARE(m_window->document().topology().node(ls)->argv(), lsWords);

        const QString grep = dropPart(model::Kind::Command, middle + QPoint(330, 0));
        QVERIFY(!grep.isEmpty());
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        QVERIFY(Hands::type(u"grep \".txt\""_s));
        QVERIFY(Hands::key(u"Return"_s));
        const QStringList grepWords{u"grep"_s, u".txt"_s};
        QTRY_COMPARE(m_window->document().topology().node(grep)->argv(), grepWords);

        const QString pipe = dropPart(model::Kind::Pipe, middle);
        QVERIFY(!pipe.isEmpty());

        QVERIFY(Hands::drag(port(ls, u"1"_s), port(pipe, u"write"_s)));
        QTRY_COMPARE(m_window->document().topology().edges.size(), 1);
        QVERIFY(Hands::drag(port(pipe, u"read"_s), port(grep, u"0"_s)));
        QTRY_COMPARE(m_window->document().topology().edges.size(), 2);

        const model::Topology& topology = m_window->document().topology();
        QCOMPARE(topology.nodes.size(), 3);
        const model::Edge out = topology.edgesOf(ls).value(0);
        QCOMPARE(out.processPort, u"1"_s);
        QCOMPARE(out.endpoint, pipe);
        QCOMPARE(out.endpointPort, u"write"_s);
        const model::Edge in = topology.edgesOf(grep).value(0);
        QCOMPARE(in.processPort, u"0"_s);
        QCOMPARE(in.endpoint, pipe);
        QCOMPARE(in.endpointPort, u"read"_s);

        QVERIFY(Hands::key(u"F5"_s));
        checkTheRun(ls, grep, pipe);
        exportAndCheck();
    }

    void theSameWithTheKeyboardAlone()
    {
        m_window->canvas()->setFocus();
        // From the palette: search a part, take it.
        const auto part = [this](const QString& name) {
            while (!m_window->palettePanel()->isAncestorOf(QApplication::focusWidget()))
                QVERIFY(Hands::key(u"F6"_s));
            QVERIFY(Hands::key(u"ctrl+f"_s));
            QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
            QVERIFY(Hands::key(u"ctrl+a"_s));
            QVERIFY(Hands::type(name));
            QVERIFY(Hands::key(u"Return"_s));
        };
        const model::Topology& topology = m_window->document().topology();
        part(u"Command"_s);
        QTRY_COMPARE(topology.nodes.size(), 1);
        const QString ls = topology.nodes.constLast().id;
        QTRY_VERIFY(m_window->canvas()->isAncestorOf(QApplication::focusWidget()));
        QVERIFY(Hands::type(u"ls "_s + files()));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE(topology.node(ls)->argv().size(), 2);

        part(u"Pipe"_s);
        QTRY_COMPARE(topology.nodes.size(), 2);
        const QString pipe = topology.nodes.constLast().id;

        part(u"Command"_s);
        QTRY_COMPARE(topology.nodes.size(), 3);
        const QString grep = topology.nodes.constLast().id;
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        QVERIFY(Hands::type(u"grep \".txt\""_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE(topology.node(grep)->argv().size(), 2);

        connectByKeys(ls, u"1"_s, pipe, 1);
        connectByKeys(grep, u"0"_s, pipe, 2);
        QCOMPARE(topology.edgesOf(ls).value(0).endpointPort, u"write"_s);
        QCOMPARE(topology.edgesOf(grep).value(0).endpointPort, u"read"_s);

        QVERIFY(Hands::key(u"F5"_s));
        checkTheRun(ls, grep, pipe);
        exportAndCheck();
    }

    void aTypedPipelineRunsWithinAFewKeys()
    {
        m_window->canvas()->setFocus();
        QVERIFY(Hands::key(u"Insert"_s));
        QTRY_VERIFY(qobject_cast<QLineEdit*>(QApplication::focusWidget()));
        QVERIFY(Hands::type(u"ls "_s + files() + u" | grep \".txt\""_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE(m_window->document().topology().nodes.size(), 3);
        QVERIFY(Hands::key(u"F5"_s));
        const model::Topology& topology = m_window->document().topology();
        QString processes[2];
        QString pipe;
        for (const model::Edge& edge : topology.edges) {
            processes[edge.endpointPort == "write"_L1 ? 0 : 1] = edge.process;
            pipe = edge.endpoint;
        }
        checkTheRun(processes[0], processes[1], pipe);
    }

private:
    QString files() const { return m_directory.filePath(u"files"_s); }

    /// Drags a part from the palette with the mouse; the new node's id, empty when none came.
    QString dropPart(model::Kind kind, QPoint to)
    {
        PaletteList* list = m_window->palettePanel()->list();
        const qsizetype before = m_window->document().topology().nodes.size();
        for (int row = 0; row < list->count(); ++row) {
            QListWidgetItem* item = list->item(row);
            if (item->data(PaletteList::PartRole).toString() != model::kindId(kind))
                continue;
            if (!Hands::drag(list->viewport()->mapToGlobal(list->visualItemRect(item).center()), to))
                return {};
        }
        const bool came =
            QTest::qWaitFor([&] { return m_window->document().topology().nodes.size() > before; }, 10000);
        return came ? m_window->document().topology().nodes.constLast().id : QString();
    }

    QPoint port(const QString& node, const QString& name) const
    {
        return m_window->canvas()->viewport()->mapToGlobal(m_window->canvas()->portPosition(node, name));
    }

    /// Selects a process, begins at the port, and aims until the endpoint is the target.
    void connectByKeys(const QString& process, const QString& processPort, const QString& endpoint, int edges)
    {
        CanvasView* canvas = m_window->canvas();
        canvas->setFocus();
        canvas->reveal(process);
        QString said;
        const auto hint =
            connect(canvas, &CanvasView::hint, this, [&said](const QString& text) { said = text; });
        const QString beginning = u"Connecting %1 of"_s.arg(processPort);
        for (int tries = 0; tries < 5 && !said.startsWith(beginning); ++tries) {
            said.clear();
            QVERIFY(Hands::key(u"c"_s));
            QTRY_VERIFY(!said.isEmpty());
        }
        disconnect(hint);
        QVERIFY2(said.startsWith(beginning), qPrintable(said));
        const QPoint way = canvas->nodeRect(endpoint).center() - canvas->nodeRect(process).center();
        QVERIFY(Hands::key(way.x() > 0 ? u"Right"_s : u"Left"_s));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE(m_window->document().topology().edges.size(), edges);
    }

    void checkTheRun(const QString& ls, const QString& grep, const QString& pipe)
    {
        model::Session& session = m_window->session();
        QTRY_COMPARE_WITH_TIMEOUT(session.state(), State::Ended, 30000);
        QVERIFY(session.processOfNode(ls) && session.processOfNode(grep) && session.endpointOfNode(pipe));
        QCOMPARE(session.processOfNode(ls)->entry.exitCode, std::optional<int>(0));
        QCOMPARE(session.processOfNode(grep)->entry.exitCode, std::optional<int>(0));
        const model::EndpointEntry& entry = session.endpointOfNode(pipe)->entry;
        const quint64 listing =
            static_cast<quint64>(QByteArray("notes.txt\npicture.png\nreadme.txt\n").size());
        QCOMPARE(entry.totals.bytesIn, listing);
        QCOMPARE(entry.totals.bytesOut, listing);
        QCOMPARE(session.lost(), quint64(0));
        quint64 written = 0;
        quint64 read = 0;
        session.store().forEach(session.store().first(), session.store().end(),
                                [&](quint64, const ipc::EventView& event) {
                                    if (event.endpoint == entry.number && event.result > 0) {
                                        if (event.call == ipc::Call::Write)
                                            written += static_cast<quint64>(event.result);
                                        if (event.call == ipc::Call::Read)
                                            read += static_cast<quint64>(event.result);
                                    }
                                    return true;
                                });
        QCOMPARE(written, listing);
        QCOMPARE(read, listing);
        QTRY_VERIFY2(m_window->output()->text().contains(u"notes.txt\nreadme.txt\n"_s),
                     qPrintable(m_window->output()->text()));
        QVERIFY(!m_window->output()->text().contains(u"picture"_s));
        QTRY_COMPARE(m_window->log()->model()->rowCount(), static_cast<int>(session.eventCount()));
    }

    void exportAndCheck()
    {
        const QString path = m_directory.filePath(u"log.jsonl"_s);
        QFile::remove(path);
        QSignalSpy finished(m_window, &MainWindow::exportFinished);
        QVERIFY(Hands::key(u"ctrl+e"_s));
        QTRY_VERIFY(m_window->findChild<QDialog*>() && m_window->findChild<QDialog*>()->isVisible());
        auto* line = m_window->findChild<QDialog*>()->findChild<QLineEdit*>();
        QTRY_VERIFY(line->hasFocus());
        QVERIFY(Hands::key(u"ctrl+a"_s));
        QVERIFY(Hands::type(path));
        QVERIFY(Hands::key(u"Return"_s));
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, 20000);
        QCOMPARE(finished.at(0).at(1).toString(), QString());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QList<QByteArray> lines = file.readAll().trimmed().split('\n');
        QCOMPARE(QJsonDocument::fromJson(lines.constFirst()).object().value("type"_L1).toString(),
                 u"session"_s);
        QCOMPARE(QJsonDocument::fromJson(lines.constLast()).object().value("type"_L1).toString(),
                 u"summary"_s);
        QCOMPARE(static_cast<quint64>(lines.size()), m_window->session().eventCount() + 2);
    }

    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
    QPointer<MainWindow> m_window;
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<MainJob>(argc, argv);
}

#include "tst_main_job.moc"
