#include "ipc/engine/keeper.h"
#include "ipc/engine/orphans.h"

#include <cstdio>
#include <span>
#include <string_view>

int main(int argc, char** argv)
{
    using namespace byteyard::ipc::engine;
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    if (argc == 1)
        return runKeeper(false);
    const std::string_view option = arguments[1];
    if (argc == 2 && option == "--standard")
        return runKeeper(true);
    if (argc == 2 && option == "--orphans")
        return listOrphans();
    if (argc <= 3 && option == "--clean")
        return cleanOrphans(argc == 3 ? arguments[2] : "");
    std::fprintf(
        stderr,
        "usage: byteyard-engine [--standard | --orphans | --clean [ID]] (but for the last two it speaks "
        "docs/protocol.md on 0 and 1)\n");
    return 2;
}
