#include "gui/panels/problems_panel.h"

#include "gui/panels/problems_model.h"
#include "gui/widgets/data_table.h"

#include <QHeaderView>
#include <QVBoxLayout>

namespace byteyard::gui {

ProblemsPanel::ProblemsPanel(model::Document& document, model::Session& session, QWidget* parent)
    : QWidget(parent), m_document(document), m_session(session), m_model(new ProblemsModel(this)),
      m_view(new DataTable(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    m_view->setModel(m_model);
    m_view->setAccessibleName(tr("Problems"));
    m_view->setColumnWidth(0, 100);
    m_view->setColumnWidth(1, 130);
    m_view->setColumnWidth(2, 560);
    m_view->horizontalHeader()->setStretchLastSection(true);
    setFocusProxy(m_view);
    connect(m_view, &QTableView::activated, this, [this](const QModelIndex& index) {
        const QString node = index.data(ProblemsModel::NodeRole).toString();
        if (!node.isEmpty())
            Q_EMIT revealWanted(node);
    });

    m_soon.setSingleShot(true);
    m_soon.setInterval(50);
    connect(&m_soon, &QTimer::timeout, this, &ProblemsPanel::refresh);
    const auto later = [this] { m_soon.start(); };
    connect(&session, &model::Session::problemFound, this, later);
    connect(&session, &model::Session::stateChanged, this, later);
    for (const auto signal :
         {&model::Document::nodeAdded, &model::Document::nodeChanged, &model::Document::nodeRemoved,
          &model::Document::edgeAdded, &model::Document::edgeChanged, &model::Document::edgeRemoved})
        connect(&document, signal, this, later);
    connect(&document, &model::Document::infoChanged, this, later);
    connect(&document, &model::Document::wasReset, this, [this] {
        m_own.clear();
        m_soon.start();
    });
    m_soon.start();
}

int ProblemsPanel::count() const
{
    return m_model->rowCount();
}

void ProblemsPanel::add(const model::Problem& problem)
{
    m_own.append(problem);
    refresh();
}

void ProblemsPanel::refresh()
{
    QHash<QString, QString> names;
    for (const model::Node& node : m_document.topology().nodes)
        names.insert(node.id, node.name);
    QList<model::Problem> all = m_own + m_session.problems();
    for (const model::Fault& fault : model::validate(m_document.topology())) {
        const bool known = std::any_of(all.cbegin(), all.cend(), [&](const model::Problem& problem) {
            return problem.node == fault.node && problem.what == fault.what;
        });
        if (!known)
            all.append({fault.severity, fault.node, fault.what, fault.remedy});
    }
    const int before = count();
    m_model->setProblems(all, names);
    if (count() != before)
        Q_EMIT countChanged(count());
}

} // namespace byteyard::gui
