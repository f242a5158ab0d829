#include "model/session/descriptor_model.h"

#include "model/topology/kind.h"

#include <tuple>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

auto orderOf(const LiveDescriptor& descriptor)
{
    return std::tuple(descriptor.process, descriptor.fd, descriptor.endpoint);
}

/// What the kernel tells one object from another by.
QString identityOf(const EndpointEntry& entry)
{
    if (entry.id >= 0)
        return u"id %1"_s.arg(entry.id);
    if (entry.inode != 0)
        return u"inode %1"_s.arg(entry.inode);
    return entry.path;
}

} // namespace

QList<DescriptorRow> DescriptorModel::rowsOf(const Session& session)
{
    const QList<LiveDescriptor> open = session.descriptors();
    QHash<quint32, int> shared;
    QSet<std::pair<quint32, std::pair<quint32, int>>> counted;
    for (const LiveDescriptor& each : open) {
        // A datagram socket has a row for each endpoint that it sends to, and is one descriptor all the same.
        const std::pair one(each.description, std::pair(each.process, each.fd));
        if (each.description != 0 && !counted.contains(one))
            ++shared[each.description];
        counted.insert(one);
    }
    QList<DescriptorRow> rows;
    for (const LiveDescriptor& each : open) {
        DescriptorRow row;
        row.descriptor = each;
        if (const LiveProcess* process = session.process(each.process)) {
            row.process = process->entry.name;
            row.processNode = process->entry.node;
            row.pid = process->entry.pid;
        }
        if (const LiveEndpoint* endpoint = session.endpoint(each.endpoint)) {
            Kind kind{};
            row.object = endpoint->entry.name;
            row.endpointNode = endpoint->entry.node;
            row.kind = kindFromId(endpoint->entry.kind, kind) ? kindInfo(kind).title : endpoint->entry.kind;
            row.identity = identityOf(endpoint->entry);
        }
        row.shared = shared.value(each.description, 1);
        rows.append(row);
    }
    return rows;
}

void DescriptorModel::refresh(const Session& session)
{
    merge(rowsOf(session), [](const DescriptorRow& row) { return orderOf(row.descriptor); });
}

int DescriptorModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(Column::Count_);
}

QString DescriptorModel::text(const DescriptorRow& row, Column column) const
{
    switch (column) {
    case Column::Process:
        return u"%1  %2"_s.arg(row.process).arg(row.pid);
    case Column::Fd:
        return row.descriptor.fd >= 0 ? QString::number(row.descriptor.fd) : u"–"_s;
    case Column::Access:
        return row.descriptor.access;
    case Column::Description:
        if (row.descriptor.description == 0)
            return tr("none: used without a descriptor");
        return row.shared > 1 ? tr("#%1 · shared by %n descriptor(s)", nullptr, row.shared)
                                    .arg(row.descriptor.description)
                              : u"#%1"_s.arg(row.descriptor.description);
    case Column::Object:
        return row.object;
    case Column::Kind:
        return row.kind;
    case Column::Identity:
        return row.identity;
    case Column::Count_:
        break;
    }
    return {};
}

QVariant DescriptorModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const DescriptorRow& row = rowAt(index.row());
    const auto column = static_cast<Column>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        if (column == Column::Description && row.shared > 1)
            return tr(
                "The open file description holds the offset and the status flags (O_NONBLOCK, O_APPEND): "
                "who shares it shares them, and it lives until the last of them closes.");
        return {};
    case ProcessRole:
        return row.descriptor.process;
    case ProcessNodeRole:
        return row.processNode;
    case EndpointRole:
        return row.descriptor.endpoint;
    case EndpointNodeRole:
        return row.endpointNode;
    case DescriptionRole:
        return row.descriptor.description;
    case SharedRole:
        return row.shared;
    default:
        return {};
    }
}

QVariant DescriptorModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    switch (static_cast<Column>(section)) {
    case Column::Process:
        return tr("Process");
    case Column::Fd:
        return tr("Fd");
    case Column::Access:
        return tr("Access");
    case Column::Description:
        return tr("Open file description");
    case Column::Object:
        return tr("Object");
    case Column::Kind:
        return tr("Kind");
    case Column::Identity:
        return tr("In the kernel");
    case Column::Count_:
        break;
    }
    return {};
}

} // namespace byteyard::model
