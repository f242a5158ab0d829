#pragma once

#include <cstddef>
#include <cstdint>
#include <linux/bpf.h>
#include <sched.h>
#include <span>

namespace byteyard::ipc {

/// The reading side of a BPF ring buffer (kernel documentation, bpf/ringbuf). Unlike libbpf's it reads up to
/// what had been begun when it was asked, and waits for a record that another processor is just writing: what
/// a thread has told before it stopped must be known before its stop is looked at.
class KernelRing
{
public:
    /// `map` stays the caller's. Throws std::system_error (mmap).
    KernelRing(int map, std::size_t size);
    ~KernelRing();
    KernelRing(const KernelRing&) = delete;
    KernelRing& operator=(const KernelRing&) = delete;

    /// Calls `to(std::span<const std::byte>)` with each record, `most` at the most; how many it were.
    template <typename To>
    std::size_t take(const To& to, std::size_t most);

private:
    static constexpr unsigned spinsBeforeYield = 200;
    /// Each writer reads how far we are: a place that changes with every record would go to and fro between
    /// the processors.
    static constexpr std::uint64_t bytesBetweenTold = 32U << 10;

    /// A word that the kernel writes too.
    template <typename T>
    static T load(const std::byte* at) noexcept
    {
        return __atomic_load_n(reinterpret_cast<const T*>(at), __ATOMIC_ACQUIRE);
    }
    void tell(std::uint64_t position) noexcept
    {
        __atomic_store_n(reinterpret_cast<std::uint64_t*>(m_consumer), position, __ATOMIC_RELEASE);
    }

    std::size_t m_size;
    std::size_t m_page;
    std::byte* m_consumer = nullptr;       ///< one page: how far we have read
    const std::byte* m_producer = nullptr; ///< one page: how far was written; then the bytes, twice
};

template <typename To>
std::size_t KernelRing::take(const To& to, std::size_t most)
{
    std::uint64_t at = load<std::uint64_t>(m_consumer);
    std::uint64_t told = at;
    const std::uint64_t end = load<std::uint64_t>(m_producer);
    const std::byte* bytes = m_producer + m_page;
    std::size_t taken = 0;
    while (at < end && taken < most) {
        const std::byte* header = bytes + (at & (m_size - 1));
        std::uint32_t length = load<std::uint32_t>(header);
        for (unsigned spins = 0; (length & BPF_RINGBUF_BUSY_BIT) != 0; length = load<std::uint32_t>(header))
            if (++spins > spinsBeforeYield)
                ::sched_yield();
        const std::size_t size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
        if ((length & BPF_RINGBUF_DISCARD_BIT) == 0) {
            to(std::span(header + BPF_RINGBUF_HDR_SZ, size));
            ++taken;
        }
        at += (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
        if (at - told >= bytesBetweenTold) {
            tell(at);
            told = at;
        }
    }
    if (at != told)
        tell(at);
    return taken;
}

} // namespace byteyard::ipc
