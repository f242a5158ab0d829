#include "model/session/rule.h"

#include "model/log/format.h"
#include "model/session/live_state.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>
#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct RuleText
{
    Q_DECLARE_TR_FUNCTIONS(Rule)
};

QString wordOf(std::string_view word)
{
    return QString::fromUtf8(word.data(), static_cast<qsizetype>(word.size()));
}

QString actionWord(Rule::Action action)
{
    switch (action) {
    case Rule::Action::Break:
        return u"break"_s;
    case Rule::Action::Error:
        return u"error"_s;
    case Rule::Action::Delay:
        return u"delay"_s;
    case Rule::Action::Short:
        return u"short"_s;
    case Rule::Action::Signal:
        return u"signal"_s;
    case Rule::Action::Close:
        break;
    }
    return u"close"_s;
}

QString nameOf(const LiveState& live, quint32 number, bool endpoint)
{
    if (endpoint) {
        const LiveEndpoint* found = live.endpoint(number);
        return found != nullptr ? found->entry.name : RuleText::tr("endpoint %1").arg(number);
    }
    const LiveProcess* found = live.process(number);
    return found != nullptr ? found->entry.name : RuleText::tr("process %1").arg(number);
}

/// "write of cat on out, at least 10 bytes, with “abc”"
QString conditionText(const LiveState& live, const Rule& rule)
{
    QString text = rule.calls.isEmpty() ? RuleText::tr("IPC call") : rule.calls.join(u" / "_s);
    if (rule.fd >= 0)
        text += u'(' + QString::number(rule.fd) + u')';
    if (rule.process != 0)
        text = RuleText::tr("%1 of %2").arg(text, nameOf(live, rule.process, false));
    if (rule.endpoint != 0)
        text = RuleText::tr("%1 on %2").arg(text, nameOf(live, rule.endpoint, true));
    if (rule.atLeast != 0)
        text += RuleText::tr(", at least %n byte(s)", nullptr, static_cast<int>(rule.atLeast));
    if (!rule.data.isEmpty())
        text += RuleText::tr(", with “%1”").arg(QString::fromUtf8(rule.data));
    if (rule.error == 0)
        text += RuleText::tr(", that fails");
    else if (rule.error > 0)
        text += RuleText::tr(", that fails with %1").arg(errorText(rule.error));
    return text;
}

QString whichText(const LiveState& live, const Rule& rule)
{
    const QString condition = conditionText(live, rule);
    if (rule.once)
        return rule.every > 1 ? RuleText::tr("the %1. %2").arg(rule.every).arg(condition)
                              : RuleText::tr("the next %1").arg(condition);
    return rule.every > 1 ? RuleText::tr("every %1. %2").arg(rule.every).arg(condition)
                          : RuleText::tr("every %1").arg(condition);
}

} // namespace

QStringList callsForRules()
{
    QStringList names;
    for (auto each = ipc::Call::Fork; each < ipc::Call::Other;
         each = static_cast<ipc::Call>(static_cast<unsigned>(each) + 1))
        if (each != ipc::Call::Load && each != ipc::Call::Store && each != ipc::Call::AtomicAdd &&
            each != ipc::Call::ProcessVmWritev)
            names.append(wordOf(ipc::callInfo(each).name));
    names.sort();
    return names;
}

QString errorText(int error)
{
    return wordOf(ipc::errnoName(error));
}

QString signalText(int signal)
{
    return wordOf(ipc::signalName(signal));
}

QJsonObject toMessage(const Rule& rule)
{
    QJsonObject message{{u"rule"_s, qint64{rule.number}},
                        {u"process"_s, qint64{rule.process}},
                        {u"endpoint"_s, qint64{rule.endpoint}},
                        {u"calls"_s, QJsonArray::fromStringList(rule.calls)},
                        {u"fd"_s, rule.fd},
                        {u"atLeast"_s, static_cast<qint64>(rule.atLeast)},
                        {u"data"_s, QString::fromLatin1(rule.data.toBase64())},
                        {u"after"_s, rule.after},
                        {u"every"_s, rule.every},
                        {u"once"_s, rule.once},
                        {u"action"_s, actionWord(rule.action)}};
    if (rule.error >= 0)
        message[u"error"_s] = rule.error;
    if (rule.action != Rule::Action::Break)
        message[u"value"_s] = rule.value;
    return message;
}

QString ruleSentence(const LiveState& live, const Rule& rule)
{
    const QString which = whichText(live, rule);
    const int number = static_cast<int>(rule.value);
    switch (rule.action) {
    case Rule::Action::Break:
        return rule.after || rule.error >= 0 ? RuleText::tr("Break after %1").arg(which)
                                             : RuleText::tr("Break at %1").arg(which);
    case Rule::Action::Error:
        return RuleText::tr("%2 for %1").arg(which, errorText(number));
    case Rule::Action::Delay:
        return RuleText::tr("%2 ms of delay for %1")
            .arg(which, formatCount(static_cast<quint64>(rule.value)));
    case Rule::Action::Short:
        return RuleText::tr("At most %2 for %1").arg(which, spellBytes(static_cast<quint64>(rule.value)));
    case Rule::Action::Signal:
        return RuleText::tr("%2 at %1").arg(which, signalText(number));
    case Rule::Action::Close:
        break;
    }
    return RuleText::tr("Descriptor %2 closed before %1").arg(which).arg(number);
}

QString hitSentence(const LiveState& live, const RuleHit& hit)
{
    QString call = hit.fd >= 0 ? u"%1(%2)"_s.arg(hit.call).arg(hit.fd) : hit.call;
    if (hit.endpoint != 0)
        call = RuleText::tr("%1 on %2").arg(call, nameOf(live, hit.endpoint, true));
    QStringList more;
    if (hit.requested != 0)
        more.append(spellBytes(hit.requested));
    if (hit.after)
        more.append(hit.error.isEmpty() ? RuleText::tr("returned %1").arg(hit.result)
                                        : RuleText::tr("failed with %1").arg(hit.error));
    if (!hit.detail.isEmpty())
        more.append(hit.detail);
    const QString process = nameOf(live, hit.process, false);
    const QString said = more.isEmpty() ? QString() : u": "_s + more.join(u", "_s);
    return (hit.after ? RuleText::tr("%1 (pid %2) is held after %3%4")
                      : RuleText::tr("%1 (pid %2) is held before %3%4"))
        .arg(process)
        .arg(hit.pid)
        .arg(call, said);
}

} // namespace byteyard::model
