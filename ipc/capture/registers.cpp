#include "ipc/capture/registers.h"

#include "ipc/capture/tracee_memory.h"
#include "ipc/host/proc.h"

#include <algorithm>
#include <cerrno>
#include <elf.h>
#include <iterator>
#include <sys/ptrace.h>
#include <sys/uio.h>

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

bool CallRegisters::mayBeGivenBack(const CallRegisters& /*interrupted*/) const
{
    return false;
}

void CallRegisters::takeCall(const CallRegisters& other)
{
    constexpr int arguments = 6;
    setNumber(other.number());
    for (int i = 0; i < arguments; ++i)
        setArgument(i, other.argument(i));
}

#elif defined(__aarch64__)

namespace {

constexpr std::size_t numberRegister = 8;
constexpr std::uint64_t instructionSize = 4;
constexpr std::uint32_t svc = 0xd4000001;

bool access(__ptrace_request request, pid_t tid, unsigned long set, void* data, std::size_t size)
{
    iovec vector{data, size};
    return ptrace(request, tid, set, &vector) == 0;
}

std::optional<int> numberOf(pid_t tid)
{
    int number = -1;
    if (!access(PTRACE_GETREGSET, tid, NT_ARM_SYSTEM_CALL, &number, sizeof number))
        return std::nullopt;
    return number;
}

bool setNumberOf(pid_t tid, int number)
{
    return access(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &number, sizeof number);
}

/// At a call's entry or return, and not behind one because of a signal.
bool isAtCall(pid_t tid)
{
    __ptrace_syscall_info info{};
    return ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) > 0 &&
           info.op != PTRACE_SYSCALL_INFO_NONE;
}

bool isSvc(pid_t tid, std::uint64_t address)
{
    const auto instruction = TraceeMemory(tid).object<std::uint32_t>(address);
    return instruction && *instruction == svc;
}

} // namespace

// The kernel keeps the first argument beside the registers and shows it in /proc/TID/syscall alone. Before a
// signal is looked at it has already forgotten the call's number, and gone back to the call where it makes it
// again (arch/arm64/kernel/signal.c: do_signal).
std::optional<CallRegisters> CallRegisters::of(pid_t tid)
{
    CallRegisters registers;
    user_regs_struct& own = registers.m_registers;
    const auto number = numberOf(tid);
    if (!number || !access(PTRACE_GETREGSET, tid, NT_PRSTATUS, &own, sizeof own))
        return std::nullopt;
    registers.m_number = *number;
    registers.m_first = own.regs[0];
    registers.m_result = static_cast<std::int64_t>(own.regs[0]);
    if (*number < 0 && !isAtCall(tid)) {
        if (isSvc(tid, own.pc))
            registers.m_result = -restartNoIntr;
        else if (registers.m_result != -EINTR || !isSvc(tid, own.pc - instructionSize))
            return registers; // in no call
        registers.m_number = static_cast<std::int64_t>(own.regs[numberRegister]);
        if (!setNumberOf(tid, static_cast<int>(registers.m_number)))
            return std::nullopt;
    }
    if (registers.m_number < 0)
        return registers;
    const auto call = proc::sleepingCall(tid);
    if (!call || (*number < 0 && !setNumberOf(tid, *number)))
        return std::nullopt;
    registers.m_first = call->arguments[0];
    return registers;
}

bool CallRegisters::write(pid_t tid) const
{
    user_regs_struct own = m_registers;
    return access(PTRACE_SETREGSET, tid, NT_PRSTATUS, &own, sizeof own) &&
           (!m_isRenumbered || setNumberOf(tid, static_cast<int>(m_number)));
}

std::int64_t CallRegisters::number() const
{
    return m_number;
}

std::uint64_t CallRegisters::argument(int index) const
{
    return index == 0 ? m_first : m_registers.regs[index];
}

void CallRegisters::setNumber(std::int64_t number)
{
    m_number = number;
    m_isRenumbered = true;
}

void CallRegisters::setArgument(int index, std::uint64_t value)
{
    if (index == 0)
        m_first = value;
    m_registers.regs[index] = value;
}

std::int64_t CallRegisters::result() const
{
    return m_result;
}

void CallRegisters::setResult(std::int64_t value)
{
    m_result = value;
    m_registers.regs[0] = static_cast<std::uint64_t>(value);
}

void CallRegisters::callAgain()
{
    m_registers.pc -= instructionSize;
    m_registers.regs[0] = m_first;
}

// The first argument is then what the handler left in its register.
bool CallRegisters::mayBeGivenBack(const CallRegisters& interrupted) const
{
    const user_regs_struct& before = interrupted.m_registers;
    const bool isSamePlace = m_registers.pc == before.pc || m_registers.pc == before.pc + instructionSize;
    return isSamePlace && m_registers.sp == before.sp &&
           std::equal(std::begin(m_registers.regs) + 1, std::end(m_registers.regs),
                      std::begin(before.regs) + 1) &&
           m_first != interrupted.m_first;
}

void CallRegisters::takeCall(const CallRegisters& other)
{
    constexpr int arguments = 6;
    for (int i = 1; i < arguments; ++i)
        setArgument(i, other.argument(i));
}

#else
#error "the registers of a system call are not known for this processor"
#endif

} // namespace byteyard::ipc
