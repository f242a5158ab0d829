#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace byteyard::gui {

/// Where the log is exported to, and which rows. The file name's ending chooses the format.
class ExportDialog : public QDialog
{
    Q_OBJECT

public:
    ExportDialog(const QString& suggestedPath, quint64 allRows, bool filtered, quint64 filteredRows,
                 QWidget* parent = nullptr);
    QString path() const;
    bool filteredRows() const;

private:
    void check();
    void browse();

    QLineEdit* m_path;
    QLabel* m_format;
    QRadioButton* m_all;
    QRadioButton* m_filtered;
    QPushButton* m_export;
};

} // namespace byteyard::gui
