#pragma once

#include <QApplication>
#include <QTest>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace byteyard::test {

/// An X server of the test's own, without a screen: the mouse and keys of other tests do not reach it.
/// Made before the application; ends with the test, also when the test crashes.
class Xvfb
{
public:
    Xvfb()
    {
        int ends[2];
        if (pipe(ends) != 0)
            return;
        m_pid = fork();
        if (m_pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            dup2(ends[1], 3);
            for (int fd = 4; fd < 64; ++fd)
                close(fd);
            freopen("/dev/null", "w", stderr);
            execlp("Xvfb", "Xvfb", "-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp",
                   "-noreset", nullptr);
            _exit(127);
        }
        close(ends[1]);
        // The server writes its number when it is ready to be connected to.
        char digit = 0;
        while (read(ends[0], &digit, 1) == 1 && digit != '\n')
            m_display += digit;
        close(ends[0]);
        if (m_display.empty())
            return;
        m_display.insert(0, ":");
        setenv("DISPLAY", m_display.c_str(), 1);
        setenv("QT_QPA_PLATFORM", "xcb", 1);
    }
    ~Xvfb()
    {
        if (m_pid <= 0)
            return;
        kill(m_pid, SIGTERM);
        waitpid(m_pid, nullptr, 0);
    }
    Xvfb(const Xvfb&) = delete;
    Xvfb& operator=(const Xvfb&) = delete;
    bool isRunning() const { return !m_display.empty(); }

private:
    pid_t m_pid = -1;
    std::string m_display;
};

/// A test program's main: all functions of one test class, on a server of their own.
template <typename Test>
int runOnXvfb(int argc, char** argv)
{
    const Xvfb server;
    if (!server.isRunning()) {
        std::fputs("Xvfb could not be started: install it (apt-get install xvfb xdotool)\n", stderr);
        return 1;
    }
    QApplication application(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace byteyard::test
