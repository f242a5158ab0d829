#include "model/session/engine_command.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>
#include <QStandardPaths>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QStringList defaultEngineCommand()
{
    const QString fromEnvironment = qEnvironmentVariable("BYTEYARD_ENGINE");
    if (!fromEnvironment.trimmed().isEmpty())
        return QProcess::splitCommand(fromEnvironment);
    const QString name = u"byteyard-engine"_s;
    const QFileInfo beside(QCoreApplication::applicationDirPath() + u'/' + name);
    if (beside.isExecutable())
        return {beside.absoluteFilePath()};
    const QString inPath = QStandardPaths::findExecutable(name);
    return inPath.isEmpty() ? QStringList() : QStringList{inPath};
}

} // namespace byteyard::model
