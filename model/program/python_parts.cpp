#include "model/program/python_parts.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

QString pythonEscaped(const QString& text)
{
    QString literal;
    for (const char32_t character : text.toUcs4()) {
        if (character == U'\n')
            literal += u"\\n"_s;
        else if (character == U'\t')
            literal += u"\\t"_s;
        else if (character == U'"' || character == U'\\')
            literal += u'\\' + QString::fromUcs4(&character, 1);
        else if (needsEscape(character))
            literal += u"\\U%1"_s.arg(static_cast<uint>(character), 8, 16, QChar(u'0'));
        else
            literal += QString::fromUcs4(&character, 1);
    }
    return literal;
}

struct PythonHelper
{
    const char* name;
    const char* modules;
    const char* needs;
    const char* text;
};

// In the order in which they stand in a program.
constexpr PythonHelper pythonHelperTable[] = {
    {"take", "", "", R"text(def take(fd, target):
    """Gives `fd` the number `target`, and lets it through an exec."""
    if fd == target:
        os.set_inheritable(fd, True)
    else:
        os.dup2(fd, target)
        os.close(fd)
)text"},
    {"open_as", "", "take", R"text(def open_as(target, path, flags, mode=0o666):
    """Opens a file as descriptor `target`: an open file description of its own."""
    take(os.open(path, flags | os.O_NOCTTY, mode), target)
)text"},
    {"move_up", "fcntl", "", R"text(def move_up(fd):
    """Moves an end above all numbers that processes are promised: no dup2() then closes one still needed."""
    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGHEST + 1)
    os.close(fd)
    return moved
)text"},
    {"write_file", "", "", R"text(def write_file(name, content):
    """Writes one of the files that the processes find in their directory."""
    with open(name, "wb") as file:
        file.write(content.encode())
)text"},
    {"c_call", "ctypes", "", R"text(C = ctypes.CDLL(None, use_errno=True)


def c_call(name, *arguments):
    """Calls what Python has no name for by its name in the C library."""
    result = getattr(C, name)(*arguments)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result
)text"},
    {"ipc", "", "c_call", R"text(# <sys/ipc.h>
IPC_PRIVATE, IPC_RMID, IPC_SET, IPC_STAT = 0, 0, 1, 2
IPC_CREAT, IPC_EXCL = 0o1000, 0o2000
)text"},
    {"random_key", "errno random", "ipc", R"text(def with_random_key(name, *arguments):
    """An id, and the key that nobody else had thought of."""
    while True:
        key = random.SystemRandom().randrange(1, 1 << 31)
        try:
            return c_call(name, key, *arguments), key
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
)text"},
    {"QueueState", "ctypes", "ipc", R"text(class QueueState(ctypes.Structure):
    """struct msqid_ds of <sys/msg.h>, on 64-bit machines."""
    _fields_ = [("msg_perm", ctypes.c_char * 48), ("times", ctypes.c_long * 3), ("msg_cbytes", ctypes.c_ulong),
                ("msg_qnum", ctypes.c_ulong), ("msg_qbytes", ctypes.c_ulong), ("rest", ctypes.c_ulong * 3)]
)text"},
    {"QueueLimits", "ctypes", "c_call", R"text(class QueueLimits(ctypes.Structure):
    """struct mq_attr of <mqueue.h>."""
    _fields_ = [("mq_flags", ctypes.c_long), ("mq_maxmsg", ctypes.c_long), ("mq_msgsize", ctypes.c_long),
                ("rest", ctypes.c_long * 5)]
)text"},
    {"open_semaphore", "ctypes", "c_call", R"text(def open_semaphore(path, flags, mode=0, value=0):
    """Makes a POSIX semaphore, or sees whether it is there."""
    C.sem_open.restype = ctypes.c_void_p
    if not C.sem_open(os.fsencode(path), flags, mode, value):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path)
)text"},
    {"unix_address", "", "", R"text(def unix_address(path):
    """A name for a socket in the file system; "@name" is an abstract one, of which the first byte is 0."""
    return b"\0" + os.fsencode(path[1:]) if path.startswith("@") else path
)text"},
    {"free_port", "socket", "", R"text(def free_port(family, kind, host):
    """A port that is free now; the kernel gives it to nobody else for a while."""
    with socket.socket(family, kind) as tried:
        tried.bind((host, 0))
        return tried.getsockname()[1]
)text"},
    {"is_bound", "", "", R"text(def is_bound(table, port, state):
    """Whether a socket in that state has the port: the kernel lists them all in /proc/net."""
    try:
        with open(f"/proc/net/{table}") as sockets:
            rows = [row.split() for row in sockets][1:]
    except FileNotFoundError:
        return False
    return any(int(row[1].rsplit(":", 1)[1], 16) == port and int(row[3], 16) == state for row in rows)
)text"},
    {"has_path", "", "", R"text(def has_path(path, flags):
    """Whether a UNIX socket with these flags has the name: the kernel lists them all in /proc/net."""
    with open("/proc/net/unix", errors="surrogateescape") as sockets:
        rows = [row.rstrip("\n").split(None, 7) for row in sockets][1:]
    return any(len(row) == 8 and row[7] == path and int(row[3], 16) == flags for row in rows)
)text"},
};

} // namespace

QString PythonNeeds::helper(const QString& name)
{
    helpers.insert(name);
    return name;
}

QString pythonString(const QString& text)
{
    return u'"' + pythonEscaped(text) + u'"';
}

QString pythonText(const ProgramText& text, const ProgramPlan& plan)
{
    using What = ProgramText::Piece::What;
    if (text.isLiteral())
        return pythonString(text.literal());
    QString whole;
    for (const ProgramText::Piece& piece : text.pieces) {
        switch (piece.what) {
        case What::Literal:
            whole += pythonEscaped(piece.text).replace(u'{', u"{{"_s).replace(u'}', u"}}"_s);
            break;
        case What::Directory:
            whole += u"{directory}"_s;
            break;
        case What::Pid:
            whole += u"{parent}"_s;
            break;
        case What::Field:
            whole += u'{' + plan.endpoints.at(piece.endpoint).name + u'_' + piece.text +
                     (piece.text == "key"_L1 ? u":#010x}"_s : u"}"_s);
            break;
        }
    }
    return u"f\""_s + whole + u'"';
}

QString pythonMode(const PlannedEndpoint& endpoint)
{
    return u"0o"_s + endpoint.text("mode").mid(1);
}

QString pythonFlags(const QStringList& flags)
{
    return u"os."_s + flags.join(" | os."_L1);
}

QString pythonAddress(const PlannedEndpoint& endpoint, PythonNeeds& needs)
{
    if (!endpoint.path.isEmpty())
        return u"%1(%2_path)"_s.arg(needs.helper(u"unix_address"_s), endpoint.name);
    const QString port = endpoint.node->kind == Kind::Raw ? u"0"_s : endpoint.port();
    return u"(%1, %2)"_s.arg(pythonString(endpoint.text("address")), port);
}

QStringList pythonOptions(const PlannedEndpoint& endpoint, const QString& socket)
{
    QStringList lines;
    const auto set = [&](const QString& option, qint64 value) {
        lines.append(u"%1.setsockopt(%2, %3)"_s.arg(socket, option, QString::number(value)));
    };
    if (endpoint.flag("nodelay"))
        set(u"socket.IPPROTO_TCP, socket.TCP_NODELAY"_s, 1);
    if (endpoint.number("sndbuf") > 0)
        set(u"socket.SOL_SOCKET, socket.SO_SNDBUF"_s, endpoint.number("sndbuf"));
    if (endpoint.number("rcvbuf") > 0)
        set(u"socket.SOL_SOCKET, socket.SO_RCVBUF"_s, endpoint.number("rcvbuf"));
    return lines;
}

QString pythonHelpers(PythonNeeds& needs)
{
    for (qsizetype before = -1; before != needs.helpers.size();) {
        before = needs.helpers.size();
        for (const PythonHelper& helper : pythonHelperTable) {
            if (!needs.helpers.contains(QString::fromLatin1(helper.name)))
                continue;
            for (const QString& other : QString::fromLatin1(helper.needs).split(u' ', Qt::SkipEmptyParts))
                needs.helpers.insert(other);
            for (const QString& module : QString::fromLatin1(helper.modules).split(u' ', Qt::SkipEmptyParts))
                needs.modules.insert(module);
        }
    }
    QStringList blocks;
    for (const PythonHelper& helper : pythonHelperTable)
        if (needs.helpers.contains(QString::fromLatin1(helper.name)))
            blocks.append(QString::fromUtf8(helper.text));
    return blocks.join("\n\n"_L1);
}

} // namespace byteyard::model
