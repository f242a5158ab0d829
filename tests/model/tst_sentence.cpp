#include "model/session/rate_meter.h"
#include "model/session/sentence.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace byteyard::model;
using namespace Qt::StringLiterals;

class TestSentence : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyErrorCodeOfTheProtocolHasItsOwnWords();
    void anErrnoIsPlainWordsAndItsName();
    void theLimitThatWasHitIsNamed_data();
    void theLimitThatWasHitIsNamed();
    void anUnknownCodeIsStillASentence();
    void aRateIsWhatMovedInTheLastSecond();
};

void TestSentence::everyErrorCodeOfTheProtocolHasItsOwnWords()
{
    QFile file(QStringLiteral(BYTEYARD_SOURCE "/docs/protocol.md"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(file.readAll());
    const QString list =
        text.mid(text.indexOf(u"Error codes and their parameters"_s)).section(u"\n\n"_s, 0, 0);
    QRegularExpressionMatchIterator codes =
        QRegularExpression(u"`([a-z-]+)` \\{([^}]*)\\}"_s).globalMatch(list);
    QSet<QString> seen;
    int count = 0;
    for (; codes.hasNext(); ++count) {
        const QRegularExpressionMatch code = codes.next();
        protocol::ErrorInfo error{code.captured(1), {}};
        const QStringList parameters = code.captured(2).split(u", "_s);
        for (const QString& parameter : parameters)
            error.parameters.insert(parameter,
                                    parameter == "errno"_L1 ? u"ENOSPC"_s : u"<%1>"_s.arg(parameter));
        const Sentence sentence = sentenceFor(error, u"the-node"_s);
        QVERIFY2(!sentence.what.contains(u"reports"_s), qPrintable(error.code));
        QVERIFY2(sentence.what.endsWith(u'.') && sentence.remedy.endsWith(u'.'), qPrintable(error.code));
        // Nothing that the engine told is kept back.
        for (const QString& value : std::as_const(error.parameters))
            QVERIFY2(sentence.what.contains(value), qPrintable(error.code + u": "_s + sentence.what));
        QVERIFY(!sentence.what.contains(u"%"_s));
        seen.insert(sentence.what);
    }
    QVERIFY(count >= 20);
    QCOMPARE(seen.size(), count);
}

void TestSentence::anErrnoIsPlainWordsAndItsName()
{
    QCOMPARE(errnoText(u"ENOENT"_s), u"no such file or directory (ENOENT)"_s);
    QCOMPARE(errnoText(u"EWHATEVER"_s), u"EWHATEVER"_s);
}

void TestSentence::theLimitThatWasHitIsNamed_data()
{
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("limit");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("remedy");
    QTest::newRow("queues") << u"create"_s << u"ENOSPC"_s << u"msgmni"_s << u"32000"_s << u"ipcs"_s;
    QTest::newRow("messages") << u"create"_s << u"EINVAL"_s << u"mqueue/msg_max"_s << u"10"_s << u"sysctl"_s;
    QTest::newRow("raw") << u"create"_s << u"EPERM"_s << u"CAP_NET_RAW"_s << QString() << u"setcap"_s;
    QTest::newRow("port") << u"create"_s << u"EACCES"_s << u"ip_unprivileged_port_start"_s << u"1024"_s
                          << u"from 1024 on"_s;
    QTest::newRow("bytes") << u"set-limit"_s << u"EPERM"_s << u"msgmnb"_s << u"16384"_s << u"sysctl"_s;
}

void TestSentence::theLimitThatWasHitIsNamed()
{
    QFETCH(QString, code);
    QFETCH(QString, error);
    QFETCH(QString, limit);
    QFETCH(QString, value);
    QFETCH(QString, remedy);
    const Sentence sentence = sentenceFor({code,
                                           {{u"object"_s, u"thing"_s},
                                            {u"call"_s, u"some(2)"_s},
                                            {u"errno"_s, error},
                                            {u"limit"_s, limit},
                                            {u"limitValue"_s, value}}},
                                          u"node"_s);
    QVERIFY2(sentence.what.contains(limit) && sentence.what.contains(value), qPrintable(sentence.what));
    QVERIFY2(sentence.remedy.contains(remedy), qPrintable(sentence.remedy));
}

void TestSentence::anUnknownCodeIsStillASentence()
{
    const Sentence sentence = sentenceFor({u"new-thing"_s, {{u"a"_s, u"b"_s}}}, {});
    QVERIFY(sentence.what.contains(u"new-thing"_s) && sentence.what.contains(u"a: b"_s));
}

void TestSentence::aRateIsWhatMovedInTheLastSecond()
{
    constexpr quint64 ms = 1'000'000;
    RateMeter meter;
    QCOMPARE(meter.perSecond(), 0.0);
    meter.add(5 * ms, 1000);
    QCOMPARE(meter.perSecond(), 1000.0);
    quint64 total = 0;
    RateMeter steady;
    for (quint64 t = 0; t <= 3000; t += 16, total += 160)
        steady.add(t * ms, total); // 10 000 a second
    QVERIFY2(std::abs(steady.perSecond() - 10000) < 600, qPrintable(QString::number(steady.perSecond())));
    for (quint64 t = 3016; t <= 4300; t += 100)
        steady.add(t * ms, total);
    QCOMPARE(steady.perSecond(), 0.0);
}

QTEST_GUILESS_MAIN(TestSentence)
#include "tst_sentence.moc"
