#pragma once

#include "gui/canvas/layout_plan.h"

#include <QElapsedTimer>
#include <QProcess>
#include <QTimer>

namespace byteyard::gui {

/// Graphviz's dot, at work on one plan at a time, as a process of its own: thousands of connections take it
/// seconds, and the window goes on meanwhile.
class LayoutJob : public QObject
{
    Q_OBJECT

public:
    explicit LayoutJob(QObject* parent = nullptr);
    ~LayoutJob() override;

    /// What is still at work is dropped.
    void start(const LayoutPlan& plan);
    void cancel();
    bool isBusy() const { return m_process.state() != QProcess::NotRunning; }

Q_SIGNALS:
    void done(const QHash<QString, QPointF>& positions);
    /// One line: what, why and what to do.
    void failed(const QString& why);

private:
    void finish();
    void fail(const QString& why);

    QProcess m_process;
    QTimer m_limit;
    LayoutPlan m_plan;
};

} // namespace byteyard::gui
