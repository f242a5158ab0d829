#include "model/session/descriptor_model.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

namespace {

Node shell(const QString& id, const QString& script)
{
    return {id, Kind::Command, id, {}, {{u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, script}}}};
}

} // namespace

/// What the panel of descriptors shows, beside what the kernel says of the same processes.
class TestDescriptorModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_RUNTIME_DIR", QFile::encodeName(m_directory.path())); }
    void whoSharesADescriptionIsWhatTheKernelSays();
    void rowsComeAndGoWithoutAReset();

private:
    QTemporaryDir m_directory{QDir::tempPath() + u"/byteyard-test-XXXXXX"_s};
};

void TestDescriptorModel::whoSharesADescriptionIsWhatTheKernelSays()
{
    // Two writers got the same end of the pipe, and one of them has it twice; at the file each has a
    // description of its own, and a shell's child shares all of the shell's.
    Topology topology;
    topology.nodes = {shell(u"one"_s, u"exec 7>&1; exec sleep 100"_s),
                      shell(u"two"_s, u"sleep 100; true"_s),
                      shell(u"reader"_s, u"exec sleep 100"_s),
                      {u"pipe"_s, Kind::Pipe, u"pipe"_s, {}, {}},
                      {u"file"_s, Kind::File, u"file"_s, {}, {}}};
    const QJsonObject append{{u"flags"_s, QJsonArray{u"O_CREAT"_s, u"O_APPEND"_s}}};
    topology.edges = {{u"e1"_s, u"one"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                      {u"e2"_s, u"two"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                      {u"e3"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}},
                      {u"e4"_s, u"one"_s, u"5"_s, u"file"_s, u"write"_s, append},
                      {u"e5"_s, u"two"_s, u"5"_s, u"file"_s, u"write"_s, append}};
    Session session;
    session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
    session.run(topology);
    DescriptorModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const auto rows = [&] {
        model.refresh(session);
        return model.rowCount();
    };
    // one: 1 5 7, two: 1 5, its sleep: 1 5, reader: 0.
    QTRY_COMPARE_WITH_TIMEOUT(rows(), 8, 20000);
    struct Place
    {
        qint64 pid;
        int fd;
        uint description;
    };
    QList<Place> places;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex index = model.index(row, 0);
        const LiveProcess* process = session.process(index.data(DescriptorModel::ProcessRole).toUInt());
        QVERIFY(process);
        places.append({process->entry.pid,
                       index.siblingAtColumn(static_cast<int>(DescriptorModel::Column::Fd)).data().toInt(),
                       index.data(DescriptorModel::DescriptionRole).toUInt()});
        QVERIFY(places.constLast().description != 0);
    }
    for (const Place& a : std::as_const(places)) {
        int shared = 0;
        for (const Place& b : std::as_const(places)) {
            const bool same = ::syscall(SYS_kcmp, a.pid, b.pid, KCMP_FILE, a.fd, b.fd) == 0;
            QVERIFY2((a.description == b.description) == same,
                     qPrintable(u"%1:%2 and %3:%4"_s.arg(a.pid).arg(a.fd).arg(b.pid).arg(b.fd)));
            shared += same;
        }
        const QModelIndex index = model.index(static_cast<int>(&a - places.constData()), 0);
        QCOMPARE(index.data(DescriptorModel::SharedRole).toInt(), shared);
    }
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    QCOMPARE(rows(), 0);
}

void TestDescriptorModel::rowsComeAndGoWithoutAReset()
{
    Topology topology;
    topology.nodes = {
        shell(u"many"_s,
              u"exec 3>&1 4>&1; sleep 0.1; exec 3>&-; sleep 0.1; exec 6>&1 4>&-; exec sleep 100"_s),
        shell(u"reader"_s, u"exec sleep 100"_s),
        {u"pipe"_s, Kind::Pipe, u"pipe"_s, {}, {}}};
    topology.edges = {{u"e1"_s, u"many"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                      {u"e2"_s, u"reader"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
    Session session;
    session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
    DescriptorModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    connect(&session, &Session::structureChanged, &model, [&] { model.refresh(session); });
    session.run(topology);
    const auto fds = [&] {
        QStringList list;
        for (int row = 0; row < model.rowCount(); ++row) {
            const QModelIndex index = model.index(row, 0);
            if (index.data(DescriptorModel::ProcessNodeRole).toString() == u"many"_s)
                list.append(
                    index.siblingAtColumn(static_cast<int>(DescriptorModel::Column::Fd)).data().toString());
        }
        return list.join(u' ');
    };
    QTRY_COMPARE_WITH_TIMEOUT(fds(), u"1 6"_s, 20000);
    QCOMPARE(resets.size(), 0);
    const QString text =
        model.index(0, static_cast<int>(DescriptorModel::Column::Description)).data().toString();
    QVERIFY2(text.contains(u"shared by 2 "_s), qPrintable(text));
    session.stop();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), Session::State::Ended, 20000);
    QCOMPARE(model.rowCount(), 0);
}

QTEST_GUILESS_MAIN(TestDescriptorModel)
#include "tst_descriptor_model.moc"
