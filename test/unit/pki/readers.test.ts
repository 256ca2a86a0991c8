import { readFileSync } from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalizePem, readCertificates, readPrivateKey } from "../../../components/pki";
import { READING_CODES } from "../../../components/pki/reading-codes";
import { type Issued, OpensslWorkspace, ecKey, rsaKey } from "../../support/openssl";

const workspace = new OpensslWorkspace();
let root: Issued;
let leaf: Issued;

beforeAll(() => {
    root = workspace.root();
    leaf = workspace.leaf(root, ["DNS:score.contoso.test"]);
});
afterAll(() => workspace.close());

const codes = (reading: { findings: { code: string }[] }) => reading.findings.map(finding => finding.code);

describe("readCertificates", () => {
    const withSurroundingText =
        () => `\ufeffBag Attributes\r\n  friendlyName: x\r\n${leaf.certificate.replace(/\n/g, "\r\n")}
subject=CN = Test\n${root.certificate.replace(/\n/g, "  \n")}\nthe end`;

    it("reads several blocks and ignores text around them", () => {
        const { certificates, findings } = readCertificates(withSurroundingText());
        expect(findings).toEqual([]);
        expect(certificates.map(one => one.subject)).toEqual(["CN=Test leaf", "CN=Test root"]);
    });

    it("writes the same PEM as openssl", () => {
        const { certificate } = normalizePem({ certificate: withSurroundingText(), privateKey: leaf.key });
        expect(certificate).toBe(leaf.certificate + root.certificate);
    });

    it.each<[string, () => string]>([
        [
            "blocks with their Base64 text on one line",
            () => oneLine(leaf.certificate) + oneLine(root.certificate),
        ],
        [
            "the output of openssl x509 -text",
            () => workspace.run("x509", "-text", "-in", leaf.certificateFile) + root.certificate,
        ],
        [
            "a block with the label TRUSTED CERTIFICATE",
            () => workspace.run("x509", "-trustout", "-in", leaf.certificateFile) + root.certificate,
        ],
        [
            "blocks with the label X509 CERTIFICATE",
            () => (leaf.certificate + root.certificate).replaceAll(" CERT", " X509 CERT"),
        ],
    ])("reads %s", (_, text) => {
        expect(normalizePem({ certificate: text(), privateKey: leaf.key }).certificate).toBe(
            leaf.certificate + root.certificate,
        );
        expect(readCertificates(text()).findings).toEqual([]);
    });

    const rejected: Array<[string, string, RegExp, () => string]> = [
        ["an empty text", "certificate-empty", /is empty/, () => " \n"],
        ["text without PEM blocks", "no-certificate", /contains no PEM/, () => "hello"],
        [
            "a block of another type",
            "no-certificate",
            /contains no PEM/,
            () => pemBlock("DH PARAMETERS", "AAAA"),
        ],
        ["a private key", "certificate-is-private-key", /a private key/, () => leaf.key],
        ["an encrypted key", "certificate-is-encrypted-key", /encrypted/, () => encrypted()],
        ["a public key", "certificate-is-public-key", /public key/, () => publicKey()],
        ["a certificate signing request", "certificate-is-request", /request/, () => request()],
        ["PKCS#7", "certificate-is-pkcs7", /PKCS#7/, () => pkcs7()],
        [
            "PKCS#7 with the label CERTIFICATE",
            "certificate-is-pkcs7",
            /PKCS#7/,
            () => pemBlock("CERTIFICATE", base64Of(pkcs7())),
        ],
        ["PKCS#7 in Base64", "certificate-is-pkcs7", /PKCS#7/, () => base64Of(pkcs7())],
        [
            "binary PKCS#7 decoded as Latin-1",
            "certificate-is-pkcs7",
            /PKCS#7/,
            () => derOf(pkcs7()).toString("latin1"),
        ],
        [
            "binary PKCS#7 decoded as UTF-8",
            "certificate-is-pkcs7",
            /PKCS#7/,
            () => derOf(pkcs7()).toString("utf8"),
        ],
        ["a PFX in Base64", "certificate-is-pfx", /PFX/, () => pfx().toString("base64")],
        ["a PFX decoded as Latin-1", "certificate-is-pfx", /PFX/, () => pfx().toString("latin1")],
        ["a PFX decoded as UTF-8", "certificate-is-pfx", /PFX/, () => pfx().toString("utf8")],
        [
            "a PFX with the label CERTIFICATE",
            "certificate-is-pfx",
            /PFX/,
            () => pemBlock("CERTIFICATE", pfx().toString("base64")),
        ],
        [
            "a PFX with the label PKCS12",
            "certificate-is-pfx",
            /PFX/,
            () => pemBlock("PKCS12", pfx().toString("base64")),
        ],
        ["a file path", "certificate-is-path", /file path/, () => "./certs/score.pem"],
        [
            "DER decoded as UTF-8",
            "certificate-is-der",
            /binary/,
            () => derOf(leaf.certificate).toString("utf8"),
        ],
        [
            "a truncated file",
            "certificate-unreadable",
            /line 1: BEGIN CERTIFICATE has no END line/,
            () => leaf.certificate.slice(0, -40),
        ],
        [
            "a damaged line",
            "certificate-unreadable",
            /damaged/,
            () => leaf.certificate.replace(/\n\w/, "\n!"),
        ],
        [
            "a block that contains no certificate",
            "certificate-unreadable",
            /damaged/,
            () => pemBlock("CERTIFICATE", "AAAA"),
        ],
        ["a file above the size limit", "certificate-too-large", /KiB/, () => leaf.certificate.repeat(1000)],
    ];

    it("has a case for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code =>
            /^(certificate-(?!wrapped|mislabelled)|no-certificate$)/.test(code),
        );
        expect(rejected.map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
    });

    it.each(rejected)("reports %s", (_, code, message, text) => {
        const reading = readCertificates(text());
        expect(reading.findings[0]?.code).toBe(code);
        expect(reading.findings[0]?.message).toMatch(message);
        expect(reading.findings[0]?.severity).toBe("error");
        expect(reading.certificates).toEqual([]);
    });

    it("warns about a private key in the same file", () => {
        expect(codes(readCertificates(leaf.certificate + leaf.key))).toEqual(["key-beside-certificate"]);
    });
});

describe("readPrivateKey", () => {
    it.each<[string, () => string]>([
        ["PKCS#8", () => leaf.key],
        ["SEC 1", () => workspace.run("ec", "-in", leaf.keyFile)],
        [
            "SEC 1 after a block of EC parameters",
            () => workspace.run("ecparam", "-genkey", "-name", "prime256v1"),
        ],
        ["PKCS#1", () => workspace.run("rsa", "-traditional", "-in", rsa())],
        ["PKCS#8 with CRLF and a byte order mark", () => `\ufeff${leaf.key.replace(/\n/g, "\r\n")}`],
        ["a file that also contains a certificate", () => leaf.certificate + leaf.key],
    ])("reads the same key as openssl from %s", (_, make) => {
        const text = make();
        const { pem = "", findings } = readPrivateKey(text);
        expect(findings).toEqual([]);
        const byOpenssl = workspace.run(
            "pkey",
            "-in",
            workspace.write("input.key", text.replace("\ufeff", "")),
        );
        expect(pem).toBe(byOpenssl);
    });

    const rejected: Array<[string, string, RegExp, () => string]> = [
        ["an empty text", "key-empty", /is empty/, () => ""],
        ["text without PEM blocks", "no-key", /no PEM private key/, () => "hello"],
        ["a certificate", "key-is-certificate", /is a certificate/, () => leaf.certificate],
        ["a public key", "key-is-public-key", /public key/, () => publicKey()],
        ["a certificate signing request", "key-is-request", /request/, () => request()],
        ["PKCS#7", "key-is-pkcs7", /PKCS#7/, () => pkcs7()],
        ["a PFX", "key-is-pfx", /PFX/, () => pfx().toString("base64")],
        [
            "a PFX with the label PRIVATE KEY",
            "key-is-pfx",
            /PFX/,
            () => pemBlock("PRIVATE KEY", pfx().toString("base64")),
        ],
        [
            "DER of an encrypted key decoded as Latin-1",
            "key-encrypted",
            /encrypted/,
            () => derOf(encrypted()).toString("latin1"),
        ],
        ["a file path", "key-is-path", /file path/, () => "score.key"],
        ["an encrypted PKCS#8 key", "key-encrypted", /is encrypted/, () => encrypted()],
        ["an encrypted SEC 1 key", "key-encrypted", /is encrypted/, () => encryptedSec1()],
        ["two keys", "several-keys", /2 private keys/, () => leaf.key + root.key],
        [
            "a truncated key",
            "key-unreadable",
            /line 1: BEGIN PRIVATE KEY has no END/,
            () => leaf.key.slice(0, 60),
        ],
        [
            "a block that contains no private key",
            "key-unreadable",
            /no private key that/,
            () => pemBlock("PRIVATE KEY", "AAAA"),
        ],
        ["a key that cannot sign", "key-type-unsupported", /x25519/, () => x25519()],
        ["an OpenSSH key", "key-is-openssh-key", /OpenSSH/, () => pemBlock("OPENSSH PRIVATE KEY", "AAAA")],
        ["a file above the size limit", "key-too-large", /KiB/, () => leaf.key.repeat(2000)],
    ];

    it("has a case for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code =>
            /^(key-(?!beside|wrapped|mislabelled)|no-key$|several-keys$)/.test(code),
        );
        expect(rejected.map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
    });

    it.each(rejected)("reports %s", (_, code, message, text) => {
        const reading = readPrivateKey(text());
        expect(codes(reading)).toEqual([code]);
        expect(reading.findings[0]?.message).toMatch(message);
        expect(reading.key).toBeUndefined();
        for (const line of text().match(/[A-Za-z0-9+/]{40,}/g) ?? []) {
            expect(JSON.stringify(reading.findings)).not.toContain(line.slice(0, 20));
        }
    });

    const rsa = () => workspace.write("rsa.key", workspace.run("genpkey", ...rsaKey(2048)));
    const encryptedSec1 = () => workspace.run("ec", "-aes128", "-in", leaf.keyFile, "-passout", "pass:x");
    const x25519 = () => workspace.run("genpkey", "-algorithm", "X25519");
});

describe("both readers", () => {
    const readBoth = (text: string) => {
        const certificates = readCertificates(text);
        expect(certificates.certificates.length + certificates.findings.length).toBeGreaterThan(0);
        const key = readPrivateKey(text);
        expect(key.findings.some(({ severity }) => severity === "error")).toBe(key.key === undefined);
    };

    it("return a result for any text", () => {
        const boundary = fc.constantFrom(
            ...["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN PRIVATE KEY-----"],
            ...[
                "-----END PRIVATE KEY-----",
                "-----BEGIN -----",
                "Proc-Type: 4,ENCRYPTED",
                "MIIB",
                "\r",
                "\ufeff",
            ],
        );
        const text = fc.array(fc.oneof(boundary, fc.string({ unit: "binary" }), fc.base64String()));
        fc.assert(fc.property(text, lines => readBoth(lines.join("\n"))));
    });

    it("ignore text around the blocks and the kind of line ends", () => {
        const around = fc
            .array(
                fc.oneof(
                    fc.string(),
                    fc.constantFrom("Bag Attributes", "  localKeyID: 01", "subject=CN = x", ""),
                ),
            )
            // Null and replacement characters indicate UTF-16, and dashes start a block.
            .map(lines => lines.join("\n").replace(/-----|[\0\ufffd]/g, ""));
        const lineEnd = fc.constantFrom("\n", "\r\n", "\r", "  \n", "\t\r\n");
        const certificate = leaf.certificate + root.certificate;
        fc.assert(
            fc.property(
                around,
                around,
                around,
                lineEnd,
                fc.boolean(),
                (before, between, after, end, byteOrderMark) => {
                    const parts = [before, leaf.certificate, between, leaf.key, root.certificate, after];
                    const text = (byteOrderMark ? "\ufeff" : "") + parts.join("\n").replace(/\n/g, end);
                    expect(normalizePem({ certificate: text, privateKey: text })).toEqual({
                        certificate,
                        privateKey: leaf.key,
                    });
                },
            ),
        );
    });

    it("return a result for a truncated or changed file", () => {
        const file = leaf.certificate + leaf.key;
        const place = fc.nat({ max: file.length - 1 });
        fc.assert(fc.property(place, cut => readBoth(file.slice(0, cut) || " ")));
        fc.assert(
            fc.property(place, fc.string({ minLength: 1, maxLength: 3 }), (start, change) =>
                readBoth(file.slice(0, start) + change + file.slice(start + change.length)),
            ),
        );
    });

    it.each(["-----BEGIN ", "-", "A", "\n", "-----BEGIN A-----\n", ":", "= "])(
        "return a result for 256 KiB of %j",
        piece => readBoth(piece.repeat(Math.floor((256 * 1024) / piece.length))),
    );

    it("accept the curves and key sizes that servers use", () => {
        const keys = [ecKey("P-384"), ecKey("P-521"), rsaKey(3072), ["-algorithm", "ED25519"]];
        for (const key of keys) expect(readPrivateKey(workspace.run("genpkey", ...key)).findings).toEqual([]);
    });
});

const request = () => workspace.run("req", "-new", "-key", leaf.keyFile, "-subj", "/CN=x");
const publicKey = () => workspace.run("pkey", "-pubout", "-in", leaf.keyFile);
const encrypted = () => workspace.run("pkcs8", "-topk8", "-in", leaf.keyFile, "-passout", "pass:x");
const pkcs7 = () => workspace.run("crl2pkcs7", "-nocrl", "-certfile", leaf.certificateFile);
const pfx = () => {
    workspace.run(
        "pkcs12",
        "-export",
        "-inkey",
        leaf.keyFile,
        "-in",
        leaf.certificateFile,
        "-passout",
        "pass:x",
        "-out",
        "x.pfx",
    );
    return readFileSync(path.join(workspace.folder, "x.pfx"));
};

const derOf = (pem: string) => Buffer.from(base64Of(pem), "base64");

function oneLine(pem: string): string {
    return pemBlock("CERTIFICATE", base64Of(pem).replace(/\n/g, ""));
}

function base64Of(pem: string): string {
    return pem.replace(/-----.*-----\n/g, "").trim();
}

function pemBlock(label: string, base64: string): string {
    return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
