#include "ipc/engine/message.h"

#include <array>

namespace byteyard::ipc::engine {

using nlohmann::json;

ObjectReader::ObjectReader(const json& object, std::string place)
    : m_object(object), m_place(std::move(place))
{
    if (!object.is_object())
        throw MessageError(m_place + " is not an object");
}

bool ObjectReader::has(const char* key) const
{
    return find(key) != nullptr;
}

std::string ObjectReader::text(const char* key, std::size_t maxSize) const
{
    const json* value = find(key);
    if (!value)
        refuse(key, "is missing");
    return checkedText(*value, place(key), maxSize);
}

std::string ObjectReader::text(const char* key, std::size_t maxSize, const char* fallback) const
{
    return has(key) ? text(key, maxSize) : std::string(fallback);
}

std::int64_t ObjectReader::integer(const char* key, std::int64_t minimum, std::int64_t maximum) const
{
    const json* value = find(key);
    if (!value)
        refuse(key, "is missing");
    if (!value->is_number_integer())
        refuse(key, "is not a whole number");
    const bool fits = value->is_number_unsigned()
                          ? value->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX)
                          : true;
    const std::int64_t number = fits ? value->get<std::int64_t>() : INT64_MAX;
    if (!fits || number < minimum || number > maximum)
        refuse(key, "is not within " + std::to_string(minimum) + " and " + std::to_string(maximum));
    return number;
}

std::int64_t ObjectReader::integer(const char* key, std::int64_t minimum, std::int64_t maximum,
                                   std::int64_t fallback) const
{
    return has(key) ? integer(key, minimum, maximum) : fallback;
}

double ObjectReader::number(const char* key, double minimum, double maximum, double fallback) const
{
    const json* value = find(key);
    if (!value)
        return fallback;
    if (!value->is_number())
        refuse(key, "is not a number");
    const auto number = value->get<double>();
    if (!(number >= minimum && number <= maximum))
        refuse(key, "is out of bounds");
    return number;
}

bool ObjectReader::flag(const char* key, bool fallback) const
{
    const json* value = find(key);
    if (!value)
        return fallback;
    if (!value->is_boolean())
        refuse(key, "is neither true nor false");
    return value->get<bool>();
}

const json& ObjectReader::array(const char* key) const
{
    static const json empty = json::array();
    const json* value = find(key);
    if (!value)
        return empty;
    if (!value->is_array())
        refuse(key, "is not an array");
    return *value;
}

const json& ObjectReader::object(const char* key) const
{
    static const json empty = json::object();
    const json* value = find(key);
    if (!value)
        return empty;
    if (!value->is_object())
        refuse(key, "is not an object");
    return *value;
}

std::string ObjectReader::place(const char* key) const
{
    return m_place.empty() ? std::string(key) : m_place + '.' + key;
}

void ObjectReader::refuse(const char* key, const std::string& what) const
{
    throw MessageError(place(key) + ' ' + what);
}

const json* ObjectReader::find(const char* key) const
{
    const auto found = m_object.find(key);
    return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

std::string checkedText(const json& value, const std::string& place, std::size_t maxSize)
{
    if (!value.is_string())
        throw MessageError(place + " is not a text");
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > maxSize)
        throw MessageError(place + " is longer than " + std::to_string(maxSize) + " bytes");
    if (text.find('\0') != std::string::npos)
        throw MessageError(place + " holds a zero byte");
    return text;
}

std::string decodeBase64(const std::string& text, const std::string& place)
{
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == '=') {
            ++padding;
            continue;
        }
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos || padding > 0)
            throw MessageError(place + " is not base64");
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xFF);
        }
    }
    if (text.size() % 4 != 0 || padding > 2)
        throw MessageError(place + " is not base64");
    return bytes;
}

} // namespace byteyard::ipc::engine
