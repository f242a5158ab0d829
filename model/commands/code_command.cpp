#include "model/commands/code_command.h"

#include "model/commands/console.h"
#include "model/commands/sound_topology.h"
#include "model/program/program.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <cstdio>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct CodeCommandText
{
    Q_DECLARE_TR_FUNCTIONS(CodeCommand)
};

int codeFails(int status, const QString& sentence)
{
    sayError(u"byteyard code: %1"_s.arg(sentence));
    return status;
}

struct CodeArguments
{
    QString lab;
    QString language;
    QString output;
    QString fault;
};

CodeArguments readCodeArguments(const QStringList& arguments)
{
    CodeArguments read;
    for (qsizetype i = 0; i < arguments.size() && read.fault.isEmpty(); ++i) {
        const QString& word = arguments.at(i);
        const bool isLanguage = word == "--language"_L1;
        if (isLanguage || word == "--output"_L1 || word == "-o"_L1) {
            if (i + 1 == arguments.size())
                read.fault = CodeCommandText::tr("%1 needs a value.").arg(word);
            else
                (isLanguage ? read.language : read.output) = arguments.at(++i);
        } else if (word.startsWith(u'-')) {
            read.fault =
                CodeCommandText::tr("there is no option %1; byteyard --help lists those that there are.")
                    .arg(word);
        } else if (!read.lab.isEmpty()) {
            read.fault = CodeCommandText::tr("one topology, not two: %1, %2.").arg(read.lab, word);
        } else {
            read.lab = word;
        }
    }
    if (read.fault.isEmpty() && read.lab.isEmpty())
        read.fault = CodeCommandText::tr("name a topology: byteyard code LAB --language bash|c|python");
    return read;
}

} // namespace

int codeCommand(const QStringList& arguments)
{
    const CodeArguments read = readCodeArguments(arguments);
    if (!read.fault.isEmpty())
        return codeFails(exitUsage, read.fault);
    Language language{};
    if (!languageFromId(read.language, language))
        return codeFails(exitUsage,
                         read.language.isEmpty()
                             ? CodeCommandText::tr("name a language: --language bash, c or python.")
                             : CodeCommandText::tr("it writes no “%1”: use --language bash, c or python.")
                                   .arg(read.language));
    if (!read.output.isEmpty() && QFileInfo::exists(read.output))
        return codeFails(
            exitUsage,
            CodeCommandText::tr("%1 is there already: remove it, or choose another name.").arg(read.output));
    const std::optional<Topology> topology = readSoundTopology(u"byteyard code"_s, read.lab, false);
    if (!topology)
        return exitUsage;
    const Program program = programFor(*topology, language);
    for (const QString& refusal : program.refusals)
        codeFails(exitUsage, language == Language::Bash
                                 ? CodeCommandText::tr("%1 Use --language c or python.").arg(refusal)
                                 : refusal);
    if (!program.refusals.isEmpty())
        return exitUsage;
    for (const QString& note : program.notes)
        sayError(u"byteyard code: %1"_s.arg(note));
    if (!read.output.isEmpty()) {
        const QString fault = writeProgram(program, language, read.output);
        return fault.isEmpty() ? exitOk : codeFails(exitFailed, fault);
    }
    const QByteArray bytes = program.text.toUtf8();
    const auto size = static_cast<std::size_t>(bytes.size());
    if (std::fwrite(bytes.constData(), 1, size, stdout) != size || std::fflush(stdout) != 0)
        return codeFails(exitFailed,
                         CodeCommandText::tr("the program could not be written to standard output."));
    return exitOk;
}

} // namespace byteyard::model
