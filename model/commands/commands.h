#pragma once

#include <QStringList>

namespace byteyard::model {

/// True when the arguments (without the program's name) name a sub-command, --help or --version: the program
/// then needs no display.
bool isCommandLine(const QStringList& arguments);
/// Runs it (design: Command line). Needs a QCoreApplication. Returns the exit status.
int runCommandLine(const QStringList& arguments);

} // namespace byteyard::model
