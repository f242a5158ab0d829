#pragma once

#include "gui/canvas/canvas_view.h"
#include "gui/panels/history.h"

#include <QElapsedTimer>
#include <QScrollArea>
#include <QTimer>

class QLabel;
class QMenu;
class QToolButton;

namespace byteyard::gui {

class CapacityControl;
class CodeBlock;
class FactList;
class ScriptView;
class SectionLabel;
class TrendView;

/// What is live of the selected thing.
class LivePage : public QScrollArea
{
    Q_OBJECT

public:
    LivePage(model::Document& document, model::Session& session, History& history, QWidget* parent = nullptr);
    /// A node's id or key, an edge's id, or a group's; all empty: the whole document.
    void setSubject(const QString& node, const QString& edge, const QString& group = {});
    FactList* facts() const { return m_facts; }
    ScriptView* script() const { return m_script; }
    /// Messages, semaphores, attachments or connections, a line each.
    QString contentsText() const;

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();
    void refreshProcess(const model::LiveProcess& process);
    void refreshEndpoint(const model::LiveEndpoint& endpoint);
    void refreshShell(const model::Node& node, const model::LiveProcess* process,
                      const model::LiveEndpoint* endpoint);
    void refreshScript(const model::Node* node, const model::LiveProcess* process);
    void refreshContents(const model::LiveEndpoint* endpoint);
    void refreshTrend();
    void askHolders(quint32 endpoint);

    model::Document& m_document;
    model::Session& m_session;
    History& m_history;
    QString m_node;
    QString m_edge;
    QString m_group;
    QLabel* m_sentence;
    FactList* m_facts;
    QToolButton* m_act;
    QMenu* m_menu;
    CapacityControl* m_capacity;
    SectionLabel* m_scriptTitle;
    ScriptView* m_script;
    SectionLabel* m_contentsTitle;
    CodeBlock* m_contents;
    SectionLabel* m_trendTitle;
    TrendView* m_trend;
    SectionLabel* m_holdersTitle;
    FactList* m_holders;
    SectionLabel* m_shellTitle;
    CodeBlock* m_shell;
    QTimer m_soon;
    QElapsedTimer m_asked;
    quint32 m_holdersOf = 0;
};

} // namespace byteyard::gui
