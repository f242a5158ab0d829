#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace byteyard::ipc::engine {

/// A control message that is not what docs/protocol.md says: final for the session.
class MessageError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

/// The longest kind, id or other word of a message, and the longest path (PATH_MAX without its zero), in
/// bytes.
inline constexpr std::size_t maxWord = 64;
inline constexpr std::size_t maxPath = 4095;
/// The numbers of processes, endpoints and rules are u32.
inline constexpr std::int64_t maxNumber = UINT32_MAX;

/// One JSON object, read with its types and bounds checked. Errors name the member with its place.
class ObjectReader
{
public:
    /// `object` must outlive the reader. Throws MessageError when it is not an object.
    ObjectReader(const nlohmann::json& object, std::string place);

    bool has(const char* key) const;
    /// Without `fallback` the member must be there. A text holds no zero byte and at most `maxSize` bytes.
    std::string text(const char* key, std::size_t maxSize) const;
    std::string text(const char* key, std::size_t maxSize, const char* fallback) const;
    std::int64_t integer(const char* key, std::int64_t minimum, std::int64_t maximum) const;
    std::int64_t integer(const char* key, std::int64_t minimum, std::int64_t maximum,
                         std::int64_t fallback) const;
    double number(const char* key, double minimum, double maximum, double fallback) const;
    bool flag(const char* key, bool fallback) const;
    /// An empty one when it is not there.
    const nlohmann::json& array(const char* key) const;
    const nlohmann::json& object(const char* key) const;
    std::string place(const char* key) const;
    [[noreturn]] void refuse(const char* key, const std::string& what) const;

private:
    const nlohmann::json* find(const char* key) const;

    const nlohmann::json& m_object;
    std::string m_place;
};

/// A text that came as `value`; throws MessageError.
std::string checkedText(const nlohmann::json& value, const std::string& place, std::size_t maxSize);

/// RFC 4648; throws MessageError.
std::string decodeBase64(const std::string& text, const std::string& place);

} // namespace byteyard::ipc::engine
