#pragma once

#include "model/log/export.h"

#include <QTimer>
#include <QWidget>

class QProgressBar;

namespace byteyard::gui {

/// One export in the background, with its progress and a way to end it, as a widget for the status bar.
/// Deletes itself at the end.
class ExportJob : public QWidget
{
    Q_OBJECT

public:
    ExportJob(const QString& path, model::ExportFormat format, std::shared_ptr<const model::EventStore> store,
              const model::Catalog& catalog, const model::LogFilter& filter, QWidget* parent = nullptr);
    ~ExportJob() override;

Q_SIGNALS:
    /// `error` is a sentence, empty when the file is there.
    void finished(const QString& path, const QString& error, bool cancelled);

private:
    std::shared_ptr<model::JobControl> m_control;
    QProgressBar* m_progress;
    QTimer m_timer;
};

} // namespace byteyard::gui
