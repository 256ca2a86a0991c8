-- The filter "collect-response": stores in a temporary file what a client has not read yet, so that the back end can send its whole
-- response, however slowly the client reads.
--
-- usage: lua-load-per-thread collect-response.lua LEAST_BYTES_PER_SECOND MOST_BYTES
--   LEAST_BYTES_PER_SECOND  a client that reads more slowly is disconnected
--   MOST_BYTES              the largest size of all files of one thread
--        filter lua.collect-response
--        http-response lua.collect-response if …     for responses that may be larger than HAProxy's buffer
--
-- Not for a back end that limits its concurrent requests: HAProxy releases a connection to a server only when the whole response is
-- in its buffer. A second pass through HAProxy, or the hop between fronts, separates the two.

local least_bytes_per_second, most_bytes = ...
least_bytes_per_second, most_bytes = tonumber(least_bytes_per_second), tonumber(most_bytes)

-- Unread bytes that stay in the channel. The rest of its buffer is for what arrives.
local CHANNEL_BYTES = 32768
-- The rate counts from then on: the first bytes are read slowly on a new TCP connection (RFC 5681, 3.1).
local RATE_FREE_SECONDS = 5
-- The same while the files have more than half of their largest size.
local RATE_FREE_SECONDS_UNDER_LOAD = 1
local SHORTEST_WAIT_MS, LONGEST_WAIT_MS = 1, 250
-- HAProxy 3.0 runs a filter in an endless loop when its time has come and HAProxy does not call it any more. So the last time that
-- is set is after the end of every response (12 days).
local NEVER_MS = 2 ^ 30 // 1

local COLLECT_GARBAGE_SECONDS = 1

local stored_bytes = 0
local last_collection = 0

local function seconds_now()
    local now = core.now()
    return now.sec + now.usec / 1000000
end

-- Whether the files may grow. Files of streams that ended early count until Lua collects its garbage.
local function has_room()
    if stored_bytes >= most_bytes and seconds_now() > last_collection + COLLECT_GARBAGE_SECONDS then
        last_collection = seconds_now()
        collectgarbage()
    end
    return stored_bytes < most_bytes
end

-- The bytes that a client has not read: a queue in a file.
local Backlog = {}
Backlog.__index = Backlog

function Backlog.new()
    local file = io.tmpfile()
    if not file then
        error("no temporary file can be created")
    end
    return setmetatable({ file = file, written = 0, read = 0 }, Backlog)
end

function Backlog:write(piece)
    self.file:seek("set", self.written)
    if not self.file:write(piece) then
        error("the temporary file cannot be written")
    end
    self.written = self.written + #piece
    stored_bytes = stored_bytes + #piece
end

function Backlog:is_empty()
    return self.read == self.written
end

-- Sends up to `room` bytes. Returns how many.
function Backlog:send(message, room)
    if room <= 0 or self:is_empty() then
        return 0
    end
    self.file:seek("set", self.read)
    local sent = message:send(self.file:read(math.min(room, self.written - self.read)))
    self.read = self.read + math.max(sent, 0)
    return math.max(sent, 0)
end

function Backlog:discard()
    self.file:close()
    stored_bytes = stored_bytes - self.written
    self.written = 0
end

-- A stream that ends early does not call its filter again.
function Backlog:__gc()
    stored_bytes = stored_bytes - self.written
end

local Response = { id = "collect response", flags = filter.FLT_CFG_FL_HTX }
Response.__index = Response

-- Filters by coroutine. A stream creates its filters and runs its actions in the same one.
local responses = setmetatable({}, { __mode = "k" })

function Response.new()
    local response = setmetatable({}, Response)
    responses[coroutine.running()] = response
    return response
end

-- The client has not read `unread` bytes, and more have arrived.
function Response:fall_behind(unread)
    self.backlog = Backlog.new()
    self.start = seconds_now()
    self.wait_ms = SHORTEST_WAIT_MS
    -- Bytes for the client since then.
    self.forwarded = unread
end

-- Moves the data of the channel to the file.
function Response:store(message)
    local body = message:body()
    if body and #body > 0 then
        self.backlog:write(body)
        message:remove(0, #body)
    end
    if message:eom() then
        self.has_ended = true
        message:unset_eom()
    end
end

-- Whether the client has read too little since it has been behind.
function Response:is_slow(unread)
    local free = 2 * stored_bytes > most_bytes and RATE_FREE_SECONDS_UNDER_LOAD or RATE_FREE_SECONDS
    local seconds = seconds_now() - self.start - free
    return seconds > 0 and self.forwarded - unread < seconds * least_bytes_per_second
end

function Response:catch_up(message)
    self.backlog:discard()
    self.backlog = nil
    if self.has_ended then
        message:set_eom()
    end
end

-- Returns how many bytes of the channel are forwarded.
function Response:http_payload(_, message)
    filter.wake_time(NEVER_MS)
    local unread = message:output()
    local room = CHANNEL_BYTES - unread
    if not self.backlog then
        if message:input() <= room then
            return message:input()
        end
        self:fall_behind(unread)
    end
    if has_room() then
        self:store(message)
    end
    local sent = self.backlog:send(message, room)
    -- Without room in the files, the channel keeps the rest, and the back end waits.
    local direct = self.backlog:is_empty() and math.max(math.min(message:input(), room - sent), 0) or 0
    self.forwarded = self.forwarded + sent + direct
    if self.backlog:is_empty() and (self.has_ended or message:input() == direct) then
        self:catch_up(message)
        return message:input()
    end
    if self:is_slow(message:output()) then
        error("the client reads too slowly")
    end
    self.wait_ms = sent + direct > 0 and SHORTEST_WAIT_MS or math.min(2 * self.wait_ms, LONGEST_WAIT_MS)
    filter.wake_time(self.wait_ms)
    return direct
end

core.register_filter("collect-response", Response, function(class)
    return class
end)

core.register_action("collect-response", { "http-res" }, function(txn)
    filter.register_data_filter(responses[coroutine.running()], txn.res)
end, 0)
