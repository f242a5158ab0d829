#include "model/topology/group_reader.h"

#include "model/topology/topology_reader.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct GroupReaderText
{
    Q_DECLARE_TR_FUNCTIONS(TopologyReader)
};

} // namespace

Group GroupReader::read(const QJsonValue& value, const JsonPath& path)
{
    const QJsonObject object = value.toObject();
    Group group;
    group.id = object.value("id"_L1).toString();
    const QString owner = GroupReaderText::tr("Group “%1”").arg(inSentence(group.id));
    const QStringList known{u"collapsed"_s, u"id"_s, u"members"_s, u"name"_s};
    for (auto it = object.begin(); it != object.end(); ++it)
        if (!known.contains(it.key()))
            m_refuse(path + JsonPath{it.key()},
                     GroupReaderText::tr("%1 has an unknown member “%2”.").arg(owner, inSentence(it.key())),
                     GroupReaderText::tr("Remove it; known are %1.").arg(known.join(", "_L1)));
    if (!isTopologyId(group.id))
        m_refuse(path + JsonPath{u"id"_s}, GroupReaderText::tr("A group has no id, or one that is none."),
                 GroupReaderText::tr("Use 1 to 64 of A-Z a-z 0-9 _ . -."));
    else if (m_ids.contains(group.id))
        m_refuse(path + JsonPath{u"id"_s},
                 GroupReaderText::tr("%1: another group has the same id.").arg(owner),
                 GroupReaderText::tr("Give one of them another id."));
    m_ids.insert(group.id);
    group.name = object.value("name"_L1).toString();
    if (const QString fault = nameFault(group.name); !fault.isEmpty())
        m_refuse(path + JsonPath{u"name"_s}, GroupReaderText::tr("%1: its name %2.").arg(owner, fault),
                 GroupReaderText::tr("Name it in one line."));
    const QJsonValue collapsed = object.value("collapsed"_L1);
    if (!collapsed.isUndefined() && !collapsed.isBool())
        m_refuse(path + JsonPath{u"collapsed"_s},
                 GroupReaderText::tr("%1: “collapsed” is neither true nor false.").arg(owner),
                 GroupReaderText::tr("Write true, or remove it."));
    group.collapsed = collapsed.toBool();
    readMembers(group, object.value("members"_L1), path + JsonPath{u"members"_s}, owner);
    return group;
}

void GroupReader::readMembers(Group& group, const QJsonValue& value, const JsonPath& path,
                              const QString& owner)
{
    const QJsonArray members = value.toArray();
    if (members.isEmpty() || members.size() > maxNodes) {
        m_refuse(path,
                 GroupReaderText::tr("%1: “members” is not an array of 1 to %2 ids of nodes.")
                     .arg(owner, QString::number(maxNodes)),
                 GroupReaderText::tr("Name its nodes, or remove the group."));
        return;
    }
    for (qsizetype i = 0; i < members.size(); ++i) {
        const QString node = members.at(i).toString();
        const JsonPath here = path + JsonPath{QString::number(i)};
        if (!m_nodes.contains(node))
            m_refuse(here,
                     GroupReaderText::tr("%1: its member “%2” is no node of this topology.")
                         .arg(owner, inSentence(node)),
                     GroupReaderText::tr("Name the id of a node, or remove it."));
        else if (m_grouped.contains(node))
            m_refuse(here,
                     GroupReaderText::tr("%1: its member “%2” is in a group already.")
                         .arg(owner, inSentence(node)),
                     GroupReaderText::tr("Name a node in one group only, and once."));
        m_grouped.insert(node);
        group.members.append(node);
    }
}

} // namespace byteyard::model
