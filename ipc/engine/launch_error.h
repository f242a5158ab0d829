#pragma once

#include "ipc/engine/frames.h"

#include <stdexcept>

namespace byteyard::ipc::engine {

/// Why a process cannot be started, as it will cross the wire.
class LaunchError : public std::runtime_error
{
public:
    explicit LaunchError(ErrorReport report) : std::runtime_error(report.code), m_report(std::move(report)) {}
    const ErrorReport& report() const noexcept { return m_report; }

private:
    ErrorReport m_report;
};

} // namespace byteyard::ipc::engine
