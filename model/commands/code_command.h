#pragma once

#include <QStringList>

namespace byteyard::model {

/// `byteyard code LAB --language bash|c|python [--output FILE]` (design: Command line): the topology as a
/// program, to stdout or into a new file. `arguments` are those after "code". Returns the exit status: 0 it
/// is written, 1 writing failed, 2 the arguments or the file are wrong, or the language cannot do it.
int codeCommand(const QStringList& arguments);

} // namespace byteyard::model
