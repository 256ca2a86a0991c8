import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Scenario } from "../case";
import { now } from "../create-certificate";
import type { Verifier, Verdict } from "./verifier";

/** `openssl verify` with the strictest options. It does not check the private key. */
export const openssl: Verifier = {
    name: "openssl",
    verify: async scenarios => {
        const folder = await mkdtemp(path.join(tmpdir(), "corpus-"));
        try {
            const verdicts: Verdict[] = [];
            for (const scenario of scenarios) verdicts.push(await verify(scenario, folder));
            return verdicts;
        } finally {
            await rm(folder, { recursive: true });
        }
    },
};

async function verify({ chain, roots, hostname, at = now }: Scenario, folder: string): Promise<string> {
    const [leaf, ...others] = chain.map(one => one.pem);
    const file = async (name: string, text: string) => {
        await writeFile(path.join(folder, name), text);
        return path.join(folder, name);
    };
    const leafFile = await file("leaf.pem", leaf ?? "");
    const args = [
        ...["verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-no-CAstore"],
        ...["-CAfile", await file("roots.pem", roots.map(one => one.pem).join(""))],
        ...(others.length > 0 ? ["-untrusted", await file("others.pem", others.join(""))] : []),
        ...[isIP(hostname) ? "-verify_ip" : "-verify_hostname", hostname],
        ...["-attime", String(at.getTime() / 1000), leafFile],
    ];
    return new Promise(resolve => {
        execFile("openssl", args, (error, _, stderr) => {
            resolve(error ? (/error \d+ at \d+ depth lookup: ?(.*)/.exec(stderr)?.[1] ?? stderr) : "");
        });
    });
}
