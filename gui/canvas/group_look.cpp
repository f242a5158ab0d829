#include "gui/canvas/group_look.h"

#include "gui/live_lookup.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct GroupText
{
    Q_DECLARE_TR_FUNCTIONS(Group)
};

} // namespace

GroupLook lookOf(const model::Group& group, const QList<const model::Node*>& members,
                 const model::Session& session)
{
    GroupLook look;
    look.name = group.name;
    look.collapsed = group.collapsed;
    int processes = 0;
    int endpoints = 0;
    int ran = 0;
    int running = 0;
    int failed = 0;
    for (const model::Node* node : members) {
        if (!model::isProcess(node->kind)) {
            ++endpoints;
            continue;
        }
        ++processes;
        const model::LiveProcess* process = session.processOfNode(node->id);
        ran += process != nullptr && process->entry.state != "planned"_L1 &&
               process->entry.state != "starting"_L1;
        running += hasBegun(process);
        failed += process != nullptr && process->entry.state == "failed"_L1;
    }
    QStringList holds;
    if (processes > 0)
        holds << GroupText::tr("%n process(es)", nullptr, processes);
    if (endpoints > 0)
        holds << GroupText::tr("%n endpoint(s)", nullptr, endpoints);
    look.detail = holds.join(u" · "_s);
    if (processes == 0)
        return look;
    if (ran == 0) {
        look.state = NodeState::Planned;
        look.stateText = GroupText::tr("planned");
    } else if (failed > 0) {
        look.state = NodeState::Failed;
        look.stateText = GroupText::tr("%1 of %2 failed").arg(failed).arg(processes);
    } else {
        look.state = running > 0 ? NodeState::Running : NodeState::Exited;
        look.stateText = GroupText::tr("%1 of %2 running").arg(running).arg(processes);
    }
    return look;
}

QString groupKey(const QString& group)
{
    return u"group:"_s + group;
}

QString groupOfKey(const QString& key)
{
    return key.startsWith("group:"_L1) ? key.mid(6) : QString();
}

} // namespace byteyard::gui
