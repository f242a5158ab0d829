#include "model/log/html_report.h"

#include "model/log/event_names.h"
#include "model/log/format.h"
#include "model/log/markup.h"
#include "model/log/topology_picture.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct ReportText
{
    Q_DECLARE_TR_FUNCTIONS(HtmlReport)
};

constexpr int dataCharacters = 120;

constexpr QByteArrayView style =
    "body{font:14px/1.45 sans-serif;color:#1b2430;background:#f3f5f8;margin:24px auto;max-width:1200px;"
    "padding:0 16px}h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}"
    "p{margin:4px 0;color:#4a5565}.picture{background:#fff;border:1px solid #dfe4eb;border-radius:8px;"
    "overflow:auto;padding:8px}table{border-collapse:collapse;width:100%;background:#fff}"
    "th,td{text-align:left;padding:3px 10px;border-bottom:1px solid #e6eaf0;vertical-align:top}"
    "th{background:#eef1f5;position:sticky;top:0}td{font-family:monospace;font-size:12.5px}"
    ".n{text-align:right;white-space:nowrap}.e{background:#f9e9e6}.d{word-break:break-all}";

/// A row of cells; those of `right` are numbers.
QByteArray row(const QStringList& cells, const QList<int>& right, QByteArrayView tag = "td",
               QByteArrayView rowClass = {})
{
    QByteArray out =
        rowClass.isEmpty() ? QByteArray("<tr>") : "<tr class=\"" + rowClass.toByteArray() + "\">";
    for (qsizetype i = 0; i < cells.size(); ++i) {
        out += '<' + tag.toByteArray();
        if (right.contains(static_cast<int>(i)))
            out += " class=\"n\"";
        out += '>' + escapedMarkup(cells.at(i)) + "</" + tag.toByteArray() + '>';
    }
    return out + "</tr>\n";
}

/// "12 KiB", "≥ 12 KiB" when only so much was seen, nothing when it is not known.
QString bytesText(const EndpointEntry& endpoint, quint64 bytes)
{
    if (!bytesKnown(endpoint))
        return {};
    return endpoint.capture == "exact"_L1 ? formatBytes(bytes) : u"≥ "_s + formatBytes(bytes);
}

/// What a table has left out.
QByteArray moreOf(qsizetype count)
{
    if (count <= HtmlReport::partsMost)
        return {};
    return "<p>" +
           escapedMarkup(ReportText::tr("%1 more are not in this page; export JSON Lines for all.")
                             .arg(formatCount(static_cast<quint64>(count - HtmlReport::partsMost)))) +
           "</p>\n";
}

} // namespace

HtmlReport::HtmlReport(const Catalog& catalog) : m_catalog(catalog) {}

void HtmlReport::begin()
{
    const QString title = m_catalog.topology.value(u"title"_s).toString();
    const QByteArray name = escapedMarkup(title.isEmpty() ? ReportText::tr("A run") : title);
    m_buffer +=
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><title>" + name +
        "</title><style>" + style.toByteArray() + "</style></head>\n<body><h1>" + name + "</h1>\n<p>" +
        escapedMarkup(
            ReportText::tr("%1 · capture: %2 · %3 events, %4 lost")
                .arg(m_catalog.started.toString(Qt::ISODate),
                     m_catalog.capture +
                         (m_catalog.captureWhy.isEmpty() ? QString() : u" ("_s + m_catalog.captureWhy + u')'),
                     formatCount(m_catalog.events), formatCount(m_catalog.lost))) +
        "</p>\n";
    if (const QByteArray picture = topologyPicture(m_catalog); !picture.isEmpty())
        m_buffer += "<div class=\"picture\">\n" + picture + "</div>\n";

    m_buffer += "<h2>" + escapedMarkup(ReportText::tr("Processes")) + "</h2>\n<table>";
    m_buffer += row({ReportText::tr("Process"), ReportText::tr("Pid"), ReportText::tr("Started by"),
                     ReportText::tr("End"), ReportText::tr("Read"), ReportText::tr("Written"),
                     ReportText::tr("Command")},
                    {1, 4, 5}, "th");
    const QList<ProcessEntry> processes = m_catalog.sortedProcesses();
    for (const ProcessEntry& each : processes.first(std::min(partsMost, processes.size())))
        m_buffer += row({m_catalog.processName(each.number), QString::number(each.pid),
                         each.parent == 0 ? QString() : m_catalog.processName(each.parent), formatEnd(each),
                         formatBytes(each.bytesRead), formatBytes(each.bytesWritten), each.argv.join(u' ')},
                        {1, 4, 5});
    m_buffer += "</table>\n" + moreOf(processes.size()) + "<h2>" +
                escapedMarkup(ReportText::tr("Endpoints")) + "</h2>\n<table>";
    m_buffer += row({ReportText::tr("Endpoint"), ReportText::tr("Kind"), ReportText::tr("In"),
                     ReportText::tr("Out"), ReportText::tr("Known")},
                    {2, 3}, "th");
    const QList<EndpointEntry> endpoints = m_catalog.sortedEndpoints();
    for (const EndpointEntry& each : endpoints.first(std::min(partsMost, endpoints.size())))
        m_buffer += row({m_catalog.endpointName(each.number), each.kind, bytesText(each, each.totals.bytesIn),
                         bytesText(each, each.totals.bytesOut), each.capture},
                        {2, 3});
    m_buffer += "</table>\n" + moreOf(endpoints.size()) + "<h2>" + escapedMarkup(ReportText::tr("Calls")) +
                "</h2>\n<table>";
    m_buffer += row({ReportText::tr("No."), ReportText::tr("Time"), ReportText::tr("Process"),
                     ReportText::tr("Call"), ReportText::tr("Endpoint"), ReportText::tr("Result"),
                     ReportText::tr("Took"), ReportText::tr("How"), ReportText::tr("Data")},
                    {0, 1, 6}, "th");
}

void HtmlReport::event(const ipc::EventView& event)
{
    if (++m_rows > rowsMost)
        return;
    const quint32 endpoint = event.endpoint != 0 ? event.endpoint : event.endpoint2;
    m_buffer +=
        row({QString::number(event.seq), formatTime(event.time),
             u"%1 %2"_s.arg(m_catalog.processName(event.process)).arg(event.pid), formatCall(event),
             endpoint == 0 ? QString() : m_catalog.endpointName(endpoint), formatResult(event),
             event.duration > 0 ? formatDuration(event.duration) : QString(),
             QString::fromLatin1(bytesOf(howName(event.how))), formatData(event.data, dataCharacters)},
            {0, 1, 6}, "td", event.error != 0 ? "e" : QByteArrayView());
}

void HtmlReport::end(quint64 exported, quint64 dropped)
{
    m_buffer += "</table>\n";
    const auto say = [this](const QString& words) { m_buffer += "<p>" + escapedMarkup(words) + "</p>\n"; };
    if (exported > rowsMost)
        say(ReportText::tr("%1 more calls are not in this page; export JSON Lines or CSV for all.")
                .arg(formatCount(exported - rowsMost)));
    if (dropped > 0)
        say(ReportText::tr("The oldest %1 events had been removed: the log keeps a bounded number.")
                .arg(formatCount(dropped)));
    m_buffer += "</body></html>\n";
}

} // namespace byteyard::model
