import { afterAll, describe, expect, it } from "vitest";
import { readPfx } from "../../../../components/pki";
import { WrappedFiles, read } from "./files";

const files = new WrappedFiles();
afterAll(() => files.close());

const der = (...args: string[]) => files.der(...args);
const leafDer = () => der("x509", "-in", files.service.certificateFile);

/** Encodings of the chain and of the key, which are text. */
const TEXT: Array<[string, RegExp, (text: string) => Buffer | string]> = [
    [
        "UTF-16 LE with a byte order mark (PowerShell's >)",
        /UTF-16/,
        text => files.utf16(text, "LE", "with mark"),
    ],
    ["UTF-16 LE without a mark", /UTF-16/, text => files.utf16(text, "LE", "without mark")],
    ["UTF-16 BE with a mark", /UTF-16/, text => files.utf16(text, "BE", "with mark")],
    ["UTF-16 BE without a mark", /UTF-16/, text => files.utf16(text, "BE", "without mark")],
    [
        "UTF-16 that was decoded as UTF-8",
        /UTF-16/,
        text => files.utf16(text, "LE", "with mark").toString("utf8"),
    ],
    ["Base64", /Base64/, text => files.base64(text)],
    ["Base64 in one line", /Base64/, text => files.base64Line(text)],
    ["Base64 of Base64", /Base64; in it Base64/, text => files.base64(files.base64(text))],
    [
        "UTF-16 of Base64",
        /UTF-16 \(LE\); in it Base64/,
        text => files.utf16(files.base64(text), "LE", "with mark"),
    ],
    ["Base64 of UTF-16", /Base64; in it UTF-16/, text => files.base64(files.utf16(text, "LE", "with mark"))],
    ["certutil -encode", /certutil/, text => files.certutil(Buffer.from(text))],
    ["hexadecimal digits", /hexadecimal/, text => files.pipe(text, "od", "-An", "-v", "-tx1")],
    ["\\n instead of line breaks", /\\n instead/, text => text.replace(/\n/g, "\\n")],
    ["\\\\r\\\\n instead of line breaks", /\\n instead/, text => text.replace(/\n/g, "\\\\r\\\\n")],
    ["a JSON string", /JSON string/, text => files.pipe(text, "jq", "-Rs", ".")],
    ["a JSON string without quotation marks", /\\n instead/, text => JSON.stringify(text).slice(1, -1)],
    [
        "a JSON string with escaped slashes",
        /JSON string/,
        text => JSON.stringify(text).replaceAll("/", "\\/"),
    ],
    [
        "Key Vault's JSON of a secret",
        /field "value" of JSON/,
        text => files.pipe(text, "jq", "-Rs", KEY_VAULT),
    ],
    [
        "Key Vault's JSON with Base64",
        /JSON; in it Base64/,
        text => files.pipe(files.base64Line(text), "jq", "-Rs", KEY_VAULT),
    ],
    ["lines in quotation marks", /quotation marks/, text => text.trim().replace(/^.*$/gm, '    "$&\\n" +')],
    ["one pair of quotation marks", /quotation marks/, text => `"${text.trim()}"\n`],
    ["quotation marks of mail", /quotation marks/, text => text.replace(/^/gm, "> ")],
    ["URL encoding", /URL-encoded/, text => encodeURIComponent(text)],
    ["the encoding of forms", /URL-encoded/, text => new URLSearchParams({ x: text }).toString().slice(2)],
    ["indented lines (YAML)", /indented lines \(line 1\)/, text => text.replace(/^(?=.)/gm, "    ")],
    ["one line with blanks", /missing line breaks \(line 1\)/, text => text.replace(/\n/g, " ")],
    ["one line without blanks", /missing line breaks \(line 1\)/, text => text.replace(/\n/g, "")],
    [
        "blank lines inside blocks",
        /blank lines/,
        text => text.replace(/\n(?=MI)/g, "\n").replace(/(\n.{64}\n)/, "$1\n"),
    ],
    ["line ends of old Macs", /CR/, text => text.replace(/\n/g, "\r")],
];

const KEY_VAULT =
    '{value: ., contentType: "application/x-pem-file", id: "https://vault.azure.net/secrets/score/1"}';

describe.each([
    ["certificate", () => files.chain],
    ["key", () => files.key],
] as const)("a %s", (kind, plain) => {
    it.each(TEXT)("is read from %s, with a warning that names it", (_, named, wrap) => {
        const bytes = Buffer.from(wrap(plain()));
        const { contents, codes, messages } = read(kind, bytes);
        expect(contents).toBe(plain());
        expect(codes).toEqual([`warning ${kind}-wrapped`]);
        expect(messages).toMatch(named);
        expect(files.isReadByOpenssl(kind, bytes)).toBe(false);
    });

    it.each([
        ["CRLF", (text: string) => text.replace(/\n/g, "\r\n")],
        ["blanks at the ends of lines", (text: string) => text.replace(/$/gm, "  ")],
        ["a byte order mark of UTF-8", (text: string) => `\ufeff${text}`],
        [
            "text around the blocks",
            (text: string) => `Bag Attributes\n    localKeyID: 01\n${text}\nthe end\n`,
        ],
    ])("is read from a file with %s without a warning, as by openssl", (_, wrap) => {
        const bytes = Buffer.from(wrap(plain()));
        expect(read(kind, bytes)).toMatchObject({ contents: plain(), codes: [] });
        expect(files.isReadByOpenssl(kind, bytes)).toBe(true);
    });
});

describe("binary files", () => {
    it.each<[string, RegExp, () => Buffer | string]>([
        ["DER", /binary \(DER\)/, leafDer],
        ["DER in Base64", /Base64; in it binary/, () => files.base64(leafDer())],
        ["DER in Base64 for URLs", /Base64 for URLs/, () => leafDer().toString("base64url")],
        [
            "DER in hexadecimal digits, as of SQL Server",
            /hexadecimal/,
            () => `0x${leafDer().toString("hex")}`,
        ],
        [
            "Key Vault's JSON of a certificate",
            /field "cer"/,
            () => JSON.stringify({ kid: "x", cer: leafDer().toString("base64") }),
        ],
    ])("a certificate is read from %s", (_, named, make) => {
        const { contents, codes, messages } = read("certificate", Buffer.from(make()));
        expect({ contents, codes }).toEqual({
            contents: files.service.certificate,
            codes: ["warning certificate-wrapped"],
        });
        expect(messages).toMatch(named);
    });

    it.each<[string, () => Buffer]>([
        ["PKCS#8", () => der("pkcs8", "-topk8", "-nocrypt", "-in", files.service.keyFile)],
        ["PKCS#1", () => der("rsa", "-traditional", "-in", files.service.keyFile)],
    ])("a key in %s is read as DER and as Base64", (_, make) => {
        for (const bytes of [make(), files.base64(make())]) {
            expect(read("key", bytes)).toMatchObject({ contents: files.key, codes: ["warning key-wrapped"] });
        }
    });

    it.each<[string, RegExp, () => Buffer | string]>([
        [
            "Base64, as az keyvault secret download writes it",
            /read from: Base64\./,
            () => files.base64Line(files.pfx),
        ],
        ["Base64 in lines", /Base64/, () => files.base64(files.pfx)],
        ["Base64 of Base64", /Base64; in it Base64/, () => files.base64(files.base64(files.pfx))],
        [
            "Base64 in UTF-16 (PowerShell's >)",
            /UTF-16/,
            () => files.utf16(files.base64Line(files.pfx), "LE", "with mark"),
        ],
        ["certutil -encode", /certutil/, () => files.certutil(files.pfx)],
        ["certutil -encode twice", /certutil/, () => files.certutil(files.certutil(files.pfx))],
        [
            "Key Vault's JSON",
            /field "value"/,
            () => files.pipe(files.base64Line(files.pfx), "jq", "-Rs", KEY_VAULT),
        ],
        ["hexadecimal digits", /hexadecimal/, () => files.pfx.toString("hex")],
    ])("a PFX is read from %s", (_, named, make) => {
        const bytes = Buffer.from(make());
        const { contents, codes, messages } = read("pfx", bytes);
        expect({ contents, codes }).toEqual({
            contents: files.chain + files.key,
            codes: ["warning pfx-wrapped"],
        });
        expect(messages).toMatch(named);
        expect(files.isReadByOpenssl("pfx", bytes)).toBe(false);
    });

    it("the setting tls.pfx is Base64, so only a second encoding is a warning", () => {
        const once = files.base64(files.pfx);
        expect(readPfx(once.toString()).findings).toEqual([]);
        expect(readPfx(files.base64(once).toString()).findings).toMatchObject([{ code: "pfx-wrapped" }]);
    });
});

describe("a Secret of Kubernetes", () => {
    const data = () => ({
        "tls.crt": files.base64Line(files.chain).toString(),
        "tls.key": files.base64Line(files.key).toString(),
    });
    const yaml = () =>
        `apiVersion: v1\nkind: Secret\ntype: kubernetes.io/tls\ndata:\n${Object.entries(data())
            .map(([name, value]) => `  ${name}: ${value}\n`)
            .join("")}`;

    it.each([
        ["JSON", () => JSON.stringify({ kind: "Secret", data: data() })],
        ["YAML", yaml],
    ])("as %s has both", (_, text) => {
        expect(read("certificate", Buffer.from(text())).contents).toBe(files.chain);
        expect(read("key", Buffer.from(text())).contents).toBe(files.key);
    });
});

describe("labels that differ from the contents", () => {
    const sec1 = () => files.run("ec", "-in", files.middle.keyFile);
    const relabel = (text: string, label: string) => text.replace(/(BEGIN|END) [A-Z ]+/g, `$1 ${label}`);

    it.each<[string, () => string, () => string]>([
        ["PKCS#1 under PRIVATE KEY", () => relabel(files.pkcs1, "PRIVATE KEY"), () => files.key],
        ["PKCS#8 under RSA PRIVATE KEY", () => relabel(files.key, "RSA PRIVATE KEY"), () => files.key],
        [
            "PKCS#8 under ENCRYPTED PRIVATE KEY",
            () => relabel(files.key, "ENCRYPTED PRIVATE KEY"),
            () => files.key,
        ],
        ["PKCS#1 under EC PRIVATE KEY", () => relabel(files.pkcs1, "EC PRIVATE KEY"), () => files.key],
        ["SEC 1 under PRIVATE KEY", () => relabel(sec1(), "PRIVATE KEY"), () => files.middle.key],
        ["SEC 1 under RSA PRIVATE KEY", () => relabel(sec1(), "RSA PRIVATE KEY"), () => files.middle.key],
        [
            "PKCS#8 of an EC key under EC PRIVATE KEY",
            () => relabel(files.middle.key, "EC PRIVATE KEY"),
            () => files.middle.key,
        ],
        ["a key under CERTIFICATE", () => relabel(files.key, "CERTIFICATE"), () => files.key],
    ])("%s is read, with a warning that names the right label", (_, make, key) => {
        const { contents, codes, messages } = read("key", Buffer.from(make()));
        expect({ contents, codes }).toEqual({ contents: key(), codes: ["warning key-mislabelled"] });
        expect(messages).toMatch(/^The block in line 1 has the label/);
    });

    it("an encrypted key under PRIVATE KEY is encrypted", () => {
        const encrypted = files.run("pkcs8", "-topk8", "-in", files.service.keyFile, "-passout", "pass:x");
        expect(read("key", Buffer.from(relabel(encrypted, "PRIVATE KEY"))).codes).toEqual([
            "error key-encrypted",
        ]);
    });

    it("a certificate under another label is read, with a warning", () => {
        const { contents, codes } = read("certificate", Buffer.from(relabel(files.chain, "PUBLIC KEY")));
        expect(contents).toBe(files.chain);
        expect(codes).toEqual(["warning certificate-mislabelled", "warning certificate-mislabelled"]);
    });

    it("the same key twice is one key", () => {
        expect(read("key", Buffer.from(files.key + files.key))).toMatchObject({
            contents: files.key,
            codes: [],
        });
    });
});
