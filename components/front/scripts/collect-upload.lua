-- Collects a request body in a temporary file until it is complete, then sends the request to the process a second time.
--
-- usage: lua-load-per-thread collect-upload.lua SOCKET LEAST_BYTES_PER_SECOND
--   SOCKET                  address of the section that receives complete requests
--   LEAST_BYTES_PER_SECOND  a body that arrives more slowly is refused
-- variables of the request:
--   txn.most_bytes  the largest accepted body, in bytes
--   txn.most_ms     how long the response may take, in milliseconds
--
-- HAProxy forwards a body while it arrives, so a slow client would occupy a replica of the model. It buffers no more of a body
-- than tune.bufsize, hence this service for larger ones.

local socket_address, least_bytes_per_second = ...
local PIECE_BYTES = 65536
-- The rate counts from then on: the first bytes arrive slowly on a new TCP connection (RFC 5681, 3.1).
local RATE_FREE_SECONDS = 5
local DEFAULT_TIMEOUT_MS = 60000

-- Headers that are valid for one connection only, or describe the transfer of the body (RFC 9110, 7.6.1 and 10.1.1).
local HOP_HEADERS = { connection = true, expect = true, ["content-length"] = true, ["transfer-encoding"] = true }

local function receive_body(applet, file)
    local length = 0
    while true do
        local piece = applet:receive(PIECE_BYTES)
        if not piece or piece == "" then
            return length
        end
        length = length + #piece
        if not file:write(piece) then
            error("the temporary file cannot be written")
        end
    end
end

local function request_head(applet, length)
    local query = applet.qs ~= "" and "?" .. applet.qs or ""
    local lines = { applet.method .. " " .. applet.path .. query .. " HTTP/1.1" }
    for name, values in pairs(applet.headers) do
        if not HOP_HEADERS[name] then
            for index = 0, #values do
                lines[#lines + 1] = name .. ": " .. values[index]
            end
        end
    end
    lines[#lines + 1] = "content-length: " .. length
    lines[#lines + 1] = "connection: close"
    return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- A response can come before the whole request was sent, for example when the queue is full.
local function send_request(applet, socket, file, length)
    local sent = socket:send(request_head(applet, length))
    file:seek("set", 0)
    while sent do
        local piece = file:read(PIECE_BYTES)
        if not piece then
            return
        end
        sent = socket:send(piece)
    end
end

local function receive_head(socket)
    local status = tonumber((socket:receive("*l") or ""):match("^HTTP/1%.%d (%d%d%d)"))
    if not status then
        return nil
    end
    local headers = {}
    while true do
        local line = socket:receive("*l")
        if not line then
            return nil
        end
        local name, value = line:match("^([^:]+):%s*(.*)$")
        if not name then
            break
        end
        headers[#headers + 1] = { name = name:lower(), value = value }
    end
    -- Interim responses (RFC 9110, 15.2).
    if status < 200 then
        return receive_head(socket)
    end
    return status, headers
end

-- Once the buffer of a socket has been full, HAProxy 3.0 does not read further when Lua has emptied it, but only when the stream of
-- the socket runs the next time. A short time-out makes it run; the second call sets the time-out that is valid by then.
local function resume(socket, timeout_seconds)
    socket:settimeout(0.001)
    socket:settimeout(timeout_seconds)
end

local function relay_bytes(applet, socket, length, timeout_seconds)
    while length > 0 do
        resume(socket, timeout_seconds)
        local piece = socket:receive(math.min(length, PIECE_BYTES))
        if not piece then
            error("the response ended early")
        end
        applet:send(piece)
        length = length - #piece
    end
end

local function relay_chunks(applet, socket, timeout_seconds)
    while true do
        local size = tonumber((socket:receive("*l") or ""):match("^%x+") or "", 16)
        if not size then
            error("the response ended early")
        end
        if size == 0 then
            return
        end
        relay_bytes(applet, socket, size, timeout_seconds)
        socket:receive("*l")
    end
end

local function relay_response(applet, socket, timeout_seconds)
    local status, headers = receive_head(socket)
    applet:set_status(status or 502)
    local length, is_chunked = 0, false
    for _, header in ipairs(headers or {}) do
        if header.name == "content-length" then
            length = tonumber(header.value) or 0
        elseif header.name == "transfer-encoding" then
            is_chunked = true
        end
        if header.name ~= "connection" then
            applet:add_header(header.name, header.value)
        end
    end
    applet:start_response()
    if is_chunked then
        relay_chunks(applet, socket, timeout_seconds)
    elseif applet.method ~= "HEAD" then
        relay_bytes(applet, socket, length, timeout_seconds)
    end
end

core.register_service("collect-upload", "http", function(applet)
    local file = io.tmpfile()
    if not file then
        error("no temporary file can be created")
    end
    local length = receive_body(applet, file)
    local socket = core.tcp()
    local timeout_seconds = (tonumber(applet:get_var("txn.most_ms")) or DEFAULT_TIMEOUT_MS) / 1000
    socket:settimeout(timeout_seconds)
    if socket:connect(socket_address) then
        send_request(applet, socket, file, length)
    end
    file:close()
    relay_response(applet, socket, timeout_seconds)
    socket:close()
end)

-- The filter "upload-limits": refuses a body that is too large or arrives too slowly. A filter can abort a request only by
-- raising an error. HAProxy then answers 400, which the configuration changes according to these variables.
local Limits = { id = "upload limits", flags = filter.FLT_CFG_FL_HTX }
Limits.__index = Limits

function Limits.new()
    return setmetatable({ bytes = 0, start = core.now().sec }, Limits)
end

function Limits:start_analyze(_, channel)
    if not channel:is_resp() then
        filter.register_data_filter(self, channel)
    end
end

local function refuse(txn, code, reason)
    txn:set_var("txn.error_code", code)
    txn:set_var("txn.error_reason", reason)
    error(reason)
end

function Limits:http_payload(txn, message)
    -- Not message:input(), which also counts the end mark and the trailers.
    self.bytes = self.bytes + #(message:body() or "")
    if self.bytes > (tonumber(txn:get_var("txn.most_bytes")) or 0) then
        refuse(txn, "PayloadTooLarge", "body is larger than this service accepts")
    end
    local seconds = core.now().sec - self.start
    if seconds > RATE_FREE_SECONDS and self.bytes < (seconds - RATE_FREE_SECONDS) * least_bytes_per_second then
        refuse(txn, "RequestTimeout", "body arrives too slowly")
    end
end

core.register_filter("upload-limits", Limits, function(class)
    return class
end)
