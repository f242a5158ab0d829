#include "model/topology/topology.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

#include <cmath>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct PropertyText
{
    Q_DECLARE_TR_FUNCTIONS(Property)
};

constexpr qsizetype maxTextBytes = 4095;         ///< PATH_MAX without its zero
constexpr qsizetype maxArgumentBytes = 131071;   ///< MAX_ARG_STRLEN of execve(2), without its zero
constexpr qsizetype maxArgumentsBytes = 1 << 20; ///< all of a command's arguments, and all of its environment
constexpr double maxStartSeconds = 86400;
constexpr qsizetype maxIntegers = 32000; ///< SEMMSL of semget(2)
constexpr qsizetype maxScriptBytes = 64 << 10;
constexpr qsizetype maxFields = 32;

bool isWhole(const QJsonValue& value, qint64 minimum, qint64 maximum)
{
    const double number = value.toDouble(-1);
    return value.isDouble() && std::isfinite(number) && number == std::floor(number) &&
           number >= static_cast<double>(minimum) && number <= static_cast<double>(maximum);
}

QString textFault(const QString& text)
{
    if (text.contains(QChar(u'\0')))
        return PropertyText::tr("holds a zero character, which no C string can");
    if (!text.isValidUtf16())
        return PropertyText::tr("is no valid text");
    if (text.toUtf8().size() > maxTextBytes)
        return PropertyText::tr("is longer than %1 bytes").arg(maxTextBytes);
    return {};
}

/// A string that execve(2) gets: adds its size to `total`.
QString argumentFault(const QString& text, qsizetype& total)
{
    if (text.contains(QChar(u'\0')))
        return PropertyText::tr("holds a zero character, which no argument can");
    if (!text.isValidUtf16())
        return PropertyText::tr("holds no valid text");
    const qsizetype bytes = text.toUtf8().size();
    total += bytes + 1;
    if (bytes > maxArgumentBytes)
        return PropertyText::tr("holds a string longer than the %1 bytes that execve(2) takes")
            .arg(maxArgumentBytes);
    if (total > maxArgumentsBytes)
        return PropertyText::tr("is longer than 1 MiB in all");
    return {};
}

QString argumentsFault(const QJsonValue& value)
{
    if (!value.isArray())
        return PropertyText::tr("is not an array of strings");
    qsizetype total = 0;
    const QJsonArray array = value.toArray();
    for (const auto& item : array) {
        if (!item.isString())
            return PropertyText::tr("is not an array of strings");
        if (const QString fault = argumentFault(item.toString(), total); !fault.isEmpty())
            return fault;
    }
    return {};
}

QString environmentFault(const QJsonValue& value)
{
    if (!value.isObject())
        return PropertyText::tr("is not an object of strings");
    qsizetype total = 0;
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString key = it.key();
        if (key.isEmpty() || key.contains(u'='))
            return PropertyText::tr("holds a variable whose name is empty or has a “=”");
        if (!it.value().isString())
            return PropertyText::tr("is not an object of strings");
        if (const QString fault = argumentFault(key, total); !fault.isEmpty())
            return fault;
        if (const QString fault = argumentFault(it.value().toString(), total); !fault.isEmpty())
            return fault;
    }
    return {};
}

QString startFault(const QJsonValue& value)
{
    const QJsonObject start = value.toObject();
    const QString when = start.value("when"_L1).toString();
    qsizetype members = 1;
    if (when == "after"_L1) {
        const QJsonValue seconds = start.value("seconds"_L1);
        const double number = seconds.toDouble(-1);
        if (!seconds.isDouble() || !std::isfinite(number) || number < 0 || number > maxStartSeconds)
            return PropertyText::tr("needs “seconds” from 0 to %1").arg(maxStartSeconds);
        ++members;
    } else if (when == "runs"_L1 || when == "listens"_L1 || when == "exits"_L1) {
        const QString node = start.value("node"_L1).toString();
        if (node.isEmpty() || node.size() > maxIdLength)
            return PropertyText::tr("needs “node”, the id of the process to wait for");
        ++members;
    } else if (when != "at-once"_L1 && when != "by-hand"_L1) {
        return PropertyText::tr("needs “when”: at-once, after, runs, listens, exits or by-hand");
    }
    return start.size() == members ? QString()
                                   : PropertyText::tr("has a member that does not belong to “%1”").arg(when);
}

QString targetFault(const QJsonValue& value)
{
    const QString text = value.toString();
    if (text == "output"_L1 || text == "null"_L1)
        return {};
    if (!text.startsWith("file:"_L1) || text.size() == 5)
        return PropertyText::tr("is not “output”, “null” or “file:PATH”");
    return textFault(text);
}

QString modeFault(const QJsonValue& value)
{
    const QString mode = value.toString();
    const bool ok = mode.size() == 4 && mode.startsWith(u'0') &&
                    std::all_of(mode.begin(), mode.end(), [](QChar c) { return c >= u'0' && c <= u'7'; });
    return ok ? QString() : PropertyText::tr("is not a mode such as “0600”");
}

QString flagsFault(const QJsonValue& value, const QStringList& choices)
{
    const QString wrong = PropertyText::tr("is not an array of some of %1").arg(choices.join(", "_L1));
    if (!value.isArray())
        return wrong;
    QStringList seen;
    const QJsonArray array = value.toArray();
    for (const auto& item : array) {
        if (!choices.contains(item.toString()))
            return wrong;
        if (seen.contains(item.toString()))
            return PropertyText::tr("names %1 twice").arg(item.toString());
        seen.append(item.toString());
    }
    return {};
}

/// An array of whole numbers; a set of semaphores, say.
QString integersFault(const QJsonValue& value, qint64 minimum, qint64 maximum)
{
    const QString wrong = PropertyText::tr("is not an array of 1 to %1 whole numbers from %2 to %3")
                              .arg(maxIntegers)
                              .arg(minimum)
                              .arg(maximum);
    const QJsonArray array = value.toArray();
    if (array.isEmpty() || array.size() > maxIntegers)
        return wrong;
    for (const auto& item : array)
        if (!isWhole(item, minimum, maximum))
            return wrong;
    return {};
}

QString scriptFault(const QString& text)
{
    if (text.contains(QChar(u'\0')))
        return PropertyText::tr("holds a zero character");
    if (!text.isValidUtf16())
        return PropertyText::tr("is no valid text");
    if (text.toUtf8().size() > maxScriptBytes)
        return PropertyText::tr("is longer than 64 KiB");
    return {};
}

QString fieldsFault(const QJsonValue& value)
{
    const QJsonObject object = value.toObject();
    if (!value.isObject() || object.size() > maxFields)
        return PropertyText::tr("is not an object of at most %1 numbers and texts").arg(maxFields);
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!isHandlePort(it.key()))
            return PropertyText::tr("holds a field whose name is not of a–z, 0–9 and _");
        if (!it.value().isDouble() && !it.value().isString())
            return PropertyText::tr("holds “%1”, which is neither a number nor a text").arg(it.key());
        if (const QString fault = it.value().isString() ? textFault(it.value().toString()) : QString();
            !fault.isEmpty())
            return fault;
    }
    return {};
}

} // namespace

QString PropertySpec::fault(const QJsonValue& value) const
{
    switch (type) {
    case Type::Text:
        return value.isString() ? textFault(value.toString()) : PropertyText::tr("is not a text");
    case Type::Arguments:
        return argumentsFault(value);
    case Type::Environment:
        return environmentFault(value);
    case Type::Integer:
        return isWhole(value, minimum, maximum)
                   ? QString()
                   : PropertyText::tr("is not a whole number from %1 to %2").arg(minimum).arg(maximum);
    case Type::Flag:
        return value.isBool() ? QString() : PropertyText::tr("is neither true nor false");
    case Type::Choice:
        return choices.contains(value.toString())
                   ? QString()
                   : PropertyText::tr("is none of %1").arg(choices.join(", "_L1));
    case Type::Mode:
        return modeFault(value);
    case Type::Start:
        return startFault(value);
    case Type::Target:
        return targetFault(value);
    case Type::Flags:
        return flagsFault(value, choices);
    case Type::Integers:
        return integersFault(value, minimum, maximum);
    case Type::Script:
        return value.isString() ? scriptFault(value.toString()) : PropertyText::tr("is not a text");
    case Type::Fields:
        return fieldsFault(value);
    case Type::Node:
        return value.isString() && value.toString().size() <= maxIdLength
                   ? QString()
                   : PropertyText::tr("is not the id of a part");
    }
    Q_UNREACHABLE();
}

QJsonValue PropertySpec::canonical(const QJsonValue& value) const
{
    if (type != Type::Flags)
        return value;
    const QJsonArray given = value.toArray();
    QJsonArray ordered;
    for (const QString& flag : choices)
        if (given.contains(flag))
            ordered.append(flag);
    return ordered;
}

} // namespace byteyard::model
