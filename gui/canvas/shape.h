#pragma once

#include "model/topology/kind.h"

namespace byteyard::gui {

/// The outline by which a kind is known before one reads.
enum class Shape {
    Card,      ///< a process, with its descriptors and handles as ports
    Capsule,   ///< what bytes run through; sockets too
    Page,      ///< a file
    Queue,     ///< a card with its messages as tiles
    Memory,    ///< a card with a small hexdump
    Semaphore, ///< a card with a row of tokens for each semaphore
    Counter,   ///< an eventfd: a number
};

Shape shapeOf(model::Kind kind);
/// True for the two-way capsules that name their ends: "a" and "b", "master" and "slave".
bool namesItsEnds(model::Kind kind);
/// True for sockets that are listened on, each connection being a card below them.
bool isListener(model::Kind kind);
/// True for sockets that take whole datagrams from anybody.
bool isDatagramSocket(model::Kind kind);

} // namespace byteyard::gui
