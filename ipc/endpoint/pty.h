#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

struct PtyOptions
{
    unsigned short rows = 24;
    unsigned short columns = 80;
};

/// A pseudoterminal (pty(7)). Ports: master (a), slave (b). It is looked at by copies of its holders'
/// descriptors alone: opening and closing the slave would hang up the master.
class PtyEndpoint final : public Endpoint
{
public:
    /// Makes it; throws EndpointError.
    explicit PtyEndpoint(const PtyOptions& options);
    /// One that a program made.
    explicit PtyEndpoint(int number);

    std::string_view kind() const noexcept override { return "pty"; }
    bool isAnonymous() const noexcept override { return true; }
    /// Every master is the same /dev/ptmx.
    bool isHeldUnnamed() const noexcept override { return true; }
    std::vector<ObjectKey> keys() const override
    {
        return {{ObjectKey::Kind::Pty, static_cast<std::uint64_t>(m_number)}};
    }
    Fd end(std::string_view port, std::span<const TableHolder> holders) const override;
    std::optional<Look> look(const LookContext& context) override;
    /// Types at the master, or prints at the slave.
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    /// "rows", "columns": ioctl_tty(2), TIOCSWINSZ
    MadeCall setLimit(std::span<const TableHolder> holders, const std::string& name,
                      std::uint64_t value) override;

private:
    Fd reach(std::span<const TableHolder> holders, bool master) const;

    int m_number = -1; ///< of /dev/pts/N
};

} // namespace byteyard::ipc
