#include "gui/widgets/lua_highlighter.h"

#include "gui/theme/theme.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

bool isKeyword(const QString& word)
{
    static const QSet<QString> words{
        u"and"_s,      u"break"_s,  u"do"_s,   u"else"_s, u"elseif"_s, u"end"_s,  u"false"_s, u"for"_s,
        u"function"_s, u"goto"_s,   u"if"_s,   u"in"_s,   u"local"_s,  u"nil"_s,  u"not"_s,   u"or"_s,
        u"repeat"_s,   u"return"_s, u"then"_s, u"true"_s, u"until"_s,  u"while"_s};
    return words.contains(word);
}

bool isWordCharacter(QChar c)
{
    return c.isLetterOrNumber() || c == u'_';
}

/// How many equals signs stand in a long bracket `[==[` at `at`; -1 when there is none.
int longBracket(const QString& text, qsizetype at)
{
    if (at >= text.size() || text.at(at) != u'[')
        return -1;
    qsizetype end = at + 1;
    while (end < text.size() && text.at(end) == u'=')
        ++end;
    return end < text.size() && text.at(end) == u'[' ? static_cast<int>(end - at - 1) : -1;
}

} // namespace

LuaHighlighter::LuaHighlighter(QTextDocument* document) : QSyntaxHighlighter(document)
{
    connect(&Theme::instance(), &Theme::changed, this, &QSyntaxHighlighter::rehighlight);
}

void LuaHighlighter::highlightBlock(const QString& text)
{
    QTextCharFormat keyword;
    keyword.setFontWeight(QFont::Bold);
    QTextCharFormat quiet;
    quiet.setForeground(Theme::instance().colors().inkMuted);
    // A block's state is the level of the long bracket that is open at its end, plus one; 0: none.
    qsizetype at = 0;
    int open = previousBlockState() > 0 ? previousBlockState() - 1 : -1;
    qsizetype start = 0;
    const auto skipLong = [&] {
        const QString close = u']' + QString(open, u'=') + u']';
        const qsizetype end = text.indexOf(close, at);
        at = end < 0 ? text.size() : end + close.size();
        setFormat(static_cast<int>(start), static_cast<int>(at - start), quiet);
        if (end >= 0)
            open = -1;
    };
    if (open >= 0)
        skipLong();
    while (at < text.size()) {
        const QChar c = text.at(at);
        start = at;
        const bool comment = c == u'-' && text.mid(at, 2) == "--"_L1;
        if (const int level = longBracket(text, comment ? at + 2 : at); level >= 0) {
            open = level;
            at += comment ? 4 : 2;
            skipLong();
        } else if (comment) {
            setFormat(static_cast<int>(at), static_cast<int>(text.size() - at), quiet);
            break;
        } else if (c == u'"' || c == u'\'') {
            for (++at; at < text.size() && text.at(at) != c; ++at)
                if (text.at(at) == u'\\')
                    ++at;
            at = std::min(at + 1, text.size());
            setFormat(static_cast<int>(start), static_cast<int>(at - start), quiet);
        } else if (isWordCharacter(c)) {
            while (at < text.size() && isWordCharacter(text.at(at)))
                ++at;
            if (isKeyword(text.mid(start, at - start)))
                setFormat(static_cast<int>(start), static_cast<int>(at - start), keyword);
        } else {
            ++at;
        }
    }
    setCurrentBlockState(open >= 0 ? open + 1 : 0);
}

} // namespace byteyard::gui
