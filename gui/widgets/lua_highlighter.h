#pragma once

#include <QSyntaxHighlighter>

namespace byteyard::gui {

/// Lua: keywords bold, strings and comments in muted ink, so that the calls stand out.
class LuaHighlighter : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    explicit LuaHighlighter(QTextDocument* document);

protected:
    void highlightBlock(const QString& text) override;
};

} // namespace byteyard::gui
