#include "model/commands/run_job.h"

#include "model/commands/console.h"
#include "model/commands/run_summary.h"
#include "model/log/json_lines.h"
#include "model/log/text_lines.h"
#include "model/session/keep.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QJsonDocument>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace byteyard::model {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// The exit status for `run -- PROGRAM`: the program's own, unless something else went wrong.
int programStatus(const Catalog& catalog, const QString& node, bool isWhole)
{
    for (const ProcessEntry& process : catalog.processes) {
        if (process.node != node)
            continue;
        if (process.state == "failed"_L1)
            return exitNotStarted;
        if (!isWhole)
            return exitOurs;
        if (process.exitCode)
            return *process.exitCode;
        for (int number = 1; number < NSIG; ++number)
            if (process.signal == QLatin1StringView(ipc::signalName(number)))
                return exitSignal + number;
    }
    return exitOurs;
}

} // namespace

RunJob::RunJob(RunArguments arguments, QObject* parent) : QObject(parent), m_arguments(std::move(arguments))
{
    connect(&m_session, &Session::problemFound, this, &RunJob::showProblem);
    connect(&m_session, &Session::structureChanged, this, &RunJob::lookForProgram);
    if (!m_arguments.json)
        connect(&m_session, &Session::outputArrived, this, &RunJob::showOutput);
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &RunJob::stop);
    m_stream.setInterval(50ms);
    connect(&m_stream, &QTimer::timeout, this, [this] { streamEvents(m_session.namedEnd()); });
}

int RunJob::run(const Topology& topology)
{
    QEventLoop loop;
    const auto leaveAtEnd = [&] {
        if (m_session.state() == Session::State::Ended && !m_session.isRecording())
            loop.quit();
    };
    connect(&m_session, &Session::stateChanged, this, [&](Session::State state) {
        if (state == Session::State::Running)
            startStream();
        leaveAtEnd();
    });
    connect(&m_session, &Session::recordingChanged, this, leaveAtEnd);
    RunOptions options;
    options.capture = m_arguments.capture;
    options.budget = m_arguments.budget;
    options.recordPath = m_arguments.record;
    options.systemFiles = m_arguments.systemFiles;
    options.attach = m_arguments.attach;
    options.attachChildren = m_arguments.attachChildren;
    if (!m_arguments.program.isEmpty()) {
        m_program = options.standard = topology.nodes.first().id;
        if (m_arguments.json) // standard output is ours
            options.streams = {STDIN_FILENO, STDERR_FILENO, STDERR_FILENO};
    }
    m_session.run(topology, options);
    if (m_session.isLive()) {
        if (m_arguments.json || m_arguments.calls)
            m_session.consumed(0);
        loop.exec();
    }
    if (m_arguments.json || m_arguments.calls) {
        startStream();
        streamEvents(m_session.store().end());
    }
    writeEnd();
    const bool exported = writeExports();
    const Catalog catalog = m_session.catalog();
    if (!m_program.isEmpty())
        return programStatus(catalog, m_program, exported && !m_failed);
    const bool started = m_session.failedToStart() == 0 && catalog.reason != "failed"_L1;
    return started && exported && !m_failed ? exitOk : exitFailed;
}

void RunJob::lookForProgram()
{
    for (const LiveProcess& process : m_session.processes())
        if (!m_program.isEmpty() && process.entry.node == m_program &&
            (process.entry.exitCode || !process.entry.signal.isEmpty()))
            return Q_EMIT programEnded();
}

void RunJob::stop()
{
    m_session.stop();
}

void RunJob::writeOut(const QByteArray& bytes)
{
    if (m_outputFailed || (std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()),
                                       stdout) == static_cast<std::size_t>(bytes.size()) &&
                           std::fflush(stdout) == 0))
        return;
    // The run itself goes on: what it does matters more than what is shown of it.
    m_outputFailed = m_failed = true;
    sayError(u"byteyard run: %1: %2"_s.arg(
        tr("error"), tr("the output could not be written (%1): nothing more of it is. Make room there, or "
                        "write it to another place.")
                         .arg(QString::fromLocal8Bit(std::strerror(errno)))));
}

void RunJob::writeLine(const QJsonObject& object)
{
    writeOut(QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n');
}

void RunJob::showOutput(quint32, int, const QByteArray& bytes)
{
    writeOut(bytes);
}

/// The run goes: the first line can tell how it is captured, and its time counts.
void RunJob::startStream()
{
    if (std::exchange(m_begun, true))
        return;
    if (m_arguments.forMs > 0)
        m_limit.start(m_arguments.forMs);
    if (m_arguments.json)
        writeLine(sessionObject(m_session.catalog()));
    if (m_arguments.json || m_arguments.calls)
        m_stream.start();
}

void RunJob::streamEvents(quint64 to)
{
    const EventStore& store = m_session.store();
    const Catalog catalog = m_session.catalog();
    const NameTable names(catalog);
    QByteArray objects;
    QByteArray calls;
    const auto flush = [&] {
        writeOut(objects);
        objects.clear();
        std::fwrite(calls.constData(), 1, static_cast<std::size_t>(calls.size()), stderr);
        calls.clear();
    };
    quint64 next = m_streamed;
    store.forEach(m_streamed, to, [&](quint64 position, const ipc::EventView& event) {
        m_missed += position - next;
        next = position + 1;
        if (m_arguments.json) {
            appendEventJson(objects, event, names.namesOf(event));
            objects += '\n';
        }
        if (m_arguments.calls)
            appendEventText(calls, event, catalog);
        if (objects.size() + calls.size() > (1 << 20))
            flush();
        return true;
    });
    flush();
    m_streamed = std::max(m_streamed, to);
    m_session.consumed(m_streamed);
}

void RunJob::showProblem(const Problem& problem)
{
    const QString kind = problem.severity == Fault::Severity::Error ? tr("error") : tr("warning");
    sayError(u"byteyard run: %1: %2 %3"_s.arg(kind, problem.what, problem.remedy));
    m_failed = m_failed || problem.severity == Fault::Severity::Error;
}

void RunJob::writeEnd()
{
    const Catalog catalog = m_session.catalog();
    if (m_arguments.json) {
        QJsonObject summary = summaryObject(catalog);
        summary.insert(u"dropped"_s, static_cast<qint64>(m_missed));
        writeLine(summary);
        return;
    }
    const QByteArray text = runSummary(catalog, filesOfOneProcess(m_session), m_session.captureText(),
                                       m_session.now(), m_session.store().dropped())
                                .toUtf8();
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stderr);
}

bool RunJob::writeExports()
{
    bool all = true;
    for (const RunArguments::Export& one : std::as_const(m_arguments.exports)) {
        JobControl control;
        const QString wrong =
            exportLog(one.path, one.format, m_session.store(), m_session.catalog(), LogFilter(), control);
        if (!wrong.isEmpty()) {
            sayError(u"byteyard run: %1: %2"_s.arg(tr("error"), wrong));
            all = false;
        }
    }
    return all;
}

} // namespace byteyard::model
