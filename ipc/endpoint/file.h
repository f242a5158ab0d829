#pragma once

#include "ipc/endpoint/endpoint.h"

namespace byteyard::ipc {

struct FileOptions
{
    std::string path;
    mode_t mode = 0600;
    bool existing = false; ///< it must be there
};

/// A regular file, or a character device such as /dev/zero, which has no contents to show. Ports: read,
/// write, read-write, each opened by the child just before exec.
class FileEndpoint final : public Endpoint
{
public:
    /// Creates an empty one where none stands; one that does is used as it is. Throws
    /// EndpointError.
    explicit FileEndpoint(const FileOptions& options);

    std::string_view kind() const noexcept override { return "file"; }
    /// Its size, where each open file description stands, and its locks.
    std::optional<Look> look(const LookContext& context) override;
    std::optional<Fill> fill(std::span<const TableHolder> holders) override;
    Contents peek(std::span<const TableHolder> holders, Way way, std::uint64_t offset,
                  std::size_t size) override;
    /// Appends.
    MadeCall write(std::span<const TableHolder> holders, const WriteRequest& request) override;
    MadeCall remove() override;

private:
    void findDescriptions(std::span<const TableHolder> holders);

    std::vector<TableHolder> m_holders;
    std::vector<TableHolder> m_descriptions; ///< one holder of each open file description
};

} // namespace byteyard::ipc
