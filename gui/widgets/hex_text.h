#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace byteyard::gui {

/// A byte to find, or -1 for any.
using BytePattern = QList<int>;

/// `aa ?? 55`; false when it is not pairs of hex digits or `??`, or empty.
bool patternFromHex(const QString& text, BytePattern& pattern);
/// The text's UTF-8 bytes; false when empty.
bool patternFromText(const QString& text, BytePattern& pattern);
/// Where the pattern is first found from `from` on; -1: nowhere.
qsizetype indexOf(const QByteArray& bytes, const BytePattern& pattern, qsizetype from);
/// `const unsigned char bytes[3] = { 0x61, … };`
QString bytesAsC(const QByteArray& bytes);

} // namespace byteyard::gui
