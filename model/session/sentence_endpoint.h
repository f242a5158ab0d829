#pragma once

#include "model/session/sentence.h"

#include <optional>

namespace byteyard::model {

/// The words for what went wrong with an endpoint alone (`create`, `connect`, `set-limit`, `set-value`,
/// `remove`), and the limit of the machine that was hit; nothing for other codes. `subject` as sentenceFor()
/// quotes it.
std::optional<Sentence> endpointSentence(const protocol::ErrorInfo& error, const QString& subject);

/// What to do about an errno when the code alone does not tell.
QString remedyForErrno(const QString& name);

} // namespace byteyard::model
