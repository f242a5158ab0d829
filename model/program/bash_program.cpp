#include "model/program/bash_parts.h"
#include "model/program/program_languages.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;
using When = PlannedProcess::When;

namespace {

QString bashCloseEnds(const ProgramPlan& plan)
{
    QStringList ends;
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        for (const QString& end : ProgramPlan::heldEnds(endpoint))
            ends.append(u"{%1_%2}>&-"_s.arg(endpoint.name, end));
    return uR"text(# Closes this process's copies of all ends: a reader sees the end of file only when the last copy of the write end
# is closed, and a writer gets SIGPIPE only when the last copy of the read end is. One that is forgotten, here or in a
# child, hides both.
close_ends() {
    exec %1
}
)text"_s.arg(ends.join(u' '));
}

QString bashLoop(const ProgramPlan& plan)
{
    const bool held = plan.anyHeld();
    Lines lines;
    lines.addBlock(uR"text(# After Ctrl-C: first a word, a second later the end.
stop() { # STATUS
    result=$1
    interrupted=yes
    kill -TERM "${pids[@]}" 2>/dev/null
)text"_s);
    if (held) {
        lines.add(u"    kill -CONT \"${pids[@]}\" 2>/dev/null # they may be held"_s);
        lines.add(u"    held=()"_s);
    }
    lines.addBlock(uR"text(    (sleep 1 && kill -KILL "${pids[@]}") 2>/dev/null &
    last_word=$!
    disown "$last_word" # the shell is not to tell of its end
}
trap 'stop 130' INT
trap 'stop 143' TERM
trap 'stop 129' HUP

start() { # NAME TITLE
    "run_$1" <&0 &
    pids[$1]=$!
    titles[$1]=$2
}
)text"_s);
    if (held)
        lines.addBlock(uR"text(
# Lets those go whose turn has come.
let_go() {
    local name
    for name in "${!held[@]}"; do
        if "may_start_$name"; then
            # It holds by stopping itself: not before has it its ends, and no others.
            while grep -qs '^State:' "/proc/${pids[$name]}/status" && ! grep -qs '^State:.T' "/proc/${pids[$name]}/status"; do
                sleep 0.01
            done
            unset "held[$name]"
            kill -CONT "${pids[$name]}" 2>/dev/null
)text"_s);
    if (plan.anyWaits(When::Listens))
        lines.addBlock(
            uR"text(        elif [ -n "${listener[$name]-}" ] && ! kill -0 "${pids[${listener[$name]}]}" 2>/dev/null; then
            echo "${titles[$name]} never starts: ${titles[${listener[$name]}]} has ended, and does not listen" >&2
            unset "held[$name]"
            result=1
            kill -KILL "${pids[$name]}"
)text"_s);
    if (held)
        lines.addBlock(uR"text(        fi
    done
}
)text"_s);
    lines.gap();
    for (const PlannedProcess& process : plan.processes)
        lines.add(u"start %1 %2"_s.arg(process.name, bashWord(process.node->name)));
    if (plan.holdsEnds())
        lines.add(u"close_ends"_s);
    for (const PlannedProcess& process : plan.processes)
        if (process.when == When::ByHand)
            lines.add(u"echo \"${titles[%1]} waits: kill -USR1 $$\" >&2"_s.arg(process.name));
    if (held) {
        lines.addBlock(uR"text(
while ((${#held[@]} > 0)); do # twenty times a second
    let_go
    sleep 0.05
done
)text"_s);
    }
    QStringList order;
    for (const PlannedProcess& process : plan.processes)
        order.append(process.name);
    lines.addBlock(uR"text(
for name in %1; do
    while
        interrupted=
        wait "${pids[$name]}"
        code=$?
        [ -n "$interrupted" ] # by a signal for us: it has not told of its end
    do
        :
    done
    if ((code > 128)); then
        echo "${titles[$name]}: ended by signal $((code - 128)) ($(kill -l "$code"))" >&2
    elif ((code > 0)); then
        echo "${titles[$name]}: exit code $code" >&2
    fi
    if ((code == 127 && result == 0)); then # there is no such program
        result=1
    fi
done
exit "$result"
)text"_s.replace("%1"_L1, order.join(u' ')));
    return lines.text();
}

} // namespace

QString bashProgram(ProgramPlan& plan)
{
    BashNeeds needs;
    const BashEndpoints endpoints = bashEndpoints(plan, needs);
    const QString functions = bashProcessFunctions(plan, needs);
    plan.refusals = needs.refusals;
    plan.refusals.removeDuplicates();

    Lines lines;
    lines.add(u"#!/usr/bin/env bash"_s);
    lines.add(u"# %1"_s.arg(inComment(plan.title.isEmpty() ? u"A topology"_s : plan.title)));
    lines.add(u"#"_s);
    lines.add(
        u"# A topology of Byteyard as a program: it makes the endpoints, then a process for each part that is one,"_s);
    lines.add(
        u"# each with its own descriptors and no others; it waits for them, and takes away what it made."_s);
    lines.add(u"set -u"_s);
    lines.gap();
    lines.add(
        u"directory=$(mktemp -d -t byteyard-XXXXXX) || exit 1 # where processes run; goes at the end"_s);
    lines.gap();
    lines.add(u"clean_up() {"_s);
    lines.add(u"    trap '' INT TERM HUP # a second Ctrl-C is not to stop this"_s);
    lines.add(u"    [ -z \"${last_word-}\" ] || kill \"$last_word\" 2>/dev/null"_s);
    lines.addBlock(endpoints.removing.text());
    lines.add(u"    rm -rf \"$directory\""_s);
    lines.add(u"}"_s);
    lines.add(u"trap clean_up EXIT"_s);
    lines.add(u"cd \"$directory\" || exit 1"_s);
    lines.gap();
    lines.add(u"declare -A pids=() titles=() # by the name of the function"_s);
    if (plan.anyHeld()) {
        QStringList held;
        QStringList listeners;
        for (const PlannedProcess& process : plan.processes) {
            if (process.isHeld())
                held.append(u"[%1]=yes"_s.arg(process.name));
            if (process.when == When::Listens)
                listeners.append(u"[%1]=%2"_s.arg(process.name, plan.processes.at(process.other).name));
        }
        lines.add(u"declare -A held=(%1) # until their turn has come"_s.arg(held.join(u' ')));
        if (!listeners.isEmpty())
            lines.add(u"declare -A listener=(%1) # for whom they wait"_s.arg(listeners.join(u' ')));
    }
    if (plan.anyWaits(When::After))
        lines.add(u"began=${EPOCHREALTIME/[.,]/} # microseconds"_s);
    if (plan.anyWaits(When::ByHand)) {
        lines.add(u"hands=0 # how often SIGUSR1 came"_s);
        lines.add(u"trap '((hands += 1))' USR1"_s);
    }
    lines.add(u"result=0"_s);
    if (const QString helpers = bashHelpers(needs); !helpers.isEmpty()) {
        lines.gap();
        lines.addBlock(helpers);
    }
    if (!plan.files.isEmpty())
        lines.gap();
    for (const auto& [name, content] : plan.files)
        lines.add(u"printf %s %1 >%2"_s.arg(bashWord(content), bashWord(u"./"_s + name)));
    if (!endpoints.making.isEmpty()) {
        lines.gap();
        lines.addBlock(endpoints.making.text());
    }
    if (plan.holdsEnds()) {
        lines.gap();
        lines.addBlock(bashCloseEnds(plan));
    }
    for (const QString& block : {functions, bashLoop(plan)}) {
        lines.gap();
        lines.addBlock(block);
    }
    return lines.text();
}

} // namespace byteyard::model
