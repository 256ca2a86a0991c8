-- Serves the certificate of the certificate store when there is one or a new one, and answers ACME challenges.
--
-- usage: lua-load follow-store.lua FILE SOCKET COPY NAME
--   FILE    the certificate as `bind … crt` names it: a placeholder until the store has a certificate
--   SOCKET  address of HAProxy's runtime commands
--   COPY    copy of the store, see copy-store.sh
--   NAME    name of the certificate in the store
--
-- Until the store has a certificate of this name, the last issued certificate of any name is served: a service whose host names
-- change continues to serve the previous ones.

local file, socket, copy, name = ...
local server = require("serve-certificate")(file, socket)
local POLL_MS = 2000

local function read()
    local named = server.contents(copy .. "/" .. name .. ".pem")
    if named ~= "" then
        return named
    end
    return server.contents(copy .. "/certificate.pem")
end

-- Whether copy-store.sh has read the store, even if it was empty.
local function is_copied()
    local opened = io.open(copy .. "/.copied")
    if opened then
        opened:close()
    end
    return opened ~= nil
end

local current = ""
local polled = false

core.register_task(function()
    while true do
        local copied = is_copied()
        local found = read()
        local is_new = found ~= current
        if is_new or server:is_retry_due() then
            current = found
            if server:try(found, "") then
                core.log(core.notice, "The certificate store has a new certificate. It is served now.")
            elseif is_new then
                core.log(core.warning, "The certificate in the store cannot be used: it is incomplete, or the key does not belong"
                    .. " to the chain. The previous certificate is still served.")
            end
        end
        polled = polled or copied
        core.msleep(POLL_MS)
    end
end)

-- Whether the certificate that was in the store at the start is served. While the store has not been read, the placeholder does
-- not mean that there is no certificate, so the front must not count as ready.
core.register_fetches("store_polled", function()
    return polled
end)

-- Converts the path of a challenge request to the answer (RFC 8555, 8.3), and every other path to nothing. A token consists of
-- characters of base64url. The answer is the token, a dot, and the thumbprint of the account's key.
core.register_converters("challenge", function(path)
    local token = #path <= 300 and path:match("^/%.well%-known/acme%-challenge/([%w_-]+)$")
    if not token then
        return ""
    end
    local answer = server.contents(copy .. "/challenges/" .. token):match("^%s*(%S+)%s*$") or ""
    if answer:sub(1, #token + 1) == token .. "." and answer:match("^[%w_-]+%.[%w_-]+$") then
        return answer
    end
    return ""
end)
