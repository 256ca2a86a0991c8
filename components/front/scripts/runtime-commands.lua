-- Runs HAProxy's runtime commands from its Lua scripts.

-- HAProxy may be too busy for its own commands.
local TIMEOUT_SECONDS = 5

local commands = {}

-- Returns HAProxy's answer to one command line. It can quote a key of the command, so it must not be logged.
function commands.run(address, line)
    local socket = core.tcp()
    socket:settimeout(TIMEOUT_SECONDS)
    if not socket:connect(address) then
        return ""
    end
    socket:send(line .. "\n")
    local answer = socket:receive("*a")
    socket:close()
    return answer or ""
end

return commands
