#include "model/log/catalog.h"

#include <QCoreApplication>

#include <algorithm>

namespace byteyard::model {

namespace {

template <typename Entry>
QList<Entry> sortedByNumber(const QHash<quint32, Entry>& entries)
{
    QList<Entry> list = entries.values();
    std::sort(list.begin(), list.end(), [](const Entry& a, const Entry& b) { return a.number < b.number; });
    return list;
}

} // namespace

QString Catalog::processName(quint32 number) const
{
    if (number == 0)
        return QCoreApplication::translate("Catalog", "engine");
    const auto found = processes.constFind(number);
    if (found != processes.cend() && !found->name.isEmpty())
        return found->name;
    return QCoreApplication::translate("Catalog", "process %1").arg(number);
}

QString Catalog::endpointName(quint32 number) const
{
    if (number == 0)
        return {};
    const auto found = endpoints.constFind(number);
    if (found != endpoints.cend() && !found->name.isEmpty())
        return found->name;
    return QCoreApplication::translate("Catalog", "endpoint %1").arg(number);
}

QString Catalog::endpointKind(quint32 number) const
{
    const auto found = endpoints.constFind(number);
    return found == endpoints.cend() ? QString() : found->kind;
}

QList<ProcessEntry> Catalog::sortedProcesses() const
{
    return sortedByNumber(processes);
}

QList<EndpointEntry> Catalog::sortedEndpoints() const
{
    return sortedByNumber(endpoints);
}

} // namespace byteyard::model
