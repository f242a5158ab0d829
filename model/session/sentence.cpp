#include "model/session/sentence.h"

#include "model/session/sentence_endpoint.h"

#include <QCoreApplication>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

struct SentenceText
{
    Q_DECLARE_TR_FUNCTIONS(Sentence)
};

using Parameters = QHash<QString, QString>;

QString code(const QString& text)
{
    return u'`' + text + u'`';
}

Sentence noCommand(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The command %1 was not found in PATH.").arg(code(p[u"command"_s])),
            SentenceText::tr("Check how it is written, install the program, or give its whole path.")};
}

Sentence notExecutable(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The command %1 cannot be executed: %2.")
                .arg(code(p[u"command"_s]), errnoText(p[u"errno"_s])),
            SentenceText::tr("Make it executable (chmod +x), or choose a program.")};
}

Sentence exec(const Parameters& p, const QString&)
{
    const QString name = p[u"errno"_s];
    const QString remedy =
        name == "ENOEXEC"_L1
            ? SentenceText::tr("Give it a first line like #!/bin/sh, or run it through its interpreter.")
        : name == "ENOENT"_L1
            ? SentenceText::tr("Check the path, and that the interpreter it names is installed.")
        : name == "E2BIG"_L1 ? SentenceText::tr("Shorten its arguments or its environment.")
                             : remedyForErrno(name);
    return {SentenceText::tr("The command %1 could not be started: execve: %2.")
                .arg(code(p[u"command"_s]), errnoText(name)),
            remedy};
}

Sentence directory(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("%1 cannot run in the directory %2: %3.")
                .arg(subject, p[u"path"_s], errnoText(p[u"errno"_s])),
            SentenceText::tr("Create the directory, or choose another one in the process's properties.")};
}

Sentence open(const Parameters& p, const QString& subject)
{
    const QString name = p[u"errno"_s];
    return {
        SentenceText::tr("%1 could not open %2: %3.").arg(subject, p[u"path"_s], errnoText(name)),
        name == "ENXIO"_L1
            ? SentenceText::tr("Nobody reads this FIFO yet: start a reader first, or leave O_NONBLOCK out.")
            : remedyForErrno(name)};
}

Sentence capacity(const Parameters& p, const QString& subject)
{
    const QString name = p[u"errno"_s];
    const QString remedy = name == "EBUSY"_L1
                               ? SentenceText::tr("Let the pipe empty first: it holds more than that.")
                           : name == "EPERM"_L1 ? SentenceText::tr("Stay below /proc/sys/fs/pipe-max-size.")
                                                : SentenceText::tr("Choose another capacity.");
    return {SentenceText::tr("The capacity of %1 could not be set to %2 bytes: %3.")
                .arg(subject, p[u"requested"_s], errnoText(name)),
            remedy};
}

Sentence capture(const Parameters& p, const QString&)
{
    return {SentenceText::tr("Capture by %1 is not possible here: %2.").arg(p[u"mode"_s], p[u"why"_s]),
            SentenceText::tr("Choose capture auto, or give the engine the rights it needs.")};
}

Sentence captureSwitch(const Parameters& p, const QString&)
{
    return {SentenceText::tr("A run that is captured by %1 cannot be switched between exact and sampled.")
                .arg(p[u"mode"_s]),
            SentenceText::tr("Run it with capture auto, ebpf or sampled.")};
}

Sentence standard(const Parameters&, const QString&)
{
    return {
        SentenceText::tr(
            "The engine was started by another command, which did not hand this terminal on: no program "
            "can have it."),
        SentenceText::tr("Put the program into a topology and run that, or leave BYTEYARD_ENGINE unset.")};
}

Sentence fork(const Parameters& p, const QString& subject)
{
    return {
        SentenceText::tr("No process could be made for %1: fork: %2.").arg(subject, errnoText(p[u"errno"_s])),
        remedyForErrno(p[u"errno"_s])};
}

Sentence sessionDirectory(const Parameters& p, const QString&)
{
    return {
        SentenceText::tr("The session's directory %1 could not be made: %2.")
            .arg(p[u"path"_s], errnoText(p[u"errno"_s])),
        SentenceText::tr("Check that the runtime directory (XDG_RUNTIME_DIR, else /tmp) can be written.")};
}

Sentence placeholder(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("%1 names %2, which nothing stands for.").arg(subject, code(p[u"text"_s])),
            SentenceText::tr("Use {name.path}, {name.fd} or {name.id} of a node, or write {{ for a brace.")};
}

Sentence endpointFailed(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("%1 was not started, because %2 failed.").arg(subject, code(p[u"endpoint"_s])),
            SentenceText::tr("Put %1 right first.").arg(code(p[u"endpoint"_s]))};
}

Sentence waitsFor(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("%1 was not started, because it waits for %2, which never got there.")
                .arg(subject, code(p[u"node"_s])),
            SentenceText::tr("Put %1 right first, or change when this one starts.").arg(code(p[u"node"_s]))};
}

Sentence removed(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("%1 (%2) was removed by another program while it was in use.")
                .arg(subject, p[u"object"_s]),
            SentenceText::tr("Run again: a new one is made.")};
}

Sentence write(const Parameters& p, const QString&)
{
    return {SentenceText::tr("Writing into %1 failed: %2.").arg(p[u"object"_s], errnoText(p[u"errno"_s])),
            p[u"errno"_s] == "EAGAIN"_L1
                ? SentenceText::tr("It is full: wait until somebody has read from it.")
            : p[u"errno"_s] == "ENXIO"_L1
                ? SentenceText::tr("It is written through a process that has it open or attached: start one.")
                : remedyForErrno(p[u"errno"_s])};
}

Sentence privileges(const Parameters& p, const QString&)
{
    const QString what = p[u"what"_s] == "file capabilities"_L1
                             ? SentenceText::tr("the capabilities of its file")
                             : SentenceText::tr("the rights that its file gives (%1)").arg(p[u"what"_s]);
    return {SentenceText::tr("%1 runs without %2: a traced program gains no rights, so it may fail.")
                .arg(code(p[u"program"_s]), what),
            SentenceText::tr("Run Byteyard's engine as root, or this program outside of it.")};
}

Sentence notSeen(const Parameters& p, const QString&)
{
    return {SentenceText::tr("What process %1 has open may not be looked at: it belongs to %2.")
                .arg(p[u"pid"_s], code(p[u"user"_s])),
            SentenceText::tr("Start Byteyard as that user, or as root.")};
}

Sentence mapLeft(const Parameters& p, const QString&)
{
    return {SentenceText::tr("This machine has more than can be shown: %1 descriptors and mappings are not "
                             "in the map.")
                .arg(p[u"count"_s]),
            SentenceText::tr("Choose the processes that matter.")};
}

Sentence noSocketDiag(const Parameters& p, const QString&)
{
    const QString module = p[u"module"_s];
    const QString what = module == "unix_diag"_L1  ? SentenceText::tr("UNIX sockets")
                         : module == "tcp_diag"_L1 ? SentenceText::tr("TCP sockets")
                         : module == "udp_diag"_L1 ? SentenceText::tr("UDP sockets")
                                                   : SentenceText::tr("sockets");
    return {SentenceText::tr(
                "The kernel tells nothing of %1 (no %2): who is whose peer and what waits in them is "
                "not known, and the two ends of a connection stand apart.")
                .arg(what, code(module)),
            module == "sock_diag"_L1 ? SentenceText::tr("Calls on them are seen all the same.")
                                     : SentenceText::tr("Load it as root: modprobe %1.").arg(module)};
}

/// Why nobody can attach to a process, and what to do.
Sentence attachRefused(const Parameters& p, const QString&)
{
    const QString why = p[u"why"_s];
    const QString name = p[u"name"_s];
    const QString process = name.isEmpty() ? SentenceText::tr("process %1").arg(p[u"pid"_s])
                                           : SentenceText::tr("process %1 (%2)").arg(p[u"pid"_s], code(name));
    const auto say = [&](const QString& reason, const QString& remedy) {
        return Sentence{SentenceText::tr("Byteyard cannot attach to %1: %2.").arg(process, reason), remedy};
    };
    if (why == "no-process"_L1)
        return say(SentenceText::tr("there is no such process"),
                   SentenceText::tr("Look up its number, for example with pgrep."));
    if (why == "thread"_L1)
        return say(SentenceText::tr("that is a thread of process %1").arg(p[u"process"_s]),
                   SentenceText::tr("Attach to %1: all its threads are followed.").arg(p[u"process"_s]));
    if (why == "own"_L1)
        return say(SentenceText::tr("it is Byteyard's own, and would wait for itself"),
                   SentenceText::tr("Choose another process."));
    if (why == "followed"_L1)
        return say(SentenceText::tr("it is followed in this run already"),
                   SentenceText::tr("Look for it on the canvas, or in the list of processes."));
    if (why == "zombie"_L1)
        return say(SentenceText::tr("it has ended, and waits for its parent to take notice"),
                   SentenceText::tr("Choose a process that runs."));
    if (why == "kernel-thread"_L1)
        return say(SentenceText::tr("it is a thread of the kernel, and makes no system calls"),
                   SentenceText::tr("Choose a process that runs a program."));
    if (why == "traced"_L1)
        return say(SentenceText::tr("process %1 (%2) traces it already, and there can be one tracer only")
                       .arg(p[u"tracer"_s], code(p[u"tracerName"_s])),
                   SentenceText::tr("End that tracer (a debugger, strace), then attach."));
    if (why == "other-user"_L1)
        return say(SentenceText::tr("it runs as %1").arg(p[u"user"_s]),
                   SentenceText::tr("Attach to your own processes, or run Byteyard as that user."));
    if (why == "not-dumpable"_L1)
        return say(
            SentenceText::tr("it has closed itself to others (prctl, PR_SET_DUMPABLE), or its file gives it "
                             "rights"),
            SentenceText::tr("Start that program from Byteyard instead."));
    if (why == "ptrace-scope"_L1)
        return say(
            SentenceText::tr("kernel.yama.ptrace_scope is %1, which forbids it").arg(p[u"value"_s]),
            SentenceText::tr("Let root set it to 0 (sysctl kernel.yama.ptrace_scope=0), give the engine "
                             "CAP_SYS_PTRACE, or start that program from Byteyard."));
    return say(
        SentenceText::tr("the kernel does not permit it"),
        SentenceText::tr("Check what confines it or Byteyard (a container, a security module), or start that "
                         "program from Byteyard."));
}

Sentence noProcess(const Parameters& p, const QString&)
{
    return {SentenceText::tr("Process %1 is not there (any more).").arg(p[u"process"_s]),
            SentenceText::tr("It may have ended: start it again.")};
}

Sentence noEndpoint(const Parameters& p, const QString&)
{
    return {SentenceText::tr("Endpoint %1 is not there (any more).").arg(p[u"endpoint"_s]),
            SentenceText::tr("It may be closed: run again.")};
}

Sentence shellSyntax(const Parameters& p, const QString& subject)
{
    return {SentenceText::tr("The command line of %1 cannot be understood: %2.").arg(subject, p[u"text"_s]),
            SentenceText::tr("Close quotes, or run it as sh -c LINE.")};
}

Sentence topology(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The engine refuses the topology: %1.").arg(p[u"what"_s]),
            SentenceText::tr("Change it and run again; the engine may be older than this program.")};
}

Sentence badFrame(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The engine could not read what it was sent: %1.").arg(p[u"what"_s]),
            SentenceText::tr("Install the byteyard-engine that belongs to this program.")};
}

Sentence badMessage(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The engine does not understand a message: %1.").arg(p[u"what"_s]),
            SentenceText::tr("Install the byteyard-engine that belongs to this program.")};
}

Sentence version(const Parameters& p, const QString&)
{
    return {SentenceText::tr("The engine speaks version %1 of the protocol, this program version %2.")
                .arg(p[u"ours"_s], p[u"theirs"_s]),
            SentenceText::tr("Install the byteyard-engine that belongs to this program.")};
}

} // namespace

QString errnoText(const QString& name)
{
    static const QHash<QString, const char*> plain = {
        {u"ENOENT"_s, QT_TRANSLATE_NOOP("Errno", "no such file or directory")},
        {u"EACCES"_s, QT_TRANSLATE_NOOP("Errno", "permission denied")},
        {u"EPERM"_s, QT_TRANSLATE_NOOP("Errno", "not permitted")},
        {u"EEXIST"_s, QT_TRANSLATE_NOOP("Errno", "it exists already")},
        {u"ENOTDIR"_s, QT_TRANSLATE_NOOP("Errno", "a part of the path is no directory")},
        {u"EISDIR"_s, QT_TRANSLATE_NOOP("Errno", "it is a directory")},
        {u"ENOEXEC"_s, QT_TRANSLATE_NOOP("Errno", "it is no program that the kernel can run")},
        {u"E2BIG"_s, QT_TRANSLATE_NOOP("Errno", "arguments and environment are too long")},
        {u"ETXTBSY"_s, QT_TRANSLATE_NOOP("Errno", "somebody is writing to the program")},
        {u"EMFILE"_s, QT_TRANSLATE_NOOP("Errno", "too many open files in this process")},
        {u"ENFILE"_s, QT_TRANSLATE_NOOP("Errno", "too many open files on this machine")},
        {u"ENOMEM"_s, QT_TRANSLATE_NOOP("Errno", "not enough memory")},
        {u"EAGAIN"_s, QT_TRANSLATE_NOOP("Errno", "not now, try again")},
        {u"EBUSY"_s, QT_TRANSLATE_NOOP("Errno", "it is in use")},
        {u"EINVAL"_s, QT_TRANSLATE_NOOP("Errno", "an argument is not valid")},
        {u"EBADF"_s, QT_TRANSLATE_NOOP("Errno", "no such open file")},
        {u"EPIPE"_s, QT_TRANSLATE_NOOP("Errno", "nobody reads it any more")},
        {u"ENXIO"_s, QT_TRANSLATE_NOOP("Errno", "nobody is at the other end")},
        {u"EFAULT"_s, QT_TRANSLATE_NOOP("Errno", "it is not in its memory")},
        {u"ENOSPC"_s, QT_TRANSLATE_NOOP("Errno", "no space left")},
        {u"EDQUOT"_s, QT_TRANSLATE_NOOP("Errno", "the disk quota is used up")},
        {u"EROFS"_s, QT_TRANSLATE_NOOP("Errno", "the file system cannot be written")},
        {u"EFBIG"_s, QT_TRANSLATE_NOOP("Errno", "the file would be too large")},
        {u"EIO"_s, QT_TRANSLATE_NOOP("Errno", "the device failed")},
        {u"ELOOP"_s, QT_TRANSLATE_NOOP("Errno", "too many symbolic links")},
        {u"ENAMETOOLONG"_s, QT_TRANSLATE_NOOP("Errno", "the name is too long")},
        {u"ESPIPE"_s, QT_TRANSLATE_NOOP("Errno", "it has no position")},
        {u"ESRCH"_s, QT_TRANSLATE_NOOP("Errno", "no such process")},
        {u"ENOSYS"_s, QT_TRANSLATE_NOOP("Errno", "this kernel does not know the call")},
        {u"EOPNOTSUPP"_s, QT_TRANSLATE_NOOP("Errno", "this object cannot do that")},
        {u"EADDRINUSE"_s, QT_TRANSLATE_NOOP("Errno", "somebody has this address already")},
        {u"EADDRNOTAVAIL"_s, QT_TRANSLATE_NOOP("Errno", "this machine has no such address")},
        {u"EAFNOSUPPORT"_s,
         QT_TRANSLATE_NOOP("Errno", "this kernel does not speak this family of addresses")},
        {u"EPROTONOSUPPORT"_s, QT_TRANSLATE_NOOP("Errno", "this kernel does not speak this protocol")},
        {u"ECONNREFUSED"_s, QT_TRANSLATE_NOOP("Errno", "nobody listens there")},
        {u"ECONNRESET"_s, QT_TRANSLATE_NOOP("Errno", "the other side has thrown the connection away")},
        {u"ETIMEDOUT"_s, QT_TRANSLATE_NOOP("Errno", "nobody answered in time")},
        {u"ENOTCONN"_s, QT_TRANSLATE_NOOP("Errno", "it is not connected")},
        {u"EMSGSIZE"_s, QT_TRANSLATE_NOOP("Errno", "the message is too long")},
        {u"ENOMSG"_s, QT_TRANSLATE_NOOP("Errno", "there is no such message")},
        {u"EIDRM"_s, QT_TRANSLATE_NOOP("Errno", "it was removed")},
        {u"ERANGE"_s, QT_TRANSLATE_NOOP("Errno", "the value is out of range")},
        {u"EINTR"_s, QT_TRANSLATE_NOOP("Errno", "interrupted by a signal")},
    };
    const char* words = plain.value(name);
    return words != nullptr ? QCoreApplication::translate("Errno", words) + u" ("_s + name + u')' : name;
}

Sentence sentenceFor(const protocol::ErrorInfo& error, const QString& subject)
{
    static const QHash<QString, Sentence (*)(const Parameters&, const QString&)> table = {
        {u"bad-frame"_s, badFrame},
        {u"bad-message"_s, badMessage},
        {u"version"_s, version},
        {u"topology"_s, topology},
        {u"no-command"_s, noCommand},
        {u"not-executable"_s, notExecutable},
        {u"exec"_s, exec},
        {u"directory"_s, directory},
        {u"open"_s, open},
        {u"capacity"_s, capacity},
        {u"capture"_s, capture},
        {u"switch"_s, captureSwitch},
        {u"standard"_s, standard},
        {u"fork"_s, fork},
        {u"session-directory"_s, sessionDirectory},
        {u"placeholder"_s, placeholder},
        {u"endpoint-failed"_s, endpointFailed},
        {u"waits-for"_s, waitsFor},
        {u"removed"_s, removed},
        {u"write"_s, write},
        {u"attach"_s, attachRefused},
        {u"no-process"_s, noProcess},
        {u"privileges"_s, privileges},
        {u"no-socket-diag"_s, noSocketDiag},
        {u"no-endpoint"_s, noEndpoint},
        {u"not-seen"_s, notSeen},
        {u"map-left"_s, mapLeft},
        {u"shell-syntax"_s, shellSyntax},
    };
    const QString named = subject.isEmpty() ? SentenceText::tr("The run") : code(subject);
    if (const std::optional<Sentence> ofEndpoint = endpointSentence(error, named))
        return *ofEndpoint;
    if (const auto words = table.value(error.code))
        return words(error.parameters, named);
    QStringList parts;
    for (auto it = error.parameters.begin(); it != error.parameters.end(); ++it)
        parts.append(it.key() + u": "_s + it.value());
    parts.sort();
    return {
        SentenceText::tr("The engine reports \"%1\" for %2 (%3).")
            .arg(error.code, named, parts.join(u", "_s)),
        SentenceText::tr("The engine may be newer than this program: install the one that belongs to it.")};
}

} // namespace byteyard::model
