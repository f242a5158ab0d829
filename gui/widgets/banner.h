#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QHBoxLayout;

namespace byteyard::gui {

/// A line above the canvas that says something and offers what to do about it. Never in the way, never modal.
class Banner : public QFrame
{
    Q_OBJECT

public:
    explicit Banner(const QString& text, QWidget* parent = nullptr);
    void setText(const QString& text);
    QString text() const;
    /// A button that does `action` and ends the banner.
    void addButton(const QString& text, const std::function<void()>& action);

Q_SIGNALS:
    void closed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void end();

    QLabel* m_text;
    QHBoxLayout* m_layout;
    int m_buttons = 0;
};

} // namespace byteyard::gui
