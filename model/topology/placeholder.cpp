#include "model/topology/placeholder.h"

#include <QRegularExpression>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QList<Placeholder> placeholdersIn(const QString& text)
{
    static const QRegularExpression pattern(
        QStringLiteral(R"(\{\{|\{([^{}]+)\.(path|fd|id|key|address|port|offset)\})"));
    QList<Placeholder> found;
    for (auto it = pattern.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        if (match.lastCapturedIndex() == 2)
            found.append({match.captured(1), match.captured(2)});
    }
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

} // namespace byteyard::model
