import { existsSync, readFileSync } from "node:fs";
import * as https from "node:https";
import * as path from "node:path";
import type { SandboxInstance } from "../instance";

/** The process with the ARM server, the DNS server and the container groups. */
export function controlCommand(): string[] {
    const loader = require.resolve("tsx");
    return [
        process.execPath,
        "--import",
        `file://${loader}`,
        path.join(__dirname, "..", "control", "main.ts"),
    ];
}

/** Whether the ARM server answers, even if only to say that nobody has logged in. */
export function controlAnswers(instance: SandboxInstance): Promise<boolean> {
    const authority = path.join(instance.stateFolder, "ca.pem");
    if (!existsSync(authority)) return Promise.resolve(false);
    const { address: host, port } = instance.arm;
    return new Promise(resolve => {
        const options = { host, port, ca: readFileSync(authority), agent: false as const, timeout: 3_000 };
        const request = https.get({ ...options, path: "/" }, response => {
            response.resume();
            resolve(true);
        });
        request.on("timeout", () => request.destroy());
        request.on("error", () => resolve(false));
    });
}
