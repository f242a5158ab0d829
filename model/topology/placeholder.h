#pragma once

#include "model/topology/topology.h"

#include <optional>

namespace byteyard::model {

/// A `{name.field}` in a command's texts.
struct Placeholder
{
    QString name;  ///< of a node
    QString field; ///< "path", "fd", "id", "key", "address", "port" or "offset"
};

/// A part of such a text: as it stands there (a `{{` already a brace), or a placeholder.
struct TextPart
{
    QString literal;
    std::optional<Placeholder> placeholder = std::nullopt;
};

/// A text's parts, in order.
QList<TextPart> partsOf(const QString& text);
/// The placeholders of a text. A brace that opens none stands for itself, so `awk '{print $1}'` needs no
/// care; `{{` is a brace too.
QList<Placeholder> placeholdersIn(const QString& text);
/// Those of all texts of a process: arguments, environment, directory, and where its output goes.
QList<Placeholder> placeholdersOf(const Node& process);

/// The text of which only the braces that would be read otherwise are doubled: partsOf() gives it back as it
/// is.
QString literally(const QString& text);

} // namespace byteyard::model
