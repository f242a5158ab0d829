#pragma once

#include "ipc/capture/event.h"
#include "model/log/catalog.h"

#include <QByteArray>

namespace byteyard::model {

/// The fields of an event that exporters show, by name (design: JSON Lines).
struct EventNames
{
    QByteArray process;
    QByteArray endpoint; ///< empty: none
    QByteArray kind;
    QByteArray endpoint2;
    QByteArray kind2;
};

/// Looks names up as UTF-8, once each: for the many events of an export.
class NameTable
{
public:
    explicit NameTable(const Catalog& catalog);
    EventNames namesOf(const ipc::EventView& event) const;

private:
    QHash<quint32, QByteArray> m_processes;
    QHash<quint32, QByteArray> m_endpoints;
    QHash<quint32, QByteArray> m_kinds;
};

/// Seconds with as many of nine decimals as it takes: 123456 is 0.000123456. A double would not hold them
/// all.
void appendSeconds(QByteArray& out, quint64 ns);
/// The object of one event, without a newline.
void appendEventJson(QByteArray& out, const ipc::EventView& event, const EventNames& names);

} // namespace byteyard::model
