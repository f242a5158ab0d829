#include "model/log/zstd_stream.h"

#include <QtEndian>

#include <zstd.h>

namespace byteyard::model {

namespace {

constexpr int quickLevel = 1; // a log halves ten times as fast as it grows

} // namespace

struct ZstdWriter::Private
{
    Private() : context(ZSTD_createCCtx()) {}
    ~Private() { ZSTD_freeCCtx(context); }
    Q_DISABLE_COPY_MOVE(Private)

    ZSTD_CCtx* context; ///< null: there is no memory
};

struct ZstdReader::Private
{
    Private() : context(ZSTD_createDCtx()) {}
    ~Private() { ZSTD_freeDCtx(context); }
    Q_DISABLE_COPY_MOVE(Private)

    ZSTD_DCtx* context; ///< null: there is no memory
    QByteArray input;
    std::size_t used = 0; ///< of the input
};

bool isZstdName(const QString& path)
{
    return path.endsWith(QLatin1String(".zst"), Qt::CaseInsensitive);
}

ZstdWriter::ZstdWriter() : d(std::make_unique<Private>()) {}

ZstdWriter::~ZstdWriter() = default;

QByteArray ZstdWriter::frame(QByteArrayView bytes)
{
    if (d->context == nullptr)
        return {};
    const auto size = static_cast<std::size_t>(bytes.size());
    QByteArray out(static_cast<qsizetype>(ZSTD_compressBound(size)), Qt::Uninitialized);
    const std::size_t done = ZSTD_compressCCtx(d->context, out.data(), static_cast<std::size_t>(out.size()),
                                               bytes.data(), size, quickLevel);
    if (ZSTD_isError(done) != 0)
        return {};
    out.resize(static_cast<qsizetype>(done));
    return out;
}

ZstdReader::ZstdReader(QIODevice& source) : m_source(source), d(std::make_unique<Private>())
{
    open(QIODevice::ReadOnly);
}

ZstdReader::~ZstdReader() = default;

bool ZstdReader::isCompressed(QIODevice& source)
{
    const QByteArray start = source.peek(4);
    return start.size() == 4 && qFromLittleEndian<quint32>(start.data()) == ZSTD_MAGICNUMBER;
}

qint64 ZstdReader::readData(char* data, qint64 most)
{
    if (d->context == nullptr || most <= 0)
        return -1;
    ZSTD_outBuffer out{data, static_cast<std::size_t>(most), 0};
    while (out.pos == 0) {
        if (d->used == static_cast<std::size_t>(d->input.size())) {
            d->input = m_source.read(static_cast<qint64>(ZSTD_DStreamInSize()));
            d->used = 0;
            if (d->input.isEmpty())
                return -1; // the end; one within a frame shows as a block that is cut
        }
        ZSTD_inBuffer in{d->input.constData(), static_cast<std::size_t>(d->input.size()), d->used};
        const std::size_t rest = ZSTD_decompressStream(d->context, &out, &in);
        d->used = in.pos;
        if (ZSTD_isError(rest) != 0) {
            setErrorString(QString::fromLatin1(ZSTD_getErrorName(rest)));
            return -1;
        }
    }
    return static_cast<qint64>(out.pos);
}

qint64 ZstdReader::writeData(const char* /*data*/, qint64 /*size*/)
{
    return -1;
}

} // namespace byteyard::model
