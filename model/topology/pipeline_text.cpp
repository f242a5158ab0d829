#include "model/topology/pipeline_text.h"

#include "model/topology/placeholder.h"
#include "model/topology/shell_lexer.h"
#include "model/topology/topology_file.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSet>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct PipelineTextText
{
    Q_DECLARE_TR_FUNCTIONS(PipelineText)
};

constexpr qsizetype maxLineLength = 32768; ///< far below what execve(2) takes of one argument

/// One command of the line and where it reads and writes.
struct Stage
{
    QStringList argv;
    QString in;
    QString out;
    QString error;
    bool append = false;
};

/// Words that a shell runs itself: there is no such program.
bool isShellWord(const QString& word)
{
    static const QSet<QString> words{
        u"."_s,       u":"_s,     u"alias"_s, u"bg"_s,     u"case"_s,   u"cd"_s,     u"command"_s,
        u"eval"_s,    u"exec"_s,  u"exit"_s,  u"export"_s, u"fg"_s,     u"for"_s,    u"function"_s,
        u"if"_s,      u"jobs"_s,  u"local"_s, u"read"_s,   u"return"_s, u"set"_s,    u"shift"_s,
        u"source"_s,  u"time"_s,  u"times"_s, u"trap"_s,   u"type"_s,   u"ulimit"_s, u"umask"_s,
        u"unalias"_s, u"unset"_s, u"until"_s, u"wait"_s,   u"while"_s};
    return words.contains(word);
}

QString& redirection(Stage& stage, ShellToken::Type type)
{
    if (type == ShellToken::Type::In)
        return stage.in;
    return type == ShellToken::Type::Error ? stage.error : stage.out;
}

/// A device is no file to look into: the process writes to it directly.
bool isDevice(const QString& path)
{
    return path.startsWith("/dev/"_L1) && !path.startsWith("/dev/shm/"_L1);
}

bool isNull(const QString& path)
{
    return path == "/dev/null"_L1;
}

/// The stages of the tokens. What is no pipeline sets `error`; what only a shell can do sets `shellSyntax`.
QList<Stage> stagesOf(const QList<ShellToken>& tokens, QString& error, QString& shellSyntax)
{
    QList<Stage> stages(1);
    const auto noteShell = [&](const QString& syntax) {
        if (shellSyntax.isEmpty())
            shellSyntax = syntax;
    };
    for (qsizetype i = 0; i < tokens.size(); ++i) {
        const ShellToken& token = tokens.at(i);
        if (token.type == ShellToken::Type::Word) {
            stages.last().argv.append(token.text);
        } else if (token.type == ShellToken::Type::Pipe) {
            if (stages.last().argv.isEmpty()) {
                error = PipelineTextText::tr("There is no command before “|”.");
                return {};
            }
            if (!stages.last().out.isEmpty())
                noteShell(PipelineTextText::tr("two uses of one output"));
            stages.append(Stage());
        } else {
            if (i + 1 >= tokens.size() || tokens.at(i + 1).type != ShellToken::Type::Word ||
                tokens.at(i + 1).text.isEmpty()) {
                error = PipelineTextText::tr("There is no file name after “%1”.").arg(token.text);
                return {};
            }
            QString& target = redirection(stages.last(), token.type);
            if (!target.isEmpty() || (token.type == ShellToken::Type::In && stages.size() > 1))
                noteShell(PipelineTextText::tr("two uses of one stream"));
            target = tokens.at(++i).text;
            if (token.type == ShellToken::Type::In && isDevice(target)) {
                if (!isNull(target)) // which is what an unconnected fd 0 reads anyway
                    noteShell(target);
                target.clear();
            }
            if (token.type == ShellToken::Type::Append)
                stages.last().append = true;
        }
    }
    if (stages.last().argv.isEmpty())
        error = stages.size() > 1 ? PipelineTextText::tr("There is no command after “|”.")
                                  : PipelineTextText::tr("There is no command.");
    else if (const auto it = std::find_if(stages.begin(), stages.end(),
                                          [](const Stage& stage) { return isShellWord(stage.argv.first()); });
             it != stages.end())
        noteShell(it->argv.first());
    return stages;
}

/// Lays the parts out from the left: a card is 180 by 90, a capsule 160 by 50, a column 240 wide, a row 120
/// high.
class Builder
{
public:
    QString command(const QStringList& argv, const QJsonObject& outputs)
    {
        Node node;
        node.kind = Kind::Command;
        node.position = {m_column++ * columnStep, 0};
        node.properties = outputs;
        node.properties.insert(u"argv"_s, QJsonArray::fromStringList(argv));
        const QString name = QFileInfo(argv.first()).fileName();
        return add(node, nameFault(name).isEmpty() ? name : kindId(node.kind));
    }

    QString pipe()
    {
        Node node;
        node.kind = Kind::Pipe;
        node.position = {m_column++ * columnStep, capsuleDrop};
        return add(node, kindId(node.kind));
    }

    /// A file with a slash in its name lies where the name says, and stays there when it is written.
    QString file(const QString& path, bool isWritten, bool isBelow)
    {
        Node node;
        node.kind = Kind::File;
        node.position = isBelow ? QPointF{m_column * columnStep, rowStep + capsuleDrop}
                                : QPointF{m_column++ * columnStep, capsuleDrop};
        const bool hasPlace = path.contains(u'/');
        if (hasPlace)
            node.properties.insert(u"path"_s, path);
        if (hasPlace && isWritten)
            node.properties.insert(u"keep"_s, true);
        const QString name = hasPlace ? QFileInfo(path).fileName() : path;
        return add(node, nameFault(name).isEmpty() ? name : kindId(node.kind));
    }

    void edge(const QString& process, const QString& fd, const QString& endpoint, const QString& port,
              bool append = false)
    {
        Edge made;
        made.id = fragment.freeEdgeId();
        made.process = process;
        made.processPort = fd;
        made.endpoint = endpoint;
        made.endpointPort = port;
        if (append)
            made.properties.insert(u"flags"_s, QJsonArray{u"O_APPEND"_s, u"O_CREAT"_s});
        fragment.edges.append(made);
    }

    Topology fragment;

private:
    static constexpr double columnStep = 240;
    static constexpr double rowStep = 120;
    static constexpr double capsuleDrop = 20; ///< centres a capsule on the cards of its row

    QString add(Node node, const QString& stem)
    {
        node.name = fragment.freeName(stem);
        node.id = fragment.freeNodeId(stem);
        fragment.nodes.append(node);
        return node.id;
    }

    int m_column = 0;
};

/// Takes the outputs that go to a device out of the stage, as the command's properties.
QJsonObject takeDevices(Stage& stage)
{
    QJsonObject properties;
    const auto take = [&](QString& path, const QString& key) {
        if (!isDevice(path))
            return;
        properties.insert(key, isNull(path) ? u"null"_s : u"file:"_s + path);
        path.clear();
    };
    take(stage.out, u"stdout"_s);
    take(stage.error, u"stderr"_s);
    return properties;
}

Topology build(QList<Stage> stages)
{
    Builder builder;
    QString source = stages.first().in.isEmpty() ? QString() : builder.file(stages.first().in, false, false);
    for (qsizetype i = 0; i < stages.size(); ++i) {
        Stage& stage = stages[i];
        const QString process = builder.command(stage.argv, takeDevices(stage));
        if (!source.isEmpty())
            builder.edge(process, u"0"_s, source, u"read"_s);
        if (!stage.error.isEmpty())
            builder.edge(process, u"2"_s, builder.file(stage.error, true, true), u"write"_s);
        if (i + 1 < stages.size()) {
            source = builder.pipe();
            builder.edge(process, u"1"_s, source, u"write"_s);
        } else if (!stage.out.isEmpty()) {
            builder.edge(process, u"1"_s, builder.file(stage.out, true, false), u"write"_s, stage.append);
        }
    }
    return builder.fragment;
}

} // namespace

PipelineResult parsePipeline(const QString& line)
{
    PipelineResult result;
    if (line.contains(QChar(u'\0')) || line.size() > maxLineLength) {
        result.error = PipelineTextText::tr("The line holds a zero character, or more than %1 characters.")
                           .arg(maxLineLength);
        return result;
    }
    ShellLexer lexer(line.trimmed(), true);
    if (!lexer.run()) {
        result.error = PipelineTextText::tr("A quote is open, or the line ends in a backslash.");
        return result;
    }
    QList<Stage> stages;
    QString shellSyntax = lexer.shellSyntax();
    if (shellSyntax.isEmpty())
        stages = stagesOf(lexer.tokens(), result.error, shellSyntax);
    if (!result.error.isEmpty())
        return result;
    if (!shellSyntax.isEmpty()) {
        result.note = PipelineTextText::tr(
                          "Only a shell understands this (%1), so the whole line became one command: sh -c.")
                          .arg(shellSyntax);
        stages = {Stage{{u"sh"_s, u"-c"_s, line.trimmed()}, {}, {}, {}, false}};
    }
    result.fragment = build(stages);
    return result;
}

PipelineResult commandFragment(const QStringList& argv, const QString& directory)
{
    PipelineResult result;
    QStringList words;
    for (const QString& word : argv) {
        if (word.contains(
                QChar(QChar::ReplacementCharacter))) { // what decoding puts in the place of other bytes
            result.error =
                PipelineTextText::tr("“%1” is no UTF-8 text, which a topology's texts are. Start it "
                                     "from a script: sh SCRIPT.")
                    .arg(word);
            return result;
        }
        words.append(literally(word));
    }
    Builder builder;
    builder.command(words, {{u"directory"_s, literally(directory)}});
    // A reader has the bounds: what it refuses could be saved, and never be opened again.
    QList<Fault> faults =
        readTopology(QJsonDocument(topologyToJson(builder.fragment)).toJson(QJsonDocument::Compact)).faults;
    faults += validate(builder.fragment);
    const auto error = std::find_if(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.severity == Fault::Severity::Error;
    });
    if (error != faults.end())
        result.error = error->what + u' ' + error->remedy;
    else
        result.fragment = builder.fragment;
    return result;
}

bool splitWords(const QString& line, QStringList& words)
{
    ShellLexer lexer(line, false);
    if (!lexer.run())
        return false;
    words.clear();
    for (const ShellToken& token : lexer.tokens())
        words.append(token.text);
    return true;
}

QString joinWords(const QStringList& words)
{
    const auto isPlain = [](QChar c) { return c.isLetterOrNumber() || u"-_./,:+@%=^"_s.contains(c); };
    QStringList quoted;
    for (const QString& word : words) {
        if (!word.isEmpty() && std::all_of(word.begin(), word.end(), isPlain))
            quoted.append(word);
        else
            quoted.append(u'\'' + QString(word).replace(u'\'', u"'\\''"_s) + u'\'');
    }
    return quoted.join(u' ');
}

} // namespace byteyard::model
