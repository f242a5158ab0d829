#include "model/commands/run_command.h"

#include "model/commands/console.h"
#include "model/commands/run_job.h"
#include "model/commands/sound_topology.h"
#include "model/session/orphans.h"
#include "model/topology/pipeline_text.h"

#include "ipc/process/fd.h"

#include <QCoreApplication>
#include <QDir>
#include <QSocketNotifier>

#include <array>
#include <csignal>
#include <optional>
#include <sys/eventfd.h>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct RunCommandText
{
    Q_DECLARE_TR_FUNCTIONS(RunCommand)
};

int interruptBell = -1;
volatile std::sig_atomic_t isProgramsTerminal = 0;

void onInterrupt(int number, siginfo_t* info, void* /*context*/)
{
    if (isProgramsTerminal != 0 && info->si_code == SI_KERNEL)
        return; // typed: the program has got it, too, and decides
    ::signal(number, SIG_DFL);
    const quint64 one = 1;
    [[maybe_unused]] const ssize_t size = ::write(interruptBell, &one, sizeof one);
}

/// While it lives, the first Ctrl-C or SIGTERM rings `bell`; a second one ends the program (and with it, the
/// run). Where a program of the run has the terminal, what is typed there (Ctrl-C, Ctrl-\) is its own.
class Interrupts
{
public:
    explicit Interrupts(bool givesTerminal) : m_bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        interruptBell = m_bell.get();
        isProgramsTerminal = givesTerminal ? 1 : 0;
        struct sigaction action
        {
        };
        action.sa_sigaction = onInterrupt;
        action.sa_flags = SA_SIGINFO;
        for (std::size_t i = 0; i < m_numbers.size(); ++i)
            if (m_numbers[i] != SIGQUIT || givesTerminal)
                ::sigaction(m_numbers[i], &action, &m_old[i].emplace());
    }
    ~Interrupts()
    {
        for (std::size_t i = 0; i < m_numbers.size(); ++i)
            if (m_old[i])
                ::sigaction(m_numbers[i], &*m_old[i], nullptr);
    }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    int bell() const { return m_bell.get(); }
    static void takeTerminalBack() { isProgramsTerminal = 0; }

private:
    static constexpr std::array m_numbers{SIGINT, SIGTERM, SIGQUIT};
    ipc::Fd m_bell;
    std::array<std::optional<struct sigaction>, m_numbers.size()> m_old;
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

/// The topology that is to run; nothing when something is wrong with it, which has been said then.
std::optional<Topology> topologyOf(const RunArguments& wanted)
{
    if (!wanted.lab.isEmpty()) // what does not hinder the run shows itself in it, or does not
        return readSoundTopology(u"byteyard run"_s, wanted.lab, false, wanted.group);
    if (wanted.program.isEmpty())
        return Topology();
    const PipelineResult made = commandFragment(wanted.program, QDir::currentPath());
    if (made.error.isEmpty())
        return made.fragment;
    sayError(u"byteyard run: "_s + made.error);
    return std::nullopt;
}

} // namespace

int runCommand(const QStringList& arguments)
{
    const RunArguments wanted = readRunArguments(arguments);
    if (!wanted.error.isEmpty()) {
        sayError(u"byteyard run: "_s + wanted.error);
        return exitUsage;
    }
    const std::optional<Topology> topology = topologyOf(wanted);
    if (!topology)
        return exitUsage;
    sayOrphans();

    const Interrupts interrupts(!wanted.program.isEmpty());
    RunJob job(wanted);
    const QSocketNotifier notifier(interrupts.bell(), QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &job, [&] {
        quint64 rings = 0;
        [[maybe_unused]] const ssize_t size = ::read(interrupts.bell(), &rings, sizeof rings);
        job.stop();
    });
    QObject::connect(&job, &RunJob::programEnded, &job, &Interrupts::takeTerminalBack);
    return job.run(*topology);
}

} // namespace byteyard::model
