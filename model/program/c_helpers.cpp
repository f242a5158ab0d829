#include "model/program/c_parts.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct CHelper
{
    const char* name;
    const char* headers; ///< separated by spaces
    const char* needs;   ///< other helpers, the same
    const char* text;
};

// In the order in which they stand in a program: what one needs stands before it.
constexpr CHelper cHelperTable[] = {
    {"text", "stdarg.h", "", R"text(/* Text put together as by printf(3). It lives as long as the program. */
__attribute__((format(printf, 1, 2))) static char *text(const char *format, ...)
{
    char *result = NULL;
    va_list values;
    va_start(values, format);
    check(vasprintf(&result, format, values), "vasprintf");
    va_end(values);
    return result;
}
)text"},
    {"take", "", "", R"text(/* Gives `fd` the number `target`. */
static void take(int fd, int target)
{
    if (fd == target)
        return;
    check(dup2(fd, target), "dup2");
    close(fd);
}
)text"},
    {"open_as", "fcntl.h", "take",
     R"text(/* Opens a file as descriptor `target`: an open file description of its own. */
static void open_as(int target, const char *path, int flags, mode_t mode)
{
    take(check(open(path, flags | O_NOCTTY, mode), path), target);
}
)text"},
    {"move_up", "fcntl.h", "",
     R"text(/* Moves an end above all numbers that processes are promised: no dup2() then closes one still needed. */
static void move_up(int *fd)
{
    int moved = check(fcntl(*fd, F_DUPFD, HIGHEST + 1), "F_DUPFD");
    close(*fd);
    *fd = moved;
}
)text"},
    {"write_file", "", "", R"text(/* Writes one of the files that the processes find in their directory. */
static void write_file(const char *name, const char *content)
{
    FILE *file = fopen(name, "w");
    if (!file || fputs(content, file) == EOF || fclose(file) == EOF)
        fail(name);
}
)text"},
    {"set_option", "sys/socket.h", "", R"text(static void set_option(int fd, int level, int option, int value)
{
    check(setsockopt(fd, level, option, &value, sizeof value), "setsockopt");
}
)text"},
    {"unix_address", "sys/un.h stddef.h", "struct address",
     R"text(/* A name for a socket in the file system; "@name" is an abstract one, of which the first byte is 0. */
static struct address unix_address(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length + (path[0] != '@') > sizeof name.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    memcpy(name.sun_path, path, length);
    if (path[0] == '@')
        name.sun_path[0] = '\0';
    struct address address = {.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] != '@'))};
    memcpy(&address.name, &name, sizeof name);
    return address;
}
)text"},
    {"internet_address", "netinet/in.h arpa/inet.h", "struct address",
     R"text(/* An address of IPv4 or IPv6, as a number, and a port. */
static struct address internet_address(const char *host, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct address address = {.size = sizeof v4};
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(&address.name, &v4, sizeof v4);
        return address;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) != 1)
        fail(host);
    address.size = sizeof v6;
    memcpy(&address.name, &v6, sizeof v6);
    return address;
}
)text"},
    {"struct address", "sys/socket.h stdint.h", "", R"text(/* Where a socket is, of any family. */
struct address {
    struct sockaddr_storage name;
    socklen_t size;
};
)text"},
    {"bind_to", "sys/socket.h", "struct address", R"text(static void bind_to(int fd, struct address address)
{
    check(bind(fd, (struct sockaddr *)&address.name, address.size), "bind");
}
)text"},
    {"connect_to", "sys/socket.h", "struct address",
     R"text(static void connect_to(int fd, struct address address)
{
    check(connect(fd, (struct sockaddr *)&address.name, address.size), "connect");
}
)text"},
    {"port_of", "sys/socket.h netinet/in.h", "",
     R"text(/* The port that the kernel chose for a socket bound to port 0. */
static int port_of(int fd)
{
    struct sockaddr_in6 name = {0}; /* of IPv4 too: the port stands in the same place */
    socklen_t size = sizeof name;
    check(getsockname(fd, (struct sockaddr *)&name, &size), "getsockname");
    return ntohs(name.sin6_port);
}
)text"},
    {"free_port", "sys/socket.h", "bind_to port_of",
     R"text(/* A port that is free now; the kernel gives it to nobody else for a while. */
static int free_port(int family, int type, struct address address)
{
    int fd = check(socket(family, type, 0), "socket");
    bind_to(fd, address);
    int port = port_of(fd);
    close(fd);
    return port;
}
)text"},
    {"is_bound", "stdbool.h", "",
     R"text(/* Whether a socket in that state has the port: the kernel lists them all in /proc/net. */
static bool is_bound(const char *table, int port, unsigned state)
{
    FILE *list = fopen(table, "r");
    char line[512];
    bool found = false;
    while (list && !found && fgets(line, sizeof line, list)) {
        unsigned its_port, its_state;
        if (sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &its_port, &its_state) == 2)
            found = its_port == (unsigned)port && its_state == state;
    }
    if (list)
        fclose(list);
    return found;
}
)text"},
    {"has_path", "stdbool.h", "",
     R"text(/* Whether a UNIX socket with these flags has the name: the kernel lists them all in /proc/net. */
static bool has_path(const char *path, unsigned flags)
{
    FILE *list = fopen("/proc/net/unix", "r");
    char line[512];
    bool found = false;
    while (list && !found && fgets(line, sizeof line, list)) {
        unsigned its_flags;
        int at = 0;
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "%*x: %*x %*x %x %*x %*x %*u %n", &its_flags, &at) == 1 && at > 0)
            found = its_flags == flags && strcmp(line + at, path) == 0;
    }
    if (list)
        fclose(list);
    return found;
}
)text"},
    {"random_key", "sys/ipc.h sys/random.h", "", R"text(/* A key that nobody else will think of. */
static key_t random_key(void)
{
    key_t key = IPC_PRIVATE;
    while (key == IPC_PRIVATE)
        check((int)getrandom(&key, sizeof key, 0), "getrandom");
    return key;
}
)text"},
    {"union semun", "sys/sem.h", "", R"text(/* What semctl(2) takes: every program has to say it itself. */
union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};
)text"},
    {"remove_entry", "ftw.h", "",
     R"text(static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}
)text"},
    {"seconds", "time.h", "", R"text(/* Since the processes were made. */
static double seconds(void)
{
    static struct timespec began;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (began.tv_sec == 0)
        began = now;
    return (double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) / 1e9;
}
)text"},
};

/// The order in which helpers stand: types first.
bool isType(const CHelper& helper)
{
    return QLatin1String(helper.name).contains(u' ');
}

} // namespace

QString cHelpers(CNeeds& needs)
{
    // What a helper needs may need something itself; the table is short.
    for (qsizetype before = -1; before != needs.helpers.size();) {
        before = needs.helpers.size();
        for (const CHelper& helper : cHelperTable) {
            if (!needs.helpers.contains(QString::fromLatin1(helper.name)))
                continue;
            QString others = QString::fromLatin1(helper.needs);
            if (others.startsWith("struct "_L1))
                needs.helpers.insert(others);
            else
                for (const QString& other : others.split(u' ', Qt::SkipEmptyParts))
                    needs.helpers.insert(other);
            for (const QString& header : QString::fromLatin1(helper.headers).split(u' ', Qt::SkipEmptyParts))
                needs.headers.insert(header);
        }
    }
    Lines lines;
    for (const bool types : {true, false})
        for (const CHelper& helper : cHelperTable)
            if (isType(helper) == types && needs.helpers.contains(QString::fromLatin1(helper.name))) {
                lines.gap();
                lines.addBlock(QString::fromUtf8(helper.text));
            }
    return lines.text();
}

} // namespace byteyard::model
