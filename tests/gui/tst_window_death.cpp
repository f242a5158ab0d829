#include "gui/dialogs/trust_dialog.h"
#include "gui/main_window.h"
#include "gui/theme/theme.h"
#include "gui/widgets/banner.h"
#include "model/topology/topology_file.h"
#include "tests/gui/hands.h"
#include "tests/gui/xvfb.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace byteyard;
using namespace byteyard::gui;
using byteyard::test::Hands;

namespace {

/// One process, told from a later one with the same pid by its start time.
struct Seen
{
    qint64 pid = 0;
    qint64 parent = 0;
    QByteArray name;
    QByteArray started;
};

/// Nothing when it is gone, or dead and only waits for its parent.
std::optional<Seen> look(qint64 pid)
{
    QFile stat(u"/proc/%1/stat"_s.arg(pid));
    if (!stat.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QByteArray text = stat.readAll();
    const qsizetype close = text.lastIndexOf(')');
    const QList<QByteArray> fields = text.mid(close + 2).split(' ');
    if (fields.size() < 20 || fields.at(0) == "Z" || fields.at(0) == "X")
        return std::nullopt;
    const qsizetype open = text.indexOf('(') + 1;
    return Seen{pid, fields.at(1).toLongLong(), text.mid(open, close - open), fields.at(19)};
}

QList<Seen> below(qint64 root)
{
    QHash<qint64, Seen> all;
    for (const QString& name : QDir(u"/proc"_s).entryList(QDir::Dirs))
        if (const auto seen = look(name.toLongLong()))
            all.insert(seen->pid, *seen);
    QList<Seen> found;
    for (const Seen& each : std::as_const(all))
        for (qint64 up = each.parent; up > 1; up = all.value(up).parent)
            if (up == root) {
                found.append(each);
                break;
            }
    return found;
}

QList<pid_t> childrenOf(qint64 parent, const QList<Seen>& processes)
{
    QList<pid_t> children;
    for (const Seen& each : processes)
        if (each.parent == parent)
            children.append(static_cast<pid_t>(each.pid));
    return children;
}

bool anyLives(const QList<Seen>& processes)
{
    return std::any_of(processes.cbegin(), processes.cend(), [](const Seen& each) {
        const auto now = look(each.pid);
        return now && now->started == each.started;
    });
}

/// The program itself, as a person starts it.
class RealWindow
{
public:
    explicit RealWindow(const QStringList& arguments, const QString& home)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"XDG_CONFIG_HOME"_s, home);
        environment.insert(u"XDG_RUNTIME_DIR"_s, home + u"/runtime"_s);
        environment.insert(u"TMPDIR"_s, home + u"/tmp"_s);
        m_process.setProcessEnvironment(environment);
        m_process.setProcessChannelMode(QProcess::ForwardedChannels);
        m_process.start(QStringLiteral(BYTEYARD_BIN "/byteyard"), arguments);
    }
    ~RealWindow()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(RealWindow)

    qint64 pid() const { return m_process.processId(); }
    void killHard()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

private:
    QProcess m_process;
};

} // namespace

/// Processes that a person would not want to find the next day, and what of them is there after the window
/// has been killed.
class WindowDeath : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(u"byteyard"_s);
        QCoreApplication::setApplicationName(u"byteyard"_s);
        Theme::instance().apply();
    }

    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>(QDir::tempPath() + u"/byteyard-test-XXXXXX"_s);
        QVERIFY(m_directory->isValid());
        QVERIFY(QDir(m_directory->path()).mkdir(u"runtime"_s));
        QVERIFY(QDir(m_directory->path()).mkdir(u"tmp"_s));
        qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory->filePath(u"runtime"_s)));
        qputenv("BYTEYARD_ENGINE", BYTEYARD_BIN "/byteyard-engine");
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_directory->path());
        // A first start shows the welcome lab: here it opens what it is told.
        QSettings().setValue(u"firstStart/done"_s, true);
        m_fifo = m_directory->filePath(u"outside-fifo"_s);
        m_lab = writeLab();
    }

    void aKilledWindowLeavesNothingTwoSecondsLater()
    {
        RealWindow window({m_lab}, m_directory->path());
        QList<Seen> all;
        begin(window, all);
        QVERIFY(!leftFiles().isEmpty());
        QElapsedTimer clock;
        clock.start();
        window.killHard();
        while ((anyLives(all) || QFileInfo::exists(m_fifo) || !leftFiles().isEmpty()) &&
               clock.elapsed() < 10000)
            QTest::qSleep(5);
        QVERIFY2(clock.elapsed() < 2000,
                 qPrintable(u"%1 ms, left: %2"_s.arg(clock.elapsed()).arg(leftFiles().join(u' '))));
        const QStringList temporary =
            QDir(m_directory->filePath(u"tmp"_s)).entryList({u"byteyard-*"_s}, QDir::AllEntries);
        QVERIFY2(temporary.isEmpty(), qPrintable(temporary.join(u' ')));
    }

    void whatIsLeftWhenAllDieIsOfferedByTheNextStart()
    {
        QList<Seen> all;
        {
            RealWindow window({m_lab}, m_directory->path());
            begin(window, all);
            // The keeper is the window's child, the worker the keeper's.
            const QList<pid_t> keeper = childrenOf(window.pid(), all);
            QCOMPARE(keeper.size(), 1);
            const QList<pid_t> engines = keeper + childrenOf(keeper.constFirst(), all);
            QCOMPARE(engines.size(), 2);
            // Neither of the engine's two may see another's death. Children go first: the kernel wakes the
            // stopped ones of a group whose parent has gone.
            for (const pid_t engine : engines)
                QCOMPARE(::kill(engine, SIGSTOP), 0);
            for (auto engine = engines.crbegin(); engine != engines.crend(); ++engine)
                QCOMPARE(::kill(*engine, SIGKILL), 0);
            window.killHard();
        }
        // What was launched dies with its tracer; objects stay.
        QTRY_VERIFY_WITH_TIMEOUT(!anyLives(all), 10000);
        QVERIFY(QFileInfo::exists(m_fifo));
        QVERIFY(!leftFiles().isEmpty());

        // The same window here says where its button is, and what it says.
        QPoint remove;
        {
            MainWindow window;
            window.setAttribute(Qt::WA_DeleteOnClose, false);
            window.show();
            QVERIFY(QTest::qWaitForWindowExposed(&window));
            window.lookForOrphans();
            QTRY_VERIFY_WITH_TIMEOUT(window.findChild<Banner*>(), 10000);
            auto* banner = window.findChild<Banner*>();
            QVERIFY2(banner->text().contains(u"left"_s) && banner->text().contains(m_directory->path()),
                     qPrintable(banner->text()));
            auto* button = banner->findChild<QPushButton*>();
            QTRY_VERIFY(button && button->isVisible() && button->width() > 20);
            remove = button->mapToGlobal(button->rect().center());
            window.close();
        }
        QSettings().remove(u"window"_s);
        QSettings().sync();
        RealWindow next({}, m_directory->path());
        QElapsedTimer clock;
        clock.start();
        while (QFileInfo::exists(m_fifo) && clock.elapsed() < 30000)
            QVERIFY(Hands::click(remove));
        QVERIFY(!QFileInfo::exists(m_fifo));
        QTRY_COMPARE(leftFiles(), QStringList());
        QVERIFY(next.isRunning());
    }

private:
    /// One that ignores SIGTERM and has a child, one that waits in open() of a FIFO outside the session's
    /// directory.
    QString writeLab() const
    {
        model::Topology topology;
        topology.nodes = {
            {u"stubborn"_s,
             model::Kind::Command,
             u"stubborn"_s,
             {0, 0},
             {{u"argv"_s,
               QJsonArray{u"sh"_s, u"-c"_s, u"trap '' TERM HUP; sleep 1000 & wait; sleep 1000"_s}}}},
            {u"reader"_s, model::Kind::Command, u"reader"_s, {0, 200}, {{u"argv"_s, QJsonArray{u"cat"_s}}}},
            {u"fifo"_s, model::Kind::Fifo, u"fifo"_s, {300, 200}, {{u"path"_s, m_fifo}}}};
        topology.edges = {{u"e"_s, u"reader"_s, u"0"_s, u"fifo"_s, u"read"_s, {}}};
        const QString path = m_directory->filePath(u"death.byteyard"_s);
        if (const QString error = model::writeTopologyFile(topology, path); !error.isEmpty())
            qFatal("%s", qPrintable(error));
        TrustDialog::trust(topology);
        QSettings().sync();
        return path;
    }

    /// Presses F5 in it until all that the lab starts is there.
    void begin(const RealWindow& window, QList<Seen>& all)
    {
        QElapsedTimer clock;
        clock.start();
        const auto runs = [&] {
            all = below(window.pid());
            QSet<QByteArray> names;
            for (const Seen& each : std::as_const(all))
                names.insert(each.name);
            return names.contains("sleep") && QFileInfo::exists(m_fifo);
        };
        while (!runs() && clock.elapsed() < 30000) {
            QVERIFY(window.isRunning());
            // Until its engine is there: a key too many would be a second run.
            if (below(window.pid()).isEmpty() &&
                Hands::act({u"search"_s, u"--sync"_s, u"--onlyvisible"_s, u"--name"_s, u"^death.*Byteyard$"_s,
                            u"windowfocus"_s}))
                QVERIFY(Hands::key(u"F5"_s));
            QTest::qWait(50);
        }
        QVERIFY(runs());
        // The engine's two, the shell, its sleep, and the one that waits in open().
        QVERIFY2(all.size() >= 5, qPrintable(QString::number(all.size())));
    }

    /// Run files and session directories.
    QStringList leftFiles() const
    {
        return QDir(m_directory->filePath(u"runtime/byteyard"_s))
            .entryList(QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot);
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    QString m_fifo;
    QString m_lab;
};

int main(int argc, char** argv)
{
    return byteyard::test::runOnXvfb<WindowDeath>(argc, argv);
}

#include "tst_window_death.moc"
