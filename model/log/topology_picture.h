#pragma once

#include "model/log/catalog.h"

namespace byteyard::model {

/// The drawn part of a session as SVG text, made without a window: each part where it stood, its kind by
/// shape and word, what it came to in the end. Empty when nothing was drawn.
QByteArray topologyPicture(const Catalog& catalog);

} // namespace byteyard::model
