#include "model/log/format.h"
#include "model/log/session_encoder.h"
#include "model/log/session_file.h"
#include "model/log/zstd_stream.h"

#include <QCoreApplication>
#include <QFile>
#include <QtEndian>

#include <condition_variable>
#include <thread>

namespace byteyard::model {

namespace {

constexpr std::chrono::milliseconds flushInterval(150);

/// How many of the first `written` bytes are whole blocks.
qint64 wholeBlocks(QByteArrayView blocks, qint64 written)
{
    qint64 end = 0;
    while (blocks.size() - end >= 8) {
        const auto length = qFromLittleEndian<quint32>(blocks.data() + end + 4);
        if (end + length > written)
            break;
        end += length;
    }
    return end;
}

} // namespace

struct SessionRecorder::Private
{
    Q_DECLARE_TR_FUNCTIONS(SessionRecorder)

public:
    Private(const QString& target, const EventStore& events, std::function<Catalog()> names,
            std::function<quint64()> namedUpTo)
        : path(target), store(events), catalog(std::move(names)), named(std::move(namedUpTo))
    {
    }

    const QString path;
    const EventStore& store;
    const std::function<Catalog()> catalog;
    const std::function<quint64()> named;
    QFile file;
    SessionEncoder encoder;
    std::unique_ptr<ZstdWriter> compressed; ///< none: the blocks go into the file as they are
    quint64 next = 0;
    std::thread thread;
    std::atomic<quint64> bytesWritten = 0;

    mutable std::mutex mutex; ///< for what follows
    std::condition_variable wake;
    bool finishing = false;
    QString error;

    void run();
    quint64 namedEnd() const;
    bool writeEvents(quint64 end);
    bool flush();
};

/// Whose names are not known yet waits for them, but not for so long that the store drops it.
quint64 SessionRecorder::Private::namedEnd() const
{
    const quint64 end = store.end();
    const quint64 known = std::min(named(), end);
    const bool isLong =
        end - known > EventStore::defaultLimit / 4 || store.bytesFrom(known) > EventStore::defaultBytes / 4;
    return isLong ? end : known;
}

/// Writes what the store has got before a position that was asked for before the catalog is; false when
/// writing has failed.
bool SessionRecorder::Private::writeEvents(quint64 end)
{
    encoder.update(catalog());
    while (next < end) {
        next = store.forEach(next, end, [this](quint64 position, const ipc::EventView& event) {
            if (position > next)
                encoder.gap(position - next);
            next = position + 1;
            encoder.event(event);
            return encoder.buffer().size() < writeBytes;
        });
        if (!flush())
            return false;
    }
    return flush();
}

bool SessionRecorder::Private::flush()
{
    QByteArray& blocks = encoder.buffer();
    if (blocks.isEmpty())
        return true;
    const qint64 start = static_cast<qint64>(bytesWritten.load());
    const QByteArray frame = compressed ? compressed->frame(blocks) : QByteArray();
    const QByteArray& bytes = compressed ? frame : blocks;
    qint64 written = 0;
    while (written < bytes.size()) {
        const qint64 now = file.write(bytes.constData() + written, bytes.size() - written);
        if (now <= 0)
            break;
        written += now;
    }
    if (written == bytes.size() && written > 0) {
        bytesWritten += static_cast<quint64>(written);
        blocks.resize(0); // keeps its room
        return true;
    }
    const QString why = file.errorString();
    // Half a block at the end would be the only damage in the file: it goes.
    const qint64 whole = compressed ? 0 : wholeBlocks(blocks, written);
    file.resize(start + whole);
    bytesWritten += static_cast<quint64>(whole);
    const std::scoped_lock lock(mutex);
    error = tr("%1: recording has stopped after %2: %3. The run goes on; what was recorded can be opened. "
               "Make room, or "
               "record to another place.")
                .arg(path, formatBytes(bytesWritten), why);
    return false;
}

void SessionRecorder::Private::run()
{
    for (bool last = false; !last;) {
        {
            std::unique_lock lock(mutex);
            wake.wait_for(lock, flushInterval, [this] { return finishing; });
            last = finishing;
        }
        if (!writeEvents(last ? store.end() : namedEnd()))
            return;
    }
    encoder.finish(catalog());
    flush();
}

SessionRecorder::SessionRecorder(const QString& path, const EventStore& store,
                                 std::function<Catalog()> catalog, std::function<quint64()> named)
    : d(std::make_unique<Private>(path, store, std::move(catalog), std::move(named)))
{
}

SessionRecorder::~SessionRecorder()
{
    finish();
}

QString SessionRecorder::start()
{
    d->file.setFileName(d->path);
    // A log holds what programs said to each other: it is the owner's alone.
    if (!d->file.open(QIODevice::WriteOnly | QIODevice::Unbuffered,
                      QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return Private::tr("%1 cannot be written: %2. Record to another place.")
            .arg(d->path, d->file.errorString());
    if (isZstdName(d->path))
        d->compressed = std::make_unique<ZstdWriter>();
    d->encoder.begin(d->catalog());
    if (!d->flush())
        return error();
    d->thread = std::thread([this] { d->run(); });
    return {};
}

QString SessionRecorder::finish()
{
    if (d->thread.joinable()) {
        {
            const std::scoped_lock lock(d->mutex);
            d->finishing = true;
        }
        d->wake.notify_one();
        d->thread.join();
    }
    d->file.close();
    return error();
}

QString SessionRecorder::path() const
{
    return d->path;
}

quint64 SessionRecorder::bytesWritten() const
{
    return d->bytesWritten;
}

QString SessionRecorder::error() const
{
    const std::scoped_lock lock(d->mutex);
    return d->error;
}

} // namespace byteyard::model
