local BodyLimit = { id = "body limit", flags = filter.FLT_CFG_FL_HTX }
BodyLimit.__index = BodyLimit

function BodyLimit:new()
    return setmetatable({ seen = 0, most = self.most }, BodyLimit)
end

function BodyLimit:start_analyze(txn, channel)
    if not channel:is_resp() then
        filter.register_data_filter(self, channel)
    end
end

function BodyLimit:http_payload(txn, message)
    -- Not message:input(), which counts the end mark and trailers too.
    self.seen = self.seen + #(message:body() or "")
    if self.seen > (tonumber(txn:get_var("txn.most_bytes")) or 0) then
        txn:set_var("txn.body_too_large", true)
        error("body too large")
    end
end

core.register_filter("body-limit", BodyLimit, function(class, arguments)
    class.most = tonumber(arguments[1])
    return class
end)
