#include "model/topology/placeholder.h"

#include <QRegularExpression>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QList<TextPart> partsOf(const QString& text)
{
    static const QRegularExpression pattern(
        QStringLiteral(R"(\{\{|\{([^{}]+)\.(path|fd|id|key|address|port|offset)\})"));
    QList<TextPart> parts;
    qsizetype at = 0;
    for (auto it = pattern.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const bool isPlaceholder = match.lastCapturedIndex() == 2;
        // Of two braces the first one stays.
        parts.append({text.mid(at, match.capturedStart() + (isPlaceholder ? 0 : 1) - at)});
        if (isPlaceholder)
            parts.append({{}, Placeholder{match.captured(1), match.captured(2)}});
        at = match.capturedEnd();
    }
    parts.append({text.mid(at)});
    return parts;
}

QList<Placeholder> placeholdersIn(const QString& text)
{
    QList<Placeholder> found;
    for (const TextPart& part : partsOf(text))
        if (part.placeholder)
            found.append(*part.placeholder);
    return found;
}

QList<Placeholder> placeholdersOf(const Node& process)
{
    QStringList texts = process.argv();
    for (const QString& key : {u"directory"_s, u"stdout"_s, u"stderr"_s})
        texts.append(process.property(key).toString());
    const QJsonObject environment = process.property(u"environment"_s).toObject();
    for (const auto& value : environment)
        texts.append(value.toString());
    QList<Placeholder> found;
    for (const QString& text : texts)
        found += placeholdersIn(text);
    return found;
}

QString literally(const QString& text)
{
    const bool isPlain = partsOf(text).size() == 1;
    return isPlain ? text : QString(text).replace(u'{', u"{{"_s);
}

} // namespace byteyard::model
