#pragma once

#include <QByteArray>
#include <QIODevice>
#include <QString>

#include <memory>

namespace byteyard::model {

/// Whether a file of this name is to be compressed: it ends in ".zst".
bool isZstdName(const QString& path);

/// Compresses pieces, each into a frame of its own (RFC 8878): frames one after the other are a file as good
/// as one, and a cut costs the last of them alone.
class ZstdWriter
{
public:
    ZstdWriter();
    ~ZstdWriter();
    /// The frame of these bytes; empty when there is no memory for it.
    QByteArray frame(QByteArrayView bytes);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// What is in a compressed device, as a stream. `size()` and `pos()` are those of the compressed bytes, for
/// who shows how far it has come. Memory: at most the 128 MiB that the format's usual limit for a window is.
class ZstdReader : public QIODevice
{
    Q_OBJECT

public:
    /// `source` is open, and lives longer.
    explicit ZstdReader(QIODevice& source);
    ~ZstdReader() override;
    /// By its first bytes.
    static bool isCompressed(QIODevice& source);

    bool isSequential() const override { return true; }
    qint64 size() const override { return m_source.size(); }
    qint64 pos() const override { return m_source.pos(); }

protected:
    qint64 readData(char* data, qint64 most) override;
    qint64 writeData(const char* data, qint64 size) override;

private:
    struct Private;
    QIODevice& m_source;
    std::unique_ptr<Private> d;
};

} // namespace byteyard::model
