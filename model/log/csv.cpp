#include "model/log/csv.h"

#include "model/log/event_names.h"

#include <algorithm>
#include <string_view>

namespace byteyard::model {

namespace {

constexpr QByteArrayView header = "type,seq,time,duration,pid,tid,process,call,fd,fd2,endpoint,kind,"
                                  "endpoint2,kind2,result,error,requested,data,"
                                  "data_state,how,message_type,priority,peer,detail\r\n";
constexpr std::string_view needQuotes = "\",\r\n";

void appendField(QByteArray& out, QByteArrayView field)
{
    if (std::none_of(field.begin(), field.end(),
                     [](char c) { return needQuotes.find(c) != std::string_view::npos; })) {
        out += field;
        return;
    }
    out += '"';
    for (const char c : field) {
        if (c == '"')
            out += '"';
        out += c;
    }
    out += '"';
}

} // namespace

void appendCsvHeader(QByteArray& out)
{
    out += header;
}

void appendEventCsv(QByteArray& out, const ipc::EventView& event, const EventNames& names)
{
    const auto field = [&out](QByteArrayView text) {
        out += ',';
        appendField(out, text);
    };
    const auto number = [&out](auto value) {
        out += ',';
        out += QByteArray::number(value);
    };
    const auto descriptor = [&out](int fd) {
        out += ',';
        if (fd >= 0)
            out += QByteArray::number(fd);
    };
    out += "event";
    number(quint64{event.seq});
    out += ',';
    appendSeconds(out, event.time);
    out += ',';
    appendSeconds(out, event.duration);
    number(event.pid);
    number(event.tid);
    field(names.process);
    field(bytesOf(ipc::callInfo(event.call).name));
    descriptor(event.fd);
    descriptor(event.fd2);
    field(names.endpoint);
    field(names.kind);
    field(names.endpoint2);
    field(names.kind2);
    number(qint64{event.result});
    field(event.error != 0 ? bytesOf(ipc::errnoName(event.error)) : QByteArrayView());
    number(quint64{event.requested});
    out += ',';
    out += QByteArray::fromRawData(reinterpret_cast<const char*>(event.data.data()),
                                   static_cast<qsizetype>(event.data.size()))
               .toBase64();
    field(bytesOf(dataStateName(event.dataState)));
    field(bytesOf(howName(event.how)));
    const EventFields fields = fieldsOf(event);
    for (const std::optional<qint64>& each : {fields.messageType, fields.priority}) {
        out += ',';
        if (each)
            out += QByteArray::number(*each);
    }
    field(bytesOf(fields.peer));
    field(bytesOf(event.detail));
    out += "\r\n";
}

void appendCsvLost(QByteArray& out, quint64 lost, quint64 dropped)
{
    if (lost == 0 && dropped == 0)
        return;
    out += "lost";
    out.append(std::count(header.begin(), header.end(), ','), ',');
    out += "lost=" + QByteArray::number(lost) + " dropped=" + QByteArray::number(dropped) + "\r\n";
}

} // namespace byteyard::model
