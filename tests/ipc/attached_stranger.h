#pragma once

#include "recording_sink.h"
#include "stranger.h"

#include <QFile>
#include <QString>

#include <optional>

namespace byteyard::ipc::test {

constexpr int patience = 30'000;

inline QString peerPath(const char* name)
{
    return QStringLiteral(BYTEYARD_PEERS "/") + QLatin1String(name);
}

inline void touch(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write %s", qPrintable(path));
}

inline QByteArray contentsOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline std::uint32_t attach(Bench& bench, const tests::Stranger& stranger)
{
    const std::uint32_t number = bench.sink.newProcess();
    bench.tracer.attach(stranger.pid(), number);
    return number;
}

/// Whether the kernel's side tells of its calls: then it need not be stopped for that.
inline bool isByKernel()
{
    return captureToTest() != nullptr;
}

inline std::optional<ProcessState> lastState(const RecordingSink& sink, std::uint32_t process)
{
    const auto changes = sink.changes(process);
    return changes.empty() ? std::nullopt : std::optional(changes.back().state);
}

} // namespace byteyard::ipc::test
