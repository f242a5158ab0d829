#pragma once

#include <QObject>

class QComboBox;
class QFormLayout;
class QLineEdit;
class QWidget;

namespace byteyard::gui {

/// Bytes that a person types, as hex or as text: two rows of a form.
class BytesEdit : public QObject
{
    Q_OBJECT

public:
    enum class Form { Hex, Text };

    /// Adds its rows to `layout`.
    BytesEdit(QFormLayout& layout, Form first, QWidget* parent);

    Form form() const;
    /// Nothing while what stands there is not pairs of hex digits.
    QByteArray bytes() const;
    /// Why there are none; empty when there are.
    QString fault() const;
    void setText(const QString& text);
    /// The keyboard's, with the cursor behind what stands there.
    void focus();

Q_SIGNALS:
    void changed();

private:
    QComboBox* m_form;
    QLineEdit* m_bytes;
};

} // namespace byteyard::gui
