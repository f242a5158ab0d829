#pragma once

#include "gui/canvas/node_look.h"

namespace byteyard::gui {

/// Everything that is painted of a group but its place.
struct GroupLook
{
    QString name;
    bool collapsed = false;
    QString detail; ///< "3 processes · 2 endpoints"
    NodeState state = NodeState::None;
    QString stateText; ///< "2 of 3 running"; empty without processes
    bool operator==(const GroupLook&) const = default;
};

/// How a group looks: what it holds, and how many of its processes run.
GroupLook lookOf(const model::Group& group, const QList<const model::Node*>& members,
                 const model::Session& session);

/// What a group is called among the ids of nodes; no node's id has a colon.
QString groupKey(const QString& group);
/// The group of such a key; empty when it is none.
QString groupOfKey(const QString& key);

} // namespace byteyard::gui
