#pragma once

#include <QStringList>

namespace byteyard::model {

/// How an engine is started when nobody says otherwise: the words of BYTEYARD_ENGINE, else `byteyard-engine`
/// beside the running program, else the one in PATH. Empty when there is none.
QStringList defaultEngineCommand();

} // namespace byteyard::model
