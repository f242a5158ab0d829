#pragma once

#include "model/log/export.h"
#include "model/session/session.h"

#include <QStringList>

namespace byteyard::model {

/// What `byteyard run` was asked to do.
struct RunArguments
{
    struct Export
    {
        QString path;
        ExportFormat format = ExportFormat::JsonLines;
    };
    QString lab;         ///< may be empty when there is a program, or something to attach to
    QStringList program; ///< with its arguments, instead of a topology; empty: none
    QString group;       ///< only this group's processes; empty: all
    int forMs = 0;       ///< 0: until every process has ended
    QString capture = QStringLiteral("auto");
    int budget = RunOptions().budget;
    QString record; ///< empty: no recording
    QList<qint64> attach;
    bool attachChildren = true;
    QList<Export> exports;
    bool json = false;
    bool calls = false;       ///< each call as a line of standard error
    bool systemFiles = false; ///< follows libraries and other files of the system too
    QString error;            ///< the sentence of what is wrong with them; empty when they are right
};

RunArguments readRunArguments(const QStringList& arguments);

/// "5s", "500ms", "2m", "1h", "1.5" (seconds) in milliseconds; 0 when it is none, is not over zero or longer
/// than a week.
int readDuration(const QString& text);

} // namespace byteyard::model
