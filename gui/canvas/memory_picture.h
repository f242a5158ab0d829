#pragma once

#include <QByteArray>

#include <array>

namespace byteyard::gui {

inline constexpr int memoryColumns = 8;
inline constexpr int memoryRows = 6;
inline constexpr int memoryBytes = memoryColumns * memoryRows;
/// How many steps a changed byte takes to fade; a step lasts a tenth of a second.
inline constexpr int memoryFadeSteps = 10;

/// The first bytes of shared memory, and which of them changed a moment ago.
struct MemoryPicture
{
    QByteArray bytes;                        ///< at most memoryBytes
    std::array<quint8, memoryBytes> fresh{}; ///< memoryFadeSteps: just now; 0: longer than a second ago
    bool stale = false; ///< nobody has it mapped now: nothing can be read of it without attaching to it
    bool operator==(const MemoryPicture&) const = default;
};

} // namespace byteyard::gui
