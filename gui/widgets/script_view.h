#pragma once

#include <QPlainTextEdit>

namespace byteyard::gui {

/// A Lua script with line numbers, to read or to write. The line that runs is marked.
class ScriptView : public QPlainTextEdit
{
    Q_OBJECT

public:
    enum class Mark { None, Runs, Blocked, Failed };

    explicit ScriptView(QWidget* parent = nullptr);
    /// Marks a line, from 1; 0 marks none. It is brought into sight when it moves.
    void setMark(int line, Mark mark);
    int markedLine() const { return m_line; }
    Mark mark() const { return m_mark; }

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    class Numbers;
    void placeNumbers();
    void paintNumbers(QPaintEvent* event);
    void showMark();
    int numbersWidth() const;

    Numbers* m_numbers;
    int m_line = 0;
    Mark m_mark = Mark::None;
};

} // namespace byteyard::gui
