#pragma once

#include "model/session/live_state.h"

namespace byteyard::model {

// Pieces of the sentence about a blocked process.

/// The call that a process has waited in for longest; null when it waits in none.
const PendingCall* longestCall(const LiveState& live, quint32 process);
/// The value of a word "key=value" of a call's detail.
QString detailWord(const PendingCall& call, const QString& key);
/// "write(1)", "semop", and what a program calls it where the kernel has another name for it ("sem_wait").
QString callText(const PendingCall& call, const LiveEndpoint* endpoint);
/// "pipe 48211", "fifo /run/…/mailbox", "tcp 127.0.0.1:8080".
QString objectText(const EndpointEntry& entry);
/// "pid 123 `wc`, is stopped"; `blocked` is the process that the sentence is about.
QString processText(const LiveState& live, quint32 process, quint32 blocked);
/// The same of a pid, which may be nobody of this run.
QString pidText(const LiveState& live, qint64 pid, quint32 blocked);

/// What a call waits for where "full" and "empty" do not tell: semaphores, types of messages, locks,
/// listeners, mutexes. "; semaphore 0 is 0 and must be 1…"; nothing when those two words tell.
QString blockedObjectText(const LiveState& live, const PendingCall& call, const LiveEndpoint& endpoint);

} // namespace byteyard::model
