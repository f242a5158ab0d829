#include "model/topology/kind.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Kind)
};

using Type = PropertySpec::Type;

/// The file ids, in the order of Kind.
constexpr std::array kindIds = {"command"_L1, "pipe"_L1, "fifo"_L1, "file"_L1, "socketpair"_L1};

PropertySpec spec(const QString& key, Type type, const QJsonValue& value, const QString& label,
                  const QString& help)
{
    PropertySpec s;
    s.key = key;
    s.type = type;
    s.defaultValue = value;
    s.label = label;
    s.help = help;
    return s;
}

PropertySpec choice(const QString& key, const QStringList& choices, const QString& label, const QString& help)
{
    PropertySpec s = spec(key, Type::Choice, choices.first(), label, help);
    s.choices = choices;
    return s;
}

PropertySpec integer(const QString& key, qint64 maximum, const QString& unit, const QString& label,
                     const QString& help)
{
    PropertySpec s = spec(key, Type::Integer, 0, label, help);
    s.maximum = maximum;
    s.unit = unit;
    return s;
}

QList<PropertySpec> commandProperties()
{
    return {
        spec(u"argv"_s, Type::Arguments, QJsonArray(), Text::tr("Command line"),
             Text::tr("The program and its arguments, as execvp(3) gets them: no shell takes part unless you "
                      "name one.")),
        choice(u"stdin"_s, {u"null"_s, u"typed"_s}, Text::tr("Unconnected fd 0"),
               Text::tr("Where it reads when nothing is connected to fd 0: /dev/null, or lines that you type "
                        "under Output.")),
        spec(u"stdout"_s, Type::Target, u"output"_s, Text::tr("Unconnected fd 1"),
             Text::tr("Where it writes when nothing is connected to fd 1: shown under Output, /dev/null, or "
                      "a file.")),
        spec(u"stderr"_s, Type::Target, u"output"_s, Text::tr("Unconnected fd 2"),
             Text::tr("Where its complaints go when nothing is connected to fd 2: shown under Output, "
                      "/dev/null, or a file.")),
        spec(u"start"_s, Type::Start, QJsonObject{{u"when"_s, u"at-once"_s}}, Text::tr("Start"),
             Text::tr("When it is let go: at once, after some seconds, when another process runs or has "
                      "exited, or by hand.")),
        integer(u"pace"_s, maxPace, Text::tr("calls/s"), Text::tr("Pace"),
                Text::tr("Holds it to so many data calls a second, so that an eye can follow; 0 is the pace "
                         "of the whole run.")),
        spec(u"directory"_s, Type::Text, QString(), Text::tr("Working directory"),
             Text::tr(
                 "Where it runs, see chdir(2); empty is the session's own directory, gone after the run.")),
        spec(u"environment"_s, Type::Environment, QJsonObject(), Text::tr("Environment"),
             Text::tr("Variables that it gets on top of Byteyard's own, see environ(7).")),
    };
}

QList<PropertySpec> pipeProperties()
{
    return {
        integer(u"capacity"_s, 1 << 30, Text::tr("bytes"), Text::tr("Capacity"),
                Text::tr("How many bytes wait in it before a write blocks (F_SETPIPE_SZ, fcntl(2)); 0 is the "
                         "kernel's default, "
                         "65 536 as a rule, and the kernel rounds up to whole pages.")),
        spec(u"packets"_s, Type::Flag, false, Text::tr("Packets"),
             Text::tr("Each write stays a packet of its own, and each read takes one (O_DIRECT, pipe(2)).")),
    };
}

QList<PropertySpec> pathProperties(const QString& pathHelp)
{
    return {
        spec(u"path"_s, Type::Text, QString(), Text::tr("Path"), pathHelp),
        spec(u"mode"_s, Type::Mode, u"0600"_s, Text::tr("Mode"),
             Text::tr("Who may open it, in octal, see chmod(2): 0600 is you alone.")),
        choice(
            u"made-by"_s, {u"engine"_s, u"program"_s}, Text::tr("Made by"),
            Text::tr("Whether Byteyard makes it before the processes start, or one of the programs does.")),
    };
}

QList<PropertySpec> fifoProperties()
{
    return pathProperties(Text::tr("Its name in the file system, see fifo(7); empty puts it into the "
                                   "session's directory under the node's name."));
}

QList<PropertySpec> fileProperties()
{
    QList<PropertySpec> list = pathProperties(
        Text::tr("The file; empty puts it into the session's directory under the node's name."));
    list.append(spec(u"keep"_s, Type::Flag, false, Text::tr("Keep"),
                     Text::tr("The file stays after the run; it needs a path of its own for that.")));
    return list;
}

QList<PropertySpec> socketpairProperties()
{
    return {choice(u"type"_s, {u"stream"_s, u"datagram"_s, u"seqpacket"_s}, Text::tr("Type"),
                   Text::tr("stream: bytes without boundaries; datagram: whole messages; seqpacket: whole "
                            "messages and an end, "
                            "see socketpair(2) and unix(7)."))};
}

} // namespace

QString kindId(Kind kind)
{
    return kindIds.at(static_cast<std::size_t>(kind));
}

bool kindFromId(const QString& id, Kind& kind)
{
    for (std::size_t i = 0; i < kindIds.size(); ++i) {
        if (id == kindIds.at(i)) {
            kind = static_cast<Kind>(i);
            return true;
        }
    }
    return false;
}

bool isProcess(Kind kind)
{
    return kind == Kind::Command;
}

KindInfo kindInfo(Kind kind)
{
    KindInfo info;
    info.kind = kind;
    info.id = kindId(kind);
    info.isProcess = isProcess(kind);
    info.group = info.isProcess ? Text::tr("Processes") : Text::tr("Message passing");
    switch (kind) {
    case Kind::Command:
        info.title = Text::tr("Command");
        info.description = Text::tr("any program, fds 0 1 2 …");
        info.properties = commandProperties();
        break;
    case Kind::Pipe:
        info.title = Text::tr("Pipe");
        info.description = Text::tr("pipe(fd)");
        info.ports = {u"write"_s, u"read"_s};
        info.properties = pipeProperties();
        break;
    case Kind::Fifo:
        info.title = Text::tr("Named pipe");
        info.description = Text::tr("mkfifo");
        info.ports = {u"write"_s, u"read"_s, u"read-write"_s};
        info.properties = fifoProperties();
        break;
    case Kind::File:
        info.title = Text::tr("File");
        info.description = Text::tr("lseek, re-readable");
        info.group = Text::tr("Shared state");
        info.ports = {u"write"_s, u"read"_s, u"read-write"_s};
        info.properties = fileProperties();
        break;
    case Kind::Socketpair:
        info.title = Text::tr("Socket pair");
        info.description = Text::tr("both ways, no name");
        info.ports = {u"a"_s, u"b"_s};
        info.properties = socketpairProperties();
        break;
    }
    return info;
}

QList<KindInfo> allKinds()
{
    return {kindInfo(Kind::Command), kindInfo(Kind::Pipe), kindInfo(Kind::Fifo), kindInfo(Kind::Socketpair),
            kindInfo(Kind::File)};
}

QJsonValue defaultValue(Kind kind, const QString& key)
{
    // Asked for at every repaint, and the same in every language.
    static const auto tables = [] {
        std::array<QHash<QString, QJsonValue>, kindIds.size()> made;
        for (const KindInfo& info : allKinds())
            for (const PropertySpec& property : info.properties)
                made.at(static_cast<std::size_t>(info.kind)).insert(property.key, property.defaultValue);
        return made;
    }();
    return tables.at(static_cast<std::size_t>(kind)).value(key, QJsonValue(QJsonValue::Undefined));
}

QList<PropertySpec> edgeProperties(Kind endpoint, const QString& endpointPort)
{
    if (endpoint != Kind::Fifo && endpoint != Kind::File)
        return {};
    const bool creates = endpoint == Kind::File && endpointPort == "write"_L1;
    PropertySpec flags =
        spec(u"flags"_s, Type::Flags, creates ? QJsonArray{u"O_CREAT"_s, u"O_TRUNC"_s} : QJsonArray(),
             Text::tr("Flags"), Text::tr("How the process opens it, on top of read or write, see open(2)."));
    flags.choices = {u"O_APPEND"_s, u"O_CREAT"_s, u"O_EXCL"_s, u"O_NONBLOCK"_s, u"O_SYNC"_s, u"O_TRUNC"_s};
    QList<PropertySpec> list{flags};
    // The engine opens what is shared, and must not wait for the other side of a named pipe.
    if (endpoint == Kind::File || endpointPort == "read-write"_L1)
        list.append(spec(
            u"shared"_s, Type::Text, QString(), Text::tr("Shared description"),
            Text::tr("Connections with the same word share one open file description, and so one offset, "
                     "see open(2).")));
    return list;
}

const PropertySpec* findProperty(const QList<PropertySpec>& properties, const QString& key)
{
    for (const PropertySpec& property : properties)
        if (property.key == key)
            return &property;
    return nullptr;
}

bool isFdPort(const QString& port)
{
    bool ok = false;
    const int fd = port.toInt(&ok);
    return ok && fd >= 0 && fd <= maxFd && QString::number(fd) == port;
}

bool portWrites(const QString& endpointPort)
{
    return endpointPort != "read"_L1;
}

bool portReads(const QString& endpointPort)
{
    return endpointPort != "write"_L1;
}

} // namespace byteyard::model
