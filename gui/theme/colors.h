#pragma once

#include "gui/theme/theme.h"

namespace byteyard::gui {

const Colors& lightColors();
const Colors& darkColors();

/// The kind's own colour (Okabe and Ito's set): it fills shapes, it is never text.
QColor kindBase(model::Kind kind, bool dark);

/// `color` made darker or lighter, step by step, until it stands out from every one of `backgrounds` by
/// `ratio`.
QColor withContrast(QColor color, const QList<QColor>& backgrounds, double ratio);

/// `share` (0…1) of `over` on `under`, opaque.
QColor mixed(const QColor& over, const QColor& under, double share);

} // namespace byteyard::gui
