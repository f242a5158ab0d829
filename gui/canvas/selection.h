#pragma once

#include <QStringList>

namespace byteyard::gui {

/// What is selected, by id. Ids of what programs made themselves are "process:N" and "endpoint:N". A group
/// that is selected stands here with all its members.
struct Selection
{
    QStringList nodes;
    QStringList edges;
    QStringList groups = {};
    bool isEmpty() const { return nodes.isEmpty() && edges.isEmpty(); }
    bool operator==(const Selection&) const = default;
};

} // namespace byteyard::gui
