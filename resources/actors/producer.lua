-- Producer: sends one message after another to what it is connected to.
-- Fields: rate (messages a second; 0: as fast as it goes), size (bytes), count (0: without end),
-- pattern (text; %d becomes the message's number), type (System V), priority (POSIX).

local rate = field.rate or 10
local size = field.size or 32
local count = field.count or 0
local pattern = field.pattern or "message %d "
local out = handles[1] or { kind = "pipe", fd = 1 }

-- How to reach it. Each of these functions returns one that sends.
local open_sender = {}

local function writer(fd)
    return function(text) return write(fd, text) end
end

open_sender["sysv-queue"] = function()
    return function(text) return msgsnd(out, field.type or 1, text) end
end

open_sender["posix-queue"] = function()
    local queue = out.fd or assert(mq_open(out, O_WRONLY))
    return function(text) return mq_send(queue, text, field.priority or 0) end
end

local function connected(family, type)
    return function()
        local fd = out.fd
        if not fd then
            fd = assert(socket(family, type))
            assert(connect(fd, out))
        end
        return function(text) return send(fd, text) end
    end
end

open_sender["unix-stream"] = connected(AF_UNIX, SOCK_STREAM)
open_sender["unix-seqpacket"] = connected(AF_UNIX, SOCK_SEQPACKET)
open_sender["unix-datagram"] = connected(AF_UNIX, SOCK_DGRAM)
open_sender["tcp"] = connected(AF_INET, SOCK_STREAM)
open_sender["udp"] = connected(AF_INET, SOCK_DGRAM)

open_sender["eventfd"] = function()
    return function() return write(out, string.pack("=I8", 1)) end
end

local function named()
    return writer(out.fd or assert(open(out, O_WRONLY)))
end

open_sender["fifo"] = named
open_sender["file"] = named

local open_it = open_sender[out.kind] or function() return writer(out.fd) end
local send_one = open_it()

local number = 0
while count == 0 or number < count do
    number = number + 1
    local word = string.gsub(pattern, "%%d", tostring(number))
    if word == "" then word = "." end
    local text = string.rep(word, size // #word + 1):sub(1, size)
    assert(send_one(text))
    if rate > 0 then sleep(1 / rate) end
end
