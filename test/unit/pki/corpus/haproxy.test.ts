import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { haproxy } from "../../../../sandbox/control/load-balancer/haproxy";
import { hasDebianPackages } from "../../../../machine/debian";
import { ecKeys, keyPem } from "./create-certificate";
import { HOST, intermediate, leaf, leafBelow } from "./fixtures";

const folder = mkdtempSync(path.join(tmpdir(), "haproxy-"));
const socket = path.join(folder, "tls.sock");
const configuration = path.join(folder, "haproxy.cfg");
let program: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
    if (hasDebianPackages()) ({ program, environment: env } = await haproxy());
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the configuration of a front with these certificates and key. */
function configure(...pem: (string | undefined)[]): void {
    const file = path.join(folder, "certificate.pem");
    writeFileSync(file, pem.join(""), { mode: 0o600 });
    writeFileSync(
        configuration,
        [
            "defaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s",
            `frontend one\n  bind unix@${socket} ssl crt ${file}\n  http-request return status 200\n`,
        ].join("\n"),
    );
}

const loads = async () => !(await execa(program, ["-c", "-f", configuration], { env, reject: false })).failed;

/** HAProxy itself loads some certificates that the rules refuse, so its configuration check does not replace the rules. */
describe.skipIf(!hasDebianPackages())("HAProxy", () => {
    it("loads a file without the intermediate, and serves the leaf alone", async () => {
        configure(leaf.pem, keyPem(leaf));
        const front = execa(program, ["-W", "-db", "-f", configuration], { env, reject: false });
        try {
            await new Promise<void>((resolve, reject) => {
                front.stderr.on("data", chunk => /Loading success/.test(String(chunk)) && resolve());
                front.stderr.on("close", () => reject(new Error("HAProxy did not start.")));
            });
            const served = await new Promise<tls.DetailedPeerCertificate>((resolve, reject) => {
                const client = tls.connect(
                    { path: socket, servername: HOST, rejectUnauthorized: false, ca: [] },
                    () => {
                        resolve(client.getPeerCertificate(true));
                        client.destroy();
                    },
                );
                client.on("error", reject);
            });
            expect(served.subject.CN).toBe("Test leaf");
            expect(served.issuerCertificate).toBeUndefined();
        } finally {
            front.kill();
            await front;
        }
    });

    it("does not load the key of another certificate", async () => {
        configure(leaf.pem, intermediate.pem, keyPem(leaf));
        expect(await loads()).toBe(true);
        configure(leaf.pem, intermediate.pem, keyPem(leafBelow(intermediate, { key: ecKeys() })));
        expect(await loads()).toBe(false);
    });
});
