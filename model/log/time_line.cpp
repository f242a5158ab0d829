#include "model/log/time_line.h"

#include <algorithm>

namespace byteyard::model {

TimeLine::TimeLine() : m_pieces(pieces) {}

/// Pairs of pieces become one.
void TimeLine::widen()
{
    for (qsizetype i = 0; i < pieces / 2; ++i) {
        const Column& a = m_pieces.at(2 * i);
        const Column& b = m_pieces.at(2 * i + 1);
        m_pieces[i] = {a.events + b.events, a.blocked + b.blocked};
    }
    std::fill(m_pieces.begin() + pieces / 2, m_pieces.end(), Column());
    ++m_shift;
}

void TimeLine::addBlocked(quint64 from, quint64 to)
{
    if (to <= from)
        return;
    pieceAt(to - 1); // wide enough for all of it
    while (from < to) {
        const quint64 width = quint64{1} << m_shift;
        const quint64 here = std::min(to - from, width - from % width);
        m_pieces[static_cast<qsizetype>(from >> m_shift)].blocked += static_cast<double>(here);
        from += here;
    }
}

quint64 TimeLine::events() const
{
    double sum = 0;
    for (const Column& piece : m_pieces)
        sum += piece.events;
    return static_cast<quint64>(sum);
}

QList<TimeLine::Column> TimeLine::columns(quint64 from, quint64 to, int count) const
{
    QList<Column> columns(count);
    if (to <= from || count <= 0)
        return columns;
    const auto width = static_cast<double>(quint64{1} << m_shift);
    const double columnWidth = static_cast<double>(to - from) / count;
    for (qsizetype i = static_cast<qsizetype>(from >> m_shift); i < pieces; ++i) {
        const Column& piece = m_pieces.at(i);
        const double start = static_cast<double>(i) * width - static_cast<double>(from);
        if (start >= static_cast<double>(to - from))
            break;
        if (piece.events == 0 && piece.blocked == 0)
            continue;
        const int first = std::clamp(static_cast<int>(start / columnWidth), 0, count - 1);
        for (int at = first; at < count; ++at) {
            const double overlap =
                std::min(start + width, (at + 1) * columnWidth) - std::max(start, at * columnWidth);
            if (overlap <= 0)
                break;
            columns[at].events += piece.events * overlap / width;
            columns[at].blocked += piece.blocked * overlap / width;
        }
    }
    return columns;
}

} // namespace byteyard::model
