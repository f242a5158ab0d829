#include "gui/theme/colors.h"

#include <algorithm>
#include <cmath>

namespace byteyard::gui {

namespace {

double luminance(const QColor& color)
{
    const auto linear = [](double c) {
        return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

QColor rgb(QRgb value)
{
    return QColor::fromRgb(value);
}

} // namespace

double contrast(const QColor& a, const QColor& b)
{
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

QColor mixed(const QColor& over, const QColor& under, double share)
{
    const auto mix = [share](int o, int u) {
        return static_cast<int>(std::lround(o * share + u * (1 - share)));
    };
    return {mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue())};
}

QColor withContrast(QColor color, const QList<QColor>& backgrounds, double ratio)
{
    const QColor end = luminance(backgrounds.first()) > 0.2 ? QColor(Qt::black) : QColor(Qt::white);
    const auto stands = [&](const QColor& candidate) {
        return std::all_of(backgrounds.begin(), backgrounds.end(),
                           [&](const QColor& behind) { return contrast(candidate, behind) >= ratio; });
    };
    const QColor start = color;
    for (double share = 0.05; !stands(color) && share <= 1; share += 0.05)
        color = mixed(end, start, share);
    return color;
}

const Colors& lightColors()
{
    static const Colors colors{
        .window = rgb(0xffffff),
        .surface = rgb(0xffffff),
        .field = rgb(0xf7f8fa),
        .canvas = rgb(0xf3f5f8),
        .canvasDot = rgb(0xd5dae2),
        .border = rgb(0xe1e6ed),
        .outline = rgb(0x7e899a),
        .ink = rgb(0x1b2430),
        .inkMuted = rgb(0x5b6676),
        .accent = rgb(0x0072b2),
        .onAccent = rgb(0xffffff),
        .highlight = rgb(0xdbe9f2),
        .rowAlternate = rgb(0xf7f8fa),
        .rowPending = rgb(0xf5ecde),
        .rowError = rgb(0xf7e7e2),
        .pillRunning = rgb(0xd1eee6),
        .pillBlocked = rgb(0xf5e3ca),
        .pillStopped = rgb(0xe3e5e9),
        .pillFailed = rgb(0xf9dcd2),
        .pillPlain = rgb(0xeef1f5),
        .markRunning = rgb(0x008a64),
        .markBlocked = rgb(0xb86200),
        .markStopped = rgb(0x5b6676),
        .markFailed = rgb(0xc04a00),
        .markPlain = rgb(0x6b7686),
    };
    return colors;
}

const Colors& darkColors()
{
    static const Colors colors{
        .window = rgb(0x1b1f26),
        .surface = rgb(0x262c37),
        .field = rgb(0x222731),
        .canvas = rgb(0x14171c),
        .canvasDot = rgb(0x2a303b),
        .border = rgb(0x303743),
        .outline = rgb(0x758094),
        .ink = rgb(0xe8ecf2),
        .inkMuted = rgb(0xa3acba),
        .accent = rgb(0x56b4e9),
        .onAccent = rgb(0x0d1117),
        .highlight = rgb(0x263d4f),
        .rowAlternate = rgb(0x222731),
        .rowPending = rgb(0x363021),
        .rowError = rgb(0x352729),
        .pillRunning = rgb(0x21443f),
        .pillBlocked = rgb(0x4a3c1d),
        .pillStopped = rgb(0x39404c),
        .pillFailed = rgb(0x552f25),
        .pillPlain = rgb(0x323946),
        .markRunning = rgb(0x3fcf9f),
        .markBlocked = rgb(0xf2a93b),
        .markStopped = rgb(0xb3bccb),
        .markFailed = rgb(0xff8a5c),
        .markPlain = rgb(0xa3acba),
    };
    return colors;
}

QColor kindBase(model::Kind kind, bool dark)
{
    using model::Kind;
    switch (kind) {
    case Kind::Command:
    case Kind::Actor:
        return (dark ? darkColors() : lightColors()).ink;
    case Kind::Pipe:
        return dark ? rgb(0x4aa3df) : rgb(0x0072b2);
    case Kind::Fifo:
        return rgb(0x2aa5c9);
    case Kind::File:
    case Kind::Pty:
        return dark ? rgb(0x8e99aa) : rgb(0x7a8699);
    case Kind::SysvQueue:
    case Kind::PosixQueue:
        return dark ? rgb(0xa862c8) : rgb(0xa35bc4);
    case Kind::SysvShm:
    case Kind::PosixShm:
    case Kind::Memfd:
        return rgb(0xe69f00);
    case Kind::SysvSemaphore:
    case Kind::PosixSemaphore:
    case Kind::Eventfd:
        return dark ? rgb(0xe8702a) : rgb(0xd55e00);
    case Kind::Socketpair:
    case Kind::UnixStream:
    case Kind::UnixDatagram:
    case Kind::UnixSeqpacket:
    case Kind::Tcp:
    case Kind::Udp:
    case Kind::Raw:
    case Kind::Socket:
        break;
    }
    return dark ? rgb(0x2ebf8f) : rgb(0x009e73);
}

} // namespace byteyard::gui
