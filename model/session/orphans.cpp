#include "model/session/orphans.h"

#include "model/session/engine_command.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr int answerTimeMs = 5000;
constexpr qsizetype maxAnswer = 4 << 20;

struct OrphansText
{
    Q_DECLARE_TR_FUNCTIONS(Orphans)
};

/// Runs the engine to its end with these arguments. Returns the sentence of what went wrong.
QString ask(QStringList command, const QStringList& arguments, QByteArray& answer)
{
    if (command.isEmpty())
        command = defaultEngineCommand();
    if (command.isEmpty())
        return OrphansText::tr("There is no byteyard-engine beside this program, and none in PATH.");
    QProcess engine;
    engine.setProgram(command.takeFirst());
    engine.setArguments(command + arguments);
    engine.setStandardInputFile(QProcess::nullDevice());
    engine.start(QIODevice::ReadOnly);
    if (!engine.waitForFinished(answerTimeMs)) {
        const QString why = engine.errorString();
        engine.kill();
        engine.waitForFinished(answerTimeMs);
        return OrphansText::tr("The engine (%1) did not answer: %2.").arg(engine.program(), why);
    }
    answer = engine.readAllStandardOutput();
    if (engine.exitStatus() == QProcess::NormalExit && engine.exitCode() == 0 && answer.size() <= maxAnswer)
        return {};
    const QString said = QString::fromUtf8(engine.readAllStandardError()).simplified();
    return OrphansText::tr("The engine (%1) could not tell what is left behind: %2.")
        .arg(engine.program(),
             said.isEmpty() ? OrphansText::tr("exit status %1").arg(engine.exitCode()) : said);
}

bool readOrphan(const QByteArray& line, Orphan& orphan)
{
    const QJsonDocument document = QJsonDocument::fromJson(line);
    if (!document.isObject() || !document.object().value(u"id"_s).isString())
        return false;
    const QJsonObject object = document.object();
    orphan.id = object.value(u"id"_s).toString();
    orphan.started = QDateTime::fromString(object.value(u"started"_s).toString(), Qt::ISODateWithMs);
    orphan.directory = object.value(u"directory"_s).toString();
    for (const QJsonValue& process : object.value(u"processes"_s).toArray())
        orphan.processes.append(process.toInteger());
    for (const QJsonValue& path : object.value(u"objects"_s).toArray())
        orphan.objects.append(path.toString());
    return true;
}

} // namespace

QString Orphan::sentence() const
{
    const QString when = started.isValid() ? started.toLocalTime().toString(u"yyyy-MM-dd HH:mm"_s)
                                           : OrphansText::tr("an unknown time");
    return OrphansText::tr("A session of %1 left %2 and %3 in %4.")
        .arg(when, OrphansText::tr("%n process(es)", nullptr, static_cast<int>(processes.size())),
             OrphansText::tr("%n object(s)", nullptr, static_cast<int>(objects.size())), directory);
}

OrphanReport findOrphans(const QStringList& engineCommand)
{
    OrphanReport report;
    QByteArray answer;
    report.error = ask(engineCommand, {u"--orphans"_s}, answer);
    if (!report.error.isEmpty())
        return report;
    for (const QByteArray& line : answer.split('\n')) {
        Orphan orphan;
        if (line.trimmed().isEmpty())
            continue;
        if (readOrphan(line, orphan))
            report.orphans.append(orphan);
        else
            report.error = OrphansText::tr("The engine's list of what is left behind cannot be read.");
    }
    return report;
}

QString cleanOrphan(const QString& id, const QStringList& engineCommand)
{
    QByteArray answer;
    return ask(engineCommand, {u"--clean"_s, id}, answer);
}

} // namespace byteyard::model
