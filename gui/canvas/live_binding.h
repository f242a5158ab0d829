#pragma once

#include "gui/canvas/found_kinds.h"
#include "gui/canvas/node_look.h"
#include "model/session/keep.h"

#include <QObject>

namespace byteyard::gui {

class CanvasScene;

/// Shows the session on the scene: looks once a tick at what each part shows of it, and passes on what has
/// changed. What programs made by themselves gets an item beside the node that it came from.
class LiveBinding : public QObject
{
    Q_OBJECT

public:
    LiveBinding(CanvasScene& scene, model::Document& document, model::Session& session);

    void showAll();
    void showNode(const QString& id);
    void showEdge(const QString& id);
    void showGroups();
    void forget(const QString& node);
    void forgetEdge(const QString& edge, const QString& process);
    /// Shows what programs made as it is now, also when it has been put elsewhere.
    void updateDiscovered();
    /// What programs made of these kinds ("pipe", "command" for processes) is not shown.
    void hideKinds(const QSet<QString>& kinds);
    /// Those of these nodes that nobody drew, and where they stand.
    QList<model::UndrawnPart> undrawn(const QStringList& ids) const;

private:
    /// What of a live edge its look depends on.
    struct EdgeKey
    {
        bool there = false;
        bool open = false;
        bool wasOpen = false;
        bool blocked = false;
        bool ran = false;
        quint64 tenths = 0; ///< how long it has been blocked
        QString capture;
        quint64 total = 0;
        double rateIn = 0;
        double rateOut = 0;
        bool operator==(const EdgeKey&) const = default;
    };

    void structureChanged();
    void tick();
    void readSession();
    void updateNode(const model::Node& node, bool force);
    void updateEdge(const model::Edge& edge, bool force);
    NodeLive liveOf(const model::Node& node) const;
    NodeLive liveOf(const model::LiveProcess& process) const;
    NodeLive liveOf(const model::LiveEndpoint& endpoint) const;
    EdgeKey keyOf(const model::LiveEdge* edge, bool ran) const;

    Side sideOf(const model::Edge& edge) const;
    UsedPorts portsOf(const QString& process) const;
    void readPorts(const QString& process);
    void refreshLook(const QString& node);

    // discovered.cpp
    struct Found;
    template <typename Part>
    QString nodeOf(const Part& part) const;
    QString idOfEndpoint(const model::LiveEndpoint& endpoint) const;
    bool isDrawn(const model::LiveEdge& edge) const;
    void tickDiscovered();
    QSet<quint32> talkers(const QSet<quint32>& hiddenFiles) const;
    quint32 parentAmong(const QHash<quint32, QString>& shown, const model::LiveProcess& process) const;
    QHash<quint32, QString> processesToShow(QSet<QString>& discovered,
                                            const QSet<quint32>& hiddenFiles) const;
    QList<model::LiveEndpoint> connectionsToShow() const;
    QList<Found> edgesToShow(const QHash<quint32, QString>& processIds, const QSet<quint32>& connections,
                             const QSet<quint32>& hiddenFiles) const;
    void showDiscovered(const QString& id, const NodeLook& look, const QString& beside, bool hangs = false);
    void showDiscovered(const model::LiveEndpoint& endpoint, const QString& process);
    bool isLeft(const QString& endpoint, const QString& process) const;
    QPointF placeBelow(const QString& listener, const NodeLook& look) const;
    QPointF placeFor(const QString& beside, const NodeLook& look) const;

    CanvasScene& m_scene;
    model::Document& m_document;
    model::Session& m_session;
    QHash<QString, QPointF> m_lastPlaces; ///< of what programs made and is out of sight
    QHash<QString, UsedPorts> m_used;     ///< a process's fds, by node
    QHash<QString, UsedPorts> m_usedLive; ///< the same, of edges that nobody drew
    QHash<QString, NodeLive> m_shown;
    QHash<QString, EdgeKey> m_shownEdges;
    QHash<quint32, model::PendingCall> m_pending; ///< the oldest of each process
    QHash<QString, QString> m_problems;           ///< by node
    QHash<QString, QJsonObject> m_ranNodes;       ///< properties as they ran
    QSet<QString> m_ranEdges;
    QSet<QString> m_discoveredNodes;
    QSet<QString> m_discoveredEdges;
    QSet<QString> m_hidden{foundHiddenAtFirst()}; ///< kinds
};

} // namespace byteyard::gui
