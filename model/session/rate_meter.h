#pragma once

#include <QtGlobal>

#include <algorithm>
#include <array>

namespace byteyard::model {

/// Bytes a second over the last second, from a total that is looked at again and again.
class RateMeter
{
public:
    /// The total at a time (ns, not going back). Looks less than 100 ms apart replace each other.
    void add(quint64 time, quint64 total)
    {
        if (m_count == 0)
            push({time, 0}); // nothing had moved before anyone looked
        if (m_count > 1 && time - look(0).time < windowNs && look(0).time - look(1).time < stepNs)
            m_looks[m_newest] = {time, total};
        else
            push({time, total});
    }

    double perSecond() const
    {
        if (m_count == 0)
            return 0;
        const Look last = look(0);
        Look from = last;
        for (std::size_t back = 1; back < m_count && last.time - from.time < windowNs; ++back)
            from = look(back);
        const quint64 span = std::max(last.time - from.time, windowNs);
        return static_cast<double>(last.total - from.total) * 1e9 / static_cast<double>(span);
    }

private:
    struct Look
    {
        quint64 time = 0;
        quint64 total = 0;
    };
    static constexpr quint64 stepNs = 100'000'000;
    static constexpr quint64 windowNs = 1'000'000'000;

    const Look& look(std::size_t back) const
    {
        return m_looks[(m_newest + m_looks.size() - back) % m_looks.size()];
    }
    void push(Look entry)
    {
        m_newest = (m_newest + 1) % m_looks.size();
        m_looks[m_newest] = entry;
        m_count = std::min(m_count + 1, m_looks.size());
    }

    std::array<Look, 13> m_looks{};
    std::size_t m_newest = 0;
    std::size_t m_count = 0;
};

} // namespace byteyard::model
