#include "model/topology/labs.h"

#include <QDir>
#include <QFileInfo>

namespace byteyard::model {

using namespace Qt::StringLiterals;

QStringList labNames()
{
    QStringList names;
    for (const QFileInfo& file : QDir(u":/labs"_s).entryInfoList({u"*.byteyard"_s}, QDir::Files, QDir::Name))
        names.append(file.completeBaseName());
    return names;
}

QString labPath(const QString& name)
{
    return u":/labs/"_s + name + u".byteyard"_s;
}

QString topologyPath(const QString& given)
{
    return !QFileInfo::exists(given) && labNames().contains(given) ? labPath(given) : given;
}

} // namespace byteyard::model
