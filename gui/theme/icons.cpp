#include "gui/theme/icons.h"

#include "gui/theme/theme.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// Every file is drawn in black; the colour wanted replaces it in the text.
QByteArray recoloured(const QString& name, const QColor& color)
{
    QFile file(u":/icons/%1.svg"_s.arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return file.readAll().replace("#000000", color.name().toLatin1());
}

class Engine : public QIconEngine
{
public:
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect({}, size), mode, state);
        return pixmap;
    }

protected:
    static QColor inkFor(QIcon::Mode mode)
    {
        const Colors& colors = Theme::instance().colors();
        QColor ink = mode == QIcon::Disabled ? colors.inkMuted : colors.ink;
        return ink;
    }
};

class LineEngine final : public Engine
{
public:
    explicit LineEngine(QString name) : m_name(std::move(name)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        painter->save();
        if (mode == QIcon::Disabled)
            painter->setOpacity(painter->opacity() * 0.5);
        paintIcon(*painter, m_name, rect, inkFor(mode));
        painter->restore();
    }
    QIconEngine* clone() const override { return new LineEngine(m_name); }

private:
    QString m_name;
};

class KindEngine final : public Engine
{
public:
    explicit KindEngine(model::Kind kind) : m_kind(kind) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        const Theme& theme = Theme::instance();
        const QRectF square(rect);
        const double inset = square.width() / 24;
        const QRectF tile = square.adjusted(inset, inset, -inset, -inset);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (mode == QIcon::Disabled)
            painter->setOpacity(painter->opacity() * 0.5);
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.kindOutline(m_kind));
        const double radius = model::isProcess(m_kind) ? tile.width() / 2 : tile.width() / 4;
        painter->drawRoundedRect(tile, radius, radius);
        const double in = tile.width() * 0.06;
        paintIcon(*painter, model::kindId(m_kind), tile.adjusted(in, in, -in, -in), theme.colors().window);
        painter->restore();
    }
    QIconEngine* clone() const override { return new KindEngine(m_kind); }

private:
    model::Kind m_kind;
};

} // namespace

void paintIcon(QPainter& painter, const QString& name, const QRectF& rect, const QColor& color)
{
    const double ratio = painter.device()->devicePixelRatioF();
    const QTransform& transform = painter.worldTransform();
    const double scale = ratio * std::hypot(transform.m11(), transform.m12());
    const QSize size = (rect.size() * scale).toSize();
    if (size.isEmpty())
        return;
    const QString key = u"icon:%1:%2:%3"_s.arg(name, color.name()).arg(size.width());
    QPixmap pixmap;
    if (!QPixmapCache::find(key, &pixmap)) {
        pixmap = QPixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter inner(&pixmap);
        QSvgRenderer(recoloured(name, color)).render(&inner);
        inner.end();
        QPixmapCache::insert(key, pixmap);
    }
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()));
    painter.restore();
}

QIcon lineIcon(const QString& name)
{
    return QIcon(new LineEngine(name));
}

QIcon kindTile(model::Kind kind)
{
    return QIcon(new KindEngine(kind));
}

} // namespace byteyard::gui
