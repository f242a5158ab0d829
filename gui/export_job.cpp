#include "gui/export_job.h"

#include "gui/widgets/background.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace byteyard::gui {

ExportJob::ExportJob(const QString& path, model::ExportFormat format,
                     std::shared_ptr<const model::EventStore> store, const model::Catalog& catalog,
                     const model::LogFilter& filter, QWidget* parent)
    : QWidget(parent), m_control(std::make_shared<model::JobControl>()), m_progress(new QProgressBar(this))
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(new QLabel(tr("Exporting %1").arg(QFileInfo(path).fileName()), this));
    layout->addWidget(m_progress);
    m_progress->setMaximumWidth(140);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    auto* cancel = new QToolButton(this);
    cancel->setText(tr("Cancel"));
    connect(cancel, &QToolButton::clicked, this, [this] { m_control->cancelled = true; });
    layout->addWidget(cancel);
    m_timer.setInterval(100);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        const quint64 total = std::max<quint64>(m_control->total, 1);
        m_progress->setValue(static_cast<int>(std::min<quint64>(m_control->done * 1000 / total, 1000)));
    });
    m_timer.start();
    inBackground(
        this,
        [=, store = std::move(store), control = m_control] {
            return model::exportLog(path, format, *store, catalog, filter, *control);
        },
        [this, path](const QString& error) {
            Q_EMIT finished(path, error, m_control->cancelled);
            deleteLater();
        });
}

ExportJob::~ExportJob()
{
    m_control->cancelled = true;
}

} // namespace byteyard::gui
