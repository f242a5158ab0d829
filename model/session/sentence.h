#pragma once

#include "model/session/message.h"

#include <QString>

namespace byteyard::model {

/// What happened, to what and why; and what to do.
struct Sentence
{
    QString what;
    QString remedy;
};

/// The words for an engine's error (docs/protocol.md, Error codes). `subject` is the name of the node that it
/// concerns, or empty.
Sentence sentenceFor(const protocol::ErrorInfo& error, const QString& subject);

/// An errno's name in plain words and as it is: "no such file or directory (ENOENT)".
QString errnoText(const QString& name);

} // namespace byteyard::model
