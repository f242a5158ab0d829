#pragma once

#include <QDateTime>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

namespace byteyard::model {

/// Bytes and messages, counted from results. `in`: processes wrote it into the endpoint; `out`: they took it
/// out.
struct Totals
{
    quint64 bytesIn = 0;
    quint64 bytesOut = 0;
    quint64 messagesIn = 0;
    quint64 messagesOut = 0;
    quint64 calls = 0;
    quint64 errors = 0;
    bool operator==(const Totals&) const = default;
    Totals& operator+=(const Totals& part)
    {
        bytesIn += part.bytesIn;
        bytesOut += part.bytesOut;
        messagesIn += part.messagesIn;
        messagesOut += part.messagesOut;
        calls += part.calls;
        errors += part.errors;
        return *this;
    }
};

/// What an exporter, a filter or the log needs to know of an endpoint number. Also what is live of it.
struct EndpointEntry
{
    quint32 number = 0;
    QString node;  ///< topology id; empty: a program made it
    QString kind;  ///< "pipe"
    QString name;  ///< "pipe", or "pipe:[48211]" for a program's own
    QString state; ///< "planned", "live", "closed", "failed"
    quint64 inode = 0;
    QString path;    ///< also the name of a POSIX object
    int id = -1;     ///< of System V; -1: it has none
    QString key;     ///< of System V: "0x4d51"
    QString address; ///< of an internet socket
    int port = 0;
    QString ends;       ///< of a TCP connection: "SERVER:PORT-CLIENT:PORT"
    quint32 parent = 0; ///< the listener that a connection came from
    QJsonObject facts;  ///< what the kernel said last, under its own names (docs/protocol.md)
    Totals totals;
    /// How the bytes of the totals are known: "exact", "sampled" (at least so many) or "unobserved".
    QString capture = QStringLiteral("exact");
    bool messagesKnown = true; ///< those that moved messages were all counted
    bool operator==(const EndpointEntry&) const = default;
};

/// False when nothing is known of what moved: a total would say 0.
inline bool bytesKnown(const EndpointEntry& entry)
{
    return entry.capture != QLatin1String("unobserved");
}

struct ProcessEntry
{
    quint32 number = 0;
    quint32 parent = 0;
    QString node; ///< topology id; empty: forked by a program, or attached
    QString name;
    QStringList argv;
    qint64 pid = 0;
    QString state;     ///< as in docs/protocol.md
    quint64 since = 0; ///< when it came into it, in ns since the run began
    std::optional<int> exitCode;
    QString signal;        ///< "SIGPIPE" when a signal ended it
    bool attached = false; ///< it ran before somebody attached to it, or such a process forked it
    quint64 bytesRead = 0;
    quint64 bytesWritten = 0;
    bool operator==(const ProcessEntry&) const = default;
};

/// Everything about a session but its events: a value, copied into jobs that export or filter.
struct Catalog
{
    QHash<quint32, ProcessEntry> processes;
    QHash<quint32, EndpointEntry> endpoints;
    QJsonObject topology; ///< the document as it ran
    QDateTime started;    ///< wall clock
    QString capture;      ///< "ptrace"
    QString captureWhy;   ///< why so, in the engine's words; may be empty
    quint64 lost = 0;
    quint64 events = 0;
    QString reason; ///< why the run ended, as in docs/protocol.md; empty while it runs

    QString processName(quint32 number) const;  ///< "engine" for 0, "process 7" for an unknown one
    QString endpointName(quint32 number) const; ///< empty for 0
    QString endpointKind(quint32 number) const;
    /// In order of number.
    QList<ProcessEntry> sortedProcesses() const;
    QList<EndpointEntry> sortedEndpoints() const;
};

/// A call that has not returned: a row of the log without `seq`.
struct PendingCall
{
    quint32 process = 0;
    qint64 pid = 0;
    qint64 tid = 0;
    QString call;
    int fd = -1;
    quint32 endpoint = 0;
    quint64 requested = 0;
    quint64 since = 0;  ///< ns since the run began
    int threads = 0;    ///< that its process has; 0: not known
    quint64 before = 0; ///< so long it had waited already by then, in ns
    QString detail;
    QString how;        ///< "exact" or "sampled"
    bool paced = false; ///< held by pace or pause, not by the kernel

    /// How long it has waited, in ns; `now` as `since`.
    quint64 waited(quint64 now) const { return before + (now > since ? now - since : 0); }
};

} // namespace byteyard::model
