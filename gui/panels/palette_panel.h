#pragma once

#include "gui/part.h"

#include <QWidget>

class QLineEdit;
class QListWidgetItem;

namespace byteyard::gui {

class PaletteList;

/// The parts that can be dragged onto the canvas, and the labs that can be opened.
class PalettePanel : public QWidget
{
    Q_OBJECT

public:
    explicit PalettePanel(QWidget* parent = nullptr);
    /// The labs that ship with the program: path in the resources -> title, in the order of labs.md.
    static QList<std::pair<QString, QString>> labs();
    void focusSearch();
    /// Brings the labs into sight, ready for the keys.
    void showLabs();
    PaletteList* list() const { return m_list; }

Q_SIGNALS:
    void partWanted(const byteyard::gui::Part& part); ///< Enter or double click
    void labWanted(const QString& path);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fill();
    void filter(const QString& text);
    void activate(QListWidgetItem* item);
    void showAllLabs();

    QLineEdit* m_search;
    PaletteList* m_list;
    bool m_fewLabs = false; ///< only the first ones are shown, and a line that shows all
};

} // namespace byteyard::gui
