import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
    type Finding,
    judgeServingCertificate,
    judgeWithOpenssl,
    normalizePem,
    readRoots,
} from "../../../components/pki";
import type { Rule } from "../../../components/pki/facts";
import { STRUCTURE_COMMAND } from "../../../components/pki/guard";
import { RULES } from "../../../components/pki/rules";
import { isValid } from "../../../cli/certificate/report";
import {
    CA_EXTENSIONS,
    DAY,
    type Issued,
    OpensslWorkspace,
    leafExtensions,
    rsaKey,
} from "../../support/openssl";

const HOST = "score.contoso.test";
const now = new Date();
const days = (count: number) => new Date(now.getTime() + count * DAY);
const workspace = new OpensslWorkspace();
let root: Issued;
let intermediate: Issued;

/** OpenSSL refuses it as a server (Netscape's extension), and no rule knows the extension. */
const CLIENT_ONLY = [...leafExtensions(`DNS:${HOST}`), "nsCertType=client"];

beforeAll(() => {
    root = workspace.root("/CN=Test root", { notBefore: days(-400), notAfter: days(400) });
    intermediate = workspace.intermediate(root, { notBefore: days(-400), notAfter: days(400) });
});
afterAll(() => workspace.close());

const serving = (...chain: Issued[]) => ({
    certificate: chain.map(one => one.certificate).join(""),
    privateKey: chain[0]?.key ?? "",
    hostnames: [HOST],
});
const important = (findings: Finding[]) =>
    findings.filter(one => one.severity !== "info").map(one => one.code);

async function verdict(chain: Issued[], at = now, roots = readRoots(root.certificate)) {
    return important((await judgeWithOpenssl(serving(...chain), at, { roots })).findings);
}

describe("judgeWithOpenssl", () => {
    it("never calls valid what OpenSSL refuses, also without a rule, in OpenSSL's words", async () => {
        const leaf = workspace.leaf(intermediate, [], { extensions: CLIENT_ONLY });
        expect(workspace.verify(leaf.certificate, [intermediate.certificate], root.certificate)).toMatch(
            /unsuitable certificate purpose/,
        );
        const rules = judgeServingCertificate(serving(leaf, intermediate), now, {
            roots: readRoots(root.certificate),
        });
        expect(rules.findings).toEqual([]);
        for (const roots of [readRoots(root.certificate), undefined]) {
            const judgement = await judgeWithOpenssl(serving(leaf, intermediate), now, { roots });
            expect(judgement.findings[0]).toMatchObject({
                code: "refused-by-openssl",
                severity: "error",
                message:
                    "OpenSSL, which curl, Python and Node use, refuses the certificate: unsuitable certificate purpose (INVALID_PURPOSE).",
            });
            expect(isValid(judgement)).toBe(false);
        }
    });

    it.each([
        ["EC", []],
        ["RSA", rsaKey(2048)],
        ["Ed25519", ["-algorithm", "ED25519"]],
    ])("judges times by its own clock, and everything else by OpenSSL (%s)", async (_, key) => {
        const times = { notBefore: days(-90), notAfter: days(-1), ...(key.length > 0 && { key }) };
        const good = workspace.leaf(intermediate, [`DNS:${HOST}`], times);
        const bad = workspace.leaf(intermediate, [], { ...times, extensions: CLIENT_ONLY });
        const uncommon = key.includes("ED25519") ? ["uncommon-key"] : [];
        expect(await verdict([good, intermediate])).toEqual(["leaf-expired", ...uncommon]);
        expect(await verdict([good, intermediate], days(-60))).toEqual(uncommon);
        expect(await verdict([bad, intermediate], days(-60))).toEqual(["refused-by-openssl", ...uncommon]);
        // OpenSSL reports only its last error, which is about the time.
        expect(
            await verdict([good, intermediate], days(-60), readRoots(workspace.root().certificate)),
        ).toContain("untrusted");
    });

    it("judges a self-signed certificate that is not valid yet at a later time", async () => {
        const own = workspace.leaf(undefined, [`DNS:${HOST}`], { notBefore: days(10), notAfter: days(100) });
        expect(await verdict([own], days(20), readRoots(own.certificate))).toEqual(["self-signed"]);
    });

    it("accepts an intermediate as the end of the chain when trust is not checked", async () => {
        const leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
        const judgement = await judgeWithOpenssl(serving(leaf, intermediate), now);
        expect(judgement.findings.map(one => one.code)).toEqual(["trust-not-checked"]);
        expect(judgement.findings[0]?.message).toMatch(
            /ends at CN=Test intermediate, which CN=Test root issued/,
        );
    });

    it("has no finding of OpenSSL beside an error that explains its refusal", async () => {
        const leaf = workspace.leaf(intermediate, ["DNS:other.test"]);
        expect(await verdict([leaf, intermediate])).toEqual(["name-not-covered"]);
    });
});

describe("a missing upper intermediate", () => {
    it("is named, with the place of its certificate", async () => {
        const lower = workspace.intermediate(intermediate, {
            subject: "/CN=Lower",
            extensions: [
                ...CA_EXTENSIONS,
                "authorityInfoAccess=caIssuers;URI:http://ca.contoso.test/upper.cer",
            ],
        });
        const leaf = workspace.leaf(lower, [`DNS:${HOST}`]);
        expect(workspace.verify(leaf.certificate, [lower.certificate], root.certificate)).toMatch(
            /unable to get local issuer/,
        );
        const { findings } = await judgeWithOpenssl(serving(leaf, lower), now, {
            roots: readRoots(root.certificate),
        });
        expect(findings).toMatchObject([{ code: "untrusted" }]);
        expect(findings[0]?.advice).toBe(
            "If CN=Test intermediate is an intermediate, append its certificate after CN=Lower (http://ca.contoso.test/upper.cer). If it is a root, give it to clients.",
        );
        const unknown = await judgeWithOpenssl(serving(leaf, lower), now);
        expect(unknown.findings).toMatchObject([{ code: "trust-not-checked", severity: "info" }]);
        expect(unknown.findings[0]?.advice).toContain(
            "append its certificate (http://ca.contoso.test/upper.cer)",
        );
    });
});

describe("an unexpected error", () => {
    const broken: Rule = function brokenRule() {
        throw new RangeError(`the secret ${HOST}`);
    };

    it("of a rule is a finding, does not hide the others, and makes the certificate invalid", async () => {
        const leaf = workspace.leaf(intermediate, ["DNS:other.test"]);
        const rules = RULES as Rule[];
        rules.unshift(broken);
        try {
            const judgement = await judgeWithOpenssl(serving(leaf, intermediate), now);
            expect(important(judgement.findings)).toEqual(["unexpected-error", "name-not-covered"]);
            const [finding] = judgement.findings;
            expect(finding?.message).toBe(
                "The check brokenRule failed unexpectedly (RangeError), so the certificate was not checked completely.",
            );
            expect(finding?.advice).toContain(STRUCTURE_COMMAND);
            expect(isValid(judgement)).toBe(false);
        } finally {
            rules.shift();
        }
    });

    it("asks for the output of a command that prints types and object identifiers, and no contents", () => {
        const leaf = workspace.leaf(intermediate, [`DNS:${HOST}`], {
            subject: "/CN=score.contoso.test/O=Contoso",
        });
        const command = STRUCTURE_COMMAND.replace("FILE", leaf.certificateFile);
        const printed = execFileSync("sh", ["-c", command], { encoding: "utf8" });
        expect(printed).toMatch(/prim: +UTCTIME/);
        expect(printed).toContain("X509v3 Subject Alternative Name");
        expect(printed).not.toMatch(/contoso|:[0-9A-F]{8}|\d{6}Z/i);
        expect(printed.split("\n").length).toBeGreaterThan(40);
    });
});

describe("bytes after a certificate", () => {
    it("are removed from what the front serves", () => {
        const leaf = workspace.leaf(intermediate, [`DNS:${HOST}`]);
        const der = Buffer.concat([
            Buffer.from(leaf.certificate.replace(/-----.*-----|\s/g, ""), "base64"),
            Buffer.alloc(3),
        ]);
        const certificate = `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
        const judgement = judgeServingCertificate({ ...serving(leaf), certificate }, now);
        expect(important(judgement.findings)).toContain("trailing-data");
        expect(normalizePem({ certificate, privateKey: leaf.key }).certificate).toBe(leaf.certificate);
    });
});
