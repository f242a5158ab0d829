#pragma once

#include "ipc/capture/describe_words.h"

namespace byteyard::ipc {

/// What can be sealed of a memfd, fcntl(2) under F_ADD_SEALS.
inline constexpr NamedBits sealNames[] = {{0x01, "F_SEAL_SEAL"},
                                          {0x02, "F_SEAL_SHRINK"},
                                          {0x04, "F_SEAL_GROW"},
                                          {0x08, "F_SEAL_WRITE"},
                                          {0x10, "F_SEAL_FUTURE_WRITE"}};

} // namespace byteyard::ipc
