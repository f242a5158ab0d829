#pragma once

#include <QList>
#include <QString>

namespace byteyard::model {

/// A word, or one of the operators that become parts of the canvas.
struct ShellToken
{
    enum class Type { Word, Pipe, Out, Append, In, Error };
    Type type = Type::Word;
    QString text;
};

/// Takes a line apart as a shell would, without expansions.
class ShellLexer
{
public:
    /// `operators` false: `|`, `<` and `>` are parts of words.
    ShellLexer(const QString& line, bool operators) : m_line(line), m_operators(operators) {}

    /// False when a quote is open, or the line ends in a backslash.
    bool run();
    const QList<ShellToken>& tokens() const { return m_tokens; }
    /// The first thing in the line that only a shell can do, as it is to be named; empty when there is none.
    QString shellSyntax() const { return m_shellSyntax; }

private:
    void note(const QString& syntax);
    void add(QChar c);
    void endWord();
    bool readQuoted(QChar quote);
    void noteBare(QChar c);
    bool isBraceExpansion() const;
    bool isFirstWord() const;
    void readOperator(QChar c);

    QString m_line;
    bool m_operators;
    qsizetype m_at = 0;
    QString m_word;
    bool m_inWord = false;
    QList<ShellToken> m_tokens;
    QString m_shellSyntax;
};

} // namespace byteyard::model
