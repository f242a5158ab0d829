#pragma once

#include <QString>

namespace byteyard::model {

// Exit statuses of the command line (design).
inline constexpr int exitOk = 0;
inline constexpr int exitFailed = 1; ///< something in the run failed to start
inline constexpr int exitUsage = 2;  ///< the arguments or the file are wrong

/// One line to stdout, in UTF-8.
void say(const QString& line);
/// One line to stderr, in UTF-8; line breaks within it become spaces.
void sayError(const QString& line);

} // namespace byteyard::model
