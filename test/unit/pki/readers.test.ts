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
    const decorated =
        () => `\ufeffBag Attributes\r\n  friendlyName: x\r\n${leaf.certificate.replace(/\n/g, "\r\n")}
subject=CN = Test\n${root.certificate.replace(/\n/g, "  \n")}\nthe end`;

    it("reads several blocks and ignores text around them", () => {
        const { certificates, findings } = readCertificates(decorated());
        expect(findings).toEqual([]);
        expect(certificates.map(one => one.subject)).toEqual(["CN=Test leaf", "CN=Test root"]);
    });

    it("writes them as openssl does", () => {
        const { certificate } = normalizePem({ certificate: decorated(), privateKey: leaf.key });
        expect(certificate).toBe(leaf.certificate + root.certificate);
    });

    it.each<[string, () => string]>([
        ["blocks glued together", () => leaf.certificate.trim() + root.certificate],
        ["UTF-16 that was read as UTF-8", () => utf16(leaf.certificate + root.certificate).toString("utf8")],
        ["all of a block on one line", () => oneLine(leaf.certificate) + oneLine(root.certificate)],
        ["lines with spaces before them", () => (leaf.certificate + root.certificate).replace(/^/gm, "    ")],
        [
            "the text form in between",
            () => workspace.run("x509", "-text", "-in", leaf.certificateFile) + root.certificate,
        ],
        [
            "OpenSSL's trusted form",
            () => workspace.run("x509", "-trustout", "-in", leaf.certificateFile) + root.certificate,
        ],
        ["a label of old", () => (leaf.certificate + root.certificate).replaceAll(" CERT", " X509 CERT")],
    ])("reads %s", (_, text) => {
        expect(normalizePem({ certificate: text(), privateKey: leaf.key }).certificate).toBe(
            leaf.certificate + root.certificate,
        );
        expect(readCertificates(text()).findings).toEqual([]);
    });

    const rejected: Array<[string, string, RegExp, () => string]> = [
        ["nothing", "certificate-empty", /is empty/, () => " \n"],
        ["junk", "no-certificate", /contains no PEM/, () => "hello"],
        ["other blocks", "no-certificate", /contains no PEM/, () => armour("DH PARAMETERS", "AAAA")],
        ["a key", "certificate-is-private-key", /a private key/, () => leaf.key],
        ["an encrypted key", "certificate-is-encrypted-key", /encrypted/, () => encrypted()],
        ["a public key", "certificate-is-public-key", /public key/, () => publicKey()],
        ["a request", "certificate-is-request", /request/, () => request()],
        ["PKCS#7", "certificate-is-pkcs7", /PKCS#7/, () => pkcs7()],
        [
            "PKCS#7 called a certificate",
            "certificate-is-pkcs7",
            /PKCS#7/,
            () => armour("CERTIFICATE", bare(pkcs7())),
        ],
        ["PKCS#7 in Base64", "certificate-is-pkcs7", /PKCS#7/, () => bare(pkcs7())],
        [
            "binary PKCS#7 as Latin-1",
            "certificate-is-pkcs7",
            /PKCS#7/,
            () => bytes(pkcs7()).toString("latin1"),
        ],
        ["binary PKCS#7 as UTF-8", "certificate-is-pkcs7", /PKCS#7/, () => bytes(pkcs7()).toString("utf8")],
        ["a PFX in Base64", "certificate-is-pfx", /PFX/, () => pfx().toString("base64")],
        ["a PFX as Latin-1", "certificate-is-pfx", /PFX/, () => pfx().toString("latin1")],
        ["a PFX as UTF-8", "certificate-is-pfx", /PFX/, () => pfx().toString("utf8")],
        [
            "a PFX called a certificate",
            "certificate-is-pfx",
            /PFX/,
            () => armour("CERTIFICATE", pfx().toString("base64")),
        ],
        [
            "a PFX as a block of its own",
            "certificate-is-pfx",
            /PFX/,
            () => armour("PKCS12", pfx().toString("base64")),
        ],
        ["a path", "certificate-is-path", /file path/, () => "./certs/score.pem"],
        ["bare Base64", "certificate-is-base64", /Base64 without/, () => bare(leaf.certificate)],
        [
            "DER read as Latin-1",
            "certificate-is-der",
            /binary/,
            () => bytes(leaf.certificate).toString("latin1"),
        ],
        ["DER read as UTF-8", "certificate-is-der", /binary/, () => bytes(leaf.certificate).toString("utf8")],
        [
            "lost line ends",
            "certificate-is-joined-lines",
            /joined/,
            () => leaf.certificate.replace(/\n/g, " "),
        ],
        [
            "spelled-out line ends",
            "certificate-is-joined-lines",
            /joined/,
            () => leaf.certificate.replace(/\n/g, "\\n"),
        ],
        ["a cut-off file", "certificate-unreadable", /One certificate/, () => leaf.certificate.slice(0, -40)],
        [
            "a damaged line",
            "certificate-unreadable",
            /damaged/,
            () => leaf.certificate.replace(/\n\w/, "\n!"),
        ],
        ["another thing inside", "certificate-unreadable", /damaged/, () => armour("CERTIFICATE", "AAAA")],
        ["a huge file", "certificate-too-large", /KiB/, () => leaf.certificate.repeat(1000)],
    ];

    it("has a case for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code => /^(certificate-|no-certificate$)/.test(code));
        expect(rejected.map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
    });

    it.each(rejected)("reports %s", (_, code, message, text) => {
        const reading = readCertificates(text());
        expect(reading.findings[0]?.code).toBe(code);
        expect(reading.findings[0]?.message).toMatch(message);
        expect(reading.findings[0]?.severity).toBe("error");
        expect(reading.certificates).toEqual([]);
    });

    it("warns of a key in the same file", () => {
        expect(codes(readCertificates(leaf.certificate + leaf.key))).toEqual(["key-beside-certificate"]);
    });
});

describe("readPrivateKey", () => {
    it.each<[string, () => string]>([
        ["PKCS#8", () => leaf.key],
        ["SEC 1", () => workspace.run("ec", "-in", leaf.keyFile)],
        ["SEC 1 after its parameters", () => workspace.run("ecparam", "-genkey", "-name", "prime256v1")],
        ["PKCS#1", () => workspace.run("rsa", "-traditional", "-in", rsa())],
        ["PKCS#8 with CRLF and a byte order mark", () => `\ufeff${leaf.key.replace(/\n/g, "\r\n")}`],
        ["a file with the certificate too", () => leaf.certificate + leaf.key],
    ])("reads %s as openssl does", (_, make) => {
        const text = make();
        const { pem = "", findings } = readPrivateKey(text);
        expect(findings).toEqual([]);
        const theirs = workspace.run(
            "pkey",
            "-in",
            workspace.write("theirs.key", text.replace("\ufeff", "")),
        );
        expect(pem).toBe(theirs);
    });

    const rejected: Array<[string, string, RegExp, () => string]> = [
        ["nothing", "key-empty", /is empty/, () => ""],
        ["junk", "no-key", /no PEM private key/, () => "hello"],
        ["a certificate", "key-is-certificate", /is a certificate/, () => leaf.certificate],
        ["a public key", "key-is-public-key", /public key/, () => publicKey()],
        ["a request", "key-is-request", /request/, () => request()],
        ["PKCS#7", "key-is-pkcs7", /PKCS#7/, () => pkcs7()],
        ["a PFX", "key-is-pfx", /PFX/, () => pfx().toString("base64")],
        ["a PFX called a key", "key-is-pfx", /PFX/, () => armour("PRIVATE KEY", pfx().toString("base64"))],
        ["DER", "key-is-der", /binary/, () => bytes(leaf.key).toString("latin1")],
        [
            "DER of an encrypted key",
            "key-is-encrypted-key",
            /encrypted/,
            () => bytes(encrypted()).toString("latin1"),
        ],
        ["bare Base64", "key-is-base64", /Base64 without/, () => bare(leaf.key)],
        ["lost line ends", "key-is-joined-lines", /joined/, () => leaf.key.replace(/\n/g, " ")],
        ["a path", "key-is-path", /file path/, () => "score.key"],
        ["an encrypted PKCS#8 key", "key-encrypted", /is encrypted/, () => encrypted()],
        ["an encrypted key of old", "key-encrypted", /is encrypted/, () => encryptedOld()],
        ["two keys", "several-keys", /2 private keys/, () => leaf.key + root.key],
        ["a cut-off key", "key-unreadable", /truncated/, () => leaf.key.slice(0, 60)],
        [
            "another thing inside",
            "key-unreadable",
            /no private key that/,
            () => armour("PRIVATE KEY", "AAAA"),
        ],
        ["a key for exchange only", "key-type-unsupported", /x25519/, () => x25519()],
        ["an OpenSSH key", "key-type-unsupported", /OPENSSH/, () => armour("OPENSSH PRIVATE KEY", "AAAA")],
        ["a huge file", "key-too-large", /KiB/, () => leaf.key.repeat(2000)],
    ];

    it("has a case for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code => /^(key-(?!beside)|no-key$|several-keys$)/.test(code));
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
    const encryptedOld = () => workspace.run("ec", "-aes128", "-in", leaf.keyFile, "-passout", "pass:x");
    const x25519 = () => workspace.run("genpkey", "-algorithm", "X25519");
});

describe("both readers", () => {
    const answer = (text: string) => {
        const certificates = readCertificates(text);
        expect(certificates.certificates.length + certificates.findings.length).toBeGreaterThan(0);
        const key = readPrivateKey(text);
        expect(key.findings.length > 0).toBe(key.key === undefined);
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
        fc.assert(fc.property(text, lines => answer(lines.join("\n"))));
    });

    it("ignore text around the blocks and the kind of line ends", () => {
        const around = fc
            .array(
                fc.oneof(
                    fc.string(),
                    fc.constantFrom("Bag Attributes", "  localKeyID: 01", "subject=CN = x", ""),
                ),
            )
            // Bytes that a text file of today does not have say that it is UTF-16, or a block.
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
                (before, between, after, end, mark) => {
                    const parts = [before, leaf.certificate, between, leaf.key, root.certificate, after];
                    const text = (mark ? "\ufeff" : "") + parts.join("\n").replace(/\n/g, end);
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
        fc.assert(fc.property(place, cut => answer(file.slice(0, cut) || " ")));
        fc.assert(
            fc.property(place, fc.string({ minLength: 1, maxLength: 3 }), (start, change) =>
                answer(file.slice(0, start) + change + file.slice(start + change.length)),
            ),
        );
    });

    it.each(["-----BEGIN ", "-", "A", "\n", "-----BEGIN A-----\n", ":", "= "])(
        "return a result for 256 KiB of %j",
        piece => answer(piece.repeat(Math.floor((256 * 1024) / piece.length))),
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

const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
const bytes = (pem: string) => Buffer.from(bare(pem), "base64");

function oneLine(pem: string): string {
    return armour("CERTIFICATE", bare(pem).replace(/\n/g, ""));
}

function bare(pem: string): string {
    return pem.replace(/-----.*-----\n/g, "").trim();
}

function armour(label: string, base64: string): string {
    return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
