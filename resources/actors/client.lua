-- Client: sends a request, waits for the reply, and again.
-- Fields: rate (requests a second; 0: as fast as replies come), size (bytes), count (0: without end),
-- pattern (text; %d becomes the request's number).

local rate = field.rate or 1
local size = field.size or 32
local count = field.count or 0
local pattern = field.pattern or "request %d "
local server = handles[1] or error("connect it to a socket or a System V queue")

local function exchange_over(fd)
    return function(request)
        assert(send(fd, request))
        return assert(recv(fd, 65536))
    end
end

local function connected(family, type)
    return function()
        local fd = server.fd
        if not fd then
            fd = assert(socket(family, type))
            -- A UNIX datagram can only be answered at a name.
            if family == AF_UNIX and type == SOCK_DGRAM then assert(bind(fd, "@byteyard-client-" .. getpid())) end
            assert(connect(fd, server))
        end
        return exchange_over(fd)
    end
end

-- Requests have type 1 and begin with our process id, which is the answer's type.
local function queue()
    local me = getpid()
    return function(request)
        assert(msgsnd(server, 1, me .. ":" .. request))
        return assert(msgrcv(server, 65536, me))
    end
end

local kinds = {
    ["unix-stream"] = connected(AF_UNIX, SOCK_STREAM),
    ["unix-seqpacket"] = connected(AF_UNIX, SOCK_SEQPACKET),
    ["unix-datagram"] = connected(AF_UNIX, SOCK_DGRAM),
    ["tcp"] = connected(AF_INET, SOCK_STREAM),
    ["udp"] = connected(AF_INET, SOCK_DGRAM),
    ["socketpair"] = function() return exchange_over(server.fd) end,
    ["sysv-queue"] = queue,
}
local open_it = kinds[server.kind] or error("it cannot talk over a " .. server.kind)
local exchange = open_it()

local number = 0
while count == 0 or number < count do
    number = number + 1
    local word = string.gsub(pattern, "%%d", tostring(number))
    if word == "" then word = "." end
    local reply = exchange(string.rep(word, size // #word + 1):sub(1, size))
    print(reply)
    if rate > 0 then sleep(1 / rate) end
end
