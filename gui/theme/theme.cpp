#include "gui/theme/theme.h"

#include "gui/theme/colors.h"
#include "gui/theme/desktop_settings.h"
#include "gui/theme/icons.h"
#include "gui/theme/style_sheet.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QPalette>
#include <QPixmapCache>
#include <QSettings>
#include <QStyleFactory>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString modeKey = u"theme/mode"_s;

QPalette paletteOf(const Colors& c)
{
    QPalette palette;
    palette.setColor(QPalette::Window, c.window);
    palette.setColor(QPalette::WindowText, c.ink);
    palette.setColor(QPalette::Base, c.window);
    palette.setColor(QPalette::AlternateBase, c.rowAlternate);
    palette.setColor(QPalette::Text, c.ink);
    palette.setColor(QPalette::PlaceholderText, c.inkMuted);
    palette.setColor(QPalette::Button, c.field);
    palette.setColor(QPalette::ButtonText, c.ink);
    palette.setColor(QPalette::BrightText, c.onAccent);
    palette.setColor(QPalette::ToolTipBase, c.surface);
    palette.setColor(QPalette::ToolTipText, c.ink);
    palette.setColor(QPalette::Highlight, c.accent);
    palette.setColor(QPalette::HighlightedText, c.onAccent);
    palette.setColor(QPalette::Link, c.accent);
    palette.setColor(QPalette::LinkVisited, c.accent);
    palette.setColor(QPalette::Light, c.surface);
    palette.setColor(QPalette::Midlight, c.field);
    palette.setColor(QPalette::Mid, c.border);
    palette.setColor(QPalette::Dark, c.outline);
    palette.setColor(QPalette::Shadow, c.outline);
    const QColor faint = mixed(c.inkMuted, c.window, 0.6);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, faint);
    return palette;
}

struct Hue
{
    QColor outline;
    QColor fill;
};

/// By kind. Contrast takes powers to work out, and painters ask thousands of times a frame.
const QHash<int, Hue>& hues(bool dark)
{
    const auto work = [](bool forDark) {
        const Colors& c = forDark ? darkColors() : lightColors();
        QHash<int, Hue> all;
        for (const model::Kind kind : model::everyKind()) {
            const QColor base = kindBase(kind, forDark);
            all.insert(static_cast<int>(kind), {withContrast(base, {c.canvas, c.surface}, 3.0),
                                                mixed(base, c.surface, forDark ? 0.32 : 0.26)});
        }
        return all;
    };
    static const QHash<int, Hue> light = work(false);
    static const QHash<int, Hue> night = work(true);
    return dark ? night : light;
}

/// Where no desktop names a font, Qt takes a bare fallback: Inter reads better in small sizes.
void chooseFont()
{
    if (qEnvironmentVariableIsSet("XDG_CURRENT_DESKTOP") || !QFontDatabase::families().contains(u"Inter"_s))
        return;
    QFont font = QApplication::font();
    font.setFamilies({u"Inter"_s, font.family()});
    QApplication::setFont(font);
}

} // namespace

Theme& Theme::instance()
{
    static Theme theme;
    return theme;
}

Theme::Theme() : m_desktop(new DesktopSettings(this))
{
    m_desktopWasDark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    const int stored = QSettings().value(modeKey, static_cast<int>(Mode::System)).toInt();
    if (stored >= static_cast<int>(Mode::System) && stored <= static_cast<int>(Mode::Dark))
        m_mode = static_cast<Mode>(stored);
    connect(m_desktop, &DesktopSettings::changed, this, &Theme::follow);
    chooseFont();
    follow();
}

void Theme::follow()
{
    const bool wasDark = m_dark;
    const auto scheme = m_desktop->scheme();
    m_dark = m_mode == Mode::Dark ||
             (m_mode == Mode::System &&
              (scheme == DesktopSettings::Scheme::Unknown ? m_desktopWasDark
                                                          : scheme == DesktopSettings::Scheme::Dark));
    if (m_dark != wasDark)
        apply();
    Q_EMIT changed();
}

Theme::Mode Theme::mode() const
{
    return m_mode;
}

void Theme::setMode(Mode mode)
{
    m_mode = mode;
    QSettings().setValue(modeKey, static_cast<int>(mode));
    follow();
}

bool Theme::isDark() const
{
    return m_dark;
}

const Colors& Theme::colors() const
{
    return m_dark ? darkColors() : lightColors();
}

QColor Theme::kindColor(model::Kind kind) const
{
    return kindBase(kind, m_dark);
}

QColor Theme::kindOutline(model::Kind kind) const
{
    return hues(m_dark).value(static_cast<int>(kind)).outline;
}

QColor Theme::kindFill(model::Kind kind) const
{
    return hues(m_dark).value(static_cast<int>(kind)).fill;
}

QIcon Theme::kindIcon(model::Kind kind) const
{
    return kindTile(kind);
}

QIcon Theme::icon(const QString& name) const
{
    return lineIcon(name);
}

QFont Theme::dataFont() const
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(QApplication::font().pointSizeF());
    return font;
}

bool Theme::reducedMotion() const
{
    return m_desktop->reducedMotion();
}

void Theme::apply()
{
    QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
    QApplication::setPalette(paletteOf(colors()));
    qApp->setStyleSheet(styleSheet(colors()));
}

} // namespace byteyard::gui
