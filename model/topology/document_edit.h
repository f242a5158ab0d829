#pragma once

#include "model/topology/document.h"

#include <QUndoCommand>

#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace byteyard::model {

/// One undo step: a list of small changes, each with what was and what is, applied in order, and undone in
/// the opposite order. A document is changed by nothing else. Build it against the document as it is, then
/// commit().
class DocumentEdit : public QUndoCommand
{
public:
    DocumentEdit(Document& document, const QString& text) : QUndoCommand(text), m_document(document) {}
    /// Changes with the same drag id merge when one follows the other; 0 never merges.
    void setDrag(int dragId) { m_drag = dragId; }

    void addNode(const Node& node);
    void addEdge(const Edge& edge);
    /// `index` is the item's place in its list.
    void changeNode(qsizetype index, const Node& after);
    void changeEdge(qsizetype index, const Edge& after);
    void remove(const QSet<QString>& nodes, const QSet<QString>& edges);
    /// Those that stay keep their order, those that come stand last.
    void setGroups(const QList<Group>& after);
    /// The nodes leave their groups; groups without members go.
    void leaveGroups(const QSet<QString>& nodes);
    void setInfo(const QString& title, int pace);

    /// Puts it on the document's undo stack, which does it; nothing happens when nothing would change.
    static void commit(std::unique_ptr<DocumentEdit> edit);

    void undo() override;
    void redo() override;
    int id() const override { return m_drag == 0 ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override;

private:
    /// Absent before: it comes. Absent after: it goes.
    template <typename Item>
    struct Change
    {
        std::optional<Item> before;
        std::optional<Item> after;
        qsizetype index = 0;
    };
    struct Info
    {
        QString title;
        int pace = 0;
        bool operator==(const Info&) const = default;
    };
    using Step = std::variant<Change<Node>, Change<Edge>, Change<Group>, Change<Info>>;

    template <typename Item>
    void addRemovals(const QList<Item>& list, const QSet<QString>& ids);
    template <typename Item>
    void merge(const Change<Item>& next);
    using Signal = void (Document::*)(const QString& id);
    template <typename Part>
    void applyTo(QList<Part>& parts, const Change<Part>& change, bool forwards, Signal changed, Signal added,
                 Signal removed);
    void apply(const Change<Node>& change, bool forwards);
    void apply(const Change<Edge>& change, bool forwards);
    void apply(const Change<Group>& change, bool forwards);
    void apply(const Change<Info>& change, bool forwards);

    Document& m_document;
    std::vector<Step> m_steps;
    qsizetype m_nodesAdded = 0;
    qsizetype m_edgesAdded = 0;
    int m_drag = 0;
};

} // namespace byteyard::model
