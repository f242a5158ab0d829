#include "ipc/capture/kernel_ring.h"

#include <cerrno>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace byteyard::ipc {

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

} // namespace byteyard::ipc
