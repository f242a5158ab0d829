#pragma once

#include "model/log/catalog.h"

#include <QSet>
#include <QString>

namespace byteyard::model {

/// What a run came to, for people: processes with their ends, endpoints with their totals, events and losses.
/// Of each the first 200; the others, and the files of `filesOfOne`, are counted. `capture` says how it was
/// watched, `lasted` is in ns, `dropped` counts events that the log's limit removed.
QString runSummary(const Catalog& catalog, const QSet<quint32>& filesOfOne, const QString& capture,
                   quint64 lasted, quint64 dropped);

} // namespace byteyard::model
