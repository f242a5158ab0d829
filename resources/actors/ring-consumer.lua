-- Ring consumer: takes numbers out of a ring of slots in shared memory, and waits while all slots are empty.
-- Fields: slots (as many as the producer has), count (0: without end), rate (a second; 0: as fast as it goes).
--
-- The ring lies in a shared memory: at 0 how many were put in, at 8 how many were taken out, from 16 on the slots of
-- 8 bytes. Three semaphores guard it: free slots, filled slots, and the lock. They are the semaphores 0, 1 and 2 of a
-- System V set, or three POSIX semaphores connected as "free", "filled" and "lock".

local slots = field.slots or 8
local count = field.count or 0
local rate = field.rate or 0

local memory, down, up
for _, handle in ipairs(handles) do
    if handle.kind == "sysv-shm" then
        memory = assert(shmat(handle))
    elseif handle.kind == "posix-shm" then
        memory = assert(mmap(handle.fd or assert(shm_open(handle, O_RDWR)), handle.size or 4096))
    elseif handle.kind == "memfd" then
        memory = assert(mmap(handle, handle.size or 4096))
    elseif handle.kind == "sysv-semaphore" then
        local number = { free = 0, filled = 1, lock = 2 }
        down = function(name) assert(semop(handle, {{number[name], -1}})) end
        up = function(name) assert(semop(handle, {{number[name], 1}})) end
    end
end
if free and filled and lock then -- POSIX semaphores
    local at = { free = free, filled = filled, lock = lock }
    for name, handle in pairs(at) do
        at[name] = handle.offset and { memory, handle.offset } or { assert(sem_open(handle)) }
    end
    down = function(name) assert(sem_wait(table.unpack(at[name]))) end
    up = function(name) assert(sem_post(table.unpack(at[name]))) end
end
if not memory or not down then error("connect it to a shared memory and to the semaphores") end

local number = 0
while count == 0 or number < count do
    number = number + 1
    down("filled")
    down("lock")
    local position = load(memory, 8)
    local value = load(memory, 16 + position % slots * 8)
    store(memory, 8, position + 1)
    up("lock")
    up("free")
    print(value)
    if rate > 0 then sleep(1 / rate) end
end
