#pragma once

#include <QDialog>

class QMenuBar;

namespace byteyard::gui {

/// How to work with it: the hands on the canvas, and every command of the menus with its key.
class HelpDialog : public QDialog
{
    Q_OBJECT

public:
    HelpDialog(const QMenuBar& menus, QWidget* parent = nullptr);
};

/// What this program is, its version and licence.
void showAbout(QWidget* parent);

} // namespace byteyard::gui
