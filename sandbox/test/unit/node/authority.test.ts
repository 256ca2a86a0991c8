import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CertificateAuthority } from "../../../node/authority";

let folder: string;
beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "authority-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("issues certificates that openssl accepts, and does not issue them again", async () => {
    const authority = await CertificateAuthority.open(folder, "test-cluster");
    const request = {
        file: "server",
        commonName: "kube-apiserver",
        use: "server" as const,
        names: ["kubernetes"],
        addresses: ["10.200.0.1"],
    };
    const issued = await authority.issue(request);
    const verify = (purpose: string) =>
        execFileSync(
            "openssl",
            [
                "verify",
                "-x509_strict",
                "-CAfile",
                authority.files.certificate,
                "-purpose",
                purpose,
                issued.certificate,
            ],
            { encoding: "utf8", stdio: "pipe" },
        );
    expect(verify("sslserver")).toContain(": OK");
    expect(() => verify("sslclient")).toThrow(/unsuitable|unsupported certificate purpose|invalid purpose/i);
    expect(statSync(issued.key).mode & 0o777).toBe(0o600);

    const written = statSync(issued.certificate).mtimeMs;
    await (await CertificateAuthority.open(folder, "test-cluster")).issue(request);
    expect(statSync(issued.certificate).mtimeMs).toBe(written);
});
