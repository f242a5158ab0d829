#include "model/commands/run_command.h"

#include "model/commands/console.h"
#include "model/commands/run_job.h"
#include "model/commands/sound_topology.h"
#include "model/session/orphans.h"

#include "ipc/process/fd.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <csignal>
#include <sys/eventfd.h>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct RunCommandText
{
    Q_DECLARE_TR_FUNCTIONS(RunCommand)
};

int interruptBell = -1;

void onInterrupt(int)
{
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t size = ::write(interruptBell, &one, sizeof one);
}

/// While it lives, the first Ctrl-C or SIGTERM rings `bell`; a second one ends the program (and with it, the
/// run).
class Interrupts
{
public:
    Interrupts() : m_bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        interruptBell = m_bell.get();
        struct sigaction action
        {
        };
        action.sa_handler = onInterrupt;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(SIGINT, &action, &m_oldInt);
        ::sigaction(SIGTERM, &action, &m_oldTerm);
    }
    ~Interrupts()
    {
        ::sigaction(SIGINT, &m_oldInt, nullptr);
        ::sigaction(SIGTERM, &m_oldTerm, nullptr);
    }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    int bell() const { return m_bell.get(); }

private:
    ipc::Fd m_bell;
    struct sigaction m_oldInt
    {
    };
    struct sigaction m_oldTerm
    {
    };
};

/// What earlier engines left, a line each. A run does not depend on it: an engine that cannot tell is silent
/// here.
void sayOrphans()
{
    for (const Orphan& orphan : findOrphans().orphans)
        sayError(u"byteyard run: %1: %2 %3"_s.arg(
            RunCommandText::tr("warning"), orphan.sentence(),
            RunCommandText::tr("Remove it with: byteyard-engine --clean %1").arg(orphan.id)));
}

} // namespace

int runCommand(const QStringList& arguments)
{
    const RunArguments wanted = readRunArguments(arguments);
    if (!wanted.error.isEmpty()) {
        sayError(u"byteyard run: "_s + wanted.error);
        return exitUsage;
    }
    // What does not hinder the run shows itself in it, or does not.
    const std::optional<Topology> topology =
        wanted.lab.isEmpty() ? Topology()
                             : readSoundTopology(u"byteyard run"_s, wanted.lab, false, wanted.group);
    if (!topology)
        return exitUsage;
    sayOrphans();

    const Interrupts interrupts;
    RunJob job(wanted);
    const QSocketNotifier notifier(interrupts.bell(), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &job, [&] {
        quint64 rings = 0;
        [[maybe_unused]] const ssize_t size = ::read(interrupts.bell(), &rings, sizeof rings);
        job.stop();
    });
    return job.run(*topology);
}

} // namespace byteyard::model
