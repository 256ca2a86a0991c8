/**
 * Inputs from public bug reports, rebuilt with keys of our own, as `certificate check` and `certificate convert` see them. The URL is the
 * report.
 */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkCertificate, readSubject } from "../../../../cli/certificate/check";
import { convertPfx } from "../../../../cli/certificate/convert";
import { isValid } from "../../../../cli/certificate/report";
import { buildPfx, certificateBag, keyBag, replaceMac } from "../../../support/pfx-workspace";
import { WrappedFiles } from "./files";

const files = new WrappedFiles();
afterAll(() => files.close());

const hostname = ["score.contoso.test"];
const roots = () => files.authority.certificateFile;

async function check(
    given: { cert?: string | Buffer; key?: string | Buffer; pfx?: Buffer },
    password?: string,
) {
    const name = (option: string, file?: string | Buffer) => file && files.write(`case-${option}`, file);
    const { cert, key, pfx } = given;
    const flags = {
        ...{
            hostname,
            roots: roots(),
            cert: name("cert", cert),
            key: name("key", key),
            pfx: name("pfx", pfx),
        },
        ...(password !== undefined && { pfxPasswordEnv: "WORD" }),
    };
    const judgement = await checkCertificate(await readSubject(flags, { WORD: password }));
    const findings = judgement.findings.map(({ severity, code }) => `${severity} ${code}`);
    return { valid: isValid(judgement), findings };
}

describe("a PFX as text", () => {
    const wrapped = { valid: true, findings: ["warning pfx-wrapped"] };

    it("from Key Vault without --encoding base64 (https://github.com/MicrosoftDocs/azure-docs/issues/85465)", async () => {
        expect(await check({ pfx: files.base64Line(files.pfx) })).toEqual(wrapped);
    });

    it("from PowerShell's > (https://github.com/microsoft/azure-pipelines-tasks/pull/13686)", async () => {
        expect(await check({ pfx: files.utf16(files.base64Line(files.pfx), "LE", "with mark") })).toEqual(
            wrapped,
        );
    });

    it("from certutil -encode (https://github.com/ansible-collections/ansible.windows/issues/132), without a circle of advice", async () => {
        const pfx = files.certutil(files.pfx);
        expect(await check({ pfx })).toEqual(wrapped);
        expect(await check({ cert: pfx, key: pfx })).toEqual({
            valid: false,
            findings: ["error certificate-is-pfx", "error key-is-pfx"],
        });
    });

    it("is converted", async () => {
        const pfx = files.write("downloaded.pfx", files.base64Line(files.pfx));
        const [cert, key] = ["out.pem", "out.key"].map(name => path.join(files.folder, name)) as [
            string,
            string,
        ];
        const { converted, findings } = await convertPfx({ pfx, cert, key }, {}, process.stdout);
        expect({ converted, codes: findings.map(({ code }) => code) }).toEqual({
            converted: true,
            codes: ["pfx-wrapped"],
        });
        expect(readFileSync(cert, "utf8") + readFileSync(key, "utf8")).toBe(files.chain + files.key);
    });
});

describe("a PFX password with letters outside of ASCII", () => {
    const letters = "żółw";
    const asBytes = Buffer.from(letters).toString("latin1");
    const pfx = (password: string, ...args: string[]) =>
        files.export(files.service, [files.middle], ...args, "-passout", `pass:${password}`);

    it("from OpenSSL 1.0 (https://github.com/openssl/openssl/issues/25467)", async () => {
        expect(await check({ pfx: pfx(asBytes, "-legacy") }, letters)).toEqual({
            valid: true,
            findings: ["warning pfx-password-encoding"],
        });
    });

    it("from PKI.js (https://github.com/PeculiarVentures/PKI.js/issues/404)", async () => {
        const file = replaceMac(pfx(letters), { password: asBytes });
        expect(await check({ pfx: file }, letters)).toEqual({
            valid: false,
            findings: ["error pfx-password-encoding"],
        });
    });

    it("with the right integrity check", async () => {
        expect(await check({ pfx: pfx(letters) }, letters)).toEqual({ valid: true, findings: [] });
    });
});

describe("a key under the wrong label", () => {
    const relabelled = { valid: true, findings: ["warning key-mislabelled"] };

    it("PKCS#1 under PRIVATE KEY (https://github.com/C2SP/wycheproof/issues/178)", async () => {
        const key = files.pkcs1.replaceAll("RSA PRIVATE KEY", "PRIVATE KEY");
        expect(await check({ cert: files.chain, key })).toEqual(relabelled);
    });

    it("PKCS#8 under RSA PRIVATE KEY (https://github.com/sipb/homeworld/issues/445)", async () => {
        const key = files.key.replaceAll("PRIVATE KEY", "RSA PRIVATE KEY");
        expect(await check({ cert: files.chain, key })).toEqual(relabelled);
    });
});

describe("a first line that is lost or changed (https://github.com/openwisp/django-x509/issues/12)", () => {
    it.each<[string, () => string]>([
        ["lost", () => files.chain.replace(/^.*\n/, "")],
        ["lost in a file with the leaf only", () => files.service.certificate.replace(/^.*\n/, "")],
        ["a dash short", () => files.chain.slice(1)],
        [
            "after a YAML key (https://github.com/jembi/openhim-core-js/issues/465)",
            () => `certificate: ${files.chain}`,
        ],
    ])("%s", async (_, cert) => {
        expect(await check({ cert: cert(), key: files.key })).toEqual({
            valid: false,
            findings: ["error certificate-unreadable"],
        });
    });
});

describe("a PFX with two keys (https://github.com/jchambers/pushy/issues/292)", () => {
    it("is refused, because either key could be the wrong one", async () => {
        const other = files.leaf(files.middle, ["DNS:wine.contoso.test"]);
        const bags = [files.service, other].flatMap(one => [
            keyBag(files.der("pkcs8", "-topk8", "-nocrypt", "-in", one.keyFile), one.subject),
            certificateBag(files.der("x509", "-in", one.certificateFile)),
        ]);
        const { valid, findings } = await check({ pfx: buildPfx([bags]) });
        expect(valid).toBe(false);
        expect(findings[0]).toBe("error pfx-several-keys");
    });
});
