#include "ipc/capture/kernel_ring.h"

#include <atomic>
#include <cerrno>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace byteyard::ipc {

namespace {

constexpr unsigned spinsBeforeYield = 200;

/// Each writer reads how far we are: a place that changes with every record would go to and fro between the
/// processors.
constexpr std::uint64_t bytesBetweenTold = 32U << 10;

/// A word that the kernel writes too.
template <typename T>
T load(const std::byte* at)
{
    return __atomic_load_n(reinterpret_cast<const T*>(at), __ATOMIC_ACQUIRE);
}

} // namespace

KernelRing::KernelRing(int map, std::size_t size)
    : m_size(size), m_page(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)))
{
    void* consumer = ::mmap(nullptr, m_page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (consumer == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap");
    m_consumer = static_cast<std::byte*>(consumer);
    void* producer =
        ::mmap(nullptr, m_page + 2 * m_size, PROT_READ, MAP_SHARED, map, static_cast<off_t>(m_page));
    if (producer == MAP_FAILED) {
        const int error = errno;
        ::munmap(m_consumer, m_page);
        throw std::system_error(error, std::generic_category(), "mmap");
    }
    m_producer = static_cast<const std::byte*>(producer);
}

KernelRing::~KernelRing()
{
    ::munmap(m_consumer, m_page);
    ::munmap(const_cast<std::byte*>(m_producer), m_page + 2 * m_size); // NOLINT: munmap's type
}

bool KernelRing::isEmpty() const noexcept
{
    return load<std::uint64_t>(m_consumer) >= load<std::uint64_t>(m_producer);
}

void KernelRing::tell(std::uint64_t position) noexcept
{
    __atomic_store_n(reinterpret_cast<std::uint64_t*>(m_consumer), position, __ATOMIC_RELEASE);
}

std::size_t KernelRing::take(const std::function<void(std::span<const std::byte>)>& to, std::size_t most)
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
            to({header + BPF_RINGBUF_HDR_SZ, size});
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
