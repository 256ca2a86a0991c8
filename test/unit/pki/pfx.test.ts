import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPfx, readPrivateKey } from "../../../components/pki";
import { READING_CODES } from "../../../components/pki/reading-codes";
import { type Issued, ecKey, rsaKey } from "../../support/openssl";
import {
    type Bag,
    PfxWorkspace,
    buildPfx,
    certificateBag,
    decodeDer,
    identifier,
    integer,
    keyBag,
    nestedBag,
    octets,
    replaceMac,
    secretBag,
    sequence,
    shroudedKeyBag,
    keyBagEncryptedWith,
    toBer,
} from "../../support/pfx-workspace";
import { runs } from "../../../sandbox/testing/full";

const PASSWORD = "correct horse";
const PASS = ["-passout", `pass:${PASSWORD}`];
const SECOND = 1000;

const workspace = new PfxWorkspace();
let root: Issued;
let intermediate: Issued;
let leaf: Issued;
let chained: string;

beforeAll(() => {
    root = workspace.root();
    intermediate = workspace.intermediate(root);
    leaf = workspace.leaf(intermediate, ["DNS:score.contoso.test"]);
    chained = leaf.certificate + intermediate.certificate;
});
afterAll(() => workspace.close());

const codes = (reading: { findings: { code: string }[] }) => reading.findings.map(finding => finding.code);
const der = (one: Issued) => workspace.der("x509", "-in", one.certificateFile);
const pkcs8 = (one: Issued) => workspace.der("pkcs8", "-topk8", "-nocrypt", "-in", one.keyFile);
const shrouded = (one: Issued, password = PASSWORD) =>
    workspace.der("pkcs8", "-topk8", "-in", one.keyFile, "-iter", "1", "-passout", `pass:${password}`);

describe("readPfx", () => {
    it.each<[string, string[], string | undefined]>([
        ["what OpenSSL 3 writes (AES-256, SHA-256)", PASS, PASSWORD],
        ["what OpenSSL 1 and old Windows wrote (RC2-40, 3DES, SHA-1)", ["-legacy", ...PASS], PASSWORD],
        [
            "RC2-128 and two-key 3DES",
            ["-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-2DES", ...PASS],
            PASSWORD,
        ],
        [
            "AES-128 with SHA-1",
            ["-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC", "-macalg", "sha1", ...PASS],
            PASSWORD,
        ],
        [
            "AES-192 with SHA-384",
            ["-certpbe", "AES-192-CBC", "-keypbe", "AES-192-CBC", "-macalg", "sha384", ...PASS],
            PASSWORD,
        ],
        ["3DES in PBES2 with SHA-512", ["-keypbe", "DES-EDE3-CBC", "-macalg", "sha512", ...PASS], PASSWORD],
        ["one iteration", ["-iter", "1", "-nomaciter", ...PASS], PASSWORD],
        ["SHA-224", ["-macalg", "sha224", ...PASS], PASSWORD],
        ["as many iterations as Firefox writes", ["-iter", "600000", ...PASS], PASSWORD],
        ["no integrity check", ["-nomac", ...PASS], PASSWORD],
        ["a key alone encrypted", ["-certpbe", "NONE", ...PASS], PASSWORD],
        ["certificates alone encrypted", ["-keypbe", "NONE", ...PASS], PASSWORD],
        [
            "nothing encrypted",
            ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac", "-passout", "pass:"],
            undefined,
        ],
        ["the empty password, none given", ["-passout", "pass:"], undefined],
        ["the empty password, given", ["-passout", "pass:"], ""],
        ["the empty password of old", ["-legacy", "-passout", "pass:"], undefined],
        ["a password beyond ASCII", ["-passout", "pass:gräßlich 漢"], "gräßlich 漢"],
        ["a password beyond ASCII of old", ["-legacy", "-passout", "pass:gräßlich 漢"], "gräßlich 漢"],
        ["a friendly name and key ids", ["-name", "score", "-caname", "middle", ...PASS], PASSWORD],
    ])("reads %s", (_, args, password) => {
        const reading = readPfx(workspace.export(leaf, [intermediate], ...args), password);
        expect(reading).toEqual({ certificate: chained, privateKey: leaf.key, findings: [] });
    });

    it.each<[string, string[]]>([
        ["RSA", rsaKey(2048)],
        ["P-384", ecKey("P-384")],
        ["Ed25519", ["-algorithm", "ED25519"]],
    ])("reads keys of type %s", (_, key) => {
        const other = workspace.leaf(root, ["DNS:other.contoso.test"], { key });
        const reading = readPfx(workspace.export(other, [], ...PASS), PASSWORD);
        expect(reading).toEqual({ certificate: other.certificate, privateKey: other.key, findings: [] });
    });

    it("puts the chain in order and leaves the root out, which Windows always adds", () => {
        const pfx = workspace.export(leaf, [root, intermediate], ...PASS);
        expect(readPfx(pfx, PASSWORD)).toEqual({ certificate: chained, privateKey: leaf.key, findings: [] });
    });

    it("keeps the root that signed the leaf directly", () => {
        const direct = workspace.leaf(root, ["DNS:direct.contoso.test"]);
        const { certificate } = readPfx(workspace.export(direct, [root], ...PASS), PASSWORD);
        expect(certificate).toBe(direct.certificate + root.certificate);
    });

    it("keeps a self-signed certificate", () => {
        const own = workspace.leaf(undefined, ["DNS:own.contoso.test"]);
        expect(readPfx(workspace.export(own, [], ...PASS), PASSWORD).certificate).toBe(own.certificate);
    });

    it("finds the leaf by its key, and reports unrelated certificates", () => {
        const other = workspace.leaf(root, ["DNS:other.contoso.test"], { subject: "/CN=Another leaf" });
        const reading = readPfx(workspace.export(leaf, [other, intermediate], ...PASS), PASSWORD);
        expect(reading.certificate).toBe(chained);
        expect(codes(reading)).toEqual(["pfx-stray-certificates"]);
        expect(reading.findings[0]?.message).toContain("CN=Another leaf");
    });

    it("reads Base64 with and without line ends", () => {
        const pfx = workspace.export(leaf, [intermediate], ...PASS);
        const lines = pfx.toString("base64").replace(/.{64}/g, "$&\r\n");
        for (const text of [pfx.toString("base64"), `${lines}\r\n`]) {
            expect(readPfx(text, PASSWORD).certificate).toBe(chained);
        }
    });

    it("reads BER, as streaming programs write it", () => {
        const pfx = toBer(workspace.export(leaf, [intermediate], ...PASS));
        expect(workspace.printContents(pfx, PASSWORD)).toContain(leaf.certificate);
        expect(readPfx(pfx, PASSWORD)).toEqual({ certificate: chained, privateKey: leaf.key, findings: [] });
    });

    it("accepts bags in any order and grouping, and ignores other bags", () => {
        const all: Bag[] = [
            ...[leaf, intermediate, root].map(one => certificateBag(der(one), one.subject)),
            shroudedKeyBag(shrouded(leaf), "score"),
            certificateBag(der(intermediate)),
            secretBag(),
        ];
        const order = fc.shuffledSubarray(all, { minLength: all.length });
        const arrangement = fc.tuple(order, fc.nat({ max: all.length }), fc.boolean(), fc.boolean());
        fc.assert(
            fc.property(arrangement, ([bags, at, nested, mac]) => {
                const second = nested ? [nestedBag(...bags.slice(at))] : bags.slice(at);
                const pfx = buildPfx([bags.slice(0, at), second], mac ? { password: PASSWORD } : undefined);
                const reading = readPfx(pfx, PASSWORD);
                expect(reading).toEqual({ certificate: chained, privateKey: leaf.key, findings: [] });
            }),
            { numRuns: runs(20, 60) },
        );
    });
});

describe("readPfx refuses", () => {
    const good = () => workspace.export(leaf, [intermediate], ...PASS);
    const mac = { password: PASSWORD };
    const twoKeys = () =>
        buildPfx(
            [
                [
                    keyBag(pkcs8(leaf), "score"),
                    shroudedKeyBag(shrouded(root), "other"),
                    certificateBag(der(leaf)),
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
    const changed = (pfx: Buffer) => {
        const copy = Buffer.from(pfx);
        // The digest of the integrity check stands near the end, before salt and iterations.
        const at = copy.length - 30;
        copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
        return copy;
    };

    const rejected: Array<[string, string, RegExp, () => Buffer | string, string?]> = [
        ["a wrong password", "pfx-password-wrong", /does not open/, good, "battery staple"],
        [
            "a wrong password of old",
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
            "a wrong password for what is not encrypted",
            "pfx-password-wrong",
            /does not open/,
            () => buildPfx([[keyBag(pkcs8(leaf))]], mac),
            "x",
        ],
        ["an empty password", "pfx-password-missing", /none was given/, good, ""],
        [
            "two passwords",
            "pfx-two-passwords",
            /another/,
            () => replaceMac(good(), { password: "other" }),
            "other",
        ],
        ["no key", "pfx-no-key", /no private key/, () => workspace.export(leaf, [], "-nokeys", ...PASS)],
        ["two keys", "pfx-several-keys", /2 private keys \("score", "other"\)/, twoKeys],
        [
            "no certificate",
            "pfx-no-certificate",
            /no certificate/,
            () => workspace.export(leaf, [], "-nocerts", ...PASS),
        ],
        [
            "a damaged certificate",
            "pfx-certificate-unreadable",
            /cannot be read/,
            () => buildPfx([[keyBag(pkcs8(leaf)), certificateBag(der(leaf).subarray(0, 200))]], mac),
        ],
        [
            "very many certificates",
            "pfx-too-many-certificates",
            /21/,
            () => buildPfx([[keyBag(pkcs8(leaf)), ...manyCertificates(21)]], mac),
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
            "PBMAC1",
            "pfx-algorithm-unsupported",
            /PBMAC1/,
            () => replaceMac(good(), { ...mac, algorithm: "1.2.840.113549.1.5.14" }),
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
            "a key that serves no TLS",
            "key-type-unsupported",
            /x25519/,
            () => buildPfx([[keyBag(x25519()), certificateBag(der(leaf))]], mac),
        ],
        [
            "junk for a key",
            "key-unreadable",
            /no private key/,
            () => buildPfx([[keyBag(Buffer.from("3003020100", "hex")), certificateBag(der(leaf))]], mac),
        ],
        ["a changed file", "pfx-damaged", /changed or damaged/, () => changed(good())],
        [
            "2^31 iterations for the integrity check",
            "pfx-too-many-iterations",
            /iterations/,
            () => replaceMac(good(), { ...mac, iterations: 2 ** 31 }),
        ],
        [
            "2^31 iterations for a key of old",
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
            "2^31 - 1 iterations, which fit into Node's limit",
            "pfx-too-many-iterations",
            /iterations/,
            () => withKey(PBES2, pbes2(2 ** 31 - 1)),
        ],
        [
            "many iterations in small pieces",
            "pfx-too-many-iterations",
            /iterations/,
            () => buildPfx([Array.from({ length: 60 }, () => keyBagEncryptedWith(PBES2, pbes2(100_000)))]),
        ],
        ["an identifier without end", "pfx-unreadable", /damaged/, () => buildPfx([[endless()]], mac)],
        ["no iterations", "pfx-unreadable", /damaged/, () => withKey(PBES2, pbes2(0))],
        ["a cut-off file", "pfx-unreadable", /truncated/, () => good().subarray(0, 700)],
        ["unrecognized bytes", "pfx-unreadable", /not a PFX/, () => Buffer.from([1, 2, 3])],
        ["an empty file", "pfx-empty", /empty/, () => Buffer.alloc(0)],
        ["an empty text", "pfx-empty", /empty/, () => "\n"],
        ["a huge file", "pfx-too-large", /KiB/, () => Buffer.alloc(300 * 1024, "0")],
        ["a huge text", "pfx-too-large", /KiB/, () => "M".repeat(500 * 1024)],
        ["a path", "pfx-not-base64", /file path/, () => "secrets/score.pfx"],
        ["a text", "pfx-not-base64", /not Base64/, () => "hunter2!"],
        ["a PEM text", "pfx-is-pem", /PEM/, () => leaf.certificate + leaf.key],
        ["a PEM file", "pfx-is-pem", /PEM/, () => Buffer.from(leaf.certificate)],
        ["a certificate", "pfx-is-certificate", /DER/, () => der(leaf)],
        ["a certificate in Base64", "pfx-is-certificate", /DER/, () => der(leaf).toString("base64")],
        [
            "PKCS#7",
            "pfx-is-pkcs7",
            /PKCS#7/,
            () => workspace.der("crl2pkcs7", "-nocrl", "-certfile", leaf.certificateFile),
        ],
        [
            "a request",
            "pfx-is-request",
            /CSR/,
            () => workspace.der("req", "-new", "-key", leaf.keyFile, "-subj", "/CN=x"),
        ],
        ["a PKCS#8 key", "pfx-is-private-key", /private key/, () => pkcs8(leaf)],
        ["a SEC 1 key", "pfx-is-private-key", /private key/, () => workspace.der("ec", "-in", leaf.keyFile)],
        ["an encrypted key", "pfx-is-encrypted-key", /encrypted/, () => shrouded(leaf)],
        [
            "a public key",
            "pfx-is-public-key",
            /public key/,
            () => workspace.der("pkey", "-in", leaf.keyFile, "-pubout"),
        ],
    ];

    it("an input for every code that the reader can return", () => {
        const expected = READING_CODES.filter(code => /^pfx-(?!stray)/.test(code));
        expect(rejected.map(([, code]) => code)).toEqual(expect.arrayContaining(expected));
    });

    it.each(rejected)("%s", (_, code, message, make, password = PASSWORD) => {
        const file = make();
        const start = performance.now();
        const reading = readPfx(file, password);
        // The work that is refused would take minutes; what is done takes milliseconds.
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

    it("a hand-built file with two keys in which openssl finds the same keys", () => {
        const keys =
            workspace
                .printContents(twoKeys(), PASSWORD)
                .match(/-----BEGIN PRIVATE KEY[^]*?END PRIVATE KEY-----\n/g) ?? [];
        expect(keys.map(text => readPrivateKey(text).pem)).toEqual([leaf.key, root.key]);
    });

    it("a missing password with its own code", () => {
        expect(codes(readPfx(good()))).toEqual(["pfx-password-missing"]);
    });

    it("missing contents, all at once", () => {
        expect(codes(readPfx(buildPfx([[secretBag()]], mac), PASSWORD))).toEqual([
            "pfx-no-key",
            "pfx-no-certificate",
        ]);
    });

    const endless = () =>
        sequence(decodeDer(Buffer.from("0609ffffffffffffffff7f", "hex")), octets(Buffer.alloc(1)));
    const x25519 = () => workspace.der("genpkey", "-algorithm", "X25519");
    const manyCertificates = (count: number) =>
        Array.from({ length: count }, (_, at) =>
            certificateBag(Buffer.concat([der(leaf), Buffer.from([at])])),
        );
});
