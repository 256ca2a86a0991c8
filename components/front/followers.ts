import { COMMANDS_SOCKET, runtimeCommands } from "./runtime-commands";
import { CERTIFICATE_FILE, SECRET_FOLDER } from "./settings";

/** Lua files that replace the certificate of the running HAProxy. */
export const FOLLOW_CERTIFICATE_FILE = "follow-certificate.lua";
export const FOLLOW_STORE_FILE = "follow-store.lua";
/** The Lua module that both of them use. */
export const SERVE_CERTIFICATE_FILE = "serve-certificate.lua";

/** Process-wide directives: serve the new contents of `CERTIFICATE_FILE` when they change. */
export function followCertificate(scriptFolder: string): string[] {
    return [...runtimeCommands(scriptFolder), follower(scriptFolder, FOLLOW_CERTIFICATE_FILE)];
}

/**
 * Process-wide directives: serve the certificate of this name from the certificate store.
 * @param copy the folder that copy-store.sh writes
 * @param socketOwner directives for the owner of sockets, where HAProxy changes its user after it has opened them
 */
export function followStore(
    scriptFolder: string,
    copy: string,
    certificateName: string,
    socketOwner: readonly string[] = [],
): string[] {
    return [
        ...runtimeCommands(scriptFolder, socketOwner),
        follower(scriptFolder, FOLLOW_STORE_FILE, copy, certificateName),
    ];
}

function follower(scriptFolder: string, file: string, ...more: readonly string[]): string {
    const args = [`${SECRET_FOLDER}/${CERTIFICATE_FILE}`, COMMANDS_SOCKET, ...more];
    return `lua-load ${scriptFolder}/${file} ${args.join(" ")}`;
}
