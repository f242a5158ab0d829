#pragma once

#include "model/topology/kind.h"

#include <QJsonObject>
#include <QList>

#include <optional>

namespace byteyard::gui {

/// What can be taken from the palette: a kind, or a ready-made actor (an actor with a role).
struct Part
{
    model::Kind kind = model::Kind::Command;
    QString role; ///< of an actor; empty: as the kind is by default

    /// "pipe", "actor:producer": what a drag carries. Nothing when it names no part.
    static std::optional<Part> fromId(const QString& id);
    QString id() const;
    QString title() const;       ///< translated
    QString description() const; ///< translated, short
    QString name() const;        ///< what a new node of it is called; empty: as its kind
    QJsonObject properties() const;
    bool operator==(const Part&) const = default;
};

/// All of them in the palette's order, groups together.
QList<Part> allParts();

} // namespace byteyard::gui
