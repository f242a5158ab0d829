#pragma once

#include "model/topology/topology.h"

namespace byteyard::model {

/// What a typed line becomes: `ls | grep ".txt" > out` gives its nodes and edges, laid out from the left from
/// (0, 0).
struct PipelineResult
{
    Topology fragment;
    QString note;  ///< said to the person when other shell syntax became one `sh -c` command; else empty
    QString error; ///< why nothing was made (an open quote, an empty command); else empty
};

/// Understands words, quotes, backslashes, `|`, `>`, `>>`, `<`, `2>`; anything else that a shell would treat
/// specially becomes `sh -c LINE`.
PipelineResult parsePipeline(const QString& line);

/// One command as it is, in this directory: what looks like a placeholder in it is none. An error when it is
/// more than a topology holds, or nothing that can run.
PipelineResult commandFragment(const QStringList& argv, const QString& directory);

/// Splits one command's words as a shell would, without expansions; false when a quote is open.
bool splitWords(const QString& line, QStringList& words);
/// The line that splitWords() takes back to `words`.
QString joinWords(const QStringList& words);

} // namespace byteyard::model
