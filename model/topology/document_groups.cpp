// The part of Document that groups nodes.
#include "model/topology/document.h"
#include "model/topology/document_edit.h"

#include <QSet>

#include <algorithm>
#include <memory>

namespace byteyard::model {

namespace {

constexpr int collapseDrag = 0x20000000; ///< what tells a collapsing apart from moves, which may merge too

Group* groupIn(QList<Group>& groups, const QString& id)
{
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const Group& each) { return each.id == id; });
    return found == groups.end() ? nullptr : &*found;
}

} // namespace

QString Document::group(const QStringList& nodes)
{
    const QSet<QString> wanted(nodes.begin(), nodes.end());
    QSet<QString> chosen;
    for (const Node& node : m_topology.nodes)
        if (wanted.contains(node.id))
            chosen.insert(node.id);
    if (chosen.isEmpty())
        return {};
    const auto taken =
        std::find_if(m_topology.groups.begin(), m_topology.groups.end(), [&](const Group& each) {
            return std::all_of(each.members.begin(), each.members.end(),
                               [&](const QString& member) { return chosen.contains(member); });
        });
    Group made;
    if (taken != m_topology.groups.end()) {
        made = *taken;
        made.members.clear();
    } else {
        made.id = m_topology.freeGroupId(QStringLiteral("group"));
        made.name = m_topology.freeGroupName(tr("Group"));
    }
    for (const Node& node : m_topology.nodes)
        if (chosen.contains(node.id))
            made.members.append(node.id);
    QList<Group> after;
    for (Group each : m_topology.groups) {
        if (each.id == made.id)
            each = made;
        else
            each.members.removeIf([&](const QString& member) { return chosen.contains(member); });
        if (!each.members.isEmpty())
            after.append(each);
    }
    if (groupIn(after, made.id) == nullptr)
        after.append(made);
    auto edit = std::make_unique<DocumentEdit>(
        *this, tr("Group %n part(s)", nullptr, static_cast<int>(made.members.size())));
    edit->setGroups(after);
    DocumentEdit::commit(std::move(edit));
    return made.id;
}

void Document::ungroup(const QStringList& nodes)
{
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Ungroup"));
    edit->leaveGroups({nodes.begin(), nodes.end()});
    DocumentEdit::commit(std::move(edit));
}

QString Document::renameGroup(const QString& id, const QString& name)
{
    if (const QString fault = nameFault(name); !fault.isEmpty())
        return tr("The name %1.").arg(fault);
    QList<Group> after = m_topology.groups;
    Group* group = groupIn(after, id);
    if (group == nullptr)
        return tr("The group is gone.");
    auto edit = std::make_unique<DocumentEdit>(*this, tr("Rename %1").arg(group->name));
    group->name = name;
    edit->setGroups(after);
    DocumentEdit::commit(std::move(edit));
    return {};
}

void Document::setCollapsed(const QString& id, bool collapsed)
{
    QList<Group> after = m_topology.groups;
    Group* group = groupIn(after, id);
    if (group == nullptr)
        return;
    auto edit = std::make_unique<DocumentEdit>(
        *this, (collapsed ? tr("Collapse %1") : tr("Expand %1")).arg(group->name));
    edit->setDrag(static_cast<int>(qHash(id) & (collapseDrag - 1)) | collapseDrag);
    group->collapsed = collapsed;
    edit->setGroups(after);
    DocumentEdit::commit(std::move(edit));
}

} // namespace byteyard::model
