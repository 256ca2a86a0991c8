-- Replaces the certificate of the running HAProxy without a restart: open connections continue.
--
-- Uses HAProxy's runtime commands, not CertCache of its Lua API: in HAProxy 3.0 CertCache does not check that the key belongs to
-- the chain, and with a pair that does not match no client could connect.

local commands = require("runtime-commands")

-- Polls after which a certificate that could not be served is tried again. HAProxy may only have been too busy for its own
-- commands, and the next certificate may come months later.
local POLLS_UNTIL_RETRY = 15

local Server = {}
Server.__index = Server

function Server:command(line)
    return commands.run(self.socket, line)
end

-- The command that sets a certificate file. An empty line ends the text that follows a command.
local function set_command(file, pem)
    local lines = pem:gsub("\r", ""):gsub("\n+", "\n"):gsub("^\n", "")
    return "set ssl cert " .. file .. " <<\n" .. lines .. "\n"
end

local function contains(answer, text)
    return answer:find(text, 1, true) ~= nil
end

function Server:replace(chain, key)
    local file = self.file
    local set = contains(self:command(set_command(file, chain)), "Transaction")
        and (key == "" or contains(self:command(set_command(file .. ".key", key)), "Transaction"))
    -- When chain and key do not match, "commit" leaves errors in OpenSSL's queue that HAProxy would attribute to the next
    -- connection. "set" clears the queue. Both go in one command line, so that no connection comes between.
    local served = set
        and contains(self:command("commit ssl cert " .. file .. ";" .. set_command(file, chain)), "Success")
    self:command("abort ssl cert " .. file)
    return served
end

-- Serves a chain with its key. `key` is empty where `chain` contains it. Returns whether HAProxy accepted them.
function Server:try(chain, key)
    local served = self:replace(chain, key)
    self.polls_since_failure = not served and 0 or nil
    return served
end

-- To be called once for each poll. Returns whether a certificate that could not be served is to be tried again.
function Server:is_retry_due()
    if not self.polls_since_failure then
        return false
    end
    self.polls_since_failure = self.polls_since_failure + 1
    return self.polls_since_failure % POLLS_UNTIL_RETRY == 0
end

-- Returns the text of a file, and an empty text where there is none.
function Server.contents(path)
    local opened = io.open(path, "rb")
    if not opened then
        return ""
    end
    local text = opened:read("a")
    opened:close()
    return text or ""
end

-- file    the certificate as `bind … crt` names it
-- socket  address of HAProxy's runtime commands
return function(file, socket)
    return setmetatable({ file = file, socket = socket }, Server)
end
