import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";

/** Timeout of one request in milliseconds. */
const REQUEST_TIMEOUT_MS = 3_000;

/** The command line of the control process: ARM server, DNS servers and the controllers of container groups and Services. */
export function controlCommand(): string[] {
    const loader = require.resolve("tsx");
    return [
        process.execPath,
        "--import",
        `file://${loader}`,
        path.join(__dirname, "..", "control", "main.ts"),
    ];
}

/** Whether the ARM server answers. Any HTTP status counts, because the request has no bearer token. */
export function controlAnswers(instance: SandboxInstance): Promise<boolean> {
    const authority = path.join(instance.stateFolder, "ca.pem");
    if (!existsSync(authority)) return Promise.resolve(false);
    const { address: host, port } = instance.arm;
    return new Promise(resolve => {
        const connection = { host, port, ca: readFileSync(authority), agent: false as const };
        const request = https.get({ ...connection, path: "/", timeout: REQUEST_TIMEOUT_MS }, response => {
            response.resume();
            resolve(true);
        });
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(false));
    });
}
