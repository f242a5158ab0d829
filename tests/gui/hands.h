#pragma once

#include <QApplication>
#include <QElapsedTimer>
#include <QMenu>
#include <QPoint>
#include <QProcess>
#include <QTest>
#include <QTimer>

#include <functional>
#include <type_traits>

namespace byteyard::test {

/// Real mouse and keys, through the X server: a second process moves them (XTest), so that nested loops (a
/// QDrag, a menu) get them as a person's would come.
class Hands
{
public:
    /// Runs one xdotool command chain while this process's events go on. False when it failed.
    static bool act(const QStringList& words)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QStringLiteral("xdotool"), words);
        QElapsedTimer clock;
        clock.start();
        while (process.state() != QProcess::NotRunning && clock.elapsed() < 30000)
            QTest::qWait(5);
        return process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::NormalExit &&
               process.exitCode() == 0;
    }

    static bool drag(QPoint from, QPoint to)
    {
        QStringList words = moved(from);
        words += {QStringLiteral("mousedown"), QStringLiteral("1")};
        // In steps, as a hand does: the first ones start the drag, the last ones are over the target.
        constexpr int steps = 12;
        for (int i = 1; i <= steps; ++i)
            words += moved(from + (to - from) * i / steps) + pause();
        words += moved(to) + pause() + QStringList{QStringLiteral("mouseup"), QStringLiteral("1")};
        return act(words);
    }

    static bool click(QPoint at)
    {
        return act(moved(at) + QStringList{QStringLiteral("click"), QStringLiteral("1")});
    }

    /// A right click there; the menu that comes up is answered by a click on its entry, from within its loop.
    static bool chooseInMenu(QPoint at, const QString& entry)
    {
        bool chosen = false;
        QTimer look;
        QObject::connect(&look, &QTimer::timeout, &look, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            if (menu == nullptr)
                return;
            look.stop();
            for (QAction* action : menu->actions())
                if (action->text() == entry)
                    chosen = click(menu->mapToGlobal(menu->actionGeometry(action).center()));
            if (!chosen)
                menu->close();
        });
        look.start(50);
        constexpr int patience = 30000;
        return act(moved(at) + QStringList{QStringLiteral("click"), QStringLiteral("3")}) &&
               QTest::qWaitFor([&] { return chosen; }, patience);
    }

    /// Does something that opens a menu or a dialog, looks at it, and closes it: it holds the event loop.
    template <typename Popup>
    static void with(const std::function<void(Popup*)>& look, const std::function<bool()>& act)
    {
        const auto open = [] {
            if constexpr (std::is_same_v<Popup, QMenu>)
                return QApplication::activePopupWidget();
            else
                return QApplication::activeModalWidget();
        };
        bool seen = false;
        QTimer poll;
        QObject::connect(&poll, &QTimer::timeout, &poll, [&] {
            auto* popup = qobject_cast<Popup*>(open());
            if (popup == nullptr)
                return;
            poll.stop();
            seen = true;
            look(popup);
            popup->close();
        });
        poll.start(10);
        QVERIFY(act());
        QTRY_VERIFY(seen);
        QTRY_VERIFY(!open());
    }

    static bool key(const QString& name) { return act({QStringLiteral("key"), name}); }

    static bool type(const QString& text)
    {
        return act({QStringLiteral("type"), QStringLiteral("--delay"), QStringLiteral("12"), text});
    }

private:
    static QStringList moved(QPoint to)
    {
        return {QStringLiteral("mousemove"), QString::number(to.x()), QString::number(to.y())};
    }
    static QStringList pause() { return {QStringLiteral("sleep"), QStringLiteral("0.02")}; }
};

} // namespace byteyard::test
