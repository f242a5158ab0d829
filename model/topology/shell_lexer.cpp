#include "model/topology/shell_lexer.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct ShellLexerText
{
    Q_DECLARE_TR_FUNCTIONS(ShellLexer)
};

} // namespace

bool ShellLexer::run()
{
    while (m_at < m_line.size()) {
        const QChar c = m_line.at(m_at);
        if (c.isSpace()) {
            if (c == u'\n')
                note(ShellLexerText::tr("more than one line"));
            endWord();
            ++m_at;
        } else if (c == u'\'' || c == u'"') {
            if (!readQuoted(c))
                return false;
        } else if (c == u'\\') {
            if (++m_at == m_line.size())
                return false;
            add(m_line.at(m_at++));
        } else if (m_operators && (c == u'|' || c == u'<' || c == u'>')) {
            readOperator(c);
        } else {
            noteBare(c);
            add(c);
            ++m_at;
        }
    }
    endWord();
    return true;
}

void ShellLexer::note(const QString& syntax)
{
    if (m_shellSyntax.isEmpty())
        m_shellSyntax = syntax;
}

void ShellLexer::add(QChar c)
{
    m_word.append(c);
    m_inWord = true;
}

void ShellLexer::endWord()
{
    if (m_inWord)
        m_tokens.append({ShellToken::Type::Word, m_word});
    m_word.clear();
    m_inWord = false;
}

bool ShellLexer::readQuoted(QChar quote)
{
    m_inWord = true; // '' is a word too
    for (++m_at; m_at < m_line.size() && m_line.at(m_at) != quote; ++m_at) {
        QChar c = m_line.at(m_at);
        if (quote == u'"') {
            if (c == u'$' || c == u'`')
                note(c);
            if (c == u'\\' && m_at + 1 < m_line.size() && u"$`\"\\"_s.contains(m_line.at(m_at + 1)))
                c = m_line.at(++m_at);
        }
        m_word.append(c);
    }
    if (m_at >= m_line.size())
        return false;
    ++m_at;
    return true;
}

/// Notes what a shell would treat specially outside quotes.
void ShellLexer::noteBare(QChar c)
{
    const bool isSpecialFirst = (c == u'~' || c == u'#') && !m_inWord;
    if (isSpecialFirst || u";&$`()*?[]!"_s.contains(c))
        note(c);
    else if (c == u'{' && isBraceExpansion())
        note(u"{ }"_s);
    else if (c == u'=' && m_inWord && isFirstWord())
        note(ShellLexerText::tr("an assignment"));
}

/// `{a,b}` and `{1..9}`; other braces stand for themselves, as in {name.path}.
bool ShellLexer::isBraceExpansion() const
{
    const qsizetype end = m_line.indexOf(u'}', m_at);
    const QStringView inner = end < 0 ? QStringView() : QStringView(m_line).mid(m_at, end - m_at);
    return inner.contains(u',') || inner.contains(u".."_s);
}

bool ShellLexer::isFirstWord() const
{
    return m_tokens.isEmpty() || m_tokens.last().type == ShellToken::Type::Pipe;
}

void ShellLexer::readOperator(QChar c)
{
    const QChar next = m_at + 1 < m_line.size() ? m_line.at(m_at + 1) : QChar();
    const bool isNumbered = c != u'|' && m_inWord && m_word.size() == 1 && m_word.at(0).isDigit();
    ShellToken token;
    token.text = c;
    if (c == u'|')
        token.type = ShellToken::Type::Pipe;
    else
        token.type = c == u'<' ? ShellToken::Type::In : ShellToken::Type::Out;
    ++m_at;
    if (c == u'>' && next == u'>' && !isNumbered) {
        token.type = ShellToken::Type::Append;
        ++m_at;
    } else if (next == u'&' || next == u'|' || next == u'<' || next == u'>' || next == u'(') {
        note(QString(c) + next); // >&1, ||, |&, <<, >|, <(…)
    } else if (isNumbered && c == u'>' && m_word == u"2") {
        token.type = ShellToken::Type::Error;
        m_word.clear();
        m_inWord = false;
    } else if (isNumbered) {
        note(m_word + c);
    }
    endWord();
    m_tokens.append(token);
}

} // namespace byteyard::model
