import { readFileSync } from "node:fs";
import * as path from "node:path";

/** The name of the settings file in the folder of an installed plug-in. */
export const SETTINGS_FILE = "sandbox.json";

/** The control plane of a sandbox. Installations of a stand-in for different sandboxes differ only in these settings. */
export interface SandboxSettings {
    /** The URL of Azure Resource Manager, without a slash at the end, e.g. `https://127.0.60.1:8443`. */
    armUrl: string;
    /** The path of the file with the bearer token. The file is read for each request, so that no copy of the token exists. */
    tokenFile: string;
    /** The path of the file with the CA certificate that issued the server's certificate. */
    caFile: string;
    subscriptionId: string;
    tenantId: string;
}

/** Reads the settings from the folder of the running plug-in. */
export function readSettings(): SandboxSettings {
    return JSON.parse(readFileSync(path.join(__dirname, SETTINGS_FILE), "utf8")) as SandboxSettings;
}
