#pragma once

#include <QStringList>

namespace byteyard::model {

/// The labs that the program brings, by name: "address-in-use", "back-pressure"…
QStringList labNames();
/// Where the lab of this name is read.
QString labPath(const QString& name);
/// The file that a person names on a command line: a lab, when there is no file of that name.
QString topologyPath(const QString& given);

} // namespace byteyard::model
