#include "engine_client.h"

#include "ipc/capture/event.h"

#include <QTest>

#include <cerrno>

using byteyard::ipc::Call;
using byteyard::ipc::How;
using byteyard::tests::EngineClient;
using namespace Qt::StringLiterals;

namespace {

/// `printf` started by hand writes into a pipe that `cat` reads.
struct Pair : EngineClient
{
    Pair()
    {
        if (!greet())
            qFatal("no engine");
        begin({command(u"from"_s, {u"sh"_s, u"-c"_s, u"echo one; echo two; echo three"_s},
                       {{"start", QJsonObject{{"when", "by-hand"}}}}),
               command(u"to"_s, {u"cat"_s}), endpoint(u"pipe"_s, u"pipe"_s)},
              {edge(u"from"_s, 1, u"pipe"_s, u"write"_s), edge(u"to"_s, 0, u"pipe"_s, u"read"_s)});
        if (!until(
                [this] { return numberOf(u"from"_s) != 0 && process(u"to"_s)[u"state"_s] == u"running"_s; }))
            qFatal("nothing runs");
    }
    qint64 numberOf(const QString& node) const { return process(node)[u"process"_s].toInt(); }
    qint64 pipe() const { return endpointOf(u"pipe"_s)[u"endpoint"_s].toInt(); }
    QJsonObject rule(const QString& action, const QJsonObject& more = {}) const
    {
        QJsonObject message{{"type", "set-rule"}, {"rule", 3},        {"process", numberOf(u"from"_s)},
                            {"endpoint", pipe()}, {"action", action}, {"calls", QJsonArray{"write"}}};
        for (auto at = more.begin(); at != more.end(); ++at)
            message[at.key()] = at.value();
        return message;
    }
    std::vector<OwnedEvent> writes() const
    {
        std::vector<OwnedEvent> list;
        for (const OwnedEvent& each : events)
            if (each.call == Call::Write && each.endpoint == pipe())
                list.push_back(each);
        return list;
    }
    qsizetype count(const QString& type) const
    {
        return std::count_if(messages.begin(), messages.end(),
                             [&](const QJsonObject& each) { return each[u"type"_s] == type; });
    }
};

} // namespace

class TestEngineRules : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aBreakIsToldAndLetGo()
    {
        Pair engine;
        engine.send(engine.rule(u"break"_s));
        engine.send({{"type", "start"}, {"node", "from"}});
        QVERIFY(engine.until([&] { return engine.count(u"rule-hit"_s) == 1 && engine.has(u"paused"_s); }));
        const QJsonObject hit = engine.last(u"rule-hit"_s);
        QCOMPARE(hit[u"call"_s].toString(), u"write"_s);
        QCOMPARE(hit[u"when"_s].toString(), u"before"_s);
        QCOMPARE(hit[u"fd"_s].toInt(), 1);
        QCOMPARE(hit[u"requested"_s].toInt(), 4);
        QCOMPARE(hit[u"endpoint"_s].toInt(), engine.pipe());
        QCOMPARE(engine.last(u"paused"_s)[u"node"_s].toString(), u"from"_s);
        QVERIFY(engine.writes().empty());
        // The next call on an endpoint is the next write: the rule holds it, and so would the step.
        engine.send({{"type", "step"}, {"node", "from"}});
        QVERIFY(engine.until([&] { return engine.count(u"rule-hit"_s) == 2; }));
        QCOMPARE(engine.writes().size(), 1U);
        engine.send({{"type", "remove-rule"}, {"rule", 3}});
        engine.send({{"type", "resume"}, {"process", engine.numberOf(u"from"_s)}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.writes().size(), 3U);
        QCOMPARE(engine.outputOf(u"to"_s), QByteArray("one\ntwo\nthree\n"));
        QCOMPARE(engine.last(u"rule"_s)[u"hits"_s].toInt(), 2);
        QCOMPARE(engine.errors(), QStringList());
    }

    void aStepHoldsWithoutARule()
    {
        Pair engine;
        engine.send({{"type", "pause"}, {"node", "from"}});
        engine.send({{"type", "start"}, {"node", "from"}});
        const auto held = [&] {
            QList<QString> calls;
            for (const QJsonObject& each : engine.messages)
                if (each[u"type"_s] == u"blocked"_s && each[u"paced"_s].toBool() &&
                    each[u"process"_s].toInt() == engine.numberOf(u"from"_s))
                    calls.append(each[u"call"_s].toString());
            return calls;
        };
        for (int i = 0; i < 20 && engine.writes().empty(); ++i) {
            const qsizetype before = held().size();
            engine.send({{"type", "step"}, {"node", "from"}});
            QVERIFY(engine.until([&] { return held().size() > before; }));
        }
        QCOMPARE(engine.writes().size(), 1U); // one step, one write
        QCOMPARE(held().last(), u"write"_s);
        engine.send({{"type", "resume"}, {"node", "from"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"to"_s), QByteArray("one\ntwo\nthree\n"));
    }

    void anErrorOnEverySecondWriteIsInjected()
    {
        Pair engine;
        engine.send(engine.rule(u"error"_s, {{"value", ENOSPC}, {"every", 2}}));
        engine.send({{"type", "start"}, {"node", "from"}});
        QVERIFY(engine.untilRunEnds());
        QCOMPARE(engine.outputOf(u"to"_s), QByteArray("one\nthree\n"));
        const auto writes = engine.writes();
        QCOMPARE(writes.size(), 3U);
        QCOMPARE(writes[1].error, ENOSPC);
        QCOMPARE(writes[1].how, How::Injected);
        QCOMPARE(writes[0].how, How::Exact);
        QCOMPARE(engine.last(u"rule"_s)[u"hits"_s].toInt(), 1);
        QCOMPARE(engine.last(u"rule"_s)[u"gone"_s].toBool(true), false);
        QCOMPARE(engine.outputOf(u"from"_s), QByteArray("sh: 1: echo: echo: I/O error\n"));
    }

    void aRuleThatIsWrongIsRefused_data()
    {
        QTest::addColumn<QJsonObject>("more");
        QTest::newRow("action") << QJsonObject{{"action", "explode"}};
        QTest::newRow("call") << QJsonObject{{"calls", QJsonArray{"make-coffee"}}};
        QTest::newRow("errno") << QJsonObject{{"action", "error"}, {"value", 5000}};
        QTest::newRow("no value") << QJsonObject{{"action", "delay"}};
        QTest::newRow("every 0") << QJsonObject{{"every", 0}};
        QTest::newRow("data") << QJsonObject{{"data", "!"}};
    }
    void aRuleThatIsWrongIsRefused()
    {
        QFETCH(QJsonObject, more);
        Pair engine;
        engine.send(engine.rule(u"break"_s, more));
        QVERIFY(engine.untilEnd());
        QCOMPARE(engine.errors(), QStringList{u"bad-message"_s});
    }
};

QTEST_GUILESS_MAIN(TestEngineRules)
#include "tst_engine_rules.moc"
