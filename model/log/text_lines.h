#pragma once

#include "model/log/catalog.h"

#include "ipc/capture/event.h"

#include <QByteArray>

namespace byteyard::model {

/// A call as a line for people, in UTF-8: seconds since the run began, process[thread], the call and its
/// result, how long it took, the endpoint, the bytes that moved. Nothing in it moves a terminal's cursor,
/// whatever programs are called or wrote.
void appendEventText(QByteArray& out, const ipc::EventView& event, const Catalog& catalog);

/// What is missing, as a line; none when nothing is.
void appendLostText(QByteArray& out, quint64 lost, quint64 dropped);

} // namespace byteyard::model
