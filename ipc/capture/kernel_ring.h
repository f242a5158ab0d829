#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

    std::size_t take(const std::function<void(std::span<const std::byte>)>& to, std::size_t most);
    bool isEmpty() const noexcept;

private:
    void tell(std::uint64_t position) noexcept;

    std::size_t m_size;
    std::size_t m_page;
    std::byte* m_consumer = nullptr;       ///< one page: how far we have read
    const std::byte* m_producer = nullptr; ///< one page: how far was written; then the bytes, twice
};

} // namespace byteyard::ipc
