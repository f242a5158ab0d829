#pragma once

#include <QWidget>

class QLineEdit;

namespace byteyard::gui {

/// The line above the canvas in which one types what to find. Esc ends it.
class FindBar : public QWidget
{
    Q_OBJECT

public:
    explicit FindBar(QWidget* parent = nullptr);
    void open();

Q_SIGNALS:
    void textChanged(const QString& text);
    void nextWanted();
    void previousWanted();
    void ended();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLineEdit* m_text;
};

} // namespace byteyard::gui
