#pragma once

#include <QCompleter>

class QLineEdit;

namespace byteyard::gui {

/// Completes the program's name at the beginning of a command line, and after each `|`, from PATH.
class ProgramCompleter : public QCompleter
{
    Q_OBJECT

public:
    explicit ProgramCompleter(QLineEdit* line);

private:
    void textEdited();
    void insert(const QString& program);
    /// Where the program's name begins that the cursor is in; -1 when it is in no name.
    int wordStart() const;

    QLineEdit* m_line;
};

} // namespace byteyard::gui
