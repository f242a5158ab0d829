#pragma once

#include "gui/canvas/canvas_view.h"
#include "gui/panels/history.h"

#include <QWidget>

class QLabel;
class QTabWidget;
class QTextBrowser;

namespace byteyard::gui {

class LivePage;
class PropertiesPage;

/// What is selected: live, its properties, and what there is to learn about it.
class Inspector : public QWidget
{
    Q_OBJECT

public:
    enum class Page { Live, Properties, Learn };

    Inspector(model::Document& document, model::Session& session, History& history,
              QWidget* parent = nullptr);
    void setSelection(const Selection& selection);
    void showPage(Page page);
    LivePage* live() const { return m_live; }
    PropertiesPage* properties() const { return m_properties; }
    QString title() const;

private:
    void refreshTitle();
    void refreshLearn();

    model::Document& m_document;
    model::Session& m_session;
    QString m_node;
    QString m_edge;
    QString m_group;
    QLabel* m_title;
    QLabel* m_subtitle;
    QTabWidget* m_tabs;
    LivePage* m_live;
    PropertiesPage* m_properties;
    QTextBrowser* m_learn;
};

} // namespace byteyard::gui
