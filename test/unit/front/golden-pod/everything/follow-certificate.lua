local file = "/run/front/certificate.pem"

local function contents(name)
    local opened = io.open(name, "rb")
    if not opened then
        return ""
    end
    local text = opened:read("a")
    opened:close()
    return text or ""
end

local function read()
    return { chain = contents(file), key = contents(file .. ".key") }
end

local function same(one, other)
    return one.chain == other.chain and one.key == other.key
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

local seen = read()

core.register_task(function()
    while true do
        core.msleep(2000)
        local found = read()
        local is_new = not same(found, seen)
        -- Read twice: chain and key may be exchanged between one and the other.
        if (is_new or is_to_be_tried_again()) and same(found, read()) then
            seen = found
            if tried(found) then
                core.log(core.notice, "The certificate has changed. The new one is served from now on.")
            elseif is_new then
                core.log(core.warning, "The certificate has changed, and cannot be used: chain and key are broken or do not"
                    .. " belong together. The one before it is still served.")
            end
        end
    end
end)
