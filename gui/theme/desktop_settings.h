#pragma once

#include <QDBusMessage>
#include <QDBusVariant>
#include <QObject>

namespace byteyard::gui {

/// What the desktop prefers, asked of the settings portal (org.freedesktop.portal.Settings) without waiting.
class DesktopSettings : public QObject
{
    Q_OBJECT

public:
    enum class Scheme { Unknown, Dark, Light };

    explicit DesktopSettings(QObject* parent = nullptr);
    Scheme scheme() const { return m_scheme; }
    bool reducedMotion() const { return m_noAnimations || m_reducedMotion; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void take(const QString& space, const QString& key, const QDBusVariant& value);

private:
    void ask(const QString& space, const QString& key);

    Scheme m_scheme = Scheme::Unknown;
    bool m_noAnimations = false;
    bool m_reducedMotion = false;
};

} // namespace byteyard::gui
