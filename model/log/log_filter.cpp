#include "model/log/log_filter.h"

#include <algorithm>

namespace byteyard::model {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

bool LogFilter::isEmpty() const
{
    return *this == LogFilter{};
}

bool LogFilter::matches(const ipc::EventView& event, const Catalog& names) const
{
    return LogMatcher(*this, names)(event);
}

bool LogFilter::matches(const PendingCall& pending, const Catalog& names) const
{
    return LogMatcher(*this, names)(pending);
}

LogMatcher::LogMatcher(const LogFilter& filter, const Catalog& names)
    : m_filter(filter), m_text(filter.text.toStdString())
{
    if (m_text.empty())
        return;
    std::transform(m_text.begin(), m_text.end(), m_text.begin(), lower);
    m_ascii = std::all_of(m_text.begin(), m_text.end(),
                          [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const auto holdsText = [&](const QString& name) {
        return name.contains(filter.text, Qt::CaseInsensitive);
    };
    if (holdsText(names.processName(0)))
        m_processes.insert(0);
    for (auto entry = names.processes.cbegin(); entry != names.processes.cend(); ++entry)
        if (holdsText(names.processName(entry.key())))
            m_processes.insert(entry.key());
    for (auto entry = names.endpoints.cbegin(); entry != names.endpoints.cend(); ++entry)
        if (holdsText(names.endpointName(entry.key())))
            m_endpoints.insert(entry.key());
    for (std::size_t call = 0; call < m_calls.size(); ++call)
        m_calls[call] = hasText(ipc::callInfo(static_cast<ipc::Call>(call)).name);
}

bool LogMatcher::numbersMatch(quint32 process, quint32 endpoint, quint32 endpoint2) const
{
    if (!m_filter.processes.isEmpty() && !m_filter.processes.contains(process))
        return false;
    return m_filter.endpoints.isEmpty() || (endpoint != 0 && m_filter.endpoints.contains(endpoint)) ||
           (endpoint2 != 0 && m_filter.endpoints.contains(endpoint2));
}

bool LogMatcher::namesHaveText(quint32 process, quint32 endpoint, quint32 endpoint2) const
{
    return m_processes.contains(process) || m_endpoints.contains(endpoint) || m_endpoints.contains(endpoint2);
}

bool LogMatcher::hasText(std::string_view bytes) const
{
    if (!m_ascii)
        return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()))
            .contains(m_filter.text, Qt::CaseInsensitive);
    return std::search(bytes.begin(), bytes.end(), m_text.begin(), m_text.end(),
                       [](char byte, char wanted) { return lower(byte) == wanted; }) != bytes.end();
}

bool LogMatcher::detailHasText(std::string_view detail) const
{
    return hasText(detail) ||
           (detail.find('%') != std::string_view::npos && hasText(ipc::decodeWord(detail)));
}

bool LogMatcher::operator()(const ipc::EventView& event) const
{
    if (event.time < m_filter.from || event.time >= m_filter.to)
        return false;
    if (m_filter.errorsOnly && event.error == 0)
        return false;
    if (!m_filter.calls.isEmpty() && !m_filter.calls.contains(static_cast<quint16>(event.call)))
        return false;
    if (!numbersMatch(event.process, event.endpoint, event.endpoint2))
        return false;
    if (m_text.empty())
        return true;
    return m_calls[static_cast<std::size_t>(event.call)] ||
           namesHaveText(event.process, event.endpoint, event.endpoint2) ||
           (event.error != 0 && hasText(ipc::errnoName(event.error))) || detailHasText(event.detail) ||
           hasText({reinterpret_cast<const char*>(event.data.data()), event.data.size()});
}

bool LogMatcher::operator()(const PendingCall& pending) const
{
    if (m_filter.errorsOnly || pending.since >= m_filter.to)
        return false;
    const std::string call = pending.call.toStdString();
    if (!m_filter.calls.isEmpty()) {
        const std::optional<ipc::Call> known = ipc::callFromName(call);
        if (!known || !m_filter.calls.contains(static_cast<quint16>(*known)))
            return false;
    }
    if (!numbersMatch(pending.process, pending.endpoint, 0))
        return false;
    return m_text.empty() || hasText(call) || namesHaveText(pending.process, pending.endpoint, 0) ||
           detailHasText(pending.detail.toStdString());
}

} // namespace byteyard::model
