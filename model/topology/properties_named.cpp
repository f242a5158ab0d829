#include "model/topology/properties.h"

#include "model/topology/kind_text.h"
#include <QCoreApplication>
#include <QJsonArray>

namespace byteyard::model {

using namespace Qt::StringLiterals;

namespace {

using Type = PropertySpec::Type;

constexpr qint64 mostMemory = qint64{1} << 40;

PropertySpec posixName()
{
    return property(
        u"path"_s, Type::Text, QString(), KindText::tr("Name"),
        KindText::tr("A slash and up to 254 other characters, such as /work; empty makes one that is the "
                     "session's alone."));
}

PropertySpec memorySize()
{
    return integerProperty(u"size"_s, 1, 4096, mostMemory, KindText::tr("bytes"), KindText::tr("Size"),
                           KindText::tr("How many bytes it has; the kernel hands out whole pages."));
}

} // namespace

QList<PropertySpec> systemVProperties(Kind kind)
{
    QList<PropertySpec> list{
        property(
            u"key"_s, Type::Text, QString(), KindText::tr("Key"),
            KindText::tr(
                "0x and hexadecimal digits, as ipcs shows it; empty takes a random one, so that the object "
                "can be found after a crash. “id:7” names an existing one by its id.")),
        modeProperty()};
    if (kind == Kind::SysvQueue) {
        list.append(
            integerProperty(u"qbytes"_s, 0, 0, mostInt, KindText::tr("bytes"), KindText::tr("Limit"),
                            KindText::tr("How many bytes may wait in it before msgsnd blocks (msg_qbytes, "
                                         "msgctl(2)); 0 is the kernel's msgmnb.")));
    } else if (kind == Kind::SysvShm) {
        list.append(memorySize());
    } else {
        PropertySpec values =
            property(u"values"_s, Type::Integers, QJsonArray{1}, KindText::tr("Values"),
                     KindText::tr("What each semaphore of the set begins with, see semctl(2)."));
        values.maximum = 32767;
        list.append(values);
    }
    list.append(existingProperty());
    return list;
}

QList<PropertySpec> posixProperties(Kind kind)
{
    if (kind == Kind::Memfd) {
        PropertySpec seals =
            property(u"seals"_s, Type::Flags, QJsonArray(), KindText::tr("Seals"),
                     KindText::tr("What nobody may do with it any more, see fcntl(2), F_ADD_SEALS."));
        seals.choices = {u"F_SEAL_SHRINK"_s, u"F_SEAL_GROW"_s, u"F_SEAL_WRITE"_s, u"F_SEAL_SEAL"_s};
        return {memorySize(), seals};
    }
    QList<PropertySpec> list{posixName(), modeProperty()};
    if (kind == Kind::PosixQueue) {
        list.append(integerProperty(
            u"maxmsg"_s, 1, 10, 65536, KindText::tr("messages"), KindText::tr("Messages"),
            KindText::tr("How many wait in it before mq_send blocks (mq_maxmsg, mq_overview(7)).")));
        list.append(integerProperty(
            u"msgsize"_s, 1, 8192, 16 << 20, KindText::tr("bytes"), KindText::tr("Message size"),
            KindText::tr("How large a message may be, and a receiver's buffer must be "
                         "(mq_msgsize).")));
    } else if (kind == Kind::PosixShm) {
        list.append(memorySize());
    } else {
        list.append(integerProperty(u"value"_s, 0, 1, mostInt, {}, KindText::tr("Value"),
                                    KindText::tr("What it begins with, see sem_open(3).")));
        PropertySpec memory =
            property(u"memory"_s, Type::Node, QString(), KindText::tr("Lies in"),
                     KindText::tr("The shared memory in which it lies, see sem_init(3): who has the memory "
                                  "has it. None: it has a name of its own."));
        memory.choices = {u"sysv-shm"_s, u"posix-shm"_s, u"memfd"_s};
        list.append(memory);
        list.append(
            integerProperty(u"offset"_s, 0, 0, mostInt, KindText::tr("bytes"), KindText::tr("At"),
                            KindText::tr("Where in that memory its 32 bytes begin: a multiple of 8.")));
    }
    list.append(existingProperty());
    return list;
}

} // namespace byteyard::model
