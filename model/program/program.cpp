#include "model/program/program.h"

#include "model/program/program_languages.h"

#include <QJsonDocument>
#include <QSaveFile>

#include <array>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype longestSubject = 90;

struct LanguageRow
{
    Language language;
    QLatin1StringView id;
    QLatin1StringView ending;
};
constexpr std::array languageRows = {
    LanguageRow{Language::Bash, "bash"_L1, ".sh"_L1},
    LanguageRow{Language::C, "c"_L1, ".c"_L1},
    LanguageRow{Language::Python, "python"_L1, ".py"_L1},
};

} // namespace

bool languageFromId(const QString& id, Language& language)
{
    for (const LanguageRow& row : languageRows)
        if (id == row.id) {
            language = row.language;
            return true;
        }
    return false;
}

bool languageOfFile(const QString& path, Language& language)
{
    for (const LanguageRow& row : languageRows)
        if (path.endsWith(row.ending)) {
            language = row.language;
            return true;
        }
    return false;
}

QString endingOf(Language language)
{
    for (const LanguageRow& row : languageRows)
        if (row.language == language)
            return row.ending;
    return {};
}

Program programFor(const Topology& topology, Language language)
{
    ProgramPlan plan(topology);
    Program program;
    if (plan.refusals.isEmpty())
        program.text = language == Language::C        ? cProgram(plan)
                       : language == Language::Python ? pythonProgram(plan)
                                                      : bashProgram(plan);
    program.notes = plan.notes;
    program.refusals = plan.refusals;
    if (!program.refusals.isEmpty())
        program.text.clear();
    return program;
}

QString writeProgram(const Program& program, Language language, const QString& path)
{
    QSaveFile file(path);
    const QByteArray bytes = program.text.toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        return ProgramMessages::tr("%1 cannot be written: %2.").arg(path, file.errorString());
    using Permission = QFileDevice::Permission;
    if (language != Language::C)
        file.setPermissions(Permission::ReadOwner | Permission::WriteOwner | Permission::ExeOwner |
                            Permission::ReadGroup | Permission::ExeGroup | Permission::ReadOther |
                            Permission::ExeOther);
    return file.commit() ? QString()
                         : ProgramMessages::tr("%1 cannot be written: %2.").arg(path, file.errorString());
}

QString subjectOf(const PlannedProcess& process)
{
    if (process.isScript())
        return inComment(process.node->name);
    QStringList words;
    for (const QString& word : process.node->argv())
        words.append(inComment(word));
    QString line = inComment(words.join(u' '));
    if (line.size() > longestSubject)
        line = inComment(line.left(longestSubject)) + u'…';
    const QString name = inComment(process.node->name);
    return line == name || process.node->argv().first() == process.node->name ? line : name + u": "_s + line;
}

QStringList scriptComment(const PlannedProcess& process)
{
    QStringList lines{u"“%1” is a script of Byteyard: what it does is left to you. The script was:"_s.arg(
        inComment(process.node->name))};
    lines.append(QString());
    for (const QString& line : commentLines(process.script))
        lines.append(line.isEmpty() ? QString() : u"    "_s + line);
    const QJsonObject fields = process.node->property(u"fields"_s).toObject();
    if (!fields.isEmpty())
        lines.append(
            {QString(), inComment(u"with field = "_s +
                                  QString::fromUtf8(QJsonDocument(fields).toJson(QJsonDocument::Compact)))});
    return lines;
}

} // namespace byteyard::model
