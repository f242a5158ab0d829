#pragma once

#include "ipc/capture/call.h"

#include <sys/syscall.h>

namespace byteyard::ipc::test {

/// What the C library makes of one of its functions on this machine: arm64's kernel has only the successors.
struct MachineCall
{
    long number;
    Call call;
    const char* name;
};

#if defined(__x86_64__)
inline constexpr MachineCall callOfDup2{SYS_dup2, Call::Dup2, "dup2"};
inline constexpr MachineCall callOfPoll{SYS_poll, Call::Poll, "poll"};
inline constexpr MachineCall callOfSelect{SYS_select, Call::Select, "select"};
inline constexpr MachineCall callOfEpollWait{SYS_epoll_wait, Call::EpollWait, "epoll_wait"};
inline constexpr MachineCall callOfUnlink{SYS_unlink, Call::Unlink, "unlink"};
inline constexpr MachineCall callOfRename{SYS_rename, Call::Rename, "rename"};
#else
inline constexpr MachineCall callOfDup2{SYS_dup3, Call::Dup3, "dup3"};
inline constexpr MachineCall callOfPoll{SYS_ppoll, Call::Ppoll, "ppoll"};
inline constexpr MachineCall callOfSelect{SYS_pselect6, Call::Pselect6, "pselect6"};
inline constexpr MachineCall callOfEpollWait{SYS_epoll_pwait, Call::EpollPwait, "epoll_pwait"};
inline constexpr MachineCall callOfUnlink{SYS_unlinkat, Call::Unlinkat, "unlinkat"};
inline constexpr MachineCall callOfRename{SYS_renameat, Call::Renameat, "renameat"};
#endif

} // namespace byteyard::ipc::test
