#pragma once

#include "model/log/catalog.h"
#include "model/log/event_store.h"
#include "model/log/export.h"

#include <QString>

#include <functional>
#include <memory>

namespace byteyard::model {

/// Appends a session to a pcapng file as it happens (design: Session `.pcapng`). Has a thread of its own that
/// follows the store; what the store drops before it was written is counted as a gap.
class SessionRecorder
{
public:
    /// `catalog` is asked for now and then, and `named` before it: up to which event it has their names. From
    /// the recorder's thread: they must be safe to call.
    SessionRecorder(const QString& path, const EventStore& store, std::function<Catalog()> catalog,
                    std::function<quint64()> named);
    ~SessionRecorder();
    /// Starts; returns the sentence of what went wrong, empty when it went well.
    QString start();
    /// Writes what is left and the summary, and closes. Returns what went wrong since the start, empty if
    /// nothing.
    QString finish();
    QString path() const;
    quint64 bytesWritten() const;
    /// What went wrong so far (no space left…): recording has stopped, the run has not.
    QString error() const;

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// A session read back from its file.
struct SessionContent
{
    Catalog catalog;
    std::unique_ptr<EventStore> store; ///< as large as the file needs
    QString note;                      ///< "the last block is cut" and the like; empty when the file is whole
    QString error;                     ///< why nothing could be read
};

/// Reads a session file. Hostile input: lengths are checked before use, nothing is trusted.
SessionContent readSessionFile(const QString& path, JobControl& control);
/// The same from memory (the fuzz target).
SessionContent readSession(QIODevice& device, JobControl& control);

} // namespace byteyard::model
