import { afterAll, describe, expect, it } from "vitest";
import { WrappedFiles, read } from "./files";

const files = new WrappedFiles();
afterAll(() => files.close());

const lines = () => files.chain.trimEnd().split("\n");
/** The line number of the END line of the first block. */
const end = () => lines().findIndex(line => line.startsWith("-----END")) + 1;
/** The chain with a change in one line, counted from 1. */
const change = (number: number, to: (line: string) => string | string[]) =>
    lines()
        .flatMap((line, at) => (at + 1 === number ? to(line) : [line]))
        .join("\n");
const begin = (to: (line: string) => string) => change(1, to);
const replaceDashes = (dash: string) => (line: string) => line.replaceAll("-", dash);

/** The damage, the line that must be named, and words of the message. */
const DAMAGES: Array<[string, () => number, RegExp, () => string | Buffer]> = [
    [
        "no BEGIN line",
        () => end() - 1,
        /END CERTIFICATE has no BEGIN line before it; its text starts in line 1/,
        () => change(1, () => []),
    ],
    ["no END line", () => 1, /BEGIN CERTIFICATE has no END line/, () => change(end(), () => [])],
    [
        "neither BEGIN nor END line",
        () => 1,
        /Base64 text without BEGIN and END lines/,
        () =>
            lines()
                .slice(1, end() - 1)
                .concat(lines().slice(end()))
                .join("\n"),
    ],
    [
        "no END line at the end of the file",
        () => end() + 1,
        /has no END/,
        () => lines().slice(0, -1).join("\n"),
    ],
    [
        "a dash short before BEGIN",
        () => 1,
        /4 dashes before it and 5 after it/,
        () => begin(line => line.slice(1)),
    ],
    [
        "a dash short after BEGIN",
        () => 1,
        /5 dashes before it and 4 after it/,
        () => begin(line => line.slice(0, -1)),
    ],
    ["a dash too many", () => 1, /6 dashes/, () => begin(line => `-${line}`)],
    ["no dashes on one side", () => 1, /0 dashes before/, () => begin(line => line.slice(5))],
    ["a dash short in END", end, /4 dashes/, () => change(end(), line => line.slice(1))],
    ["en dashes", () => 1, /other characters than -/, () => begin(replaceDashes("\u2013"))],
    ["em dashes", () => 1, /other characters than -/, () => begin(replaceDashes("\u2014"))],
    ["hyphens that do not break", () => 1, /other characters than -/, () => begin(replaceDashes("\u2011"))],
    [
        "em dashes for two hyphens each",
        () => 1,
        /other characters than -/,
        () => begin(line => line.replaceAll("--", "\u2014")),
    ],
    [
        "lower case",
        () => 1,
        /must be exactly -----BEGIN CERTIFICATE-----/,
        () => begin(line => line.toLowerCase()),
    ],
    ["no blank after BEGIN", () => 1, /must be exactly/, () => begin(line => line.replace(" ", ""))],
    ["two blanks after BEGIN", () => 1, /must be exactly/, () => begin(line => line.replace(" ", "  "))],
    [
        "a YAML key before it",
        () => 1,
        /other text before it on the same line/,
        () => begin(line => `certificate: ${line}`),
    ],
    ["an assignment before it", () => 1, /other text before it/, () => begin(line => `CERT="${line}`)],
    ["text after it", () => 1, /other text after it/, () => begin(line => `${line} (score)`)],
    ["text before END", end, /other text before it/, () => change(end(), line => `end: ${line}`)],
    [
        "another label in END",
        end,
        /END PRIVATE KEY does not match BEGIN CERTIFICATE in line 1/,
        () => change(end(), line => line.replace("CERTIFICATE", "PRIVATE KEY")),
    ],
    [
        "a misspelt label in END",
        end,
        /does not match/,
        () => change(end(), line => line.replace("CERTIFICATE", "CERTIFCATE")),
    ],
    [
        "a character that Base64 does not have",
        () => 3,
        /a character that Base64 does not have/,
        () => change(3, line => line.replace(/^./, "!")),
    ],
    ["an ellipsis instead of lines", () => 3, /Base64 does not have/, () => change(3, () => "[...]")],
    [
        "bytes that are not UTF-8",
        () => 3,
        /not ASCII/,
        () =>
            Buffer.from(
                change(3, line => `\u00e4${line.slice(1)}`),
                "latin1",
            ),
    ],
    ["replacement characters", () => 3, /bad UTF-8/, () => change(3, line => `\ufffd${line.slice(1)}`)],
    [
        "a character less in a line",
        () => 4,
        /characters are missing or superfluous/,
        () => change(4, line => line.slice(1)),
    ],
    ["a character more in a line", () => 4, /missing or superfluous/, () => change(4, line => `A${line}`)],
    ["a missing line", () => 1, /lines are missing/, () => change(4, () => [])],
    ["a line twice", () => 1, /a line may be there twice/, () => change(4, line => [line, line])],
    [
        "a certificate cut in its text",
        () => 1,
        /no END line/,
        () =>
            change(5, line => line.slice(0, 20))
                .split("\n")
                .slice(0, 5)
                .join("\n"),
    ],
    ["padding in the middle", () => 4, /ends \(=\) before/, () => change(4, line => `${line.slice(0, -1)}=`)],
    [
        "an empty block",
        () => 1,
        /empty/,
        () => `-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n${files.chain}`,
    ],
    [
        "a block of something else",
        () => 1,
        /no certificate that can be read/,
        () => `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${files.chain}`,
    ],
];

describe("a chain with a damaged certificate", () => {
    it.each(DAMAGES)("with %s is not judged; the line is named, alone", (_, line, named, make) => {
        for (const bytes of [Buffer.from(make()), Buffer.from(`# comment\n${latin1(make())}`, "latin1")]) {
            const shift = bytes.toString("latin1").startsWith("# comment") ? 1 : 0;
            const { contents, codes, messages } = read("certificate", bytes);
            expect({ contents, codes }).toEqual({
                contents: undefined,
                codes: ["error certificate-unreadable"],
            });
            expect(messages).toContain(`line ${line() + shift}: `);
            if (shift === 0) expect(messages).toMatch(named);
        }
    });

    it("lists several damages", () => {
        const both = files.chain.replaceAll("-----END", "----END");
        expect(read("certificate", Buffer.from(both)).messages).toMatch(/line \d+: .*; line \d+: /);
    });

    it("names the lines of the decoded text", () => {
        const { messages } = read("certificate", files.base64(begin(line => line.slice(1))));
        expect(messages).toMatch(/damaged: inside Base64, line 1: BEGIN CERTIFICATE has 4 dashes/);
    });

    it("of which the binary file is cut is not judged", () => {
        const der = files.der("x509", "-in", files.service.certificateFile);
        for (const bytes of [der.subarray(0, 500), files.base64(der.subarray(0, 500))]) {
            const { codes, messages } = read("certificate", bytes);
            expect(codes).toEqual(["error certificate-unreadable"]);
            expect(messages).toMatch(/has 500 bytes, but its contents state \d+/);
        }
    });
});

/** Bytes as Latin-1, so that both kinds of file can be extended. */
const latin1 = (file: string | Buffer) => Buffer.from(file).toString("latin1");

describe("a damaged key", () => {
    const key = (to: (text: string) => string) => () => to(files.key);

    it.each<[string, RegExp, () => string]>([
        ["no BEGIN line", /END PRIVATE KEY has no BEGIN/, key(text => text.replace(/^.*\n/, ""))],
        ["no END line", /line 1: BEGIN PRIVATE KEY has no END/, key(text => text.replace(/-----END.*/, ""))],
        ["a dash short", /line 1: BEGIN PRIVATE KEY has 4 dashes/, key(text => text.slice(1))],
        [
            "en dashes",
            /line 1: .* other characters than -/,
            key(text => text.replace(/-----/g, "\u2013\u2013")),
        ],
        ["text before BEGIN", /line 1: .* other text before/, key(text => `key: ${text}`)],
        ["a missing line", /lines are missing/, key(text => text.replace(/^((?:.*\n){4}).*\n/, "$1"))],
        ["bad bytes", /line 2: bytes that are not ASCII/, key(text => text.replace("\nM", "\n\ufffd"))],
        ["a character less", /line \d+: characters are missing/, key(text => text.replace("\nM", "\n"))],
    ])("with %s is named with its line and without its text", (_, named, make) => {
        const { contents, codes, messages } = read("key", Buffer.from(make()));
        expect({ contents, codes }).toEqual({ contents: undefined, codes: ["error key-unreadable"] });
        expect(messages).toMatch(named);
        for (const line of files.key.match(/[A-Za-z0-9+/]{40,}/g) ?? [])
            expect(messages).not.toContain(line.slice(0, 10));
    });

    it("does not hide the certificates in the same file, and the other way round", () => {
        const damagedKey = files.chain + files.key.slice(1);
        expect(read("certificate", Buffer.from(damagedKey))).toMatchObject({
            contents: files.chain,
            codes: ["warning key-beside-certificate"],
        });
        expect(read("key", Buffer.from(damagedKey)).codes).toEqual(["error key-unreadable"]);
        expect(read("key", Buffer.from(files.chain.slice(1) + files.key))).toMatchObject({
            contents: files.key,
            codes: [],
        });
    });

    it("that swallows a certificate is a damage of both", () => {
        const swallowed = files.key.replace(/-----END.*\n/, "") + files.chain.replace(/^.*\n/, "");
        expect(read("certificate", Buffer.from(swallowed)).codes).toEqual(["error certificate-unreadable"]);
        expect(read("key", Buffer.from(swallowed)).codes).toEqual(["error key-unreadable"]);
    });
});

describe("text that is no damage", () => {
    it.each<[string, () => string]>([
        [
            "the output of openssl x509 -text",
            () => files.run("x509", "-text", "-in", files.service.certificateFile),
        ],
        [
            "the output of openssl pkcs12",
            () => files.printContents(files.pfx, "").replace(/-----BEGIN PRIVATE[^]*/, ""),
        ],
        ["fingerprints", () => `SHA256 ${"ab".repeat(32)}\n${"0f".repeat(32)}\n${"9c".repeat(32)}\n`],
        ["comments with the words", () => "# BEGIN CERTIFICATE of the service, END CERTIFICATE follows\n"],
        ["a list of roots with headings", () => "Test root\n=========\n"],
    ])("%s", (_, before) => {
        const { codes } = read("certificate", Buffer.from(before() + files.middle.certificate));
        expect(codes).toEqual([]);
    });
});
