#pragma once

#include "model/program/program_plan.h"

namespace byteyard::model {

/// What a program in Python needs besides its own text.
struct PythonNeeds
{
    QSet<QString> modules;
    QSet<QString> helpers; ///< names of functions and constants (python_helpers.cpp)

    /// Notes the function, and gives its name.
    QString helper(const QString& name);
};

/// A string literal of Python.
QString pythonString(const QString& text);
/// An expression for a text: a literal, a variable, or f"…".
QString pythonText(const ProgramText& text, const ProgramPlan& plan);
/// A mode: 0o600.
QString pythonMode(const PlannedEndpoint& endpoint);
/// "os.O_WRONLY | os.O_CREAT".
QString pythonFlags(const QStringList& flags);
/// Where a socket is, as the socket module takes it.
QString pythonAddress(const PlannedEndpoint& endpoint, PythonNeeds& needs);
/// setsockopt() lines for what the endpoint asks of a socket that this expression is.
QStringList pythonOptions(const PlannedEndpoint& endpoint, const QString& socket);

/// The text of the helpers that are needed; adds their modules.
QString pythonHelpers(PythonNeeds& needs);

/// How the endpoints are made, and the names of the variables.
struct PythonEndpoints
{
    QStringList variables;
    Lines making;
};
PythonEndpoints pythonEndpoints(const ProgramPlan& plan, PythonNeeds& needs);

/// The functions that processes run, run_NAME() and script_NAME(), and the list of them all.
QString pythonProcessFunctions(const ProgramPlan& plan, PythonNeeds& needs);
QString pythonProcessList(const ProgramPlan& plan, PythonNeeds& needs);

} // namespace byteyard::model
