#include "model/session/sentence_endpoint.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct EndpointSentenceText
{
    Q_DECLARE_TR_FUNCTIONS(EndpointSentence)
};
using Words = EndpointSentenceText;

/// " The limit msgmni of this machine is 32000."
QString limitReached(const QHash<QString, QString>& p)
{
    const QString limit = p.value(u"limit"_s);
    if (limit.isEmpty())
        return {};
    if (limit.startsWith("CAP_"_L1))
        return u' ' + Words::tr("It needs the right %1.").arg(limit);
    const QString value = p.value(u"limitValue"_s);
    return u' ' + (value.isEmpty() ? Words::tr("The limit %1 is reached.").arg(limit)
                                   : Words::tr("This machine's limit %1 is %2.").arg(limit, value));
}

QString remedyForLimit(const QHash<QString, QString>& p)
{
    const QString limit = p.value(u"limit"_s);
    if (limit == "CAP_NET_RAW"_L1)
        return Words::tr("Give byteyard-engine the right (setcap cap_net_raw+ep), or run it as root.");
    if (limit == "ip_unprivileged_port_start"_L1)
        return Words::tr("Choose a port from %1 on, or 0 for one that is free.")
            .arg(p.value(u"limitValue"_s));
    if (limit == "RLIMIT_MSGQUEUE"_L1)
        return Words::tr("Take fewer or smaller messages, or raise the limit (ulimit -q).");
    if (limit == "msgmni"_L1 || limit == "shmmni"_L1 || limit == "mqueue/queues_max"_L1)
        return Words::tr("Remove what nobody needs any more (ipcs shows it), or raise the limit (sysctl).");
    return Words::tr("Stay within it, or raise the limit (sysctl).");
}

QString remedyOf(const QHash<QString, QString>& p)
{
    return p.value(u"limit"_s).isEmpty() ? remedyForErrno(p.value(u"errno"_s)) : remedyForLimit(p);
}

} // namespace

std::optional<Sentence> endpointSentence(const protocol::ErrorInfo& error, const QString& subject)
{
    const QHash<QString, QString>& p = error.parameters;
    const QString why = errnoText(p.value(u"errno"_s));
    const QString object = p.value(u"object"_s).isEmpty() ? subject : p.value(u"object"_s);
    QString what;
    if (error.code == "create"_L1)
        what = Words::tr("%1 could not be created: %2: %3.").arg(object, p.value(u"call"_s), why);
    else if (error.code == "connect"_L1)
        what = Words::tr("%1 could not connect to %2: %3.").arg(subject, p.value(u"address"_s), why);
    else if (error.code == "set-limit"_L1)
        what = Words::tr("%1 of %2 could not be set to %3: %4.")
                   .arg(p.value(u"name"_s), object, p.value(u"requested"_s), why);
    else if (error.code == "set-value"_L1)
        what = Words::tr("The value of %1 could not be set to %2: %3.")
                   .arg(object, p.value(u"requested"_s), why);
    else if (error.code == "remove"_L1)
        what = Words::tr("%1 could not be removed: %2.").arg(object, why);
    else
        return std::nullopt;
    return Sentence{what + limitReached(p), remedyOf(p)};
}

QString remedyForErrno(const QString& name)
{
    if (name == "EACCES"_L1 || name == "EPERM"_L1)
        return Words::tr("Check the permissions, and who owns it.");
    if (name == "ENOENT"_L1)
        return Words::tr("Check the path, or create it first.");
    if (name == "EEXIST"_L1)
        return Words::tr("Choose another name, or remove what is there.");
    if (name == "EMFILE"_L1 || name == "ENFILE"_L1)
        return Words::tr("Close what is not needed, or raise the limit of open files (ulimit -n).");
    if (name == "EAGAIN"_L1 || name == "ENOMEM"_L1)
        return Words::tr("End other programs, or raise the limit (ulimit -u, memory).");
    if (name == "ENOSPC"_L1 || name == "EDQUOT"_L1)
        return Words::tr("Free some space, or choose another place.");
    if (name == "EROFS"_L1)
        return Words::tr("Choose a place on a file system that can be written.");
    if (name == "EADDRINUSE"_L1)
        return Words::tr(
            "Choose another address (port 0: one that is free), or end who has it: ss -a shows it.");
    if (name == "EADDRNOTAVAIL"_L1)
        return Words::tr("Choose an address of this machine, such as 127.0.0.1.");
    if (name == "EAFNOSUPPORT"_L1)
        return Words::tr("Choose an address of another family, such as 127.0.0.1.");
    if (name == "ECONNREFUSED"_L1)
        return Words::tr("Start who listens there first; a process can wait until another listens.");
    if (name == "ENAMETOOLONG"_L1)
        return Words::tr("Choose a shorter name.");
    if (name == "EMSGSIZE"_L1)
        return Words::tr("Send less at once, or make a queue for longer messages.");
    if (name == "ENOSYS"_L1)
        return Words::tr("Choose another kind of endpoint: this kernel was built without it.");
    return Words::tr("Change its properties and run again.");
}

} // namespace byteyard::model
