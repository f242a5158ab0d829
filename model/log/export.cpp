#include "model/log/export.h"

#include "model/log/csv.h"
#include "model/log/html_report.h"
#include "model/log/json_lines.h"
#include "model/log/payload_encoder.h"
#include "model/log/session_encoder.h"
#include "model/log/text_lines.h"
#include "model/log/zstd_stream.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonDocument>
#include <QSaveFile>

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr quint64 stepEvents = 1024; ///< how often progress is told and a cancel heard

/// The lines of one format, made from the session's beginning to its end.
class Writer
{
public:
    virtual ~Writer() = default;
    virtual QByteArray& buffer() = 0;
    virtual void begin(const Catalog& catalog) = 0;
    virtual void event(const ipc::EventView& event) = 0;
    /// `dropped`: events that had gone because of the store's limit.
    virtual void end(const Catalog& catalog, quint64 exported, quint64 dropped) = 0;
};

class JsonLinesWriter : public Writer
{
public:
    explicit JsonLinesWriter(const Catalog& catalog) : m_names(catalog) {}
    QByteArray& buffer() override { return m_buffer; }
    void begin(const Catalog& catalog) override { line(sessionObject(catalog)); }
    void event(const ipc::EventView& event) override
    {
        appendEventJson(m_buffer, event, m_names.namesOf(event));
        m_buffer += '\n';
    }
    void end(const Catalog& catalog, quint64 exported, quint64 dropped) override
    {
        QJsonObject summary = summaryObject(catalog);
        summary.insert(u"exported"_s, static_cast<qint64>(exported));
        summary.insert(u"dropped"_s, static_cast<qint64>(dropped));
        line(summary);
    }

private:
    void line(const QJsonObject& object)
    {
        m_buffer += QJsonDocument(object).toJson(QJsonDocument::Compact);
        m_buffer += '\n';
    }

    QByteArray m_buffer;
    NameTable m_names;
};

class CsvWriter : public Writer
{
public:
    explicit CsvWriter(const Catalog& catalog) : m_names(catalog) {}
    QByteArray& buffer() override { return m_buffer; }
    void begin(const Catalog&) override { appendCsvHeader(m_buffer); }
    void event(const ipc::EventView& event) override
    {
        appendEventCsv(m_buffer, event, m_names.namesOf(event));
    }
    void end(const Catalog& catalog, quint64, quint64 dropped) override
    {
        appendCsvLost(m_buffer, catalog.lost, dropped);
    }

private:
    QByteArray m_buffer;
    NameTable m_names;
};

class PcapngWriter : public Writer
{
public:
    QByteArray& buffer() override { return m_encoder.buffer(); }
    void begin(const Catalog& catalog) override
    {
        m_encoder.begin(catalog);
        m_encoder.update(catalog);
    }
    void event(const ipc::EventView& event) override { m_encoder.event(event); }
    void end(const Catalog& catalog, quint64, quint64 dropped) override
    {
        if (dropped > 0)
            m_encoder.gap(dropped);
        m_encoder.finish(catalog);
    }

private:
    SessionEncoder m_encoder;
};

class PayloadWriter : public Writer
{
public:
    explicit PayloadWriter(const Catalog& catalog) : m_encoder(catalog) {}
    QByteArray& buffer() override { return m_encoder.buffer(); }
    void begin(const Catalog&) override { m_encoder.begin(); }
    void event(const ipc::EventView& event) override { m_encoder.event(event); }
    void end(const Catalog&, quint64, quint64 dropped) override { m_encoder.end(dropped); }

private:
    PayloadEncoder m_encoder;
};

class HtmlWriter : public Writer
{
public:
    explicit HtmlWriter(const Catalog& catalog) : m_report(catalog) {}
    QByteArray& buffer() override { return m_report.buffer(); }
    void begin(const Catalog&) override { m_report.begin(); }
    void event(const ipc::EventView& event) override { m_report.event(event); }
    void end(const Catalog&, quint64 exported, quint64 dropped) override { m_report.end(exported, dropped); }

private:
    HtmlReport m_report;
};

class TextWriter : public Writer
{
public:
    explicit TextWriter(const Catalog& catalog) : m_catalog(catalog) {}
    QByteArray& buffer() override { return m_buffer; }
    void begin(const Catalog&) override {}
    void event(const ipc::EventView& event) override { appendEventText(m_buffer, event, m_catalog); }
    void end(const Catalog& catalog, quint64, quint64 dropped) override
    {
        appendLostText(m_buffer, catalog.lost, dropped);
    }

private:
    QByteArray m_buffer;
    const Catalog& m_catalog;
};

std::unique_ptr<Writer> writerFor(ExportFormat format, const Catalog& catalog)
{
    switch (format) {
    case ExportFormat::JsonLines:
        return std::make_unique<JsonLinesWriter>(catalog);
    case ExportFormat::Csv:
        return std::make_unique<CsvWriter>(catalog);
    case ExportFormat::Pcapng:
        return std::make_unique<PcapngWriter>();
    case ExportFormat::Payloads:
        return std::make_unique<PayloadWriter>(catalog);
    case ExportFormat::Html:
        return std::make_unique<HtmlWriter>(catalog);
    case ExportFormat::Text:
        return std::make_unique<TextWriter>(catalog);
    }
    return nullptr;
}

/// A write that was cut short says nothing of the cause: the next one does.
bool writeWhole(QIODevice& device, const QByteArray& bytes)
{
    qint64 written = 0;
    while (written < bytes.size()) {
        const qint64 now = device.write(bytes.constData() + written, bytes.size() - written);
        if (now <= 0)
            return false;
        written += now;
    }
    return true;
}

} // namespace

bool exportFormatOf(const QString& path, ExportFormat& format)
{
    static const std::array endings = {
        std::pair(".jsonl"_L1, ExportFormat::JsonLines),
        std::pair(".csv"_L1, ExportFormat::Csv),
        std::pair(".payloads.pcapng"_L1, ExportFormat::Payloads), // the longer ending first
        std::pair(".pcapng"_L1, ExportFormat::Pcapng),
        std::pair(".html"_L1, ExportFormat::Html),
        std::pair(".txt"_L1, ExportFormat::Text)};
    const QString plain = isZstdName(path) ? path.chopped(4) : path;
    for (const auto& [ending, found] : endings) {
        if (plain.endsWith(ending, Qt::CaseInsensitive)) {
            format = found;
            return true;
        }
    }
    return false;
}

QString exportLog(const QString& path, ExportFormat format, const EventStore& store, const Catalog& catalog,
                  const LogFilter& filter, JobControl& control)
{
    QSaveFile file(path);
    const auto failed = [&path](const QString& why) {
        return QCoreApplication::translate(
                   "Export", "%1 was not written: %2. Choose another place, or make room there.")
            .arg(path, why);
    };
    // QSaveFile would put a file in the place of a device or FIFO.
    if (const QFileInfo there(path); there.exists() && !there.isFile())
        return failed(QCoreApplication::translate("Export", "what is there is no ordinary file"));
    // Unbuffered: commit() does not see that the flush of a buffer has failed (Qt 6.4), and the pieces are
    // large.
    if (!file.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return failed(file.errorString());

    const quint64 first = store.first();
    const quint64 end = store.end();
    control.total = end - first;
    const std::unique_ptr<Writer> writer = writerFor(format, catalog);
    const std::unique_ptr<ZstdWriter> compressed =
        isZstdName(path) ? std::make_unique<ZstdWriter>() : nullptr;
    const LogMatcher matches(filter, catalog);
    quint64 exported = 0;
    quint64 missing = first; // gone because of the store's limit, also while this goes on
    quint64 next = first;
    bool sound = true;
    const auto flush = [&] {
        QByteArray& buffer = writer->buffer();
        sound = !compressed ? writeWhole(file, buffer)
                            : buffer.isEmpty() || writeWhole(file, compressed->frame(buffer));
        buffer.resize(0);
        return sound;
    };
    writer->begin(catalog);
    store.forEach(first, end, [&](quint64 position, const ipc::EventView& event) {
        missing += position - next;
        next = position + 1;
        if (matches(event)) {
            writer->event(event);
            ++exported;
        }
        if (position % stepEvents == 0)
            control.done = position - first;
        return !control.cancelled.load(std::memory_order_relaxed) &&
               (writer->buffer().size() < writeBytes || flush());
    });
    if (control.cancelled)
        return QCoreApplication::translate("Export", "%1 was not written: the export was cancelled.")
            .arg(path);
    if (sound) {
        writer->end(catalog, exported, missing);
        flush();
    }
    if (!sound || !file.commit())
        return failed(file.errorString());
    control.done = control.total.load();
    return {};
}

} // namespace byteyard::model
