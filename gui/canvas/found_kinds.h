#pragma once

#include <QString>

namespace byteyard::gui {

/// Beside the kinds, what of the parts that programs made can be hidden: files that one process alone uses.
inline QString foundFilesOfOne()
{
    return QStringLiteral("file-of-one");
}

} // namespace byteyard::gui
