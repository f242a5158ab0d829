#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace byteyard::gui {

/// What an empty canvas offers: type a pipeline, open a lab, see what runs on this machine, drag a
/// part.
class EmptyOffers : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyOffers(QWidget* parent);

Q_SIGNALS:
    void typeWanted();
    void labWanted();
    void mapWanted();

protected:
    void changeEvent(QEvent* event) override;

private:
    void setTexts();

    QLabel* m_title;
    QPushButton* m_type;
    QPushButton* m_lab;
    QPushButton* m_map;
    QLabel* m_drag;
};

} // namespace byteyard::gui
