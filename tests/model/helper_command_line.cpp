// The program's command line without its window.
#include "model/commands/commands.h"
#include "model/commands/console.h"

#include <QCoreApplication>

int main(int argc, char** argv)
{
    byteyard::model::keepStandardPlaces();
    const QCoreApplication application(argc, argv);
    return byteyard::model::runCommandLine(QCoreApplication::arguments().mid(1));
}
