#pragma once

#include "model/program/program_plan.h"

namespace byteyard::model {

/// What a program in C needs besides its own text.
struct CNeeds
{
    QSet<QString> headers; ///< "sys/msg.h"
    QSet<QString> helpers; ///< names of functions (c_helpers.cpp)

    /// Notes the function, and gives its name: `needs.helper("take") + "(fd, 0)"`.
    QString helper(const QString& name);
};

/// A string literal of C.
QString cString(const QString& text);
/// The same over several lines, one a line of the text, each indented.
QString cLongString(const QString& text, const QString& indent);
/// An expression for a text: a literal, a variable, or text("…", …).
QString cText(const ProgramText& text, const ProgramPlan& plan, CNeeds& needs);
/// The variable of an end that processes inherit.
QString cEnd(const PlannedEndpoint& endpoint, const QString& end);
/// Where a socket is: a call that gives a struct address. While it is being made its port may be 0: any.
QString cAddress(const PlannedEndpoint& endpoint, CNeeds& needs, bool isBeingMade = false);

/// The text of the helpers that are needed, each behind those that it calls itself; adds their headers.
QString cHelpers(CNeeds& needs);

/// How the endpoints are declared, made and removed.
struct CEndpoints
{
    Lines variables;
    Lines making;
    Lines removing;
};
CEndpoints cEndpoints(const ProgramPlan& plan, CNeeds& needs);
/// The functions that processes run, run_NAME() and script_NAME(), those that tell whether somebody listens,
/// and the table of all processes.
QString cProcessFunctions(const ProgramPlan& plan, CNeeds& needs);
QString cProcessTable(const ProgramPlan& plan);

} // namespace byteyard::model
