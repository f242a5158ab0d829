#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"

#include <QLocale>
#include <QString>

namespace byteyard::model {

// The texts of numbers, the same everywhere they are shown.

inline constexpr QChar minus = u'\u2212';

QString formatBytes(quint64 bytes);        ///< "812 B", "12.1 KiB", "1.2 GiB"
QString spellBytes(quint64 bytes);         ///< to the last one: "1 byte", "12 401 bytes"
QString formatRate(double bytesPerSecond); ///< "3.1 MiB/s"
QString formatDuration(quint64 ns);        ///< "0.8 µs", "31 ms", "9.0 s"
QString formatTime(quint64 ns);            ///< since the run began: "12.402 118"
/// `write(1, 4096)`, `open("/tmp/x", O_RDONLY)`, `exit(0)`: a call as a person would write it.
QString formatCall(const ipc::EventView& event);
QString formatCall(const PendingCall& pending);
/// "812", "fd 6", "−1 EAGAIN", "0"
QString formatResult(const ipc::EventView& event);
/// Printable bytes as they are, others as \n, \t, \x00; cut to `limit` characters with "…".
QString formatData(std::span<const std::byte> data, int limit);
/// A line's text with whatever would move a terminal's cursor, or turn what follows, as \x1b, \u202e.
QString printable(const QString& text);
/// What became of a process: "exited 0", "killed by SIGPIPE", "goes on"; its state while it is there.
QString formatEnd(const ProcessEntry& process);
/// Thousands grouped by a thin space: "65 536".
QString formatCount(quint64 count);

} // namespace byteyard::model
