#include "gui/startup.h"

#include "gui/main_window.h"
#include "model/session/session.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QPixmap>
#include <QTimer>

#include <cstdio>
#include <ctime>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace byteyard::gui {

namespace {

struct StartupText
{
    Q_DECLARE_TR_FUNCTIONS(Startup)
};

/// Milliseconds since this process was started; starttime in /proc/self/stat is in clock ticks since boot:
/// proc(5).
qint64 sinceStart()
{
    QFile file(u"/proc/self/stat"_s);
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    const QByteArray stat = file.readAll();
    // The name in parentheses may hold blanks: fields are counted from behind it, the state being the third.
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    constexpr int startTimeField = 22 - 3;
    if (fields.size() <= startTimeField)
        return -1;
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    const qint64 nowMs = static_cast<qint64>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
    return nowMs - fields.at(startTimeField).toLongLong() * 1000 / sysconf(_SC_CLK_TCK);
}

/// Tells once that a widget has been painted and its picture has gone to the screen.
class FirstFrame : public QObject
{
public:
    FirstFrame(QWidget& widget, std::function<void()> then) : QObject(&widget), m_then(std::move(then))
    {
        widget.installEventFilter(this);
    }

protected:
    bool eventFilter(QObject*, QEvent* event) override
    {
        // The whole window is painted and flushed within this event; the next turn of the loop comes after
        // it.
        if (event->type() == QEvent::Paint && m_then)
            QTimer::singleShot(0, this, std::exchange(m_then, nullptr));
        return false;
    }

private:
    std::function<void()> m_then;
};

void onMessage(QtMsgType type, const QMessageLogContext&, const QString& message)
{
    if (type != QtFatalMsg)
        return;
    std::fputs(
        "byteyard: no window: there is no display to open it on (DISPLAY and WAYLAND_DISPLAY name none that "
        "answers); start it on a desktop, or run a lab without one: byteyard run LAB\n",
        stderr);
    Q_UNUSED(message)
    std::fflush(stderr);
    _exit(1);
}

} // namespace

void takePicture(MainWindow& window, const WindowOptions& options)
{
    const auto shoot = [&window, path = options.picture] {
        if (window.grab().save(path))
            return QCoreApplication::exit(0);
        std::fputs(
            qUtf8Printable(StartupText::tr("byteyard: %1: the picture could not be written; choose a "
                                           "folder that you may write to and a name that ends in .png.")
                               .arg(path) +
                           u'\n'),
            stderr);
        QCoreApplication::exit(1);
    };
    if (options.runForMs == 0 || window.session().state() == model::Session::State::Recorded)
        return QTimer::singleShot(1000, &window, shoot); // what programs made is laid out by then
    // The clock starts when the processes do.
    QObject::connect(
        &window.session(), &model::Session::stateChanged, &window,
        [&window, shoot, ms = options.runForMs, started = false](model::Session::State state) mutable {
            if (state != model::Session::State::Running || std::exchange(started, true))
                return;
            QTimer::singleShot(ms, &window, shoot);
        });
    options.map ? window.showMap(options.pids) : window.runNow();
    if (!window.session().isLive())
        QTimer::singleShot(500, &window, shoot);
}

void reportFirstFrame(MainWindow& window)
{
    new FirstFrame(window, [] {
        std::fprintf(stderr, "byteyard: first frame after %lld ms\n", static_cast<long long>(sinceStart()));
        QCoreApplication::exit(0);
    });
}

void explainMissingDisplay()
{
    qInstallMessageHandler(onMessage);
}

} // namespace byteyard::gui
