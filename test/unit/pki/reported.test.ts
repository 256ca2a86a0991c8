import { readFileSync } from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { type Finding, judgeWithOpenssl, readPfx, readRoots } from "../../../components/pki";

/** A certificate of a public bug report, rebuilt with other keys. */
interface Reported {
    /** The report. */
    source: string;
    folder: string;
    chain: string;
    /** Absent where the report has no key. */
    key?: string;
    roots?: string;
    hostname: string;
    /** Codes of errors and warnings that are about the report, and words of the first. */
    findings: Record<string, Finding["severity"]>;
    words: RegExp;
}

/** All certificates are valid at this time, except one. */
const NOW = new Date("2026-11-28T00:20:00Z");
const FOLDER = path.join(__dirname, "reported");
const read = (folder: string, file: string) => readFileSync(path.join(FOLDER, folder, file), "utf8");

const VAULT = {
    source: "https://github.com/hashicorp/terraform-aws-vault-starter/pull/41",
    folder: "01-same-subject-as-issuer",
    key: "key.pem",
    hostname: "score.contoso.com",
};
const METER = {
    source: "https://github.com/pyca/cryptography/issues/10685",
    folder: "04-fractional-seconds",
    key: "key.pem",
    roots: "roots.pem",
    hostname: "meter.contoso.com",
};
const BOOKS = {
    source: "https://github.com/golang/go/issues/26362",
    folder: "06-utf8-dns-name",
    key: "key.pem",
    roots: "roots.pem",
    hostname: "bücher.contoso.com",
};
const CROSS_SIGNED = {
    source: "https://github.com/acmesh-official/acme.sh/issues/3723",
    folder: "16-expired-cross-signed-root",
    key: "key.pem",
    chain: "chain.pem",
    hostname: "score.contoso.com",
    findings: { "expired-cross-signed-root": "warning" },
    words: /Remove the certificate of O=Contoso, CN=New Root X1/,
} as const;
const MASK = {
    source: "https://github.com/PeculiarVentures/asn1-schema/issues/105",
    folder: "21-ip-constraint-without-mask",
    roots: "roots.pem",
    hostname: "score.contoso.com",
    words: /is an address without a mask/,
};

/** The verdicts are those that OpenSSL, Go, Python, Node and curl gave for these files. */
const REPORTED: Reported[] = [
    {
        ...VAULT,
        chain: "chain-no-ids.pem",
        roots: "ca.pem",
        findings: { "same-subject-as-issuer": "error" },
        words: /OpenSSL \(curl, Python, Node\) takes it for self-signed.*Rename one of the two/,
    },
    {
        ...VAULT,
        chain: "chain-no-ids.pem",
        findings: { "same-subject-as-issuer": "error" },
        words: /Rename one of the two/,
    },
    {
        ...VAULT,
        chain: "leaf-no-ids.pem",
        findings: { "chain-incomplete": "error", "same-subject-as-issuer": "error" },
        words: /Append the intermediate certificates/,
    },
    {
        ...VAULT,
        chain: "chain-ids.pem",
        roots: "ca.pem",
        findings: { "same-subject-as-issuer": "warning" },
        words: /\.NET and other clients on Windows/,
    },
    {
        ...METER,
        chain: "chain.pem",
        findings: { "malformed-time": "error" },
        words: /notAfter has fractions of a second/,
    },
    {
        ...METER,
        source: "https://github.com/Mbed-TLS/mbedtls/issues/499",
        chain: "chain-noseconds.pem",
        findings: { "malformed-time": "error" },
        words: /notAfter has no seconds/,
    },
    {
        ...BOOKS,
        chain: "chain-only.pem",
        findings: { "name-not-covered": "error", "malformed-alternative-name": "warning" },
        words: /clients look for xn--bcher-kva\.contoso\.com/,
    },
    {
        ...BOOKS,
        source: "https://github.com/openssl/openssl/issues/22263",
        chain: "chain-both.pem",
        findings: { "malformed-alternative-name": "warning" },
        words: /in Unicode instead of xn--bcher-kva\.contoso\.com.*Go/,
    },
    { ...CROSS_SIGNED, source: "https://github.com/ipxe/ipxe/issues/606" },
    { ...CROSS_SIGNED, roots: "roots.pem" },
    { ...CROSS_SIGNED, source: "https://github.com/erlang/otp/issues/4877", roots: "old-and-new-roots.pem" },
    { ...MASK, chain: "ip-without-mask-dns-only.pem", findings: { "malformed-constraints": "error" } },
    { ...MASK, chain: "ip-without-mask.pem", findings: { "malformed-constraints": "error" } },
];

/** Warnings about the certificates of the reports that are right and not their subject. */
const BESIDE = /^(missing-key-identifier|loose-authority|long-lifetime)$/;

const about = (findings: Finding[]) =>
    findings.filter(one => one.severity !== "info" && !BESIDE.test(one.code));

describe("a reported certificate", () => {
    it.each(REPORTED.map(one => [one.source, one.chain, one.roots ?? "unknown roots", one] as const))(
        "of %s: %s with %s",
        async (_, chain, roots, { folder, key, hostname, findings, words }) => {
            const judgement = await judgeWithOpenssl(
                {
                    certificate: read(folder, chain),
                    privateKey: key && read(folder, key),
                    hostnames: [hostname],
                },
                NOW,
                {
                    roots: roots === "unknown roots" ? undefined : readRoots(read(folder, roots)),
                    selfSignedAllowed: false,
                },
            );
            const [first, ...others] = about(judgement.findings);
            const found = [first, ...others].flatMap(one => (one ? [[one.code, one.severity]] : []));
            expect(Object.fromEntries(found)).toEqual(findings);
            expect(`${first?.message} ${first?.advice}`).toMatch(words);
        },
    );

    it("of https://github.com/SSLMate/go-pkcs12/issues/21: a PFX whose RSA key has no NULL parameters", async () => {
        const folder = "03-rsa-key-without-null";
        const { certificate = "", privateKey } = readPfx(
            readFileSync(path.join(FOLDER, folder, "authentication.p12")),
            "my_password",
        );
        const serving = { certificate, privateKey, hostnames: ["score.contoso.com"] };
        const roots = readRoots(read(folder, "roots.pem"));
        const { findings } = await judgeWithOpenssl(serving, NOW, { roots, selfSignedAllowed: false });
        expect(about(findings)).toMatchObject([{ code: "malformed-key", severity: "warning" }]);
        expect(findings[0]?.message).toMatch(/no NULL parameters\. Go and other strict clients refuse it/);
    });
});
