#pragma once

#include "model/topology/topology.h"

#include <QByteArray>
#include <QJsonObject>

namespace byteyard::model {

inline constexpr int topologyFormat = 1;
/// A topology file may be this long; a longer one is refused before it is read.
inline constexpr qint64 maxTopologyBytes = 16 << 20;

/// A topology, or the faults that refused it.
struct ReadResult
{
    Topology topology;
    QList<Fault> faults;
    bool ok() const { return faults.isEmpty(); }
};

/// The bytes of a topology file, not longer than maxTopologyBytes; else `fault` says why not.
QByteArray readTopologyBytes(const QString& path, Fault& fault);
/// Reads the text of a `.byteyard` file (docs/files.md). Never throws: every fault has its line.
ReadResult readTopology(const QByteArray& text);
/// The same from a file; a fault's sentence names the file.
ReadResult readTopologyFile(const QString& path);
/// True when a topology may bring a file of this name into the session's directory: no slash, at most 255
/// bytes, no `.` or `..`.
bool isPlainFileName(const QString& name);
/// JSON with sorted keys, two spaces, a newline at the end.
QByteArray writeTopology(const Topology& topology);
QJsonObject topologyToJson(const Topology& topology);
/// Writes whole or not at all (QSaveFile). Returns the sentence of what went wrong, empty when it went well.
QString writeTopologyFile(const Topology& topology, const QString& path);

} // namespace byteyard::model
