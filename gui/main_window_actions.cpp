#include "gui/dialogs/help_dialog.h"
#include "gui/dialogs/preferences_dialog.h"
#include "gui/main_window.h"

#include "gui/capture_menu.h"
#include "gui/found_parts.h"
#include "gui/panels/bytes_panel.h"
#include "gui/panels/log_filter_bar.h"
#include "gui/panels/log_panel.h"
#include "gui/panels/output_panel.h"
#include "gui/panels/palette_panel.h"
#include "gui/panels/replay_bar.h"
#include "gui/rule_menu.h"
#include "gui/theme/theme.h"
#include "gui/widgets/command_model.h"
#include "gui/widgets/find_bar.h"
#include "gui/widgets/labels.h"

#include <QActionGroup>
#include <QApplication>
#include <QContextMenuEvent>
#include <QDockWidget>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QShortcut>
#include <QToolBar>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// The icons follow the theme; an action keeps the name of its own.
constexpr const char* iconProperty = "byteyardIcon";

} // namespace

QAction* MainWindow::addAction(QMenu* menu, const QString& name, const QString& text, const QKeySequence& key,
                               const std::function<void()>& work)
{
    QAction* made = menu->addAction(text, this, work);
    made->setObjectName(name);
    made->setShortcut(key);
    return made;
}

QAction* MainWindow::action(const QString& name) const
{
    auto* found = findChild<QAction*>(name);
    Q_ASSERT(found);
    return found;
}

void MainWindow::addCanvasKey(QAction* action)
{
    // The same keys mean something in a field or a table: they are the canvas's only while it has the focus.
    action->setShortcutContext(Qt::WidgetShortcut);
    m_canvas->addAction(action);
}

void MainWindow::createActions()
{
    createFileMenu();
    createEditMenu();
    createViewMenu();
    createArrangeMenu();
    createRunMenu();
    createHelpMenu();
    createToolBar();
    const auto iconed = {std::pair{u"run"_s, u"run"_s}, {u"stop"_s, u"stop"_s},     {u"pause"_s, u"pause"_s},
                         {u"step"_s, u"step"_s},        {u"record"_s, u"record"_s}, {u"undo"_s, u"undo"_s},
                         {u"redo"_s, u"redo"_s}};
    for (const auto& [name, icon] : iconed)
        action(name)->setProperty(iconProperty, icon);
    followTheme(this, [this] {
        for (QAction* each : findChildren<QAction*>())
            if (const QString icon = each->property(iconProperty).toString(); !icon.isEmpty())
                each->setIcon(Theme::instance().icon(icon));
    });
}

void MainWindow::createFileMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&File"));
    addAction(menu, u"new"_s, tr("&New"), QKeySequence(u"Ctrl+N"_s), [this] { newDocument(); });
    addAction(menu, u"newWindow"_s, tr("New &Window"), QKeySequence(u"Ctrl+Shift+N"_s), [] {
        auto* window = new MainWindow;
        window->show();
    });
    addAction(menu, u"open"_s, tr("&Open…"), QKeySequence(u"Ctrl+O"_s), [this] { open(); });
    m_recent = menu->addMenu(tr("Open &Recent"));
    connect(m_recent, &QMenu::aboutToShow, this, &MainWindow::fillRecent);
    menu->addSeparator();
    addAction(menu, u"save"_s, tr("&Save"), QKeySequence(u"Ctrl+S"_s), [this] { save(); });
    addAction(menu, u"saveAs"_s, tr("Save &As…"), QKeySequence(u"Ctrl+Shift+S"_s), [this] { saveAs(); });
    menu->addSeparator();
    addAction(menu, u"exportLog"_s, tr("&Export Log…"), QKeySequence(u"Ctrl+E"_s), [this] { exportLog(); });
    addAction(menu, u"exportPicture"_s, tr("Export &Picture…"), QKeySequence(u"Ctrl+Shift+E"_s),
              [this] { exportPicture(); });
    addAction(menu, u"exportProgram"_s, tr("Export as Pro&gram…"), QKeySequence(u"Ctrl+Alt+E"_s),
              [this] { exportProgram(); });
    menu->addSeparator();
    addAction(menu, u"close"_s, tr("&Close Window"), QKeySequence(u"Ctrl+W"_s), [this] { close(); });
    addAction(menu, u"quit"_s, tr("&Quit"), QKeySequence(u"Ctrl+Q"_s),
              [] { QApplication::closeAllWindows(); });
}

void MainWindow::createEditMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_document.undoStack()->createUndoAction(this, tr("Undo"));
    undo->setObjectName(u"undo"_s);
    undo->setShortcut(QKeySequence(u"Ctrl+Z"_s));
    QAction* redo = m_document.undoStack()->createRedoAction(this, tr("Redo"));
    redo->setObjectName(u"redo"_s);
    redo->setShortcut(QKeySequence(u"Ctrl+Shift+Z"_s));
    setWhyNot(*undo, tr("nothing was changed"));
    setWhyNot(*redo, tr("nothing was undone"));
    menu->addActions({undo, redo});
    menu->addSeparator();
    addCanvasKey(addAction(menu, u"cut"_s, tr("Cu&t"), QKeySequence(u"Ctrl+X"_s),
                           [this] { m_canvas->cutSelection(); }));
    addCanvasKey(
        addAction(menu, u"copy"_s, tr("&Copy"), QKeySequence(u"Ctrl+C"_s), [this] { copyFocused(); }));
    addCanvasKey(
        addAction(menu, u"paste"_s, tr("&Paste"), QKeySequence(u"Ctrl+V"_s), [this] { m_canvas->paste(); }));
    addCanvasKey(addAction(menu, u"duplicate"_s, tr("&Duplicate"), QKeySequence(u"Ctrl+D"_s),
                           [this] { m_canvas->duplicateSelection(); }));
    addCanvasKey(addAction(menu, u"delete"_s, tr("De&lete"), QKeySequence(u"Del"_s),
                           [this] { m_canvas->deleteSelection(); }));
    menu->addSeparator();
    addCanvasKey(addAction(menu, u"insert"_s, tr("&Insert…"), QKeySequence(u"Ins"_s),
                           [this] { m_canvas->quickInsert(); }));
    // Enter is the canvas's own: while one connects by keyboard it means something else. The menu only names
    // it.
    addAction(menu, u"edit"_s,
              tr("&Edit") + u'\t' + QKeySequence(Qt::Key_Return).toString(QKeySequence::NativeText), {},
              [this] { m_canvas->editSelected(); });
    addCanvasKey(addAction(menu, u"rename"_s, tr("Re&name"), QKeySequence(u"F2"_s),
                           [this] { m_canvas->renameSelected(); }));
    menu->addSeparator();
    addCanvasKey(addAction(menu, u"selectAll"_s, tr("Select &All"), QKeySequence(u"Ctrl+A"_s),
                           [this] { selectAllFocused(); }));
    addAction(menu, u"selectNone"_s, tr("Select N&one"), QKeySequence(u"Ctrl+Shift+A"_s),
              [this] { m_canvas->selectNone(); });
    addCanvasKey(addAction(menu, u"invert"_s, tr("In&vert Selection"), QKeySequence(u"Ctrl+I"_s),
                           [this] { m_canvas->invertSelection(); }));
    menu->addSeparator();
    addAction(menu, u"find"_s, tr("&Find…"), QKeySequence(u"Ctrl+F"_s), [this] { focusFind(); });
    // On the canvas alone: a slash is typed everywhere else.
    connect(new QShortcut(QKeySequence(u"/"_s), m_canvas, nullptr, nullptr, Qt::WidgetShortcut),
            &QShortcut::activated, this, &MainWindow::focusFind);
    addAction(menu, u"findNext"_s, tr("Find Ne&xt"), QKeySequence(u"F3"_s), [this] { m_canvas->findNext(); });
    addAction(menu, u"findPrevious"_s, tr("Find Previo&us"), QKeySequence(u"Shift+F3"_s),
              [this] { m_canvas->findPrevious(); });
    menu->addSeparator();
    addAction(menu, u"contextMenu"_s, tr("Conte&xt Menu"), QKeySequence(u"Shift+F10"_s),
              [this] { openContextMenu(); });
    addAction(menu, u"commands"_s, tr("E&very Command…"), QKeySequence(u"Ctrl+Shift+P"_s),
              [this] { showCommands(); });
    addAction(menu, u"preferences"_s, tr("Preferen&ces…"), QKeySequence(u"Ctrl+,"_s), [this] {
        auto* dialog = new PreferencesDialog(this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
}

void MainWindow::createViewMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&View"));
    addAction(menu, u"zoomIn"_s, tr("Zoom &In"), QKeySequence(u"Ctrl++"_s), [this] {
        m_canvas->zoomIn();
    })->setShortcuts({QKeySequence(u"Ctrl++"_s), QKeySequence(u"Ctrl+="_s)});
    addAction(menu, u"zoomOut"_s, tr("Zoom &Out"), QKeySequence(u"Ctrl+-"_s),
              [this] { m_canvas->zoomOut(); });
    addAction(menu, u"zoom100"_s, tr("&100 %"), QKeySequence(u"Ctrl+0"_s), [this] { m_canvas->zoomTo100(); });
    addAction(menu, u"fit"_s, tr("&Fit"), QKeySequence(u"Ctrl+1"_s), [this] { m_canvas->fit(); });
    menu->addSeparator();
    QMenu* found = menu->addMenu(tr("&Parts That Programs Made"));
    connect(found, &QMenu::aboutToShow, this, [this, found] {
        found->clear();
        m_foundParts->fillViewMenu(*found);
    });
    QMenu* theme = menu->addMenu(tr("&Theme"));
    auto* modes = new QActionGroup(theme);
    const std::pair<QString, Theme::Mode> all[] = {{tr("As the &Desktop"), Theme::Mode::System},
                                                   {tr("&Light"), Theme::Mode::Light},
                                                   {tr("Dar&k"), Theme::Mode::Dark}};
    for (const auto& [text, mode] : all) {
        QAction* choice = theme->addAction(text, this, [mode = mode] { Theme::instance().setMode(mode); });
        choice->setCheckable(true);
        choice->setActionGroup(modes);
        connect(theme, &QMenu::aboutToShow, choice,
                [choice, mode = mode] { choice->setChecked(Theme::instance().mode() == mode); });
    }
    theme->addSeparator();
    addAction(theme, u"toggleTheme"_s, tr("&Switch Light and Dark"), QKeySequence(u"Ctrl+Shift+L"_s), [] {
        Theme::instance().setMode(Theme::instance().isDark() ? Theme::Mode::Light : Theme::Mode::Dark);
    });
    QMenu* panels = menu->addMenu(tr("&Panels"));
    int number = 1;
    for (const QString& id : {u"palette"_s, u"inspector"_s, u"log"_s, u"bytes"_s, u"charts"_s,
                              u"descriptors"_s, u"output"_s, u"problems"_s, u"timeline"_s}) {
        QAction* toggle = m_docks.value(id)->toggleViewAction();
        toggle->setShortcut(QKeySequence(u"Alt+%1"_s.arg(number++)));
        panels->addAction(toggle);
    }
    menu->addSeparator();
    addAction(menu, u"nextPanel"_s, tr("&Next Panel"), QKeySequence(u"F6"_s), [this] { nextPanel(1); });
    addAction(menu, u"previousPanel"_s, tr("P&revious Panel"), QKeySequence(u"Shift+F6"_s),
              [this] { nextPanel(-1); });
    menu->addSeparator();
    QAction* full = addAction(menu, u"fullScreen"_s, tr("F&ull Screen"), QKeySequence(u"F11"_s),
                              [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
    connect(menu, &QMenu::aboutToShow, full, [this, full] { full->setChecked(isFullScreen()); });
}

void MainWindow::createArrangeMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&Arrange"));
    addAction(menu, u"arrange"_s, tr("&Lay Out"), QKeySequence(u"Ctrl+L"_s), [this] {
        m_canvas->arrange();
    })->setIconText(tr("Arrange"));
    menu->addSeparator();
    struct Line
    {
        QString name;
        QString text;
        QString key;
        Alignment alignment;
    };
    const Line lines[] = {
        {u"alignLeft"_s, tr("Align L&eft Sides"), u"Alt+Shift+L"_s, Alignment::Left},
        {u"alignCentre"_s, tr("Align &Centres"), u"Alt+Shift+C"_s, Alignment::Centre},
        {u"alignRight"_s, tr("Align &Right Sides"), u"Alt+Shift+R"_s, Alignment::Right},
        {u"alignTop"_s, tr("Align &Tops"), u"Alt+Shift+T"_s, Alignment::Top},
        {u"alignMiddle"_s, tr("Align &Middles"), u"Alt+Shift+M"_s, Alignment::Middle},
        {u"alignBottom"_s, tr("Align &Bottoms"), u"Alt+Shift+B"_s, Alignment::Bottom},
    };
    for (const Line& line : lines)
        addAction(menu, line.name, line.text, QKeySequence(line.key),
                  [this, alignment = line.alignment] { m_canvas->align(alignment); });
    menu->addSeparator();
    addAction(menu, u"distributeHorizontally"_s, tr("Distribute &Horizontally"),
              QKeySequence(u"Alt+Shift+H"_s), [this] { m_canvas->distribute(Qt::Horizontal); });
    addAction(menu, u"distributeVertically"_s, tr("Distribute &Vertically"), QKeySequence(u"Alt+Shift+V"_s),
              [this] { m_canvas->distribute(Qt::Vertical); });
    menu->addSeparator();
    addCanvasKey(addAction(menu, u"group"_s, tr("&Group"), QKeySequence(u"Ctrl+G"_s),
                           [this] { m_canvas->groupSelection(); }));
    addCanvasKey(addAction(menu, u"ungroup"_s, tr("&Ungroup"), QKeySequence(u"Ctrl+Shift+G"_s),
                           [this] { m_canvas->ungroupSelection(); }));
    addCanvasKey(addAction(menu, u"fold"_s, tr("Colla&pse Group"), QKeySequence(u"Alt+Shift+G"_s),
                           [this] { m_canvas->toggleCollapsed(); }));
}

void MainWindow::createRunMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&Run"));
    addAction(menu, u"run"_s, tr("&Run"), QKeySequence(u"F5"_s), [this] { run(); });
    addAction(menu, u"pause"_s, tr("&Pause"), QKeySequence(u"F8"_s), [this] { togglePause(); });
    addAction(menu, u"stop"_s, tr("&Stop"), QKeySequence(u"Shift+F5"_s), [this] { m_session.stop(); });
    addAction(menu, u"step"_s, tr("S&tep"), QKeySequence(u"F10"_s), [this] {
        if (const QString node = steppable(); !node.isEmpty())
            m_session.step(node);
    })->setStatusTip(tr("The selected process goes on to its next IPC call, and is held there"));
    addAction(menu, u"attach"_s, tr("&Attach to a Process…"), QKeySequence(u"Ctrl+Shift+T"_s),
              [this] { attach(); });
    addAction(menu, u"map"_s, tr("&Map of This Machine…"), QKeySequence(u"Ctrl+Shift+M"_s),
              [this] { lookAtMachine(); })
        ->setStatusTip(tr("Who has which pipes, sockets, queues and memory, and who waits on what; nobody is "
                          "followed or stopped"));
    QMenu* rules = menu->addMenu(tr("&Breaks and Injections"));
    rules->setObjectName(u"rulesMenu"_s);
    connect(rules, &QMenu::aboutToShow, this, [this, rules] {
        rules->clear();
        fillRulesMenu(*rules, m_session);
    });
    menu->addSeparator();
    QMenu* capture = menu->addMenu(tr("Cap&ture"));
    capture->setObjectName(u"captureMenu"_s);
    connect(capture, &QMenu::aboutToShow, this, [this, capture] { fillCaptureMenu(*capture, m_session); });
    connect(capture, &QMenu::triggered, &m_statusSoon, qOverload<>(&QTimer::start));
    QMenu* pace = menu->addMenu(tr("P&ace"));
    pace->setObjectName(u"paceMenu"_s);
    auto* group = new QActionGroup(pace);
    int key = 0;
    for (const int callsPerSecond : {0, 10, 2, 1}) {
        const QString text =
            callsPerSecond == 0 ? tr("&Full Speed") : tr("%n Call(s) a Second", nullptr, callsPerSecond);
        QAction* choice =
            addAction(pace, u"pace%1"_s.arg(callsPerSecond), text, QKeySequence(u"Ctrl+Alt+%1"_s.arg(key++)),
                      [this, callsPerSecond] { setPace(callsPerSecond); });
        choice->setCheckable(true);
        choice->setActionGroup(group);
    }
    menu->addSeparator();
    addAction(menu, u"record"_s, tr("Re&cord"), QKeySequence(u"Ctrl+R"_s), [this] { toggleRecord(); });
    addAction(menu, u"replay"_s, tr("Rep&lay"), QKeySequence(u"Ctrl+Shift+R"_s),
              [this] { m_replay->toggle(); })
        ->setStatusTip(
            tr("The canvas shows each moment of a run that has ended again, as far as the log tells"));
    addAction(menu, u"endReplay"_s, tr("&End Replay"), QKeySequence(), [this] { m_session.endReplay(); });
}

void MainWindow::createHelpMenu()
{
    QMenu* menu = menuBar()->addMenu(tr("&Help"));
    addAction(menu, u"help"_s, tr("&How to Work with It"), QKeySequence(u"F1"_s), [this] {
        auto* dialog = new HelpDialog(*menuBar(), this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->show();
    });
    addAction(menu, u"labs"_s, tr("&Labs"), QKeySequence(u"Shift+F1"_s), [this] {
        m_docks.value(u"palette"_s)->show();
        m_palette->showLabs();
    });
    menu->addSeparator();
    addAction(menu, u"about"_s, tr("&About Byteyard"), {}, [this] { showAbout(this); });
}

void MainWindow::createToolBar()
{
    auto* bar = new QToolBar(tr("Tools"), this);
    bar->setObjectName(u"tools"_s);
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({14, 14});
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    addToolBar(Qt::TopToolBarArea, bar);
    const auto add = [&](const QString& name) {
        QAction* each = action(name);
        each->setToolTip(u"%1 (%2)"_s.arg(each->text().remove(u'&').remove(u'…'),
                                          each->shortcut().toString(QKeySequence::NativeText)));
        bar->addAction(each);
        return qobject_cast<QToolButton*>(bar->widgetForAction(each));
    };
    for (const QString& name : {u"run"_s, u"pause"_s, u"stop"_s, u"step"_s})
        add(name);
    m_pace = new QToolButton(bar);
    m_pace->setPopupMode(QToolButton::InstantPopup);
    m_pace->setFocusPolicy(Qt::TabFocus);
    m_pace->setMenu(findChild<QMenu*>(u"paceMenu"_s));
    m_pace->setToolTip(tr("How many data calls a second each process may make"));
    bar->addWidget(m_pace);
    bar->addSeparator();
    for (const QString& name : {u"undo"_s, u"redo"_s})
        add(name)->setToolButtonStyle(Qt::ToolButtonIconOnly);
    bar->addSeparator();
    for (const QString& name : {u"arrange"_s, u"fit"_s})
        add(name);
    bar->addSeparator();
    for (const QString& name : {u"record"_s, u"exportLog"_s})
        add(name);
    auto* space = new QWidget(bar);
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    m_captureLabel = new QLabel(bar);
    m_captureLabel->setContentsMargins(0, 0, 6, 0);
    m_captureAction = bar->addWidget(m_captureLabel);
    m_toolBar = bar;
}

void MainWindow::fillRecent()
{
    m_recent->clear();
    const QStringList paths = QSettings().value(u"files/recent"_s).toStringList();
    for (const QString& path : paths)
        m_recent->addAction(path, this, [this, path] { openPath(path); });
    if (paths.isEmpty())
        m_recent->addAction(tr("Nothing yet"))->setEnabled(false);
}

/// As the Menu key does, which not every keyboard has: of what has the keyboard.
void MainWindow::openContextMenu()
{
    QWidget* focus = QApplication::focusWidget();
    if (!focus)
        return;
    const QPoint at = focus->inputMethodQuery(Qt::ImCursorRectangle).toRect().center();
    QContextMenuEvent wanted(QContextMenuEvent::Keyboard, at, focus->mapToGlobal(at));
    QApplication::sendEvent(focus, &wanted);
}

void MainWindow::copyFocused()
{
    // From the menu: what has the focus is asked, as its own Ctrl+C would.
    QWidget* focus = QApplication::focusWidget();
    if (!focus || focus == m_canvas || m_canvas->isAncestorOf(focus))
        return m_canvas->copySelection();
    QKeyEvent press(QEvent::KeyPress, Qt::Key_C, Qt::ControlModifier);
    QApplication::sendEvent(focus, &press);
}

void MainWindow::selectAllFocused()
{
    QWidget* focus = QApplication::focusWidget();
    if (!focus || focus == m_canvas || m_canvas->isAncestorOf(focus))
        return m_canvas->selectAll();
    QKeyEvent press(QEvent::KeyPress, Qt::Key_A, Qt::ControlModifier);
    QApplication::sendEvent(focus, &press);
}

void MainWindow::focusFind()
{
    const QWidget* focus = QApplication::focusWidget();
    const auto in = [focus](const QWidget* panel) { return focus && panel->isAncestorOf(focus); };
    if (in(m_log))
        m_log->filterBar()->focusText();
    else if (in(m_bytes))
        m_bytes->focusSearch();
    else if (in(m_output))
        m_output->focusSearch();
    else if (in(m_palette))
        m_palette->focusSearch();
    else
        m_find->open();
}

} // namespace byteyard::gui
