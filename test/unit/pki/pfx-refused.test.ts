import { afterAll, describe, expect, it } from "vitest";
import { readPfx, readPrivateKey } from "../../../components/pki";
import { READING_CODES } from "../../../components/pki/reading-codes";
import {
    type Bag,
    buildPfx,
    certificateBag,
    decodeDer,
    identifier,
    integer,
    keyBag,
    keyBagEncryptedWith,
    octets,
    replaceMac,
    secretBag,
    sequence,
    shroudedKeyBag,
} from "../../support/pfx-workspace";
import {
    PASS,
    PASSWORD,
    certificateDer,
    encryptedKeyDer,
    intermediate,
    keyDer,
    leaf,
    root,
    workspace,
} from "./pfx-fixtures";

const SECOND = 1000;

afterAll(() => workspace.close());

const codes = (reading: { findings: { code: string }[] }) => reading.findings.map(finding => finding.code);

describe("readPfx", () => {
    const exported = () => workspace.export(leaf, [intermediate], ...PASS);
    const mac = { password: PASSWORD };
    const twoKeys = () =>
        buildPfx(
            [
                [
                    keyBag(keyDer(leaf), "score"),
                    shroudedKeyBag(encryptedKeyDer(root), "other"),
                    certificateBag(certificateDer(leaf)),
                ],
            ],
            mac,
        );
    const pbes1 = (iterations: number) => sequence(octets(Buffer.alloc(8)), integer(iterations));
    const pbes2 = (iterations: number, derivation = "1.2.840.113549.1.5.12") =>
        sequence(
            sequence(identifier(derivation), sequence(octets(Buffer.alloc(8)), integer(iterations))),
            sequence(identifier("2.16.840.1.101.3.4.1.42"), octets(Buffer.alloc(16))),
        );
    const withKey = (algorithm: string, parameters: Bag) =>
        buildPfx([[keyBagEncryptedWith(algorithm, parameters)]], mac);
    const [PBES2, TRIPLE_DES] = ["1.2.840.113549.1.5.13", "1.2.840.113549.1.12.1.3"];
    const withChangedDigest = (pfx: Buffer) => {
        const copy = Buffer.from(pfx);
        // The digest of the integrity check is near the end, before salt and iterations.
        const at = copy.length - 30;
        copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
        return copy;
    };

    const rejected: Array<[string, string, RegExp, () => Buffer | string, string?]> = [
        ["a wrong password", "pfx-password-wrong", /does not open/, exported, "battery staple"],
        [
            "a wrong password with legacy algorithms",
            "pfx-password-wrong",
            /does not open/,
            () => workspace.export(leaf, [], "-legacy", ...PASS),
            "x",
        ],
        [
            "a wrong password without integrity check",
            "pfx-password-wrong",
            /does not open/,
            () => workspace.export(leaf, [], "-nomac", ...PASS),
            "x",
        ],
        [
            "a wrong password for a file that has only an integrity check",
            "pfx-password-wrong",
            /does not open/,
            () => buildPfx([[keyBag(keyDer(leaf))]], mac),
            "x",
        ],
        ["an empty password", "pfx-password-missing", /none was given/, exported, ""],
        [
            "another encoding of the password",
            "pfx-password-encoding",
            /UTF-8 bytes/,
            () =>
                replaceMac(workspace.export(leaf, [], "-passout", "pass:żółw"), { password: "Å¼Ã³Å\u0082w" }),
            "żółw",
        ],
        [
            "different passwords for integrity check and contents",
            "pfx-two-passwords",
            /another/,
            () => replaceMac(exported(), { password: "other" }),
            "other",
        ],
        [
            "a file without key",
            "pfx-no-key",
            /no private key/,
            () => workspace.export(leaf, [], "-nokeys", ...PASS),
        ],
        ["two keys", "pfx-several-keys", /2 private keys \("score", "other"\)/, twoKeys],
        [
            "a file without certificate",
            "pfx-no-certificate",
            /no certificate/,
            () => workspace.export(leaf, [], "-nocerts", ...PASS),
        ],
        [
            "a damaged certificate",
            "pfx-certificate-unreadable",
            /cannot be read/,
            () =>
                buildPfx(
                    [[keyBag(keyDer(leaf)), certificateBag(certificateDer(leaf).subarray(0, 200))]],
                    mac,
                ),
        ],
        [
            "more certificates than the limit",
            "pfx-too-many-certificates",
            /21/,
            () => buildPfx([[keyBag(keyDer(leaf)), ...manyCertificates(21)]], mac),
        ],
        [
            "RC4",
            "pfx-algorithm-unsupported",
            /RC4/,
            () => workspace.export(leaf, [], "-legacy", "-certpbe", "PBE-SHA1-RC4-128", ...PASS),
        ],
        [
            "Camellia",
            "pfx-algorithm-unsupported",
            /Camellia/,
            () => workspace.export(leaf, [], "-keypbe", "CAMELLIA-256-CBC", ...PASS),
        ],
        [
            "PBE-MD5-DES",
            "pfx-algorithm-unsupported",
            /MD5/,
            () => workspace.export(leaf, [], "-legacy", "-keypbe", "PBE-MD5-DES", ...PASS),
        ],
        [
            "an MD5 integrity check",
            "pfx-algorithm-unsupported",
            /MD5/,
            () => workspace.export(leaf, [], "-macalg", "md5", ...PASS),
        ],
        [
            "PBMAC1 with a short key, which RFC 9579 forbids",
            "pfx-algorithm-unsupported",
            /PBMAC1 with a key of 16 bytes/,
            () => replaceMac(exported(), { ...mac, pbmac1: { keyBytes: 16, hash: "sha256" } }),
        ],
        [
            "PBMAC1 without parameters",
            "pfx-unreadable",
            /damaged/,
            () => replaceMac(exported(), { ...mac, algorithm: "1.2.840.113549.1.5.14" }),
        ],
        [
            "scrypt",
            "pfx-algorithm-unsupported",
            /scrypt/,
            () => withKey(PBES2, pbes2(1, "1.3.6.1.4.1.11591.4.11")),
        ],
        [
            "an unknown algorithm",
            "pfx-algorithm-unsupported",
            /1\.2\.3\.4/,
            () => withKey("1.2.3.4", pbes1(1)),
        ],
        [
            "a key that cannot sign",
            "key-type-unsupported",
            /x25519/,
            () => buildPfx([[keyBag(x25519()), certificateBag(certificateDer(leaf))]], mac),
        ],
        [
            "a key bag without a key",
            "key-unreadable",
            /no private key/,
            () =>
                buildPfx(
                    [[keyBag(Buffer.from("3003020100", "hex")), certificateBag(certificateDer(leaf))]],
                    mac,
                ),
        ],
        [
            "a file with a changed digest",
            "pfx-damaged",
            /changed or damaged/,
            () => withChangedDigest(exported()),
        ],
        [
            "2^31 iterations for the integrity check",
            "pfx-too-many-iterations",
            /iterations/,
            () => replaceMac(exported(), { ...mac, iterations: 2 ** 31 }),
        ],
        [
            "2^31 iterations for a key with a legacy algorithm",
            "pfx-too-many-iterations",
            /iterations/,
            () => withKey(TRIPLE_DES, pbes1(2 ** 31)),
        ],
        [
            "2^31 iterations for a key",
            "pfx-too-many-iterations",
            /iterations/,
            () => withKey(PBES2, pbes2(2 ** 31)),
        ],
        [
            "2^31 - 1 iterations, which Node accepts",
            "pfx-too-many-iterations",
            /iterations/,
            () => withKey(PBES2, pbes2(2 ** 31 - 1)),
        ],
        [
            "many iterations in the sum of all keys",
            "pfx-too-many-iterations",
            /iterations/,
            () => buildPfx([Array.from({ length: 60 }, () => keyBagEncryptedWith(PBES2, pbes2(100_000)))]),
        ],
        [
            "an unterminated object identifier",
            "pfx-unreadable",
            /damaged/,
            () => buildPfx([[unterminatedIdentifier()]], mac),
        ],
        ["zero iterations", "pfx-unreadable", /damaged/, () => withKey(PBES2, pbes2(0))],
        ["a truncated file", "pfx-unreadable", /truncated/, () => exported().subarray(0, 700)],
        ["arbitrary bytes", "pfx-unreadable", /not a PFX/, () => Buffer.from([1, 2, 3])],
        ["an empty file", "pfx-empty", /empty/, () => Buffer.alloc(0)],
        ["an empty text", "pfx-empty", /empty/, () => "\n"],
        ["a file above the size limit", "pfx-too-large", /KiB/, () => Buffer.alloc(300 * 1024, "0")],
        ["a text above the size limit", "pfx-too-large", /KiB/, () => "M".repeat(500 * 1024)],
        ["a file path", "pfx-is-path", /file path/, () => "secrets/score.pfx"],
        ["a text that is not Base64", "pfx-not-base64", /not Base64/, () => "hunter2!"],
        ["a PEM text", "pfx-is-pem", /PEM/, () => leaf.certificate + leaf.key],
        ["a PEM file", "pfx-is-pem", /PEM/, () => Buffer.from(leaf.certificate)],
        ["a certificate", "pfx-is-certificate", /a certificate/, () => certificateDer(leaf)],
        [
            "a certificate in Base64",
            "pfx-is-certificate",
            /a certificate/,
            () => certificateDer(leaf).toString("base64"),
        ],
        [
            "PKCS#7",
            "pfx-is-pkcs7",
            /PKCS#7/,
            () => workspace.der("crl2pkcs7", "-nocrl", "-certfile", leaf.certificateFile),
        ],
        [
            "a certificate signing request",
            "pfx-is-request",
            /CSR/,
            () => workspace.der("req", "-new", "-key", leaf.keyFile, "-subj", "/CN=x"),
        ],
        ["a PKCS#8 key", "pfx-is-private-key", /private key/, () => keyDer(leaf)],
        ["a SEC 1 key", "pfx-is-private-key", /private key/, () => workspace.der("ec", "-in", leaf.keyFile)],
        ["an encrypted key", "pfx-is-encrypted-key", /encrypted/, () => encryptedKeyDer(leaf)],
        [
            "a public key",
            "pfx-is-public-key",
            /public key/,
            () => workspace.der("pkey", "-in", leaf.keyFile, "-pubout"),
        ],
    ];

    it("has a case for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code => /^pfx-(?!stray|wrapped)/.test(code));
        expect(rejected.map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
    });

    it.each(rejected)("refuses %s", (_, code, message, make, password = PASSWORD) => {
        const file = make();
        const start = performance.now();
        const reading = readPfx(file, password);
        // Without the limits, some of the files would take minutes.
        expect(performance.now() - start).toBeLessThan(20 * SECOND);
        expect(codes(reading)).toContain(code);
        const finding = reading.findings.find(one => one.code === code);
        expect(finding?.message).toMatch(message);
        expect(finding?.severity).toBe("error");
        expect(finding?.advice).not.toBe("");
        for (const secret of [PASSWORD, "battery staple", "hunter2"]) {
            expect(JSON.stringify(reading.findings)).not.toContain(secret);
        }
        expect(reading.certificate && reading.privateKey).toBeFalsy();
    });

    it("refuses a file with two keys in which openssl finds the same keys", () => {
        const keys =
            workspace
                .printContents(twoKeys(), PASSWORD)
                .match(/-----BEGIN PRIVATE KEY[^]*?END PRIVATE KEY-----\n/g) ?? [];
        expect(keys.map(text => readPrivateKey(text).pem)).toEqual([leaf.key, root.key]);
    });

    it("reports a missing password", () => {
        expect(codes(readPfx(exported()))).toEqual(["pfx-password-missing"]);
    });

    it("reports a missing key and a missing certificate together", () => {
        expect(codes(readPfx(buildPfx([[secretBag()]], mac), PASSWORD))).toEqual([
            "pfx-no-key",
            "pfx-no-certificate",
        ]);
    });

    const unterminatedIdentifier = () =>
        sequence(decodeDer(Buffer.from("0609ffffffffffffffff7f", "hex")), octets(Buffer.alloc(1)));
    const x25519 = () => workspace.der("genpkey", "-algorithm", "X25519");
    const manyCertificates = (count: number) =>
        Array.from({ length: count }, (_, at) =>
            certificateBag(Buffer.concat([certificateDer(leaf), Buffer.from([at])])),
        );
});
