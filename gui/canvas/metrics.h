#pragma once

#include <QFont>
#include <QString>

namespace byteyard::gui {

// Sizes on the canvas, in its own units (a pixel at 100 %).
inline constexpr double gridStep = 20;
// How far below a node's position its first ports lie: an endpoint one grid step lower than a process gives a
// straight edge.
inline constexpr double cardLine = 40;
inline constexpr double endpointLine = 20;
inline constexpr double rowHeight = 20;           ///< between ports
inline constexpr double columnGap = 5 * gridStep; ///< room for a rate on the edge
inline constexpr double portRadius = 5;
inline constexpr double portReach = 11; ///< a press this near takes the port
inline constexpr double cardWidth = 150;
inline constexpr double cardWidthMost = 300;
inline constexpr double capsuleHeight = 48;
inline constexpr double capsuleWidth = 136;
inline constexpr double pageHeight = 56;
inline constexpr double queueWidth = 280;
inline constexpr double queueHeight = 128;
inline constexpr double memoryHeight = 164;
inline constexpr double semaphoreWidth = 230;
inline constexpr double semaphoreRow = 24;
inline constexpr qsizetype semaphoreRowsMost = 6; ///< the inspector has them all
inline constexpr double counterHeight = 56;
inline constexpr double outlineWidth = 1.3;
// Inside a body: from its edge to its contents, and from its top to the first row below the name.
inline constexpr double bodyInset = 14;
inline constexpr double bodyFirstRow = 36;

// Below these zooms detail is left out.
inline constexpr double zoomForText = 0.42;
inline constexpr double zoomForShapes = 0.22;

enum class Text {
    Title,     ///< an endpoint's name
    Data,      ///< a command line as a title
    Small,     ///< pid, labels
    SmallData, ///< fd numbers, fill
    Pill,
    Tiny, ///< a message's size in its tile
};

/// The fonts of the canvas. They scale with the zoom, not with the desktop's font.
const QFont& canvasFont(Text text);
double textWidth(Text text, const QString& string);
/// A memory card's: its hexdump's row decides.
double memoryWidth();
/// To be called when the application's font has changed.
void forgetCanvasFonts();

} // namespace byteyard::gui
