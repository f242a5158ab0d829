#pragma once

#include "model/session/session.h"
#include "model/topology/document.h"

#include <QTimer>
#include <QWidget>

class QTableView;

namespace byteyard::gui {

class ProblemsModel;

/// Severity, node, cause and remedy; a double click or Enter goes to the node.
class ProblemsPanel : public QWidget
{
    Q_OBJECT

public:
    ProblemsPanel(model::Document& document, model::Session& session, QWidget* parent = nullptr);
    int count() const;
    ProblemsModel* model() const { return m_model; }
    /// Adds what the window itself has to say (an export that failed); goes with the next document.
    void add(const model::Problem& problem);

Q_SIGNALS:
    void countChanged(int count);
    void revealWanted(const QString& node);

private:
    void refresh();

    model::Document& m_document;
    model::Session& m_session;
    ProblemsModel* m_model;
    QTableView* m_view;
    QList<model::Problem> m_own;
    QTimer m_soon; ///< merges a burst of changes into one look
};

} // namespace byteyard::gui
