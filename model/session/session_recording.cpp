#include "model/session/session_private.h"

#include "model/topology/topology_file.h"

#include <QJsonDocument>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QString Session::Private::startRecording(const QString& path)
{
    if (recorder || isEndingRecording)
        return tr("A recording goes on already: %1.").arg(recordingPath);
    auto next = std::make_unique<SessionRecorder>(
        path, *log->store, [kept = log] { return kept->catalog(); },
        [kept = log] { return kept->named.load(); });
    const QString wrong = next->start();
    if (!wrong.isEmpty())
        return wrong;
    recorder = std::move(next);
    recordingPath = path;
    emissions.emplace_back([this] { Q_EMIT q->recordingChanged(); });
    return {};
}

void Session::Private::stopRecording()
{
    if (!recorder)
        return;
    if (recordingEnd.joinable())
        recordingEnd.join(); // an earlier one, which has told its end
    isEndingRecording = true;
    recordingEnd =
        std::thread([this, ending = std::shared_ptr<SessionRecorder>(std::move(recorder)), kept = log] {
            const QString wrong = ending->finish();
            const quint64 bytes = ending->bytesWritten();
            QMetaObject::invokeMethod(
                q,
                [this, wrong, bytes] {
                    isEndingRecording = false;
                    recordedBytes = bytes;
                    if (!wrong.isEmpty())
                        addProblem({Fault::Severity::Error, {}, wrong, tr("The run itself went on.")});
                    emissions.emplace_back([this] { Q_EMIT q->recordingChanged(); });
                    flushSignals();
                },
                Qt::QueuedConnection);
        });
    emissions.emplace_back([this] { Q_EMIT q->recordingChanged(); });
}

void Session::Private::openRecording(const QString& path)
{
    if (opening.joinable()) {
        openingControl.cancelled = true;
        opening.join();
    }
    openingControl.cancelled = false;
    opening = std::thread([this, path] {
        auto content = std::make_shared<SessionContent>(readSessionFile(path, openingControl));
        std::shared_ptr<RunLog> read;
        if (content->error.isEmpty() && content->store) {
            read = std::make_shared<RunLog>(std::move(content->store));
            read->store->forEach(0, read->store->end(), [&](quint64, const ipc::EventView& event) {
                read->statistics.add(event);
                return !openingControl.cancelled;
            });
            read->changeCatalog([&](Catalog& catalog) { catalog = content->catalog; });
        }
        if (openingControl.cancelled)
            return;
        QMetaObject::invokeMethod(
            q,
            [this, path, content, read] {
                if (q->isLive())
                    return; // a run was started meanwhile: it stays
                if (!read) {
                    addProblem({Fault::Severity::Error,
                                {},
                                content->error,
                                tr("Choose a session file that Byteyard recorded.")});
                } else {
                    const ReadResult topologyRead =
                        readTopology(QJsonDocument(content->catalog.topology).toJson(QJsonDocument::Compact));
                    begin(read, topologyRead.topology);
                    const Statistics::Snapshot totals = read->statistics.totals();
                    live.load(content->catalog, totals);
                    lost = content->catalog.lost;
                    captureMode = content->catalog.capture;
                    captureWhy = content->catalog.captureWhy;
                    endTime = totals.lastTime;
                    recordedFrom = path;
                    if (!content->note.isEmpty())
                        addProblem({Fault::Severity::Warning, {}, content->note, {}});
                    setState(State::Recorded);
                    emissions.emplace_back([this] { Q_EMIT q->opened(); });
                }
                flushSignals();
                Q_EMIT q->ticked();
            },
            Qt::QueuedConnection);
    });
}

void Session::Private::joinJobs()
{
    openingControl.cancelled = true;
    if (opening.joinable())
        opening.join();
    stopRecording();
    if (recordingEnd.joinable())
        recordingEnd.join();
}

} // namespace byteyard::model
