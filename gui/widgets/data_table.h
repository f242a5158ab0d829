#pragma once

#include <QTableView>

namespace byteyard::gui {

/// A table of data: fixed row heights, whole rows selected, no grid, copied with Ctrl+C as lines of
/// tab-separated text.
class DataTable : public QTableView
{
    Q_OBJECT

public:
    explicit DataTable(QWidget* parent = nullptr);
    QString selectedText() const;

public Q_SLOTS:
    void copy();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void applyFont();
};

} // namespace byteyard::gui
