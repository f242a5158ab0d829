-- Counter: adds one to the number at the start of a shared memory, many times.
-- Fields: count, lock ("none", or "semaphore": then a semaphore of value 1 must be connected too),
-- rate (a second; 0: as fast as it goes).

local count = field.count or 200000
local rate = field.rate or 0
local locked = field.lock == "semaphore"

local memory, semaphore
for _, handle in ipairs(handles) do
    if handle.kind == "sysv-shm" then
        memory = assert(shmat(handle))
    elseif handle.kind == "posix-shm" then
        memory = assert(mmap(handle.fd or assert(shm_open(handle, O_RDWR)), handle.size or 4096))
    elseif handle.kind == "memfd" or handle.kind == "file" then
        memory = assert(mmap(handle, handle.size or 4096))
    elseif handle.kind == "sysv-semaphore" or handle.kind == "posix-semaphore" then
        semaphore = handle
    end
end
if not memory then error("connect it to a shared memory") end
if locked and not semaphore then error("connect it to a semaphore, or choose lock = none") end

local lock, unlock = function() end, function() end
if locked and semaphore.kind == "sysv-semaphore" then
    lock = function() assert(semop(semaphore, {{0, -1, SEM_UNDO}})) end
    unlock = function() assert(semop(semaphore, {{0, 1, SEM_UNDO}})) end
elseif locked and semaphore.offset then -- it lies in the memory
    lock = function() assert(sem_wait(memory, semaphore.offset)) end
    unlock = function() assert(sem_post(memory, semaphore.offset)) end
elseif locked then
    local sem = assert(sem_open(semaphore))
    lock = function() assert(sem_wait(sem)) end
    unlock = function() assert(sem_post(sem)) end
end

for _ = 1, count do
    lock()
    local value = load(memory, 0)
    store(memory, 0, value + 1)
    unlock()
    if rate > 0 then sleep(1 / rate) end
end
print("added " .. count .. ", the counter is at " .. load(memory, 0))
