#include "model/session/blocked_words.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct BlockedWordsText
{
    Q_DECLARE_TR_FUNCTIONS(BlockedSentence)
};

QString doing(const LiveState& live, const LiveProcess& process)
{
    if (process.entry.state == "stopped"_L1 || process.paused)
        return BlockedWordsText::tr("is stopped");
    if (const PendingCall* call = longestCall(live, process.entry.number)) {
        if (call->paced)
            return BlockedWordsText::tr("is held by its pace");
        const LiveEndpoint* endpoint = live.endpoint(call->endpoint);
        return endpoint != nullptr ? BlockedWordsText::tr("is blocked in %1 on %2")
                                         .arg(callText(*call, endpoint), objectText(endpoint->entry))
                                   : BlockedWordsText::tr("is blocked in %1").arg(callText(*call, nullptr));
    }
    return hasEnded(process.entry.state) ? BlockedWordsText::tr("has ended")
                                         : BlockedWordsText::tr("is running");
}

} // namespace

const PendingCall* longestCall(const LiveState& live, quint32 process)
{
    const PendingCall* longest = nullptr;
    for (const PendingCall& call : live.pending())
        if (call.process == process &&
            (longest == nullptr || call.waited(call.since) > longest->waited(call.since)))
            longest = &call;
    return longest;
}

QString detailWord(const PendingCall& call, const QString& key)
{
    const QStringList words = call.detail.split(u' ', Qt::SkipEmptyParts);
    for (const QString& word : words)
        if (word.startsWith(key + u'='))
            return word.mid(key.size() + 1);
    return {};
}

QString callText(const PendingCall& call, const LiveEndpoint* endpoint)
{
    if (call.call == "futex"_L1 && endpoint != nullptr)
        return endpoint->entry.kind == "posix-semaphore"_L1 ? u"sem_wait (futex)"_s
               : call.detail.contains("owner="_L1)          ? u"pthread_mutex_lock (futex)"_s
                                                            : call.call;
    // The C library makes it of semop.
    const QString name =
        call.call == "semtimedop"_L1 && !call.detail.contains("timeout="_L1) ? u"semop"_s : call.call;
    return call.fd >= 0 ? u"%1(%2)"_s.arg(name).arg(call.fd) : name;
}

QString objectText(const EndpointEntry& entry)
{
    if (!entry.path.isEmpty())
        return entry.kind + u' ' + entry.path;
    if (!entry.address.isEmpty() && entry.port != 0)
        return u"%1 %2:%3"_s.arg(entry.kind, entry.address).arg(entry.port);
    if (entry.inode != 0)
        return entry.kind + u' ' + QString::number(entry.inode);
    return entry.kind + u' ' + entry.name;
}

QString processText(const LiveState& live, quint32 process, quint32 blocked)
{
    if (process == blocked)
        return BlockedWordsText::tr("the process itself");
    const LiveProcess* found = live.process(process);
    if (found == nullptr)
        return BlockedWordsText::tr("process %1").arg(process);
    return BlockedWordsText::tr("pid %1 `%2`, %3")
        .arg(found->entry.pid)
        .arg(found->entry.name, doing(live, *found));
}

QString pidText(const LiveState& live, qint64 pid, quint32 blocked)
{
    const QList<LiveProcess> all = live.processes();
    for (auto each = all.crbegin(); each != all.crend(); ++each) // pids come again: the newest
        if (each->entry.pid == pid)
            return processText(live, each->entry.number, blocked);
    return BlockedWordsText::tr("pid %1, not of this run").arg(pid);
}

} // namespace byteyard::model
