import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCertificates, readPfx, readPrivateKey } from "../../../components/pki";
import { runs } from "../../../sandbox/testing/full";
import { Dice, mutated } from "./mutate";
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

/** Inputs to all readers together. */
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
    const fast = ["-iter", "1", "-nomaciter", "-passout", "pass:x"];
    const bags = [keyBag(key, "score"), certificateBag(certificate)];
    const checked = buildPfx([bags], { password: "x" });
    // Most mutations make these files unreadable early. Parsing certificates costs the most time, and Node does that.
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

/** Whatever the text is: something read, or an error that says why not. Returns what was found out. */
function readText(text: string): string[] {
    const { certificates, findings } = readCertificates(text);
    if (certificates.length === 0 && !findings.some(isError))
        throw new Error("no certificate, and no reason");
    const key = readPrivateKey(text);
    if ((key.pem === undefined) !== key.findings.some(isError)) throw new Error("no key, and no reason");
    return [...findings, ...key.findings].map(({ code }) => code);
}

function readFile(file: Buffer | string): string[] {
    const { certificate: chain, privateKey, findings } = readPfx(file, "x");
    const complete = chain !== undefined && privateKey !== undefined;
    if (!complete && !findings.some(isError)) throw new Error("nothing, and no reason");
    return complete ? ["read"] : findings.map(({ code }) => code);
}

/** Reads many, and tells which one it was that took too long or was too much. Returns all that was found out. */
function fuzz(count: number, files: readonly Buffer[], read: (file: Buffer) => string[]): Set<string> {
    const before = process.memoryUsage.rss();
    const found = new Set<string>();
    for (let at = 0; at < count; at++) {
        const seed = SEED + at;
        const file = mutated(files, new Dice(seed));
        const start = process.cpuUsage();
        try {
            for (const code of read(file)) found.add(code);
        } catch (error) {
            throw new Error(`FUZZ_SEED=${seed}: ${file.toString("base64")}`, { cause: error });
        }
        const { user, system } = process.cpuUsage(start);
        if (user + system > MAX_CPU_SECONDS * 1e6)
            throw new Error(`FUZZ_SEED=${seed} took ${user + system} µs`);
    }
    const growth = (process.resourceUsage().maxRSS * 1024 - before) / MIB;
    expect(growth).toBeLessThan(MAX_GROWTH_MIB);
    return found;
}

describe("mutated files and random bytes", () => {
    it(
        `never make the PEM readers fail (${INPUTS / 2} of FUZZ_SEED=${SEED})`,
        () => {
            // Half of the files are decodeDer as UTF-8, as programs do with every text file.
            const found = fuzz(INPUTS / 2, pemFiles, file =>
                readText(file.toString(file.length % 2 === 0 ? "utf8" : "latin1")),
            );
            // The mutations must reach these different outcomes.
            for (const code of [
                "certificate-unreadable",
                "certificate-is-pkcs7",
                "key-unreadable",
                "key-encrypted",
            ])
                expect(found).toContain(code);
        },
        TIMEOUT_MS,
    );

    it(
        `never make the PFX reader fail (${INPUTS / 2} of FUZZ_SEED=${SEED})`,
        () => {
            const found = fuzz(INPUTS / 2, pfxFiles, readFile);
            for (const code of [
                "read",
                "pfx-unreadable",
                "pfx-password-wrong",
                "pfx-algorithm-unsupported",
                "pfx-no-key",
            ])
                expect(found).toContain(code);
        },
        TIMEOUT_MS,
    );
});

describe("files of 200 kB that are designed to cost much time", () => {
    const SIZE = 200_000;
    const fill = (hex: string) => Buffer.from(hex.repeat(Math.floor((2 * SIZE) / hex.length)), "hex");
    const key1 = (salt: Buffer) =>
        keyBagEncryptedWith("1.2.840.113549.1.12.1.3", sequence(octets(salt), integer(1)));
    const pieces = (count: number) =>
        Buffer.concat([
            Buffer.from("2480", "hex"),
            ...Array.from({ length: count }, () => Buffer.from("040141", "hex")),
            Buffer.alloc(2),
        ]);

    it.each<[string, () => Buffer]>([
        ["nesting without lengths", () => fill("3080")],
        ["nesting of strings without lengths", () => fill("2480")],
        ["nesting of bit strings", () => fill("0383030000")],
        ["very many empty elements", () => Buffer.concat([Buffer.from("3083030d40", "hex"), fill("0500")])],
        ["lengths beyond the end", () => fill("3084ffffffff")],
        [
            "noise that begins as a PFX",
            () => Buffer.concat([Buffer.from("3083030d40020103", "hex"), new Dice(1).bytes(SIZE)]),
        ],
        [
            "a string in very many pieces",
            () =>
                Buffer.concat([
                    Buffer.from("3080020103308006092a864886f70d010701a080", "hex"),
                    pieces(SIZE / 3),
                    Buffer.alloc(6),
                ]),
        ],
        ["very many bags", () => buildPfx([Array.from({ length: 1500 }, () => key1(Buffer.alloc(8)))])],
        [
            "very many bags with an integrity check",
            () => buildPfx([Array.from({ length: 1500 }, () => key1(Buffer.alloc(8)))], { password: "x" }),
        ],
        ["a very long salt", () => buildPfx([[key1(Buffer.alloc(SIZE))]], { password: "x" })],
        [
            "very many parts",
            () =>
                buildPfx(
                    Array.from({ length: 7000 }, () => []),
                    { password: "x" },
                ),
        ],
        [
            "as many certificates as are read",
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
            "a certificate that is very long",
            () =>
                buildPfx([
                    [
                        keyBag(key),
                        certificateBag(Buffer.concat([Buffer.from("3083030d40", "hex"), fill("0500")])),
                    ],
                ]),
        ],
    ])("%s", (_, make) => {
        const file = make();
        expect(file.length).toBeLessThan(256 * 1024);
        for (const read of [
            () => readFile(file),
            () => readFile(file.toString("base64")),
            () => readText(file.toString("latin1")),
            () => readText(file.toString("base64")),
        ]) {
            const start = process.cpuUsage();
            read();
            const { user, system } = process.cpuUsage(start);
            expect((user + system) / 1e6).toBeLessThan(MAX_CPU_SECONDS);
        }
    });
});
