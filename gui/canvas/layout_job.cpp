#include "gui/canvas/layout_job.h"

#include <utility>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

constexpr int limitMs = 20000;

}

LayoutJob::LayoutJob(QObject* parent) : QObject(parent)
{
    m_limit.setSingleShot(true);
    m_limit.setInterval(limitMs);
    connect(&m_limit, &QTimer::timeout, this, [this] {
        fail(tr("Nothing was laid out: so many connections take more than %1 s. Remove some, or align parts "
                "by "
                "hand.")
                 .arg(limitMs / 1000));
    });
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(tr("Nothing was laid out: Graphviz's “dot” cannot be started (%1). Install the package "
                    "graphviz.")
                     .arg(m_process.errorString()));
    });
    connect(&m_process, &QProcess::finished, this, [this] { finish(); });
    m_process.setStandardErrorFile(QProcess::nullDevice());
}

LayoutJob::~LayoutJob()
{
    cancel();
}

void LayoutJob::cancel()
{
    m_limit.stop();
    if (!isBusy())
        return;
    const QSignalBlocker quiet(m_process);
    m_process.kill();
    m_process.waitForFinished();
}

void LayoutJob::start(const LayoutPlan& plan)
{
    cancel();
    m_plan = plan;
    m_process.start(u"dot"_s, {u"-Tplain"_s, u"-y"_s});
    m_process.write(toDot(plan));
    m_process.closeWriteChannel();
    m_limit.start();
}

void LayoutJob::finish()
{
    m_limit.stop();
    const QHash<QString, QPointF> positions = fromDot(m_plan, m_process.readAllStandardOutput());
    if (m_process.exitStatus() == QProcess::NormalExit && m_process.exitCode() == 0 && !positions.isEmpty())
        Q_EMIT done(positions);
    else
        fail(tr("Nothing was laid out: Graphviz's “dot” ended without an answer. Remove some connections, or "
                "align parts by hand."));
}

void LayoutJob::fail(const QString& why)
{
    cancel();
    Q_EMIT failed(why);
}

} // namespace byteyard::gui
