#include "ipc/actor/reporter.h"
#include "ipc/actor/script.h"

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <unistd.h>

/// byteyard-actor: runs one script whose functions are the system calls (docs/actors.md). byteyard-engine
/// starts it.
int main()
{
    namespace actor = byteyard::ipc::actor;
    constexpr int cannotStart = 2;
    try {
        actor::reporter().open();
        actor::Script script(nlohmann::json::parse(actor::reporter().text()));
        // Nothing is closed or freed at the end that the script did not close: the kernel does it.
        ::_exit(script.run());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "byteyard-actor: %s\n", error.what());
        return cannotStart;
    }
}
