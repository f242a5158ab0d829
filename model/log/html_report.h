#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"

namespace byteyard::model {

/// A run as one page for people: its facts, a picture of what was drawn, who took part, what passed, and the
/// calls of the log. The page needs nothing but itself, and runs no script.
class HtmlReport
{
public:
    /// So many calls stand in the page, and so many processes and endpoints; the others are counted.
    static constexpr quint64 rowsMost = 20'000;
    static constexpr qsizetype partsMost = 1'000;

    explicit HtmlReport(const Catalog& catalog);
    QByteArray& buffer() { return m_buffer; }
    void begin();
    void event(const ipc::EventView& event);
    void end(quint64 exported, quint64 dropped);

private:
    const Catalog m_catalog;
    QByteArray m_buffer;
    quint64 m_rows = 0;
};

} // namespace byteyard::model
