#pragma once

#include <QStringList>

namespace byteyard::model {

/// `byteyard check LAB` (design: Command line): each fault on a line of stderr, `FILE:LINE: error: what. what
/// to do.` `arguments` are those after "check". Returns the exit status: 0 it is sound (warnings may have
/// been said), 2 it is not.
int checkCommand(const QStringList& arguments);

} // namespace byteyard::model
