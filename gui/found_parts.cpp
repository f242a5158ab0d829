#include "gui/found_parts.h"

#include "model/log/format.h"
#include "model/session/keep.h"

#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

/// "command" stands for the processes that programs started.
const QString& processKind()
{
    static const QString kind = u"command"_s;
    return kind;
}

QString titleOf(const QString& kind)
{
    model::Kind known{};
    return model::kindFromId(kind, known) ? model::kindInfo(known).title : kind;
}

} // namespace

FoundParts::FoundParts(CanvasView& canvas, model::Document& document, model::Session& session,
                       QObject* parent)
    : QObject(parent), m_canvas(canvas), m_document(document), m_session(session)
{
}

void FoundParts::fillNodeMenu(QMenu& menu, const QString& key)
{
    QStringList ids = m_canvas.selection().nodes;
    if (!ids.contains(key))
        ids = {key};
    const QList<model::UndrawnPart> parts = m_canvas.undrawn(ids);
    const auto cannotBeKept = [this](const model::UndrawnPart& part) {
        const model::LiveEndpoint* endpoint = m_session.endpoint(part.endpoint);
        return endpoint != nullptr && !model::canBeKept(*endpoint);
    };
    if (m_canvas.undrawn({key}).isEmpty())
        return;
    menu.addSeparator();
    // A connection comes with its listener.
    menu.addAction(tr("Keep in the Topology"), this,
                   [this, parts] { Q_EMIT kept(model::keepUndrawn(m_document, m_session, parts)); })
        ->setEnabled(m_session.state() != model::Session::State::Recorded &&
                     !std::all_of(parts.begin(), parts.end(), cannotBeKept));
    const model::UndrawnPart part = m_canvas.undrawn({key}).first();
    const model::LiveEndpoint* endpoint = m_session.endpoint(part.endpoint);
    const QString kind = endpoint != nullptr ? endpoint->entry.kind : processKind();
    menu.addAction(kind == processKind() ? tr("Hide Processes That Programs Started")
                                         : tr("Hide Every Found %1").arg(titleOf(kind)),
                   this, [this, kind] { show(kind, false); });
}

void FoundParts::fillViewMenu(QMenu& menu)
{
    QHash<QString, int> counts;
    for (const QString& kind : std::as_const(m_hidden))
        counts.insert(kind, 0);
    for (const model::LiveProcess& process : m_session.processes())
        if (process.entry.node.isEmpty())
            ++counts[processKind()];
    const QSet<quint32> alone = model::filesOfOneProcess(m_session);
    for (const model::LiveEndpoint& endpoint : m_session.endpoints())
        if (endpoint.entry.node.isEmpty())
            ++counts[alone.contains(endpoint.entry.number) ? foundFilesOfOne() : endpoint.entry.kind];
    QStringList kinds = counts.keys();
    std::sort(kinds.begin(), kinds.end());
    for (const QString& kind : kinds) {
        const QString title = kind == processKind()       ? tr("Processes")
                              : kind == foundFilesOfOne() ? tr("Files of One Process Alone")
                                                          : titleOf(kind);
        QAction* choice = menu.addAction(tr("%1 (%2)").arg(title).arg(counts.value(kind)));
        choice->setCheckable(true);
        choice->setChecked(!m_hidden.contains(kind));
        connect(choice, &QAction::toggled, this, [this, kind](bool shown) { show(kind, shown); });
    }
    menu.addSeparator();
    QAction* system = menu.addAction(tr("Libraries and Other Files of the System"));
    if (const quint64 left = m_session.systemFilesLeft(); left > 0)
        system->setText(tr("Libraries and Other Files of the System (%1 Opens Not Followed)")
                            .arg(model::formatCount(left)));
    system->setObjectName(u"systemFiles"_s);
    system->setCheckable(true);
    system->setChecked(m_session.followsSystemFiles());
    connect(system, &QAction::toggled, this, [this](bool followed) {
        m_session.followSystemFiles(followed);
        show(foundFilesOfOne(), followed);
    });
}

void FoundParts::show(const QString& kind, bool shown)
{
    if (shown)
        m_hidden.remove(kind);
    else
        m_hidden.insert(kind);
    m_canvas.hideFoundKinds(m_hidden);
}

} // namespace byteyard::gui
