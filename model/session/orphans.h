#pragma once

#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>

namespace byteyard::model {

/// What an engine that died together with its keeper left behind (docs/protocol.md, Without a session).
struct Orphan
{
    QString id; ///< of its run file, for clean()
    QDateTime started;
    QString directory;
    QList<qint64> processes;
    QStringList objects; ///< paths of what it created

    /// "session of 10:31: 2 processes, 3 objects in /run/user/1000/…"
    QString sentence() const;
};

struct OrphanReport
{
    QList<Orphan> orphans;
    QString error; ///< a sentence, when the engine could not be asked
};

/// Asks the engine what is left. Waits for it (some milliseconds, at most five seconds): call it in a worker
/// thread.
OrphanReport findOrphans(const QStringList& engineCommand = {});
/// Ends and removes it. Returns the sentence of what went wrong, empty when it went well. Waits as
/// findOrphans() does.
QString cleanOrphan(const QString& id, const QStringList& engineCommand = {});

} // namespace byteyard::model
