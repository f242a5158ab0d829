#pragma once

#include <QDialog>

class QPlainTextEdit;
class QSpinBox;

namespace byteyard::gui {

/// A message to send into a queue: its text, and its type (System V) or priority (POSIX).
class MessageDialog : public QDialog
{
    Q_OBJECT

public:
    explicit MessageDialog(bool posix, QWidget* parent = nullptr);
    QByteArray bytes() const;
    qint64 typeOrPriority() const;

private:
    QPlainTextEdit* m_text;
    QSpinBox* m_number;
};

} // namespace byteyard::gui
