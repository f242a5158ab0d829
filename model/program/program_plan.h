#pragma once

#include "model/program/program_text.h"

namespace byteyard::model {

/// An endpoint of the topology, as every language makes it.
struct PlannedEndpoint
{
    const Node* node = nullptr;
    QString name;               ///< in the program: "pipe"
    bool isReserved = false;    ///< a program makes it under the name that is chosen here
    bool isExisting = false;    ///< it is there already, and stays
    bool isInDirectory = false; ///< it lies in the program's directory and goes with it
    ProgramText path;           ///< also the name of a POSIX object or an abstract socket; empty: it has none
    QStringList shared;         ///< words of the open file descriptions that edges share
    bool isKeyAsked = false;    ///< some text holds its key
    int memory = -1;            ///< in which a semaphore lies: index of an endpoint

    QString text(const char* property) const;
    qint64 number(const char* property) const;
    bool flag(const char* property) const;
    /// True when it is found by a name that outlives the program, so that it must be removed.
    bool isLeftBehind() const;
    /// Its mode is one that a umask may cut, and is to be as it says.
    bool isModeOpen() const;
    /// Its path begins with "@", which is no place in the file system.
    bool isAbstract() const;
    /// A port's number, or the variable that holds it: "shop_port".
    QString port() const;
    /// "AF_UNIX", "SOCK_STREAM"…
    QString socketFamily() const;
    QString socketType() const;
    /// Of a raw socket.
    int protocol() const;
};

/// Where a process gets one of its descriptors from.
struct PlannedDescriptor
{
    enum class From {
        Inherit, ///< an end that the program made before the processes
        Null,
        Output,  ///< a file that takes what is written to an unconnected 1 or 2
        Name,    ///< the process opens the object by its name: POSIX queue and memory, raw socket
        Open,    ///< open(2), as late as can be: it may block
        Connect, ///< connect(2), as late as can be
    };
    int target = -1;
    From from = From::Null;
    int endpoint = -1;
    QString port;
    QStringList flags; ///< of open(2), the access first
    QString shared;
    ProgramText path; ///< of an output file

    /// True for what a process does only when its turn has come.
    bool isLate() const { return from == From::Open || from == From::Connect; }
};

/// By what a process knows an endpoint.
struct PlannedHandle
{
    QString name; ///< a handle, or an fd's number
    int endpoint = -1;
    int fd = -1; ///< -1: it opens it itself
};

/// What a script has at hand: "queue_id", "out_fd", "door_path".
struct ScriptValue
{
    enum class Type { Number, Size, Text };
    QString name;
    Type type = Type::Number;
    QString literal;
    QString variable; ///< of the program; empty: the literal is it
};

struct PlannedProcess
{
    enum class When { AtOnce, After, Runs, Listens, Exits, ByHand };

    const Node* node = nullptr;
    QString name; ///< in the program: "grep"
    QList<ProgramText> argv;
    QList<std::pair<QString, ProgramText>> environment;
    ProgramText directory; ///< empty: the program's own
    QList<PlannedDescriptor> descriptors;
    When when = When::AtOnce;
    double seconds = 0;
    int other = -1;     ///< index of the process that it waits for
    int listensAt = -1; ///< index of the endpoint at which that one is to listen
    int hand = 0;       ///< by hand: the how manieth, from 1
    QString script;
    QList<PlannedHandle> handles;

    bool isScript() const { return node->kind == Kind::Actor; }
    bool isHeld() const { return when != When::AtOnce; }
};

/// What a program does, whatever its language: makes the files, then the endpoints, then the processes,
/// waits, and removes what it made.
struct ProgramPlan
{
    explicit ProgramPlan(const Topology& topology);

    QString title;
    QList<std::pair<QString, QString>> files;
    QList<PlannedEndpoint> endpoints; ///< in the order in which they are made
    QList<PlannedProcess> processes;
    QStringList notes;
    QStringList refusals;

    bool anyWaits(PlannedProcess::When when) const;
    /// Some process does not start at once.
    bool anyHeld() const;
    /// The highest number that a process is promised.
    int highestTarget() const;
    /// The ends of an endpoint that the program holds and processes inherit: "read" and "write" of a pipe.
    static QStringList heldEnds(const PlannedEndpoint& endpoint);
    /// The end that such an edge inherits, one of heldEnds(), or a shared description: "shared", "shared2"…
    QString heldEnd(const PlannedDescriptor& descriptor) const;
    /// The program must close its own copies of ends.
    bool holdsEnds() const;
    /// The program's variable of a shared description's word.
    static QString sharedEnd(const PlannedEndpoint& endpoint, const QString& word);
    /// The flags with which all open it who share it.
    QStringList flagsOfShared(const PlannedEndpoint& endpoint, const QString& word) const;
    QList<ScriptValue> valuesOf(const PlannedProcess& process) const;
};

/// A socket that is found by its name: of UNIX or the internet.
bool isNamedSocket(Kind kind);
/// What an endpoint is, for the comment where it is made: "shop: TCP listener".
QString captionOf(const PlannedEndpoint& endpoint);

} // namespace byteyard::model
