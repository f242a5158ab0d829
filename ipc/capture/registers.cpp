#include "ipc/capture/registers.h"

#include <sys/ptrace.h>

namespace byteyard::ipc {

#if defined(__x86_64__)

namespace {

using Field = unsigned long long user_regs_struct::*;
constexpr std::array<Field, 6> argumentFields = {&user_regs_struct::rdi, &user_regs_struct::rsi,
                                                 &user_regs_struct::rdx, &user_regs_struct::r10,
                                                 &user_regs_struct::r8,  &user_regs_struct::r9};
constexpr unsigned long long instructionSize = 2; // syscall

} // namespace

std::optional<CallRegisters> CallRegisters::of(pid_t tid)
{
    CallRegisters registers;
    if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers.m_registers) != 0)
        return std::nullopt;
    return registers;
}

bool CallRegisters::write(pid_t tid) const
{
    return ptrace(PTRACE_SETREGS, tid, nullptr, &m_registers) == 0;
}

std::int64_t CallRegisters::number() const
{
    return static_cast<std::int64_t>(m_registers.orig_rax);
}

std::uint64_t CallRegisters::argument(int index) const
{
    return m_registers.*argumentFields.at(static_cast<std::size_t>(index));
}

void CallRegisters::setNumber(std::int64_t number)
{
    m_registers.orig_rax = static_cast<unsigned long long>(number);
}

void CallRegisters::setArgument(int index, std::uint64_t value)
{
    m_registers.*argumentFields.at(static_cast<std::size_t>(index)) = value;
}

std::int64_t CallRegisters::result() const
{
    return static_cast<std::int64_t>(m_registers.rax);
}

void CallRegisters::setResult(std::int64_t value)
{
    m_registers.rax = static_cast<unsigned long long>(value);
}

void CallRegisters::callAgain()
{
    m_registers.rip -= instructionSize;
    m_registers.rax = m_registers.orig_rax;
}

#else

std::optional<CallRegisters> CallRegisters::of(pid_t /*tid*/)
{
    return std::nullopt;
}

bool CallRegisters::write(pid_t /*tid*/) const
{
    return false;
}

std::int64_t CallRegisters::number() const
{
    return -1;
}

std::uint64_t CallRegisters::argument(int /*index*/) const
{
    return 0;
}

void CallRegisters::setNumber(std::int64_t /*number*/) {}

void CallRegisters::setArgument(int /*index*/, std::uint64_t /*value*/) {}

std::int64_t CallRegisters::result() const
{
    return 0;
}

void CallRegisters::setResult(std::int64_t /*value*/) {}

void CallRegisters::callAgain() {}

#endif

void CallRegisters::takeCall(const CallRegisters& other)
{
    constexpr int arguments = 6;
    setNumber(other.number());
    for (int i = 0; i < arguments; ++i)
        setArgument(i, other.argument(i));
}

} // namespace byteyard::ipc
