#include "gui/panels/equivalents.h"

#include "model/session/engine_topology.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;
using namespace byteyard::model;

namespace byteyard::gui {

namespace {

QString placeOf(const Node& node)
{
    const QString path = node.property(u"path"_s).toString();
    return path.isEmpty() ? node.name : path;
}

QString nameOf(const Node& node)
{
    const QString path = node.property(u"path"_s).toString();
    return path.isEmpty() ? u"/name"_s : path;
}

QString keyOf(const Node& node)
{
    const QString key = node.property(u"key"_s).toString();
    return key.startsWith("0x"_L1) ? key : u"IPC_PRIVATE"_s;
}

QString number(const Node& node, const QString& key)
{
    return QString::number(node.property(key).toInteger());
}

QString internetDomain(const Node& node)
{
    return node.property(u"address"_s).toString().contains(u':') ? u"AF_INET6"_s : u"AF_INET"_s;
}

QString socketLines(const Node& node)
{
    const bool internet = node.kind == Kind::Tcp || node.kind == Kind::Udp;
    const QString domain = internet ? internetDomain(node) : u"AF_UNIX"_s;
    const QString type = node.kind == Kind::Tcp || node.kind == Kind::UnixStream ? u"SOCK_STREAM"_s
                         : node.kind == Kind::UnixSeqpacket                      ? u"SOCK_SEQPACKET"_s
                                                                                 : u"SOCK_DGRAM"_s;
    QString text = u"int s = socket(%1, %2, 0);\n"_s.arg(domain, type);
    if (node.property(u"reuseaddr"_s).toBool())
        text += u"setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);\n"_s;
    text += u"bind(s, (struct sockaddr *)&address, sizeof address);\n"_s;
    if (type == "SOCK_DGRAM"_L1)
        return text +
               u"recvfrom(s, buffer, sizeof buffer, 0, (struct sockaddr *)&peer, &length);\n// the other side\nsendto(c, data, size, 0, (struct sockaddr *)&address, sizeof address);"_s;
    return text +
           u"listen(s, %1);\nint connection = accept(s, NULL, NULL);   // waits for one\nrecv(connection, buffer, sizeof buffer, 0);\n// the other side\nconnect(c, (struct sockaddr *)&address, sizeof address);\nsend(c, data, size, 0);"_s
               .arg(number(node, u"backlog"_s));
}

QString cStrings(const QStringList& words)
{
    QStringList quoted;
    for (QString word : words)
        quoted.append(u'"' + word.replace(u'\\', u"\\\\"_s).replace(u'"', u"\\\""_s) + u'"');
    return quoted.join(u", "_s);
}

} // namespace

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
            .arg(placeOf(node), modeOf(node));
    case Kind::File:
        return u"int fd = open(\"%1\", O_RDWR | O_CREAT, %2);\nwrite(fd, data, size);\nlseek(fd, 0, SEEK_SET);\nread(fd, buffer, sizeof buffer);\nclose(fd);"_s
            .arg(placeOf(node), modeOf(node));
    case Kind::Socketpair: {
        const QString type = node.property(u"type"_s).toString();
        return u"int ends[2];\nsocketpair(AF_UNIX, SOCK_%1, 0, ends);\nsend(ends[0], data, size, 0);\nrecv(ends[1], buffer, sizeof buffer, 0);\nshutdown(ends[0], SHUT_WR);"_s
            .arg(type == "datagram"_L1    ? u"DGRAM"_s
                 : type == "seqpacket"_L1 ? u"SEQPACKET"_s
                                          : u"STREAM"_s);
    }
    case Kind::Actor:
        return u"/* a script of Lua 5.4: its functions are these system calls, its globals the handles */\n"_s +
               scriptOf(node).section(u'\n', 0, 20);
    case Kind::SysvQueue:
        return u"int q = msgget(%1, IPC_CREAT | %2);\nstruct { long type; char text[100]; } m = {.type = 1};\nmsgsnd(q, &m, size, 0);        // waits while msg_qbytes are in it\nmsgrcv(q, &m, sizeof m.text, 0, 0);\nmsgctl(q, IPC_RMID, NULL);"_s
            .arg(keyOf(node), modeOf(node));
    case Kind::PosixQueue:
        return u"struct mq_attr a = {.mq_maxmsg = %3, .mq_msgsize = %4};\nmqd_t q = mq_open(\"%1\", O_CREAT | O_RDWR, %2, &a);\nmq_send(q, data, size, priority);\nmq_receive(q, buffer, %4, &priority);   // the highest first\nmq_unlink(\"%1\");"_s
            .arg(nameOf(node), modeOf(node), number(node, u"maxmsg"_s), number(node, u"msgsize"_s));
    case Kind::SysvShm:
        return u"int m = shmget(%1, %3, IPC_CREAT | %2);\nvolatile int *p = shmat(m, NULL, 0);\n*p = *p + 1;   // no lock: updates get lost\nshmdt((void *)p);\nshmctl(m, IPC_RMID, NULL);"_s
            .arg(keyOf(node), modeOf(node), number(node, u"size"_s));
    case Kind::PosixShm:
        return u"int fd = shm_open(\"%1\", O_CREAT | O_RDWR, %2);\nftruncate(fd, %3);\nvolatile int *p = mmap(NULL, %3, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);\n*p = *p + 1;\nmunmap((void *)p, %3);\nshm_unlink(\"%1\");"_s
            .arg(nameOf(node), modeOf(node), number(node, u"size"_s));
    case Kind::Memfd:
        return u"int fd = memfd_create(\"%1\", MFD_ALLOW_SEALING);\nftruncate(fd, %2);\nvoid *p = mmap(NULL, %2, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);\nfcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW);"_s
            .arg(node.name, number(node, u"size"_s));
    case Kind::SysvSemaphore:
        return u"int s = semget(%1, %3, IPC_CREAT | %2);\nstruct sembuf down = {0, -1, SEM_UNDO}, up = {0, 1, SEM_UNDO};\nsemop(s, &down, 1);   // waits for a token\nsemop(s, &up, 1);\nsemctl(s, 0, IPC_RMID);"_s
            .arg(keyOf(node), modeOf(node), QString::number(node.property(u"values"_s).toArray().size()));
    case Kind::PosixSemaphore:
        if (node.liesInMemory())
            return u"sem_t *s = (sem_t *)((char *)memory + %1);\nsem_init(s, 1, %2);   // 1: processes share it\nsem_wait(s);\nsem_post(s);\nsem_destroy(s);"_s
                .arg(number(node, u"offset"_s), number(node, u"value"_s));
        return u"sem_t *s = sem_open(\"%1\", O_CREAT, %2, %3);\nsem_wait(s);\nsem_post(s);\nsem_unlink(\"%1\");"_s
            .arg(nameOf(node), modeOf(node), number(node, u"value"_s));
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
    case Kind::Tcp:
    case Kind::Udp:
        return socketLines(node);
    case Kind::Raw:
        return u"int s = socket(%2, SOCK_RAW, IPPROTO_%1);   // needs CAP_NET_RAW\nsendto(s, packet, size, 0, (struct sockaddr *)&address, sizeof address);\nrecv(s, buffer, sizeof buffer, 0);   // with its IP header"_s
            .arg(node.property(u"protocol"_s).toString().toUpper(), internetDomain(node));
    case Kind::Socket:
        return u"int s = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);\nsend(s, request, size, 0);   // to the kernel\nrecv(s, answer, sizeof answer, 0);"_s;
    case Kind::Eventfd:
        return u"int e = eventfd(%1, %2);\nuint64_t n = 1;\nwrite(e, &n, sizeof n);   // adds\nread(e, &n, sizeof n);    // takes %3, waits while it is 0"_s
            .arg(number(node, u"value"_s),
                 node.property(u"semaphore"_s).toBool() ? u"EFD_SEMAPHORE"_s : u"0"_s,
                 node.property(u"semaphore"_s).toBool() ? u"1"_s : u"all"_s);
    case Kind::Pty:
        return u"int master, slave;\nstruct winsize size = {.ws_row = %1, .ws_col = %2};\nopenpty(&master, &slave, NULL, NULL, &size);\nwrite(master, \"ls\\n\", 3);   // as if typed\nread(slave, buffer, sizeof buffer);"_s
            .arg(number(node, u"rows"_s), number(node, u"columns"_s));
    }
    return {};
}

} // namespace byteyard::gui
