#pragma once

#include <QCoreApplication>

namespace byteyard::gui {

/// The context of what the translators see as one place: what stands on a node of the canvas.
struct NodeText
{
    Q_DECLARE_TR_FUNCTIONS(Node)
};

} // namespace byteyard::gui
