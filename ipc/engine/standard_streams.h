#pragma once

#include "ipc/process/fd.h"

#include <array>
#include <sys/types.h>

namespace byteyard::ipc::engine {

/// Standard input, output and errors of whoever started the engine, for one process of a run, and its process
/// group, which that process joins: what a terminal sends (Ctrl-C, Ctrl-Z, a new size) reaches it as if it
/// had been started there.
struct StandardStreams
{
    std::array<Fd, 3> streams; ///< by number; empty: closed there
    pid_t group = 0;           ///< 0: there are none
};

/// Takes descriptors 3, 4 and 5 (`byteyard-engine --standard`) away from their places, and the parent's
/// group.
StandardStreams takeStandardStreams();

} // namespace byteyard::ipc::engine
