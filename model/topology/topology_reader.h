#pragma once

#include "model/topology/topology_file.h"

#include <QJsonValue>

namespace byteyard::model {

/// What readTopology() does once the text has proved to be JSON: `root` is its value, `text` tells the lines.
ReadResult readTopologyJson(const QByteArray& text, const QJsonValue& root);

} // namespace byteyard::model
