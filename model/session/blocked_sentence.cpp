#include "model/session/blocked_sentence.h"

#include "model/session/blocked_words.h"

#include "model/log/format.h"

#include "ipc/capture/call.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct BlockedSentenceText
{
    Q_DECLARE_TR_FUNCTIONS(BlockedSentence)
};

ipc::Flow flowOf(const PendingCall& call)
{
    const auto known = ipc::callFromName(call.call.toStdString());
    return known ? ipc::callInfo(*known).flow : ipc::Flow::None;
}

QString fillText(const LiveEndpoint& endpoint, ipc::Flow flow)
{
    if (!endpoint.sampled || !endpoint.fill)
        return {};
    const QString of = endpoint.capacity != 0
                           ? BlockedSentenceText::tr("%1 of %2")
                                 .arg(formatCount(*endpoint.fill), formatCount(endpoint.capacity))
                           : spellBytes(*endpoint.fill);
    // A pipe's room is counted in pages: all can be in use before its bytes are as many as it holds.
    const bool isPipe = endpoint.entry.kind == "pipe"_L1 || endpoint.entry.kind == "fifo"_L1;
    if (flow == ipc::Flow::In && (isPipe || endpoint.writeBlocks || endpoint.fill >= endpoint.capacity))
        return BlockedSentenceText::tr(", full (%1)").arg(of);
    if (endpoint.fill == 0)
        return BlockedSentenceText::tr(", empty");
    return BlockedSentenceText::tr(", which holds %1").arg(of);
}

/// "; its reader, pid 123 `wc`, is stopped"
QString othersText(const LiveState& live, const PendingCall& call, ipc::Flow flow)
{
    const bool isOpen = call.call.startsWith("open"_L1);
    const bool wantsReaders = flow == ipc::Flow::In || (isOpen && call.detail.contains("O_WRONLY"_L1));
    if (!isOpen && flow == ipc::Flow::None)
        return {};
    const QList<quint32> others = live.holders(call.endpoint, wantsReaders ? u"read"_s : u"write"_s);
    if (others.isEmpty())
        return wantsReaders ? BlockedSentenceText::tr("; nobody has it open for reading")
                            : BlockedSentenceText::tr("; nobody has it open for writing");
    if (others.size() == 1 && others.first() == call.process)
        return wantsReaders ? BlockedSentenceText::tr("; its only reader is the process itself")
                            : BlockedSentenceText::tr("; its only writer is the process itself");
    const QString one = processText(live, others.first(), call.process);
    if (others.size() == 1)
        return wantsReaders ? BlockedSentenceText::tr("; its reader, %1").arg(one)
                            : BlockedSentenceText::tr("; its writer, %1").arg(one);
    QStringList all;
    for (const quint32 other : others)
        all.append(processText(live, other, call.process));
    return (wantsReaders ? BlockedSentenceText::tr("; its readers: %1")
                         : BlockedSentenceText::tr("; its writers: %1"))
        .arg(all.join(u"; "_s));
}

} // namespace

QString blockedSentence(const LiveState& live, quint32 process, quint64 now)
{
    const PendingCall* call = longestCall(live, process);
    if (call == nullptr)
        return {};
    const QString lasting = formatDuration(call->waited(now));
    const LiveEndpoint* endpoint = live.endpoint(call->endpoint);
    const LiveProcess* owner = live.process(process);
    const QString where =
        endpoint != nullptr
            ? BlockedSentenceText::tr("%1 on %2").arg(callText(*call, endpoint), objectText(endpoint->entry))
            : callText(*call, nullptr);
    if (call->paced && owner != nullptr && owner->paused)
        return BlockedSentenceText::tr("held before %2 for %1; Step or Resume lets it go on.")
            .arg(lasting, where);
    if (call->paced)
        return BlockedSentenceText::tr("held by its pace for %1 in %2.").arg(lasting, where);
    QString sentence = BlockedSentenceText::tr("blocked for %1 in %2").arg(lasting, where);
    if (endpoint != nullptr) {
        const ipc::Flow flow = flowOf(*call);
        const QString special = blockedObjectText(live, *call, *endpoint);
        sentence += special.isEmpty() ? fillText(*endpoint, flow) : special;
        if (special.isEmpty() || flow != ipc::Flow::None)
            sentence += othersText(live, *call, flow);
    }
    return sentence + u'.';
}

} // namespace byteyard::model
