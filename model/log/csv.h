#pragma once

#include "model/log/json_lines.h"

namespace byteyard::model {

// RFC 4180: a header row, lines that end in CR LF, quotes where a field needs them. The fields are those of
// JSON Lines.

void appendCsvHeader(QByteArray& out);
void appendEventCsv(QByteArray& out, const ipc::EventView& event, const EventNames& names);
/// A last row of type `lost` says in its detail how many events are missing; no row when none is.
void appendCsvLost(QByteArray& out, quint64 lost, quint64 dropped);

} // namespace byteyard::model
