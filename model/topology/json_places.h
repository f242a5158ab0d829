#pragma once

#include <QByteArray>
#include <QStringList>

#include <optional>

namespace byteyard::model {

/// The way from the root to a value: member names, and indices in decimal.
using JsonPath = QStringList;

/// Where things stand in a JSON text that QJsonDocument has accepted: QJson keeps no places, and a fault
/// needs its line.
class JsonPlaces
{
public:
    explicit JsonPlaces(const QByteArray& text) : m_text(text) {}

    /// The line, from 1, of the value at `path`, or of what holds it when it is not there.
    int lineOf(const JsonPath& path) const;
    struct Member
    {
        QString name;
        int line = 0; ///< of its value
    };
    /// The first member that its object has already (QJson would take the last and say nothing).
    std::optional<Member> duplicateMember() const;
    /// The line, from 1, that holds this byte.
    static int lineAt(const QByteArray& text, qsizetype offset);

private:
    QByteArray m_text;
};

} // namespace byteyard::model
