import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { normalizePem, readCertificates, readPrivateKey } from "../../../components/pki";
import { type Issued, Workshop, ecKey, rsaKey } from "./openssl";

const workshop = new Workshop();
let root: Issued;
let leaf: Issued;

beforeAll(() => {
    root = workshop.root();
    leaf = workshop.leaf(root, ["DNS:score.contoso.test"]);
});
afterAll(() => workshop.close());

const codes = (reading: { findings: { code: string }[] }) => reading.findings.map(finding => finding.code);

describe("readCertificates", () => {
    const decorated =
        () => `\ufeffBag Attributes\r\n  friendlyName: x\r\n${leaf.certificate.replace(/\n/g, "\r\n")}
subject=CN = Test\n${root.certificate.replace(/\n/g, "  \n")}\nthe end`;

    it("reads several blocks whatever stands around them", () => {
        const { certificates, findings } = readCertificates(decorated());
        expect(findings).toEqual([]);
        expect(certificates.map(one => one.subject)).toEqual(["CN=Test leaf", "CN=Test root"]);
    });

    it("writes them as openssl does", () => {
        const { certificate } = normalizePem({ certificate: decorated(), privateKey: leaf.key });
        expect(certificate).toBe(leaf.certificate + root.certificate);
    });

    it.each<[string, string, RegExp, () => string]>([
        ["nothing", "no-certificate", /is empty/, () => " \n"],
        ["junk", "no-certificate", /holds no PEM/, () => "hello"],
        ["a key", "no-certificate", /PRIVATE KEY and no certificate/, () => leaf.key],
        [
            "a public key",
            "no-certificate",
            /public key/,
            () => workshop.run("pkey", "-pubout", "-in", leaf.keyFile),
        ],
        ["a request", "no-certificate", /request/, () => request()],
        ["PKCS#7", "no-certificate", /PKCS#7/, () => pkcs7()],
        ["a path", "no-certificate", /path of a file/, () => "./certs/score.pem"],
        ["bare Base64", "no-certificate", /Base64 without/, () => bare(leaf.certificate)],
        ["DER read as text", "no-certificate", /binary/, () => der().toString("latin1")],
        ["DER read as UTF-8", "no-certificate", /binary/, () => der().toString("utf8")],
        ["a cut-off file", "certificate-unreadable", /One certificate/, () => leaf.certificate.slice(0, -40)],
        [
            "a damaged line",
            "certificate-unreadable",
            /damaged/,
            () => leaf.certificate.replace(/\n\w/, "\n!"),
        ],
        ["another thing inside", "certificate-unreadable", /damaged/, () => armour("CERTIFICATE", "AAAA")],
        ["a huge file", "certificate-too-large", /KiB/, () => leaf.certificate.repeat(1000)],
    ])("says what is wrong with %s", (_, code, message, text) => {
        const reading = readCertificates(text());
        expect(codes(reading)).toContain(code);
        expect(reading.findings[0]?.message).toMatch(message);
        expect(reading.findings[0]?.severity).toBe("error");
        expect(reading.certificates).toEqual([]);
    });

    it("warns of a key in the same file", () => {
        expect(codes(readCertificates(leaf.certificate + leaf.key))).toEqual(["key-beside-certificate"]);
    });

    const request = () => workshop.run("req", "-new", "-key", leaf.keyFile, "-subj", "/CN=x");
    const pkcs7 = () => workshop.run("crl2pkcs7", "-nocrl", "-certfile", leaf.certificateFile);
    const der = () => Buffer.from(bare(leaf.certificate), "base64");
});

describe("readPrivateKey", () => {
    it.each<[string, () => string]>([
        ["PKCS#8", () => leaf.key],
        ["SEC 1", () => workshop.run("ec", "-in", leaf.keyFile)],
        ["SEC 1 after its parameters", () => workshop.run("ecparam", "-genkey", "-name", "prime256v1")],
        ["PKCS#1", () => workshop.run("rsa", "-traditional", "-in", rsa())],
        ["PKCS#8 with CRLF and a byte order mark", () => `\ufeff${leaf.key.replace(/\n/g, "\r\n")}`],
        ["a file with the certificate too", () => leaf.certificate + leaf.key],
    ])("reads %s as openssl does", (_, make) => {
        const text = make();
        const { pem = "", findings } = readPrivateKey(text);
        expect(findings).toEqual([]);
        const theirs = workshop.run("pkey", "-in", workshop.write("theirs.key", text.replace("\ufeff", "")));
        expect(pem).toBe(theirs);
    });

    it.each<[string, string, RegExp, () => string]>([
        ["nothing", "no-key", /is empty/, () => ""],
        ["junk", "no-key", /no PEM private key/, () => "hello"],
        ["a certificate", "no-key", /is a certificate/, () => leaf.certificate],
        ["a public key", "no-key", /public key/, () => workshop.run("pkey", "-pubout", "-in", leaf.keyFile)],
        ["a path", "no-key", /path of a file/, () => "score.key"],
        ["an encrypted PKCS#8 key", "key-encrypted", /is encrypted/, () => encrypted()],
        ["an encrypted key of old", "key-encrypted", /is encrypted/, () => encryptedOld()],
        ["two keys", "several-keys", /2 private keys/, () => leaf.key + root.key],
        ["a cut-off key", "key-unreadable", /cut off/, () => leaf.key.slice(0, 60)],
        [
            "another thing inside",
            "key-unreadable",
            /no private key that/,
            () => armour("PRIVATE KEY", "AAAA"),
        ],
        ["a key for exchange only", "key-type-unsupported", /x25519/, () => x25519()],
        ["an OpenSSH key", "key-type-unsupported", /OPENSSH/, () => armour("OPENSSH PRIVATE KEY", "AAAA")],
        ["a huge file", "key-too-large", /KiB/, () => leaf.key.repeat(2000)],
    ])("says what is wrong with %s", (_, code, message, text) => {
        const reading = readPrivateKey(text());
        expect(codes(reading)).toEqual([code]);
        expect(reading.findings[0]?.message).toMatch(message);
        expect(reading.key).toBeUndefined();
    });

    const rsa = () => workshop.write("rsa.key", workshop.run("genpkey", ...rsaKey(2048)));
    const pass = ["-passout", "pass:x"];
    const encrypted = () => workshop.run("pkcs8", "-topk8", "-in", leaf.keyFile, ...pass);
    const encryptedOld = () => workshop.run("ec", "-aes128", "-in", leaf.keyFile, ...pass);
    const x25519 = () => workshop.run("genpkey", "-algorithm", "X25519");
});

describe("both readers", () => {
    const answer = (text: string) => {
        const certificates = readCertificates(text);
        expect(certificates.certificates.length + certificates.findings.length).toBeGreaterThan(0);
        const key = readPrivateKey(text);
        expect(key.findings.length > 0).toBe(key.key === undefined);
    };

    it("answer whatever the text is", () => {
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

    it("answer wherever a file is cut off or changed", () => {
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
        "answer to very much of %j",
        piece => answer(piece.repeat(Math.floor((256 * 1024) / piece.length))),
    );

    it("know curves and sizes that servers use", () => {
        const keys = [ecKey("P-384"), ecKey("P-521"), rsaKey(3072), ["-algorithm", "ED25519"]];
        for (const key of keys) expect(readPrivateKey(workshop.run("genpkey", ...key)).findings).toEqual([]);
    });
});

function bare(pem: string): string {
    return pem.replace(/-----.*-----\n/g, "").trim();
}

function armour(label: string, base64: string): string {
    return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
