// A session file is whatever somebody sent: reading it may refuse, and may not do anything else.
#include "model/log/export.h"
#include "model/log/format.h"
#include "model/log/session_file.h"

#include <QBuffer>

#include <cstddef>
#include <cstdint>

using namespace byteyard;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::ReadOnly);
    model::JobControl control;
    const model::SessionContent content = model::readSession(buffer, control);
    // What was read is also shown and exported.
    const model::LogMatcher matches({.text = QStringLiteral("e")}, content.catalog);
    content.store->forEach(0, content.store->end(), [&](quint64, const ipc::EventView& event) {
        matches(event);
        model::formatCall(event);
        model::formatResult(event);
        model::formatData(event.data, 64);
        model::eventObject(event, content.catalog);
        return true;
    });
    model::summaryObject(content.catalog);
    return 0;
}
