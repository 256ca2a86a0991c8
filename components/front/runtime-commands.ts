import { TEMPORARY_FOLDER } from "./settings";

/** The Lua module that runs HAProxy's runtime commands. */
export const RUNTIME_COMMANDS_FILE = "runtime-commands.lua";

/** A file that only HAProxy's user can open: with the commands one can replace the certificate and accept other keys. */
export const COMMANDS_SOCKET = `unix@${TEMPORARY_FOLDER}/front-commands.sock`;

/**
 * Process-wide directives: HAProxy's runtime commands for its own Lua files.
 * @param owner directives for the owner of the socket, where HAProxy changes its user after it has opened the socket
 */
export function runtimeCommands(scriptFolder: string, owner: readonly string[] = []): string[] {
    return [
        ["stats socket", COMMANDS_SOCKET, "mode 600", ...owner, "level admin"].join(" "),
        `lua-prepend-path ${scriptFolder}/?.lua`,
    ];
}
