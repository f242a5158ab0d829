#include "gui/process_menu.h"

#include "gui/rule_menu.h"

#include <QCoreApplication>
#include <QMenu>

#include <csignal>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct ProcessMenuText
{
    Q_DECLARE_TR_FUNCTIONS(ProcessMenu)
};

/// A descriptor can only be closed by its process: it does so before its next call on an endpoint.
void addClose(QMenu& menu, model::Session& session, quint32 number)
{
    QMenu* close = menu.addMenu(ProcessMenuText::tr("Close a Descriptor Before Its Next IPC Call"));
    for (const model::LiveDescriptor& descriptor : session.descriptors()) {
        if (descriptor.process != number || descriptor.fd < 0)
            continue;
        const model::LiveEndpoint* endpoint = session.endpoint(descriptor.endpoint);
        close->addAction(ProcessMenuText::tr("fd %1 · %2")
                             .arg(descriptor.fd)
                             .arg(endpoint ? endpoint->entry.name : ProcessMenuText::tr("not followed")),
                         &session, [&session, number, fd = descriptor.fd] {
                             model::Rule rule;
                             rule.process = number;
                             rule.once = true;
                             rule.action = model::Rule::Action::Close;
                             rule.value = fd;
                             session.setRule(rule);
                         });
    }
    close->setEnabled(!close->isEmpty());
}

} // namespace

void fillProcessMenu(QMenu& menu, QWidget* window, model::Session& session, quint32 number)
{
    const model::LiveProcess* process = session.process(number);
    if (!process)
        return;
    const bool alive =
        session.isLive() && (process->entry.state == "running"_L1 || process->entry.state == "stopped"_L1);
    const QString node = process->entry.node;
    const bool attached = process->entry.attached;
    if (attached)
        menu.addAction(ProcessMenuText::tr("Detach"), &session,
                       [&session, number] { session.detach(number); })
            ->setEnabled(alive && !process->leaving);
    QMenu* signals_ = menu.addMenu(attached ? ProcessMenuText::tr("Send a Signal (It Was Not Started Here)")
                                            : ProcessMenuText::tr("Send a Signal"));
    signals_->setEnabled(alive);
    const std::pair<int, const char*> all[] = {
        {SIGTERM, QT_TRANSLATE_NOOP("ProcessMenu", "SIGTERM · end, please")},
        {SIGKILL, QT_TRANSLATE_NOOP("ProcessMenu", "SIGKILL · end now")},
        {SIGINT, QT_TRANSLATE_NOOP("ProcessMenu", "SIGINT · as Ctrl+C")},
        {SIGSTOP, QT_TRANSLATE_NOOP("ProcessMenu", "SIGSTOP · stop")},
        {SIGCONT, QT_TRANSLATE_NOOP("ProcessMenu", "SIGCONT · go on")},
        {SIGHUP, QT_TRANSLATE_NOOP("ProcessMenu", "SIGHUP · hang up")},
        {SIGPIPE, QT_TRANSLATE_NOOP("ProcessMenu", "SIGPIPE · no reader left")},
        {SIGUSR1, QT_TRANSLATE_NOOP("ProcessMenu", "SIGUSR1")},
        {SIGUSR2, QT_TRANSLATE_NOOP("ProcessMenu", "SIGUSR2")},
    };
    for (const auto& [signal, text] : all)
        signals_->addAction(ProcessMenuText::tr(text), &session,
                            [&session, number, signal = signal] { session.sendSignal(number, signal); });
    menu.addAction(process->paused ? ProcessMenuText::tr("Resume It") : ProcessMenuText::tr("Pause It"),
                   &session,
                   [&session, node, number, pause = !process->paused] {
                       node.isEmpty() ? session.pauseProcess(number, pause) : session.pauseNode(node, pause);
                   })
        ->setEnabled(alive);
    menu.addAction(ProcessMenuText::tr("Step to Its Next IPC Call"), &session,
                   [&session, number] { session.stepProcess(number); })
        ->setEnabled(alive);
    QAction* sampled =
        menu.addAction(ProcessMenuText::tr("Sample Its Calls"), &session,
                       [&session, number, to = !process->isSampled()] { session.sampleProcess(number, to); });
    sampled->setCheckable(true);
    sampled->setChecked(process->isSampled());
    sampled->setEnabled(alive);
    if (alive)
        addClose(menu, session, number);
    addRuleActions(menu, window, session, number, alive);
    if (!session.rules().isEmpty())
        fillRulesMenu(*menu.addMenu(ProcessMenuText::tr("Breaks and Injections")), session);
    if (node.isEmpty())
        return;
    QMenu* pace = menu.addMenu(ProcessMenuText::tr("Pace"));
    pace->setEnabled(alive);
    for (const int callsPerSecond : {0, 10, 2, 1}) {
        QAction* action = pace->addAction(
            callsPerSecond == 0
                ? ProcessMenuText::tr("Full")
                : QCoreApplication::translate("ProcessMenu", "%n call(s) a second", nullptr, callsPerSecond),
            &session, [&session, node, callsPerSecond] { session.setNodePace(node, callsPerSecond); });
        action->setCheckable(true);
        action->setChecked(process->pace == callsPerSecond);
    }
}

} // namespace byteyard::gui
