#pragma once

#include <QStringList>

namespace byteyard::model {

/// `byteyard export SESSION.pcapng OUT.jsonl|.csv|.pcapng|.html` (design: Command line). `arguments` are
/// those after "export". Returns the exit status: 0 it is written, 1 writing failed, 2 the arguments or the
/// file are wrong. Needs a QCoreApplication.
int exportCommand(const QStringList& arguments);

} // namespace byteyard::model
