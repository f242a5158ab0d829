#pragma once

#include "model/topology/topology.h"

namespace byteyard::model {

/// What a topology can be written in.
enum class Language { Bash, C, Python };

/// A topology as a program's text, or why it cannot be one.
struct Program
{
    QString text;
    QStringList notes;    ///< what was left out, or left to the reader; a sentence each
    QStringList refusals; ///< what the language cannot do; a sentence each, and then there is no text
};

/// The topology as a program that makes the same endpoints and processes, wires them in the same way and
/// takes away what it made. The topology must be sound (validate()).
Program programFor(const Topology& topology, Language language);

/// By the word that a person types: "bash", "c", "python"; false when it is none.
bool languageFromId(const QString& id, Language& language);
/// By a file name's ending: ".sh", ".c", ".py"; false when it is none.
bool languageOfFile(const QString& path, Language& language);
/// The ending of its files: ".sh", ".c", ".py".
QString endingOf(Language language);

/// Writes it as UTF-8 into a new file, or over the old one, whole or not at all; a script is made executable.
/// Returns the sentence of what went wrong, empty when it went well.
QString writeProgram(const Program& program, Language language, const QString& path);

} // namespace byteyard::model
