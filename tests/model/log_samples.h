#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"

#include <QJsonArray>
#include <QString>

#include <cstring>

namespace byteyard::model::samples {

inline std::vector<std::byte> bytes(std::string_view text)
{
    std::vector<std::byte> out(text.size());
    if (!text.empty())
        std::memcpy(out.data(), text.data(), text.size());
    return out;
}

/// A write of `size` bytes by process 1 into endpoint 1, or a read of them by process 2.
inline ipc::Event transfer(quint64 seq, ipc::Call call, std::string_view text)
{
    const bool writes = ipc::callInfo(call).flow == ipc::Flow::In;
    ipc::Event event;
    event.seq = seq;
    event.time = seq * 1000 + 456;
    event.duration = 1200;
    event.process = writes ? 1 : 2;
    event.pid = writes ? 4711 : 4712;
    event.tid = event.pid;
    event.call = call;
    event.fd = writes ? 1 : 0;
    event.endpoint = 1;
    event.result = static_cast<qint64>(text.size());
    event.requested = writes ? text.size() : 4096;
    event.dataState = ipc::DataState::Complete;
    event.bytes = bytes(text);
    return event;
}

inline ipc::Event failure(quint64 seq, int error)
{
    ipc::Event event = transfer(seq, ipc::Call::Read, "");
    event.result = -1;
    event.error = error;
    event.dataState = ipc::DataState::None;
    return event;
}

/// `ls | grep` over one pipe, with one file.
inline Catalog catalog()
{
    Catalog c;
    ProcessEntry ls;
    ls.number = 1;
    ls.node = QStringLiteral("ls");
    ls.name = QStringLiteral("ls");
    ls.argv = {QStringLiteral("ls"), QStringLiteral("-l a b=c%")};
    ls.pid = 4711;
    ls.state = QStringLiteral("exited");
    ls.exitCode = 0;
    ProcessEntry grep;
    grep.number = 2;
    grep.parent = 1;
    grep.node = QStringLiteral("grep-1");
    grep.name = QStringLiteral("grep \".txt\"");
    grep.argv = {QStringLiteral("grep"), QStringLiteral(".txt")};
    grep.pid = 4712;
    grep.state = QStringLiteral("killed");
    grep.signal = QStringLiteral("SIGPIPE");
    c.processes = {{1, ls}, {2, grep}};
    EndpointEntry pipe;
    pipe.number = 1;
    pipe.node = QStringLiteral("pipe");
    pipe.kind = QStringLiteral("pipe");
    pipe.name = QStringLiteral("my pipe");
    pipe.state = QStringLiteral("live");
    pipe.inode = 48211;
    EndpointEntry file;
    file.number = 7;
    file.node = QStringLiteral("out");
    file.kind = QStringLiteral("file");
    file.name = QStringLiteral("öut");
    file.state = QStringLiteral("live");
    file.inode = 0xFFFF'FFFF'FFFF'FFF1ull;
    file.path = QStringLiteral("/tmp/a b/öut");
    c.endpoints = {{1, pipe}, {7, file}};
    c.topology = {{QStringLiteral("format"), 1}, {QStringLiteral("title"), QStringLiteral("A pipeline")}};
    c.started = QDateTime::fromString(QStringLiteral("2026-03-01T10:20:30.123Z"), Qt::ISODateWithMs);
    c.capture = QStringLiteral("ptrace");
    c.reason = QStringLiteral("all-exited");
    return c;
}

inline void append(EventStore& store, const ipc::Event& event)
{
    store.append(event.view());
}

} // namespace byteyard::model::samples
