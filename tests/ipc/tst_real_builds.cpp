#include "tests/ipc/real_programs.h"

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// Programs that fork a lot and pass bytes by pipes: their result is as untraced, and the bytes are those
/// that others count.
class RealBuilds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makeBuildsWhatItBuildsUntraced();
    void gitClonesARepository();
    void aStaticProgramIsSeen();
    void aGoProgramIsSeen();
    void hackbenchMovesWhatItSays();
};

void RealBuilds::makeBuildsWhatItBuildsUntraced()
{
    if (!isInstalled("make") || !isInstalled("gcc"))
        QSKIP("make or gcc is not installed");
    Real b;
    constexpr int units = 8;
    std::string objects;
    std::string sum;
    for (int i = 0; i < units; ++i) {
        const std::string number = std::to_string(i);
        writeText(b.path("unit" + number + ".c"),
                  "int f" + number +
                      "(int x)\n{\n    int sum = 0;\n    for (int i = 0; i < x; ++i)\n"
                      "        sum += i ^ " +
                      number + ";\n    return sum;\n}\n");
        objects += " unit" + number + ".o";
        sum += "    sum += f" + number + "(100);\n";
    }
    std::string declarations;
    for (int i = 0; i < units; ++i)
        declarations += "int f" + std::to_string(i) + "(int);\n";
    writeText(b.path("main.c"), "#include <stdio.h>\n" + declarations +
                                    "int main(void)\n{\n    int sum = 0;\n" + sum +
                                    "    printf(\"%d\\n\", sum);\n    return 0;\n}\n");
    // With -pipe the assembler reads from a pipe what the compiler writes.
    writeText(b.path("Makefile"), "all: program\nprogram: main.o" + objects +
                                      "\n\tgcc -o $@ $^\n%.o: %.c\n\tgcc -O1 -pipe -c -o $@ $<\n");

    std::filesystem::create_directory(b.path("untraced"));
    for (const auto& item : std::filesystem::directory_iterator(b.directory))
        if (item.is_regular_file())
            std::filesystem::copy(item.path(), b.path("untraced"));
    const std::string untraced = sayingOf(b.path("untraced"), "make", {"-j4"});
    QVERIFY2(!untraced.starts_with("failed"), untraced.c_str());

    QCOMPARE(b.run({"make", "-j4"}, "make.log"), 0);
    std::int64_t assembly = 0;
    for (const auto& item : std::filesystem::directory_iterator(b.directory)) {
        if (item.path().extension() == ".o")
            QVERIFY2(textOf(item.path()) == textOf(b.directory / "untraced" / item.path().filename()),
                     item.path().c_str());
        if (item.path().extension() == ".c")
            assembly += static_cast<std::int64_t>(
                sayingOf(b.directory.string(), "gcc",
                         {"-O1", "-S", "-o", "-", QString::fromStdString(item.path().filename())})
                    .size());
    }
    QCOMPARE(sayingOf(b.directory.string(), QString::fromStdString(b.path("program")), {}),
             sayingOf(b.path("untraced"), QString::fromStdString(b.path("untraced/program")), {}));

    // Each pipe between a compiler and its assembler: what went in came out, and it is what gcc -S prints.
    std::int64_t compiled = 0;
    int pipes = 0;
    for (const std::uint32_t pipe : b.sink.foundOf("pipe")) {
        const auto writes = b.sink.select(
            [=](const Event& e) { return e.endpoint == pipe && e.call == Call::Write && e.result > 0; });
        if (writes.empty())
            continue;
        const auto changes = b.sink.changes(writes.front().process);
        const bool byCompiler = std::any_of(changes.begin(), changes.end(),
                                            [](const ProcessChange& each) { return each.name == "cc1"; });
        if (!byCompiler)
            continue;
        ++pipes;
        compiled += b.sink.bytesIn(pipe);
        QCOMPARE(b.sink.bytesOut(pipe), b.sink.bytesIn(pipe));
    }
    QCOMPARE(pipes, units + 1);
    QCOMPARE(compiled, assembly);
    QVERIFY(b.leavesNothing());
}

void RealBuilds::gitClonesARepository()
{
    if (!isInstalled("git"))
        QSKIP("git is not installed");
    Real b;
    const std::string source = b.path("source");
    std::filesystem::create_directory(source);
    const std::string made = sayingOf(
        source, "sh",
        {"-ec",
         "git init -q -b main .; git config user.name byteyard; git config user.email byteyard@localhost;"
         "for i in $(seq 1 30); do seq 1 $((i * 100)) > file$i; git add .; git commit -q -m \"commit $i\"; "
         "done"});
    QVERIFY2(made.empty(), made.c_str());
    // --no-local: through upload-pack, as from another machine. The pack is kept as it comes.
    QCOMPARE(b.run({"git", "-c", "fetch.unpackLimit=1", "clone", "-q", "--no-local", source, b.path("copy")},
                   "clone.log", {"GIT_CONFIG_NOSYSTEM=1"}),
             0);
    QCOMPARE(textOf(b.path("clone.log")), std::string());
    QVERIFY(!sayingOf(b.path("copy"), "git", {"fsck", "--full", "--strict"}).starts_with("failed"));
    QCOMPARE(sayingOf(b.path("copy"), "git", {"rev-parse", "HEAD"}),
             sayingOf(source, "git", {"rev-parse", "HEAD"}));

    // Who wrote the pack's file read it from a pipe.
    std::int64_t pack = 0;
    for (const auto& item : std::filesystem::directory_iterator(b.path("copy/.git/objects/pack")))
        if (item.path().extension() == ".pack")
            pack += static_cast<std::int64_t>(item.file_size());
    QVERIFY(pack > 0);
    std::int64_t received = 0;
    for (const std::uint32_t pipe : b.sink.foundOf("pipe")) {
        QCOMPARE(b.sink.bytesOut(pipe), b.sink.bytesIn(pipe));
        const auto reads = b.sink.select([=](const Event& e) {
            return e.endpoint == pipe && e.call == Call::Read && e.fd == 0 && e.result > 0;
        });
        for (const Event& each : reads) {
            const auto changes = b.sink.changes(each.process);
            const auto& argv = changes.back().argv.empty() && changes.size() > 1
                                   ? changes[changes.size() - 2].argv
                                   : changes.back().argv;
            if (argv.size() > 1 && argv[1] == "index-pack")
                received += each.result;
        }
    }
    QCOMPARE(received, pack);
    QVERIFY(b.leavesNothing());
}

void RealBuilds::aStaticProgramIsSeen()
{
    if (!isInstalled("gcc"))
        QSKIP("gcc is not installed");
    Real b;
    writeText(b.path("tiny.c"),
              "#include <unistd.h>\n#include <sys/wait.h>\n"
              "int main(void)\n{\n    int p[2];\n    char text[32];\n    if (pipe(p))\n        return 1;\n"
              "    if (fork() == 0)\n        _exit(write(p[1], \"twelve bytes\", 12) == 12 ? 0 : 2);\n"
              "    int status = 1;\n    wait(&status);\n"
              "    return read(p[0], text, sizeof text) == 12 ? status : 3;\n}\n");
    const std::string built = sayingOf(b.directory.string(), "gcc", {"-static", "-o", "tiny", "tiny.c"});
    QVERIFY2(built.empty(), built.c_str());
    QCOMPARE(b.run({b.path("tiny")}, "tiny.log"), 0);
    const auto pipes = b.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), 1U);
    QCOMPARE(b.sink.bytesIn(pipes.front()), 12);
    QCOMPARE(b.sink.bytesOut(pipes.front()), 12);
    QVERIFY(b.leavesNothing());
}

/// fzf: its runtime has threads of its own making, and signals among them.
void RealBuilds::aGoProgramIsSeen()
{
    if (!isInstalled("fzf"))
        QSKIP("fzf is not installed");
    Real b;
    writeText(b.path("find.sh"), "seq 200000 | fzf --filter 99 | cat\n");
    const std::string untraced = sayingOf(b.directory.string(), "sh", {"find.sh"});
    const auto given = static_cast<std::int64_t>(sayingOf(b.directory.string(), "seq", {"200000"}).size());
    QCOMPARE(b.run({"sh", "find.sh"}, "found"), 0);
    QCOMPARE(textOf(b.path("found")), untraced);
    std::multiset<std::int64_t> moved;
    for (const std::uint32_t pipe : b.sink.foundOf("pipe")) {
        if (b.sink.bytesOut(pipe) < 1000)
            continue; // the runtime's own, to wake itself
        QCOMPARE(b.sink.bytesOut(pipe), b.sink.bytesIn(pipe));
        moved.insert(b.sink.bytesOut(pipe));
    }
    const std::multiset<std::int64_t> expected{given, static_cast<std::int64_t>(untraced.size())};
    QVERIFY(moved == expected);
    QVERIFY(b.leavesNothing());
}

void RealBuilds::hackbenchMovesWhatItSays()
{
    if (!isInstalled("hackbench"))
        QSKIP("hackbench (rt-tests) is not installed");
    // One group: 20 senders write so many messages of so many bytes to each of 20 receivers.
    constexpr std::int64_t size = 100;
    constexpr std::int64_t loops = 5;
    constexpr std::int64_t peers = 20;
    for (const char* way : {"-p", ""}) {
        Real b;
        std::vector<std::string> argv = {"hackbench",         "-g", "1", "-l", std::to_string(loops), "-s",
                                         std::to_string(size)};
        if (*way != '\0')
            argv.emplace_back(way);
        QCOMPARE(b.run(argv, "hackbench.log"), 0);
        const std::string said = textOf(b.path("hackbench.log"));
        QVERIFY2(said.find("Time: ") != std::string::npos, said.c_str());
        std::int64_t moved = 0;
        int channels = 0;
        for (const char* kind : {"pipe", "socketpair"})
            for (const std::uint32_t endpoint : b.sink.foundOf(kind)) {
                QCOMPARE(b.sink.bytesOut(endpoint) >= peers * loops * size,
                         b.sink.bytesIn(endpoint) >= peers * loops * size);
                if (b.sink.bytesIn(endpoint) < peers * loops * size)
                    continue; // those that start everybody together
                QCOMPARE(b.sink.bytesOut(endpoint), b.sink.bytesIn(endpoint));
                moved += b.sink.bytesIn(endpoint);
                ++channels;
            }
        QCOMPARE(channels, static_cast<int>(peers));
        QCOMPARE(moved, peers * peers * loops * size);
        QVERIFY(b.leavesNothing());
    }
}

QTEST_GUILESS_MAIN(RealBuilds)
#include "tst_real_builds.moc"
