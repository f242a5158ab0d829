#include "model/commands/export_command.h"

#include "model/commands/console.h"
#include "model/log/export.h"
#include "model/log/session_file.h"

#include <QCoreApplication>

namespace byteyard::model {

namespace {

struct ExportCommandText
{
    Q_DECLARE_TR_FUNCTIONS(ExportCommand)
};

int fail(int status, const QString& sentence)
{
    sayError(ExportCommandText::tr("byteyard export: %1").arg(sentence));
    return status;
}

} // namespace

int exportCommand(const QStringList& arguments)
{
    if (arguments.size() != 2)
        return fail(exitUsage, ExportCommandText::tr("expected two files: byteyard export SESSION.pcapng "
                                                     "OUT.jsonl|.csv|.pcapng|.payloads.pcapng|.html|.txt"));
    const QString& from = arguments[0];
    const QString& to = arguments[1];
    ExportFormat format{};
    if (!exportFormatOf(to, format))
        return fail(
            exitUsage,
            ExportCommandText::tr(
                "%1: its ending tells no format; use .jsonl, .csv, .pcapng, .payloads.pcapng, .html or .txt")
                .arg(to));

    JobControl control;
    const SessionContent session = readSessionFile(from, control);
    if (!session.error.isEmpty())
        return fail(exitUsage, session.error);
    if (!session.note.isEmpty())
        sayError(ExportCommandText::tr("byteyard export: %1: %2").arg(from, session.note));
    if (const QString error = exportLog(to, format, *session.store, session.catalog, {}, control);
        !error.isEmpty())
        return fail(exitFailed, error);
    return exitOk;
}

} // namespace byteyard::model
