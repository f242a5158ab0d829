#pragma once

#include <QStringList>

namespace byteyard::model {

/// `byteyard map [--pid PID]... [--json]`: one look at who has what on this machine. Returns the exit status.
int mapCommand(const QStringList& arguments);

} // namespace byteyard::model
