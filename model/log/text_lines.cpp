#include "model/log/text_lines.h"

#include "model/log/event_names.h"
#include "model/log/format.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr int lineDataCharacters = 64;

struct TextLinesText
{
    Q_DECLARE_TR_FUNCTIONS(TextLines)
};

/// Seconds with six decimals, in columns and for sort(1): no locale, no thin spaces.
QString plainSeconds(quint64 ns)
{
    const quint64 us = ns / 1000;
    return u"%1.%2"_s.arg(us / 1'000'000, 5).arg(us % 1'000'000, 6, 10, QChar(u'0'));
}

QString lineEndpoints(const ipc::EventView& event, const Catalog& catalog)
{
    const quint32 first = event.endpoint != 0 ? event.endpoint : event.endpoint2;
    if (first == 0)
        return {};
    const bool two = event.endpoint2 != 0 && event.endpoint2 != first;
    return two ? catalog.endpointName(first) + u" → "_s + catalog.endpointName(event.endpoint2)
               : catalog.endpointName(first);
}

/// In quotes, which stand before the sign that there is more.
QString quotedData(const ipc::EventView& event)
{
    QString text = formatData(event.data, lineDataCharacters);
    const bool isCut = text.endsWith(u'…') || event.dataState == ipc::DataState::Truncated;
    if (text.endsWith(u'…'))
        text.chop(1);
    return u"  \""_s + text + u'"' + (isCut ? u"…"_s : QString());
}

} // namespace

void appendEventText(QByteArray& out, const ipc::EventView& event, const Catalog& catalog)
{
    QString line = plainSeconds(event.time) + u' ';
    line += u"%1[%2] "_s.arg(catalog.processName(event.process)).arg(event.tid) + formatCall(event);
    if (QString result = formatResult(event); !result.isEmpty())
        line += u" = "_s + result.replace(minus, u'-');
    if (event.duration > 0)
        line += u" <"_s + plainSeconds(event.duration).trimmed() + u'>';
    if (const QString on = lineEndpoints(event, catalog); !on.isEmpty())
        line += u"  "_s + on;
    if (event.dataState == ipc::DataState::Unreadable)
        line += u"  "_s + TextLinesText::tr("(unreadable)");
    else if (!event.data.empty())
        line += quotedData(event);
    if (event.how != ipc::How::Exact && event.how != ipc::How::Unfinished) { // which is the result
        const std::string_view how = howName(event.how);
        line += u"  ("_s + QString::fromLatin1(how.data(), static_cast<qsizetype>(how.size())) + u')';
    }
    out += printable(line).toUtf8();
    out += '\n';
}

void appendLostText(QByteArray& out, quint64 lost, quint64 dropped)
{
    if (lost > 0)
        out += TextLinesText::tr("%1 events were lost: they came faster than they could be taken.")
                   .arg(lost)
                   .toUtf8() +
               '\n';
    if (dropped > 0)
        out += TextLinesText::tr("%1 events went before they were written, because of the log's limit.")
                   .arg(dropped)
                   .toUtf8() +
               '\n';
}

} // namespace byteyard::model
