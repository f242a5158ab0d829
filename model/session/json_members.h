#pragma once

#include "model/session/message.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>

#include <limits>
#include <optional>

namespace byteyard::model::protocol {

/// Reads members of one object, checked. The first that is missing or of a wrong type is remembered in
/// `fault`.
class Members
{
public:
    Members(QJsonObject object, QString type, QString& fault)
        : m_object(std::move(object)), m_type(std::move(type)), m_fault(fault)
    {
    }

    bool ok() const { return m_fault.isEmpty(); }
    void wrong(const QString& key);

    QString text(const QString& key);
    QString neededText(const QString& key, const QStringList& allowed = {});
    QStringList texts(const QString& key);
    bool flag(const QString& key);
    bool has(const QString& key) const { return !take(key).isUndefined(); }
    QByteArray base64(const QString& key);

    template <typename Number>
    Number number(const QString& key, qint64 minimum, qint64 maximum, qint64 fallback = 0)
    {
        return static_cast<Number>(integer(key, minimum, maximum, fallback));
    }
    quint64 count(const QString& key) { return number<quint64>(key, 0, std::numeric_limits<qint64>::max()); }
    /// inode and device numbers may use all 64 bits, which JSON in Qt does not keep: an unreadable one is 0,
    /// "unknown".
    quint64 identity(const QString& key);
    /// A process or endpoint: from 1, or 0 where that means none.
    quint32 reference(const QString& key, bool needed);
    qint64 thread(const QString& key) { return number<qint64>(key, 0, std::numeric_limits<qint32>::max()); }
    int descriptor(const QString& key)
    {
        return number<int>(key, -1, std::numeric_limits<qint32>::max(), -1);
    }

    template <typename Each>
    void objects(const QString& key, Each&& each)
    {
        const QJsonArray values = array(key);
        for (const QJsonValue& value : values) {
            if (!value.isObject()) {
                wrong(key);
                return;
            }
            Members inner(value.toObject(), m_type + QLatin1Char('.') + key, m_fault);
            each(inner);
        }
    }
    QHash<QString, QString> parameters(const QString& key);
    /// Numbers, texts and arrays of numbers under names; nothing when it is not there.
    std::optional<QJsonObject> facts(const QString& key);
    std::optional<ErrorInfo> error();

private:
    qint64 integer(const QString& key, qint64 minimum, qint64 maximum, qint64 fallback);
    QJsonValue take(const QString& key) const;
    QJsonArray array(const QString& key);

    QJsonObject m_object;
    QString m_type;
    QString& m_fault;
};

} // namespace byteyard::model::protocol
