#pragma once

#include "model/log/catalog.h"
#include "ipc/capture/event.h"

#include <QSet>

namespace byteyard::model {

/// Which rows of the log are wanted. An empty set means any.
struct LogFilter
{
    QSet<quint32> processes;
    QSet<quint32> endpoints;
    QSet<quint16> calls;
    bool errorsOnly = false;
    QString text; ///< found, whatever its case, in the process's, call's, endpoint's name, the error's name, the detail or the data as text

    bool isEmpty() const;
    bool matches(const ipc::EventView& event, const Catalog& names) const;
    bool matches(const PendingCall& pending, const Catalog& names) const;
    bool operator==(const LogFilter&) const = default;
};

} // namespace byteyard::model
