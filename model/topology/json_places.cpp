#include "model/topology/json_places.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

#include <functional>
#include <vector>

namespace byteyard::model {

namespace {

/// How the value that holds another one leads to it.
struct Step
{
    bool isMember = false;
    QString name;
    int index = 0;

    bool operator==(const QString& pathStep) const
    {
        return isMember ? name == pathStep : index == pathStep.toInt();
    }
};

/// Walks a JSON text without recursion. Tells of each value as it begins: its depth (0 is the root), its step
/// and its offset; `each` returns false to stop. The text has been accepted by QJson, yet no index is trusted
/// to lie within it.
class Walker
{
public:
    using Each = std::function<bool(qsizetype depth, const Step& step, qsizetype offset)>;

    explicit Walker(const QByteArray& text) : m_text(text) {}

    void walk(const Each& each)
    {
        struct Open
        {
            bool isObject;
            int index;
        };
        std::vector<Open> open;
        Step step;
        bool isMemberName = false;
        while (m_at < m_text.size()) {
            const char c = m_text.at(m_at);
            if (c == '}' || c == ']') {
                if (!open.empty())
                    open.pop_back();
                isMemberName = false;
                ++m_at;
            } else if (c == ',') {
                isMemberName = !open.empty() && open.back().isObject;
                ++m_at;
            } else if (c == '"' && isMemberName) {
                step = {true, memberName(), 0};
                isMemberName = false;
            } else if (isValueStart(c)) {
                if (!open.empty() && !open.back().isObject)
                    step = {false, {}, open.back().index++};
                if (!each(static_cast<qsizetype>(open.size()), step, m_at))
                    return;
                if (c == '{' || c == '[') {
                    open.push_back({c == '{', 0});
                    isMemberName = c == '{';
                    ++m_at;
                } else {
                    skipScalar(c);
                }
            } else {
                ++m_at; // white space, a colon, a byte order mark
            }
        }
    }

private:
    static bool isValueStart(char c)
    {
        return c == '{' || c == '[' || c == '"' || c == '-' || (c >= '0' && c <= '9') ||
               (c >= 'a' && c <= 'z');
    }

    void skipString()
    {
        for (++m_at; m_at < m_text.size() && m_text.at(m_at) != '"'; ++m_at)
            if (m_text.at(m_at) == '\\')
                ++m_at;
        ++m_at;
    }

    void skipScalar(char first)
    {
        if (first == '"') {
            skipString();
            return;
        }
        while (m_at < m_text.size() && !QByteArrayLiteral(",]} \t\r\n").contains(m_text.at(m_at)))
            ++m_at;
    }

    QString memberName()
    {
        const qsizetype begin = m_at;
        skipString();
        const QByteArray quoted = m_text.mid(begin, m_at - begin);
        if (!quoted.contains('\\'))
            return QString::fromUtf8(quoted.mid(1, quoted.size() - 2));
        return QJsonDocument::fromJson('[' + quoted + ']').array().at(0).toString();
    }

    const QByteArray& m_text;
    qsizetype m_at = 0;
};

} // namespace

int JsonPlaces::lineAt(const QByteArray& text, qsizetype offset)
{
    return 1 + static_cast<int>(
                   QByteArrayView(text).first(qBound(qsizetype{0}, offset, text.size())).count('\n'));
}

int JsonPlaces::lineOf(const JsonPath& path) const
{
    qsizetype matched = 0; // so many steps of the path lead to the value that is open
    qsizetype offset = 0;
    Walker(m_text).walk([&](qsizetype depth, const Step& step, qsizetype at) {
        if (depth == 0) {
            offset = at;
        } else if (depth <= matched) {
            return false; // the walk has left the value that the path leads into
        } else if (depth == matched + 1 && depth <= path.size() && step == path.at(depth - 1)) {
            matched = depth;
            offset = at;
        }
        return matched < path.size();
    });
    return lineAt(m_text, offset);
}

std::optional<JsonPlaces::Member> JsonPlaces::duplicateMember() const
{
    std::vector<QSet<QString>> names; // by depth, of the values that are open now
    std::optional<Member> found;
    Walker(m_text).walk([&](qsizetype depth, const Step& step, qsizetype at) {
        const auto size = static_cast<std::size_t>(depth);
        names.resize(size + 1); // a new value begins with no names below it
        names.back().clear();
        if (step.isMember && depth > 0) {
            QSet<QString>& siblings = names.at(size - 1);
            if (siblings.contains(step.name))
                found = Member{step.name, lineAt(m_text, at)};
            siblings.insert(step.name);
        }
        return !found;
    });
    return found;
}

} // namespace byteyard::model
