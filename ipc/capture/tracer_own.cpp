#include "ipc/capture/tracer_private.h"

#include <linux/kcmp.h>
#include <sys/syscall.h>

// Threads that have descriptors of their own: after unshare(2) with CLONE_FILES, close_range(2) with
// CLOSE_RANGE_UNSHARE, or made by clone(2) without CLONE_FILES.

namespace byteyard::ipc {

Tracer::Private::OwnDescriptors::OwnDescriptors(Private& tracer, TracedThread& thread)
    : m_tracer(tracer), m_thread(thread)
{
    if (thread.own)
        m_tracer.showOwn(thread);
}

Tracer::Private::OwnDescriptors::~OwnDescriptors()
{
    if (m_thread.process->shown == m_thread.tid)
        m_tracer.hideOwn(m_thread);
}

void Tracer::Private::showOwn(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    std::swap(process.table, thread.own);
    process.shown = process.witness = thread.tid;
}

void Tracer::Private::hideOwn(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    std::swap(process.table, thread.own);
    process.shown = 0;
    process.witness = sharingTask(process);
}

/// One that has the process's descriptors: the leader, if it is one of them.
pid_t Tracer::Private::sharingTask(const TracedProcess& process) const
{
    pid_t sharing = 0;
    if (process.owns > 0)
        for (const auto& [tid, thread] : threads)
            if (thread.process == &process && !thread.own && !thread.dying && sharing != process.pid)
                sharing = tid;
    return sharing != 0 ? sharing : process.pid;
}

/// One that has an open file description under a number.
pid_t Tracer::Private::holdingTask(const TracedProcess& process, const OpenFile* file, int fd) const
{
    pid_t holding = process.pid;
    if (process.owns > 0)
        eachTable(process, [&](pid_t task, const DescriptorTable& each) {
            const DescriptorTable::Entry* entry = each.find(fd);
            if (entry != nullptr && entry->file.get() == file)
                holding = task;
        });
    return holding;
}

/// A thread in a call has from now on for itself what it shares with others.
void Tracer::Private::unshareDescriptors(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    const bool isAlone = process.threads == 1 || thread.own;
    if (isAlone && process.table.use_count() == 1)
        return;
    auto copy = std::make_shared<DescriptorTable>(*process.table);
    if (isAlone) {
        process.table = std::move(copy);
        return;
    }
    giveOwn(thread, std::move(copy));
    showOwn(thread); // until its call has been looked at
}

void Tracer::Private::giveOwn(TracedThread& thread, std::shared_ptr<DescriptorTable> descriptors)
{
    thread.own = std::move(descriptors);
    ++thread.process->owns;
}

/// The thread ends, or shares the process's again.
void Tracer::Private::dropOwn(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    if (process.shown == thread.tid)
        hideOwn(thread);
    if (!thread.own)
        return;
    const bool isShared = std::any_of(threads.begin(), threads.end(), [&](const auto& each) {
        const TracedThread& other = each.second;
        return &other != &thread && other.process == &process && other.own == thread.own;
    });
    if (!process.closed && !isShared)
        for (const auto& [fd, entry] : thread.own->entries())
            tellEdges(*thread.own, fd, entry, false);
    thread.own.reset();
    --process.owns;
}

/// A thread is on its way out: what only it has is closed by that.
void Tracer::Private::releaseDescriptors(TracedThread& thread)
{
    TracedProcess& process = *thread.process;
    if (process.owns == 0)
        return;
    const auto note = [&thread](const std::shared_ptr<DescriptorTable>& descriptors) {
        for (const auto& [fd, entry] : descriptors->entries())
            if (descriptors.use_count() == 1 && entry.file->endpoint != 0)
                thread.call.releasing.push_back(entry.file->endpoint);
    };
    if (process.shown == thread.tid)
        hideOwn(thread);
    if (thread.own) {
        note(thread.own);
        return dropOwn(thread);
    }
    const bool isLast = std::none_of(threads.begin(), threads.end(), [&](const auto& each) {
        const TracedThread& other = each.second;
        return &other != &thread && other.process == &process && !other.dying && !other.own;
    });
    if (!isLast)
        return;
    note(process.table);
    for (const auto& [fd, entry] : process.table->entries())
        tellEdges(*process.table, fd, entry, false);
    process.table = std::make_shared<DescriptorTable>();
}

/// After an exec there is one table: that of the thread which made the call. `former` is that thread under
/// the number that it had, null when it was the leader.
void Tracer::Private::keepExecuting(TracedThread& thread, TracedThread* former)
{
    TracedProcess& process = *thread.process;
    if (process.owns == 0)
        return;
    TracedThread& executing = former != nullptr ? *former : thread;
    if (process.shown == thread.tid)
        hideOwn(thread);
    if (executing.own)
        executing.own.swap(process.table); // what was the process's goes as any other thread's
    for (auto& [tid, other] : threads)
        if (other.process == &process)
            dropOwn(other);
}

/// Whether two threads have different descriptors: the kernel's to say, where no call was seen (kcmp(2)).
bool Tracer::Private::hasOwnOf(pid_t tid, pid_t other)
{
    return syscall(SYS_kcmp, tid, other, KCMP_FILES, 0, 0) > 0;
}

/// Of a process that ran before.
void Tracer::Private::adoptOwn(TracedProcess& process)
{
    for (auto& [tid, thread] : threads) {
        if (thread.process != &process || thread.own || !hasOwnOf(process.pid, tid))
            continue;
        const auto sharing = std::find_if(threads.begin(), threads.end(), [&, tid = tid](const auto& each) {
            const TracedThread& other = each.second;
            return other.process == &process && other.own && !hasOwnOf(other.tid, tid);
        });
        const bool isNew = sharing == threads.end();
        giveOwn(thread, isNew ? std::make_shared<DescriptorTable>() : sharing->second.own);
        const OwnDescriptors shown(*this, thread);
        if (isNew)
            lookUpDescriptors(process);
    }
}

} // namespace byteyard::ipc
