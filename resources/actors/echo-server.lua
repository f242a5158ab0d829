-- Echo server: gives every request back to who sent it.
-- Works as the listening side of a stream, and on datagrams, socketpairs and System V queues.
-- Fields: size (at most so many bytes at a time), count (requests or connections; 0: without end),
-- backlog, delay (seconds before each answer).

local size = field.size or 8192
local count = field.count or 0
local delay = field.delay or 0
local server = handles[1] or error("connect it to a socket or a System V queue")

local function pause_a_while()
    if delay > 0 then sleep(delay) end
end

-- The bound socket: made by the engine, or here.
local function bound(family, type)
    if server.fd then return server.fd end
    local fd = assert(socket(family, type))
    if family == AF_INET then assert(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, 1)) end
    assert(bind(fd, server))
    if type ~= SOCK_DGRAM then assert(listen(fd, field.backlog or 128)) end
    return fd
end

-- Answers until the other side has nothing more to say.
local function serve(fd)
    while true do
        local request = assert(recv(fd, size))
        if request == "" then break end
        pause_a_while()
        assert(send(fd, request, MSG_NOSIGNAL))
    end
end

local function streams(family, type)
    local listener = bound(family, type)
    local served = 0
    while count == 0 or served < count do
        local connection = assert(accept(listener))
        serve(connection)
        close(connection)
        served = served + 1
    end
end

local function datagrams(family)
    local fd = bound(family, SOCK_DGRAM)
    local served = 0
    while count == 0 or served < count do
        local request, sender = recvfrom(fd, size)
        assert(request, sender)
        pause_a_while()
        if sender ~= "" then assert(sendto(fd, request, sender)) end
        served = served + 1
    end
end

-- Requests have type 1 and begin with the client's process id, which is the answer's type.
local function queue()
    local served = 0
    while count == 0 or served < count do
        local request = assert(msgrcv(server, size, 1))
        local client, text = string.match(request, "^(%d+):(.*)$")
        pause_a_while()
        if client then assert(msgsnd(server, math.tointeger(client), text)) end
        served = served + 1
    end
end

local kinds = {
    ["unix-stream"] = function() streams(AF_UNIX, SOCK_STREAM) end,
    ["unix-seqpacket"] = function() streams(AF_UNIX, SOCK_SEQPACKET) end,
    ["tcp"] = function() streams(AF_INET, SOCK_STREAM) end,
    ["unix-datagram"] = function() datagrams(AF_UNIX) end,
    ["udp"] = function() datagrams(AF_INET) end,
    ["socketpair"] = function() serve(server.fd) end,
    ["sysv-queue"] = queue,
}
local run = kinds[server.kind] or error("it cannot serve a " .. server.kind)
run()
