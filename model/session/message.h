#pragma once

#include "model/log/statistics.h"
#include "model/session/session.h"

#include <QByteArray>
#include <QDateTime>
#include <QHash>
#include <QList>
#include <QString>

#include <cstddef>
#include <optional>
#include <span>
#include <variant>

/// What the engine says (docs/protocol.md), checked and typed.
namespace byteyard::model::protocol {

/// An error crosses as a code and parameters; sentence.h makes words of it.
struct ErrorInfo
{
    QString code;
    QHash<QString, QString> parameters;
};

struct Capture
{
    QString mode;
    bool available = false;
    QString why;
};

struct Hello
{
    int version = 0;
    qint64 pid = 0;
    qint64 keeper = 0;
    QList<Capture> captures;
    QJsonObject limits;
};

struct RunStarted
{
    QDateTime started;
    QString directory;
    QString capture;
    QString why;
};

struct EndpointChange
{
    quint32 endpoint = 0;
    QString node;
    QString kind;
    QString name;
    QString state;
    quint64 inode = 0;
    quint64 capacity = 0;
    QString path;
    int id = -1;
    QString key;
    QString address;
    int port = 0;
    QString ends;
    quint32 parent = 0;
    std::optional<ErrorInfo> error;
};

struct ProcessChange
{
    quint32 process = 0;
    quint32 parent = 0;
    QString node;
    QString name;
    QStringList argv;
    qint64 pid = 0;
    QString state;
    std::optional<int> exitCode;
    QString signal;
    quint64 time = 0;
    std::optional<ErrorInfo> error;
    bool attached = false;
    bool leaving = false;
    QString unobserved; ///< why nothing is known of its calls ("32-bit"); empty: they are known
};

struct Blocked
{
    PendingCall call;
};

struct Unblocked
{
    qint64 tid = 0;
};

struct EdgeChange
{
    quint32 process = 0;
    quint32 endpoint = 0;
    int fd = -1;
    QString access;
    bool open = false;
    quint32 description = 0; ///< 0: it has no descriptor
};

struct EndpointSample
{
    quint32 endpoint = 0;
    std::optional<quint64> fill; ///< nothing: the kernel does not tell
    std::optional<quint64> fill2;
    quint64 capacity = 0;
    bool writeBlocks = false;
    std::optional<QJsonObject> facts; ///< nothing: as before
    std::optional<QList<LiveTile>> tiles;
    quint64 tilesTotal = 0;
    std::optional<QList<LiveAttachment>> attached;
    std::optional<OpenGap> open; ///< set when calls on it are not followed, and their sums have changed
};

struct Sample
{
    quint64 time = 0;
    QList<EndpointSample> endpoints;
};

struct EndpointHolder
{
    qint64 pid = 0;
    quint32 process = 0;
    QString name;
    int fd = -1;
    QString access;
};

struct Holders
{
    quint32 endpoint = 0;
    QList<EndpointHolder> holders;
};

/// A process of the engine's machine.
struct ListedProcess
{
    qint64 pid = 0;
    QString name;
    QString user;
    QStringList argv;
    std::optional<ErrorInfo> error; ///< why nobody can attach to it
};

struct Processes
{
    QList<ListedProcess> processes;
};

struct PauseChange
{
    QString node;
    quint32 process = 0; ///< one that has no node; neither: the whole run
    bool paused = false;
};

struct RuleState
{
    quint32 rule = 0;
    quint64 hits = 0;
    bool gone = false;
};

struct Lost
{
    quint64 count = 0;
};

/// The calls of a process are not followed from now on, or are again.
struct SampledChange
{
    quint32 process = 0;
    bool sampled = false;
    QString why; ///< "run", "person", "budget" or "attached"
};

struct EngineError
{
    ErrorInfo error;
    QString node;
    bool fatal = false;
};

/// Where an actor's script is.
struct ActorLine
{
    quint32 process = 0;
    int line = 0;
};

struct ActorError
{
    quint32 process = 0;
    int line = 0;
    QString text;
};

struct RunEnded
{
    quint64 lost = 0;
    QString reason;
    int failedToStart = 0;
};

/// What a process printed (an Output frame).
struct Output
{
    quint32 process = 0;
    int stream = 1;
    QByteArray bytes;
};

/// A piece of what is in an endpoint (a Contents frame).
struct Contents
{
    quint32 request = 0;
    quint32 endpoint = 0;
    quint64 offset = 0;
    quint64 total = 0;
    bool available = false;
    QByteArray bytes;
};

/// Files that programs opened and that are no endpoints.
struct FilesLeft
{
    quint64 system = 0;
    quint64 over = 0;
};

using Message = std::variant<FilesLeft, Hello, RunStarted, EndpointChange, ProcessChange, Blocked, Unblocked,
                             EdgeChange, Sample, Holders, Processes, PauseChange, RuleState, RuleHit, Lost,
                             SampledChange, EngineError, ActorLine, ActorError, RunEnded, Output, Contents>;

// Each returns nothing and sets `fault` (some words for an error message) when the payload is not as in
// docs/protocol.md.
std::optional<Message> readControl(std::span<const std::byte> payload, QString& fault);
std::optional<Message> readOutput(std::span<const std::byte> payload, QString& fault);
std::optional<Message> readContents(std::span<const std::byte> payload, QString& fault);

} // namespace byteyard::model::protocol
