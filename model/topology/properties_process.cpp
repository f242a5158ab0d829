#include "model/topology/properties.h"

#include "model/topology/kind_text.h"
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Type = PropertySpec::Type;

/// What a command and an actor have in common.
QList<PropertySpec> processProperties()
{
    return {
        choiceProperty(
            u"stdin"_s, {u"null"_s, u"typed"_s}, KindText::tr("Unconnected fd 0"),
            KindText::tr(
                "Where it reads when nothing is connected to fd 0: /dev/null, or lines that you type "
                "under Output.")),
        property(u"stdout"_s, Type::Target, u"output"_s, KindText::tr("Unconnected fd 1"),
                 KindText::tr(
                     "Where it writes when nothing is connected to fd 1: shown under Output, /dev/null, or "
                     "a file.")),
        property(
            u"stderr"_s, Type::Target, u"output"_s, KindText::tr("Unconnected fd 2"),
            KindText::tr("Where its complaints go when nothing is connected to fd 2: shown under Output, "
                         "/dev/null, or a file.")),
        property(
            u"start"_s, Type::Start, QJsonObject{{u"when"_s, u"at-once"_s}}, KindText::tr("Start"),
            KindText::tr("When it is let go: at once, after some seconds, when another process runs or has "
                         "exited, or by hand.")),
        integerProperty(
            u"pace"_s, 0, 0, maxPace, KindText::tr("calls/s"), KindText::tr("Pace"),
            KindText::tr("Holds it to so many data calls a second, so that an eye can follow; 0 is the pace "
                         "of the whole run.")),
        property(
            u"directory"_s, Type::Text, QString(), KindText::tr("Working directory"),
            KindText::tr(
                "Where it runs, see chdir(2); empty is the session's own directory, gone after the run.")),
        property(u"environment"_s, Type::Environment, QJsonObject(), KindText::tr("Environment"),
                 KindText::tr("Variables that it gets on top of Byteyard's own, see environ(7).")),
    };
}

} // namespace

QList<PropertySpec> commandProperties()
{
    QList<PropertySpec> list{property(
        u"argv"_s, Type::Arguments, QJsonArray(), KindText::tr("Command line"),
        KindText::tr("The program and its arguments, as execvp(3) gets them: no shell takes part unless you "
                     "name one."))};
    return list + processProperties();
}

QList<PropertySpec> actorProperties()
{
    QList<PropertySpec> list{
        choiceProperty(u"role"_s,
                       {u"script"_s, u"producer"_s, u"consumer"_s, u"echo-server"_s, u"client"_s,
                        u"counter"_s, u"ring-producer"_s, u"ring-consumer"_s},
                       KindText::tr("Role"),
                       KindText::tr("A script of your own, or a ready-made one with fields to set.")),
        property(
            u"script"_s, Type::Script, QString(), KindText::tr("Script"),
            KindText::tr(
                "Lua whose functions are the system calls under their own names; what is connected stands "
                "ready under the connection's handle.")),
        property(u"fields"_s, Type::Fields, QJsonObject(), KindText::tr("Fields"),
                 KindText::tr(
                     "What a ready-made script reads from its table “field”: rate, size, count and so on."))};
    return list + processProperties();
}

} // namespace byteyard::model
