#include "model/topology/placeholder.h"

#include <QRegularExpression>

namespace byteyard::model {

QList<Placeholder> placeholdersIn(const QString& text)
{
    static const QRegularExpression pattern(
        QStringLiteral(R"(\{\{|\{([^{}]+)\.(path|fd|id|key|address|port)\})"));
    QList<Placeholder> found;
    for (auto it = pattern.globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        if (match.lastCapturedIndex() == 2)
            found.append({match.captured(1), match.captured(2)});
    }
    return found;
}

} // namespace byteyard::model
