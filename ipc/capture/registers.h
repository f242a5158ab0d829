#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <sys/user.h>

namespace byteyard::ipc {

// The kernel's own: a call with such a result starts again, unless a handler runs first (linux/errno.h).
inline constexpr int restartSys = 512;
inline constexpr int restartNoIntr = 513;
inline constexpr int restartNoHand = 514;
inline constexpr int restartBlock = 516;

/// The registers of a thread that stands at a system call's entry or return, or behind one because of a
/// signal, as far as they are the call's (syscall(2)). Written for x86-64 and arm64.
class CallRegisters
{
public:
    /// Nothing when the thread is gone.
    static std::optional<CallRegisters> of(pid_t tid);
    /// False when the thread is gone.
    bool write(pid_t tid) const;

    /// -1 outside a call.
    std::int64_t number() const;
    std::uint64_t argument(int index) const;
    /// -1: no call is made.
    void setNumber(std::int64_t number);
    void setArgument(int index, std::uint64_t value);
    /// What the call returns; -errno when it failed, one of the kernel's own (ERESTARTSYS and its like) when
    /// it makes the call again.
    std::int64_t result() const;
    void setResult(std::int64_t value);
    /// The thread makes the call (again) instead of going on behind it.
    void callAgain();
    /// Whether these may be what a handler has given back of those that it began upon (rt_sigreturn(2)), and
    /// no call has ended. Always false where the kernel tells both apart.
    bool mayBeGivenBack(const CallRegisters& interrupted) const;
    /// At a call's return: number and arguments of another as far as the program finds them there, the rest
    /// as it is.
    void takeCall(const CallRegisters& other);

#if defined(__aarch64__)
    static constexpr bool forgetsCalls = true; ///< before a signal is looked at
#else
    static constexpr bool forgetsCalls = false;
#endif

private:
    user_regs_struct m_registers{};
#if defined(__aarch64__)
    std::int64_t m_number = -1;
    std::uint64_t m_first = 0; ///< the first argument: the result is in its register
    std::int64_t m_result = 0;
    bool m_isRenumbered = false;
#endif
};

} // namespace byteyard::ipc
