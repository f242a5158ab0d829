#pragma once

#include "gui/canvas/canvas_view.h"
#include "gui/canvas/found_kinds.h"

#include <QSet>

class QMenu;

namespace byteyard::gui {

/// What a person does with the parts that programs made by themselves: keeps them in the topology, or takes
/// kinds of them out of sight.
class FoundParts : public QObject
{
    Q_OBJECT

public:
    FoundParts(CanvasView& canvas, model::Document& document, model::Session& session, QObject* parent);

    /// Adds what can be done with such a part (and with those that are selected with it), where `key` is one.
    void fillNodeMenu(QMenu& menu, const QString& key);
    /// Adds a choice for each kind that this run has found.
    void fillViewMenu(QMenu& menu);

Q_SIGNALS:
    /// Parts were kept; `problems` says which connections could not be.
    void kept(const QStringList& problems);

private:
    void show(const QString& kind, bool shown);

    CanvasView& m_canvas;
    model::Document& m_document;
    model::Session& m_session;
    QSet<QString> m_hidden{foundHiddenAtFirst()};
};

} // namespace byteyard::gui
