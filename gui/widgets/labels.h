#pragma once

#include <QLabel>

#include <functional>

namespace byteyard::gui {

/// Calls `apply` now and whenever the theme changes, as long as `widget` lives.
void followTheme(QWidget* widget, const std::function<void()>& apply);

/// A label in the muted ink.
class MutedLabel : public QLabel
{
    Q_OBJECT

public:
    explicit MutedLabel(const QString& text = {}, QWidget* parent = nullptr);
};

/// The small heading above a part of a panel.
class SectionLabel : public MutedLabel
{
    Q_OBJECT

public:
    explicit SectionLabel(const QString& text = {}, QWidget* parent = nullptr);
};

/// A number or a word. One that was sampled, not seen exactly, has a dashed underline; a path that is too
/// long for its place loses its middle.
class ValueLabel : public QLabel
{
    Q_OBJECT

public:
    explicit ValueLabel(QWidget* parent = nullptr);
    void setValue(const QString& value);
    void setSampled(bool sampled);
    bool isSampled() const { return m_sampled; }
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fit();

    QString m_value;
    bool m_sampled = false;
};

/// Lines of data in a frame: monospaced, can be selected and copied.
class CodeBlock : public QLabel
{
    Q_OBJECT

public:
    explicit CodeBlock(QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace byteyard::gui
