#include "model/log/format.h"

#include <QCoreApplication>
#include <QStringDecoder>

#include <algorithm>
#include <array>
#include <cmath>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct FormatText
{
    Q_DECLARE_TR_FUNCTIONS(Format)
};

constexpr QChar thinSpace(0x2009);
constexpr quint64 microsecond = 1'000;
constexpr quint64 millisecond = 1'000'000;
constexpr quint64 second = 1'000'000'000;

QString utf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString localized(double value, int decimals)
{
    QLocale locale;
    locale.setNumberOptions(QLocale::OmitGroupSeparator);
    return locale.toString(value, 'f', decimals);
}

/// `ns` in a unit: one decimal below ten, none above. Empty when it rounds to `limit` units: the next unit
/// then shows it.
QString inUnit(quint64 ns, quint64 unit, double limit, const QString& suffix)
{
    const double value = static_cast<double>(ns) / static_cast<double>(unit);
    const double tenths = std::round(value * 10) / 10;
    if (tenths < 10)
        return localized(tenths, 1) + suffix;
    const double whole = std::round(value);
    return whole < limit ? localized(whole, 0) + suffix : QString();
}

QString quoted(const QString& text)
{
    QString out = text;
    out.replace(u'\\', "\\\\"_L1).replace(u'"', "\\\""_L1);
    return u'"' + out + u'"';
}

using ipc::Call;

/// What a call's `requested` is worth showing for: bytes asked for.
bool asksForBytes(Call call)
{
    return ipc::callInfo(call).flow != ipc::Flow::None || call == Call::Ftruncate;
}

/// `fd` is what the call returned, not what it was given.
bool returnsDescriptor(Call call)
{
    switch (call) {
    case Call::Open:
    case Call::Openat:
    case Call::Openat2:
    case Call::Creat:
        return true;
    default:
        return false;
    }
}

bool returnsDescriptors(Call call)
{
    return call == Call::Pipe || call == Call::Pipe2 || call == Call::Socketpair;
}

bool isDuplicate(Call call)
{
    return call == Call::Dup || call == Call::Dup2 || call == Call::Dup3;
}

bool startsProcess(Call call)
{
    return call == Call::Fork || call == Call::Vfork || call == Call::Clone || call == Call::Clone3;
}

/// Words whose value says what it is: it stands alone, as in the call.
bool standsAlone(std::string_view key)
{
    static constexpr std::array<std::string_view, 7> keys = {"flags", "whence", "cmd",   "op",
                                                             "how",   "type",   "signal"};
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// The words of a detail as arguments: the path first and in quotes, flags and the like as they stand, others
/// as key=value.
QStringList detailArguments(std::string_view detail)
{
    QStringList arguments;
    while (!detail.empty()) {
        const std::size_t end = std::min(detail.find(' '), detail.size());
        const std::string_view word = detail.substr(0, end);
        detail.remove_prefix(std::min(end + 1, detail.size()));
        if (word.empty())
            continue;
        const std::size_t equals = word.find('=');
        const std::string_view key =
            equals == std::string_view::npos ? std::string_view() : word.substr(0, equals);
        const QString value =
            utf8(ipc::decodeWord(equals == std::string_view::npos ? word : word.substr(equals + 1)));
        if (key == "path")
            arguments.prepend(quoted(value));
        else if (key.empty() || standsAlone(key))
            arguments.append(value);
        else
            arguments.append(utf8(key) + u'=' + value);
    }
    return arguments;
}

QString withArguments(const QString& name, const QStringList& arguments)
{
    return name + u'(' + arguments.join(", "_L1) + u')';
}

} // namespace

QString formatBytes(quint64 bytes)
{
    static constexpr std::array units = {"B"_L1, "KiB"_L1, "MiB"_L1, "GiB"_L1, "TiB"_L1, "PiB"_L1, "EiB"_L1};
    if (bytes < 1024)
        return QString::number(bytes) + " B"_L1;
    std::size_t unit = 1;
    double value = static_cast<double>(bytes) / 1024;
    // 1023.95 would be written as 1024.0: that is one of the next unit.
    while (unit + 1 < units.size() && std::round(value) >= 1024) {
        value /= 1024;
        ++unit;
    }
    const bool exact = (bytes & ((quint64{1} << (10 * unit)) - 1)) == 0;
    const bool decimal = !exact && std::round(value * 10) / 10 < 100;
    return localized(value, decimal ? 1 : 0) + u' ' + units[unit];
}

QString spellBytes(quint64 bytes)
{
    return bytes == 1 ? FormatText::tr("1 byte") : FormatText::tr("%1 bytes").arg(formatCount(bytes));
}

QString formatRate(double bytesPerSecond)
{
    const double rate = std::isfinite(bytesPerSecond) ? std::clamp(bytesPerSecond, 0.0, 1e18) : 0.0;
    return formatBytes(static_cast<quint64>(std::llround(rate))) + "/s"_L1;
}

QString formatDuration(quint64 ns)
{
    if (ns < 100)
        return QString::number(ns) + " ns"_L1;
    if (QString text = inUnit(ns, microsecond, 1000, u" µs"_s); !text.isEmpty())
        return text;
    if (QString text = inUnit(ns, millisecond, 1000, u" ms"_s); !text.isEmpty())
        return text;
    if (QString text = inUnit(ns, second, 100, u" s"_s); !text.isEmpty())
        return text;
    const quint64 seconds = (ns + second / 2) / second;
    if (seconds < 3600)
        return u"%1 min %2 s"_s.arg(seconds / 60).arg(seconds % 60);
    return u"%1 h %2 min"_s.arg(seconds / 3600).arg(seconds % 3600 / 60);
}

QString formatTime(quint64 ns)
{
    const quint64 us = ns / microsecond;
    const auto threeDigits = [](quint64 number) {
        return QString::number(number % 1000).rightJustified(3, u'0');
    };
    return QString::number(us / 1'000'000) + QLocale().decimalPoint() + threeDigits(us / 1000) + thinSpace +
           threeDigits(us);
}

QString formatCall(const ipc::EventView& event)
{
    const Call call = event.call;
    const QString name = utf8(ipc::callInfo(call).name);
    if (call == Call::Exit) {
        const std::string signal = ipc::detailValue(event.detail, "signal");
        return signal.empty() ? withArguments(name, {QString::number(event.result)})
                              : QCoreApplication::translate("Format", "killed by %1").arg(utf8(signal));
    }
    if (call == Call::Other) {
        const std::string real = ipc::detailValue(event.detail, "name");
        return (real.empty() ? name : utf8(real)) + "()"_L1;
    }

    QStringList arguments;
    const bool returned = returnsDescriptor(call) || returnsDescriptors(call) || startsProcess(call);
    if (!returned && event.fd >= 0)
        arguments.append(QString::number(event.fd));
    if (!returned && call != Call::Dup && event.fd2 >= 0)
        arguments.append(QString::number(event.fd2));
    if (asksForBytes(call))
        arguments.append(QString::number(event.requested));
    return withArguments(name, arguments + detailArguments(event.detail));
}

QString formatCall(const PendingCall& pending)
{
    QStringList arguments;
    if (pending.fd >= 0)
        arguments.append(QString::number(pending.fd));
    const std::optional<Call> call = ipc::callFromName(pending.call.toStdString());
    if (call && asksForBytes(*call))
        arguments.append(QString::number(pending.requested));
    return withArguments(pending.call, arguments + detailArguments(pending.detail.toStdString()));
}

QString formatResult(const ipc::EventView& event)
{
    if (event.how == ipc::How::Unfinished)
        return QCoreApplication::translate("Format", "unfinished");
    if (event.error != 0)
        return minus + u"1 "_s + utf8(ipc::errnoName(event.error));
    const Call call = event.call;
    if (call == Call::Start || call == Call::Signal || call == Call::Exit || call == Call::Gap)
        return {};
    if (returnsDescriptors(call) && event.fd >= 0)
        return u"fd %1, %2"_s.arg(event.fd).arg(event.fd2);
    if (returnsDescriptor(call) || isDuplicate(call))
        return u"fd %1"_s.arg(event.result);
    if (startsProcess(call))
        return u"pid %1"_s.arg(event.result);
    if (call == Call::Mmap || call == Call::Mremap || call == Call::Shmat)
        return u"0x"_s + QString::number(event.result, 16);
    return event.result < 0 ? minus + QString::number(event.result).mid(1) : QString::number(event.result);
}

QString formatData(std::span<const std::byte> data, int limit)
{
    static constexpr char hexDigits[] = "0123456789abcdef";
    QString out;
    out.reserve(limit + 1);
    // What is well-formed UTF-8 and printable stays; every other byte becomes an escape.
    for (std::size_t i = 0; i < data.size();) {
        const auto byte = std::to_integer<uchar>(data[i]);
        QString piece;
        std::size_t used = 1;
        if (byte == '\n') {
            piece = "\\n"_L1;
        } else if (byte == '\t') {
            piece = "\\t"_L1;
        } else if (byte == '\r') {
            piece = "\\r"_L1;
        } else if (byte == '\\') {
            piece = "\\\\"_L1;
        } else if (byte >= 0x20 && byte < 0x7f) {
            piece = QLatin1Char(static_cast<char>(byte));
        } else {
            const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
            if (length > 1 && data.size() - i >= length) {
                QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
                const QString text = decoder(QByteArrayView(data.data() + i, static_cast<qsizetype>(length)));
                const char32_t point = text.isEmpty() ? 0 : text.toUcs4().constFirst();
                if (!decoder.hasError() && QChar::isPrint(point)) {
                    piece = text;
                    used = length;
                }
            }
            if (piece.isEmpty())
                piece = u"\\x"_s + QLatin1Char(hexDigits[byte >> 4]) + QLatin1Char(hexDigits[byte & 15]);
        }
        if (out.size() + piece.size() > limit)
            return out + u'…';
        out += piece;
        i += used;
    }
    return out;
}

QString printable(const QString& text)
{
    QString out;
    for (const char32_t point : text.toUcs4()) {
        if (QChar::isPrint(point))
            out += QString::fromUcs4(&point, 1);
        else
            out += point < 0x100 ? u"\\x%1"_s.arg(uint(point), 2, 16, QChar(u'0'))
                                 : u"\\u%1"_s.arg(uint(point), 4, 16, QChar(u'0'));
    }
    return out;
}

QString formatEnd(const ProcessEntry& process)
{
    if (process.exitCode)
        return FormatText::tr("exited %1").arg(*process.exitCode);
    if (!process.signal.isEmpty())
        return FormatText::tr("killed by %1").arg(process.signal);
    if (process.state == "detached"_L1)
        return FormatText::tr("goes on");
    return process.state == "failed"_L1 ? FormatText::tr("failed") : process.state;
}

QString formatCount(quint64 count)
{
    QString digits = QString::number(count);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, thinSpace);
    return digits;
}

} // namespace byteyard::model
