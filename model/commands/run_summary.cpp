#include "model/commands/run_summary.h"

#include "model/log/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct RunSummaryText
{
    Q_DECLARE_TR_FUNCTIONS(RunSummary)
};

/// Rows with their columns lined up, two spaces between them.
QString table(QList<QStringList> rows)
{
    for (QStringList& row : rows) // programs and files are called as they like
        std::transform(row.cbegin(), row.cend(), row.begin(), printable);
    QList<qsizetype> widths;
    for (const QStringList& row : rows)
        for (qsizetype column = 0; column < row.size(); ++column) {
            if (column == widths.size())
                widths.append(0);
            widths[column] = std::max(widths.at(column), row.at(column).size());
        }
    QString text;
    for (const QStringList& row : rows) {
        QString line;
        for (qsizetype column = 0; column < row.size(); ++column)
            line += u"  "_s + row.at(column).leftJustified(widths.at(column));
        while (line.endsWith(u' '))
            line.chop(1);
        text += line + u'\n';
    }
    return text;
}

QString moved(const EndpointEntry& endpoint, const QString& direction, quint64 bytes, quint64 messages)
{
    if (!bytesKnown(endpoint))
        return RunSummaryText::tr("%1 unknown").arg(direction);
    if (!endpoint.messagesKnown)
        return endpoint.capture == "exact"_L1
                   ? direction + u' ' + spellBytes(bytes)
                   : RunSummaryText::tr("%1 at least %2").arg(direction, spellBytes(bytes));
    return RunSummaryText::tr("%1 %2 in %n call(s)", nullptr,
                              static_cast<int>(std::min<quint64>(messages, INT_MAX)))
        .arg(direction, spellBytes(bytes));
}

constexpr qsizetype rowsMost = 200; ///< of each table: a build starts thousands

/// What is in no table, when anything is.
QString leftOut(const QString& what, qsizetype count)
{
    return count == 0 ? QString()
                      : RunSummaryText::tr("  %1: %2 (--json lists them)")
                                .arg(what, formatCount(static_cast<quint64>(count))) +
                            u'\n';
}

} // namespace

QString runSummary(const Catalog& catalog, const QSet<quint32>& filesOfOne, const QString& capture,
                   quint64 lasted, quint64 dropped)
{
    QList<QStringList> processes;
    const QList<ProcessEntry> allProcesses = catalog.sortedProcesses();
    for (const ProcessEntry& process : allProcesses.first(std::min(rowsMost, allProcesses.size())))
        processes.append({catalog.processName(process.number),
                          process.pid != 0 ? RunSummaryText::tr("pid %1").arg(process.pid) : u"–"_s,
                          process.attached ? RunSummaryText::tr("attached, %1").arg(formatEnd(process))
                                           : formatEnd(process)});
    QList<QStringList> endpoints;
    qsizetype folded = 0;
    qsizetype more = 0;
    for (const EndpointEntry& endpoint : catalog.sortedEndpoints()) {
        if (filesOfOne.contains(endpoint.number)) {
            ++folded;
            continue;
        }
        if (endpoints.size() == rowsMost) {
            ++more;
            continue;
        }
        endpoints.append(
            {catalog.endpointName(endpoint.number), endpoint.kind,
             moved(endpoint, RunSummaryText::tr("in"), endpoint.totals.bytesIn, endpoint.totals.messagesIn),
             moved(endpoint, RunSummaryText::tr("out"), endpoint.totals.bytesOut,
                   endpoint.totals.messagesOut),
             endpoint.state == "failed"_L1 ? RunSummaryText::tr("failed") : endpoint.capture});
    }
    QString text = table(processes) +
                   leftOut(RunSummaryText::tr("more processes"), allProcesses.size() - processes.size()) +
                   table(endpoints) + leftOut(RunSummaryText::tr("more endpoints"), more) +
                   leftOut(RunSummaryText::tr("files of one process alone"), folded);
    text += RunSummaryText::tr("  %1 events, %2 lost, %3, capture: %4")
                .arg(formatCount(catalog.events), formatCount(catalog.lost), formatDuration(lasted),
                     capture.isEmpty() ? catalog.capture : capture);
    if (dropped > 0)
        text += RunSummaryText::tr("; the log's limit removed the oldest %1").arg(formatCount(dropped));
    return text + u'\n';
}

} // namespace byteyard::model
