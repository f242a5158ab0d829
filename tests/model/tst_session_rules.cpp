#include "model/session/session.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

#include <cerrno>

using namespace Qt::StringLiterals;
using namespace byteyard::model;
using State = Session::State;

/// Breaks and injections through the session, with the real engine and real programs.
class SessionRules : public QObject
{
    Q_OBJECT

private:
    static constexpr int patience = 20000;

    /// One that writes line after line, slowly enough to be met, and one that reads.
    static Topology pair()
    {
        Topology topology;
        Node from;
        from.id = u"from"_s;
        from.kind = Kind::Command;
        from.name = u"from"_s;
        from.properties = {
            {u"argv"_s, QJsonArray{u"sh"_s, u"-c"_s, u"while echo line; do sleep 0.01; done; exit 5"_s}}};
        Node pipe;
        pipe.id = pipe.name = u"pipe"_s;
        pipe.kind = Kind::Pipe;
        Node to;
        to.id = to.name = u"to"_s;
        to.kind = Kind::Command;
        to.properties = {{u"argv"_s, QJsonArray{u"cat"_s}}};
        topology.nodes = {from, pipe, to};
        topology.edges = {{u"e1"_s, u"from"_s, u"1"_s, u"pipe"_s, u"write"_s, {}},
                          {u"e2"_s, u"to"_s, u"0"_s, u"pipe"_s, u"read"_s, {}}};
        return topology;
    }
    static void start(Session& session)
    {
        session.setEngineCommand({QStringLiteral(BYTEYARD_BIN "/byteyard-engine")});
        session.run(pair());
        QTRY_VERIFY_WITH_TIMEOUT(session.endpointOfNode(u"pipe"_s) != nullptr &&
                                     session.endpointOfNode(u"pipe"_s)->entry.state == u"live"_s &&
                                     session.processOfNode(u"to"_s) != nullptr &&
                                     session.processOfNode(u"from"_s) != nullptr &&
                                     session.processOfNode(u"from"_s)->entry.state == u"running"_s,
                                 patience);
    }
    static Rule writes(const Session& session)
    {
        Rule rule;
        rule.process = session.processOfNode(u"from"_s)->entry.number;
        rule.endpoint = session.endpointOfNode(u"pipe"_s)->entry.number;
        rule.calls = {u"write"_s};
        return rule;
    }

private Q_SLOTS:
    void aBreakHoldsUntilItIsLetGo()
    {
        Session session;
        start(session);
        QSignalSpy held(&session, &Session::held);
        const quint32 number = session.setRule(writes(session));
        QTRY_COMPARE_WITH_TIMEOUT(held.size(), 1, patience);
        const auto hit = held.first().first().value<RuleHit>();
        QCOMPARE(hit.rule, number);
        QCOMPARE(hit.call, u"write"_s);
        QCOMPARE(hit.requested, 5U);
        QCOMPARE(held.first().last().toString(),
                 u"from (pid %1) is held before write(1) on pipe: 5 bytes"_s.arg(hit.pid));
        QVERIFY(session.processOfNode(u"from"_s)->paused);
        QCOMPARE(session.state(), State::Running); // the others go on
        QTRY_VERIFY_WITH_TIMEOUT(
            session.blockedSentence(hit.process).startsWith(u"held before write(1) on pipe"_s), patience);
        QTRY_COMPARE_WITH_TIMEOUT(session.rules().first().hits, 1U, patience);
        QCOMPARE(session.ruleText(session.rules().first()), u"Break at every write of from on pipe"_s);
        session.stepProcess(hit.process);
        session.removeRule(number);
        QVERIFY(session.rules().isEmpty());
        session.pauseProcess(hit.process, false);
        QTRY_VERIFY_WITH_TIMEOUT(!session.processOfNode(u"from"_s)->paused, patience);
        session.stop();
        QTRY_COMPARE_WITH_TIMEOUT(session.state(), State::Ended, patience);
    }

    void anInjectedErrorEndsTheProgram()
    {
        Session session;
        start(session);
        Rule rule = writes(session);
        rule.action = Rule::Action::Error;
        rule.value = EIO;
        rule.once = true;
        session.setRule(rule);
        QCOMPARE(session.ruleText(rule), u"EIO for the next write of from on pipe"_s);
        QTRY_COMPARE_WITH_TIMEOUT(session.state(), State::Ended, patience);
        QCOMPARE(session.processOfNode(u"from"_s)->entry.exitCode, std::optional(5));
        QVERIFY(session.rules().isEmpty());
        QVERIFY(session.output(session.processOfNode(u"from"_s)->entry.number).contains("I/O error"));
    }
};

QTEST_GUILESS_MAIN(SessionRules)
#include "tst_session_rules.moc"
