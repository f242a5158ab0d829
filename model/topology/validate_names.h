#pragma once

#include "model/topology/topology.h"

#include <optional>

namespace byteyard::model {

/// What keeps an endpoint's name, key or address from being one, before the kernel is asked; nothing when it
/// is sound. `what` and `remedy` as in Fault.
struct NameFault
{
    QString what;
    QString remedy;
};
std::optional<NameFault> endpointNameFault(const Node& endpoint);

/// Whether {name.FIELD} stands for something at this endpoint.
bool hasPlaceholderField(const Node& endpoint, const QString& field);

} // namespace byteyard::model
