#include "actor_host.h"

#include <QTest>

using namespace Qt::StringLiterals;
using byteyard::ipc::actor::Access;
using byteyard::ipc::actor::laneRecords;
using byteyard::ipc::actor::Record;
using byteyard::tests::ActorHost;

/// The script's own world: what it may use, where it is, what it tells of its loads and stores.
class TestActorScript : public QObject
{
    Q_OBJECT

private slots:
    void scriptHasNoOtherLibrary()
    {
        ActorHost actor(R"(
            for _, name in ipairs{"io", "os", "require", "package", "debug", "dofile", "loadfile", "coroutine"} do
                assert(_G[name] == nil, name)
            end
            local done, why = pcall(load, "return 1")
            assert(not done and why:find("mapping expected"), why)
            assert(math.max(1, 2) == 2 and utf8.char(228) == "ä" and table.concat{"a", "b"} == "ab")
            print("checked", nil, 7)
        )");
        const int ended = actor.wait();
        QVERIFY2(ended == 0, actor.errors());
        QCOMPARE(actor.errors(), QByteArray());
        QCOMPARE(actor.out(), QByteArray("checked\tnil\t7\n"));
    }

    void errorIsToldWithScriptAndLine_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<int>("line");
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("runtime") << QByteArray("local a = {}\n\nlocal b = a.b.c\n") << 3
                                 << QByteArray("attempt to index a nil value");
        QTest::newRow("error") << QByteArray("\nerror('so it is')\n") << 2 << QByteArray("so it is");
        QTest::newRow("assert") << QByteArray("local x\n\n\nassert(open('/nonexistent/byteyard'))\n") << 4
                                << QByteArray("ENOENT");
        QTest::newRow("argument") << QByteArray("\nread('x', 1)") << 2
                                  << QByteArray("bad argument #1 to 'read'");
        QTest::newRow("no string") << QByteArray("error({})") << 1 << QByteArray("table");
        QTest::newRow("syntax") << QByteArray("print('never')\nlocal = 5\n") << 2
                                << QByteArray("<name> expected");
        QTest::newRow("nested") << QByteArray("local function f()\n  write('x')\nend\nf()") << 2
                                << QByteArray("bad argument");
    }
    void errorIsToldWithScriptAndLine()
    {
        QFETCH(const QByteArray, script);
        QFETCH(const int, line);
        QFETCH(const QByteArray, text);
        ActorHost actor(script, {}, {}, u"my node"_s);
        QCOMPARE(actor.wait(), 1);
        QCOMPARE(actor.out(), QByteArray());
        QVERIFY2(actor.errors().startsWith("my node:" + QByteArray::number(line) + ": "), actor.errors());
        QVERIFY2(actor.errors().contains(text), actor.errors());
        QCOMPARE(actor.lane().hasError.load(), 1u);
        QCOMPARE(actor.lane().errorLine, static_cast<unsigned>(line));
        const QByteArray told(actor.lane().error, actor.lane().errorSize);
        QVERIFY2(told.contains(text) && !told.contains("my node:"), told);
    }

    void fieldsAndHandlesReachTheScript()
    {
        const QJsonArray handles{
            QJsonObject{{u"name"_s, u"out"_s}, {u"kind"_s, u"pipe"_s}, {u"side"_s, u"write"_s}, {u"fd"_s, 1}},
            QJsonObject{{u"name"_s, u"2"_s}, {u"kind"_s, u"pipe"_s}, {u"fd"_s, 2}}};
        ActorHost actor(R"(
            assert(#handles == 2 and handles[1] == out and out.kind == "pipe" and out.side == "write")
            assert(handles.out == out and handles["2"].fd == 2)
            assert(tostring(out) == "pipe handle 'out'")
            write(out, field.word .. field.count .. field.rate)
            local done, why = pcall(mq_unlink, out)
            assert(not done and why:find("has no 'path'"), why)
        )",
                        {{u"word"_s, u"ab"_s}, {u"count"_s, 3}, {u"rate"_s, 0.5}}, handles);
        QCOMPARE(actor.wait(), 0);
        QCOMPARE(actor.out(), QByteArray("ab30.5"));
    }

    void blockedLineIsKnown()
    {
        ActorHost actor("local r, w = pipe()\n\nprint('soon')\nread(r, 1)\n");
        QVERIFY(actor.untilOut("soon"));
        QTRY_COMPARE(actor.lane().line.load(), 4u);
        QCOMPARE(actor.lane().pid.load(), actor.pid());
    }

    void runawayScriptEndsBySigterm()
    {
        ActorHost actor("print('on') while true do end");
        QVERIFY(actor.untilOut("on"));
        ::kill(actor.pid(), SIGTERM);
        QCOMPARE(actor.wait(), -SIGTERM);
    }

    void everyLoadAndStoreIsInTheRing()
    {
        ActorHost actor(R"(
            local fd = memfd_create("byteyard-test")
            ftruncate(fd, 8192)
            local m = mmap(fd, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 4096)
            assert(#m == 4096)
            store(m, 8, 258, 2)
            assert(load(m, 8, 1) == 2 and load(m, 9, 1) == 1)
            assert(add(m, 16, 5) == 0 and add(m, 16, -1) == 5 and load(m, 16) == 4)
            store(m, 24, -1)
            assert(load(m, 24) == -1 and load(m, 24, 4) == 0xffffffff)
            store_bytes(m, 4086, "0123456789")
            assert(load_bytes(m, 4086, 10) == "0123456789")
            for _, bad in ipairs{{4089, 8}, {-8, 8}, {4096, 1}, {4, 8}, {0, 3}, {math.maxinteger, 8}} do
                assert(not pcall(load, m, bad[1], bad[2]), bad[1])
            end
            assert(not pcall(store_bytes, m, 4087, "0123456789"))
            munmap(m)
            assert(not pcall(load, m, 0))
        )");
        QCOMPARE(actor.wait(), 0);
        QCOMPARE(actor.errors(), QByteArray());
        const QList<Record> records = actor.records();
        QCOMPARE(records.size(), 11);
        const auto is = [&](qsizetype i, Access access, quint64 offset, quint32 size, quint64 value) {
            const Record& r = records[i];
            return r.access == access && r.offset == offset && r.size == size && r.value == value &&
                   r.mapping == 0 && r.time > 0;
        };
        QVERIFY(is(0, Access::Store, 4104, 2, 258));
        QVERIFY(is(1, Access::Load, 4104, 1, 2));
        QVERIFY(is(3, Access::AtomicAdd, 4112, 8, 5));
        QVERIFY(is(4, Access::AtomicAdd, 4112, 8, static_cast<quint64>(-1)));
        quint64 first = 0;
        std::memcpy(&first, "01234567", 8);
        QVERIFY(is(9, Access::Store, 8182, 10, first));
        QVERIFY(is(10, Access::Load, 8182, 10, first));
        const auto& mapping = actor.channel().mappings[0];
        QCOMPARE(mapping.ready.load(), 1u);
        QVERIFY(mapping.kind == byteyard::ipc::actor::ObjectKind::Inode && mapping.id != 0);
        QCOMPARE(actor.lane().lost.load(), 0u);
    }

    void whatTheRingCannotHoldIsCounted()
    {
        ActorHost actor(R"(
            local fd = memfd_create("byteyard-test")
            ftruncate(fd, 4096)
            local m = mmap(fd, 4096)
            for i = 1, 70000 do store(m, 0, i) end
        )");
        QCOMPARE(actor.wait(), 0);
        QCOMPARE(actor.lane().written.load(), quint64(laneRecords));
        QCOMPARE(actor.lane().lost.load(), quint64(70000 - laneRecords));
    }

    void forkedChildHasItsOwnLane()
    {
        ActorHost actor(R"(
            local m = mmap(memfd_create("byteyard-test"), 4096)
            local fd = memfd_create("byteyard-test-2")
            ftruncate(fd, 4096)
            m = mmap(fd, 4096)
            local pid = fork()
            if pid == 0 then
                store(m, 0, getpid())
                error("of the child")
            end
            local ended, how, code = wait(pid)
            assert(ended == pid and how == "exited" and code == 1)
            assert(load(m, 0) == pid)
            store(m, 0, 1)
        )");
        QCOMPARE(actor.wait(), 0);
        QCOMPARE(actor.channel().lanesTaken.load(), 2u);
        QCOMPARE(actor.records(0).size(), 2);
        QCOMPARE(actor.records(1).size(), 1);
        QCOMPARE(actor.records(1).first().value, static_cast<quint64>(actor.lane(1).pid.load()));
        QCOMPARE(actor.lane(1).hasError.load(), 1u);
        QCOMPARE(actor.lane(0).hasError.load(), 0u);
    }

    void channelThatIsNoneIsRefused()
    {
        const int status = ::system(BYTEYARD_BIN "/byteyard-actor 2>/dev/null"); // NOLINT(cert-env33-c)
        QCOMPARE(WEXITSTATUS(status), 2);
        const int wrong =
            ::system("BYTEYARD_ACTOR_FD=0 " BYTEYARD_BIN "/byteyard-actor </dev/null 2>/dev/null"); // NOLINT
        QCOMPARE(WEXITSTATUS(wrong), 2);
    }
};

QTEST_GUILESS_MAIN(TestActorScript)
#include "tst_actor_script.moc"
