// What the inspector's Live page says of a group.
#include "gui/canvas/group_look.h"
#include "gui/live_lookup.h"
#include "gui/panels/live_facts.h"
#include "model/log/format.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct GroupFactsText
{
    Q_DECLARE_TR_FUNCTIONS(LiveFacts)
};

/// A sum over processes; of one whose calls are not followed it is a part.
Fact sumFact(const QString& label, quint64 bytes, bool whole)
{
    const QString count = spellBytes(bytes);
    if (whole)
        return {label, formatBytes(bytes),
                count + u" · "_s + GroupFactsText::tr("exact, counted from the calls' results"), false};
    return {label, u"≥ "_s + formatBytes(bytes),
            count + u" · "_s + GroupFactsText::tr("at least: not every process's calls are followed"), true};
}

} // namespace

QList<Fact> groupFacts(const Session& session, const Topology& topology, const Group& group)
{
    QList<Fact> facts;
    const GroupLook look = lookOf(group, topology.membersOf(group), session);
    if (!look.stateText.isEmpty())
        facts.append({GroupFactsText::tr("state"), look.stateText, {}});
    QList<Fact> members;
    quint64 read = 0;
    quint64 written = 0;
    bool ran = false;
    bool whole = true;
    for (const Node* node : topology.membersOf(group)) {
        QString state = GroupFactsText::tr("planned");
        if (const LiveProcess* process = isProcess(node->kind) ? findProcess(session, node->id) : nullptr) {
            state = stateText(session, *process);
            ran = true;
            whole = whole && !process->sampled;
            read += process->entry.bytesRead;
            written += process->entry.bytesWritten;
        } else if (const LiveEndpoint* endpoint = findEndpoint(session, node->id)) {
            state = endpoint->entry.state;
        }
        members.append({node->name, state, kindInfo(node->kind).title});
    }
    if (ran) {
        facts.append(sumFact(GroupFactsText::tr("bytes read"), read, whole));
        facts.append(sumFact(GroupFactsText::tr("bytes written"), written, whole));
    }
    return facts + members;
}

} // namespace byteyard::gui
