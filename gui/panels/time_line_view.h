#pragma once

#include "model/session/session.h"

#include <QTimer>
#include <QWidget>

#include <optional>

namespace byteyard::gui {

/// The whole run on one line: how many events, and for how long threads were blocked, a pixel column each.
/// A range that is dragged chooses what log and charts show. A click replays that moment of a run that has
/// ended.
class TimeLineView : public QWidget
{
    Q_OBJECT

public:
    /// In ns since the run began.
    struct Range
    {
        quint64 from = 0;
        quint64 to = 0;
        bool operator==(const Range&) const = default;
    };

    explicit TimeLineView(model::Session& session, QWidget* parent = nullptr);
    /// What is chosen from outside; nothing: all of it.
    void setRange(const std::optional<Range>& range);
    std::optional<Range> range() const { return m_range; }
    /// The x of a moment, and the other way round.
    int xOf(quint64 time) const;
    quint64 timeAt(int x) const;
    QRect area() const; ///< where the columns stand
    QString textAt(int x) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

Q_SIGNALS:
    void rangeChosen(const std::optional<byteyard::gui::TimeLineView::Range>& range);
    /// The replay is to go on, or to stand still.
    void replayToggled();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    bool event(QEvent* event) override;

private:
    void refresh();
    bool pressReplayKey(const QKeyEvent& event);
    void paintPlayhead(QPainter& painter, const QRect& at) const;
    void choose(quint64 a, quint64 b);
    void choose(const std::optional<Range>& range);

    model::Session& m_session;
    QTimer m_soon;
    quint64 m_end = 0; ///< of the line, in ns
    QList<model::TimeLine::Column> m_columns;
    std::optional<Range> m_range;
    std::optional<int> m_pressedX;
    int m_draggedX = 0;
    int m_cursor = 0; ///< the column that keys move, and the one where Shift began
    int m_anchor = 0;
};

} // namespace byteyard::gui
