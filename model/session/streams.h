#pragma once

#include <array>

namespace byteyard::model {

/// Which of our descriptors a process of the run has as its standard input, output and errors.
using Streams = std::array<int, 3>;

} // namespace byteyard::model
