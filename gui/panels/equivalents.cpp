#include "gui/panels/equivalents.h"

#include "model/topology/pipeline_text.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

QString pathOf(const Node& node, const LiveEndpoint* live)
{
    if (live && !live->entry.path.isEmpty())
        return joinWords({live->entry.path});
    const QString path = node.property(u"path"_s).toString();
    return joinWords({path.isEmpty() ? node.name : path});
}

QString modeOf(const Node& node)
{
    const QString mode = node.property(u"mode"_s).toString();
    return mode.isEmpty() ? u"0600"_s : mode;
}

/// The command line of the first process at this port, or a word in its place.
QString userOf(const Topology& topology, const Node& endpoint, const QString& port, const QString& otherwise)
{
    for (const Edge& edge : topology.edgesOf(endpoint.id)) {
        const Node* process = topology.node(edge.process);
        if (edge.endpointPort == port && process && !process->argv().isEmpty())
            return joinWords(process->argv());
    }
    return otherwise;
}

QString cStrings(const QStringList& words)
{
    QStringList quoted;
    for (QString word : words)
        quoted.append(u'"' + word.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"');
    return quoted.join(u", "_s);
}

} // namespace

QString shellLines(const Topology& topology, const Node& node, const LiveEndpoint* live)
{
    switch (node.kind) {
    case Kind::Pipe: {
        QString text = u"$ %1 | %2"_s.arg(userOf(topology, node, u"write"_s, u"writer"_s),
                                          userOf(topology, node, u"read"_s, u"reader"_s));
        if (live && live->entry.inode != 0)
            text += u"\n$ lsof | grep -w %1\n$ ls -l /proc/*/fd 2>/dev/null | grep 'pipe:\\[%1\\]'"_s.arg(
                live->entry.inode);
        return text;
    }
    case Kind::Fifo:
        return u"$ mkfifo -m %2 %1\n$ %3 > %1 &\n$ %4 < %1\n$ rm %1"_s.arg(
            pathOf(node, live), modeOf(node), userOf(topology, node, u"write"_s, u"writer"_s),
            userOf(topology, node, u"read"_s, u"reader"_s));
    case Kind::File:
        return u"$ %2 > %1\n$ %3 < %1\n$ stat %1"_s.arg(pathOf(node, live),
                                                        userOf(topology, node, u"write"_s, u"writer"_s),
                                                        userOf(topology, node, u"read"_s, u"reader"_s));
    case Kind::Socketpair:
        return u"$ socat EXEC:'program-a' EXEC:'program-b'\n$ ss -xp"_s;
    case Kind::Command:
        return u"$ "_s + joinWords(node.argv());
    default:
        break;
    }
    return {};
}

QString shellLines(const Node& node, const LiveProcess* live)
{
    QString text = u"$ "_s + joinWords(node.argv());
    if (live && live->entry.pid > 0)
        text += u"\n$ ls -l /proc/%1/fd\n$ strace -f -p %1\n$ kill -TERM %1"_s.arg(live->entry.pid);
    return text;
}

QString cLines(const Node& node)
{
    switch (node.kind) {
    case Kind::Command:
        return u"pid_t pid = fork();\nif (pid == 0) {\n    dup2(pipe_end, 1);   // wire fd 1\n    close(pipe_end);\n    char *argv[] = {%1, NULL};\n    execvp(argv[0], argv);\n    _exit(127);\n}\nint status;\nwaitpid(pid, &status, 0);"_s
            .arg(cStrings(node.argv()));
    case Kind::Pipe: {
        const bool packets = node.property(u"packets"_s).toBool();
        QString text =
            packets ? u"int ends[2];\npipe2(ends, O_DIRECT);   // packets"_s : u"int ends[2];\npipe(ends);"_s;
        if (const int capacity = node.property(u"capacity"_s).toInt(); capacity > 0)
            text += u"\nfcntl(ends[1], F_SETPIPE_SZ, %1);"_s.arg(capacity);
        return text +
               u"\nwrite(ends[1], data, size);\nread(ends[0], buffer, sizeof buffer);\n// the last close: end-of-file\nclose(ends[1]);"_s;
    }
    case Kind::Fifo:
        return u"mkfifo(\"%1\", %2);\n// waits for a reader\nint fd = open(\"%1\", O_WRONLY);\nwrite(fd, data, size);\nclose(fd);\nunlink(\"%1\");"_s
            .arg(pathOf(node, nullptr), modeOf(node));
    case Kind::File:
        return u"int fd = open(\"%1\", O_RDWR | O_CREAT, %2);\nwrite(fd, data, size);\nlseek(fd, 0, SEEK_SET);\nread(fd, buffer, sizeof buffer);\nclose(fd);"_s
            .arg(pathOf(node, nullptr), modeOf(node));
    case Kind::Socketpair: {
        const QString type = node.property(u"type"_s).toString();
        return u"int ends[2];\nsocketpair(AF_UNIX, SOCK_%1, 0, ends);\nsend(ends[0], data, size, 0);\nrecv(ends[1], buffer, sizeof buffer, 0);\nshutdown(ends[0], SHUT_WR);"_s
            .arg(type == "datagram"_L1    ? u"DGRAM"_s
                 : type == "seqpacket"_L1 ? u"SEQPACKET"_s
                                          : u"STREAM"_s);
    }
    default:
        break;
    }
    return {};
}

QString kindText(Kind kind)
{
    const auto say = [](const char* text) { return QCoreApplication::translate("Equivalents", text); };
    switch (kind) {
    case Kind::Command:
        return say(QT_TRANSLATE_NOOP(
            "Equivalents", "A **command** is a real process: it is forked, its descriptors are wired, and "
                           "then it becomes the program. "
                           "Descriptor 0 is what it reads, 1 is what it prints, 2 is where it complains; any "
                           "other number can be wired too. "
                           "No shell stands between: the arguments reach the program as they are.\n\n"
                           "*fork(2), execve(2), dup2(2), wait(2)*"));
    case Kind::Pipe:
        return say(QT_TRANSLATE_NOOP("Equivalents",
                                     "A **pipe** is a buffer in the kernel with a write end and a read end. "
                                     "A write waits while it is full, a read waits "
                                     "while it is empty. A byte that was read is gone. Readers see "
                                     "end-of-file when the *last* write end is closed; "
                                     "who writes when no read end is left gets SIGPIPE. Writes up to "
                                     "PIPE_BUF (4096 bytes) are never mixed.\n\n"
                                     "*pipe(7)*"));
    case Kind::Fifo:
        return say(QT_TRANSLATE_NOOP("Equivalents",
                                     "A **named pipe** is a pipe with a name in the file system, so that "
                                     "programs that know nothing of each other can meet. "
                                     "`open` itself waits until there is somebody at the other end, unless "
                                     "O_NONBLOCK is given. The name stays until it is removed; "
                                     "the bytes do not.\n\n*fifo(7), mkfifo(3)*"));
    case Kind::File:
        return say(QT_TRANSLATE_NOOP("Equivalents",
                                     "A **file** keeps what is written to it and can be read again. Each "
                                     "open gets a position of its own; descriptors that were "
                                     "inherited or duplicated share one. Nobody waits: a read at the end "
                                     "returns 0, whether or not a writer is still there.\n\n"
                                     "*open(2), lseek(2)*"));
    case Kind::Socketpair:
        return say(QT_TRANSLATE_NOOP(
            "Equivalents", "A **socketpair** is two connected sockets without a name: bytes go both ways. As "
                           "*stream* it has no message "
                           "boundaries, as *datagram* and *seqpacket* each send is one receive. One "
                           "direction can be shut down alone. "
                           "Descriptors can be handed over through it.\n\n*socketpair(2), unix(7)*"));
    default:
        break;
    }
    return {};
}

} // namespace byteyard::gui
