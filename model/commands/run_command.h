#pragma once

#include <QStringList>

namespace byteyard::model {

/// `byteyard run LAB [--for 5s] [--capture auto|ptrace|ebpf|sampled] [--record FILE.pcapng] [--export
/// FILE]... [--json]` (design: Command line). `arguments` are those after "run". Returns the exit status: 0
/// the run went through, 1 something in it failed, 2 the arguments or the file are wrong. Needs a
/// QCoreApplication.
int runCommand(const QStringList& arguments);

} // namespace byteyard::model
