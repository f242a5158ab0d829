#pragma once

#include "log_samples.h"

#include "model/log/session_file.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

namespace byteyard::model::test {

constexpr int patience = 60'000;

inline void compareEvents(const ipc::EventView& a, const ipc::EventView& b)
{
    QCOMPARE(a.seq, b.seq);
    QCOMPARE(a.time, b.time);
    QCOMPARE(a.duration, b.duration);
    QCOMPARE(a.process, b.process);
    QCOMPARE(a.pid, b.pid);
    QCOMPARE(a.tid, b.tid);
    QCOMPARE(a.call, b.call);
    QCOMPARE(a.how, b.how);
    QCOMPARE(a.dataState, b.dataState);
    QCOMPARE(a.fd, b.fd);
    QCOMPARE(a.fd2, b.fd2);
    QCOMPARE(a.endpoint, b.endpoint);
    QCOMPARE(a.endpoint2, b.endpoint2);
    QCOMPARE(a.result, b.result);
    QCOMPARE(a.error, b.error);
    QCOMPARE(a.requested, b.requested);
    QCOMPARE(std::string(a.detail), std::string(b.detail));
    QVERIFY(std::equal(a.data.begin(), a.data.end(), b.data.begin(), b.data.end()));
}

inline void compareStores(const EventStore& a, const EventStore& b)
{
    QCOMPARE(a.end(), b.end());
    for (quint64 position = a.first(); position < a.end(); ++position)
        compareEvents(*a.at(position), *b.at(position));
}

inline void compareCatalogs(const Catalog& a, const Catalog& b)
{
    QCOMPARE(a.topology, b.topology);
    QCOMPARE(a.started, b.started);
    QCOMPARE(a.capture, b.capture);
    QCOMPARE(a.lost, b.lost);
    QCOMPARE(a.events, b.events);
    QCOMPARE(a.reason, b.reason);
    QVERIFY(a.processes == b.processes);
    QVERIFY(a.endpoints == b.endpoints);
}

inline SessionContent read(const QString& path)
{
    JobControl control;
    return readSessionFile(path, control);
}

/// Writes a whole session file and returns its path.
inline QString record(const QTemporaryDir& directory, const EventStore& store, const Catalog& catalog)
{
    const QString path = directory.filePath(QStringLiteral("session.pcapng"));
    SessionRecorder recorder(
        path, store, [catalog] { return catalog; }, [&store] { return store.end(); });
    const QString started = recorder.start();
    const QString finished = recorder.finish();
    if (!started.isEmpty() || !finished.isEmpty())
        qFatal("%s", qPrintable(started + finished));
    return path;
}

/// What a program prints; it must end with 0 in time.
inline QByteArray output(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(patience) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
        qFatal("%s %s: %s", qPrintable(program), qPrintable(arguments.join(u' ')),
               process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

} // namespace byteyard::model::test
