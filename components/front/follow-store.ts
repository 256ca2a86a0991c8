import { certificatePending } from "./errors";
import { COMMANDS_SOCKET, FOLLOW_EVERY_MS, SERVE_CERTIFICATE } from "./follow-certificate";
import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";
import {
    CERTIFICATES_FOLDER,
    CHALLENGES_FOLDER,
    LAST_CERTIFICATE_FILE,
    PLACEHOLDER_COMMON_NAME,
    STORE_FOLDER,
} from "./store";

export const FOLLOW_STORE_FILE = "follow-store.lua";

const CHALLENGE_PATH = "/.well-known/acme-challenge/";

/** A chain with its key is a few kB; a challenge is a token and the thumbprint of a key. */
const MOST_CERTIFICATE_BYTES = 65_536;
const MOST_CHALLENGE_BYTES = 512;

/** HAProxy does not wait longer than this for the first copy. */
const FIRST_COPY_SECONDS = 5;

/**
 * Shell that keeps the folder `$copy` the same as what the fronts need of the store, and waits for the first time. Shares
 * have seconds, and in bad hours minutes, in which nothing can be read: here only this process waits then, and HAProxy
 * reads the copy.
 */
export const COPY_STORE = `copy_store() {
    for file in ${STORE_FOLDER}/${LAST_CERTIFICATE_FILE} ${STORE_FOLDER}/${CERTIFICATES_FOLDER}/*.pem; do
        [ -f "$file" ] || continue
        head -c ${MOST_CERTIFICATE_BYTES} "$file" >"$copy/.new" || continue
        cmp -s "$copy/.new" "$copy/\${file##*/}" || mv -f "$copy/.new" "$copy/\${file##*/}"
    done
    for file in ${STORE_FOLDER}/${CHALLENGES_FOLDER}${CHALLENGE_PATH}*; do
        [ -f "$file" ] && head -c ${MOST_CHALLENGE_BYTES} "$file" >"$copy/.new" && mv -f "$copy/.new" "$copy/challenges/\${file##*/}"
    done
    for file in "$copy"/challenges/*; do
        [ -e "${STORE_FOLDER}/${CHALLENGES_FOLDER}${CHALLENGE_PATH}\${file##*/}" ] || rm -f "$file"
    done
}
rm -f "$copy/.copied"
mkdir -p "$copy/challenges"
(
    while :; do
        copy_store 2>/dev/null || true
        touch "$copy/.copied"
        sleep ${FOLLOW_EVERY_MS / 1_000}
    done
) &
copier=$!
trap 'kill "$copier" 2>/dev/null' EXIT
tries=0
while [ ! -e "$copy/.copied" ] && [ "$tries" -lt ${FIRST_COPY_SECONDS * 10} ]; do
    sleep 0.1
    tries=$((tries + 1))
done
`;

/**
 * Serves the certificate of the store as soon as there is one, and answers the authority's challenges. Loaded with two
 * arguments: the folder of the copy, and the certificate's name. Until there is a certificate of that name the last one of any
 * name is served, so that a service whose names change goes on under those that it had.
 */
export const FOLLOW_STORE = `
local folder, name = ...
local file = "${SECRET_FOLDER}/${CERTIFICATE_FILE}"

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
    local own = contents(folder .. "/" .. name .. ".pem", ${MOST_CERTIFICATE_BYTES})
    if own ~= "" then
        return own
    end
    return contents(folder .. "/${LAST_CERTIFICATE_FILE}", ${MOST_CERTIFICATE_BYTES})
end
${SERVE_CERTIFICATE}
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
        core.msleep(${FOLLOW_EVERY_MS})
    end
end)

core.register_fetches("store_looked_at", function()
    return looked
end)

-- The answer to a challenge by the path that is asked for, and nothing for everything else (RFC 8555, 8.3): a token is in the
-- Base64 of URLs, and what is answered is the token again, a dot, and the thumbprint of the account's key.
core.register_converters("challenge", function(path)
    local token = #path <= 300 and path:match("^${CHALLENGE_PATH.replace(/[-.]/g, "%$&")}([%w_-]+)$")
    if not token then
        return ""
    end
    local answer = contents(folder .. "/challenges/" .. token, ${MOST_CHALLENGE_BYTES}):match("^%s*(%S+)%s*$") or ""
    if answer:sub(1, #token + 1) == token .. "." and answer:match("^[%w_-]+%.[%w_-]+$") then
        return answer
    end
    return ""
end)
`.trimStart();

/** What stands in the process-wide section. `copy` is the folder that COPY_STORE keeps. */
export function followStore(luaFile: string, copy: string, name: string): string[] {
    return [`stats socket ${COMMANDS_SOCKET} level admin`, `lua-load ${luaFile} ${copy} ${name}`];
}

/** On port 80, before all else. */
export function answerChallenges(): string[] {
    return [
        `acl challenge path_beg ${CHALLENGE_PATH}`,
        "http-request set-var(txn.challenge) path,lua.challenge if challenge",
        "http-request return status 200 content-type application/octet-stream lf-string %[var(txn.challenge)] if challenge { var(txn.challenge) -m len gt 0 }",
        "http-request deny deny_status 404 if challenge",
    ];
}

/**
 * Notes whether a client is connected by the placeholder, by the certificate of its own connection: one that goes on with the
 * placeholder when there is already another one has not been talking to anybody it can trust.
 */
export function notePlaceholder(): string[] {
    return [
        `tcp-request session set-var(sess.placeholder) bool(true) if { ssl_f_s_dn(CN) -m str "${PLACEHOLDER_COMMON_NAME}" }`,
    ];
}

const BY_PLACEHOLDER = "{ var(sess.placeholder) -m bool }";

/** What is not to be said to those who are connected by the placeholder. */
export const UNLESS_PLACEHOLDER = ` unless ${BY_PLACEHOLDER}`;

/** Nobody is served by the placeholder. The next connection may already be one by the certificate. */
export function refuseByPlaceholder(): string[] {
    return [
        `http-after-response set-header connection close if ${BY_PLACEHOLDER}`,
        `${certificatePending()} if ${BY_PLACEHOLDER}`,
    ];
}

/** A condition for READY_PATH: what was in the store at the start is served. */
export const STORE_LOOKED_AT = "{ lua.store_looked_at -m bool }";
