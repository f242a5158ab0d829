#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

namespace byteyard::model {

class LiveState;

/// What is done to calls while a run goes on (docs/protocol.md, set-rule): its process is held, or the call
/// is changed. What is not set does not matter.
struct Rule
{
    enum class Action { Break, Error, Delay, Short, Signal, Close };

    quint32 number = 0;  ///< the session's; 0: not set yet
    quint32 process = 0; ///< with all that it forks; 0: any
    quint32 endpoint = 0;
    QStringList calls; ///< empty: any on an endpoint
    int fd = -1;
    quint64 atLeast = 0; ///< bytes
    int error = -1;      ///< errno that the call failed with; 0: any; -1: does not matter
    QByteArray data;     ///< somewhere in what moves
    bool after = false;
    int every = 1;
    bool once = false;
    Action action = Action::Break;
    qint64 value = 0; ///< errno, ms, bytes, signal or descriptor

    quint64 hits = 0; ///< so often it has acted
};

/// A break holds a process.
struct RuleHit
{
    quint32 rule = 0;
    quint32 process = 0;
    qint64 pid = 0;
    qint64 tid = 0;
    QString call;
    int fd = -1;
    quint32 endpoint = 0;
    quint64 requested = 0;
    QString detail;
    bool after = false;
    qint64 result = 0; ///< when `after`
    QString error;     ///< "EPIPE"
};

/// The names of all calls that a rule can ask for.
QStringList callsForRules();
/// "EPIPE"
QString errorText(int error);
/// "SIGTERM"
QString signalText(int signal);

/// The members of `set-rule`.
QJsonObject toMessage(const Rule& rule);
/// "Every 3rd write of cat on out fails with EIO": for lists.
QString ruleSentence(const LiveState& live, const Rule& rule);
/// "cat is held before write(1) on out: 12 bytes"
QString hitSentence(const LiveState& live, const RuleHit& hit);

} // namespace byteyard::model
