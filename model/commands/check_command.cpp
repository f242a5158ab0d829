#include "model/commands/check_command.h"

#include "model/commands/console.h"
#include "model/commands/sound_topology.h"

#include <QCoreApplication>

namespace byteyard::model {

int checkCommand(const QStringList& arguments)
{
    if (arguments.size() != 1 || arguments.first().startsWith(u'-')) {
        sayError(QCoreApplication::translate(
            "CheckCommand", "byteyard check: name one topology file: byteyard check LAB.byteyard"));
        return exitUsage;
    }
    return readSoundTopology(QStringLiteral("byteyard check"), arguments.first(), true) ? exitOk : exitUsage;
}

} // namespace byteyard::model
