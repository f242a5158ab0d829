#pragma once

#include <QStringList>

namespace byteyard::gui {

/// What is selected, by id. Ids of what programs made themselves are "process:N" and "endpoint:N".
struct Selection
{
    QStringList nodes;
    QStringList edges;
    bool isEmpty() const { return nodes.isEmpty() && edges.isEmpty(); }
    bool operator==(const Selection&) const = default;
};

} // namespace byteyard::gui
