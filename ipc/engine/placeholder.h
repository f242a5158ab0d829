#pragma once

#include <functional>
#include <optional>
#include <string>

namespace byteyard::ipc::engine {

/// The value of {NAME.ATTRIBUTE}; nothing when the name is no node's or has no such attribute now.
using PlaceholderValue =
    std::function<std::optional<std::string>(const std::string& name, const std::string& attribute)>;

/// Replaces {name.path}, {name.fd} and {name.id}; `{{` is a brace, and any other brace stands for itself, so
/// that `awk '{print}'` needs no care. Throws LaunchError (placeholder) when there is no value.
std::string expandPlaceholders(const std::string& text, const PlaceholderValue& value);

} // namespace byteyard::ipc::engine
