#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"

#include <QSet>

#include <array>
#include <limits>
#include <string>

namespace byteyard::model {

/// Which rows of the log are wanted. An empty set means any.
struct LogFilter
{
    QSet<quint32> processes;
    QSet<quint32> endpoints;
    QSet<quint16> calls;
    bool errorsOnly = false;
    /// Calls that completed in [from, to), in ns since the run began; waiting ones that began before `to`.
    quint64 from = 0;
    quint64 to = std::numeric_limits<quint64>::max();
    QString text; ///< found, whatever its case, in the process's, call's, endpoint's name, the error's name,
                  ///< the detail or the data as text

    bool isEmpty() const;
    bool hasRange() const { return from != 0 || to != std::numeric_limits<quint64>::max(); }
    bool matches(const ipc::EventView& event, const Catalog& names) const;
    bool matches(const PendingCall& pending, const Catalog& names) const;
    bool operator==(const LogFilter&) const = default;
};

/// A filter made ready for many events: the names that hold its text are looked up once.
class LogMatcher
{
public:
    LogMatcher(const LogFilter& filter, const Catalog& names);
    bool operator()(const ipc::EventView& event) const;
    bool operator()(const PendingCall& pending) const;
    /// True when both choose the same events.
    bool operator==(const LogMatcher&) const = default;

private:
    bool numbersMatch(quint32 process, quint32 endpoint, quint32 endpoint2) const;
    bool namesHaveText(quint32 process, quint32 endpoint, quint32 endpoint2) const;
    bool hasText(std::string_view bytes) const;
    bool detailHasText(std::string_view detail) const;

    LogFilter m_filter;
    std::string m_text; ///< UTF-8; ASCII letters in lower case
    bool m_ascii = true;
    QSet<quint32> m_processes; ///< those whose names hold the text
    QSet<quint32> m_endpoints;
    std::array<bool, static_cast<std::size_t>(ipc::Call::Count_)> m_calls{};
};

} // namespace byteyard::model
