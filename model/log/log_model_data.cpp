// What a cell of the log says. Texts are made here, when a view asks, and nowhere else.
#include "model/log/event_names.h"
#include "model/log/format.h"
#include "model/log/json_lines.h"
#include "model/log/log_model.h"
#include "model/log/statistics.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr int shownDataCharacters = 96;
constexpr qsizetype hexBytesInToolTip = 256;

QString howText(ipc::How how)
{
    const std::string_view name = howName(how);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

QByteArray bytesOf(const ipc::EventView& event)
{
    return {reinterpret_cast<const char*>(event.data.data()), static_cast<qsizetype>(event.data.size())};
}

bool isNumber(LogModel::Column column)
{
    using Column = LogModel::Column;
    return column == Column::Number || column == Column::Time || column == Column::Bytes ||
           column == Column::Took;
}

} // namespace

QVariant LogModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const auto column = static_cast<Column>(index.column());
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(isNumber(column) ? Qt::AlignRight | Qt::AlignVCenter
                                                    : Qt::AlignLeft | Qt::AlignVCenter);
    if (index.row() < eventRows())
        return eventData(index.row(), column, role);
    return pendingData(m_pending[index.row() - eventRows()], column, role);
}

QVariant LogModel::eventData(int row, Column column, int role) const
{
    const quint64 position = positionOfRow(row);
    if (role == PositionRole)
        return position;
    if (role == PendingRole)
        return false;
    const EventStore::Row event = cachedEvent(position);
    if (!event)
        return {}; // dropped by the store, and the next refresh() removes the row
    switch (role) {
    case Qt::DisplayRole:
        return eventText(*event, column);
    case Qt::ToolTipRole:
        return eventToolTip(*event, column);
    case Qt::AccessibleTextRole: {
        const QString text = eventText(*event, column);
        return text.isEmpty() ? tr("none") : text;
    }
    case ErrorRole:
        return event->error != 0;
    case HowRole:
        return howText(event->how);
    case ProcessRole:
        return event->process;
    case EndpointRole:
        return event->endpoint;
    case NodeRole:
        return m_catalog.processes.value(event->process).node;
    case EndpointNodeRole:
        return m_catalog.endpoints.value(event->endpoint).node;
    case SortRole:
        switch (column) {
        case Column::Number:
            return quint64{event->seq};
        case Column::Time:
            return quint64{event->time};
        case Column::Result:
            return qint64{event->result};
        case Column::Bytes:
            return quint64{ipc::transferOf(*event).bytes};
        case Column::Took:
            return quint64{event->duration};
        default:
            return eventText(*event, column);
        }
    default:
        return {};
    }
}

QString LogModel::processText(quint32 process, qint64 pid) const
{
    return m_catalog.processName(process) + u"  "_s + QString::number(pid);
}

QString LogModel::eventText(const ipc::EventView& event, Column column) const
{
    switch (column) {
    case Column::Number:
        return QString::number(event.seq);
    case Column::Time:
        return formatTime(event.time);
    case Column::Process:
        return event.call == ipc::Call::Gap && event.process == 0 ? tr("several")
                                                                  : processText(event.process, event.pid);
    case Column::Call:
        return formatCall(event);
    case Column::Endpoint:
        if (event.endpoint != 0 && event.endpoint2 != 0 && event.endpoint != event.endpoint2)
            return m_catalog.endpointName(event.endpoint) + u" → "_s +
                   m_catalog.endpointName(event.endpoint2);
        return m_catalog.endpointName(event.endpoint != 0 ? event.endpoint : event.endpoint2);
    case Column::Result:
        return formatResult(event);
    case Column::Bytes: {
        const quint64 bytes = ipc::transferOf(event).bytes;
        return bytes > 0 ? formatCount(bytes) : QString();
    }
    case Column::Took:
        return event.duration > 0 ? formatDuration(event.duration) : QString();
    case Column::Data:
        if (event.dataState == ipc::DataState::Unreadable)
            return tr("unreadable");
        return formatData(event.data, shownDataCharacters) +
               (event.dataState == ipc::DataState::Truncated ? u"…"_s : QString());
    case Column::Count_:
        break;
    }
    return {};
}

QString LogModel::eventToolTip(const ipc::EventView& event, Column column) const
{
    switch (column) {
    case Column::Time:
        return tr("%1 ns after the run began").arg(formatCount(event.time));
    case Column::Took:
        return event.duration > 0 ? tr("%1 ns").arg(formatCount(event.duration)) : tr("not measured");
    case Column::Bytes: {
        const ipc::Transfer moved = ipc::transferOf(event);
        if (event.requested > 0)
            return tr("%1 of %2").arg(formatCount(moved.bytes), spellBytes(event.requested));
        return moved.bytes > 0 ? spellBytes(moved.bytes) : QString();
    }
    case Column::Process:
        return tr("%1, pid %2, thread %3")
            .arg(m_catalog.processName(event.process))
            .arg(event.pid)
            .arg(event.tid);
    case Column::Data: {
        if (event.data.empty())
            return {};
        const QByteArray bytes = bytesOf(event);
        QString hex = QString::fromLatin1(bytes.first(qMin(bytes.size(), hexBytesInToolTip)).toHex(' '));
        if (bytes.size() > hexBytesInToolTip || event.dataState == ipc::DataState::Truncated)
            hex += u" …"_s;
        return hex;
    }
    default: {
        QString text = formatCall(event);
        if (const QString result = formatResult(event); !result.isEmpty())
            text += u" = "_s + result;
        return event.how == ipc::How::Exact ? text : text + u" · "_s + howText(event.how);
    }
    }
}

QVariant LogModel::pendingData(const PendingCall& pending, Column column, int role) const
{
    const quint64 since = pending.waited(m_now);
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        switch (column) {
        case Column::Time:
            return formatTime(pending.since);
        case Column::Process:
            return processText(pending.process, pending.pid);
        case Column::Call:
            return formatCall(pending);
        case Column::Endpoint:
            return m_catalog.endpointName(pending.endpoint);
        case Column::Result:
            return (pending.paced ? tr("held %1") : tr("blocked %1")).arg(formatDuration(since));
        default:
            return QString();
        }
    case Qt::ToolTipRole:
        if (column == Column::Result)
            return (pending.paced ? tr("held by pace or pause for %1 ns")
                                  : tr("waiting in the kernel for %1 ns"))
                .arg(formatCount(since));
        return column == Column::Call ? formatCall(pending) : QString();
    case PendingRole:
        return true;
    case ErrorRole:
        return false;
    case HowRole:
        return pending.how;
    case ProcessRole:
        return pending.process;
    case EndpointRole:
        return pending.endpoint;
    case NodeRole:
        return m_catalog.processes.value(pending.process).node;
    case EndpointNodeRole:
        return m_catalog.endpoints.value(pending.endpoint).node;
    case SortRole:
        return column == Column::Took || column == Column::Result ? QVariant(since) : QVariant(pending.since);
    default:
        return {};
    }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const auto column = static_cast<Column>(section);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(isNumber(column) ? Qt::AlignRight | Qt::AlignVCenter
                                                    : Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (column) {
    case Column::Number:
        return tr("No.");
    case Column::Time:
        return tr("Time");
    case Column::Process:
        return tr("Process");
    case Column::Call:
        return tr("Call");
    case Column::Endpoint:
        return tr("Endpoint");
    case Column::Result:
        return tr("Result");
    case Column::Bytes:
        return tr("Bytes");
    case Column::Took:
        return tr("Took");
    case Column::Data:
        return tr("Data");
    case Column::Count_:
        break;
    }
    return {};
}

QString LogModel::rowAsText(int row) const
{
    const EventStore::Row event = eventOf(row);
    QByteArray text;
    if (event)
        appendEventJson(text, *event, NameTable(m_catalog).namesOf(*event));
    return QString::fromUtf8(text);
}

} // namespace byteyard::model
