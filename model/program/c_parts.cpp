#include "model/program/c_parts.h"

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

QString cEscaped(const QString& text)
{
    QString literal;
    bool afterQuestion = false;
    for (const char32_t character : text.toUcs4()) {
        const bool isQuestion = character == U'?';
        if (character == U'\n')
            literal += u"\\n"_s;
        else if (character == U'\t')
            literal += u"\\t"_s;
        else if (character == U'"' || character == U'\\' || (isQuestion && afterQuestion)) // no trigraph
            literal += u'\\' + QString::fromUcs4(&character, 1);
        else if (!needsEscape(character))
            literal += QString::fromUcs4(&character, 1);
        else
            for (const char byte : QString::fromUcs4(&character, 1).toUtf8())
                literal += u"\\%1"_s.arg(static_cast<unsigned char>(byte), 3, 8, QChar(u'0'));
        afterQuestion = isQuestion;
    }
    return literal;
}

} // namespace

QString CNeeds::helper(const QString& name)
{
    helpers.insert(name);
    return name;
}

QString cString(const QString& text)
{
    return u'"' + cEscaped(text) + u'"';
}

QString cLongString(const QString& text, const QString& indent)
{
    QStringList literals;
    for (qsizetype at = 0; at < text.size();) {
        const qsizetype end = text.indexOf(u'\n', at);
        const qsizetype next = end < 0 ? text.size() : end + 1;
        literals.append(cString(text.mid(at, next - at)));
        at = next;
    }
    return literals.isEmpty() ? u"\"\""_s : literals.join(u'\n' + indent);
}

QString cText(const ProgramText& text, const ProgramPlan& plan, CNeeds& needs)
{
    using What = ProgramText::Piece::What;
    if (text.isLiteral())
        return cString(text.literal());
    QString format;
    QStringList values;
    for (const ProgramText::Piece& piece : text.pieces) {
        switch (piece.what) {
        case What::Literal:
            format += QString(piece.text).replace(u'%', u"%%"_s);
            break;
        case What::Directory:
            format += u"%s"_s;
            values.append(u"directory"_s);
            break;
        case What::Pid:
            format += u"%d"_s;
            values.append(u"(int)parent"_s);
            break;
        case What::Field:
            format += piece.text == "path"_L1 ? u"%s"_s : piece.text == "key"_L1 ? u"0x%08x"_s : u"%d"_s;
            values.append((piece.text == "key"_L1 ? u"(unsigned)"_s : QString()) +
                          plan.endpoints.at(piece.endpoint).name + u'_' + piece.text);
            break;
        }
    }
    if (format == "%s"_L1)
        return values.first();
    return u"%1(%2, %3)"_s.arg(needs.helper(u"text"_s), cString(format), values.join(u", "_s));
}

QString cEnd(const PlannedEndpoint& endpoint, const QString& end)
{
    if (endpoint.node->kind == Kind::Pipe)
        return endpoint.name + (end == "read"_L1 ? u"_ends[0]"_s : u"_ends[1]"_s);
    if (endpoint.node->kind == Kind::Socketpair)
        return endpoint.name + (end == "a"_L1 ? u"_ends[0]"_s : u"_ends[1]"_s);
    return endpoint.name + u'_' + end;
}

QString cAddress(const PlannedEndpoint& endpoint, CNeeds& needs, bool isBeingMade)
{
    if (!endpoint.path.isEmpty())
        return u"%1(%2_path)"_s.arg(needs.helper(u"unix_address"_s), endpoint.name);
    const bool anyPort = endpoint.node->kind == Kind::Raw || (isBeingMade && endpoint.number("port") == 0);
    const QString port = anyPort ? u"0"_s : endpoint.port();
    return u"%1(%2, %3)"_s.arg(needs.helper(u"internet_address"_s), cString(endpoint.text("address")), port);
}

} // namespace byteyard::model
