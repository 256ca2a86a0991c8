local folder, name = ...
local file = "/run/front/certificate.pem"

local function contents(path, most)
    local opened = io.open(path, "rb")
    if not opened then
        return ""
    end
    local text = opened:read(most)
    opened:close()
    return text or ""
end

local function read()
    local own = contents(folder .. "/" .. name .. ".pem", 65536)
    if own ~= "" then
        return own
    end
    return contents(folder .. "/certificate.pem", 65536)
end

-- HAProxy's answer to one command, which may quote the file: it is for looking at, not for the log.
local function command(line)
    local socket = core.tcp()
    socket:settimeout(5)
    if not socket:connect("abns@front-commands") then
        return ""
    end
    socket:send(line .. "\n")
    local answer = socket:receive("*a")
    socket:close()
    return answer or ""
end

-- An empty line ends what follows a command.
local function setting(name, pem)
    local lines = pem:gsub("\r", ""):gsub("\n+", "\n"):gsub("^\n", "")
    return "set ssl cert " .. name .. " <<\n" .. lines .. "\n"
end

local function done(answer, sign)
    return answer:find(sign, 1, true) ~= nil
end

local function serve(pair)
    local set = done(command(setting(file, pair.chain)), "Transaction")
        and (pair.key == "" or done(command(setting(file .. ".key", pair.key)), "Transaction"))
    -- A pair that does not belong together leaves errors behind that HAProxy would take for those of the next connection it
    -- looks at. Setting clears them, and in one go nothing comes between.
    local served = set
        and done(command("commit ssl cert " .. file .. ";" .. setting(file, pair.chain)), "Success")
    command("abort ssl cert " .. file)
    return served
end

-- Looks since what is there could not be served; nothing while it is.
local refused

local function tried(pair)
    refused = not serve(pair) and 0 or nil
    return not refused
end

-- HAProxy may only have been too busy for its own commands, and another certificate may not come for months.
local function is_to_be_tried_again()
    refused = refused and refused + 1
    return refused and refused % 15 == 0
end

local seen = ""
local looked = false

core.register_task(function()
    while true do
        local found = read()
        local is_new = found ~= seen
        if is_new or is_to_be_tried_again() then
            seen = found
            if tried({ chain = found, key = "" }) then
                core.log(core.notice, "The certificate store has a new certificate. It is served from now on.")
            elseif is_new then
                core.log(core.warning, "The certificate in the store cannot be used: it is cut off, or chain and key do not"
                    .. " belong together. The one before it is still served.")
            end
        end
        looked = true
        core.msleep(2000)
    end
end)

core.register_fetches("store_looked_at", function()
    return looked
end)

-- The answer to a challenge by the path that is asked for, and nothing for everything else (RFC 8555, 8.3): a token is in the
-- Base64 of URLs, and what is answered is the token again, a dot, and the thumbprint of the account's key.
core.register_converters("challenge", function(path)
    local token = #path <= 300 and path:match("^/%.well%-known/acme%-challenge/([%w_-]+)$")
    if not token then
        return ""
    end
    local answer = contents(folder .. "/challenges/" .. token, 512):match("^%s*(%S+)%s*$") or ""
    if answer:sub(1, #token + 1) == token .. "." and answer:match("^[%w_-]+%.[%w_-]+$") then
        return answer
    end
    return ""
end)
