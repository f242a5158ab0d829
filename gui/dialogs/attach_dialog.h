#pragma once

#include <QDialog>

class QCheckBox;
class QLabel;
class QPushButton;

namespace byteyard::model {
class Session;
}

namespace byteyard::gui {

class ProcessChooser;

/// Chooses a running process to attach to. Those that one cannot attach to say why.
class AttachDialog : public QDialog
{
    Q_OBJECT

public:
    /// `consequence` is a sentence on what attaching does besides; may be empty.
    AttachDialog(model::Session& session, const QString& consequence, QWidget* parent = nullptr);

    qint64 pid() const;        ///< 0: none
    bool withChildren() const; ///< those that it has already are followed too

private:
    void showCurrent();

    ProcessChooser* m_processes;
    QLabel* m_why;
    QCheckBox* m_children;
    QPushButton* m_attach;
};

} // namespace byteyard::gui
