#pragma once

#include "model/topology/json_places.h"
#include "model/topology/topology.h"

#include <QJsonValue>
#include <QSet>

#include <functional>

namespace byteyard::model {

/// Reads the groups of a topology's JSON, one after the other; what does not fit is refused with its path.
class GroupReader
{
public:
    using Refuse = std::function<void(const JsonPath& path, const QString& what, const QString& remedy)>;

    /// `nodes`: the ids of the nodes that there are.
    GroupReader(QSet<QString> nodes, Refuse refuse) : m_nodes(std::move(nodes)), m_refuse(std::move(refuse))
    {
    }
    Group read(const QJsonValue& value, const JsonPath& path);

private:
    void readMembers(Group& group, const QJsonValue& value, const JsonPath& path, const QString& owner);

    QSet<QString> m_nodes;
    QSet<QString> m_ids;
    QSet<QString> m_grouped; ///< nodes that are in a group already
    Refuse m_refuse;
};

} // namespace byteyard::model
