-- Serves a certificate file's new contents when they change.
--
-- usage: lua-load follow-certificate.lua FILE SOCKET
--   FILE    the certificate as `bind … crt` names it: FILE holds the chain, FILE.key the key
--   SOCKET  address of HAProxy's runtime commands
--
-- Compares contents, because neither Kubernetes (which replaces a symbolic link) nor SMB reports changes.

local file, socket = ...
local server = require("serve-certificate")(file, socket)
local POLL_MS = 2000

local function read()
    return { chain = server.contents(file), key = server.contents(file .. ".key") }
end

local function equal(one, other)
    return one.chain == other.chain and one.key == other.key
end

local current = read()

core.register_task(function()
    while true do
        core.msleep(POLL_MS)
        local found = read()
        local is_new = not equal(found, current)
        -- Read twice: chain and key may be replaced between reading one and the other.
        if (is_new or server:is_retry_due()) and equal(found, read()) then
            current = found
            if server:try(found.chain, found.key) then
                core.log(core.notice, "The certificate has changed. The new one is served now.")
            elseif is_new then
                core.log(core.warning, "The certificate has changed but cannot be used: chain or key is damaged, or the key does"
                    .. " not belong to the chain. The previous certificate is still served.")
            end
        end
    end
end)
