#pragma once

#include "model/topology/topology_file.h"

#include <QJsonValue>

namespace byteyard::model {

/// What readTopology() does once the text has proved to be JSON: `root` is its value, `text` tells the lines.
ReadResult readTopologyJson(const QByteArray& text, const QJsonValue& root);

/// A file's own words, safe to stand in a sentence of one line.
QString inSentence(const QString& text);
/// True for 1 to 64 of A-Z a-z 0-9 _ . -
bool isTopologyId(const QString& text);

} // namespace byteyard::model
