#include "tests/ipc/machine_calls.h"
#include "tests/ipc/recording_sink.h"

using namespace byteyard::ipc;
using namespace byteyard::ipc::test;

/// Calls that are on no endpoint, but make, wake or reach one.
class TracerOthers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void eachIsToldAndChangesTheTable();
};

void TracerOthers::eachIsToldAndChangesTheTable()
{
    constexpr int patience = 20000;
    Bench b;
    const auto id = b.start(b.plan({Bench::peer("others")}));
    QTRY_VERIFY_WITH_TIMEOUT(b.sink.ended(id), patience);
    QCOMPARE(b.sink.end(id)->exitCode, 0);
    const auto only = [&](Call call) {
        const auto list = b.sink.events(call);
        return list.size() == 1 ? list.front() : Event();
    };
    for (const Call call : {Call::Signalfd4, Call::TimerfdCreate, Call::InotifyInit1, Call::PidfdOpen}) {
        QCOMPARE(only(call).call, call);
        QCOMPARE(only(call).fd, static_cast<int>(only(call).result));
        QCOMPARE(only(call).endpoint, 0U);
    }
    QCOMPARE(only(Call::TimerfdSettime).fd, only(Call::TimerfdCreate).fd);
    QCOMPARE(detailValue(only(Call::InotifyAddWatch).detailText, "path"), std::string("/tmp"));

    const auto pipes = b.sink.foundOf("pipe");
    QCOMPARE(pipes.size(), 1U);
    QCOMPARE(only(Call::PidfdGetfd).endpoint, pipes.front());
    QCOMPARE(b.sink.bytesIn(pipes.front()), 7 + 4);
    QCOMPARE(detailValue(only(Call::Ioctl).detailText, "cmd"), std::string("FIONREAD"));
    // The child closed its own; the parent's is the parent's until close_range.
    QCOMPARE(detailValue(only(Call::Unshare).detailText, "flags"), std::string("CLONE_FILES"));
    QCOMPARE(b.sink.events(Call::CloseRange, id).size(), 1U);
    QVERIFY(b.sink.edges(id, pipes.front()).empty());

    const Event ring = only(Call::IoUringSetup);
    QCOMPARE(detailValue(ring.detailText, "unobserved"), std::string("io_uring"));
    if (ring.error == 0)
        QCOMPARE(only(Call::IoUringEnter).fd, ring.fd);

    const auto fifos = b.sink.foundOf("fifo");
    QCOMPARE(fifos.size(), 1U);
    QCOMPARE(b.sink.bytesIn(fifos.front()), 5);
    QCOMPARE(only(callOfRename.call).endpoint, fifos.front());
    QCOMPARE(only(callOfUnlink.call).endpoint, fifos.front());
}

QTEST_GUILESS_MAIN(TracerOthers)
#include "tst_tracer_others.moc"
