#pragma once

#include "model/program/program_plan.h"

namespace byteyard::model {

/// What a program in bash needs besides its own text, and what bash cannot do.
struct BashNeeds
{
    QSet<QString> helpers; ///< names of functions (bash_parts.cpp)
    QStringList refusals;

    /// Notes the function, and gives its name.
    QString helper(const QString& name);
};

/// A word of bash.
QString bashWord(const QString& text);
QString bashText(const ProgramText& text, const ProgramPlan& plan);
/// A port's number, or the variable that holds it.
QString bashPort(const PlannedEndpoint& endpoint);
/// A redirection that opens `path` with these flags as descriptor `target` (a number or {name}); empty: bash
/// has none.
QString bashOpening(const QString& target, const PlannedEndpoint& endpoint, const QStringList& flags);

/// The text of the helpers that are needed.
QString bashHelpers(const BashNeeds& needs);

/// How the endpoints are made and removed.
struct BashEndpoints
{
    Lines making;
    Lines removing;
};
BashEndpoints bashEndpoints(const ProgramPlan& plan, BashNeeds& needs);

/// The functions that processes run: run_NAME(), script_NAME() and may_start_NAME().
QString bashProcessFunctions(const ProgramPlan& plan, BashNeeds& needs);

} // namespace byteyard::model
