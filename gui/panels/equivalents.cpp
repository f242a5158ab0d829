#include "gui/panels/equivalents.h"

#include "model/topology/pipeline_text.h"

#include <QJsonArray>

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

/// The number that the kernel gave, or a word in its place before there is one.
QString idOf(const LiveEndpoint* live)
{
    return live && live->entry.id >= 0 ? QString::number(live->entry.id) : u"ID"_s;
}

QString keyOption(const Node& node)
{
    const QString key = node.property(u"key"_s).toString();
    return key.startsWith("0x"_L1) ? u" --key "_s + key : QString();
}

QString sizeOf(const Node& node)
{
    return QString::number(node.property(u"size"_s).toInteger());
}

QString addressOf(const Node& node, const LiveEndpoint* live)
{
    const QString address =
        live && !live->entry.address.isEmpty() ? live->entry.address : node.property(u"address"_s).toString();
    return address.isEmpty() ? u"127.0.0.1"_s : address;
}

QString portOf(const Node& node, const LiveEndpoint* live)
{
    const int port = live && live->entry.port > 0 ? live->entry.port : node.property(u"port"_s).toInt();
    return port > 0 ? QString::number(port) : u"PORT"_s;
}

QString posixName(const Node& node, const LiveEndpoint* live)
{
    const QString path =
        live && !live->entry.path.isEmpty() ? live->entry.path : node.property(u"path"_s).toString();
    return path.isEmpty() ? u"NAME"_s : path.startsWith(u'/') ? path.mid(1) : path;
}

/// No command knows it: a debugger shows the words behind sem_t, its value and how many wait.
QString semaphoreInMemoryLines(const LiveEndpoint* live)
{
    QString pid = u"PID"_s;
    QString address = u"ADDRESS"_s;
    if (live && !live->attached.isEmpty()) {
        pid = QString::number(live->attached.first().pid);
        address = u"0x"_s + QString::number(live->attached.first().address, 16);
    }
    return u"$ gdb --batch -p %1 -ex 'x/2uw %2'   # value, waiters; stops it for a moment\n$ pmap %1"_s.arg(
        pid, address);
}

/// A socket's place as socat writes it: a path, or an abstract name.
QString socatPlace(const Node& node, const LiveEndpoint* live, const QString& verb)
{
    const QString path =
        live && !live->entry.path.isEmpty() ? live->entry.path : node.property(u"path"_s).toString();
    if (path.startsWith(u'@'))
        return u"ABSTRACT-%1:%2"_s.arg(verb, joinWords({path.mid(1)}));
    return u"UNIX-%1:%2"_s.arg(verb, pathOf(node, live));
}

QString unixLines(const Node& node, const LiveEndpoint* live)
{
    switch (node.kind) {
    case Kind::UnixDatagram:
        return u"$ socat -u %1 -\n$ echo hello | socat -u - %2\n$ ss -xan"_s.arg(
            socatPlace(node, live, u"RECV"_s), socatPlace(node, live, u"SENDTO"_s));
    case Kind::UnixSeqpacket:
        return u"$ socat %1,type=5,fork -\n$ socat - %2,type=5\n$ ss -xlp\n$ ss -xp"_s.arg(
            socatPlace(node, live, u"LISTEN"_s), socatPlace(node, live, u"CONNECT"_s));
    default: {
        const QString place = pathOf(node, live);
        return node.property(u"path"_s).toString().startsWith(u'@')
                   ? u"$ socat %1,fork -\n$ socat - %2\n$ ss -xlp\n$ ss -xp"_s.arg(
                         socatPlace(node, live, u"LISTEN"_s), socatPlace(node, live, u"CONNECT"_s))
                   : u"$ nc -lU %1\n$ nc -U %1\n$ socat - UNIX-CONNECT:%1\n$ ss -xlp | grep %1\n$ lsof %1"_s
                         .arg(place);
    }
    }
}

QString internetLines(const Node& node, const LiveEndpoint* live)
{
    const QString address = addressOf(node, live);
    const QString port = portOf(node, live);
    const QString v6 = address.contains(u':') ? u"-6 "_s : QString();
    if (node.kind == Kind::Udp)
        return u"$ nc %3-u -l %1 %2\n$ echo hello | nc %3-u -w1 %1 %2\n$ ss -uanp 'sport = :%2'\n$ lsof -nP -iUDP:%2"_s
            .arg(address, port, v6);
    return u"$ nc %3-l %1 %2\n$ nc %3%1 %2\n$ socat - TCP:%4:%2\n$ ss -tlnp 'sport = :%2'\n$ ss -tinp 'sport = :%2'\n$ lsof -nP -iTCP:%2"_s
        .arg(address, port, v6, address.contains(u':') ? u'[' + address + u']' : address);
}

/// How one looks at a connection; its listener says how it is made.
QString connectionLines(const LiveEndpoint& live)
{
    if (live.entry.kind == "tcp"_L1)
        return u"$ ss -tinp 'sport = :%1 or dport = :%1'\n$ lsof -nP -iTCP:%1"_s.arg(live.entry.port);
    return u"$ ss -xp | grep -w %1\n$ lsof -U +E | grep -w %1"_s.arg(live.entry.inode);
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

} // namespace

QString modeOf(const Node& node)
{
    const QString mode = node.property(u"mode"_s).toString();
    return mode.isEmpty() ? u"0600"_s : mode;
}

QString shellLines(const Topology& topology, const Node& node, const LiveEndpoint* live)
{
    if (live && live->entry.parent != 0)
        return connectionLines(*live);
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
        return u"$ %2 > %1\n$ %3 < %1\n$ stat %1\n$ lsof -o %1\n$ lslocks"_s.arg(
            pathOf(node, live), userOf(topology, node, u"write"_s, u"writer"_s),
            userOf(topology, node, u"read"_s, u"reader"_s));
    case Kind::Socketpair:
        return u"$ socat EXEC:'program-a' EXEC:'program-b'\n$ ss -xp"_s;
    case Kind::SysvQueue:
        return u"$ ipcmk -Q -p %1%2\n$ ipcs -q -i %3\n$ cat /proc/sysvipc/msg\n$ ipcrm -q %3"_s.arg(
            modeOf(node), keyOption(node), idOf(live));
    case Kind::PosixQueue:
        return u"$ cat /dev/mqueue/%1   # mount -t mqueue none /dev/mqueue\n$ ls -l /dev/mqueue\n$ rm /dev/mqueue/%1"_s
            .arg(posixName(node, live));
    case Kind::SysvShm:
        return u"$ ipcmk -M %1 -p %2%3\n$ ipcs -m -i %4\n$ ipcs -m -p\n$ ipcrm -m %4"_s.arg(
            sizeOf(node), modeOf(node), keyOption(node), idOf(live));
    case Kind::PosixShm:
        return u"$ truncate -s %2 /dev/shm/%1\n$ xxd /dev/shm/%1 | head\n$ lsof /dev/shm/%1\n$ rm /dev/shm/%1"_s
            .arg(posixName(node, live), sizeOf(node));
    case Kind::Memfd:
        return u"$ ls -l /proc/*/fd 2>/dev/null | grep memfd:\n$ xxd /proc/PID/fd/FD | head\n$ grep memfd: /proc/PID/maps"_s;
    case Kind::SysvSemaphore:
        return u"$ ipcmk -S %1 -p %2%3\n$ ipcs -s -i %4\n$ cat /proc/sysvipc/sem\n$ ipcrm -s %4"_s.arg(
            QString::number(node.property(u"values"_s).toArray().size()), modeOf(node), keyOption(node),
            idOf(live));
    case Kind::PosixSemaphore:
        if (node.liesInMemory())
            return semaphoreInMemoryLines(live);
        return u"$ xxd /dev/shm/sem.%1\n$ lsof /dev/shm/sem.%1\n$ rm /dev/shm/sem.%1"_s.arg(
            posixName(node, live));
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
        return unixLines(node, live);
    case Kind::Tcp:
    case Kind::Udp:
        return internetLines(node, live);
    case Kind::Raw:
        return u"$ ping -c 3 %1\n$ ss -wanp\n$ getcap $(command -v ping)"_s.arg(addressOf(node, live));
    case Kind::Eventfd:
        return u"$ ls -l /proc/*/fd 2>/dev/null | grep eventfd\n$ cat /proc/PID/fdinfo/FD   # eventfd-count"_s;
    case Kind::Pty:
        return u"$ script -c 'program' /dev/null\n$ socat PTY,link=tty,rawer EXEC:'program'\n$ stty -F %1 -a"_s
            .arg(live && !live->entry.path.isEmpty() ? live->entry.path : u"/dev/pts/N"_s);
    case Kind::Socket:
        return u"$ cat /proc/net/netlink /proc/net/packet\n$ ss -f netlink\n$ ss -f link\n$ ss -f vsock"_s;
    case Kind::Command:
    case Kind::Actor:
        break; // shellLines() of a process
    }
    return {};
}

QString shellLines(const Node& node, const LiveProcess* live)
{
    QString text =
        u"$ "_s + (node.kind == Kind::Actor ? u"lua5.4 %1.lua   # the system calls are ours"_s.arg(node.name)
                                            : joinWords(node.argv()));
    if (live && live->entry.pid > 0)
        text += u"\n$ ls -l /proc/%1/fd\n$ strace -f -p %1\n$ kill -TERM %1"_s.arg(live->entry.pid);
    return text;
}

} // namespace byteyard::gui
