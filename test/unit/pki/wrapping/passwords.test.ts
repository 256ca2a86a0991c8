import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readPfx } from "../../../../components/pki";
import {
    buildPfx,
    certificateBag,
    encodeDer,
    identifier,
    integer,
    octets,
    replaceMac,
    sequence,
    shroudedKeyBag,
} from "../../../support/pfx-workspace";
import { WrappedFiles, read } from "./files";

const files = new WrappedFiles();
afterAll(() => files.close());

const WORD = "correct horse";
const LETTERS = "żółw";
const GERMAN = "grün";
/** A PFX that openssl encrypts with this password. */
const pfx = (password: string, ...args: string[]) =>
    files.export(files.service, [files.middle], ...args, "-passout", `pass:${password}`);
/** The characters that a program gets when it takes the bytes of a text as code points. */
const asBytes = (text: string, encoding: "utf8" | "latin1" = "utf8") =>
    Buffer.from(text, encoding).toString("latin1");

/** Whether openssl opens the file. Its password is in the environment, so that it can contain line ends. */
function opensByOpenssl(file: Buffer, password: string): boolean {
    const name = files.write("judged.pfx", file);
    const args = ["pkcs12", "-in", name, "-nodes", "-legacy", "-passin", "env:WORD"];
    return spawnSync("openssl", args, { env: { ...process.env, WORD: password } }).status === 0;
}

describe("a password that differs from the one of the file", () => {
    it.each<[string, string, string, RegExp]>([
        ["a line end after it", WORD, `${WORD}\n`, /without the line end after it\.\nRemove the line end/],
        ["CR LF after it", WORD, `${WORD}\r\n`, /without the line end/],
        ["blanks around it", WORD, ` ${WORD}\t`, /without the blanks or line ends around it/],
        ["quotation marks around it", WORD, `"${WORD}"`, /without the quotation marks/],
        ["a byte order mark before it", WORD, `\ufeff${WORD}`, /without the byte order mark/],
        ["no line end after it", `${WORD}\n`, WORD, /with a line end after it/],
        ["no CR LF after it", `${WORD}\r\n`, WORD, /with a line end \(CR LF\) after it/],
        ["text, and the file has none", "", WORD, /the PFX has no password\.\nRemove the password/],
    ])("by %s is an error that says so", (_, ofFile, given, words) => {
        for (const file of [pfx(ofFile), pfx(ofFile, "-legacy"), pfx(ofFile, "-nomac")]) {
            const { codes, messages } = read("pfx", file, given);
            expect(codes).toEqual(["error pfx-password-wrong"]);
            expect(messages).toMatch(words);
            expect(messages).not.toContain(WORD);
            expect(opensByOpenssl(file, given)).toBe(false);
        }
    });

    it("in more than one way is only wrong", () => {
        const { codes, messages } = read("pfx", pfx(WORD), "battery staple");
        expect(codes).toEqual(["error pfx-password-wrong"]);
        expect(messages).toMatch(/neither in other encodings nor without blanks/);
    });
});

describe("letters outside of ASCII", () => {
    it("in the encoding of OpenSSL 1.0 open the file, with a warning, as in openssl", () => {
        // OpenSSL 1.0 extended each byte of UTF-8 to 16 bits: the same as the password with one character for each byte.
        const file = pfx(asBytes(LETTERS), "-legacy");
        expect(opensByOpenssl(file, LETTERS)).toBe(true);
        const { contents, codes, messages } = read("pfx", file, LETTERS);
        expect({ contents, codes }).toEqual({
            contents: files.chain + files.key,
            codes: ["warning pfx-password-encoding"],
        });
        expect(messages).toMatch(/such as OpenSSL 1\.0/);
        expect(messages).not.toContain(LETTERS);
    });

    const [PBES2, PBKDF2, AES, HMAC] = [
        "1.2.840.113549.1.5.13",
        "1.2.840.113549.1.5.12",
        "2.16.840.1.101.3.4.1.42",
        "1.2.840.113549.2.9",
    ];
    /** The key, encrypted with PBKDF2 of these bytes, which openssl cannot take as an argument, and the certificate. */
    const pbes2 = (password: Buffer) => {
        const [salt, iv] = [Buffer.from("87654321"), Buffer.alloc(16, 7)];
        const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(password, salt, 2048, 32, "sha256"), iv);
        const key = files.der("pkcs8", "-topk8", "-nocrypt", "-in", files.service.keyFile);
        const derivation = sequence(
            identifier(PBKDF2),
            sequence(octets(salt), integer(2048), sequence(identifier(HMAC))),
        );
        const scheme = sequence(
            identifier(PBES2),
            sequence(derivation, sequence(identifier(AES), octets(iv))),
        );
        const encrypted = sequence(scheme, octets(Buffer.concat([cipher.update(key), cipher.final()])));
        const certificate = files.der("x509", "-in", files.service.certificateFile);
        return buildPfx([[shroudedKeyBag(encodeDer(encrypted)), certificateBag(certificate)]]);
    };

    it("the file of the next test is right with UTF-8", () => {
        const file = replaceMac(pbes2(Buffer.from(GERMAN)), { password: GERMAN });
        expect(opensByOpenssl(file, GERMAN)).toBe(true);
        expect(read("pfx", file, GERMAN).codes).toEqual([]);
    });

    it.each<[string, string, RegExp, () => Buffer]>([
        [
            "UTF-8 bytes in the integrity check (PKI.js)",
            LETTERS,
            /UTF-8 bytes/,
            () => replaceMac(pfx(LETTERS), { password: asBytes(LETTERS) }),
        ],
        [
            "Latin-1 in the contents",
            GERMAN,
            /windows-1252/,
            () => replaceMac(pbes2(Buffer.from(GERMAN, "latin1")), { password: GERMAN }),
        ],
        [
            "the code page 1250",
            LETTERS,
            /windows-1250/,
            () => pfx(asBytes("\u00bf\u00f3\u00b3w", "latin1"), "-legacy"),
        ],
        ["the code page 866", "Ключ", /ibm866/, () => pfx("\u008a\u00ab\u00ee\u00e7", "-legacy")],
        [
            "UTF-16 in the contents",
            GERMAN,
            /UTF-16 instead of UTF-8/,
            () => replaceMac(pbes2(Buffer.from(GERMAN, "utf16le").swap16()), { password: GERMAN }),
        ],
        [
            "Unicode NFD, as on a Mac",
            GERMAN,
            /composed in another way \(Unicode NFD\)/,
            () => pfx(GERMAN.normalize("NFD")),
        ],
        ["Unicode NFC", GERMAN.normalize("NFD"), /Unicode NFC/, () => pfx(GERMAN)],
    ])("in %s are an error that says so, and openssl does not open the file", (_, given, words, make) => {
        const file = make();
        expect(opensByOpenssl(file, given)).toBe(false);
        const { codes, messages } = read("pfx", file, given);
        expect(codes).toEqual(["error pfx-password-encoding"]);
        expect(messages).toMatch(/^The password is right, but/);
        expect(messages).toMatch(words);
        expect(messages).not.toContain(given);
    });

    it("in the standard encoding open the file without a warning", () => {
        for (const file of [pfx(LETTERS), pfx(LETTERS, "-legacy")])
            expect(read("pfx", file, LETTERS).codes).toEqual([]);
    });
});

describe("an integrity check with PBMAC1 (RFC 9579)", () => {
    /** Made by Go's software.sslmate.com/src/go-pkcs12 v0.7.4, Modern2026.Encode. */
    const byGo = readFileSync(path.join(__dirname, "pbmac1.pfx"));

    it("of another program is read", () => {
        const args = [
            "pkcs12",
            "-nomacver",
            "-nodes",
            "-in",
            path.join(__dirname, "pbmac1.pfx"),
            "-passin",
            `pass:${WORD}`,
        ];
        const contents =
            execFileSync("openssl", args, { encoding: "utf8" }).match(/-----BEGIN[^]*?-----END.*\n/g) ?? [];
        const reading = readPfx(byGo, WORD);
        expect(reading.findings).toEqual([]);
        expect(contents.sort()).toEqual(
            [
                ...(reading.certificate?.match(/-----BEGIN[^]*?-----END.*\n/g) ?? []),
                reading.privateKey,
            ].sort(),
        );
    });

    it("detects a wrong password and a change", () => {
        expect(read("pfx", byGo, "battery staple").codes).toEqual(["error pfx-password-wrong"]);
        expect(read("pfx", byGo, `${WORD}\n`).messages).toMatch(/without the line end/);
        const changed = Buffer.from(byGo);
        // The last byte of the digest.
        changed.writeUInt8(changed.readUInt8(1585) ^ 1, 1585);
        expect(read("pfx", changed, WORD).codes).toEqual(["error pfx-damaged"]);
    });

    it.each([
        { hash: "sha256", keyBytes: 20 },
        { hash: "sha512", keyBytes: 64 },
    ] as const)("with $hash and a key of $keyBytes bytes is read", pbmac1 => {
        const file = replaceMac(pfx(LETTERS), { password: LETTERS, pbmac1 });
        expect(read("pfx", file, LETTERS)).toMatchObject({ contents: files.chain + files.key, codes: [] });
    });
});
