#pragma once

#include "model/session/session.h"
#include "model/topology/document.h"

#include <QScrollArea>

class QLineEdit;
class QVBoxLayout;

namespace byteyard::gui {

class PropertyEditor;

/// The form of the selected node, made from its kind's table of properties; of an edge; of a group; or of the
/// document.
/// Every change is an undo step.
class PropertiesPage : public QScrollArea
{
    Q_OBJECT

public:
    PropertiesPage(model::Document& document, model::Session& session, QWidget* parent = nullptr);
    void setSubject(const QString& node, const QString& edge, const QString& group = {});
    /// The editor of a property, by its key; null when there is none (tests).
    PropertyEditor* editor(const QString& key) const { return m_editors.value(key); }

Q_SIGNALS:
    /// A group is to be shown as one card, or as its parts.
    void collapseWanted(const QString& group, bool collapsed);

private:
    void rebuild();
    void refresh();
    void buildNode(const model::Node& node);
    void buildEdge(const model::Edge& edge);
    void buildGroup(const model::Group& group);
    void buildDocument();
    PropertyEditor* add(const model::PropertySpec& spec, const QJsonValue& value,
                        const std::function<QString(const QJsonValue&)>& commit);
    void addLimit(model::Kind kind, const QString& key);

    model::Document& m_document;
    model::Session& m_session;
    QString m_node;
    QString m_edge;
    QString m_group;
    QWidget* m_body = nullptr;
    QVBoxLayout* m_layout = nullptr;
    QWidget* m_nextRun = nullptr;
    QHash<QString, PropertyEditor*> m_editors;
    QHash<QString, QWidget*> m_labels; ///< by the property's key
};

} // namespace byteyard::gui
