#include "gui/main_window.h"

#include "gui/found_parts.h"
#include "gui/panels/bytes_panel.h"
#include "gui/panels/charts_panel.h"
#include "gui/panels/descriptors_panel.h"
#include "gui/panels/history.h"
#include "gui/panels/inspector.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/problems_panel.h"
#include "gui/panels/properties_page.h"
#include "gui/panels/replay_bar.h"
#include "gui/panels/time_line_view.h"
#include "gui/theme/theme.h"
#include "gui/widgets/background.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/dock_grip.h"
#include "gui/widgets/find_bar.h"
#include "model/session/orphans.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QSettings>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// Raised when panels come or go, so that an older arrangement is not forced upon them.
constexpr int stateVersion = 2;
constexpr int canvasShareLeast = 45; ///< of the window's height, in percent
const QString geometryKey = u"window/geometry"_s;
const QString stateKey = u"window/state"_s;

} // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setDockOptions(AnimatedDocks | AllowNestedDocks | AllowTabbedDocks);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    m_history = new History(m_session, this);
    createPanels();
    createActions();
    connectPanels();

    m_statusSoon.setSingleShot(true);
    m_statusSoon.setInterval(100);
    connect(&m_statusSoon, &QTimer::timeout, this, &MainWindow::updateStatus);
    m_addSoon.setSingleShot(true);
    m_addSoon.setInterval(0);
    connect(&m_addSoon, &QTimer::timeout, this, &MainWindow::addDuringRun);

    resize(1600, 1000);
    const QSettings settings;
    restoreGeometry(settings.value(geometryKey).toByteArray());
    m_restored = restoreState(settings.value(stateKey).toByteArray(), stateVersion);
    if (!m_restored) {
        resizeDocks({m_docks.value(u"palette"_s), m_docks.value(u"inspector"_s)}, {214, 310}, Qt::Horizontal);
        resizeDocks({m_docks.value(u"log"_s)}, {310}, Qt::Vertical);
    }
    retitle();
    updateActions();
    updateStatus();
    m_canvas->setFocus();
}

MainWindow::~MainWindow()
{
    m_session.disconnect();
    m_document.disconnect();
    // The panels look at document and session until they are gone, and members go before child widgets.
    delete takeCentralWidget();
    qDeleteAll(m_docks);
}

void MainWindow::createPanels()
{
    auto* center = new QWidget(this);
    m_center = new QVBoxLayout(center);
    m_center->setContentsMargins(0, 0, 0, 0);
    m_center->setSpacing(0);
    m_find = new FindBar(center);
    m_canvas = new CanvasView(m_document, m_session, center);
    m_canvas->setAccessibleName(tr("Canvas"));
    m_canvas->setFrameShape(QFrame::NoFrame);
    m_center->addWidget(m_find);
    m_center->addWidget(m_canvas, 1);
    setCentralWidget(center);

    m_palette = new PalettePanel;
    m_inspector = new Inspector(m_document, m_session, *m_history);
    m_log = new LogPanel(m_session);
    m_bytes = new BytesPanel(m_session);
    m_charts = new ChartsPanel(m_session, *m_history);
    m_descriptors = new DescriptorsPanel(m_session);
    m_timeLine = new TimeLineView(m_session);
    m_replay = new ReplayBar(m_session);
    m_output = new OutputPanel(m_document, m_session);
    m_problems = new ProblemsPanel(m_document, m_session);
    addPanel(u"palette"_s, tr("Parts"), m_palette, Qt::LeftDockWidgetArea);
    connect(m_inspector->properties(), &PropertiesPage::collapseWanted, m_canvas, &CanvasView::setCollapsed);
    addPanel(u"inspector"_s, tr("Inspector"), m_inspector, Qt::RightDockWidgetArea);
    QDockWidget* log = addPanel(u"log"_s, tr("Session log"), m_log, Qt::BottomDockWidgetArea);
    // Before the others join the log's tabs: a tabbed panel has none under it.
    auto* timeRow = new QWidget;
    auto* timeLayout = new QHBoxLayout(timeRow);
    timeLayout->setContentsMargins(0, 0, 0, 0);
    timeLayout->setSpacing(0);
    timeLayout->addWidget(m_replay);
    timeLayout->addWidget(m_timeLine, 1);
    timeRow->setFocusProxy(m_timeLine);
    timeRow->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    QDockWidget* line = addPanel(u"timeline"_s, tr("Time line"), timeRow, Qt::BottomDockWidgetArea);
    splitDockWidget(log, line, Qt::Vertical);
    for (QDockWidget* other :
         {addPanel(u"bytes"_s, tr("Bytes"), m_bytes, Qt::BottomDockWidgetArea),
          addPanel(u"charts"_s, tr("Charts"), m_charts, Qt::BottomDockWidgetArea),
          addPanel(u"descriptors"_s, tr("File descriptors"), m_descriptors, Qt::BottomDockWidgetArea),
          addPanel(u"output"_s, tr("Output"), m_output, Qt::BottomDockWidgetArea),
          addPanel(u"problems"_s, tr("Problems"), m_problems, Qt::BottomDockWidgetArea)})
        tabifyDockWidget(log, other);
    log->raise();

    m_status = new QLabel(this);
    m_hint = new QLabel(this);
    m_recording = new QLabel(this);
    statusBar()->addWidget(m_status);
    statusBar()->addWidget(m_hint, 1);
    statusBar()->addPermanentWidget(m_recording);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(8, 0, 8, 0);
}

QDockWidget* MainWindow::addPanel(const QString& id, const QString& title, QWidget* panel,
                                  Qt::DockWidgetArea area)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(id);
    dock->setWidget(panel);
    addDockWidget(area, dock);
    m_docks.insert(id, dock);
    // A tab says the panel's name already and is what one moves it by; a single line needs no bar as high as
    // itself, and has a grip at its side. Alone or floating, a panel has its bar with the name.
    const bool oneLine = panel->sizePolicy().verticalPolicy() == QSizePolicy::Fixed;
    const auto title_ = [this, dock, oneLine] {
        const bool tabbed = !tabifiedDockWidgets(dock).isEmpty();
        const bool bare = !dock->isFloating() && (oneLine || tabbed);
        const bool hidden = dock->titleBarWidget() != nullptr;
        if (bare && !hidden) {
            if (oneLine)
                dock->setFeatures(dock->features() | QDockWidget::DockWidgetVerticalTitleBar);
            dock->setTitleBarWidget(oneLine ? new DockGrip(dock) : new QWidget(dock));
        } else if (!bare && hidden) {
            dock->setFeatures(dock->features() & ~QDockWidget::DockWidgetVerticalTitleBar);
            QWidget* nothing = dock->titleBarWidget();
            dock->setTitleBarWidget(nullptr);
            nothing->deleteLater();
        }
    };
    connect(dock, &QDockWidget::topLevelChanged, dock, title_, Qt::QueuedConnection);
    connect(dock, &QDockWidget::dockLocationChanged, dock, title_, Qt::QueuedConnection);
    connect(dock, &QDockWidget::visibilityChanged, dock, title_, Qt::QueuedConnection);
    return dock;
}

void MainWindow::connectPanels()
{
    connect(&m_document, &model::Document::modifiedChanged, this, &MainWindow::retitle);
    connect(&m_document, &model::Document::pathChanged, this, &MainWindow::retitle);
    connect(&m_document, &model::Document::infoChanged, this, &MainWindow::retitle);
    connect(&m_document, &model::Document::wasReset, this, &MainWindow::retitle);
    connect(&m_session, &model::Session::stateChanged, this, &MainWindow::stateChanged);
    connect(&m_session, &model::Session::held, this, &MainWindow::showHeld);
    connect(&m_session, &model::Session::opened, this, &MainWindow::openedRecording);
    const auto statusSoon = [this] {
        if (!m_statusSoon.isActive())
            m_statusSoon.start();
    };
    connect(&m_session, &model::Session::ticked, this, statusSoon);
    connect(&m_session, &model::Session::structureChanged, this, statusSoon);
    connect(&m_session, &model::Session::recordingChanged, this, [this, statusSoon] {
        updateActions();
        statusSoon();
    });
    const auto addSoon = [this] {
        if (m_session.isLive())
            m_addSoon.start();
    };
    for (const auto signal : {&model::Document::nodeAdded, &model::Document::nodeChanged,
                              &model::Document::edgeAdded, &model::Document::edgeChanged})
        connect(&m_document, signal, this, addSoon);

    // Whether there is anything to run follows from what is there, however it came.
    for (const auto signal : {&model::Document::nodeAdded, &model::Document::nodeRemoved})
        connect(&m_document, signal, this, &MainWindow::updateActions);
    for (const auto signal :
         {&model::Document::groupAdded, &model::Document::groupChanged, &model::Document::groupRemoved})
        connect(&m_document, signal, this, &MainWindow::updateActions);
    connect(&m_document, &model::Document::wasReset, this, &MainWindow::updateActions);

    connect(m_canvas, &CanvasView::selectionChanged, this, &MainWindow::selectionChanged);
    connect(m_canvas, &CanvasView::contextMenuWanted, this, &MainWindow::contextMenu);
    connect(m_canvas, &CanvasView::groupMenuWanted, this, &MainWindow::groupMenu);
    m_foundParts = new FoundParts(*m_canvas, m_document, m_session, this);
    connect(m_foundParts, &FoundParts::kept, this, [this](const QStringList& problems) {
        if (!problems.isEmpty())
            showBanner(tr("Kept, but for a connection: %1").arg(problems.first()));
    });
    connect(m_canvas, &CanvasView::mapWanted, this, &MainWindow::lookAtMachine);
    connect(m_canvas, &CanvasView::openLabWanted, this, [this] {
        m_docks.value(u"palette"_s)->show();
        m_palette->showLabs();
    });
    connect(m_canvas, &CanvasView::scriptWanted, this, &MainWindow::editScript);
    connect(m_canvas, &CanvasView::edgeEditWanted, this, &MainWindow::editEdge);
    connect(m_canvas, &CanvasView::hint, m_hint, [this](const QString& text) {
        m_hint->setText(text);
        m_status->setVisible(text.isEmpty());
    });
    connect(m_palette, &PalettePanel::partWanted, this, &MainWindow::addPart);
    connect(m_palette, &PalettePanel::labWanted, this, [this](const QString& path) { openPath(path); });
    connect(m_find, &FindBar::textChanged, m_canvas, &CanvasView::find);
    connect(m_find, &FindBar::nextWanted, m_canvas, &CanvasView::findNext);
    connect(m_find, &FindBar::previousWanted, m_canvas, &CanvasView::findPrevious);
    connect(m_find, &FindBar::ended, this, [this] {
        m_find->hide();
        m_canvas->find({});
        m_canvas->setFocus();
    });
    connect(m_log, &LogPanel::eventChosen, m_bytes, &BytesPanel::setEvent);
    connect(m_log, &LogPanel::revealWanted, this, [this](const QString& process, const QString& endpoint) {
        Selection both;
        for (const QString& key : {process, endpoint})
            if (!key.isEmpty())
                both.nodes.append(key);
        m_canvas->select(both);
    });
    connect(m_descriptors, &DescriptorsPanel::revealWanted, this, [this](const QStringList& keys) {
        Selection all;
        all.nodes = keys;
        m_canvas->select(all);
    });
    connectTimeLine();
    connect(m_problems, &ProblemsPanel::revealWanted, m_canvas, &CanvasView::reveal);
    connect(m_problems, &ProblemsPanel::countChanged, this, [this](int count) {
        m_docks.value(u"problems"_s)
            ->setWindowTitle(count == 0 ? tr("Problems") : tr("Problems (%1)").arg(count));
    });
}

/// The filter of the log holds the range that is chosen; time line and charts show it.
void MainWindow::connectTimeLine()
{
    connect(m_timeLine, &TimeLineView::replayToggled, m_replay, &ReplayBar::toggle);
    connect(&m_session, &model::Session::replayChanged, this,
            [this, was = std::pair(false, false)]() mutable {
                const std::pair now(m_session.isReplaying(), m_session.isReplayPlaying());
                if (std::exchange(was, now) != now)
                    updateActions();
            });
    connect(m_timeLine, &TimeLineView::rangeChosen, this,
            [this](const std::optional<TimeLineView::Range>& range) {
                m_log->filterBar()->setRange(range ? range->from : 0,
                                             range ? range->to : std::numeric_limits<quint64>::max());
            });
    connect(m_log->filterBar(), &LogFilterBar::filterChanged, this, [this] {
        const model::LogFilter& filter = m_log->filterBar()->filter();
        std::optional<TimeLineView::Range> range;
        std::optional<std::pair<double, double>> seconds;
        if (filter.hasRange()) {
            range = TimeLineView::Range{filter.from, filter.to};
            seconds = {static_cast<double>(filter.from) / 1e9, static_cast<double>(filter.to) / 1e9};
        }
        m_timeLine->setRange(range);
        m_charts->setRange(seconds);
    });
}

void MainWindow::selectionChanged()
{
    const Selection selection = m_canvas->selection();
    m_inspector->setSelection(selection);
    QString key = selection.nodes.size() == 1 ? selection.nodes.constFirst() : QString();
    // A connection's bytes are those of its endpoint.
    if (selection.nodes.isEmpty() && selection.edges.size() == 1)
        if (const model::Edge* edge = m_document.topology().edge(selection.edges.constFirst()))
            key = edge->endpoint;
    const model::Node* node = m_document.topology().node(key);
    const bool process = node ? model::isProcess(node->kind) : key.startsWith("process:"_L1);
    if (process) {
        m_output->setProcess(key);
        m_bytes->setEndpoint({});
    } else {
        m_bytes->setEndpoint(key);
    }
    updateActions();
}

void MainWindow::nextPanel(int step)
{
    QList<QWidget*> panels{m_canvas};
    for (const QString& id : {u"palette"_s, u"inspector"_s, u"log"_s, u"bytes"_s, u"charts"_s,
                              u"descriptors"_s, u"output"_s, u"problems"_s, u"timeline"_s})
        if (QWidget* panel = m_docks.value(id)->widget();
            panel->isVisible() && !panel->visibleRegion().isEmpty())
            panels.append(panel);
    qsizetype at = -1;
    for (qsizetype i = 0; i < panels.size(); ++i)
        if (QWidget* focus = QApplication::focusWidget();
            focus && (focus == panels.at(i) || panels.at(i)->isAncestorOf(focus)))
            at = i;
    const qsizetype next = at < 0 ? 0 : (at + step + panels.size()) % panels.size();
    panels.at(next)->setFocus(step > 0 ? Qt::TabFocusReason : Qt::BacktabFocusReason);
}

void MainWindow::retitle()
{
    setWindowTitle(tr("%1[*] — Byteyard").arg(m_document.displayName()));
    setWindowModified(m_document.isModified());
}

QString MainWindow::bannerText() const
{
    return m_banner != nullptr ? m_banner->text() : QString();
}

void MainWindow::showBanner(const QString& text,
                            const QList<std::pair<QString, std::function<void()>>>& buttons)
{
    delete m_banner;
    m_heldProcess = 0;
    m_banner = new Banner(text, m_center->parentWidget());
    for (const auto& [label, work] : buttons)
        m_banner->addButton(label, work);
    connect(m_banner, &Banner::closed, this, [this] { m_banner = nullptr; });
    m_center->insertWidget(0, m_banner);
}

void MainWindow::lookForOrphans()
{
    inBackground(
        this, [] { return model::findOrphans(); },
        [this](const model::OrphanReport& report) {
            if (report.orphans.isEmpty())
                return;
            QStringList sentences;
            qsizetype things = 0;
            for (const model::Orphan& orphan : report.orphans) {
                sentences.append(orphan.sentence());
                things += orphan.processes.size() + orphan.objects.size();
            }
            const QList<model::Orphan> orphans = report.orphans;
            showBanner(tr("A session that ended abruptly left %n thing(s) behind: %1", nullptr,
                          static_cast<int>(things))
                           .arg(sentences.join(u"; "_s)),
                       {{tr("Remove"), [this, orphans] {
                             inBackground(
                                 this,
                                 [orphans] {
                                     QStringList errors;
                                     for (const model::Orphan& orphan : orphans)
                                         if (const QString error = model::cleanOrphan(orphan.id);
                                             !error.isEmpty())
                                             errors.append(error);
                                     return errors;
                                 },
                                 [this](const QStringList& errors) {
                                     for (const QString& error : errors)
                                         m_problems->add({model::Fault::Severity::Error, {}, error, {}});
                                     statusBar()->showMessage(
                                         errors.isEmpty() ? tr("Removed.") : errors.constFirst(), 5000);
                                 });
                         }}});
        });
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    updateStatus();
    // What was restored before the window had its size has lost the panels' own.
    if (m_restored && !event->oldSize().isValid())
        restoreState(QSettings().value(stateKey).toByteArray(), stateVersion);
    // A window that gets lower takes it from the panels below rather than from the canvas; what the person
    // has set stays as it is where it comes back in its own size.
    const bool lower =
        event->oldSize().isValid() ? event->size().height() < event->oldSize().height() : !m_restored;
    const int wanted = event->size().height() * canvasShareLeast / 100;
    const int missing = wanted - centralWidget()->height();
    QDockWidget* log = m_docks.value(u"log"_s);
    if (!lower || missing <= 0 || dockWidgetArea(log) != Qt::BottomDockWidgetArea)
        return;
    // Those that lie behind another's tab have no height of their own to give.
    const QList<QDockWidget*> tabbed = tabifiedDockWidgets(log);
    for (QDockWidget* each : tabbed)
        if (!each->isFloating() && !each->visibleRegion().isEmpty())
            log = each;
    resizeDocks({log}, {log->height() - missing}, Qt::Vertical);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (!mayDiscard())
        return event->ignore();
    QSettings settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(stateKey, saveState(stateVersion));
    // The session ends its engine, and that ends what runs.
    event->accept();
}

} // namespace byteyard::gui
