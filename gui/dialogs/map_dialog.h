#pragma once

#include <QDialog>

class QPushButton;
class QRadioButton;

namespace byteyard::model {
class Session;
}

namespace byteyard::gui {

class ProcessChooser;

/// Chooses of which processes a map of the machine is to be.
class MapDialog : public QDialog
{
    Q_OBJECT

public:
    explicit MapDialog(model::Session& session, QWidget* parent = nullptr);

    /// Empty: of all.
    QList<qint64> pids() const;

private:
    void showChoice();

    QRadioButton* m_these;
    QRadioButton* m_all;
    ProcessChooser* m_processes;
    QPushButton* m_look;
};

} // namespace byteyard::gui
