#include "model/program/program_text.h"

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longestIdentifier = 40;

/// What is made of a node's name, and must be free.
QStringList derivedNames(const QString& identifier)
{
    QStringList names{u"run_"_s + identifier, u"script_"_s + identifier, u"process_"_s + identifier,
                      identifier + u"_listens"_s};
    for (const char* field : {"ends", "read", "write", "a", "b", "fd", "master", "slave", "path", "id", "key",
                              "port", "made", "shared", "pid"})
        names.append(identifier + u'_' + QString::fromLatin1(field));
    return names;
}

/// Names that the programs have for themselves, or macros of the C library, that one of a node could hit.
bool isOwnName(const QString& name)
{
    static const QSet<QString> own{u"free_port"_s,       u"has_path"_s, u"has_port"_s, u"random_key"_s,
                                   u"with_random_key"_s, u"si_fd"_s,    u"si_pid"_s};
    return own.contains(name);
}

} // namespace

void ProgramText::add(const QString& literal)
{
    if (literal.isEmpty())
        return;
    if (!pieces.isEmpty() && pieces.last().what == Piece::What::Literal)
        pieces.last().text += literal;
    else
        pieces.append({Piece::What::Literal, literal, -1});
}

void ProgramText::add(Piece::What what, const QString& text, int endpoint)
{
    pieces.append({what, text, endpoint});
}

bool ProgramText::isLiteral() const
{
    return std::all_of(pieces.begin(), pieces.end(),
                       [](const Piece& piece) { return piece.what == Piece::What::Literal; });
}

QString ProgramText::literal() const
{
    QString text;
    for (const Piece& piece : pieces)
        if (piece.what == Piece::What::Literal)
            text += piece.text;
    return text;
}

QString Identifiers::add(const QString& nodeName)
{
    QString base;
    for (const QChar c : nodeName.toLower()) {
        const bool fits = (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9');
        if (fits)
            base += c;
        else if (!base.isEmpty() && !base.endsWith(u'_'))
            base += u'_';
    }
    base = base.left(longestIdentifier);
    while (base.endsWith(u'_'))
        base.chop(1);
    if (base.isEmpty() || base.front().isDigit())
        base.prepend(u'n');
    for (int& number = m_numbers[base];;) {
        ++number;
        const QString candidate = number == 1 ? base : base + u'_' + QString::number(number);
        const QStringList derived = derivedNames(candidate);
        const bool isFree = std::none_of(derived.begin(), derived.end(), [this](const QString& name) {
            return m_taken.contains(name) || isOwnName(name);
        });
        if (!isFree)
            continue;
        m_taken.unite(QSet<QString>(derived.begin(), derived.end()));
        return candidate;
    }
}

void Lines::gap()
{
    if (!m_text.isEmpty() && !m_text.endsWith("\n\n"_L1))
        m_text += u'\n';
}

bool needsEscape(char32_t character)
{
    switch (QChar::category(character)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_Surrogate:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

QString inComment(const QString& text)
{
    QString shown;
    for (const char32_t character : text.toUcs4()) {
        if (character == U'\t' || !needsEscape(character))
            shown += QString::fromUcs4(&character, 1);
        else
            shown += u'?';
    }
    // What ends or begins a comment of C, and what C warns of (trigraphs).
    for (const auto& [from, to] : {std::pair(u"*/"_s, u"* /"_s), std::pair(u"/*"_s, u"/ *"_s)})
        while (shown.contains(from))
            shown.replace(from, to);
    while (shown.contains("??"_L1))
        shown.replace("??"_L1, "? ?"_L1);
    while (shown.endsWith(u'\\') || shown.endsWith(u' '))
        shown.chop(1);
    return shown;
}

QStringList commentLines(const QString& text)
{
    QStringList lines;
    QString whole = text;
    whole.replace("\r\n"_L1, "\n"_L1);
    while (whole.endsWith(u'\n'))
        whole.chop(1);
    const QStringList given = whole.split(u'\n');
    for (const QString& line : given)
        lines.append(inComment(line));
    return lines;
}

} // namespace byteyard::model
