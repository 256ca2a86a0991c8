import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxInstance } from "../../instance";
import { installStandIns } from "../../providers/install";
import { TestProject } from "../../testing/harness";

describe("tls and random", () => {
    let stack: TestProject;
    let folder: string;

    const certificates = (validityPeriodHours: number, keeper = "a"): string => `
        import * as random from "@pulumi/random";
        import * as tls from "@pulumi/tls";

        const names = { dnsNames: ["score.contoso.test"], ipAddresses: ["127.0.0.1"] };
        function issued(name: string, key: tls.PrivateKeyArgs, ca: tls.PrivateKey, root: tls.SelfSignedCert) {
            const own = new tls.PrivateKey(name, key);
            const request = new tls.CertRequest(name, {
                privateKeyPem: own.privateKeyPem, subject: { commonName: "score.contoso.test", organization: "Contoso" }, ...names,
            });
            const certificate = new tls.LocallySignedCert(name, {
                certRequestPem: request.certRequestPem, caPrivateKeyPem: ca.privateKeyPem, caCertPem: root.certPem,
                validityPeriodHours: ${validityPeriodHours}, earlyRenewalHours: 1,
                allowedUses: ["digital_signature", "server_auth"], setSubjectKeyId: true,
            });
            return { key: own, certificate: certificate.certPem, request: request.certRequestPem };
        }
        const caKey = new tls.PrivateKey("ca", { algorithm: "ECDSA", ecdsaCurve: "P384" });
        const root = new tls.SelfSignedCert("ca", {
            privateKeyPem: caKey.privateKeyPem, subject: { commonName: "Test authority", country: "DE" },
            validityPeriodHours: 8760, allowedUses: ["cert_signing", "crl_signing"], isCaCertificate: true,
        });
        const pieces = {
            rsa: issued("rsa", { algorithm: "RSA" }, caKey, root),
            p256: issued("p256", { algorithm: "ECDSA", ecdsaCurve: "P256" }, caKey, root),
            ed25519: issued("ed25519", { algorithm: "ED25519" }, caKey, root),
        };
        export const authority = root.certPem;
        export const rsa = pieces.rsa.certificate;
        export const p256 = pieces.p256.certificate;
        export const ed25519 = pieces.ed25519.certificate;
        export const keys = Object.values(pieces).map(({ key }) => key.privateKeyPem);
        export const openSsh = Object.values(pieces).map(({ key }) => ({
            privateKey: key.privateKeyOpenssh, publicKey: key.publicKeyOpenssh, fingerprint: key.publicKeyFingerprintSha256,
        }));
        export const request = pieces.p256.request;
        const password = new random.RandomPassword("key", { length: 40, special: false, minNumeric: 3 });
        const label = new random.RandomString("label", {
            length: 6, upper: false, special: false, keepers: { group: "${keeper}" },
        });
        export const secretKey = password.result;
        export const labelText = label.result;
        export const id = new random.RandomId("id", { byteLength: 4, prefix: "r-" }).hex;
    `;

    beforeAll(async () => {
        folder = await mkdtemp(path.join(os.tmpdir(), "providers-"));
        stack = await TestProject.create({
            files: { "index.ts": certificates(48) },
            packages: ["@pulumi/pulumi", "@pulumi/tls", "@pulumi/random"],
            plugins: home => installStandIns(home, sandboxInstance()),
        });
    });

    afterAll(async () => {
        await stack.abandon();
        await rm(folder, { recursive: true, force: true });
    });

    const file = async (name: string, text: unknown): Promise<string> => {
        const target = path.join(folder, name);
        await writeFile(target, String(text), { mode: 0o600 });
        return target;
    };

    it("issues certificates that openssl accepts for their names, and for no others", async () => {
        expect((await stack.up()).errors).toEqual([]);
        const outputs = await stack.outputs({ showSecrets: true });
        const authority = await file("ca.pem", outputs.authority);
        for (const name of ["rsa", "p256", "ed25519"]) {
            const leaf = await file(`${name}.pem`, outputs[name]);
            const verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", authority];
            await execa("openssl", [...verify, "-verify_hostname", "score.contoso.test", leaf]);
            await execa("openssl", [...verify, "-verify_ip", "127.0.0.1", leaf]);
            const other = await execa("openssl", [...verify, "-verify_hostname", "other.test", leaf], {
                reject: false,
            });
            expect(other.exitCode).not.toBe(0);
        }
        const request = await file("request.pem", outputs.request);
        const { stdout } = await execa("openssl", ["req", "-in", request, "-noout", "-verify", "-subject"], {
            all: true,
        });
        expect(stdout).toContain("CN = score.contoso.test");
    });

    it("returns private keys that match the certificates, and that OpenSSH can read", async () => {
        const outputs = await stack.outputs({ showSecrets: true });
        const keys = outputs.keys as string[];
        const openSsh = outputs.openSsh as { privateKey: string; publicKey: string; fingerprint: string }[];
        for (const [index, name] of ["rsa", "p256", "ed25519"].entries()) {
            const key = await execa("openssl", ["pkey", "-pubout"], { input: keys[index] ?? "" });
            const leaf = await execa("openssl", ["x509", "-noout", "-pubkey"], {
                input: String(outputs[name]),
            });
            expect(key.stdout).toBe(leaf.stdout);
            const ssh = openSsh[index];
            const [kind, blob] = (ssh?.publicKey ?? "").trim().split(" ");
            const readable = await execa("ssh-keygen", [
                "-y",
                "-f",
                await file(`${name}.ssh`, ssh?.privateKey),
            ]);
            expect(readable.stdout.split(" ").slice(0, 2)).toEqual([kind, blob]);
            const { stdout } = await execa("ssh-keygen", [
                "-l",
                "-f",
                await file(`${name}.pub`, ssh?.publicKey),
            ]);
            expect(stdout).toContain(ssh?.fingerprint);
        }
    });

    it("finds no changes in a second update, and shows no secret", async () => {
        const outputs = await stack.outputs({ showSecrets: true });
        expect((await stack.up()).steps).toEqual([]);
        expect((await stack.refresh()).errors).toEqual([]);
        expect((await stack.preview()).steps).toEqual([]);
        expect(await stack.outputs({ showSecrets: true })).toEqual(outputs);
        expect(outputs.labelText).toMatch(/^[a-z0-9]{6}$/);
        expect(outputs.secretKey).toMatch(/^[A-Za-z0-9]{40}$/);
        expect(outputs.id).toMatch(/^r-[0-9a-f]{8}$/);
        expect(await stack.outputs()).toMatchObject({
            secretKey: "[secret]",
            keys: ["[secret]", "[secret]", "[secret]"],
        });
        const state = await stack.rawState();
        expect(state).not.toContain("PRIVATE KEY");
        expect(state).not.toContain(outputs.secretKey);
    });

    it("replaces a resource whose input changed, and no other", async () => {
        await stack.write("index.ts", certificates(48, "b"));

        const preview = await stack.preview();

        expect(preview.steps.filter(({ op }) => op === "replace")).toMatchObject([
            { name: "label", detailedDiff: { "keepers.group": { kind: "update-replace" } } },
        ]);
    });

    it("replaces a certificate that is due for renewal", async () => {
        await stack.write("index.ts", certificates(1));
        expect((await stack.up()).errors).toEqual([]);

        const preview = await stack.preview();

        const replaced = preview.steps.filter(({ op }) => op === "replace").map(({ name }) => name);
        expect(replaced.sort()).toEqual(["ed25519", "p256", "rsa"]);
    });
});
