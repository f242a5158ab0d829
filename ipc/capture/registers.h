#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <sys/types.h>
#include <sys/user.h>

namespace byteyard::ipc {

/// The registers of a thread that stands at a system call's entry or return, as far as they are the call's
/// (syscall(2)). Written for x86-64; elsewhere there are none, and calls cannot be changed.
class CallRegisters
{
public:
    /// Nothing when the thread is gone, or this machine's registers are not known.
    static std::optional<CallRegisters> of(pid_t tid);
    /// False when the thread is gone.
    bool write(pid_t tid) const;

    std::int64_t number() const;
    std::uint64_t argument(int index) const;
    /// -1: no call is made.
    void setNumber(std::int64_t number);
    void setArgument(int index, std::uint64_t value);
    /// What the call returns; -errno when it failed.
    std::int64_t result() const;
    void setResult(std::int64_t value);
    /// The thread makes the call (again) instead of going on behind it.
    void callAgain();
    /// Number and arguments of another, the rest as it is.
    void takeCall(const CallRegisters& other);

private:
    user_regs_struct m_registers{};
};

} // namespace byteyard::ipc
