#include "model/program/c_parts.h"

#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

/// What an endpoint of one kind needs in C.
class CEndpointWriter
{
public:
    CEndpointWriter(const ProgramPlan& plan, CNeeds& needs) : m_plan(plan), m_needs(needs) {}

    void write(const PlannedEndpoint& endpoint)
    {
        m_endpoint = &endpoint;
        m_name = endpoint.name;
        m_parts.making.gap();
        make(u"/* %1 */"_s.arg(captionOf(endpoint)));
        if (!endpoint.path.isEmpty()) {
            declare(u"static char *%1_path;"_s.arg(m_name));
            make(u"%1_path = %2;"_s.arg(m_name, cText(endpoint.path, m_plan, m_needs)));
        }
        if (endpoint.isModeOpen()) {
            header("sys/stat.h");
            make(u"mode_t %1_mask = umask(0); /* its mode is as it says */"_s.arg(m_name));
        }
        byKind();
        if (endpoint.isModeOpen())
            make(u"umask(%1_mask);"_s.arg(m_name));
    }

    CEndpoints take() { return m_parts; }

private:
    void declare(const QString& line) { m_parts.variables.add(line); }
    void make(const QString& line) { m_parts.making.add(u"    "_s + line); }
    void remove(const QString& line) { m_parts.removing.add(u"    "_s + line); }
    QString property(const char* key) const { return QString::number(m_endpoint->number(key)); }
    QString mode() const { return m_endpoint->text("mode"); }
    QString helper(const char* name) { return m_needs.helper(QString::fromLatin1(name)); }
    void header(const char* name) { m_needs.headers.insert(QString::fromLatin1(name)); }

    void byKind()
    {
        switch (m_endpoint->node->kind) {
        case Kind::Pipe:
            return pipe();
        case Kind::Fifo:
        case Kind::File:
            return named();
        case Kind::Socketpair:
            return socketpair();
        case Kind::SysvQueue:
        case Kind::SysvShm:
        case Kind::SysvSemaphore:
            return systemV();
        case Kind::PosixQueue:
            return posixQueue();
        case Kind::PosixShm:
            return posixMemory();
        case Kind::PosixSemaphore:
            return m_endpoint->memory >= 0 ? semaphoreInMemory() : posixSemaphore();
        case Kind::Memfd:
            return memfd();
        case Kind::Eventfd:
            return eventfd();
        case Kind::Pty:
            return pty();
        case Kind::Raw:
            return; // each process has a socket of its own
        default:
            return socket();
        }
    }

    void pipe()
    {
        declare(u"static int %1_ends[2]; /* what is written to [1] is read from [0] */"_s.arg(m_name));
        make(
            m_endpoint->flag("packets")
                ? u"check(pipe2(%1_ends, O_DIRECT), \"pipe2\"); /* each write stays a packet */"_s.arg(m_name)
                : u"check(pipe(%1_ends), \"pipe\");"_s.arg(m_name));
        header("fcntl.h");
        if (m_endpoint->number("capacity") > 0)
            make(u"check(fcntl(%1_ends[1], F_SETPIPE_SZ, %2), \"F_SETPIPE_SZ\");"_s.arg(
                m_name, property("capacity")));
        moveUp();
    }

    void named()
    {
        const bool isFifo = m_endpoint->node->kind == Kind::Fifo;
        header("sys/stat.h");
        header("fcntl.h");
        if (m_endpoint->isExisting) {
            make(u"check(access(%1_path, F_OK), %1_path);"_s.arg(m_name));
        } else if (!m_endpoint->isReserved) {
            const QString call = isFifo ? u"mkfifo(%1_path, %2)"_s.arg(m_name, mode())
                                        : u"open(%1_path, O_WRONLY | O_CREAT, %2)"_s.arg(m_name, mode());
            const QString exclusive =
                isFifo ? call : u"open(%1_path, O_WRONLY | O_CREAT | O_EXCL, %2)"_s.arg(m_name, mode());
            if (m_endpoint->isLeftBehind())
                madeUnlessThere(exclusive, isFifo);
            else
                make(isFifo ? u"check(%1, %2_path);"_s.arg(call, m_name)
                            : u"close(check(%1, %2_path));"_s.arg(call, m_name));
        }
        for (const QString& word : m_endpoint->shared) {
            const QString variable = cEnd(*m_endpoint, ProgramPlan::sharedEnd(*m_endpoint, word));
            declare(
                u"static int %1; /* one open file description, and one offset, for all who name it */"_s.arg(
                    variable));
            make(u"%1 = check(open(%2_path, %3, %4), %2_path);"_s.arg(
                variable, m_name, m_plan.flagsOfShared(*m_endpoint, word).join(" | "_L1), mode()));
        }
        moveUp();
    }

    /// What was there before is used, and not removed.
    void madeUnlessThere(const QString& call, bool isFifo)
    {
        header("stdbool.h");
        declare(u"static bool %1_made; /* by us, so we remove it */"_s.arg(m_name));
        make(isFifo ? u"%1_made = %2 == 0;"_s.arg(m_name, call) : u"int %1_fd = %2;"_s.arg(m_name, call));
        if (!isFifo) {
            make(u"%1_made = %1_fd != -1;"_s.arg(m_name));
            make(u"if (%1_made)"_s.arg(m_name));
            make(u"    close(%1_fd);"_s.arg(m_name));
            make(u"else if (errno != EEXIST)"_s);
        } else {
            make(u"if (!%1_made && errno != EEXIST)"_s.arg(m_name));
        }
        make(u"    fail(%1_path);"_s.arg(m_name));
        removeMade(u"unlink(%1_path)"_s.arg(m_name));
    }

    void removeMade(const QString& call)
    {
        remove(u"if (%1_made)"_s.arg(m_name));
        remove(u"    %1;"_s.arg(call));
    }

    void moveUp()
    {
        if (m_plan.highestTarget() <= 2)
            return;
        for (const QString& end : ProgramPlan::heldEnds(*m_endpoint))
            make(u"%1(&%2);"_s.arg(helper("move_up"), cEnd(*m_endpoint, end)));
    }

    void buffers(const QString& fd)
    {
        header("sys/socket.h");
        for (const auto& [key, option] :
             {std::pair("sndbuf", u"SO_SNDBUF"_s), std::pair("rcvbuf", u"SO_RCVBUF"_s)})
            if (m_endpoint->number(key) > 0)
                make(u"%1(%2, SOL_SOCKET, %3, %4);"_s.arg(helper("set_option"), fd, option, property(key)));
    }

    void socketpair()
    {
        declare(u"static int %1_ends[2]; /* a and b: what goes in at one comes out at the other */"_s.arg(
            m_name));
        make(u"check(socketpair(AF_UNIX, %1, 0, %2_ends), \"socketpair\");"_s.arg(m_endpoint->socketType(),
                                                                                  m_name));
        buffers(m_name + u"_ends[0]"_s);
        buffers(m_name + u"_ends[1]"_s);
        moveUp();
    }

    void systemV()
    {
        const Kind kind = m_endpoint->node->kind;
        const bool isQueue = kind == Kind::SysvQueue;
        header(isQueue ? "sys/msg.h" : kind == Kind::SysvShm ? "sys/shm.h" : "sys/sem.h");
        const QJsonArray values = m_endpoint->node->property(u"values"_s).toArray();
        const QString call = isQueue ? u"msgget"_s : kind == Kind::SysvShm ? u"shmget"_s : u"semget"_s;
        const QString size = isQueue                 ? QString()
                             : kind == Kind::SysvShm ? property("size") + u", "_s
                                                     : QString::number(values.size()) + u", "_s;
        declare(u"static int %1_id = -1;"_s.arg(m_name));
        const QString key = m_endpoint->text("key");
        if (key.startsWith("id:"_L1)) {
            make(u"%1_id = %2;"_s.arg(m_name, key.mid(3)));
        } else if (m_endpoint->isExisting) {
            make(
                u"%1_id = check(%2(%3, %4), \"%2\");"_s.arg(m_name, call, key, isQueue ? u"0"_s : u"0, 0"_s));
        } else if (!key.isEmpty()) {
            make(u"%1_id = check(%2((key_t)%3, %4IPC_CREAT | IPC_EXCL | %5), \"%2\");"_s.arg(
                m_name, call, key, size, mode()));
        } else if (m_endpoint->isKeyAsked) {
            declare(u"static key_t %1_key;"_s.arg(m_name));
            make(u"do {"_s);
            make(u"    %1_key = %2();"_s.arg(m_name, helper("random_key")));
            make(u"    %1_id = %2(%1_key, %3IPC_CREAT | IPC_EXCL | %4);"_s.arg(m_name, call, size, mode()));
            make(u"} while (%1_id == -1 && errno == EEXIST);"_s.arg(m_name));
            make(u"check(%1_id, \"%2\");"_s.arg(m_name, call));
        } else {
            make(u"%1_id = check(%2(IPC_PRIVATE, %3IPC_CREAT | %4), \"%2\");"_s.arg(m_name, call, size,
                                                                                    mode()));
        }
        if (!m_endpoint->isExisting) {
            remove(u"if (%1_id != -1)"_s.arg(m_name));
            remove(isQueue                 ? u"    msgctl(%1_id, IPC_RMID, NULL);"_s.arg(m_name)
                   : kind == Kind::SysvShm ? u"    shmctl(%1_id, IPC_RMID, NULL);"_s.arg(m_name)
                                           : u"    semctl(%1_id, 0, IPC_RMID);"_s.arg(m_name));
        }
        if (isQueue && m_endpoint->number("qbytes") > 0) {
            make(u"struct msqid_ds %1_state;"_s.arg(m_name));
            make(u"check(msgctl(%1_id, IPC_STAT, &%1_state), \"msgctl\");"_s.arg(m_name));
            make(u"%1_state.msg_qbytes = %2; /* so much may wait before msgsnd() does */"_s.arg(
                m_name, property("qbytes")));
            make(u"check(msgctl(%1_id, IPC_SET, &%1_state), \"msgctl\");"_s.arg(m_name));
        }
        if (kind == Kind::SysvSemaphore && !m_endpoint->isExisting) {
            QStringList numbers;
            for (const QJsonValue& value : values)
                numbers.append(QString::number(value.toInt()));
            make(u"unsigned short %1_values[] = {%2};"_s.arg(m_name, numbers.join(", "_L1)));
            make(u"check(semctl(%1_id, 0, SETALL, (%2){.array = %1_values}), \"semctl\");"_s.arg(
                m_name, helper("union semun")));
        }
    }

    void posixQueue()
    {
        header("mqueue.h");
        header("fcntl.h");
        if (m_endpoint->isExisting)
            return; // who opens it sees whether it is there
        header("stdbool.h");
        declare(u"static bool %1_made;"_s.arg(m_name));
        make(u"struct mq_attr %1_limits = {.mq_maxmsg = %2, .mq_msgsize = %3};"_s.arg(
            m_name, property("maxmsg"), property("msgsize")));
        make(u"mq_close(check(mq_open(%1_path, O_RDWR | O_CREAT | O_EXCL, %2, &%1_limits), %1_path));"_s.arg(
            m_name, mode()));
        make(u"%1_made = true;"_s.arg(m_name));
        removeMade(u"mq_unlink(%1_path)"_s.arg(m_name));
    }

    void posixMemory()
    {
        header("sys/mman.h");
        header("fcntl.h");
        if (m_endpoint->isExisting) {
            make(u"close(check(shm_open(%1_path, O_RDONLY, 0), %1_path));"_s.arg(m_name));
            return;
        }
        header("stdbool.h");
        declare(u"static bool %1_made;"_s.arg(m_name));
        make(u"int %1_fd = check(shm_open(%1_path, O_RDWR | O_CREAT | O_EXCL, %2), %1_path);"_s.arg(m_name,
                                                                                                    mode()));
        make(u"%1_made = true;"_s.arg(m_name));
        make(u"check(ftruncate(%1_fd, %2), \"ftruncate\");"_s.arg(m_name, property("size")));
        make(u"close(%1_fd);"_s.arg(m_name));
        removeMade(u"shm_unlink(%1_path)"_s.arg(m_name));
    }

    void posixSemaphore()
    {
        header("semaphore.h");
        header("fcntl.h");
        make(m_endpoint->isExisting
                 ? u"sem_t *%1_semaphore = sem_open(%1_path, 0);"_s.arg(m_name)
                 : u"sem_t *%1_semaphore = sem_open(%1_path, O_CREAT | O_EXCL, %2, %3);"_s.arg(
                       m_name, mode(), property("value")));
        make(u"if (%1_semaphore == SEM_FAILED)"_s.arg(m_name));
        make(u"    fail(%1_path);"_s.arg(m_name));
        make(u"sem_close(%1_semaphore);"_s.arg(m_name));
        if (m_endpoint->isExisting)
            return;
        header("stdbool.h");
        declare(u"static bool %1_made;"_s.arg(m_name));
        make(u"%1_made = true;"_s.arg(m_name));
        removeMade(u"sem_unlink(%1_path)"_s.arg(m_name));
    }

    /// Made where the memory's users will find it.
    void semaphoreInMemory()
    {
        if (m_endpoint->isExisting)
            return;
        header("semaphore.h");
        header("sys/mman.h");
        const PlannedEndpoint& memory = m_plan.endpoints.at(m_endpoint->memory);
        const bool isSysV = memory.node->kind == Kind::SysvShm;
        const QString offset = property("offset");
        const QString end = QString::number(m_endpoint->number("offset") + semaphoreBytes);
        if (isSysV) {
            make(u"char *%1_memory = shmat(%2_id, NULL, 0);"_s.arg(m_name, memory.name));
        } else {
            const bool isMemfd = memory.node->kind == Kind::Memfd;
            if (!isMemfd)
                make(u"int %1_in = check(shm_open(%2_path, O_RDWR, 0), %2_path);"_s.arg(m_name, memory.name));
            make(u"char *%1_memory = mmap(NULL, %2, PROT_READ | PROT_WRITE, MAP_SHARED, %3, 0);"_s.arg(
                m_name, end, isMemfd ? cEnd(memory, u"fd"_s) : m_name + u"_in"_s));
        }
        make(u"if (%1_memory == (void *)-1)"_s.arg(m_name));
        make(u"    fail(\"%1\");"_s.arg(isSysV ? u"shmat"_s : u"mmap"_s));
        make(u"check(sem_init((sem_t *)(%1_memory + %2), 1, %3), \"sem_init\"); /* 1: processes share it */"_s
                 .arg(m_name, offset, property("value")));
        if (isSysV) {
            make(u"shmdt(%1_memory);"_s.arg(m_name));
            return;
        }
        make(u"munmap(%1_memory, %2);"_s.arg(m_name, end));
        if (memory.node->kind == Kind::PosixShm)
            make(u"close(%1_in);"_s.arg(m_name));
    }

    void memfd()
    {
        header("sys/mman.h");
        header("fcntl.h");
        declare(
            u"static int %1_fd; /* memory that goes with its last descriptor and mapping */"_s.arg(m_name));
        QString name = m_endpoint->node->name;
        while (name.toUtf8().size() > longestMemfdName)
            name.chop(1);
        make(u"%1_fd = check(memfd_create(%2, MFD_ALLOW_SEALING), \"memfd_create\");"_s.arg(m_name,
                                                                                            cString(name)));
        make(u"check(ftruncate(%1_fd, %2), \"ftruncate\");"_s.arg(m_name, property("size")));
        QStringList seals;
        for (const QJsonValue& seal : m_endpoint->node->property(u"seals"_s).toArray())
            seals.append(seal.toString());
        if (!seals.isEmpty())
            make(u"check(fcntl(%1_fd, F_ADD_SEALS, %2), \"F_ADD_SEALS\");"_s.arg(m_name,
                                                                                 seals.join(" | "_L1)));
        moveUp();
    }

    void eventfd()
    {
        header("sys/eventfd.h");
        declare(u"static int %1_fd; /* a counter: write() adds to it, read() takes it */"_s.arg(m_name));
        make(u"%1_fd = check(eventfd(%2, %3), \"eventfd\");"_s.arg(
            m_name, property("value"), m_endpoint->flag("semaphore") ? u"EFD_SEMAPHORE"_s : u"0"_s));
        moveUp();
    }

    void pty()
    {
        header("pty.h");
        declare(
            u"static int %1_master, %1_slave; /* what is written to one is typed at, or shown by, the other */"_s
                .arg(m_name));
        make(u"struct winsize %1_size = {.ws_row = %2, .ws_col = %3};"_s.arg(m_name, property("rows"),
                                                                             property("columns")));
        make(u"check(openpty(&%1_master, &%1_slave, NULL, NULL, &%1_size), \"openpty\");"_s.arg(m_name));
        moveUp();
    }

    void socket()
    {
        const bool isInternet = m_endpoint->path.isEmpty();
        const bool choosesPort = isInternet && m_endpoint->number("port") == 0;
        const QString family = m_endpoint->socketFamily();
        const QString type = m_endpoint->socketType();
        if (choosesPort)
            declare(u"static int %1_port;"_s.arg(m_name));
        if (m_endpoint->isReserved) {
            if (choosesPort)
                make(u"%1_port = %2(%3, %4, %5);"_s.arg(m_name, helper("free_port"), family, type,
                                                        cAddress(*m_endpoint, m_needs, true)));
            return;
        }
        declare(u"static int %1_fd;"_s.arg(m_name));
        make(u"%1_fd = check(socket(%2, %3, 0), \"socket\");"_s.arg(m_name, family, type));
        if (m_endpoint->flag("reuseaddr"))
            make(u"%1(%2_fd, SOL_SOCKET, SO_REUSEADDR, 1);"_s.arg(helper("set_option"), m_name));
        if (m_endpoint->flag("nodelay")) {
            header("netinet/in.h");
            header("netinet/tcp.h");
            make(u"%1(%2_fd, IPPROTO_TCP, TCP_NODELAY, 1);"_s.arg(helper("set_option"), m_name));
        }
        buffers(m_name + u"_fd"_s);
        make(u"%1(%2_fd, %3);"_s.arg(helper("bind_to"), m_name, cAddress(*m_endpoint, m_needs, true)));
        if (m_endpoint->isLeftBehind()) {
            header("stdbool.h");
            declare(u"static bool %1_made;"_s.arg(m_name));
            make(u"%1_made = true;"_s.arg(m_name));
            removeMade(u"unlink(%1_path)"_s.arg(m_name));
        }
        if (type != "SOCK_DGRAM"_L1)
            make(u"check(listen(%1_fd, %2), \"listen\");"_s.arg(m_name, property("backlog")));
        if (choosesPort)
            make(u"%1_port = %2(%1_fd);"_s.arg(m_name, helper("port_of")));
        moveUp();
    }

    static constexpr qint64 semaphoreBytes = 32;       ///< sizeof(sem_t)
    static constexpr qsizetype longestMemfdName = 249; ///< memfd_create(2)

    const ProgramPlan& m_plan;
    CNeeds& m_needs;
    CEndpoints m_parts;
    const PlannedEndpoint* m_endpoint = nullptr;
    QString m_name;
};

} // namespace

CEndpoints cEndpoints(const ProgramPlan& plan, CNeeds& needs)
{
    CEndpointWriter writer(plan, needs);
    for (const PlannedEndpoint& endpoint : plan.endpoints)
        writer.write(endpoint);
    return writer.take();
}

} // namespace byteyard::model
