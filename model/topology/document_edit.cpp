#include "model/topology/document_edit.h"

#include <QHash>
#include <QSet>

namespace byteyard::model {

namespace {

/// Replaces, inserts or removes one item of a list.
template <typename Item>
void replace(QList<Item>& list, qsizetype index, const std::optional<Item>& from,
             const std::optional<Item>& to)
{
    if (from && to)
        list[index] = *to;
    else if (to)
        list.insert(index, *to);
    else
        list.removeAt(index);
}

} // namespace

void DocumentEdit::addNode(const Node& node)
{
    m_steps.emplace_back(Change<Node>{{}, node, m_document.m_topology.nodes.size() + m_nodesAdded++});
}

void DocumentEdit::addEdge(const Edge& edge)
{
    m_steps.emplace_back(Change<Edge>{{}, edge, m_document.m_topology.edges.size() + m_edgesAdded++});
}

void DocumentEdit::changeNode(qsizetype index, const Node& after)
{
    const Node& before = m_document.m_topology.nodes.at(index);
    if (before != after)
        m_steps.emplace_back(Change<Node>{before, after, index});
}

void DocumentEdit::changeEdge(qsizetype index, const Edge& after)
{
    const Edge& before = m_document.m_topology.edges.at(index);
    if (before != after)
        m_steps.emplace_back(Change<Edge>{before, after, index});
}

template <typename Item>
void DocumentEdit::addRemovals(const QList<Item>& list, const QSet<QString>& ids)
{
    // From the end, so that each index still holds when its turn comes, both ways.
    for (qsizetype i = list.size() - 1; i >= 0; --i)
        if (ids.contains(list.at(i).id))
            m_steps.emplace_back(Change<Item>{list.at(i), {}, i});
}

void DocumentEdit::remove(const QSet<QString>& nodes, const QSet<QString>& edges)
{
    QSet<QString> lost = edges;
    for (const Edge& edge : m_document.m_topology.edges)
        if (nodes.contains(edge.process) || nodes.contains(edge.endpoint))
            lost.insert(edge.id);
    // First, and at undo last: a group never names a node that is not there.
    leaveGroups(nodes);
    addRemovals(m_document.m_topology.edges, lost);
    addRemovals(m_document.m_topology.nodes, nodes);
}

void DocumentEdit::setGroups(const QList<Group>& after)
{
    const QList<Group>& before = m_document.m_topology.groups;
    QHash<QString, const Group*> wanted;
    for (const Group& group : after)
        wanted.insert(group.id, &group);
    QSet<QString> known;
    QSet<QString> lost;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const Group& group = before.at(i);
        const Group* now = wanted.value(group.id);
        known.insert(group.id);
        if (now == nullptr)
            lost.insert(group.id);
        else if (*now != group)
            m_steps.emplace_back(Change<Group>{group, *now, i});
    }
    addRemovals(before, lost);
    qsizetype index = before.size() - lost.size();
    for (const Group& group : after)
        if (!known.contains(group.id))
            m_steps.emplace_back(Change<Group>{{}, group, index++});
}

void DocumentEdit::leaveGroups(const QSet<QString>& nodes)
{
    QList<Group> after = m_document.m_topology.groups;
    for (Group& group : after)
        group.members.removeIf([&](const QString& member) { return nodes.contains(member); });
    after.removeIf([](const Group& group) { return group.members.isEmpty(); });
    setGroups(after);
}

void DocumentEdit::setInfo(const QString& title, int pace)
{
    const Topology& now = m_document.m_topology;
    if (now.title != title || now.pace != pace)
        m_steps.emplace_back(Change<Info>{Info{now.title, now.pace}, Info{title, pace}});
}

void DocumentEdit::commit(std::unique_ptr<DocumentEdit> edit)
{
    if (edit->m_steps.empty())
        return;
    QUndoStack& stack = edit->m_document.m_undo;
    stack.push(edit.release());
}

template <typename Part>
void DocumentEdit::applyTo(QList<Part>& parts, const Change<Part>& change, bool forwards, Signal changed,
                           Signal added, Signal removed)
{
    const std::optional<Part>& from = forwards ? change.before : change.after;
    const std::optional<Part>& to = forwards ? change.after : change.before;
    replace(parts, change.index, from, to);
    const Signal signal = !to ? removed : from ? changed : added;
    Q_EMIT(m_document.*signal)((to ? to : from)->id);
}

void DocumentEdit::apply(const Change<Node>& change, bool forwards)
{
    applyTo(m_document.m_topology.nodes, change, forwards, &Document::nodeChanged, &Document::nodeAdded,
            &Document::nodeRemoved);
}

void DocumentEdit::apply(const Change<Edge>& change, bool forwards)
{
    applyTo(m_document.m_topology.edges, change, forwards, &Document::edgeChanged, &Document::edgeAdded,
            &Document::edgeRemoved);
}

void DocumentEdit::apply(const Change<Group>& change, bool forwards)
{
    applyTo(m_document.m_topology.groups, change, forwards, &Document::groupChanged, &Document::groupAdded,
            &Document::groupRemoved);
}

void DocumentEdit::apply(const Change<Info>& change, bool forwards)
{
    const std::optional<Info>& to = forwards ? change.after : change.before;
    m_document.m_topology.title = to->title;
    m_document.m_topology.pace = to->pace;
    Q_EMIT m_document.infoChanged();
}

void DocumentEdit::redo()
{
    for (const Step& step : m_steps)
        std::visit([this](const auto& change) { apply(change, true); }, step);
}

void DocumentEdit::undo()
{
    for (auto step = m_steps.rbegin(); step != m_steps.rend(); ++step)
        std::visit([this](const auto& change) { apply(change, false); }, *step);
}

template <typename Item>
void DocumentEdit::merge(const Change<Item>& next)
{
    for (Step& step : m_steps) {
        auto* mine = std::get_if<Change<Item>>(&step);
        if (mine != nullptr && mine->index == next.index) {
            mine->after = next.after;
            return;
        }
    }
    m_steps.push_back(next);
}

bool DocumentEdit::mergeWith(const QUndoCommand* other)
{
    // Only edits with a drag get here (id()), and in those nothing comes or goes.
    const auto* next = static_cast<const DocumentEdit*>(other);
    if (next->m_drag != m_drag)
        return false;
    for (const Step& step : next->m_steps)
        std::visit([this](const auto& change) { merge(change); }, step);
    std::erase_if(m_steps, [](const Step& step) {
        return std::visit([](const auto& change) { return change.before == change.after; }, step);
    });
    setObsolete(m_steps.empty());
    return true;
}

} // namespace byteyard::model
