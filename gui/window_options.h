#pragma once

#include <QList>
#include <QSize>
#include <QString>
#include <QStringList>

namespace byteyard::gui {

/// What the command line asks of the window.
struct WindowOptions
{
    QString file;        ///< a topology or session file to open
    QStringList program; ///< with its arguments, to be placed on an empty canvas and run; empty: none
    bool map = false;    ///< a map of the machine, and
    QList<qint64> pids;  ///< of which processes; empty: of all
    QString picture;     ///< where to write a picture of the window to; empty: none is made
    int runForMs = 3000; ///< how long the lab runs before the picture is taken
    QString theme;       ///< "light", "dark", or empty
    QSize size;          ///< of the window; empty: as it was
    QString error;       ///< a line: what is wrong with the arguments
};

WindowOptions windowOptions(const QStringList& arguments);

} // namespace byteyard::gui
