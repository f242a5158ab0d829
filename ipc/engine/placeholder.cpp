#include "ipc/engine/placeholder.h"

#include "ipc/engine/launch_error.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace byteyard::ipc::engine {

namespace {

constexpr std::array<std::string_view, 7> attributes{"path", "fd", "id", "key", "port", "address", "offset"};

} // namespace

std::string expandPlaceholders(const std::string& text, const PlaceholderValue& value)
{
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t brace = text.find('{', at);
        out.append(text, at, brace - at);
        if (brace == std::string::npos)
            break;
        if (text.compare(brace, 2, "{{") == 0) {
            out += '{';
            at = brace + 2;
            continue;
        }
        const std::size_t end = text.find_first_of("{}", brace + 1);
        const bool closes = end != std::string::npos && text[end] == '}';
        const std::string inner = closes ? text.substr(brace + 1, end - brace - 1) : std::string();
        const std::size_t dot = inner.rfind('.');
        const std::string attribute = dot == std::string::npos ? std::string() : inner.substr(dot + 1);
        if (std::find(attributes.begin(), attributes.end(), attribute) == attributes.end()) {
            out += '{';
            at = brace + 1;
            continue;
        }
        const std::optional<std::string> replaced = value(inner.substr(0, dot), attribute);
        if (!replaced)
            throw LaunchError({"placeholder", {{"text", '{' + inner + '}'}}});
        out += *replaced;
        at = end + 1;
    }
    return out;
}

} // namespace byteyard::ipc::engine
