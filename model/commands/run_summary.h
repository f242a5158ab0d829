#pragma once

#include "model/log/catalog.h"

#include <QString>

namespace byteyard::model {

/// What a run came to, for people: processes with their ends, endpoints with their totals, events and losses.
/// `capture` says how it was watched, `lasted` is in ns, `dropped` counts events that the log's limit
/// removed.
QString runSummary(const Catalog& catalog, const QString& capture, quint64 lasted, quint64 dropped);

} // namespace byteyard::model
