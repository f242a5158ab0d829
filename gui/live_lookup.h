#pragma once

#include "model/session/session.h"

namespace byteyard::gui {

// A thing on the canvas is named by its node's id, or by "process:N" and "endpoint:N" when a program made it.

QString processKey(const model::ProcessEntry& entry);
QString endpointKey(const model::EndpointEntry& entry);
/// Null when there is no such thing, or it has not run.
const model::LiveProcess* findProcess(const model::Session& session, const QString& key);
const model::LiveEndpoint* findEndpoint(const model::Session& session, const QString& key);
// Both false when there is none, or when it has ended.
/// It has been let go, and is its program.
bool hasBegun(const model::LiveProcess* process);
/// The same, and also while it is held before exec: it may wait for a hand to start it.
bool isAlive(const model::LiveProcess* process);
/// The state as a person reads it: "running", "blocked · read", "exited 0", "killed · SIGPIPE".
QString stateText(const model::Session& session, const model::LiveProcess& process);

/// Which way a two-way endpoint's bytes go, by its ends' names: "a to b", "client to server".
QString wayText(const model::LiveEndpoint& endpoint, model::Way way);

/// A limit of the machine that the engine runs on, under the kernel's name ("msgmnb"); empty when unknown.
QString limitText(const model::Session& session, const QString& name);

} // namespace byteyard::gui
