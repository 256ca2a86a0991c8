import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCertificates, readPfx, readPrivateKey } from "../../../components/pki";
import { runs } from "../../../sandbox/testing/full";
import { SeededRandom, mutate } from "./mutate";
import {
    PfxWorkspace,
    buildPfx,
    certificateBag,
    integer,
    keyBag,
    octets,
    sequence,
    keyBagEncryptedWith,
    toBer,
} from "../../support/pfx-workspace";

/** The number of inputs, half for the PEM readers and half for the PFX reader. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? runs(10_000, 200_000));
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const MIB = 1024 * 1024;
/** The readers limit key derivation to about 5 s of an idle processor. No other step takes nearly as long. */
const MAX_CPU_SECONDS = 30;
const MAX_GROWTH_MIB = 600;
const TIMEOUT_MS = Math.max(600_000, INPUTS * 3);

const workspace = new PfxWorkspace();
const pemFiles: Buffer[] = [];
const pfxFiles: Buffer[] = [];
let certificate: Buffer;
let key: Buffer;

beforeAll(() => {
    const root = workspace.root();
    const leaf = workspace.leaf(root, ["DNS:score.contoso.test"]);
    certificate = workspace.der("x509", "-in", leaf.certificateFile);
    key = workspace.der("pkcs8", "-topk8", "-nocrypt", "-in", leaf.keyFile);
    // Key derivation with one iteration, so that an input takes little time.
    const fast = ["-iter", "1", "-nomaciter", "-passout", "pass:x"];
    const bags = [keyBag(key, "score"), certificateBag(certificate)];
    const checked = buildPfx([bags], { password: "x" });
    pfxFiles.push(
        buildPfx([bags]),
        buildPfx([[keyBag(key)], []]),
        checked,
        toBer(checked),
        workspace.export(leaf, [root], ...fast),
        workspace.export(leaf, [], "-legacy", ...fast),
        workspace.export(leaf, [], "-nomac", ...fast),
        certificate,
    );
    pemFiles.push(
        ...[
            `\ufeffBag Attributes\r\n${leaf.certificate.replace(/\n/g, "\r\n")}`,
            leaf.key,
            workspace.run("ec", "-in", leaf.keyFile),
            workspace.run("ec", "-aes128", "-in", leaf.keyFile, "-passout", "pass:x"),
            workspace.run("crl2pkcs7", "-nocrl", "-certfile", leaf.certificateFile),
            workspace.run("req", "-new", "-key", leaf.keyFile, "-subj", "/CN=x"),
            checked.toString("base64"),
        ].map(text => Buffer.from(text)),
        certificate,
    );
});
afterAll(() => workspace.close());

const isError = ({ severity }: { severity: string }) => severity === "error";

/**
 * Reads a text as certificates and as a private key.
 *
 * @returns the codes of the findings
 * @throws when a reader returns neither a result nor an error
 */
function readAsPem(text: string): string[] {
    const { certificates, findings } = readCertificates(text);
    if (certificates.length === 0 && !findings.some(isError))
        throw new Error("The reader returned neither a certificate nor an error.");
    const privateKey = readPrivateKey(text);
    if ((privateKey.pem === undefined) !== privateKey.findings.some(isError))
        throw new Error("The reader returned neither a key nor an error, or both.");
    return [...findings, ...privateKey.findings].map(({ code }) => code);
}

/**
 * Reads a file as PFX.
 *
 * @returns "read", or the codes of the findings
 * @throws when the reader returns neither a result nor an error
 */
function readAsPfx(file: Buffer | string): string[] {
    const { certificate: chain, privateKey, findings } = readPfx(file, "x");
    const complete = chain !== undefined && privateKey !== undefined;
    if (!complete && !findings.some(isError))
        throw new Error("The reader returned neither a result nor an error.");
    return complete ? ["read"] : findings.map(({ code }) => code);
}

/**
 * Reads mutations of the files, and checks the time of each and the memory of all.
 *
 * @returns what `read` returned for all mutations
 * @throws with the seed of the mutation that failed or took too long
 */
function fuzz(count: number, files: readonly Buffer[], read: (file: Buffer) => string[]): Set<string> {
    const before = process.memoryUsage.rss();
    const codes = new Set<string>();
    for (let at = 0; at < count; at++) {
        const seed = SEED + at;
        const file = mutate(files, new SeededRandom(seed));
        const start = process.cpuUsage();
        try {
            for (const code of read(file)) codes.add(code);
        } catch (error) {
            throw new Error(`FUZZ_SEED=${seed}: ${file.toString("base64")}`, { cause: error });
        }
        const { user, system } = process.cpuUsage(start);
        if (user + system > MAX_CPU_SECONDS * 1e6)
            throw new Error(`FUZZ_SEED=${seed} took ${user + system} µs`);
    }
    const growth = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
    expect(growth).toBeLessThan(MAX_GROWTH_MIB);
    return codes;
}

describe("with mutated files and random bytes", () => {
    it(
        `the PEM readers return a result or an error (${INPUTS / 2} inputs, FUZZ_SEED=${SEED})`,
        () => {
            // Half of the files are decoded as UTF-8, as programs decode every text file.
            const codes = fuzz(INPUTS / 2, pemFiles, file =>
                readAsPem(file.toString(file.length % 2 === 0 ? "utf8" : "latin1")),
            );
            // The mutations must reach these different outcomes.
            for (const code of [
                "certificate-unreadable",
                "certificate-is-pkcs7",
                "key-unreadable",
                "key-encrypted",
            ])
                expect(codes).toContain(code);
        },
        TIMEOUT_MS,
    );

    it(
        `the PFX reader returns a result or an error (${INPUTS / 2} inputs, FUZZ_SEED=${SEED})`,
        () => {
            const codes = fuzz(INPUTS / 2, pfxFiles, readAsPfx);
            for (const code of [
                "read",
                "pfx-unreadable",
                "pfx-password-wrong",
                "pfx-algorithm-unsupported",
                "pfx-no-key",
            ])
                expect(codes).toContain(code);
        },
        TIMEOUT_MS,
    );
});

describe("with files of 200 kB that are expensive to read", () => {
    const SIZE = 200_000;
    const repeatHex = (hex: string) => Buffer.from(hex.repeat(Math.floor((2 * SIZE) / hex.length)), "hex");
    const encryptedKey = (salt: Buffer) =>
        keyBagEncryptedWith("1.2.840.113549.1.12.1.3", sequence(octets(salt), integer(1)));
    const segments = (count: number) =>
        Buffer.concat([
            Buffer.from("2480", "hex"),
            ...Array.from({ length: count }, () => Buffer.from("040141", "hex")),
            Buffer.alloc(2),
        ]);

    it.each<[string, () => Buffer]>([
        ["nested sequences of indefinite length", () => repeatHex("3080")],
        ["nested octet strings of indefinite length", () => repeatHex("2480")],
        ["nested bit strings", () => repeatHex("0383030000")],
        [
            "100,000 empty elements",
            () => Buffer.concat([Buffer.from("3083030d40", "hex"), repeatHex("0500")]),
        ],
        ["lengths beyond the end of the file", () => repeatHex("3084ffffffff")],
        [
            "random bytes after the start of a PFX",
            () => Buffer.concat([Buffer.from("3083030d40020103", "hex"), new SeededRandom(1).bytes(SIZE)]),
        ],
        [
            "an octet string of 66,666 segments",
            () =>
                Buffer.concat([
                    Buffer.from("3080020103308006092a864886f70d010701a080", "hex"),
                    segments(SIZE / 3),
                    Buffer.alloc(6),
                ]),
        ],
        [
            "1,500 encrypted keys",
            () => buildPfx([Array.from({ length: 1500 }, () => encryptedKey(Buffer.alloc(8)))]),
        ],
        [
            "1,500 encrypted keys with an integrity check",
            () =>
                buildPfx([Array.from({ length: 1500 }, () => encryptedKey(Buffer.alloc(8)))], {
                    password: "x",
                }),
        ],
        ["a salt of 200 kB", () => buildPfx([[encryptedKey(Buffer.alloc(SIZE))]], { password: "x" })],
        [
            "7,000 parts without contents",
            () =>
                buildPfx(
                    Array.from({ length: 7000 }, () => []),
                    { password: "x" },
                ),
        ],
        [
            "the largest permitted number of certificates",
            () =>
                buildPfx([
                    [
                        keyBag(key),
                        ...Array.from({ length: 20 }, (_, at) =>
                            certificateBag(Buffer.concat([certificate, Buffer.from([at])])),
                        ),
                    ],
                ]),
        ],
        [
            "a certificate of 200 kB",
            () =>
                buildPfx([
                    [
                        keyBag(key),
                        certificateBag(Buffer.concat([Buffer.from("3083030d40", "hex"), repeatHex("0500")])),
                    ],
                ]),
        ],
    ])("the readers limit the processor time for %s", (_, make) => {
        const file = make();
        expect(file.length).toBeLessThan(256 * 1024);
        for (const read of [
            () => readAsPfx(file),
            () => readAsPfx(file.toString("base64")),
            () => readAsPem(file.toString("latin1")),
            () => readAsPem(file.toString("base64")),
        ]) {
            const start = process.cpuUsage();
            read();
            const { user, system } = process.cpuUsage(start);
            expect((user + system) / 1e6).toBeLessThan(MAX_CPU_SECONDS);
        }
    });
});
