#pragma once

#include "model/topology/kind.h"

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QObject>

namespace byteyard::gui {

class DesktopSettings;

/// Every colour that is drawn by us. One accent; the rest is grey; a kind's colour fills shapes and is never
/// text.
struct Colors
{
    QColor window;  ///< behind panels and bars
    QColor surface; ///< cards on the canvas
    QColor field;   ///< buttons, fields, parts of the palette
    QColor canvas;
    QColor canvasDot; ///< the grid
    QColor border;    ///< hairlines between areas
    QColor outline;   ///< of shapes on the canvas: 3:1 against what is behind
    QColor ink;
    QColor inkMuted; ///< 4.5:1 too
    QColor accent;
    QColor onAccent;
    QColor highlight; ///< what find() matched, a selected row's background; ink is read on it
    QColor rowAlternate;
    QColor rowPending, rowError;                                         ///< log row backgrounds
    QColor pillRunning, pillBlocked, pillStopped, pillFailed, pillPlain; ///< backgrounds; their text is ink
    QColor markRunning, markBlocked, markStopped, markFailed, markPlain; ///< the state icon in a pill
};

/// Light or dark, switched at once. Asked by every painter; nothing else holds a colour.
class Theme : public QObject
{
    Q_OBJECT

public:
    enum class Mode { System, Light, Dark };
    Q_ENUM(Mode)

    static Theme& instance();
    Mode mode() const;
    void setMode(Mode mode); ///< kept in the settings
    bool isDark() const;
    const Colors& colors() const;
    QColor kindColor(model::Kind kind) const;
    /// The kind's colour as an outline: at least 3:1 against canvas and surface.
    QColor kindOutline(model::Kind kind) const;
    /// A tint of the kind's colour that ink can be read on.
    QColor kindFill(model::Kind kind) const;
    QIcon kindIcon(model::Kind kind) const;
    QIcon icon(const QString& name) const; ///< resources/icons/NAME.svg in ink
    QFont dataFont() const;                ///< monospaced, for calls, bytes, paths
    bool reducedMotion() const;            ///< the desktop asks for it
    /// Sets palette, style and style sheet of the application.
    void apply();

Q_SIGNALS:
    void changed();

private:
    Theme();
    void follow();

    DesktopSettings* m_desktop;
    Mode m_mode = Mode::System;
    bool m_desktopWasDark = false; ///< by the palette that the desktop gave, where nothing better is known
    bool m_dark = false;
};

/// WCAG 2 contrast of two opaque colours, 1…21.
double contrast(const QColor& a, const QColor& b);

} // namespace byteyard::gui
