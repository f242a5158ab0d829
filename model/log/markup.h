#pragma once

#include <QByteArray>
#include <QString>

namespace byteyard::model {

/// Text as it may stand in an HTML page and in SVG; characters that neither may hold stand as \xNN.
QByteArray escapedMarkup(const QString& text);

} // namespace byteyard::model
