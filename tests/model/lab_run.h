#pragma once

#include "command_line_run.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTemporaryDir>

/// A lab, run headless, and what its exported log says.
struct LabRun
{
    QTemporaryDir directory;
    CommandLineRun run;
    QList<QJsonObject> lines;

    explicit LabRun(const QString& lab, const QStringList& more = {})
        : run(QStringList{QStringLiteral("run"),
                          QStringLiteral(BYTEYARD_SOURCE "/resources/labs/") + lab +
                              QStringLiteral(".byteyard"),
                          QStringLiteral("--export"), directory.filePath(QStringLiteral("out.jsonl"))} +
              more),
          lines(jsonLines(readAll(directory.filePath(QStringLiteral("out.jsonl")))))
    {
    }

    QJsonObject summary() const { return lines.isEmpty() ? QJsonObject() : lines.constLast(); }

    QJsonObject named(const QString& list, const QString& name) const
    {
        for (const QJsonValue& entry : summary().value(list).toArray())
            if (entry.toObject().value(QStringLiteral("name")).toString() == name)
                return entry.toObject();
        return {};
    }
    QJsonObject process(const QString& name) const { return named(QStringLiteral("processes"), name); }
    QJsonObject endpoint(const QString& name) const { return named(QStringLiteral("endpoints"), name); }

    QList<QJsonObject> events(const QString& process, const QRegularExpression& call) const
    {
        QList<QJsonObject> found;
        for (const QJsonObject& line : lines)
            if (line.value(QStringLiteral("type")) == QLatin1String("event") &&
                line.value(QStringLiteral("process")) == process &&
                call.match(line.value(QStringLiteral("call")).toString()).hasMatch())
                found.append(line);
        return found;
    }
    QList<QJsonObject> events(const QString& process, const QString& call) const
    {
        return events(process, QRegularExpression(QLatin1Char('^') + call + QLatin1Char('$')));
    }

    double exitTime(const QString& process) const
    {
        const QList<QJsonObject> exits = events(process, QStringLiteral("exit"));
        return exits.isEmpty() ? -1 : exits.constLast().value(QStringLiteral("time")).toDouble();
    }
};

inline QByteArray dataOf(const QJsonObject& event)
{
    return QByteArray::fromBase64(event.value(QStringLiteral("data")).toString().toLatin1());
}
