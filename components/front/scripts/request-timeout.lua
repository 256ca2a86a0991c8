-- The filter "request-timeout": ends a response that is still arriving when its request has taken too long.
--
-- usage: filter lua.request-timeout MILLISECONDS
--   MILLISECONDS  the longest time from the arrival of the request to the last byte of its response
--
-- HAProxy's own time-outs limit pauses only: a response that arrives byte by byte never ends by them. The filter sees a response
-- when a part of it arrives, so a response ends with the first part after that time; "timeout server" limits the pause before it.

local RequestTimeout = { id = "request timeout", flags = filter.FLT_CFG_FL_HTX }
RequestTimeout.__index = RequestTimeout

local function now_ms()
    local now = core.now()
    return now.sec * 1000 + now.usec // 1000
end

function RequestTimeout:new()
    return setmetatable({ deadline_ms = now_ms() + self.milliseconds }, RequestTimeout)
end

function RequestTimeout:start_analyze(_, channel)
    if channel:is_resp() then
        filter.register_data_filter(self, channel)
    end
end

function RequestTimeout:http_payload()
    if now_ms() > self.deadline_ms then
        error("the response takes too long")
    end
end

core.register_filter("request-timeout", RequestTimeout, function(class, arguments)
    class.milliseconds = tonumber(arguments[1])
    return class
end)
