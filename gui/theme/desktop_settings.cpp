#include "gui/theme/desktop_settings.h"

#include <QDBusConnection>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFile>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

const QString service = u"org.freedesktop.portal.Desktop"_s;
const QString path = u"/org/freedesktop/portal/desktop"_s;
const QString interface = u"org.freedesktop.portal.Settings"_s;
const QString appearance = u"org.freedesktop.appearance"_s;
const QString gnome = u"org.gnome.desktop.interface"_s;

/// Connecting where no bus runs would start one, and wait for it.
bool hasSessionBus()
{
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") ||
           QFile::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s);
}

} // namespace

DesktopSettings::DesktopSettings(QObject* parent) : QObject(parent)
{
    if (!hasSessionBus())
        return;
    QDBusConnection::sessionBus().connect(service, path, interface, u"SettingChanged"_s, this,
                                          SLOT(take(QString, QString, QDBusVariant)));
    ask(appearance, u"color-scheme"_s);
    ask(appearance, u"reduced-motion"_s);
    ask(gnome, u"enable-animations"_s);
}

void DesktopSettings::ask(const QString& space, const QString& key)
{
    auto call = QDBusMessage::createMethodCall(service, path, interface, u"Read"_s);
    call << space << key;
    auto* watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, space, key](QDBusPendingCallWatcher* done) {
                done->deleteLater();
                const QDBusPendingReply<QDBusVariant> reply = *done;
                if (reply.isValid())
                    take(space, key, reply.value());
            });
}

void DesktopSettings::take(const QString& space, const QString& key, const QDBusVariant& value)
{
    // Read wraps the value in a variant of its own, the signal does not.
    QVariant plain = value.variant();
    if (plain.canConvert<QDBusVariant>())
        plain = plain.value<QDBusVariant>().variant();
    if (space == appearance && key == u"color-scheme"_s) {
        const uint wish = plain.toUInt();
        m_scheme = wish == 1 ? Scheme::Dark : wish == 2 ? Scheme::Light : Scheme::Unknown;
    } else if (space == appearance && key == u"reduced-motion"_s) {
        m_reducedMotion = plain.toUInt() == 1;
    } else if (space == gnome && key == u"enable-animations"_s) {
        m_noAnimations = !plain.toBool();
    } else {
        return;
    }
    Q_EMIT changed();
}

} // namespace byteyard::gui
