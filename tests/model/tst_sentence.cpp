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
