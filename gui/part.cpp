#include "gui/part.h"

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;
using byteyard::model::Kind;

namespace byteyard::gui {

namespace {

struct Words
{
    QLatin1StringView role;
    const char* title;
    const char* description;
};

constexpr Words ready[] = {
    {"producer"_L1, QT_TRANSLATE_NOOP("Part", "Producer"), QT_TRANSLATE_NOOP("Part", "sends at a rate")},
    {"consumer"_L1, QT_TRANSLATE_NOOP("Part", "Consumer"), QT_TRANSLATE_NOOP("Part", "receives at a rate")},
    {"echo-server"_L1, QT_TRANSLATE_NOOP("Part", "Echo server"),
     QT_TRANSLATE_NOOP("Part", "accepts, sends back")},
    {"client"_L1, QT_TRANSLATE_NOOP("Part", "Client"),
     QT_TRANSLATE_NOOP("Part", "asks, waits for the reply")},
    {"counter"_L1, QT_TRANSLATE_NOOP("Part", "Counter"), QT_TRANSLATE_NOOP("Part", "adds in shared memory")},
    {"ring-producer"_L1, QT_TRANSLATE_NOOP("Part", "Ring producer"),
     QT_TRANSLATE_NOOP("Part", "fills a ring buffer")},
    {"ring-consumer"_L1, QT_TRANSLATE_NOOP("Part", "Ring consumer"),
     QT_TRANSLATE_NOOP("Part", "empties a ring buffer")},
};

const Words* wordsOf(const QString& role)
{
    const auto* found = std::find_if(std::begin(ready), std::end(ready),
                                     [&role](const Words& words) { return words.role == role; });
    return found == std::end(ready) ? nullptr : found;
}

} // namespace

std::optional<Part> Part::fromId(const QString& id)
{
    Part part;
    if (!model::kindFromId(id.section(u':', 0, 0), part.kind) || !model::canBeDrawn(part.kind))
        return std::nullopt;
    part.role = id.section(u':', 1);
    if (!part.role.isEmpty() && (part.kind != Kind::Actor || wordsOf(part.role) == nullptr))
        return std::nullopt;
    return part;
}

QString Part::id() const
{
    return role.isEmpty() ? model::kindId(kind) : model::kindId(kind) + u':' + role;
}

QString Part::title() const
{
    const Words* words = wordsOf(role);
    return words != nullptr ? QCoreApplication::translate("Part", words->title) : model::kindInfo(kind).title;
}

QString Part::description() const
{
    const Words* words = wordsOf(role);
    return words != nullptr ? QCoreApplication::translate("Part", words->description)
                            : model::kindInfo(kind).description;
}

QString Part::name() const
{
    return role;
}

QJsonObject Part::properties() const
{
    return role.isEmpty() ? QJsonObject() : QJsonObject{{u"role"_s, role}};
}

QList<Part> allParts()
{
    QList<Part> parts;
    for (const model::KindInfo& info : model::allKinds()) {
        parts.append({info.kind, {}});
        if (info.kind == Kind::Actor)
            for (const Words& words : ready)
                parts.append({Kind::Actor, QString(words.role)});
    }
    return parts;
}

} // namespace byteyard::gui
