#include "ipc/engine/read_rule.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <nlohmann/json.hpp>
#include <span>

namespace byteyard::ipc::engine {

namespace {

constexpr std::size_t maxCalls = 64;
constexpr std::size_t maxPattern = 4096;
constexpr std::int64_t maxErrno = 4095;
constexpr std::int64_t nsInMs = 1'000'000;
constexpr std::int64_t maxDelayMs = 24LL * 3600 * 1000;

struct ActionWord
{
    const char* word;
    RuleAction action;
    std::int64_t least; ///< of its value
    std::int64_t most;
};
constexpr std::array<ActionWord, 6> actionWords = {{
    {"break", RuleAction::Break, 0, 0},
    {"error", RuleAction::Error, 1, maxErrno},
    {"delay", RuleAction::Delay, 1, maxDelayMs},
    {"short", RuleAction::Short, 1, INT32_MAX},
    {"signal", RuleAction::Signal, 1, 64},
    {"close", RuleAction::Close, 0, INT32_MAX},
}};

} // namespace

CallRule readRule(const ObjectReader& message)
{
    CallRule rule;
    rule.rule = static_cast<std::uint32_t>(message.integer("rule", 1, maxNumber));
    rule.process = static_cast<std::uint32_t>(message.integer("process", 0, maxNumber, 0));
    rule.endpoint = static_cast<std::uint32_t>(message.integer("endpoint", 0, maxNumber, 0));
    const nlohmann::json& calls = message.array("calls");
    if (calls.size() > maxCalls)
        message.refuse("calls", "names too many");
    for (const nlohmann::json& each : calls) {
        const auto call = callFromName(checkedText(each, message.place("calls"), maxWord));
        if (!call)
            message.refuse("calls", "names a call that is not known");
        rule.calls.push_back(*call);
    }
    rule.fd = static_cast<int>(message.integer("fd", -1, INT32_MAX, -1));
    rule.atLeast = static_cast<std::uint64_t>(message.integer("atLeast", 0, INT64_MAX, 0));
    if (message.has("error"))
        rule.error = static_cast<int>(message.integer("error", 0, maxErrno));
    const std::string data = decodeBase64(message.text("data", 2 * maxPattern, ""), message.place("data"));
    if (data.size() > maxPattern)
        message.refuse("data", "is too long");
    const std::span<const std::byte> bytes = std::as_bytes(std::span(data));
    rule.data.assign(bytes.begin(), bytes.end());
    rule.after = message.flag("after", false);
    rule.every = static_cast<std::uint32_t>(message.integer("every", 1, INT32_MAX, 1));
    rule.once = message.flag("once", false);

    const std::string word = message.text("action", maxWord);
    const auto* action = std::find_if(actionWords.begin(), actionWords.end(),
                                      [&](const ActionWord& each) { return word == each.word; });
    if (action == actionWords.end())
        message.refuse("action", "is none that is known");
    rule.action = action->action;
    if (action->most > 0)
        rule.value = message.integer("value", action->least, action->most);
    if (rule.action == RuleAction::Delay)
        rule.value *= nsInMs;
    return rule;
}

} // namespace byteyard::ipc::engine
