#pragma once

#include "model/commands/run_arguments.h"
#include "model/session/session.h"

#include <QTimer>

namespace byteyard::model {

/// One run without a window: shows what it is asked to on stdout, and ends with a status.
class RunJob : public QObject
{
    Q_OBJECT

public:
    explicit RunJob(RunArguments arguments, QObject* parent = nullptr);
    /// Runs to the end. Needs no running event loop. Returns the exit status.
    int run(const Topology& topology);
    /// Stops the run in order (Ctrl-C).
    void stop();

Q_SIGNALS:
    /// Of `run -- PROGRAM`: it is gone, though what it started may go on.
    void programEnded();

private:
    void writeOut(const QByteArray& bytes);
    void writeLine(const QJsonObject& object);
    void showOutput(quint32 process, int stream, const QByteArray& bytes);
    void startStream();
    void streamEvents(quint64 to);
    void showProblem(const Problem& problem);
    bool writeExports();
    void writeEnd();
    void lookForProgram();

    RunArguments m_arguments;
    Session m_session;
    QTimer m_limit;    ///< --for
    QTimer m_stream;   ///< --json, --calls
    QString m_program; ///< its node; empty: a topology runs
    bool m_begun = false;
    quint64 m_streamed = 0;
    quint64 m_missed = 0;
    bool m_failed = false;
    bool m_outputFailed = false; ///< stdout takes nothing more, and it has been said
};

} // namespace byteyard::model
