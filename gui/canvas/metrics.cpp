#include "gui/canvas/metrics.h"

#include "gui/theme/theme.h"

#include <QApplication>
#include <QFontMetricsF>

#include <array>
#include <cmath>
#include <optional>

namespace byteyard::gui {

namespace {

std::array<std::optional<QFont>, 6>& fonts()
{
    static std::array<std::optional<QFont>, 6> cache;
    return cache;
}

QFont make(Text text)
{
    const bool data = text == Text::Data || text == Text::SmallData || text == Text::Tiny;
    QFont font = data ? Theme::instance().dataFont() : QApplication::font();
    switch (text) {
    case Text::Title:
    case Text::Data:
        font.setPixelSize(13);
        font.setWeight(text == Text::Data ? QFont::Bold : QFont::DemiBold);
        break;
    case Text::Pill:
        font.setPixelSize(11);
        font.setWeight(QFont::DemiBold);
        break;
    case Text::Tiny:
        font.setPixelSize(9);
        break;
    case Text::Small:
    case Text::SmallData:
        font.setPixelSize(11);
        break;
    }
    // Hinting moves glyphs between zooms: widths must not depend on it.
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

} // namespace

const QFont& canvasFont(Text text)
{
    auto& slot = fonts().at(static_cast<std::size_t>(text));
    if (!slot)
        slot = make(text);
    return *slot;
}

double textWidth(Text text, const QString& string)
{
    return QFontMetricsF(canvasFont(text)).horizontalAdvance(string);
}

double memoryWidth()
{
    // "0000" gap "00 11 …" gap "........"
    constexpr int columns = 4 + 2 + 8 * 3 - 1 + 2 + 8;
    return std::ceil(textWidth(Text::SmallData, QString(columns, u'0')) + 32);
}

void forgetCanvasFonts()
{
    fonts().fill(std::nullopt);
}

} // namespace byteyard::gui
