#include "gui/main_window.h"
#include "gui/startup.h"
#include "gui/theme/theme.h"
#include "model/commands/commands.h"
#include "model/commands/console.h"
#include "model/language.h"
#include "model/topology/labs.h"

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <cstdio>
#include <optional>

using namespace Qt::StringLiterals;
using namespace byteyard;

namespace {

QStringList argumentsOf(int argc, char** argv)
{
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    return arguments;
}

/// `program`: what stands behind `--`, which is not in argv any more: Qt looks for options of its own there.
int runWindow(int& argc, char** argv, const QStringList& program)
{
    gui::explainMissingDisplay();
    QApplication application(argc, argv);
    model::installLanguage(application);
    qInstallMessageHandler(nullptr);
    QGuiApplication::setDesktopFileName(u"byteyard"_s);

    const gui::WindowOptions options = gui::windowOptions(QCoreApplication::arguments().mid(1) + program);
    if (!options.error.isEmpty()) {
        std::fputs(qUtf8Printable(u"byteyard: "_s + options.error + u'\n'), stderr);
        return 2;
    }
    const bool picture = !options.picture.isEmpty();
    const QString path = model::topologyPath(options.file);
    // A picture shows the window as it is on the first day, and leaves the person's settings alone.
    std::optional<QTemporaryDir> plain;
    if (picture)
        QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, plain.emplace().path());
    const bool report = qEnvironmentVariableIsSet("BYTEYARD_STARTUP_REPORT");
    gui::Theme& theme = gui::Theme::instance();
    if (!options.theme.isEmpty())
        theme.setMode(options.theme == "dark"_L1 ? gui::Theme::Mode::Dark : gui::Theme::Mode::Light);
    theme.apply();

    auto* window = new gui::MainWindow;
    if (!options.size.isEmpty())
        window->resize(options.size);
    if (report)
        gui::reportFirstFrame(*window);
    window->show();

    QSettings settings;
    if (!options.file.isEmpty() || !options.program.isEmpty()) {
        const bool opened =
            options.program.isEmpty() ? window->openPath(path) : window->placeProgram(options.program);
        if (!opened && picture) {
            std::fputs(qUtf8Printable(u"byteyard: "_s + window->bannerText() + u'\n'), stderr);
            return 2;
        }
        if (opened && !picture && !options.program.isEmpty())
            window->runNow();
    } else if (options.map) {
        if (!picture)
            window->showMap(options.pids);
    } else if (!settings.value(u"firstStart/done"_s).toBool()) {
        settings.setValue(u"firstStart/done"_s, true);
        window->openWelcome();
    }
    if (picture)
        QTimer::singleShot(0, window, [window, options] { gui::takePicture(*window, options); });
    else if (!report)
        QTimer::singleShot(1000, window, &gui::MainWindow::lookForOrphans);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    model::keepStandardPlaces();
    QCoreApplication::setOrganizationName(u"byteyard"_s);
    QCoreApplication::setApplicationName(u"byteyard"_s);
    QCoreApplication::setApplicationVersion(u"" BYTEYARD_VERSION ""_s);
    const QStringList arguments = argumentsOf(argc, argv);
    if (model::isCommandLine(arguments)) {
        QCoreApplication application(argc, argv);
        model::installLanguage(application);
        return model::runCommandLine(arguments);
    }
    const qsizetype dashes = arguments.indexOf(u"--"_s);
    if (dashes >= 0)
        argc = static_cast<int>(dashes) + 1;
    return runWindow(argc, argv, dashes < 0 ? QStringList() : arguments.mid(dashes));
}
