#include "model/session/wait_circles.h"

#include "model/session/blocked_words.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <algorithm>
#include <optional>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct WaitCircleText
{
    Q_DECLARE_TR_FUNCTIONS(WaitCircle)
};

constexpr quint64 longEnoughNs = 1'000'000'000;

/// What one thread waits for.
struct Wait
{
    const PendingCall* call = nullptr;
    QList<quint32> wakers;
    bool needsAll = false; ///< every one of them must do something; else one is enough
};

bool isOneOf(const QString& name, std::initializer_list<QLatin1StringView> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

class WaitGraph
{
public:
    WaitGraph(const LiveState& live, quint64 now, bool seesAll) : m_live(live)
    {
        QHash<quint32, QList<const PendingCall*>> calls;
        for (auto call = live.pending().cbegin(); call != live.pending().cend(); ++call)
            if (!call->paced && call->waited(now) >= longEnoughNs && call->threads > 0)
                calls[call->process].append(&*call);
        if (calls.isEmpty())
            return;
        noteUsers();
        for (auto each = calls.cbegin(); each != calls.cend(); ++each)
            if (std::optional<QList<Wait>> waits = waitsOf(each.key(), each.value(), seesAll))
                m_stuck.insert(each.key(), *waits);
        letGo();
    }

    Deadlocks deadlocks() const
    {
        Deadlocks found;
        QSet<quint32> told;
        QList<quint32> numbers = m_stuck.keys();
        std::sort(numbers.begin(), numbers.end());
        for (const quint32 number : std::as_const(numbers)) {
            found.stuck.insert(number);
            const QList<quint32> circle = circleFrom(number);
            if (told.contains(circle.first()))
                continue;
            told.unite(QSet<quint32>(circle.begin(), circle.end()));
            found.circles.append(sentenceOf(circle));
        }
        return found;
    }

private:
    struct Users
    {
        QList<quint32> readers;
        QList<quint32> writers;
    };

    void noteUsers()
    {
        const auto add = [](QList<quint32>& list, quint32 process) {
            if (!list.contains(process))
                list.append(process);
        };
        for (const LiveDescriptor& each : m_live.descriptors()) {
            Users& users = m_users[each.endpoint];
            if (each.access != "write"_L1)
                add(users.readers, each.process);
            if (each.access != "read"_L1)
                add(users.writers, each.process);
        }
        for (const LiveProcess& each : m_live.processes()) {
            if (hasEnded(each.entry.state))
                continue;
            m_byPid.insert(each.entry.pid, each.entry.number);
            m_children[each.entry.parent].append(each.entry.number);
        }
    }

    /// Of all threads of a process; nothing when one of them may go on by itself.
    std::optional<QList<Wait>> waitsOf(quint32 number, const QList<const PendingCall*>& calls,
                                       bool seesAll) const
    {
        const LiveProcess* process = m_live.process(number);
        if (process == nullptr || process->entry.state != "running"_L1 ||
            (process->entry.attached && !seesAll))
            return std::nullopt;
        int threads = 0;
        QList<Wait> waits;
        for (const PendingCall* call : calls) {
            threads = std::max(threads, call->threads);
            Wait wait{call, {}, false};
            if (!findWakers(wait) || wait.wakers.isEmpty())
                return std::nullopt;
            waits.append(wait);
        }
        return waits.size() < threads ? std::nullopt : std::optional(waits);
    }

    /// False when it is not known who could let it go on.
    bool findWakers(Wait& wait) const
    {
        const PendingCall& call = *wait.call;
        if (call.detail.contains("timeout="_L1))
            return false;
        if (isOneOf(call.call, {"wait4"_L1, "waitid"_L1, "waitpid"_L1})) {
            wait.wakers = m_children.value(call.process);
            return true;
        }
        const LiveEndpoint* endpoint = m_live.endpoint(call.endpoint);
        if (endpoint == nullptr || endpoint->entry.facts.contains("peer"_L1))
            return false; // the other side is on another machine
        if (isOneOf(call.call, {"flock"_L1, "fcntl"_L1}))
            return findLockHolders(wait, *endpoint);
        if (isOneOf(call.call, {"semop"_L1, "semtimedop"_L1}))
            return findLastTaker(wait, *endpoint);
        if (call.call.startsWith("futex"_L1))
            return addPid(wait, detailWord(call, u"owner"_s).toLongLong());
        return findOtherEnd(wait, *endpoint);
    }

    bool findOtherEnd(Wait& wait, const LiveEndpoint& endpoint) const
    {
        const auto known = ipc::callFromName(wait.call->call.toStdString());
        const ipc::Flow flow = known ? ipc::callInfo(*known).flow : ipc::Flow::None;
        if (flow != ipc::Flow::In && flow != ipc::Flow::Out)
            return false;
        const QString& kind = endpoint.entry.kind;
        const Users users = m_users.value(endpoint.entry.number);
        if (kind == "pipe"_L1 || kind == "fifo"_L1) {
            wait.wakers = flow == ipc::Flow::In ? users.readers : users.writers;
            return true;
        }
        if (kind != "socketpair"_L1 && endpoint.entry.parent == 0)
            return false;
        wait.wakers = users.readers;
        wait.wakers.removeAll(wait.call->process); // what it has is its own side
        return true;
    }

    bool addPid(Wait& wait, qint64 pid) const
    {
        const quint32 number = m_byPid.value(pid, 0);
        if (pid <= 0 || number == 0)
            return false;
        if (!wait.wakers.contains(number))
            wait.wakers.append(number);
        return true;
    }

    /// "FLOCK WRITE 123 0 EOF; FLOCK WRITE 124 0 EOF waits" (proc_locks(5)).
    bool findLockHolders(Wait& wait, const LiveEndpoint& endpoint) const
    {
        wait.needsAll = true;
        const QLatin1StringView sort = wait.call->call == "flock"_L1 ? "FLOCK"_L1 : "POSIX"_L1;
        const QStringList locks = endpoint.entry.facts.value("locks"_L1).toString().split(u"; "_s);
        for (const QString& lock : locks) {
            const QStringList words = lock.split(u' ');
            if (words.value(0) == sort && words.size() >= 5 && words.last() != "waits"_L1 &&
                !addPid(wait, words.at(2).toLongLong()))
                return false;
        }
        return true;
    }

    /// Who took it last has it, when it is used as a lock. One that took it itself may wait for anybody.
    bool findLastTaker(Wait& wait, const LiveEndpoint& endpoint) const
    {
        const QStringList operations = detailWord(*wait.call, u"ops"_s).split(u',');
        const QJsonArray values = endpoint.entry.facts.value("values"_L1).toArray();
        if (operations.size() != 1 || !operations.first().contains(":-"_L1))
            return false;
        const qsizetype number = operations.first().section(u':', 0, 0).toInt();
        const qint64 last = endpoint.entry.facts.value("pid"_L1).toArray().at(number).toInteger();
        const LiveProcess* process = m_live.process(wait.call->process);
        return number < values.size() && process != nullptr && last != process->entry.pid &&
               addPid(wait, last);
    }

    bool isStuckWait(const Wait& wait) const
    {
        const auto stuck = [this](quint32 process) { return m_stuck.contains(process); };
        return wait.needsAll ? std::any_of(wait.wakers.begin(), wait.wakers.end(), stuck)
                             : std::all_of(wait.wakers.begin(), wait.wakers.end(), stuck);
    }

    /// Takes out those who can be woken, until nobody is left who can.
    void letGo()
    {
        for (bool isChanged = true; isChanged;) {
            const auto before = m_stuck.size();
            m_stuck.removeIf([this](const auto& each) {
                return !std::all_of(each.value().begin(), each.value().end(),
                                    [this](const Wait& wait) { return isStuckWait(wait); });
            });
            isChanged = m_stuck.size() != before;
        }
    }

    const Wait& firstWait(quint32 process) const { return m_stuck.find(process)->first(); }
    quint32 nextOf(quint32 process) const
    {
        const QList<quint32>& wakers = firstWait(process).wakers;
        return *std::find_if(wakers.begin(), wakers.end(),
                             [this](quint32 each) { return m_stuck.contains(each); });
    }

    /// Where one comes to who goes from each to whom it waits for; it begins with the lowest number.
    QList<quint32> circleFrom(quint32 process) const
    {
        QList<quint32> path;
        while (!path.contains(process)) {
            path.append(process);
            process = nextOf(process);
        }
        QList<quint32> circle = path.mid(path.indexOf(process));
        std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
        return circle;
    }

    QString nameOf(quint32 number) const
    {
        const LiveProcess* process = m_live.process(number);
        const QString drawn =
            process->entry.node.isEmpty() ? QString() : m_live.nodeName(process->entry.node);
        return u"`%1` (pid %2)"_s.arg(drawn.isEmpty() ? process->entry.name : drawn).arg(process->entry.pid);
    }

    QString waitText(quint32 number) const
    {
        const PendingCall& call = *firstWait(number).call;
        const LiveEndpoint* endpoint = m_live.endpoint(call.endpoint);
        const QString next = nameOf(nextOf(number));
        if (endpoint == nullptr)
            return WaitCircleText::tr("%1 waits in %2 for its child %3 to end")
                .arg(nameOf(number), callText(call, nullptr), next);
        return WaitCircleText::tr("%1 waits in %2 on %3 for %4")
            .arg(nameOf(number), callText(call, endpoint), objectText(endpoint->entry), next);
    }

    WaitCircle sentenceOf(const QList<quint32>& circle) const
    {
        if (circle.size() == 1)
            return aloneIn(circle.first());
        QStringList parts;
        bool waitsForChild = false;
        bool waitsForLock = false;
        for (const quint32 number : circle) {
            parts.append(waitText(number));
            const PendingCall& call = *firstWait(number).call;
            waitsForChild = waitsForChild || call.endpoint == 0;
            waitsForLock = waitsForLock ||
                           isOneOf(call.call, {"flock"_L1, "fcntl"_L1, "semop"_L1, "semtimedop"_L1}) ||
                           call.call.startsWith("futex"_L1);
        }
        const QString remedy =
            waitsForChild ? WaitCircleText::tr(
                                "Read what the child writes, or close the pipe, before waiting for its end.")
            : waitsForLock ? WaitCircleText::tr("Let all of them take the locks in the same order.")
                           : WaitCircleText::tr(
                                 "Let one of them read before it writes, or wait for both at once (poll).");
        return {circle, WaitCircleText::tr("Deadlock: %1.").arg(parts.join(u"; "_s)), remedy};
    }

    WaitCircle aloneIn(quint32 number) const
    {
        const PendingCall& call = *firstWait(number).call;
        const LiveEndpoint* endpoint = m_live.endpoint(call.endpoint);
        const QString object = endpoint == nullptr ? QString() : objectText(endpoint->entry);
        return {
            {number},
            WaitCircleText::tr(
                "%1 waits for itself: nobody but it has the other end of what it waits for in %2 open (%3).")
                .arg(nameOf(number), callText(call, endpoint), object),
            WaitCircleText::tr("Close in it the end that it does not use; a child inherits both.")};
    }

    const LiveState& m_live;
    QHash<quint32, QList<Wait>> m_stuck; ///< candidates, in the end those who are
    QHash<quint32, Users> m_users;       ///< by endpoint
    QHash<qint64, quint32> m_byPid;
    QHash<quint32, QList<quint32>> m_children;
};

} // namespace

Deadlocks findDeadlocks(const LiveState& live, quint64 now, bool seesAll)
{
    return WaitGraph(live, now, seesAll).deadlocks();
}

} // namespace byteyard::model
