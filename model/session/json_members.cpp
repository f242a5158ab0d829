#include "model/session/json_members.h"

#include <algorithm>

namespace byteyard::model::protocol {

using namespace Qt::StringLiterals;

namespace {

bool isNumbers(const QJsonValue& value)
{
    const QJsonArray list = value.toArray();
    return value.isArray() &&
           std::all_of(list.begin(), list.end(), [](const QJsonValue& each) { return each.isDouble(); });
}

} // namespace

void Members::wrong(const QString& key)
{
    if (m_fault.isEmpty())
        m_fault = u"member \"%1\" of \"%2\" is missing or wrong"_s.arg(key, m_type);
}

QString Members::text(const QString& key)
{
    const QJsonValue value = take(key);
    if (!value.isString() && !value.isUndefined())
        wrong(key);
    return value.toString();
}

QString Members::neededText(const QString& key, const QStringList& allowed)
{
    const QString value = text(key);
    if (value.isEmpty() || (!allowed.isEmpty() && !allowed.contains(value)))
        wrong(key);
    return value;
}

QStringList Members::texts(const QString& key)
{
    QStringList list;
    const QJsonArray values = array(key);
    for (const QJsonValue& value : values) {
        if (!value.isString())
            wrong(key);
        list.append(value.toString());
    }
    return list;
}

bool Members::flag(const QString& key)
{
    const QJsonValue value = take(key);
    if (!value.isBool() && !value.isUndefined())
        wrong(key);
    return value.toBool();
}

QByteArray Members::base64(const QString& key)
{
    const auto decoded =
        QByteArray::fromBase64Encoding(text(key).toLatin1(), QByteArray::AbortOnBase64DecodingErrors);
    if (!decoded)
        wrong(key);
    return *decoded;
}

qint64 Members::integer(const QString& key, qint64 minimum, qint64 maximum, qint64 fallback)
{
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return fallback;
    // A number over 2^63 reads as a double, and so does a fraction: neither is anything that an engine
    // counts.
    const qint64 integer = value.toInteger(std::numeric_limits<qint64>::min());
    if (!value.isDouble() || integer < minimum || integer > maximum) {
        wrong(key);
        return fallback;
    }
    return integer;
}

quint64 Members::identity(const QString& key)
{
    const QJsonValue value = take(key);
    if (!value.isUndefined() && !value.isDouble())
        wrong(key);
    return static_cast<quint64>(std::max<qint64>(0, value.toInteger(0)));
}

quint32 Members::reference(const QString& key, bool needed)
{
    const auto value = number<quint32>(key, 0, std::numeric_limits<quint32>::max());
    if (needed && value == 0)
        wrong(key);
    return value;
}

QHash<QString, QString> Members::parameters(const QString& key)
{
    QHash<QString, QString> result;
    const QJsonValue value = take(key);
    if (!value.isObject() && !value.isUndefined())
        wrong(key);
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!it.value().isString())
            wrong(key);
        result.insert(it.key(), it.value().toString());
    }
    return result;
}

std::optional<QJsonObject> Members::facts(const QString& key)
{
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return std::nullopt;
    const QJsonObject object = value.toObject();
    bool good = value.isObject() && object.size() <= 64;
    for (const auto& fact : object)
        good = good && (fact.isDouble() || fact.isString() || isNumbers(fact));
    if (!good)
        wrong(key);
    return object;
}

std::optional<ErrorInfo> Members::error()
{
    const QString key = u"error"_s;
    const QJsonValue value = take(key);
    if (value.isUndefined())
        return std::nullopt;
    if (!value.isObject()) {
        wrong(key);
        return std::nullopt;
    }
    Members inner(value.toObject(), m_type + u'.' + key, m_fault);
    return ErrorInfo{inner.neededText(u"code"_s), inner.parameters(u"parameters"_s)};
}

/// Null counts as absent.
QJsonValue Members::take(const QString& key) const
{
    const QJsonValue value = m_object.value(key);
    return value.isNull() ? QJsonValue(QJsonValue::Undefined) : value;
}

QJsonArray Members::array(const QString& key)
{
    const QJsonValue value = take(key);
    if (!value.isArray() && !value.isUndefined())
        wrong(key);
    return value.toArray();
}

} // namespace byteyard::model::protocol
