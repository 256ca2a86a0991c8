import { readFileSync } from "node:fs";
import * as path from "node:path";

/** Name of the file beside a plug-in's executable that tells where the sandbox is. */
export const SETTINGS_FILE = "sandbox.json";

/** Where the sandbox's control plane is. The only thing in which one installed stand-in differs from another. */
export interface SandboxSettings {
    /** Address of the ARM server, without a slash at the end: `https://127.0.60.1:8443`. */
    armUrl: string;
    /** File that holds the bearer token. Read at each use, so the token itself is nowhere else. */
    tokenFile: string;
    /** File with the certificate of the authority that signed the ARM server's certificate. */
    caFile: string;
    subscriptionId: string;
    tenantId: string;
}

/** The settings beside the running plug-in. */
export function readSettings(): SandboxSettings {
    return JSON.parse(readFileSync(path.join(__dirname, SETTINGS_FILE), "utf8")) as SandboxSettings;
}
