#include "model/log/log_model.h"

#include <QElapsedTimer>

#include <algorithm>

namespace byteyard::model {

namespace {

constexpr std::size_t batchSize = 4096;
constexpr qint64 batchMs = 50;

/// What is seen of the names in rows: totals and states are not.
bool namesDiffer(const Catalog& a, const Catalog& b)
{
    if (a.processes.size() != b.processes.size() || a.endpoints.size() != b.endpoints.size())
        return true;
    const auto differs = [](const auto& entries, const auto& others) {
        for (auto entry = entries.cbegin(); entry != entries.cend(); ++entry) {
            const auto other = others.constFind(entry.key());
            if (other == others.cend() || other->name != entry->name || other->node != entry->node)
                return true;
        }
        return false;
    };
    return differs(a.processes, b.processes) || differs(a.endpoints, b.endpoints);
}

bool isSameCall(const PendingCall& a, const PendingCall& b)
{
    return a.tid == b.tid && a.since == b.since && a.call == b.call;
}

} // namespace

LogModel::LogModel(QObject* parent) : QAbstractTableModel(parent)
{
    m_pool.setMaxThreadCount(1);
}

LogModel::~LogModel()
{
    cancelJob();
    m_pool.waitForDone();
}

int LogModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : eventRows() + static_cast<int>(m_pending.size());
}

int LogModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(Column::Count_);
}

int LogModel::eventRows() const
{
    return m_everything ? static_cast<int>(m_end - m_first) : static_cast<int>(m_found.size());
}

quint64 LogModel::positionOfRow(int row) const
{
    return m_everything ? m_first + static_cast<quint64>(row) : m_found[static_cast<std::size_t>(row)];
}

void LogModel::setStore(const EventStore* store)
{
    cancelJob();
    m_pool.waitForDone(); // the job reads the old store; it stops within some events
    beginResetModel();
    m_store = store;
    m_found.clear();
    m_allPending.clear();
    m_pending.clear();
    m_cached = {};
    m_first = m_end = store ? store->first() : 0;
    if (m_everything && store)
        m_end = store->end();
    endResetModel();
    setFiltering(!m_everything && store);
    startJob();
}

void LogModel::setCatalog(const Catalog& catalog)
{
    const bool renamed = namesDiffer(m_catalog, catalog);
    m_catalog = catalog;
    if (!renamed)
        return;
    const auto matcher = std::make_shared<const LogMatcher>(m_filter, m_catalog);
    const bool otherRows = m_matcher && !(*matcher == *m_matcher);
    m_matcher = matcher;
    if (otherRows && !m_everything && m_store) {
        // The rows stay until all events have been looked at again.
        cancelJob();
        startJob(true);
    }
    showPending();
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

void LogModel::setFilter(const LogFilter& filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    m_matcher = std::make_shared<const LogMatcher>(m_filter, m_catalog);
    restartFilter();
    showPending();
}

void LogModel::restartFilter()
{
    cancelJob();
    if (const int rows = eventRows(); rows > 0) {
        beginRemoveRows({}, 0, rows - 1);
        m_found.clear();
        m_end = m_first;
        endRemoveRows();
    }
    m_everything = m_filter.isEmpty();
    m_first = m_end = m_store ? m_store->first() : 0;
    setFiltering(!m_everything && m_store);
    refresh();
}

bool LogModel::filtering() const
{
    return m_filtering;
}

void LogModel::setFiltering(bool filtering)
{
    if (m_filtering == filtering)
        return;
    m_filtering = filtering;
    Q_EMIT filteringChanged(filtering);
}

void LogModel::refresh()
{
    if (!m_store)
        return;
    dropRows(m_store->first());
    if (m_everything)
        appendRange(m_store->end());
    else
        startJob();
}

void LogModel::dropRows(quint64 first)
{
    if (first <= m_first)
        return;
    int gone = 0;
    if (m_everything)
        gone = static_cast<int>(std::min(first, m_end) - m_first);
    else
        gone = static_cast<int>(std::lower_bound(m_found.begin(), m_found.end(), first) - m_found.begin());
    if (gone > 0)
        beginRemoveRows({}, 0, gone - 1);
    if (!m_everything)
        m_found.erase(m_found.begin(), m_found.begin() + gone);
    m_first = first;
    m_end = std::max(m_end, first);
    if (gone > 0)
        endRemoveRows();
}

void LogModel::appendRange(quint64 end)
{
    if (end <= m_end)
        return;
    const int rows = eventRows();
    beginInsertRows({}, rows, rows + static_cast<int>(end - m_end) - 1);
    m_end = end;
    endInsertRows();
}

void LogModel::cancelJob()
{
    if (m_job)
        m_job->cancelled = true;
    m_job.reset();
}

void LogModel::startJob(bool again)
{
    if (m_everything || !m_store || m_job)
        return;
    const quint64 from = again ? m_first : m_end;
    const quint64 to = m_store->end();
    if (from >= to) {
        setFiltering(false);
        return;
    }
    m_job = std::make_shared<Job>();
    m_job->again = again;
    m_pool.start([this, job = m_job, store = m_store, matcher = m_matcher, from, to] {
        std::vector<quint64> found;
        QElapsedTimer sinceBatch;
        sinceBatch.start();
        const auto deliver = [&](quint64 scanned, bool atEnd) {
            QMetaObject::invokeMethod(
                this,
                [this, job, batch = std::move(found), scanned, atEnd] {
                    takeFound(job, batch, scanned, atEnd);
                },
                Qt::QueuedConnection);
            found = {};
            sinceBatch.restart();
        };
        store->forEach(from, to, [&](quint64 position, const ipc::EventView& event) {
            if ((*matcher)(event))
                found.push_back(position);
            if (!job->again && (found.size() >= batchSize ||
                                (position % 1024 == 0 && !found.empty() && sinceBatch.elapsed() > batchMs)))
                deliver(position + 1, false);
            return !job->cancelled.load(std::memory_order_relaxed);
        });
        deliver(to, true);
    });
}

void LogModel::takeFound(const std::shared_ptr<Job>& job, const std::vector<quint64>& found, quint64 scanned,
                         bool atEnd)
{
    if (job != m_job)
        return;
    // What the store has dropped in the meantime is not shown any more.
    const auto kept = std::lower_bound(found.begin(), found.end(), m_first);
    if (job->again)
        replaceFound({kept, found.end()});
    else
        insertFound(m_found.size(), {kept, found.end()});
    m_end = std::max(m_end, scanned);
    if (atEnd) {
        m_job.reset();
        setFiltering(false);
    }
}

void LogModel::insertFound(std::size_t at, std::span<const quint64> positions)
{
    if (positions.empty())
        return;
    beginInsertRows({}, static_cast<int>(at), static_cast<int>(at + positions.size()) - 1);
    m_found.insert(m_found.begin() + static_cast<std::ptrdiff_t>(at), positions.begin(), positions.end());
    endInsertRows();
}

void LogModel::replaceFound(std::span<const quint64> positions)
{
    const auto head = std::mismatch(m_found.begin(), m_found.end(), positions.begin(), positions.end());
    const auto headSize = static_cast<std::size_t>(head.first - m_found.begin());
    std::size_t tailSize = 0;
    while (headSize + tailSize < std::min(m_found.size(), positions.size()) &&
           m_found[m_found.size() - 1 - tailSize] == positions[positions.size() - 1 - tailSize])
        ++tailSize;
    if (const std::size_t old = m_found.size() - headSize - tailSize; old > 0) {
        beginRemoveRows({}, static_cast<int>(headSize), static_cast<int>(headSize + old) - 1);
        m_found.erase(head.first, head.first + static_cast<std::ptrdiff_t>(old));
        endRemoveRows();
    }
    insertFound(headSize, positions.subspan(headSize, positions.size() - headSize - tailSize));
}

void LogModel::setPending(const QList<PendingCall>& pending, quint64 now)
{
    m_allPending = pending;
    m_now = now;
    showPending();
}

void LogModel::showPending()
{
    QList<PendingCall> wanted;
    for (const PendingCall& call : std::as_const(m_allPending))
        if (!m_matcher || (*m_matcher)(call))
            wanted.append(call);

    // Rows that stay keep their place, so that a selection stays with its call.
    for (qsizetype at = m_pending.size() - 1; at >= 0; --at) {
        const auto same = std::find_if(wanted.begin(), wanted.end(), [&](const PendingCall& call) {
            return isSameCall(call, m_pending[at]);
        });
        if (same != wanted.end()) {
            m_pending[at] = *same;
            wanted.erase(same);
            continue;
        }
        const int row = eventRows() + static_cast<int>(at);
        beginRemoveRows({}, row, row);
        m_pending.removeAt(at);
        endRemoveRows();
    }
    if (!m_pending.isEmpty())
        Q_EMIT dataChanged(index(eventRows(), 0), index(rowCount() - 1, columnCount() - 1));
    if (!wanted.isEmpty()) {
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(wanted.size()) - 1);
        m_pending.append(wanted);
        endInsertRows();
    }
}

EventStore::Row LogModel::eventOf(int row) const
{
    if (!m_store || row < 0 || row >= eventRows())
        return {};
    return m_store->at(positionOfRow(row));
}

EventStore::Row LogModel::cachedEvent(quint64 position) const
{
    if (!m_cached || m_cachedPosition != position) {
        m_cached = m_store->at(position);
        m_cachedPosition = position;
    }
    return m_cached;
}

int LogModel::rowOfPosition(quint64 position) const
{
    if (m_everything)
        return position >= m_first && position < m_end ? static_cast<int>(position - m_first) : -1;
    const auto found = std::lower_bound(m_found.begin(), m_found.end(), position);
    return found != m_found.end() && *found == position ? static_cast<int>(found - m_found.begin()) : -1;
}

quint64 LogModel::dropped() const
{
    return m_store ? m_store->dropped() : 0;
}

} // namespace byteyard::model
