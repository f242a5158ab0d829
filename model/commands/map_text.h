#pragma once

#include "model/session/session.h"

#include <QJsonObject>
#include <QString>

namespace byteyard::model {

/// What a look at the machine has told (Session::lookAtMachine), in lines: each endpoint with those who have
/// it, then who waits on what.
QString mapText(const Session& session);

/// The same as one object: `type` "map", `format` 1, `endpoints` with their `users`, `processes`, `waits`
/// (docs/files.md).
QJsonObject mapObject(const Session& session);

} // namespace byteyard::model
