#pragma once

#include "model/program/program.h"
#include "model/topology/topology_file.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QTemporaryDir>

/// A topology, part by part; each part's id is its name.
class Parts
{
public:
    Parts& command(const QString& name, const QStringList& argv, QJsonObject properties = {})
    {
        properties.insert(QStringLiteral("argv"), QJsonArray::fromStringList(argv));
        return part(name, byteyard::model::Kind::Command, properties);
    }
    Parts& part(const QString& name, byteyard::model::Kind kind, const QJsonObject& properties = {})
    {
        m_topology.nodes.append(
            {QStringLiteral("n%1").arg(m_topology.nodes.size()), kind, name, {}, properties});
        return *this;
    }
    Parts& edge(const QString& process, const QString& processPort, const QString& endpoint,
                const QString& endpointPort, const QJsonObject& properties = {})
    {
        m_topology.edges.append(
            {m_topology.freeEdgeId(), idOf(process), processPort, idOf(endpoint), endpointPort, properties});
        return *this;
    }
    QString idOf(const QString& name) const
    {
        for (const byteyard::model::Node& node : m_topology.nodes)
            if (node.name == name)
                return node.id;
        qFatal("no such part");
    }
    byteyard::model::Topology& topology() { return m_topology; }

private:
    byteyard::model::Topology m_topology;
};

/// A topology's program in one language, compiled where need be, in a directory of its own.
class ProgramRun
{
public:
    QTemporaryDir directory{QDir::tempPath() + QStringLiteral("/byteyard-XXXXXX")};
    byteyard::model::Program program;
    QByteArray fault; ///< what the compiler, or the check of the syntax, said
    QProcess process;
    QByteArray out;
    QByteArray err;
    int status = -1;

    ProgramRun(const byteyard::model::Topology& topology, byteyard::model::Language language,
               bool onlyChecked = false)
        : program(byteyard::model::programFor(topology, language))
    {
        using byteyard::model::Language;
        if (!program.refusals.isEmpty())
            return;
        const QString text = file(QStringLiteral("program") + byteyard::model::endingOf(language));
        fault = byteyard::model::writeProgram(program, language, text).toUtf8();
        const QString binary = file(QStringLiteral("program"));
        if (language == Language::C)
            check({QStringLiteral("cc"), QStringLiteral("-Wall"), QStringLiteral("-Wextra"),
                   QStringLiteral("-Werror"), QStringLiteral("-std=gnu11"),
                   onlyChecked ? QStringLiteral("-fsyntax-only") : QStringLiteral("-o") + binary, text});
        else if (language == Language::Bash)
            check({QStringLiteral("bash"), QStringLiteral("-n"), text});
        else
            check({QStringLiteral("python3"), QStringLiteral("-c"),
                   QStringLiteral("import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())"), text});
        process.setProgram(language == Language::C ? binary : text);
        process.setStandardInputFile(QProcess::nullDevice());
    }

    QString file(const QString& name) const { return directory.filePath(name); }

    /// To its end.
    bool run()
    {
        process.start(QIODevice::ReadOnly);
        return end();
    }
    bool end()
    {
        const bool ended = process.waitForFinished(60000) && process.exitStatus() == QProcess::NormalExit;
        status = process.exitCode();
        out = process.readAllStandardOutput();
        if (process.processChannelMode() == QProcess::SeparateChannels)
            err = process.readAllStandardError();
        return ended;
    }

private:
    void check(const QStringList& command)
    {
        QProcess checker;
        checker.start(command.first(), command.mid(1));
        checker.waitForFinished(60000);
        fault += checker.readAllStandardError();
        if (checker.exitCode() != 0)
            fault += "it has faults";
    }
};
