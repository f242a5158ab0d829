#pragma once

#include "model/topology/topology.h"

#include <QCoreApplication>
#include <QHash>
#include <QSet>

namespace byteyard::model {

/// The context of what the translators see as one place: what is said of a topology that becomes a program.
struct ProgramMessages
{
    Q_DECLARE_TR_FUNCTIONS(Program)
};

/// A text of the program that may hold what is only known when it runs.
struct ProgramText
{
    struct Piece
    {
        enum class What { Literal, Directory, Pid, Field };
        What what = What::Literal;
        QString text;      ///< of a literal; the name of a field: "path", "id", "key", "port"
        int endpoint = -1; ///< whose field
    };
    QList<Piece> pieces;

    void add(const QString& literal);
    void add(Piece::What what, const QString& text = {}, int endpoint = -1);
    bool isEmpty() const { return pieces.isEmpty(); }
    /// True when all of it is known now.
    bool isLiteral() const;
    /// All that is known now.
    QString literal() const;
};

/// Gives each node a name that can stand in a program of any of the languages.
class Identifiers
{
public:
    /// A name of a-z, 0-9 and _, from a node's. No name that is made of it (NAME_fd, run_NAME…) is one that
    /// is made of another, or a word of the program's own.
    QString add(const QString& nodeName);

private:
    QSet<QString> m_taken;
    QHash<QString, int> m_numbers; ///< the last one that was given, by what stands before it
};

/// Lines of a program, each with its newline.
class Lines
{
public:
    void add(const QString& line = {}) { m_text += line + u'\n'; }
    /// Lines that are written with their newlines.
    void addBlock(const QString& block) { m_text += block; }
    /// An empty line, unless there is one already or nothing is before it.
    void gap();
    const QString& text() const { return m_text; }
    bool isEmpty() const { return m_text.isEmpty(); }

private:
    QString m_text;
};

/// Text as it may stand in a comment of all three languages: nothing ends the comment, and no character hides
/// what the program says.
QString inComment(const QString& text);
/// The same for several lines.
QStringList commentLines(const QString& text);
/// True for a character that is better written by its number: controls, invisible formats, what has no form.
bool needsEscape(char32_t character);

} // namespace byteyard::model
