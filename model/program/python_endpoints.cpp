#include "model/program/python_parts.h"

#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// What an endpoint of one kind needs in Python. What makes something also says how it is taken away.
class PythonEndpointWriter
{
public:
    PythonEndpointWriter(const ProgramPlan& plan, PythonNeeds& needs) : m_plan(plan), m_needs(needs) {}

    void write(const PlannedEndpoint& endpoint)
    {
        m_endpoint = &endpoint;
        m_name = endpoint.name;
        make(u"# "_s + captionOf(endpoint));
        if (!endpoint.path.isEmpty())
            makeVariable(u"path"_s, pythonText(endpoint.path, m_plan));
        if (endpoint.isModeOpen())
            make(u"mask = os.umask(0)  # its mode is as it says"_s);
        byKind();
        if (endpoint.isModeOpen())
            make(u"os.umask(mask)"_s);
    }

    PythonEndpoints take() { return m_parts; }

private:
    void make(const QString& line) { m_parts.making.add(u"    "_s + line); }
    void makeVariable(const QString& field, const QString& value)
    {
        m_parts.variables.append(m_name + u'_' + field);
        make(u"%1_%2 = %3"_s.arg(m_name, field, value));
    }
    void undo(const QString& call) { make(u"undo.append(lambda: %1)"_s.arg(call)); }
    QString property(const char* key) const { return QString::number(m_endpoint->number(key)); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }
    void module(const char* name) { m_needs.modules.insert(QString::fromLatin1(name)); }
    QString pathBytes() const { return u"os.fsencode(%1_path)"_s.arg(m_name); }

    void byKind()
    {
        switch (m_endpoint->node->kind) {
        case Kind::Pipe:
            pipe();
            break;
        case Kind::Fifo:
        case Kind::File:
            named();
            break;
        case Kind::Socketpair:
            socketpair();
            break;
        case Kind::SysvQueue:
        case Kind::SysvShm:
        case Kind::SysvSemaphore:
            systemV();
            break;
        case Kind::PosixQueue:
            posixQueue();
            break;
        case Kind::PosixShm:
            posixMemory();
            break;
        case Kind::PosixSemaphore:
            m_endpoint->memory >= 0 ? semaphoreInMemory() : posixSemaphore();
            break;
        case Kind::Memfd:
            memfd();
            break;
        case Kind::Eventfd:
            makeVariable(u"fd"_s,
                         u"os.eventfd(%1, %2)  # a counter: write() adds to it, read() takes it"_s.arg(
                             property("value"), m_endpoint->flag("semaphore")
                                                    ? u"os.EFD_CLOEXEC | os.EFD_SEMAPHORE"_s
                                                    : u"os.EFD_CLOEXEC"_s));
            break;
        case Kind::Pty:
            pty();
            break;
        case Kind::Raw:
            return; // each process has a socket of its own
        default:
            socket();
            break;
        }
        if (m_plan.highestTarget() > 2)
            for (const QString& end : ProgramPlan::heldEnds(*m_endpoint))
                make(u"%1_%2 = %3(%1_%2)"_s.arg(m_name, end, helper("move_up")));
    }

    void pipe()
    {
        m_parts.variables += QStringList{m_name + u"_read"_s, m_name + u"_write"_s};
        make(m_endpoint->flag("packets")
                 ? u"%1_read, %1_write = os.pipe2(os.O_CLOEXEC | os.O_DIRECT)  # each write stays a packet"_s
                       .arg(m_name)
                 : u"%1_read, %1_write = os.pipe()"_s.arg(m_name));
        if (m_endpoint->number("capacity") == 0)
            return;
        module("fcntl");
        make(u"fcntl.fcntl(%1_write, fcntl.F_SETPIPE_SZ, %2)"_s.arg(m_name, property("capacity")));
    }

    void named()
    {
        const bool isFifo = m_endpoint->node->kind == Kind::Fifo;
        if (m_endpoint->isExisting) {
            make(u"os.stat(%1_path)"_s.arg(m_name));
        } else if (!m_endpoint->isReserved) {
            const QString create = isFifo
                                       ? u"os.mkfifo(%1_path, %2)"_s.arg(m_name, pythonMode(*m_endpoint))
                                       : u"os.close(os.open(%1_path, os.O_WRONLY | os.O_CREAT%3, %2))"_s.arg(
                                             m_name, pythonMode(*m_endpoint),
                                             m_endpoint->isLeftBehind() ? u" | os.O_EXCL"_s : QString());
            if (m_endpoint->isLeftBehind()) {
                make(u"try:"_s);
                make(u"    %1"_s.arg(create));
                make(u"    undo.append(lambda: os.unlink(%1_path))"_s.arg(m_name));
                make(u"except FileExistsError:"_s);
                make(u"    pass  # what was there before is used, and stays"_s);
            } else {
                make(create);
            }
        }
        for (const QString& word : m_endpoint->shared)
            makeVariable(
                ProgramPlan::sharedEnd(*m_endpoint, word),
                u"os.open(%1_path, %2, %3)  # one offset for all who share it"_s.arg(
                    m_name, pythonFlags(m_plan.flagsOfShared(*m_endpoint, word)), pythonMode(*m_endpoint)));
    }

    void socketpair()
    {
        module("socket");
        make(u"%1_a, %1_b = socket.socketpair(socket.AF_UNIX, socket.%2)"_s.arg(m_name,
                                                                                m_endpoint->socketType()));
        for (const QString& end : {u"_a"_s, u"_b"_s})
            for (const QString& line : pythonOptions(*m_endpoint, m_name + end))
                make(line);
        make(u"%1_a, %1_b = %1_a.detach(), %1_b.detach()"_s.arg(m_name));
        m_parts.variables += QStringList{m_name + u"_a"_s, m_name + u"_b"_s};
    }

    void systemV()
    {
        helper("ipc");
        const Kind kind = m_endpoint->node->kind;
        const bool isQueue = kind == Kind::SysvQueue;
        const QJsonArray values = m_endpoint->node->property(u"values"_s).toArray();
        const QString call = isQueue ? u"msgget"_s : kind == Kind::SysvShm ? u"shmget"_s : u"semget"_s;
        const QString size = isQueue                 ? QString()
                             : kind == Kind::SysvShm ? u"ctypes.c_size_t(%1), "_s.arg(property("size"))
                                                     : QString::number(values.size()) + u", "_s;
        const QString key = m_endpoint->text("key");
        const QString flags = size + u"IPC_CREAT | IPC_EXCL | "_s + pythonMode(*m_endpoint);
        if (key.startsWith("id:"_L1)) {
            makeVariable(u"id"_s, key.mid(3));
        } else if (m_endpoint->isExisting) {
            makeVariable(u"id"_s, u"c_call(\"%1\", %2, %3)"_s.arg(call, key, isQueue ? u"0"_s : u"0, 0"_s));
        } else if (m_endpoint->isKeyAsked && key.isEmpty()) {
            helper("random_key");
            m_parts.variables += QStringList{m_name + u"_id"_s, m_name + u"_key"_s};
            make(u"%1_id, %1_key = with_random_key(\"%2\", %3)"_s.arg(m_name, call, flags));
        } else {
            makeVariable(u"id"_s, u"c_call(\"%1\", %2, %3)"_s.arg(
                                      call, key.isEmpty() ? u"IPC_PRIVATE"_s : key, flags));
        }
        if (!m_endpoint->isExisting)
            undo(isQueue                 ? u"c_call(\"msgctl\", %1_id, IPC_RMID, None)"_s.arg(m_name)
                 : kind == Kind::SysvShm ? u"c_call(\"shmctl\", %1_id, IPC_RMID, None)"_s.arg(m_name)
                                         : u"c_call(\"semctl\", %1_id, 0, IPC_RMID)"_s.arg(m_name));
        if (isQueue && m_endpoint->number("qbytes") > 0) {
            make(u"state = %1()"_s.arg(helper("QueueState")));
            make(u"c_call(\"msgctl\", %1_id, IPC_STAT, ctypes.byref(state))"_s.arg(m_name));
            make(u"state.msg_qbytes = %1  # so much may wait before msgsnd() does"_s.arg(property("qbytes")));
            make(u"c_call(\"msgctl\", %1_id, IPC_SET, ctypes.byref(state))"_s.arg(m_name));
        }
        if (kind == Kind::SysvSemaphore && !m_endpoint->isExisting) {
            QStringList numbers;
            for (const QJsonValue& value : values)
                numbers.append(QString::number(value.toInt()));
            make(u"SETALL = 17  # <sys/sem.h>"_s);
            make(u"c_call(\"semctl\", %1_id, 0, SETALL, (ctypes.c_ushort * %2)(%3))"_s.arg(
                m_name, QString::number(values.size()), numbers.join(", "_L1)));
        }
    }

    void posixQueue()
    {
        helper("c_call");
        if (m_endpoint->isExisting)
            return; // who opens it sees whether it is there
        make(u"limits = %1(0, %2, %3)"_s.arg(helper("QueueLimits"), property("maxmsg"), property("msgsize")));
        make(
            u"os.close(c_call(\"mq_open\", %1, os.O_RDWR | os.O_CREAT | os.O_EXCL, %2, ctypes.byref(limits)))"_s
                .arg(pathBytes(), pythonMode(*m_endpoint)));
        undo(u"c_call(\"mq_unlink\", %1)"_s.arg(pathBytes()));
    }

    void posixMemory()
    {
        helper("c_call");
        if (m_endpoint->isExisting) {
            make(u"os.close(c_call(\"shm_open\", %1, os.O_RDONLY, 0))"_s.arg(pathBytes()));
            return;
        }
        make(u"memory = c_call(\"shm_open\", %1, os.O_RDWR | os.O_CREAT | os.O_EXCL, %2)"_s.arg(
            pathBytes(), pythonMode(*m_endpoint)));
        undo(u"c_call(\"shm_unlink\", %1)"_s.arg(pathBytes()));
        make(u"os.ftruncate(memory, %1)"_s.arg(property("size")));
        make(u"os.close(memory)"_s);
    }

    void posixSemaphore()
    {
        if (m_endpoint->isExisting) {
            make(u"%1(%2_path, 0)"_s.arg(helper("open_semaphore"), m_name));
            return;
        }
        make(u"%1(%2_path, os.O_CREAT | os.O_EXCL, %3, %4)"_s.arg(
            helper("open_semaphore"), m_name, pythonMode(*m_endpoint), property("value")));
        undo(u"c_call(\"sem_unlink\", %1)"_s.arg(pathBytes()));
    }

    /// Made where the memory's users will find it.
    void semaphoreInMemory()
    {
        if (m_endpoint->isExisting)
            return;
        helper("c_call");
        const PlannedEndpoint& memory = m_plan.endpoints.at(m_endpoint->memory);
        const QString offset = property("offset");
        const QString init = u"c_call(\"sem_init\", %1, 1, %2)  # 1: processes share it"_s;
        if (memory.node->kind == Kind::SysvShm) {
            make(u"C.shmat.restype = ctypes.c_void_p"_s);
            make(u"memory = c_call(\"shmat\", %1_id, None, 0)"_s.arg(memory.name));
            make(init.arg(u"ctypes.c_void_p(memory + %1)"_s.arg(offset), property("value")));
            make(u"c_call(\"shmdt\", ctypes.c_void_p(memory))"_s);
            return;
        }
        module("mmap");
        const bool isMemfd = memory.node->kind == Kind::Memfd;
        if (!isMemfd)
            make(u"memory = c_call(\"shm_open\", os.fsencode(%1_path), os.O_RDWR, 0)"_s.arg(memory.name));
        const QString fd = isMemfd ? memory.name + u"_fd"_s : u"memory"_s;
        make(u"place = ctypes.c_char.from_buffer(mmap.mmap(%1, 0), %2)"_s.arg(fd, offset));
        make(init.arg(u"ctypes.byref(place)"_s, property("value")));
        if (!isMemfd)
            make(u"os.close(memory)"_s);
    }

    void memfd()
    {
        QString name = m_endpoint->node->name;
        constexpr qsizetype longestName = 249; // memfd_create(2)
        while (name.toUtf8().size() > longestName)
            name.chop(1);
        makeVariable(u"fd"_s,
                     u"os.memfd_create(%1, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)"_s.arg(pythonString(name)));
        make(u"os.ftruncate(%1_fd, %2)"_s.arg(m_name, property("size")));
        QStringList seals;
        for (const QJsonValue& seal : m_endpoint->node->property(u"seals"_s).toArray())
            seals.append(u"fcntl."_s + seal.toString());
        if (seals.isEmpty())
            return;
        module("fcntl");
        make(u"fcntl.fcntl(%1_fd, fcntl.F_ADD_SEALS, %2)"_s.arg(m_name, seals.join(" | "_L1)));
    }

    void pty()
    {
        for (const char* name : {"fcntl", "struct", "termios"})
            module(name);
        m_parts.variables += QStringList{m_name + u"_master"_s, m_name + u"_slave"_s};
        make(u"%1_master, %1_slave = os.openpty()"_s.arg(m_name));
        make(u"fcntl.ioctl(%1_master, termios.TIOCSWINSZ, struct.pack(\"HHHH\", %2, %3, 0, 0))"_s.arg(
            m_name, property("rows"), property("columns")));
    }

    void socket()
    {
        const bool choosesPort = m_endpoint->path.isEmpty() && m_endpoint->number("port") == 0;
        const QString family = m_endpoint->socketFamily();
        const QString type = m_endpoint->socketType();
        module("socket");
        if (m_endpoint->isReserved) {
            if (choosesPort)
                makeVariable(u"port"_s, u"%1(socket.%2, socket.%3, %4)"_s.arg(
                                            helper("free_port"), family, type,
                                            pythonString(m_endpoint->text("address"))));
            return;
        }
        make(u"made = socket.socket(socket.%1, socket.%2)"_s.arg(family, type));
        if (m_endpoint->flag("reuseaddr"))
            make(u"made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)"_s);
        for (const QString& line : pythonOptions(*m_endpoint, u"made"_s))
            make(line);
        make(u"made.bind(%1)"_s.arg(choosesPort ? u"(%1, 0)"_s.arg(pythonString(m_endpoint->text("address")))
                                                : pythonAddress(*m_endpoint, m_needs)));
        if (m_endpoint->isLeftBehind())
            undo(u"os.unlink(%1_path)"_s.arg(m_name));
        if (type != "SOCK_DGRAM"_L1)
            make(u"made.listen(%1)"_s.arg(property("backlog")));
        if (choosesPort)
            makeVariable(u"port"_s, u"made.getsockname()[1]"_s);
        makeVariable(u"fd"_s, u"made.detach()"_s);
    }

    const ProgramPlan& m_plan;
    PythonNeeds& m_needs;
    PythonEndpoints m_parts;
    const PlannedEndpoint* m_endpoint = nullptr;
    QString m_name;
};

} // namespace

PythonEndpoints pythonEndpoints(const ProgramPlan& plan, PythonNeeds& needs)
{
    PythonEndpointWriter writer(plan, needs);
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        writer.write(endpoint);
    return writer.take();
}

} // namespace byteyard::model
