#pragma once

#include "gui/canvas/canvas_view.h"
#include "gui/part.h"
#include "model/log/log_filter.h"
#include "model/program/program.h"
#include "model/session/session.h"
#include "model/topology/document.h"

#include <QMainWindow>
#include <QTimer>

#include <functional>

class QDockWidget;
class QLabel;
class QMenu;
class QToolBar;
class QToolButton;
class QVBoxLayout;

namespace byteyard::gui {

class Banner;
class BytesPanel;
class ChartsPanel;
class DescriptorsPanel;
class FindBar;
class FoundParts;
class History;
class Inspector;
class LogPanel;
class OutputPanel;
class PalettePanel;
class ProblemsPanel;
class ReplayBar;
class TimeLineView;

/// One window: its document, its run, and the panels around the canvas. It connects; what is shown is the
/// panels' work.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Opens a `.byteyard` or session file; false when it was refused (a banner says why). Nothing runs by
    /// opening.
    bool openPath(const QString& path);
    /// What the line above the canvas says; empty when there is none.
    QString bannerText() const;
    /// The lab of the first start.
    void openWelcome();
    /// Asks the engine in the background what dead sessions left, and offers to remove it.
    void lookForOrphans();

    model::Document& document() { return m_document; }
    model::Session& session() { return m_session; }
    CanvasView* canvas() const { return m_canvas; }
    PalettePanel* palettePanel() const { return m_palette; }
    Inspector* inspector() const { return m_inspector; }
    LogPanel* log() const { return m_log; }
    BytesPanel* bytes() const { return m_bytes; }
    OutputPanel* output() const { return m_output; }
    ProblemsPanel* problems() const { return m_problems; }
    ChartsPanel* charts() const { return m_charts; }
    DescriptorsPanel* descriptors() const { return m_descriptors; }
    TimeLineView* timeLine() const { return m_timeLine; }
    QString statusText() const;
    /// Shows the map in this window, of all processes when there are none.
    void showMap(const QList<qint64>& pids);
    /// Puts a program with its arguments on the canvas, in the directory that we are in. False when it cannot
    /// be one: the banner says why.
    bool placeProgram(const QStringList& argv);
    /// Runs without asking about the commands: only for a person who named the file on the command line to be
    /// run.
    /// `only`: nodes of the processes that start; the others wait for a hand. Empty: each as it says.
    void runNow(const QStringList& only = {});
    /// Writes the topology as a program; what hinders it, and what it leaves out, stands under Problems.
    void saveProgram(const QString& path, model::Language language);

Q_SIGNALS:
    void exportFinished(const QString& path, const QString& error);

protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    // main_window.cpp
    void createPanels();
    QDockWidget* addPanel(const QString& id, const QString& title, QWidget* panel, Qt::DockWidgetArea area);
    void connectPanels();
    void connectTimeLine();
    void nextPanel(int step);
    void retitle();
    void showHeld(const model::RuleHit& hit, const QString& sentence);
    void showBanner(const QString& text,
                    const QList<std::pair<QString, std::function<void()>>>& buttons = {});

    // main_window_actions.cpp
    void createActions();
    void createFileMenu();
    void createEditMenu();
    void createViewMenu();
    void createArrangeMenu();
    void createRunMenu();
    void createHelpMenu();
    void createToolBar();
    QAction* addAction(QMenu* menu, const QString& name, const QString& text, const QKeySequence& key,
                       const std::function<void()>& work);
    QAction* action(const QString& name) const;
    void addCanvasKey(QAction* action);
    void fillRecent();
    void openContextMenu();
    void copyFocused();
    void selectAllFocused();
    void focusFind();

    // main_window_commands.cpp
    void showCommands();
    void updateActions();

    // main_window_files.cpp
    void newDocument();
    void open();
    bool openTopology(const QString& path);
    bool save();
    bool saveAs();
    bool saveTo(const QString& path);
    bool mayDiscard();
    void remember(const QString& path);
    void withStoppedRun(const std::function<void()>& then);
    void openedRecording();
    void exportLog();
    void startExport(const QString& path, const model::LogFilter& filter);
    void exportPicture();
    void exportProgram();

    // main_window_run.cpp
    void run(const QStringList& only = {});
    void attach();
    void lookAtMachine();
    /// Ends the map, and attaches to one of its processes.
    void followFromMap(qint64 pid);
    void togglePause();
    void toggleRecord();
    void setPace(int callsPerSecond);
    void stateChanged();
    void updateStatus();
    void addDuringRun();

    // main_window_groups.cpp
    QStringList startableOf(const QString& group) const;
    QStringList stoppableOf(const QString& group) const;
    void runGroup(const QString& group);
    void stopGroup(const QString& group);
    void groupMenu(const QPoint& position, const QString& group);
    void fillGroupMenu(QMenu& menu, const QString& group);
    void updateGroupActions();

    // main_window_context.cpp
    void contextMenu(const QPoint& position, const QString& node, const QString& edge, const QString& port);
    void fillContextMenu(QMenu& menu, const QString& node, const QString& edge);
    void fillPortMenu(QMenu& menu, const QString& node, const QString& port);
    void editEdge();
    void fillNodeMenu(QMenu& menu, const QString& node);
    void fillEndpointMenu(QMenu& menu, const model::LiveEndpoint& endpoint);
    void fillCanvasMenu(QMenu& menu);
    void editScript(const QString& node);
    QString steppable() const;
    void dropHeldBanner();
    void addPart(const Part& part);
    void selectionChanged();

    model::Document m_document;
    model::Session m_session;
    History* m_history = nullptr;
    CanvasView* m_canvas = nullptr;
    FoundParts* m_foundParts = nullptr;
    QVBoxLayout* m_center = nullptr;
    FindBar* m_find = nullptr;
    Banner* m_banner = nullptr;
    quint32 m_heldProcess = 0; ///< whom the banner is about
    PalettePanel* m_palette = nullptr;
    Inspector* m_inspector = nullptr;
    LogPanel* m_log = nullptr;
    BytesPanel* m_bytes = nullptr;
    OutputPanel* m_output = nullptr;
    ProblemsPanel* m_problems = nullptr;
    ChartsPanel* m_charts = nullptr;
    DescriptorsPanel* m_descriptors = nullptr;
    TimeLineView* m_timeLine = nullptr;
    ReplayBar* m_replay = nullptr;
    QHash<QString, QDockWidget*> m_docks;
    QMenu* m_recent = nullptr;
    QToolButton* m_pace = nullptr;
    QToolBar* m_toolBar = nullptr;
    QLabel* m_captureLabel = nullptr;
    QAction* m_captureAction = nullptr; ///< the label's place in the tool bar
    QLabel* m_status = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_recording = nullptr;
    QTimer m_statusSoon;
    QTimer m_addSoon;
    bool m_fromElsewhere = false; ///< opened from a file, and its commands not accepted yet
    bool m_restored = false;      ///< the panels stand where they stood before
    bool m_opening = false;       ///< a recording is being read
    std::function<void()> m_afterStop;
    QList<qint64> m_attach;       ///< what the run that is about to begin attaches to, and
    bool m_attachChildren = true; ///< whether to the children that it has
};

} // namespace byteyard::gui
