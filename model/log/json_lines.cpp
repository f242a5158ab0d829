#include "model/log/json_lines.h"

#include "model/log/event_names.h"
#include "model/log/export.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// As a JSON string; what is not UTF-8 becomes U+FFFD.
void appendString(QByteArray& out, QByteArrayView text)
{
    static constexpr char hexDigits[] = "0123456789abcdef";
    const bool ascii =
        std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uchar>(c) < 0x80; });
    QByteArray clean;
    if (!ascii) {
        clean = QString::fromUtf8(text).toUtf8();
        text = clean;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<uchar>(c) < 0x20 || c == 0x7f) {
            out += "\\u00";
            out += hexDigits[static_cast<uchar>(c) >> 4];
            out += hexDigits[static_cast<uchar>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void appendStringOrNull(QByteArray& out, QByteArrayView text)
{
    if (text.isEmpty())
        out += "null";
    else
        appendString(out, text);
}

void appendDescriptor(QByteArray& out, int fd)
{
    out += fd < 0 ? QByteArray("null") : QByteArray::number(fd);
}

} // namespace

NameTable::NameTable(const Catalog& catalog)
{
    m_processes.insert(0, catalog.processName(0).toUtf8());
    for (auto process = catalog.processes.cbegin(); process != catalog.processes.cend(); ++process)
        m_processes.insert(process.key(), catalog.processName(process.key()).toUtf8());
    for (auto endpoint = catalog.endpoints.cbegin(); endpoint != catalog.endpoints.cend(); ++endpoint) {
        m_endpoints.insert(endpoint.key(), catalog.endpointName(endpoint.key()).toUtf8());
        m_kinds.insert(endpoint.key(), endpoint->kind.toUtf8());
    }
}

EventNames NameTable::namesOf(const ipc::EventView& event) const
{
    const auto endpointName = [this](quint32 number) {
        if (number == 0)
            return QByteArray();
        const auto found = m_endpoints.constFind(number);
        return found != m_endpoints.cend() ? *found : Catalog().endpointName(number).toUtf8();
    };
    EventNames names;
    const auto process = m_processes.constFind(event.process);
    names.process = process != m_processes.cend() ? *process : Catalog().processName(event.process).toUtf8();
    if (event.call == ipc::Call::Gap && event.process == 0)
        names.process = QByteArray(); // several
    names.endpoint = endpointName(event.endpoint);
    names.kind = m_kinds.value(event.endpoint);
    names.endpoint2 = endpointName(event.endpoint2);
    names.kind2 = m_kinds.value(event.endpoint2);
    return names;
}

void appendSeconds(QByteArray& out, quint64 ns)
{
    constexpr quint64 nsPerSecond = 1'000'000'000;
    out += QByteArray::number(ns / nsPerSecond);
    quint64 fraction = ns % nsPerSecond;
    if (fraction == 0)
        return;
    std::array<char, 9> digits{};
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, fraction /= 10)
        *digit = static_cast<char>('0' + fraction % 10);
    const auto last = std::find_if(digits.rbegin(), digits.rend(), [](char c) { return c != '0'; });
    out += '.';
    out.append(digits.data(), last.base() - digits.begin());
}

void appendEventJson(QByteArray& out, const ipc::EventView& event, const EventNames& names)
{
    const auto number = [&out](QByteArrayView key, auto value) {
        out += ",\"";
        out += key;
        out += "\":";
        out += QByteArray::number(value);
    };
    out += R"({"type":"event","seq":)";
    out += QByteArray::number(quint64{event.seq});
    out += R"(,"time":)";
    appendSeconds(out, event.time);
    out += R"(,"duration":)";
    appendSeconds(out, event.duration);
    number("pid", event.pid);
    number("tid", event.tid);
    out += R"(,"process":)";
    appendString(out, names.process);
    out += R"(,"call":)";
    appendString(out, bytesOf(ipc::callInfo(event.call).name));
    out += R"(,"fd":)";
    appendDescriptor(out, event.fd);
    if (event.fd2 >= 0)
        number("fd2", event.fd2);
    out += R"(,"endpoint":)";
    appendStringOrNull(out, names.endpoint);
    out += R"(,"kind":)";
    appendStringOrNull(out, names.kind);
    if (event.endpoint2 != 0) {
        out += R"(,"endpoint2":)";
        appendStringOrNull(out, names.endpoint2);
        out += R"(,"kind2":)";
        appendStringOrNull(out, names.kind2);
    }
    number("result", qint64{event.result});
    out += R"(,"error":)";
    appendStringOrNull(out, event.error != 0 ? bytesOf(ipc::errnoName(event.error)) : QByteArrayView());
    number("requested", quint64{event.requested});
    out += R"(,"data":")";
    out += QByteArray::fromRawData(reinterpret_cast<const char*>(event.data.data()),
                                   static_cast<qsizetype>(event.data.size()))
               .toBase64();
    out += R"(","truncated":)";
    out += event.dataState == ipc::DataState::Truncated ? "true" : "false";
    if (event.dataState == ipc::DataState::Unreadable)
        out += R"(,"unreadable":true)";
    out += R"(,"how":")";
    out += bytesOf(howName(event.how));
    out += '"';
    const EventFields fields = fieldsOf(event);
    if (fields.messageType)
        number("message_type", *fields.messageType);
    if (fields.priority)
        number("priority", *fields.priority);
    if (!fields.peer.empty()) {
        out += R"(,"peer":)";
        appendString(out, bytesOf(fields.peer));
    }
    out += R"(,"detail":)";
    appendString(out, bytesOf(event.detail));
    out += '}';
}

QJsonObject sessionObject(const Catalog& catalog)
{
    return {{u"type"_s, u"session"_s},
            {u"format"_s, 1},
            {u"topology"_s, catalog.topology},
            {u"capture"_s, catalog.capture},
            {u"why"_s, catalog.captureWhy},
            {u"started"_s, catalog.started.toUTC().toString(Qt::ISODateWithMs)}};
}

QJsonObject eventObject(const ipc::EventView& event, const Catalog& catalog)
{
    QByteArray text;
    appendEventJson(text, event, NameTable(catalog).namesOf(event));
    return QJsonDocument::fromJson(text).object();
}

QJsonObject summaryObject(const Catalog& catalog)
{
    QJsonArray endpoints;
    const auto ifKnown = [](bool known, quint64 value) { return known ? numberOf(value) : QJsonValue(); };
    for (const EndpointEntry& entry : catalog.sortedEndpoints())
        endpoints.append(
            QJsonObject{{u"name"_s, catalog.endpointName(entry.number)},
                        {u"kind"_s, entry.kind},
                        {u"bytes_in"_s, ifKnown(bytesKnown(entry), entry.totals.bytesIn)},
                        {u"bytes_out"_s, ifKnown(bytesKnown(entry), entry.totals.bytesOut)},
                        {u"messages_in"_s, ifKnown(entry.messagesKnown, entry.totals.messagesIn)},
                        {u"messages_out"_s, ifKnown(entry.messagesKnown, entry.totals.messagesOut)},
                        {u"capture"_s, entry.capture}});
    QJsonArray processes;
    for (const ProcessEntry& entry : catalog.sortedProcesses()) {
        QJsonObject process{{u"name"_s, catalog.processName(entry.number)},
                            {u"pid"_s, entry.pid},
                            {u"exit_code"_s, entry.exitCode ? QJsonValue(*entry.exitCode) : QJsonValue()},
                            {u"signal"_s, entry.signal.isEmpty() ? QJsonValue() : QJsonValue(entry.signal)}};
        if (entry.attached)
            process.insert(u"attached"_s, true);
        processes.append(process);
    }
    return {{u"type"_s, u"summary"_s},
            {u"lost"_s, numberOf(catalog.lost)},
            {u"events"_s, numberOf(catalog.events)},
            {u"endpoints"_s, endpoints},
            {u"processes"_s, processes}};
}

} // namespace byteyard::model
