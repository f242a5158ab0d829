#pragma once

#include "gui/widgets/command_model.h"

#include <QFrame>

class QLineEdit;

namespace byteyard::gui {

class DataTable;

/// Every command by name: a list over the window, with a line in which one types. Enter takes the command,
/// Esc or a click elsewhere closes the list; the keyboard then is where it was. Deletes itself when it
/// closes.
class CommandList : public QFrame
{
    Q_OBJECT

public:
    CommandList(const QList<Command>& commands, QWidget* window);
    void open();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    bool pressKey(QKeyEvent* event);
    void walk(int step);
    void showRow(int row);
    void take();
    void place();
    void end();

    CommandModel* m_model;
    QLineEdit* m_text;
    DataTable* m_view;
    QPointer<QWidget> m_before; ///< who had the keyboard
};

} // namespace byteyard::gui
