-- The filter "body-limit": refuses a request body as soon as more bytes have passed than allowed.
--
-- usage: filter lua.body-limit [MAX_BYTES]
--   MAX_BYTES  the limit. Without it the limit is the variable txn.most_bytes of the request.
--
-- For bodies without Content-Length (chunked, or HTTP/2 without a length): HAProxy has no directive that counts bytes while a
-- body passes. A filter can abort a request only by raising an error. HAProxy then answers 400, which the configuration
-- changes to 413 where txn.body_too_large is set.

local BodyLimit = { id = "body limit", flags = filter.FLT_CFG_FL_HTX }
BodyLimit.__index = BodyLimit

function BodyLimit:new()
    return setmetatable({ seen = 0, max_bytes = self.max_bytes }, BodyLimit)
end

function BodyLimit:start_analyze(_, channel)
    if not channel:is_resp() then
        filter.register_data_filter(self, channel)
    end
end

function BodyLimit:http_payload(txn, message)
    -- Not message:input(), which also counts the end mark and the trailers.
    self.seen = self.seen + #(message:body() or "")
    local max_bytes = self.max_bytes or tonumber(txn:get_var("txn.most_bytes")) or 0
    if self.seen > max_bytes then
        txn:set_var("txn.body_too_large", true)
        error("body too large")
    end
end

core.register_filter("body-limit", BodyLimit, function(class, arguments)
    class.max_bytes = tonumber(arguments[1])
    return class
end)
