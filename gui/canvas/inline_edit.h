#pragma once

#include <QFrame>
#include <QPointF>

#include <functional>

class QLabel;
class QLineEdit;

namespace byteyard::gui {

/// A line of text that is edited on the canvas: a command line, a name, a pipeline to insert.
/// Enter takes it, Esc leaves it. It deletes itself when it is done.
class InlineEdit : public QFrame
{
    Q_OBJECT

public:
    struct Purpose
    {
        QString accessibleName;
        QString placeholder;
        QString text;
        bool data = true;         ///< monospaced
        bool completes = false;   ///< offers programs in PATH
        bool takeOnLeave = false; ///< losing the focus takes the text; else it leaves it
        /// Takes the text; returns why it cannot, empty when it is done.
        std::function<QString(const QString&)> take;
        /// A remark while one types; may be empty.
        std::function<QString(const QString&)> remark;
    };

    InlineEdit(Purpose purpose, QWidget* parent);
    /// Where it belongs on the canvas, in the scene.
    void setAnchor(const QPointF& anchor) { m_anchor = anchor; }
    QPointF anchor() const { return m_anchor; }
    QLineEdit* line() const { return m_line; }

Q_SIGNALS:
    void done();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void finish(bool takeIt);
    void say(const QString& text, bool fault);
    void fit();

    Purpose m_purpose;
    QPointF m_anchor;
    QLineEdit* m_line;
    QLabel* m_note;
    bool m_finished = false;
};

} // namespace byteyard::gui
