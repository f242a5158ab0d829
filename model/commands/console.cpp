#include "model/commands/console.h"

#include "model/log/format.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace byteyard::model {

void keepStandardPlaces()
{
    int fd = 0;
    do
        fd = ::open("/dev/null", O_RDWR); // the lowest free number
    while (fd >= 0 && fd <= STDERR_FILENO);
    ::close(fd);
}

void say(const QString& line)
{
    const QByteArray bytes = line.toUtf8() + '\n';
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

void sayError(const QString& line)
{
    const QByteArray bytes = printable(line.simplified()).toUtf8() + '\n';
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stderr);
}

} // namespace byteyard::model
