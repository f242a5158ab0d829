#pragma once

#include "model/program/program.h"
#include "model/program/program_plan.h"

namespace byteyard::model {

/// The plan in one language; refusals are added to those of the plan.
QString cProgram(const ProgramPlan& plan);
QString pythonProgram(const ProgramPlan& plan);
QString bashProgram(ProgramPlan& plan);

/// What a process is, for the comment over its function: its command line, or the name of a script.
QString subjectOf(const PlannedProcess& process);
/// The comment in a script's place: what it has, and what it said.
QStringList scriptComment(const PlannedProcess& process);

} // namespace byteyard::model
