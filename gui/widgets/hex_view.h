#pragma once

#include <QAbstractScrollArea>
#include <QElapsedTimer>
#include <QHash>
#include <QTimer>

namespace byteyard::gui {

/// Bytes as rows of offset, hex and text. The view stays where it is while the bytes change; what changed is
/// marked and fades over a second.
class HexView : public QAbstractScrollArea
{
    Q_OBJECT

public:
    enum class CopyAs { Hex, Text, C, Base64 };

    explicit HexView(QWidget* parent = nullptr);

    /// Shows other bytes than before: nothing counts as changed, and the view goes to the start.
    void setBytes(const QByteArray& bytes);
    /// The same thing a moment later: `bytes` stand at `base` of `total`; what differs is marked.
    void updateBytes(quint64 base, const QByteArray& bytes, quint64 total);
    quint64 base() const { return m_base; }
    quint64 total() const { return m_total; }
    const QByteArray& bytes() const { return m_bytes; }
    int changedCount() const { return static_cast<int>(m_changed.size()); }
    /// The first offset on screen: what of a large thing is worth fetching.
    quint64 firstVisible() const;

    quint64 cursor() const { return m_cursor; }
    void goTo(quint64 offset);
    void select(quint64 from, quint64 length);
    QByteArray selected() const; ///< all that is loaded when nothing is selected
    QString copied(CopyAs form) const;
    /// What is shown can be written into: Enter or a hex digit, and the context menu, ask for that.
    void setStorable(bool storable) { m_storable = storable; }
    /// Finds text, or bytes written as `aa ?? 55` when `hex`; from behind the cursor, and round. False: not
    /// there, or not understood.
    bool find(const QString& what, bool hex);

Q_SIGNALS:
    void cursorMoved(quint64 offset);
    void visibleRangeChanged();
    /// Something is to be stored at `offset`; `digits` were typed already.
    void storeWanted(quint64 offset, const QString& digits);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void measure();
    void updateScrollBar();
    void moveCursor(qint64 offset, bool extend);
    bool wantsStore(const QKeyEvent& event) const;
    qint64 offsetAt(const QPoint& position) const;
    int hexX(int column) const;
    int textX(int column) const;
    void paintRow(QPainter& painter, quint64 row, int y) const;
    double freshness(quint64 offset) const;

    QByteArray m_bytes;
    quint64 m_base = 0;
    quint64 m_total = 0;
    QHash<quint64, qint64> m_changed; ///< offset -> when, in ms of m_clock
    QElapsedTimer m_clock;
    QTimer m_fade;
    quint64 m_cursor = 0;
    quint64 m_anchor = 0;
    bool m_hasSelection = false;
    bool m_storable = false;
    int m_columns = 16;
    int m_charWidth = 8;
    int m_rowHeight = 16;
    int m_offsetDigits = 4;
};

} // namespace byteyard::gui
