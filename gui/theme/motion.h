#pragma once

namespace byteyard::gui {

inline constexpr int frameMs = 16;        ///< what is live is drawn at most this often
inline constexpr int changeFadeMs = 1000; ///< how long a changed byte stays marked

} // namespace byteyard::gui
