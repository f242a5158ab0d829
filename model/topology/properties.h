#pragma once

#include "model/topology/kind.h"

namespace byteyard::model {

/// A kind's properties, in the order of the form (properties_*.cpp, one file a family).
QList<PropertySpec> propertiesOf(Kind kind);

QList<PropertySpec> commandProperties();
QList<PropertySpec> actorProperties();
QList<PropertySpec> byteProperties(Kind kind); ///< pipes, FIFOs, files, socketpairs, counters, terminals
QList<PropertySpec> systemVProperties(Kind kind);
QList<PropertySpec> posixProperties(Kind kind);  ///< POSIX objects and memory files
QList<PropertySpec> socketProperties(Kind kind); ///< sockets that have an address

// What the families build theirs with.
inline constexpr qint64 mostInt = 0x7fffffff; ///< what a C int holds
PropertySpec property(const QString& key, PropertySpec::Type type, const QJsonValue& value,
                      const QString& label, const QString& help);
PropertySpec choiceProperty(const QString& key, const QStringList& choices, const QString& label,
                            const QString& help);
PropertySpec integerProperty(const QString& key, qint64 minimum, qint64 value, qint64 maximum,
                             const QString& unit, const QString& label, const QString& help);
PropertySpec modeProperty();
PropertySpec madeByProperty();
PropertySpec existingProperty();
QList<PropertySpec> bufferProperties(); ///< of a socket

} // namespace byteyard::model
