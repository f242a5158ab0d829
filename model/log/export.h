#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/log_filter.h"

#include <QIODevice>

#include <atomic>
#include <functional>

namespace byteyard::model {

/// How far a long job has come, and the way to stop it.
struct JobControl
{
    std::atomic<bool> cancelled = false;
    std::atomic<quint64> done = 0;
    std::atomic<quint64> total = 0;
};

enum class ExportFormat { JsonLines, Csv, Pcapng, Payloads, Html, Text };
/// By the file name's ending; false for an unknown one.
bool exportFormatOf(const QString& path, ExportFormat& format);

/// Writes the events that pass `filter` (design: session line, event lines, summary line). Runs in any
/// thread. Returns the sentence of what went wrong, empty when it went well; a cancelled or failed export
/// leaves no file (QSaveFile).
QString exportLog(const QString& path, ExportFormat format, const EventStore& store, const Catalog& catalog,
                  const LogFilter& filter, JobControl& control);

/// The objects of JSON Lines, used by the command line's --json too.
QJsonObject sessionObject(const Catalog& catalog);
QJsonObject eventObject(const ipc::EventView& event, const Catalog& catalog);
QJsonObject summaryObject(const Catalog& catalog);

} // namespace byteyard::model
