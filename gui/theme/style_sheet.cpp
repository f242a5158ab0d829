#include "gui/theme/style_sheet.h"

#include "gui/theme/colors.h"

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

// @names are replaced by colours. Sizes are in em where text decides, so that everything grows with the font.
constexpr auto sheet = R"(
QMainWindow, QDialog { background: @window; }
QMainWindow::separator { background: @border; width: 1px; height: 1px; }
QMainWindow::separator:hover { background: @accent; }

QMenuBar { background: @window; border: none; padding: 2px 6px; }
QMenuBar::item { padding: 4px 10px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: @field; }
QMenu { background: @surface; border: 1px solid @border; padding: 4px; }
QMenu::item { padding: 5px 26px 5px 10px; border-radius: 4px; }
QMenu::item:selected { background: @highlight; color: @ink; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @border; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QToolBar { background: @window; border: none; border-bottom: 1px solid @border; padding: 5px 10px; spacing: 6px; }
QToolBar QLabel { color: @inkMuted; }
QToolBar::separator { background: transparent; width: 8px; }
QToolBar QToolButton, QPushButton {
    background: @field; border: 1px solid @border; border-radius: 6px; padding: 4px 10px; font-weight: 600;
}
QToolBar QToolButton { min-height: 1.4em; }
QToolBar QToolButton:hover, QPushButton:hover { border-color: @outline; }
QToolBar QToolButton:pressed, QToolBar QToolButton:checked, QPushButton:pressed, QPushButton:checked { background: @highlight; }
QToolBar QToolButton:disabled, QPushButton:disabled { color: @faint; }
QToolBar QToolButton:focus, QPushButton:focus { border: 1px solid @accent; }
QToolBar QToolButton[popupMode="2"] { padding-right: 20px; }
QToolBar QToolButton::menu-indicator { image: url(:/icons/@chevron.svg); width: 12px; height: 12px; subcontrol-position: right center; right: 6px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton:default { background: @accent; color: @onAccent; border-color: @accent; }
QToolButton { border: 1px solid transparent; border-radius: 5px; padding: 3px; }
QToolButton:hover { background: @field; border-color: @border; }
QToolButton:checked { background: @highlight; border-color: @accent; }
QToolButton:focus { border-color: @accent; }
QToolButton[popupMode="2"] { background: @field; border: 1px solid @border; border-radius: 6px; padding: 4px 22px 4px 8px; }
QToolButton[popupMode="2"]:hover { border-color: @outline; }
QToolButton[popupMode="2"]:focus { border-color: @accent; }
QToolButton::menu-indicator { image: url(:/icons/@chevron.svg); width: 12px; height: 12px; subcontrol-position: right center; right: 6px; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px; border: 1px solid @outline; background: @field; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus, QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/@check.svg); }
QRadioButton::indicator:checked { width: 8px; height: 8px; border: 4px solid @accent; border-radius: 8px; background: @field; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: @border; }

QDockWidget { font-weight: 600; }
QDockWidget::title { background: @window; padding: 6px 10px; border-bottom: 1px solid @border; text-align: left; }
QStatusBar { background: @field; border-top: 1px solid @border; color: @inkMuted; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: @inkMuted; }

QTabWidget::pane { border: none; border-top: 1px solid @border; }
QTabBar { background: @window; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 6px 12px; color: @inkMuted; font-weight: 600; }
QTabBar::tab:hover { color: @ink; }
QTabBar::tab:selected { color: @accentText; border-bottom: 2px solid @accent; }
QTabBar::tab:focus { background: @field; }

QAbstractItemView { background: @window; alternate-background-color: @rowAlternate; border: none; outline: none;
    selection-background-color: @highlight; selection-color: @ink; gridline-color: @border; }
QAbstractItemView::item:selected { background: @highlight; color: @ink; }
QTableView::item, QTreeView::item { padding: 2px 6px; border: none; }
QTableView::item:focus, QTreeView::item:focus, QListView::item:focus { border: 1px solid @accent; }
QHeaderView { background: @window; border: none; }
QHeaderView::section { background: @window; color: @inkMuted; border: none; border-bottom: 1px solid @border; padding: 5px 6px; font-weight: 600; }
QTableCornerButton::section { background: @window; border: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox {
    background: @field; border: 1px solid @border; border-radius: 6px; padding: 4px 8px;
    selection-background-color: @accent; selection-color: @onAccent;
}
QTextBrowser, QPlainTextEdit#output { background: @window; border: none; border-radius: 0; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @outline; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: @faint; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/@chevron.svg); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @surface; border: 1px solid @border; padding: 3px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { border: none; width: 16px; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/icons/@chevronUp.svg); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/icons/@chevron.svg); width: 10px; height: 10px; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @scroll; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @outline; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QFrame#commandList { background: @surface; border: 1px solid @outline; border-radius: 8px; }
QFrame#commandList QTableView { background: @surface; alternate-background-color: @surface; }
QFrame#commandList QTableView::item:disabled { color: @faint; }

QSplitter::handle { background: @border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QToolTip { background: @surface; color: @ink; border: 1px solid @outline; padding: 4px 6px; }
QGroupBox { border: 1px solid @border; border-radius: 6px; margin-top: 1em; padding-top: 6px; font-weight: 600; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; padding: 0 4px; }
QProgressBar { background: @field; border: 1px solid @border; border-radius: 5px; text-align: center; }
QProgressBar::chunk { background: @accent; border-radius: 4px; }
)";

} // namespace

QString styleSheet(const Colors& colors)
{
    const bool dark = colors.window.lightness() < 128;
    const std::initializer_list<std::pair<QLatin1String, QString>> words = {
        {QLatin1String("@window"), colors.window.name()},
        {QLatin1String("@surface"), colors.surface.name()},
        {QLatin1String("@field"), colors.field.name()},
        {QLatin1String("@border"), colors.border.name()},
        {QLatin1String("@outline"), colors.outline.name()},
        {QLatin1String("@inkMuted"), colors.inkMuted.name()},
        {QLatin1String("@ink"), colors.ink.name()},
        {QLatin1String("@accentText"), colors.accent.name()},
        {QLatin1String("@accent"), colors.accent.name()},
        {QLatin1String("@onAccent"), colors.onAccent.name()},
        {QLatin1String("@highlight"), colors.highlight.name()},
        {QLatin1String("@rowAlternate"), colors.rowAlternate.name()},
        {QLatin1String("@faint"), mixed(colors.inkMuted, colors.window, 0.6).name()},
        {QLatin1String("@scroll"), mixed(colors.outline, colors.window, 0.5).name()},
        {QLatin1String("@check"), dark ? u"check-on-dark"_s : u"check-on-light"_s},
        {QLatin1String("@chevronUp"), dark ? u"chevron-up-dark"_s : u"chevron-up"_s},
        {QLatin1String("@chevron"), dark ? u"chevron-down-dark"_s : u"chevron-down"_s},
    };
    QString text = QString::fromLatin1(sheet);
    for (const auto& [word, value] : words)
        text.replace(word, value);
    return text;
}

} // namespace byteyard::gui
