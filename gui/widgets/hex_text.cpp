#include "gui/widgets/hex_text.h"

using namespace Qt::StringLiterals;

namespace byteyard::gui {

bool patternFromHex(const QString& text, BytePattern& pattern)
{
    QString digits = text;
    digits.remove(u' ');
    pattern.clear();
    if (digits.isEmpty() || digits.size() % 2 != 0)
        return false;
    for (qsizetype i = 0; i < digits.size(); i += 2) {
        const QString pair = digits.mid(i, 2);
        bool ok = true;
        const int byte = pair == u"??"_s ? -1 : pair.toInt(&ok, 16);
        if (!ok || byte > 0xff || pair.startsWith(u'-') || pair.startsWith(u'+'))
            return false;
        pattern.append(byte);
    }
    return true;
}

bool patternFromText(const QString& text, BytePattern& pattern)
{
    pattern.clear();
    for (const char c : text.toUtf8())
        pattern.append(static_cast<unsigned char>(c));
    return !pattern.isEmpty();
}

qsizetype indexOf(const QByteArray& bytes, const BytePattern& pattern, qsizetype from)
{
    for (qsizetype at = std::max<qsizetype>(from, 0); at + pattern.size() <= bytes.size(); ++at) {
        qsizetype i = 0;
        while (i < pattern.size() &&
               (pattern.at(i) < 0 || pattern.at(i) == static_cast<unsigned char>(bytes.at(at + i))))
            ++i;
        if (i == pattern.size())
            return at;
    }
    return -1;
}

QString bytesAsC(const QByteArray& bytes)
{
    QString text = u"const unsigned char bytes[%1] = {"_s.arg(bytes.size());
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        text += i % 12 == 0 ? u"\n    "_s : u" "_s;
        text += u"0x%1,"_s.arg(static_cast<unsigned char>(bytes.at(i)), 2, 16, QLatin1Char('0'));
    }
    return text + u"\n};\n"_s;
}

} // namespace byteyard::gui
