#include "gui/window_options.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct WindowOptionsText
{
    Q_DECLARE_TR_FUNCTIONS(WindowOptions)
};

/// "3s", "500ms" or "3"; -1 when it is not a time.
int milliseconds(const QString& text)
{
    const bool ms = text.endsWith("ms"_L1);
    QString number = text;
    number.chop(ms ? 2 : text.endsWith(u's') ? 1 : 0);
    bool ok = false;
    const double value = number.toDouble(&ok);
    return ok && value >= 0 && value < 86400 ? static_cast<int>(ms ? value : value * 1000) : -1;
}

QSize sizeOf(const QString& text)
{
    const QStringList numbers = text.split(u'x');
    if (numbers.size() != 2)
        return {};
    const QSize size(numbers.at(0).toInt(), numbers.at(1).toInt());
    return size.width() >= 320 && size.height() >= 240 && size.width() <= 8192 && size.height() <= 8192
               ? size
               : QSize();
}

/// "all", or pids with commas between.
bool readMapOf(const QString& text, WindowOptions& options)
{
    options.map = true;
    if (text == "all"_L1)
        return true;
    for (const QString& word : text.split(u',')) {
        bool good = false;
        options.pids.append(word.toInt(&good));
        if (!good || options.pids.last() < 1)
            return false;
    }
    return true;
}

} // namespace

WindowOptions windowOptions(const QStringList& arguments)
{
    WindowOptions options;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString& argument = arguments.at(i);
        if (argument == "--"_L1) {
            options.program = arguments.mid(i + 1);
            if (options.program.isEmpty())
                options.error = WindowOptionsText::tr("--: no program was named; see byteyard --help.");
            break;
        }
        if (!argument.startsWith(u'-')) {
            if (!options.file.isEmpty())
                options.error =
                    WindowOptionsText::tr("%1: one file is opened at a time; leave it out.").arg(argument);
            options.file = argument;
            continue;
        }
        if (i + 1 >= arguments.size()) {
            options.error =
                WindowOptionsText::tr("%1: unknown, or its value is missing; see byteyard --help.")
                    .arg(argument);
            break;
        }
        const QString& value = arguments.at(++i);
        bool good = true;
        if (argument == "--picture"_L1)
            options.picture = value;
        else if (argument == "--map"_L1)
            good = readMapOf(value, options);
        else if (argument == "--run-for"_L1)
            good = (options.runForMs = milliseconds(value)) >= 0;
        else if (argument == "--theme"_L1)
            good = !(options.theme = value).isEmpty() && (value == "light"_L1 || value == "dark"_L1);
        else if (argument == "--size"_L1)
            good = !(options.size = sizeOf(value)).isEmpty();
        else
            options.error = WindowOptionsText::tr("%1: no such option; see byteyard --help.").arg(argument);
        if (!good)
            options.error = WindowOptionsText::tr("%1: “%2” is not a value for it; see byteyard --help.")
                                .arg(argument, value);
    }
    if (options.error.isEmpty() && options.map && !options.file.isEmpty())
        options.error = WindowOptionsText::tr("--map: a map stands alone; leave %1 out.").arg(options.file);
    if (options.error.isEmpty() && !options.program.isEmpty() && (options.map || !options.file.isEmpty()))
        options.error = WindowOptionsText::tr("--: a program stands alone; leave %1 out.")
                            .arg(options.map ? u"--map"_s : options.file);
    if (options.error.isEmpty() && !options.picture.isEmpty() && options.file.isEmpty() && !options.map &&
        options.program.isEmpty())
        options.error =
            WindowOptionsText::tr("--picture: no lab was named; write byteyard --picture FILE.png LAB.");
    return options;
}

} // namespace byteyard::gui
