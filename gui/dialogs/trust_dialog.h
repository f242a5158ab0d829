#pragma once

#include "model/topology/topology.h"

#include <QDialog>

namespace byteyard::gui {

/// Asks before the commands of a file from elsewhere run for the first time, and lists them.
class TrustDialog : public QDialog
{
    Q_OBJECT

public:
    TrustDialog(const QString& file, const model::Topology& topology, QWidget* parent = nullptr);

    /// What would be run, as lines: each command with its directory and environment, and the files that are
    /// written.
    static QString commandList(const model::Topology& topology);
    /// True when what this topology runs was accepted, or made, here before (kept by its hash in the
    /// settings).
    static bool isTrusted(const model::Topology& topology);
    static void trust(const model::Topology& topology);
};

} // namespace byteyard::gui
