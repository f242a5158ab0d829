#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>

/// The command line, run as a program of its own, to its end.
struct CommandLineRun
{
    int status = -1;
    QByteArray out;
    QByteArray err;

    explicit CommandLineRun(const QStringList& arguments, const QString& engine = {},
                            const QString& directory = {})
    {
        QProcess process;
        prepare(process, arguments, engine);
        if (!directory.isEmpty())
            process.setWorkingDirectory(directory);
        process.start(QIODevice::ReadOnly);
        if (process.waitForFinished(60000) && process.exitStatus() == QProcess::NormalExit)
            status = process.exitCode();
        out = process.readAllStandardOutput();
        err = process.readAllStandardError();
    }

    static void prepare(QProcess& process, const QStringList& arguments, const QString& engine = {})
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("BYTEYARD_ENGINE"),
                           engine.isEmpty() ? QStringLiteral(BYTEYARD_BIN "/byteyard-engine") : engine);
        process.setProcessEnvironment(environment);
        process.setStandardInputFile(QProcess::nullDevice());
        process.setProgram(QStringLiteral(BYTEYARD_HELPERS "/helper_command_line"));
        process.setArguments(arguments);
    }

    qsizetype errLines() const { return err.trimmed().isEmpty() ? 0 : err.trimmed().count('\n') + 1; }
};

/// The objects of JSON Lines text.
inline QList<QJsonObject> jsonLines(const QByteArray& text)
{
    QList<QJsonObject> objects;
    for (const QByteArray& line : text.split('\n'))
        if (!line.isEmpty())
            objects.append(QJsonDocument::fromJson(line).object());
    return objects;
}

inline QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}
