#include "gui/canvas/accessible_canvas.h"

#include "gui/canvas/canvas_scene.h"
#include "gui/canvas/canvas_view.h"

#include <QAccessible>
#include <QAccessibleWidget>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// A node, or a group under its key, found by its id each time it is asked: it may go at any moment.
class AccessibleNode final : public QAccessibleInterface
{
public:
    AccessibleNode(CanvasView* view, QString id) : m_view(view), m_id(std::move(id)) {}

    bool isValid() const override { return m_view && (item() != nullptr || group() != nullptr); }
    QObject* object() const override { return nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_view); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QAccessible::Role role() const override { return QAccessible::ListItem; }
    QRect rect() const override
    {
        if (!isValid())
            return {};
        const QRect lies = group() != nullptr ? m_view->groupRect(group()->id()) : m_view->nodeRect(m_id);
        return lies.translated(m_view->viewport()->mapToGlobal(QPoint()));
    }
    QString text(QAccessible::Text kind) const override
    {
        if (!isValid())
            return {};
        if (group() != nullptr)
            return kind == QAccessible::Name          ? group()->look().name
                   : kind == QAccessible::Description ? group()->description()
                   : kind == QAccessible::Value       ? group()->look().stateText
                                                      : QString();
        return kind == QAccessible::Name          ? item()->look().title
               : kind == QAccessible::Description ? item()->description()
               : kind == QAccessible::Value       ? item()->look().stateText
                                                  : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.invalid = !isValid();
        state.selectable = true;
        state.focusable = true;
        if (isValid() && group() != nullptr) {
            state.expandable = true;
            state.collapsed = group()->look().collapsed;
            state.expanded = !state.collapsed;
            state.selected = group()->marks().selected;
            state.focused = group()->marks().cursor && m_view->hasFocus();
        } else if (isValid()) {
            state.selected = item()->marks().selected;
            state.focused = item()->marks().cursor && m_view->hasFocus();
        }
        return state;
    }

private:
    CanvasScene& scene() const { return *static_cast<CanvasScene*>(m_view->scene()); }
    const NodeItem* item() const { return scene().node(m_id); }
    const GroupItem* group() const { return scene().group(groupOfKey(m_id)); }

    QPointer<CanvasView> m_view;
    QString m_id;
};

class AccessibleCanvas final : public QAccessibleWidget
{
public:
    explicit AccessibleCanvas(CanvasView* view) : QAccessibleWidget(view, QAccessible::List), m_view(view) {}
    ~AccessibleCanvas() override
    {
        for (const QAccessible::Id id : std::as_const(m_children))
            QAccessible::deleteAccessibleInterface(id);
    }

    int childCount() const override { return static_cast<int>(nodes().size()); }
    QAccessibleInterface* child(int index) const override
    {
        const QStringList ids = nodes();
        if (index < 0 || index >= ids.size())
            return nullptr;
        const QString& id = ids.at(index);
        const auto known = m_children.constFind(id);
        if (known != m_children.constEnd())
            return QAccessible::accessibleInterface(*known);
        auto* node = new AccessibleNode(m_view, id);
        m_children.insert(id, QAccessible::registerAccessibleInterface(node));
        return node;
    }
    int indexOfChild(const QAccessibleInterface* child) const override
    {
        const QStringList ids = nodes();
        for (int i = 0; i < ids.size(); ++i)
            if (m_children.contains(ids.at(i)) &&
                QAccessible::accessibleInterface(m_children.value(ids.at(i))) == child)
                return i;
        return -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override
    {
        for (int i = 0; i < childCount(); ++i)
            if (child(i)->rect().contains(x, y))
                return child(i);
        return nullptr;
    }

private:
    /// In the order in which one reads.
    QStringList nodes() const
    {
        const auto* scene = static_cast<CanvasScene*>(m_view->scene());
        if (scene == nullptr)
            return {};
        QStringList ids;
        for (auto it = scene->nodes().begin(); it != scene->nodes().end(); ++it)
            if (it.value()->isVisible())
                ids << it.key();
        for (const QString& group : scene->groups().keys())
            ids << groupKey(group);
        const auto placeOf = [scene](const QString& id) {
            const GroupItem* group = scene->group(groupOfKey(id));
            return group != nullptr ? group->body().topLeft() : scene->homeOf(id);
        };
        std::sort(ids.begin(), ids.end(), [&](const QString& a, const QString& b) {
            const QPointF pa = placeOf(a);
            const QPointF pb = placeOf(b);
            return std::tuple(pa.y(), pa.x(), a) < std::tuple(pb.y(), pb.x(), b);
        });
        return ids;
    }

    CanvasView* m_view;
    mutable QHash<QString, QAccessible::Id> m_children;
};

QAccessibleInterface* makeInterface(const QString&, QObject* object)
{
    auto* view = qobject_cast<CanvasView*>(object);
    return view == nullptr ? nullptr : new AccessibleCanvas(view);
}

} // namespace

void installCanvasAccessibility()
{
    static const bool done = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    Q_UNUSED(done)
}

} // namespace byteyard::gui
