#include "model/program/c_parts.h"
#include "model/program/program_languages.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;
using When = PlannedProcess::When;

namespace {

constexpr auto cFail =
    R"text(/* Says which call failed, and ends: the program takes away what it has made, a child just goes. */
static _Noreturn void fail(const char *what)
{
    perror(what);
    if (getpid() != parent)
        _exit(127);
    clean_up();
    exit(1);
}

/* A call's result, unless it failed. */
static int check(int value, const char *what)
{
    if (value == -1)
        fail(what);
    return value;
}
)text";

QString closeEnds(const ProgramPlan& plan)
{
    QStringList ends;
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        for (const QString& end : ProgramPlan::heldEnds(endpoint))
            ends.append(cEnd(endpoint, end));
    return uR"text(/* Closes this process's copies of all ends: a reader sees the end of file only when the last copy of the
 * write end is closed, and a writer gets SIGPIPE only when the last copy of the read end is. One that is
 * forgotten, here or in a child, hides both. */
static void close_ends(void)
{
    int ends[] = {%1};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; ++i)
        close(ends[i]);
}
)text"_s.arg(ends.join(u", "_s));
}

QString cleanUp(const CEndpoints& endpoints)
{
    return uR"text(/* Takes away all that was made. Processes are still there only when something failed. */
static void clean_up(void)
{
    for (int i = 0; i < PROCESSES; ++i)
        if (processes[i].pid > 0)
            kill(processes[i].pid, SIGKILL);
%1    nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
)text"_s.arg(endpoints.removing.text());
}

QString cStart(const ProgramPlan& plan)
{
    Lines lines;
    lines.add(u"/* Makes a process for it. */"_s);
    lines.add(u"static void start(struct process *process)"_s);
    lines.add(u"{"_s);
    lines.add(u"    process->pid = check(fork(), \"fork\");"_s);
    lines.add(u"    if (process->pid == 0) {"_s);
    lines.add(u"        sigprocmask(SIG_UNBLOCK, &awaited, NULL);"_s);
    lines.add(u"        signal(SIGPIPE, SIG_DFL); /* whatever we were started with */"_s);
    lines.add(u"        process->run();"_s);
    lines.add(u"        _exit(0);"_s);
    lines.add(u"    }"_s);
    if (plan.anyHeld()) {
        lines.add(u"    siginfo_t held; /* it has its ends, and no others, and waits for its turn */"_s);
        lines.add(u"    if (process->when == AT_ONCE)"_s);
        lines.add(u"        process->state = RUNNING;"_s);
        lines.add(u"    else"_s);
        lines.add(u"        waitid(P_PID, (id_t)process->pid, &held, WSTOPPED | WEXITED | WNOWAIT);"_s);
    }
    lines.add(u"}"_s);
    return lines.text();
}

QString mayStart(const ProgramPlan& plan, CNeeds& needs)
{
    Lines lines;
    lines.add(u"static bool may_start(const struct process *process)"_s);
    lines.add(u"{"_s);
    lines.add(u"    switch (process->when) {"_s);
    if (plan.anyWaits(When::After)) {
        lines.add(u"    case AFTER:"_s);
        lines.add(u"        return %1() >= process->seconds;"_s.arg(needs.helper(u"seconds"_s)));
    }
    if (plan.anyWaits(When::Runs)) {
        lines.add(u"    case RUNS:"_s);
        lines.add(u"        return processes[process->other].state != HELD;"_s);
    }
    if (plan.anyWaits(When::Listens)) {
        lines.add(u"    case LISTENS:"_s);
        lines.add(u"        return process->listens();"_s);
    }
    if (plan.anyWaits(When::Exits)) {
        lines.add(u"    case EXITS:"_s);
        lines.add(u"        return processes[process->other].state == ENDED;"_s);
    }
    if (plan.anyWaits(When::ByHand)) {
        lines.add(u"    case BY_HAND: /* kill -USR1 lets one go */"_s);
        lines.add(u"        return process->hand <= hands;"_s);
    }
    lines.add(u"    default:"_s);
    lines.add(u"        return true;"_s);
    lines.add(u"    }"_s);
    lines.add(u"}"_s);
    lines.gap();
    lines.add(u"/* Lets those go whose turn has come. */"_s);
    lines.add(u"static void let_go(void)"_s);
    lines.add(u"{"_s);
    lines.add(u"    for (int i = 0; i < PROCESSES; ++i) {"_s);
    lines.add(u"        struct process *process = &processes[i];"_s);
    lines.add(u"        if (process->state == HELD && may_start(process)) {"_s);
    lines.add(u"            process->state = RUNNING;"_s);
    lines.add(u"            kill(process->pid, SIGCONT);"_s);
    lines.add(u"            i = -1; /* others may have waited for just this one */"_s);
    if (plan.anyWaits(When::Listens)) {
        lines.add(u"        } else if (process->state == HELD && process->when == LISTENS &&"_s);
        lines.add(u"                   processes[process->other].state == ENDED) {"_s);
        lines.add(
            u"            fprintf(stderr, \"%s never starts: %s has ended, and does not listen\\n\", process->name,"_s);
        lines.add(u"                    processes[process->other].name);"_s);
        lines.add(u"            process->state = RUNNING;"_s);
        lines.add(u"            result = 1;"_s);
        lines.add(u"            kill(process->pid, SIGKILL);"_s);
    }
    lines.add(u"        }"_s);
    lines.add(u"    }"_s);
    lines.add(u"}"_s);
    return lines.text();
}

QString reap(const ProgramPlan& plan)
{
    return uR"text(/* Takes note of who has ended. */
static void reap(void)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (int i = 0; i < PROCESSES; ++i) {
            if (processes[i].pid != pid)
                continue;
            processes[i].pid = 0;
%1            --left;
            if (WIFSIGNALED(status))
                fprintf(stderr, "%s: ended by signal %d (%s)\n", processes[i].name, WTERMSIG(status),
                        strsignal(WTERMSIG(status)));
            else if (WEXITSTATUS(status) != 0)
                fprintf(stderr, "%s: exit code %d\n", processes[i].name, WEXITSTATUS(status));
            if (WIFEXITED(status) && WEXITSTATUS(status) == 127) /* as a shell tells that it found no program */
                result = 1;
        }
    }
}
)text"_s.replace("%1"_L1, plan.anyHeld() ? u"            processes[i].state = ENDED;\n"_s : QString());
}

QString attend(const ProgramPlan& plan)
{
    const bool ticks = plan.anyWaits(When::After) || plan.anyWaits(When::Listens);
    Lines lines;
    lines.add(
        u"/* Waits for all of them. Signals are taken one by one here, so none comes at a bad moment. */"_s);
    lines.add(u"static void attend(void)"_s);
    lines.add(u"{"_s);
    if (ticks)
        lines.add(u"    const struct timespec tick = {.tv_nsec = 20 * 1000 * 1000};"_s);
    lines.add(u"    while (left > 0) {"_s);
    if (plan.anyHeld())
        lines.add(u"        let_go();"_s);
    lines.add(u"        int number = %1;"_s.arg(ticks ? u"sigtimedwait(&awaited, NULL, &tick)"_s
                                                      : u"sigwaitinfo(&awaited, NULL)"_s));
    if (ticks)
        lines.add(u"        if (number == -1) /* the tick is over */\n            continue;"_s);
    lines.add(u"        if (number == SIGCHLD) {"_s);
    lines.add(u"            reap();"_s);
    if (plan.anyWaits(When::ByHand)) {
        lines.add(u"        } else if (number == SIGUSR1) {"_s);
        lines.add(u"            ++hands;"_s);
    }
    lines.add(u"        } else if (number > 0) { /* Ctrl-C: first a word, a second later the end */"_s);
    lines.add(u"            for (int i = 0; i < PROCESSES; ++i)"_s);
    lines.add(u"                if (processes[i].pid > 0%1"_s.arg(plan.anyHeld() ? u") {"_s : u")"_s));
    lines.add(u"                    kill(processes[i].pid, number == SIGALRM ? SIGKILL : SIGTERM);"_s);
    if (plan.anyHeld()) {
        lines.add(u"                    kill(processes[i].pid, SIGCONT); /* it may be held */"_s);
        lines.add(u"                }"_s);
    }
    lines.add(u"            if (number != SIGALRM) {"_s);
    lines.add(u"                result = 128 + number;"_s);
    lines.add(u"                alarm(1);"_s);
    lines.add(u"            }"_s);
    lines.add(u"        }"_s);
    lines.add(u"    }"_s);
    lines.add(u"}"_s);
    return lines.text();
}

QString cMain(const ProgramPlan& plan, CNeeds& needs)
{
    Lines lines;
    lines.add(u"int main(void)"_s);
    lines.add(u"{"_s);
    lines.add(u"    parent = getpid();"_s);
    lines.add(u"    close_range(3, ~0U, 0); /* what we were started with, the processes must not have */"_s);
    QStringList signals_{u"SIGCHLD"_s, u"SIGINT"_s, u"SIGTERM"_s, u"SIGHUP"_s, u"SIGALRM"_s};
    if (plan.anyWaits(When::ByHand))
        signals_.append(u"SIGUSR1"_s);
    lines.add(u"    const int numbers[] = {%1};"_s.arg(signals_.join(u", "_s)));
    lines.add(u"    sigemptyset(&awaited);"_s);
    lines.add(u"    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i)"_s);
    lines.add(u"        sigaddset(&awaited, numbers[i]);"_s);
    lines.add(u"    sigprocmask(SIG_BLOCK, &awaited, NULL);"_s);
    lines.gap();
    lines.add(u"    if (!mkdtemp(directory)) {"_s);
    lines.add(u"        perror(directory);"_s);
    lines.add(u"        return 1;"_s);
    lines.add(u"    }"_s);
    lines.add(u"    check(chdir(directory), directory);"_s);
    const QString indent(15, u' ');
    for (const auto& [name, content] : plan.files) {
        const QString text = cLongString(content, indent);
        lines.add(u"    %1(%2,\n%3%4);"_s.arg(needs.helper(u"write_file"_s), cString(name), indent, text));
    }
    if (!plan.endpoints.isEmpty())
        lines.add(u"    make_endpoints();"_s);
    lines.gap();
    lines.add(u"    for (int i = 0; i < PROCESSES; ++i)"_s);
    lines.add(u"        start(&processes[i]);"_s);
    if (plan.holdsEnds())
        lines.add(u"    close_ends();"_s);
    for (const PlannedProcess& process : plan.processes)
        if (process.when == When::ByHand)
            lines.add(
                u"    fprintf(stderr, \"%s waits: kill -USR1 %d\\n\", processes[PROCESS_%1].name, (int)parent);"_s
                    .arg(process.name.toUpper()));
    lines.add(u"    attend();"_s);
    lines.add(u"    clean_up();"_s);
    lines.add(u"    return result;"_s);
    lines.add(u"}"_s);
    return lines.text();
}

} // namespace

QString cProgram(const ProgramPlan& plan)
{
    CNeeds needs;
    for (const char* header :
         {"errno.h", "signal.h", "stdio.h", "stdlib.h", "string.h", "sys/wait.h", "unistd.h"})
        needs.headers.insert(QString::fromLatin1(header));
    if (plan.anyHeld())
        needs.headers.insert(u"stdbool.h"_s);
    needs.helper(u"remove_entry"_s);
    const CEndpoints endpoints = cEndpoints(plan, needs);
    const QString functions = cProcessFunctions(plan, needs);
    const QString rules = plan.anyHeld() ? mayStart(plan, needs) : QString();
    const QString main = cMain(plan, needs);
    const QString helpers = cHelpers(needs);

    Lines lines;
    lines.add(u"/* %1"_s.arg(inComment(plan.title.isEmpty() ? u"A topology"_s : plan.title)));
    lines.add(u" *"_s);
    lines.add(
        u" * A topology of Byteyard as a program: it makes the endpoints, then a process for each part that is one,"_s);
    lines.add(
        u" * each with its own descriptors and no others; it waits for them, and takes away what it made."_s);
    lines.add(u" *"_s);
    lines.add(u" *     cc -Wall -Wextra -std=gnu11 -o program program.c && ./program"_s);
    lines.add(u" */"_s);
    lines.add(u"#define _GNU_SOURCE"_s);
    QStringList headers(needs.headers.begin(), needs.headers.end());
    headers.sort();
    for (const QString& header : headers)
        lines.add(u"#include <%1>"_s.arg(header));
    lines.gap();
    lines.add(u"static pid_t parent;"_s);
    lines.add(
        u"static char directory[] = \"/tmp/byteyard-XXXXXX\"; /* where processes run; goes at the end */"_s);
    lines.add(u"static sigset_t awaited;"_s);
    lines.add(u"static int result; /* what the program ends with: 1 when something could not start */"_s);
    if (plan.anyWaits(When::ByHand))
        lines.add(u"static int hands; /* how often SIGUSR1 came */"_s);
    if (needs.helpers.contains(u"move_up"_s))
        lines.add(u"enum { HIGHEST = %1 }; /* the highest descriptor that a process is promised */"_s.arg(
            plan.highestTarget()));
    if (!endpoints.variables.isEmpty()) {
        lines.gap();
        lines.addBlock(endpoints.variables.text());
    }
    lines.gap();
    lines.add(u"static void clean_up(void);"_s);
    lines.gap();
    for (const QString& block : {QString::fromUtf8(cFail), helpers}) {
        lines.gap();
        lines.addBlock(block);
    }
    if (!plan.endpoints.isEmpty()) {
        lines.gap();
        lines.add(u"static void make_endpoints(void)"_s);
        lines.add(u"{"_s);
        lines.addBlock(endpoints.making.text());
        lines.add(u"}"_s);
    }
    if (plan.holdsEnds()) {
        lines.gap();
        lines.addBlock(closeEnds(plan));
    }
    lines.gap();
    lines.addBlock(functions);
    lines.gap();
    lines.addBlock(cProcessTable(plan));
    lines.add(u"enum { PROCESSES = sizeof processes / sizeof processes[0] };"_s);
    lines.add(u"static int left = PROCESSES; /* that have not ended */"_s);
    for (const QString& block : {cleanUp(endpoints), cStart(plan), rules, reap(plan), attend(plan), main}) {
        if (block.isEmpty())
            continue;
        lines.gap();
        lines.addBlock(block);
    }
    return lines.text();
}

} // namespace byteyard::model
