/** Where the configuration expects the filter: in the folder that HAProxy is started in. */
export const BODY_LIMIT_FILE = "body-limit.lua";

/**
 * A body with `Content-Length` is judged by that header alone. For one without (chunked, or HTTP/2 without a length)
 * HAProxy has no directive that counts while the body passes, so this filter does, in HAProxy's own Lua. Breaking off is
 * done by raising an error, the only way that a filter has; HAProxy then answers 400 for itself, which the
 * configuration turns into 413.
 */
export const BODY_LIMIT_FILTER = bodyLimitFilter("self.most");

/** The same where one section serves many models: the limit is that of the request's model. */
export const ROUTE_BODY_LIMIT_FILTER = bodyLimitFilter('(tonumber(txn:get_var("txn.most_bytes")) or 0)');

function bodyLimitFilter(most: string): string {
    return `
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
    if self.seen > ${most} then
        txn:set_var("txn.body_too_large", true)
        error("body too large")
    end
end

core.register_filter("body-limit", BodyLimit, function(class, arguments)
    class.most = tonumber(arguments[1])
    return class
end)
`.trimStart();
}
