#pragma once

#include "model/topology/kind.h"

#include <QSet>
#include <QString>

namespace byteyard::gui {

/// Beside the kinds, what of the parts that programs made can be hidden: files that one process alone uses.
inline QString foundFilesOfOne()
{
    return QStringLiteral("file-of-one");
}

/// What is hidden until somebody asks for it: that, and sockets of other families, which the C library opens
/// to look up names.
inline QSet<QString> foundHiddenAtFirst()
{
    return {foundFilesOfOne(), model::kindId(model::Kind::Socket)};
}

} // namespace byteyard::gui
