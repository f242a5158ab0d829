-- Consumer: takes one message after another out of what it is connected to, and prints it.
-- Fields: rate (messages a second; 0: as fast as they come), size (at most so many bytes at a time),
-- count (0: until the end), type (System V: 0 any, 2 that one, -2 the lowest up to 2).

local rate = field.rate or 0
local size = field.size or 8192
local count = field.count or 0
local from = handles[1] or { kind = "pipe", fd = 0 }

-- How to reach it. Each of these functions returns one that receives.
local open_receiver = {}

local function reader(fd)
    return function() return read(fd, size) end
end

open_receiver["sysv-queue"] = function()
    return function() return msgrcv(from, size, field.type or 0) end
end

open_receiver["posix-queue"] = function()
    local queue = from.fd or assert(mq_open(from, O_RDONLY))
    local largest = assert(mq_getattr(queue)).msgsize
    return function() return mq_receive(queue, largest) end
end

-- Who listens takes the first connection; who connects reads what the other side sends.
local function stream(family, type)
    return function()
        local fd = from.fd
        if from.side == "listen" then
            if not fd then
                fd = assert(socket(family, type))
                assert(bind(fd, from))
                assert(listen(fd))
            end
            fd = assert(accept(fd))
        elseif not fd then
            fd = assert(socket(family, type))
            assert(connect(fd, from))
        end
        return function() return recv(fd, size) end
    end
end

local function datagram(family)
    return function()
        local fd = from.fd
        if not fd then
            fd = assert(socket(family, SOCK_DGRAM))
            assert(bind(fd, from))
        end
        return function() return recv(fd, size) end
    end
end

open_receiver["unix-stream"] = stream(AF_UNIX, SOCK_STREAM)
open_receiver["unix-seqpacket"] = stream(AF_UNIX, SOCK_SEQPACKET)
open_receiver["tcp"] = stream(AF_INET, SOCK_STREAM)
open_receiver["unix-datagram"] = datagram(AF_UNIX)
open_receiver["udp"] = datagram(AF_INET)

open_receiver["eventfd"] = function()
    return function() -- a counter is no text
        local bytes, name, text = read(from, 8)
        if not bytes then return nil, name, text end
        return tostring(string.unpack("=I8", bytes))
    end
end

local function named()
    return reader(from.fd or assert(open(from, O_RDONLY)))
end

open_receiver["fifo"] = named
open_receiver["file"] = named

-- An empty message is a message, but nothing read from a stream is its end.
local has_messages = {
    ["sysv-queue"] = true, ["posix-queue"] = true, ["unix-datagram"] = true, ["udp"] = true,
}

local open_it = open_receiver[from.kind] or function() return reader(from.fd) end
local receive_one = open_it()

local number = 0
while count == 0 or number < count do
    local text = assert(receive_one())
    if text == "" and not has_messages[from.kind] then break end
    number = number + 1
    print(text)
    if rate > 0 then sleep(1 / rate) end
end
