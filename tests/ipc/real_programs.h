#pragma once

#include "tests/ipc/recording_sink.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <sys/wait.h>

namespace byteyard::ipc::test {

/// Ten times what the slowest of them takes on a loaded machine.
constexpr int patience = 60000;

inline std::string textOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline void writeText(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

inline bool isInstalled(const char* program)
{
    return !QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty();
}

/// What an untraced program says: the witness.
inline std::string sayingOf(const std::string& directory, const QString& program,
                            const QStringList& arguments)
{
    QProcess process;
    process.setWorkingDirectory(QString::fromStdString(directory));
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments, QIODevice::ReadOnly);
    if (!process.waitForFinished(patience) || process.exitStatus() != QProcess::NormalExit ||
        process.exitCode() != 0)
        return "failed: " + process.readAll().toStdString();
    return process.readAll().toStdString();
}

/// Programs that nobody here wrote, under a tracer; what they print goes into files of the bench's directory.
struct Real : Bench
{
    std::size_t openBefore = descriptors();

    static std::size_t descriptors()
    {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                                      std::filesystem::directory_iterator()));
    }
    std::string path(const std::string& name) const { return (directory / name).string(); }

    /// Starts a program whose output, and errors, go to `output`.
    std::uint32_t begin(std::vector<std::string> argv, const std::string& output,
                        const std::vector<std::string>& environment = {})
    {
        constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND;
        LaunchPlan made = plan(
            std::move(argv), {{1, -1, path(output), flags, 0600, 0}, {2, -1, path(output), flags, 0600, 0}});
        made.environment.push_back("HOME=" + directory.string());
        made.environment.insert(made.environment.end(), environment.begin(), environment.end());
        return start(made);
    }
    /// The same to its end; its exit code, or -signal.
    int run(std::vector<std::string> argv, const std::string& output,
            const std::vector<std::string>& environment = {})
    {
        const std::uint32_t process = begin(std::move(argv), output, environment);
        return endOf(process);
    }
    int endOf(std::uint32_t process)
    {
        if (!QTest::qWaitFor([&] { return sink.ended(process); }, patience))
            return -1000;
        const auto end = sink.end(process);
        return end->state == ProcessState::Exited ? end->exitCode : -end->signal;
    }
    /// Whatever of a kind went in and came out.
    std::pair<std::int64_t, std::int64_t> totals(std::string_view kind) const
    {
        std::pair<std::int64_t, std::int64_t> sum{0, 0};
        for (const std::uint32_t endpoint : sink.foundOf(kind)) {
            sum.first += sink.bytesIn(endpoint);
            sum.second += sink.bytesOut(endpoint);
        }
        return sum;
    }
    /// No process, descriptor or child of ours is left.
    bool leavesNothing()
    {
        if (!QTest::qWaitFor([this] { return alive() == 0; }, patience))
            return false;
        if (descriptors() != openBefore) {
            qWarning("%zu descriptors are open, %zu were", descriptors(), openBefore);
            return false;
        }
        return true;
    }
};

} // namespace byteyard::ipc::test
