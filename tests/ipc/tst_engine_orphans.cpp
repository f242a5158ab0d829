#include "witness.h"

#include <QTest>

#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/un.h>

using namespace byteyard::tests;
using namespace Qt::StringLiterals;

namespace {

constexpr const char* neighbourName = "/byteyard-test-neighbour";

bool isSocket(const QString& path)
{
    struct stat status;
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0 && S_ISSOCK(status.st_mode);
}
bool isQueue(const QByteArray& name)
{
    const mqd_t queue = ::mq_open(name.constData(), O_RDONLY);
    if (queue >= 0)
        ::mq_close(queue);
    return queue >= 0;
}
bool isShared(const QByteArray& name)
{
    return QFileInfo::exists(u"/dev/shm"_s + QString::fromUtf8(name));
}
bool isSemaphore(const QByteArray& name)
{
    return isShared("/sem." + name.mid(1));
}

/// One object of each kind that was there before, and must be after.
class Neighbours
{
public:
    explicit Neighbours(QString socketPath)
        : m_path(std::move(socketPath)), m_socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        qstrncpy(name.sun_path, QFile::encodeName(m_path).constData(), sizeof name.sun_path);
        ::bind(m_socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
        mq_attr attributes{0, 2, 8, 0, {}};
        ::mq_close(::mq_open(neighbourName, O_CREAT | O_RDWR, 0600, &attributes));
        ::close(::shm_open(neighbourName, O_CREAT | O_RDWR, 0600));
        ::sem_close(::sem_open(neighbourName, O_CREAT, 0600, 1));
    }
    ~Neighbours()
    {
        ::msgctl(m_queue, IPC_RMID, nullptr);
        ::shmctl(m_memory, IPC_RMID, nullptr);
        ::semctl(m_semaphore, 0, IPC_RMID);
        ::mq_unlink(neighbourName);
        ::shm_unlink(neighbourName);
        ::sem_unlink(neighbourName);
    }
    Neighbours(const Neighbours&) = delete;
    Neighbours& operator=(const Neighbours&) = delete;

    bool areThere() const
    {
        return !sysvipc(u"msg"_s, m_queue).isEmpty() && !sysvipc(u"shm"_s, m_memory).isEmpty() &&
               !sysvipc(u"sem"_s, m_semaphore).isEmpty() && isQueue(neighbourName) &&
               isShared(neighbourName) && isSemaphore(neighbourName) && isSocket(m_path);
    }

private:
    int m_queue = ::msgget(IPC_PRIVATE, 0600);
    int m_memory = ::shmget(IPC_PRIVATE, 100, 0600);
    int m_semaphore = ::semget(IPC_PRIVATE, 2, 0600);
    QString m_path;
    byteyard::ipc::Fd m_socket;
};

} // namespace

/// What is left when engine, keeper and model die at once.
class TestEngineOrphans : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindIsListedAndRemovedAndNeighboursStay()
    {
        QTemporaryDir runtime(QDir::tempPath() + u"/byteyard-orphans-XXXXXX"_s);
        QTemporaryDir dir(QDir::tempPath() + u"/byteyard-death-XXXXXX"_s);
        const Neighbours neighbours(dir.filePath(u"neighbour"_s));
        QVERIFY(neighbours.areThere());
        const auto node = [](const char* id, const char* kind, const QJsonObject& properties = {}) {
            return EngineClient::endpoint(QString::fromLatin1(id), QString::fromLatin1(kind), properties);
        };
        EngineClient engine(runtime.path());
        QVERIFY(engine.greet());
        engine.begin({node("q", "sysv-queue"), node("m", "sysv-shm"), node("s", "sysv-semaphore"),
                      node("pq", "posix-queue"), node("pm", "posix-shm"), node("ps", "posix-semaphore"),
                      node("stream", "unix-stream", {{"path", dir.filePath(u"stream"_s)}}),
                      node("packet", "unix-seqpacket", {{"path", dir.filePath(u"packet"_s)}}),
                      node("box", "unix-datagram", {{"path", dir.filePath(u"box"_s)}}),
                      node("fifo", "fifo", {{"path", dir.filePath(u"fifo"_s)}}),
                      // One that is used, and not the session's.
                      node("old", "posix-queue", {{"path", neighbourName}, {"existing", true}}),
                      words(u"w"_s, u"hold"_s)},
                     {EngineClient::edge(u"w"_s, 5, u"stream"_s, u"listen"_s),
                      EngineClient::edge(u"w"_s, 6, u"packet"_s, u"listen"_s),
                      EngineClient::edge(u"w"_s, 7, u"box"_s, u"receive"_s)});
        QVERIFY(engine.untilState(u"w"_s, u"running"_s));
        const auto idOf = [&](const QString& id) { return engine.endpointOf(id)[u"id"_s].toInt(-1); };
        const auto nameOf = [&](const QString& id) {
            return engine.endpointOf(id)[u"path"_s].toString().toUtf8();
        };
        const auto left = [&] {
            return QList<bool>{!sysvipc(u"msg"_s, idOf(u"q"_s)).isEmpty(),
                               !sysvipc(u"shm"_s, idOf(u"m"_s)).isEmpty(),
                               !sysvipc(u"sem"_s, idOf(u"s"_s)).isEmpty(),
                               isQueue(nameOf(u"pq"_s)),
                               isShared(nameOf(u"pm"_s)),
                               isSemaphore(nameOf(u"ps"_s)),
                               isSocket(dir.filePath(u"stream"_s)),
                               isSocket(dir.filePath(u"packet"_s)),
                               isSocket(dir.filePath(u"box"_s)),
                               QFileInfo::exists(dir.filePath(u"fifo"_s))};
        };
        QCOMPARE(left().count(true), 10);
        const auto child = static_cast<pid_t>(engine.process(u"w"_s)[u"pid"_s].toInt());
        const auto ask = [&](const QStringList& arguments) {
            QProcess program;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(u"XDG_RUNTIME_DIR"_s, runtime.path());
            program.setProcessEnvironment(environment);
            program.start(QStringLiteral(BYTEYARD_BIN "/byteyard-engine"), arguments);
            program.waitForFinished();
            return qMakePair(program.exitCode(), program.readAllStandardOutput());
        };
        engine.killBoth();
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(child), 10000);
        QCOMPARE(left().count(true), 10);
        QTRY_VERIFY(!ask({u"--orphans"_s}).second.isEmpty());
        const QJsonObject orphan = QJsonDocument::fromJson(ask({u"--orphans"_s}).second.trimmed()).object();
        QStringList objects;
        for (const QJsonValue& object : orphan[u"objects"_s].toArray())
            objects.append(object.toString());
        QVERIFY2(objects.contains(dir.filePath(u"stream"_s)), qPrintable(objects.join(u", "_s)));
        QVERIFY(objects.contains(u"posix-queue "_s + QString::fromUtf8(nameOf(u"pq"_s))));
        QVERIFY(objects.contains(u"sysv-queue "_s + engine.endpointOf(u"q"_s)[u"key"_s].toString()));
        QVERIFY(objects.filter(u"neighbour"_s).isEmpty());
        QCOMPARE(ask({u"--clean"_s, orphan[u"id"_s].toString()}).first, 0);
        QCOMPARE(left().count(true), 0);
        QVERIFY(neighbours.areThere());
        QCOMPARE(ask({u"--orphans"_s}).second, QByteArray());
        QCOMPARE(engine.leftBehind(), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestEngineOrphans)
#include "tst_engine_orphans.moc"
