// What each kind is, in the words of the Learn page.
#include "gui/panels/equivalents.h"

#include <QCoreApplication>

using namespace byteyard::model;

namespace byteyard::gui {

namespace {

struct EquivalentsText
{
    Q_DECLARE_TR_FUNCTIONS(Equivalents)
};

} // namespace

QString kindText(Kind kind)
{
    switch (kind) {
    case Kind::Command:
        return EquivalentsText::tr(
            "A **command** is a real process: it is forked, its descriptors are wired, and "
            "then it becomes the program. "
            "Descriptor 0 is what it reads, 1 is what it prints, 2 is where it complains; any "
            "other number can be wired too. "
            "No shell stands between: the arguments reach the program as they are.\n\n"
            "*fork(2), execve(2), dup2(2), wait(2)*");
    case Kind::Pipe:
        return EquivalentsText::tr("A **pipe** is a buffer in the kernel with a write end and a read end. "
                                   "A write waits while it is full, a read waits "
                                   "while it is empty. A byte that was read is gone. Readers see "
                                   "end-of-file when the *last* write end is closed; "
                                   "who writes when no read end is left gets SIGPIPE. Writes up to "
                                   "PIPE_BUF (4096 bytes) are never mixed.\n\n"
                                   "*pipe(7)*");
    case Kind::Fifo:
        return EquivalentsText::tr("A **named pipe** is a pipe with a name in the file system, so that "
                                   "programs that know nothing of each other can meet. "
                                   "`open` itself waits until there is somebody at the other end, unless "
                                   "O_NONBLOCK is given. The name stays until it is removed; "
                                   "the bytes do not.\n\n*fifo(7), mkfifo(3)*");
    case Kind::File:
        return EquivalentsText::tr("A **file** keeps what is written to it and can be read again. Each "
                                   "open gets a position of its own; descriptors that were "
                                   "inherited or duplicated share one. Nobody waits: a read at the end "
                                   "returns 0, whether or not a writer is still there.\n\n"
                                   "*open(2), lseek(2)*");
    case Kind::Socketpair:
        return EquivalentsText::tr(
            "A **socketpair** is two connected sockets without a name: bytes go both ways. As "
            "*stream* it has no message "
            "boundaries, as *datagram* and *seqpacket* each send is one receive. One "
            "direction can be shut down alone. "
            "Descriptors can be handed over through it.\n\n*socketpair(2), unix(7)*");
    case Kind::Actor:
        return EquivalentsText::tr(
            "An **actor** is a real process that runs a Lua script whose functions are the system calls, "
            "under their own names and with their own errors: `msgsnd`, `shmat`, `semop`, `connect`… Nothing "
            "is hidden, and nothing else can be reached. What is connected to it is a global of the handle's "
            "name. The inspector marks the line that runs or waits.\n\n*syscalls(2)*");
    case Kind::SysvQueue:
        return EquivalentsText::tr(
            "A **System V queue** keeps whole messages, each with a type from 1, in the order in which they "
            "came. `msgrcv` takes the first, the first of a type, or (negative) the first of the lowest type "
            "up to it. A send waits while *msg_qbytes* are in it. It lives until somebody removes it, "
            "whoever made it.\n\n*sysvipc(7), msgop(2)*");
    case Kind::PosixQueue:
        return EquivalentsText::tr(
            "A **POSIX queue** keeps whole messages by priority: the highest comes out first, "
            "equals in order. It has a name with one slash, a fixed number of messages and a "
            "largest size, and a descriptor that poll(2) knows. One process may ask to be "
            "told when a message comes into the empty queue. Nobody can look into it without "
            "taking: what is shown was captured.\n\n*mq_overview(7)*");
    case Kind::SysvShm:
        return EquivalentsText::tr(
            "A **shared memory segment** is the same pages in several processes: what one stores the others "
            "load, with no call and no copy, and with no order either, unless they agree on one (a "
            "semaphore, a futex, atomics). It is found by a key, and lives until it is removed *and* the "
            "last process has detached.\n\n*shmget(2), shmop(2)*");
    case Kind::PosixShm:
        return EquivalentsText::tr(
            "**POSIX shared memory** is a file in memory (/dev/shm) that is mapped by several "
            "processes. It has a descriptor and a size like any file; unlinked, it stays for "
            "those who have it.\n\n*shm_overview(7), mmap(2)*");
    case Kind::Memfd:
        return EquivalentsText::tr(
            "A **memfd** is shared memory without a name: a descriptor that is inherited or handed over a "
            "UNIX socket. Seals promise that it does not shrink, grow or change any more, so that a receiver "
            "need not trust the sender.\n\n*memfd_create(2), fcntl(2)*");
    case Kind::SysvSemaphore:
        return EquivalentsText::tr(
            "A **System V semaphore set** is several counters that one `semop` changes together or not at "
            "all. A process can wait for a counter to rise, or for zero. With SEM_UNDO the kernel takes back "
            "what a process that died had taken.\n\n*semget(2), semop(2)*");
    case Kind::PosixSemaphore:
        return EquivalentsText::tr(
            "A **POSIX semaphore** is one counter in shared memory: `sem_post` adds, `sem_wait` takes or "
            "waits, with a system call only when somebody has to. It has a name, or lies in memory that "
            "is shared already (`sem_init`). A process that dies holding it gives nothing "
            "back.\n\n*sem_overview(7), futex(2)*");
    case Kind::UnixStream:
        return EquivalentsText::tr(
            "A **UNIX stream socket** is listened on under a path or an abstract name; each "
            "client gets a connection of its own, a stream of bytes both ways. Connections "
            "wait in the *backlog* until they are accepted. The kernel tells who the peer is, "
            "and descriptors can be handed over.\n\n*unix(7), listen(2)*");
    case Kind::UnixDatagram:
        return EquivalentsText::tr(
            "A **UNIX datagram socket** takes whole messages from anybody who knows its name, in order and "
            "without loss: a sender waits while its receiver's queue is full.\n\n*unix(7)*");
    case Kind::UnixSeqpacket:
        return EquivalentsText::tr("A **UNIX seqpacket socket** is connected like a stream and keeps "
                                   "messages whole like datagrams, and it has an end.\n\n*unix(7)*");
    case Kind::Tcp:
        return EquivalentsText::tr(
            "A **TCP listener** accepts connections at an address and a port. Each is a "
            "stream of bytes both ways with queues at both sides: what the reader does not "
            "take fills its receive queue, then the sender's send queue, then the sender "
            "waits. Who closes first keeps TIME_WAIT for a minute.\n\n*tcp(7), ip(7)*");
    case Kind::Udp:
        return EquivalentsText::tr(
            "A **UDP socket** takes datagrams from anybody. Nobody waits for the receiver: "
            "what does not fit its queue is dropped, and only counted.\n\n*udp(7)*");
    case Kind::Raw:
        return EquivalentsText::tr(
            "A **raw socket** sends and receives packets of a protocol below TCP and UDP, such as ICMP, "
            "which `ping` uses. It needs the capability CAP_NET_RAW.\n\n*raw(7), capabilities(7)*");
    case Kind::Socket:
        return EquivalentsText::tr(
            "A **socket of another family** than UNIX and IP. With *netlink* a program asks the kernel "
            "for addresses, routes and devices, or is told when they change, and the C library looks at "
            "interfaces this way; *packet* is what a network device receives and sends; *vsock* leads to "
            "another machine on the same host. Its calls are followed, and who is at the other end is "
            "not.\n\n*socket(2), netlink(7), packet(7), vsock(7)*");
    case Kind::Eventfd:
        return EquivalentsText::tr(
            "An **eventfd** is a counter behind a descriptor: a write adds, a read takes all (or one, as a "
            "semaphore) and waits while it is 0. It wakes who polls.\n\n*eventfd(2)*");
    case Kind::Pty:
        return EquivalentsText::tr(
            "A **pseudoterminal** is a pair: what is written to the master comes out of the "
            "slave as if it had been typed, and what the slave's programs print comes out of "
            "the master. Between the two the line discipline edits lines, echoes, and turns "
            "Ctrl+C into SIGINT.\n\n*pty(7), termios(3)*");
    }
    return {};
}

} // namespace byteyard::gui
