#pragma once

#include <QString>

namespace byteyard::model {

// Exit statuses of the command line (design).
inline constexpr int exitOk = 0;
inline constexpr int exitFailed = 1; ///< something in the run failed to start
inline constexpr int exitUsage = 2;  ///< the arguments or the file are wrong
// And of `run -- PROGRAM`, where they are the program's, as of env(1) and timeout(1).
inline constexpr int exitOurs = 125;       ///< the run, a recording or an export failed
inline constexpr int exitNotStarted = 127; ///< the program could not be started
inline constexpr int exitSignal = 128;     ///< and the number of the signal that ended it

/// Where 0, 1 or 2 is closed, it is /dev/null from here on: nothing else shall get that number. To be called
/// first of all.
void keepStandardPlaces();
/// One line to stdout, in UTF-8.
void say(const QString& line);
/// One line to stderr, in UTF-8; line breaks within it become spaces.
void sayError(const QString& line);

} // namespace byteyard::model
