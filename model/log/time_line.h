#pragma once

#include <QList>
#include <QtGlobal>

namespace byteyard::model {

/// How many events there were, and for how long threads were blocked, along the time of a run. Kept in a
/// bounded number of equal pieces, which grow wider as the run goes on: nothing is left out, only put
/// together.
class TimeLine
{
public:
    /// A call that took at least this long was blocked (design: Event).
    static constexpr quint64 blockedNs = 100'000'000;

    struct Column
    {
        double events = 0;
        double blocked = 0; ///< ns, of all threads together
    };

    TimeLine();
    /// A call that completed at `time` after `duration` ns (0: not measured).
    void add(quint64 time, quint64 duration)
    {
        pieceAt(time).events += 1;
        if (duration >= blockedNs)
            addBlocked(time > duration ? time - duration : 0, time);
    }
    /// A thread waited from `from` to `to`.
    void addBlocked(quint64 from, quint64 to);
    quint64 events() const;
    /// [from, to) cut into `count` equal columns. What lies in a piece is shared out evenly along it.
    QList<Column> columns(quint64 from, quint64 to, int count) const;

private:
    static constexpr int pieces = 4096;
    static constexpr int firstShift = 18; ///< pieces of 0.26 ms, for the first second

    Column& pieceAt(quint64 time)
    {
        while (time >> m_shift >= static_cast<quint64>(pieces))
            widen();
        return m_pieces[static_cast<qsizetype>(time >> m_shift)];
    }
    void widen();

    int m_shift = firstShift; ///< a piece is 2^shift ns long
    QList<Column> m_pieces;
};

} // namespace byteyard::model
