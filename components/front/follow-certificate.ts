import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";

export const FOLLOW_CERTIFICATE_FILE = "follow-certificate.lua";

/**
 * Puts a changed certificate into the running HAProxy: no restart, and no connection notices. The contents are compared,
 * because neither Kubernetes (which swaps a symbolic link) nor SMB tells about changes. HAProxy itself takes chain and key
 * only together, and keeps what it has when they do not fit. Key beside chain, as in a Secret of type kubernetes.io/tls
 * mounted under these names, is how HAProxy reads them at start too.
 */
export const FOLLOW_CERTIFICATE = `
local file = "${SECRET_FOLDER}/${CERTIFICATE_FILE}"

local function contents(name)
    local opened = io.open(name, "rb")
    if not opened then
        return ""
    end
    local text = opened:read("a")
    opened:close()
    return text or ""
end

local function pair()
    return contents(file) .. "\\n" .. contents(file .. ".key")
end

local seen = pair()

core.register_task(function()
    while true do
        core.msleep(2000)
        local found = pair()
        -- Read twice: chain and key may be exchanged between one and the other.
        if found ~= seen and found == pair() then
            seen = found
            -- What went wrong may quote the file, so it is not told.
            if pcall(CertCache.set, { filename = file, crt = found }) then
                core.log(core.notice, "The certificate has changed. The new one is served from now on.")
            else
                core.log(core.warning, "The certificate has changed, and cannot be used: chain and key are broken or do not"
                    .. " belong together. The one before it is still served.")
            end
        end
    end
end)
`.trimStart();
