#pragma once

#include "gui/widgets/fact_list.h"
#include "model/session/session.h"

namespace byteyard::gui {

/// What the kernel says of an endpoint, under its own names, in words: "msg_cbytes" "16 320 of 16 384 bytes".
QList<Fact> kernelFacts(const model::Session& session, const model::LiveEndpoint& endpoint);

/// What is in an endpoint or hangs on it: a queue's messages, a set's semaphores, who has memory attached, a
/// listener's connections. Lines of columns; empty when there is nothing of the sort.
struct EndpointContents
{
    QString title;
    QString text;
    bool operator==(const EndpointContents&) const = default;
};
EndpointContents endpointContents(const model::Session& session, const model::LiveEndpoint& endpoint);

} // namespace byteyard::gui
