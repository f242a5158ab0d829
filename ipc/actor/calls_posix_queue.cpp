#include "ipc/actor/families.h"
#include "ipc/actor/lua_api.h"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <fcntl.h>
#include <mqueue.h>

namespace byteyard::ipc::actor {

namespace {

/// mq_open(name, flags [, mode [, {maxmsg, msgsize}]])
int callMqOpen(lua_State* lua)
{
    const char* name = checkPath(lua, 1);
    const int flags = optInt(lua, 2, O_RDONLY);
    const unsigned mode = optUnsigned(lua, 3, 0600);
    if (lua_isnoneornil(lua, 4))
        return pushNumber(lua, ::mq_open(name, flags, mode, nullptr));
    luaL_checktype(lua, 4, LUA_TTABLE);
    mq_attr attributes{};
    attributes.mq_maxmsg = fieldInteger(lua, 4, "maxmsg", LONG_MIN, LONG_MAX, nullptr);
    attributes.mq_msgsize = fieldInteger(lua, 4, "msgsize", LONG_MIN, LONG_MAX, nullptr);
    return pushNumber(lua, ::mq_open(name, flags, mode, &attributes));
}

/// mq_send(mqd, bytes [, priority [, seconds]])
int callMqSend(lua_State* lua)
{
    const int queue = checkFd(lua, 1);
    const std::string_view bytes = checkBytes(lua, 2);
    const unsigned priority = optUnsigned(lua, 3, 0);
    if (lua_isnoneornil(lua, 4))
        return pushDone(lua, ::mq_send(queue, bytes.data(), bytes.size(), priority));
    const timespec deadline = checkDeadline(lua, 4);
    return pushDone(lua, ::mq_timedsend(queue, bytes.data(), bytes.size(), priority, &deadline));
}

/// mq_receive(mqd, size [, seconds]): bytes, priority.
int callMqReceive(lua_State* lua)
{
    const int queue = checkFd(lua, 1);
    const std::size_t size = checkSize(lua, 2);
    const bool isTimed = !lua_isnoneornil(lua, 3);
    const timespec deadline = isTimed ? checkDeadline(lua, 3) : timespec{};
    unsigned priority = 0;
    luaL_Buffer buffer;
    char* bytes = prepareBuffer(lua, buffer, size);
    const ssize_t got = isTimed ? ::mq_timedreceive(queue, bytes, size, &priority, &deadline)
                                : ::mq_receive(queue, bytes, size, &priority);
    if (got < 0)
        return pushError(lua, errno);
    luaL_pushresultsize(&buffer, static_cast<std::size_t>(got));
    lua_pushinteger(lua, priority);
    return 2;
}

/// mq_notify(mqd, signal), mq_notify(mqd): no more.
int callMqNotify(lua_State* lua)
{
    const int queue = checkFd(lua, 1);
    if (lua_isnoneornil(lua, 2))
        return pushDone(lua, ::mq_notify(queue, nullptr));
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = checkInt(lua, 2);
    return pushDone(lua, ::mq_notify(queue, &event));
}

int callMqGetattr(lua_State* lua)
{
    mq_attr attributes{};
    if (::mq_getattr(checkFd(lua, 1), &attributes) != 0)
        return pushError(lua, errno);
    lua_newtable(lua);
    setField(lua, "flags", attributes.mq_flags);
    setField(lua, "maxmsg", attributes.mq_maxmsg);
    setField(lua, "msgsize", attributes.mq_msgsize);
    setField(lua, "curmsgs", attributes.mq_curmsgs);
    return 1;
}

int callMqSetattr(lua_State* lua)
{
    const int queue = checkFd(lua, 1);
    mq_attr attributes{};
    attributes.mq_flags = checkInt(lua, 2);
    return pushDone(lua, ::mq_setattr(queue, &attributes, nullptr));
}

int callMqClose(lua_State* lua)
{
    return pushDone(lua, ::mq_close(checkFd(lua, 1)));
}

int callMqUnlink(lua_State* lua)
{
    return pushDone(lua, ::mq_unlink(checkPath(lua, 1)));
}

constexpr std::array<luaL_Reg, 9> posixQueueCalls{{{"mq_open", callMqOpen},
                                                   {"mq_send", callMqSend},
                                                   {"mq_receive", callMqReceive},
                                                   {"mq_notify", callMqNotify},
                                                   {"mq_getattr", callMqGetattr},
                                                   {"mq_setattr", callMqSetattr},
                                                   {"mq_close", callMqClose},
                                                   {"mq_unlink", callMqUnlink},
                                                   {nullptr, nullptr}}};

} // namespace

void addPosixQueueCalls(lua_State* lua)
{
    addCalls(lua, posixQueueCalls.data());
}

} // namespace byteyard::ipc::actor
