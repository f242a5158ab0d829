// An engine that goes wrong in one chosen way, or (talk) plays a short run without any process. It speaks
// docs/protocol.md.
#include "ipc/capture/event.h"
#include "ipc/wire/event_record.h"
#include "ipc/wire/frame.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

using namespace byteyard::ipc;

namespace {

std::vector<std::byte> outgoing;

void send(std::size_t most = SIZE_MAX)
{
    const std::size_t size = std::min(most, outgoing.size());
    for (std::size_t done = 0; done < size;) {
        const ssize_t part = ::write(STDOUT_FILENO, outgoing.data() + done, size - done);
        if (part < 0)
            _exit(0);
        done += static_cast<std::size_t>(part);
    }
    outgoing.clear();
}

void say(std::string_view json)
{
    wire::appendControl(json, outgoing);
    send();
}

void sayMagic()
{
    for (const char c : wire::magic)
        outgoing.push_back(static_cast<std::byte>(c));
}

void sayHello(std::uint32_t version)
{
    sayMagic();
    say(R"({"type":"hello","version":)" + std::to_string(version) + R"(,"pid":)" + std::to_string(getpid()) +
        R"(,"keeper":)" + std::to_string(getpid()) +
        R"(,"captures":[{"mode":"ptrace","available":true,"why":""},{"mode":"ebpf","available":false,"why":"no CAP_BPF"}]})");
}

void sayRunStarted()
{
    say(R"({"type":"run-started","started":"2026-01-02T03:04:05.123456789Z","monotonic":1,"directory":"/tmp","capture":"ptrace","why":"eBPF needs CAP_BPF"})");
}

void sayEvent(std::uint64_t seq, std::uint32_t process, Call call, std::uint32_t endpoint,
              std::int64_t result)
{
    Event event;
    event.seq = seq;
    event.time = seq * 1'000'000;
    event.process = process;
    event.pid = event.tid = static_cast<std::int32_t>(1000 + process);
    event.call = call;
    event.fd = call == Call::Write ? 1 : 0;
    event.endpoint = endpoint;
    event.result = result;
    event.requested = 4096;
    std::vector<std::byte> record;
    wire::appendRecord(event, record);
    wire::appendFrame(wire::FrameKind::Events, record, outgoing);
    send();
}

void sayEnd(std::string_view reason = "all-exited", int failed = 0)
{
    say(R"({"type":"run-ended","lost":0,"reason":")" + std::string(reason) + R"(","failedToStart":)" +
        std::to_string(failed) + "}");
}

/// A writer (node "a") that fills a pipe (node "p") whose reader (node "b") is stopped.
void sayStuckPipe()
{
    say(R"({"type":"endpoint","endpoint":1,"node":"p","kind":"pipe","name":"p","state":"live","inode":48211,"capacity":65536})");
    say(R"({"type":"process","process":1,"node":"a","parent":0,"pid":122,"name":"yes","argv":["yes"],"state":"running","time":1})");
    say(R"({"type":"process","process":2,"node":"b","parent":0,"pid":123,"name":"wc","argv":["wc"],"state":"stopped","time":1})");
    say(R"({"type":"edge","process":1,"endpoint":1,"fd":1,"access":"write","open":true})");
    say(R"({"type":"edge","process":2,"endpoint":1,"fd":0,"access":"read","open":true})");
    sayEvent(1, 1, Call::Write, 1, 65536);
    say(R"({"type":"sample","time":2000000,"endpoints":[{"endpoint":1,"fill":65536,"capacity":65536,"writeBlocks":true}]})");
    say(R"({"type":"blocked","process":1,"tid":122,"call":"write","fd":1,"endpoint":1,"requested":4096,"since":1000000,"detail":"","how":"exact"})");
}

void sayOutput(std::uint32_t process, std::string_view text)
{
    std::vector<std::byte> payload(16);
    std::memcpy(payload.data(), &process, sizeof process);
    payload[4] = std::byte{1};
    for (const char c : text)
        payload.push_back(static_cast<std::byte>(c));
    wire::appendFrame(wire::FrameKind::Output, payload, outgoing);
    send();
}

std::string nextMessage(wire::FrameReader& reader)
{
    wire::Frame frame;
    while (!reader.next(frame)) {
        const auto room = reader.writable();
        const ssize_t size = ::read(STDIN_FILENO, room.data(), room.size());
        if (size <= 0)
            _exit(0);
        reader.commit(static_cast<std::size_t>(size));
    }
    return {reinterpret_cast<const char*>(frame.payload.data()), frame.payload.size()};
}

void waitFor(wire::FrameReader& reader, std::string_view type)
{
    while (nextMessage(reader).find("\"type\":\"" + std::string(type) + '"') == std::string::npos) {
    }
}

[[noreturn]] void hang()
{
    for (;;)
        pause();
}

void beforeRun(std::string_view mode)
{
    if (mode == "garbage") {
        for (const char c : std::string_view("Welcome to this host!\n"))
            outgoing.push_back(static_cast<std::byte>(c));
        send();
        hang();
    }
    if (mode == "silent")
        hang();
    if (mode == "exits") {
        std::fputs("byteyard-engine: the moon is in the wrong phase\n", stderr);
        _exit(3);
    }
    if (mode == "half-hello") {
        sayMagic();
        wire::appendControl(R"({"type":"hello","version":)" + std::to_string(wire::protocolVersion) + "}",
                            outgoing);
        send(20);
        hang();
    }
    if (mode == "version") {
        sayHello(7);
        hang();
    }
}

void duringRun(std::string_view mode, wire::FrameReader& reader)
{
    sayRunStarted();
    if (mode == "dies")
        raise(SIGKILL);
    if (mode == "cut") {
        wire::appendControl(R"({"type":"lost","count":1})", outgoing);
        send(9);
        _exit(0);
    }
    if (mode == "unknown-type")
        say(R"({"type":"surprise"})");
    if (mode == "wrong-type")
        say(R"({"type":"lost","count":"many"})");
    if (mode == "no-json")
        say("{{{{");
    if (mode == "long-frame") {
        outgoing.assign(5, std::byte{0x7f});
        send();
    }
    if (mode == "broken-record") {
        wire::appendFrame(wire::FrameKind::Events, std::array<std::byte, 96>{}, outgoing);
        send();
    }
    if (mode == "stuck" || mode == "ignores-stop") {
        sayStuckPipe();
        waitFor(reader, mode == "stuck" ? "stop" : "never");
        sayEnd("stopped");
    }
    if (mode == "talks") {
        sayStuckPipe();
        sayEvent(2, 2, Call::Read, 1, 4096);
        say(R"({"type":"unblocked","tid":122})");
        sayOutput(2, "42\r\n");
        say(R"({"type":"error","code":"capacity","parameters":{"requested":"1","errno":"EBUSY"},"node":"p"})");
        say(R"({"type":"edge","process":1,"endpoint":1,"fd":1,"access":"write","open":false})");
        say(R"({"type":"process","process":1,"node":"a","pid":122,"name":"yes","state":"killed","signal":"SIGPIPE","time":3000000})");
        say(R"({"type":"process","process":2,"node":"b","pid":123,"name":"wc","state":"exited","exitCode":0,"time":4000000})");
        sayEnd();
    }
    if (mode == "events-after-end") {
        sayEnd();
        sayEvent(1, 1, Call::Write, 1, 1);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view mode = argc > 1 ? argv[1] : "talks";
    beforeRun(mode);
    wire::FrameReader reader;
    sayHello(wire::protocolVersion);
    for (;;) {
        waitFor(reader, "run");
        duringRun(mode, reader);
    }
}
