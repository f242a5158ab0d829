#include "model/commands/map_command.h"

#include "model/commands/console.h"
#include "model/commands/map_text.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QJsonDocument>
#include <QTimer>

#include <chrono>
#include <limits>
#include <optional>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace byteyard::model {

namespace {

struct MapCommandText
{
    Q_DECLARE_TR_FUNCTIONS(MapCommand)
};

struct MapArguments
{
    QList<qint64> pids;
    bool json = false;
};

int failMap(int status, const QString& sentence)
{
    sayError(u"byteyard map: "_s + sentence);
    return status;
}

std::optional<MapArguments> readMapArguments(const QStringList& arguments, QString& wrong)
{
    MapArguments read;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& word = arguments[i];
        if (word == "--json"_L1) {
            read.json = true;
        } else if (word == "--pid"_L1) {
            bool good = false;
            const qint64 pid = arguments.value(++i).toLongLong(&good);
            if (!good || pid < 1 || pid > std::numeric_limits<qint32>::max()) {
                wrong = MapCommandText::tr("--pid wants the number of a process: byteyard map --pid 1234");
                return std::nullopt;
            }
            read.pids.append(pid);
        } else {
            wrong = MapCommandText::tr("\"%1\" is not understood: byteyard map [--pid PID]... [--json]")
                        .arg(word);
            return std::nullopt;
        }
    }
    return read;
}

/// Until `isDone`, or so long.
template <typename Done>
bool waitFor(const Session& session, std::chrono::milliseconds most, Done isDone)
{
    QEventLoop loop;
    QTimer limit;
    limit.setSingleShot(true);
    QObject::connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
    const auto look = [&] {
        if (isDone())
            loop.quit();
    };
    QObject::connect(&session, &Session::ticked, &loop, look);
    QObject::connect(&session, &Session::structureChanged, &loop, look);
    QObject::connect(&session, &Session::stateChanged, &loop, look);
    if (isDone())
        return true;
    limit.start(most);
    loop.exec();
    return isDone();
}

/// The first that is not there; 0 when all are.
qint64 missingPid(const Session& session, const QList<qint64>& pids)
{
    for (const qint64 pid : pids) {
        const QList<LiveProcess> all = session.processes();
        if (std::none_of(all.begin(), all.end(),
                         [pid](const LiveProcess& process) { return process.entry.pid == pid; }))
            return pid;
    }
    return 0;
}

} // namespace

int mapCommand(const QStringList& arguments)
{
    QString wrong;
    const std::optional<MapArguments> read = readMapArguments(arguments, wrong);
    if (!read)
        return failMap(exitUsage, wrong);
    Session session;
    QObject::connect(&session, &Session::problemFound, &session, [&session](const Problem& problem) {
        const QList<WaitCircle>& circles = session.deadlocks().circles;
        const bool isInMap = std::any_of(circles.begin(), circles.end(), [&](const WaitCircle& circle) {
            return circle.what == problem.what;
        });
        if (!isInMap)
            sayError(u"byteyard map: %1 %2"_s.arg(problem.what, problem.remedy));
    });
    session.lookAtMachine(read->pids);
    constexpr auto mostLook = 60s;
    const bool looked = waitFor(session, mostLook, [&] { return session.looks() > 0 || !session.isLive(); });
    if (!looked || session.looks() == 0)
        return failMap(exitFailed, MapCommandText::tr("the engine told nothing."));
    if (const qint64 pid = missingPid(session, read->pids); pid != 0)
        return failMap(exitFailed, MapCommandText::tr("there is no process %1.").arg(pid));
    say(read->json ? QString::fromUtf8(QJsonDocument(mapObject(session)).toJson(QJsonDocument::Compact))
                   : mapText(session));
    session.stop();
    constexpr auto mostEnd = 5s;
    waitFor(session, mostEnd, [&] { return !session.isLive(); });
    return exitOk;
}

} // namespace byteyard::model
