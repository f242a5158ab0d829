#include "model/log/markup.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

QByteArray escapedMarkup(const QString& text)
{
    QString plain;
    for (const QChar c : text)
        plain += c.unicode() < 0x20 || c.unicode() >= 0xfffe ? u"\\x%1"_s.arg(c.unicode(), 2, 16, QChar(u'0'))
                                                             : QString(c);
    return plain.toHtmlEscaped().toUtf8();
}

} // namespace byteyard::model
