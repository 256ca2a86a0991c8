/** Runs every command that a message advises on a file with the fault. A missing program fails the test. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgeServingCertificate } from "../../../../components/pki";
import { COMMANDS } from "../../../../components/pki/commands";
import { leafExtensions } from "../../../support/openssl";
import { WrappedFiles, read } from "./files";

const ROOT = path.join(__dirname, "../../../..");
const PASSWORD = "changeit";
const files = new WrappedFiles();
const commandsRun: string[] = [];

beforeAll(() => {
    files.write("source.pfx", pfx());
    const stores = ["JKS", "score.jks", "JCEKS", "score.jceks"];
    execFileSync("java", [path.join(__dirname, "Keystores.java"), "source.pfx", PASSWORD, ...stores], {
        cwd: files.folder,
    });
    execFileSync("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "ssh.key"], {
        cwd: files.folder,
    });
});
afterAll(() => files.close());

const pfx = (...args: string[]) =>
    files.export(files.service, [files.middle], ...args, "-passout", `pass:${PASSWORD}`);
const pkcs7 = (...args: string[]) =>
    files.run("crl2pkcs7", "-nocrl", "-certfile", files.write("chain.pem", files.chain), ...args);
const pkcs7Der = () => {
    pkcs7("-outform", "DER", "-out", "bundle.p7b");
    return files.bytesOf("bundle.p7b");
};
const leafDer = () => files.der("x509", "-in", files.service.certificateFile);
const keyDer = () => files.der("pkcs8", "-topk8", "-nocrypt", "-in", files.service.keyFile);
const encrypted = (...args: string[]) =>
    files.run("pkcs8", "-topk8", "-in", files.service.keyFile, "-passout", `pass:${PASSWORD}`, ...args);
const encryptedDer = () =>
    files.der("pkcs8", "-topk8", "-in", files.service.keyFile, "-passout", `pass:${PASSWORD}`);
const lossy = (bytes: Buffer) => Buffer.from(bytes.toString("utf8"));
const relabelled = () => files.pkcs1.replaceAll("RSA PRIVATE KEY", "PRIVATE KEY");
/** The same bytes with another letter in the middle of the numbers of the key. */
const brokenKey = () =>
    files.run("pkey", "-in", files.middle.keyFile).replace(/\n.{40}/, match => `${match.slice(0, -6)}AAAAAA`);

interface Advice {
    kind: "certificate" | "key" | "pfx";
    code: string;
    /** The command in the advice. */
    command: string;
    file: () => Buffer | string;
    /** The file on which the command runs, when it is not `file`. */
    original?: () => Buffer | string;
    /** Arguments for the passwords that the command asks for. */
    passwords?: string;
    password?: string;
    /** What reading the result must return. */
    contents: () => string;
}

const chain = () => files.chain;
const key = () => files.key;
const all = () => files.chain + files.key;

/** Commands that write a new file. */
const CONVERSIONS: Record<string, Advice> = {
    "UTF-16": {
        ...{
            kind: "certificate",
            code: "certificate-wrapped",
            command: "iconv -f UTF-16 -t UTF-8 FILE > NEW",
        },
        ...{ file: () => files.utf16(files.chain, "BE", "with mark"), contents: chain },
    },
    "UTF-16 LE without mark": {
        ...{ kind: "key", code: "key-wrapped", command: "iconv -f UTF-16LE -t UTF-8 FILE > NEW" },
        ...{ file: () => files.utf16(files.key, "LE", "without mark"), contents: key },
    },
    "UTF-16 BE without mark": {
        ...{ kind: "key", code: "key-wrapped", command: "iconv -f UTF-16BE -t UTF-8 FILE > NEW" },
        ...{ file: () => files.utf16(files.key, "BE", "without mark"), contents: key },
    },
    Base64: {
        ...{
            kind: "certificate",
            code: "certificate-wrapped",
            command: "openssl base64 -d -in FILE -out NEW",
        },
        ...{ file: () => files.base64(files.chain), contents: chain },
    },
    "Base64 in one line": {
        ...{ kind: "pfx", code: "pfx-wrapped", command: "openssl base64 -d -A -in FILE -out NEW" },
        ...{ file: () => files.base64Line(files.pfx), contents: all },
    },
    "UTF-16 of Base64 of a PFX": {
        ...{
            kind: "pfx",
            code: "pfx-wrapped",
            command: "iconv -f UTF-16 -t UTF-8 < FILE | openssl base64 -d -A > NEW",
        },
        ...{ file: () => files.utf16(files.base64Line(files.pfx), "LE", "with mark"), contents: all },
    },
    "certutil -encode": {
        ...{ kind: "pfx", code: "pfx-wrapped", command: "openssl base64 -d -in FILE -out NEW" },
        ...{ file: () => files.certutil(files.pfx), contents: all },
    },
    "DER of a certificate": {
        ...{
            kind: "certificate",
            code: "certificate-wrapped",
            command: "openssl x509 -inform DER -in FILE -out NEW",
        },
        ...{ file: leafDer, contents: () => files.service.certificate },
    },
    "DER of a certificate that was read as text": {
        ...{
            kind: "certificate",
            code: "certificate-is-der",
            command: "openssl x509 -inform DER -in FILE -out NEW",
        },
        ...{ file: () => lossy(leafDer()), original: leafDer, contents: () => files.service.certificate },
    },
    "DER of a key": {
        ...{ kind: "key", code: "key-wrapped", command: "openssl pkey -inform DER -in FILE -out NEW" },
        ...{ file: keyDer, contents: key },
    },
    "DER of a key that was read as text": {
        ...{ kind: "key", code: "key-is-der", command: "openssl pkey -inform DER -in FILE -out NEW" },
        ...{ file: () => lossy(keyDer()), original: keyDer, contents: key },
    },
    "Base64 of DER of a key": {
        ...{
            kind: "key",
            code: "key-wrapped",
            command: "openssl base64 -d < FILE | openssl pkey -inform DER -out NEW",
        },
        ...{ file: () => files.base64(keyDer()), contents: key },
    },
    "a PFX that was read as text": {
        ...{ kind: "pfx", code: "pfx-is-der", command: "openssl base64 -A -in FILE" },
        ...{ file: () => lossy(files.pfx), original: () => files.pfx, contents: all },
    },
    "PKCS#7": {
        ...{
            kind: "certificate",
            code: "certificate-is-pkcs7",
            command: "openssl pkcs7 -print_certs -in FILE -out NEW",
        },
        ...{ file: () => pkcs7(), contents: chain },
    },
    "PKCS#7 with the label CERTIFICATE": {
        ...{
            kind: "certificate",
            code: "certificate-is-pkcs7",
            command: "openssl pkcs7 -print_certs -in FILE -out NEW",
        },
        ...{ file: () => pkcs7().replaceAll("PKCS7", "CERTIFICATE"), contents: chain },
    },
    "PKCS#7 in DER": {
        ...{
            kind: "certificate",
            code: "certificate-is-pkcs7",
            command: "openssl pkcs7 -inform DER -print_certs -in FILE -out NEW",
        },
        ...{ file: pkcs7Der, contents: chain },
    },
    "PKCS#7 in Base64": {
        ...{ kind: "certificate", code: "certificate-is-pkcs7" },
        command: "openssl base64 -d < FILE | openssl pkcs7 -inform DER -print_certs > NEW",
        ...{ file: () => files.base64(pkcs7Der()), contents: chain },
    },
    "a wrong label": {
        ...{ kind: "key", code: "key-mislabelled", command: "openssl pkey -in FILE -out NEW" },
        ...{ file: relabelled, contents: key },
    },
    "an encrypted key": {
        ...{ kind: "key", code: "key-encrypted", command: "openssl pkey -in FILE -out NEW" },
        ...{ file: () => encrypted(), passwords: `-passin pass:${PASSWORD}`, contents: key },
    },
    "an encrypted key in DER": {
        ...{ kind: "key", code: "key-encrypted", command: "openssl pkey -inform DER -in FILE -out NEW" },
        ...{ file: encryptedDer, passwords: `-passin pass:${PASSWORD}`, contents: key },
    },
    "an encrypted key in Base64": {
        ...{
            kind: "key",
            code: "key-encrypted",
            command: "openssl base64 -d < FILE | openssl pkey -inform DER -out NEW",
        },
        ...{ file: () => files.base64(encryptedDer()), passwords: `-passin pass:${PASSWORD}`, contents: key },
    },
    "a key of OpenSSH": {
        ...{ kind: "key", code: "key-is-openssh-key", command: 'ssh-keygen -p -N "" -m PKCS8 -f COPY' },
        ...{ file: () => files.bytesOf("ssh.key"), contents: () => files.run("pkey", "-in", "copy") },
    },
    JKS: {
        ...{
            kind: "pfx",
            code: "pfx-is-jks",
            command: COMMANDS.fromJks,
            file: () => files.bytesOf("score.jks"),
        },
        ...{
            passwords: `-srcstorepass ${PASSWORD} -deststorepass ${PASSWORD}`,
            password: PASSWORD,
            contents: all,
        },
    },
    JCEKS: {
        ...{ kind: "certificate", code: "certificate-is-jceks", command: COMMANDS.fromJceks },
        file: () => files.bytesOf("score.jceks"),
        ...{
            passwords: `-srcstorepass ${PASSWORD} -deststorepass ${PASSWORD}`,
            password: PASSWORD,
            contents: all,
        },
    },
    "an unsupported algorithm of a PFX": {
        ...{ kind: "pfx", code: "pfx-algorithm-unsupported", password: PASSWORD, contents: all },
        command: `${COMMANDS.openPfx} (with -legacy for old ciphers), then ${COMMANDS.createPfx}`,
        file: () => pfx("-keypbe", "CAMELLIA-256-CBC"),
    },
};

/** Runs the command in the folder of the files, with the names of the message, as a user does. */
function run(
    command: string,
    file: Buffer | string,
    passwords = "",
): { status: number | null; output: string } {
    for (const name of ["new", "new.pfx", "copy"]) spawnSync("rm", ["-f", name], { cwd: files.folder });
    files.write("file", file);
    files.write("copy", file);
    const line = command
        .replace(
            / \(with -legacy[^)]*\), then (.*)/,
            ` -passin pass:${PASSWORD} && $1 -passout pass:${PASSWORD}`,
        )
        .replace(/\bCOPY\b/g, "copy")
        .replace(/\bFILE\b/g, "file")
        .replace(/\bNEW\b/g, "new");
    // The passwords belong to the last command, before its redirection.
    const whole = `set -o pipefail; ${line.replace(/(?= > new$)|$/, ` ${passwords} `)}`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", whole], {
        cwd: files.folder,
        encoding: "utf8",
    });
    commandsRun.push(command);
    if (command === COMMANDS.toBase64) files.write("new", stdout);
    return { status, output: stdout + stderr };
}

/** The file that the command wrote. */
const result = (command: string) =>
    files.bytesOf(command.includes("COPY") ? "copy" : command.includes("NEW.pfx") ? "new.pfx" : "new");

describe("the command of the advice makes a file that is read, for", () => {
    it.each(Object.entries(CONVERSIONS))("%s", (_, advice) => {
        const { kind, code, command, file, original = file, passwords, password, contents } = advice;
        const before = read(kind, Buffer.from(file()), password);
        expect(before.codes.map(one => one.split(" ")[1])).toContain(code);
        expect(before.messages).toContain(command);
        const { status, output } = run(command, original(), passwords);
        expect({ status, output: status === 0 ? "" : output }).toEqual({ status: 0, output: "" });
        const resultKind = command.includes("NEW.pfx") ? "pfx" : kind;
        const after = read(resultKind, result(command), password);
        expect(after.contents).toBe(contents());
        expect(after.codes.filter(one => one !== "warning pfx-wrapped")).toEqual([]);
    });
});

/** Commands that only show something. */
describe("the command of the advice tells a bad file from a good one, for", () => {
    it("an unreadable key", () => {
        const { codes, messages } = read("key", Buffer.from(brokenKey()));
        expect(codes).toEqual(["error key-unreadable"]);
        expect(messages).toContain(COMMANDS.checkKey);
        expect(run(COMMANDS.checkKey, brokenKey()).status).not.toBe(0);
        expect(run(COMMANDS.checkKey, files.key).status).toBe(0);
    });

    it.each([
        ["a damaged PFX", "pfx-unreadable", () => pfx().subarray(0, 900), PASSWORD],
        ["a wrong password", "pfx-password-wrong", () => pfx(), "battery staple"],
    ])("%s", (_, code, file, password) => {
        const { codes, messages } = read("pfx", file(), password);
        expect(codes).toEqual([`error ${code}`]);
        expect(messages).toContain(COMMANDS.checkPfx);
        expect(run(COMMANDS.checkPfx, file(), `-passin "pass:${password}"`).status).not.toBe(0);
        expect(run(COMMANDS.checkPfx, pfx(), `-passin "pass:${PASSWORD}"`).status).toBe(0);
    });

    it("a certificate that strict clients refuse", () => {
        const extensions = leafExtensions("DNS:score.contoso.test").filter(
            line => !line.startsWith("authority"),
        );
        const leaf = files.leaf(files.middle, [], {
            extensions: [...extensions, "authorityKeyIdentifier=none"],
        });
        const { findings } = judgeServingCertificate(
            { certificate: leaf.certificate + files.middle.certificate, hostnames: ["score.contoso.test"] },
            new Date(),
        );
        const advice = findings.map(one => one.advice).find(text => text.includes(STRICT)) ?? "";
        expect(advice).toContain(STRICT);
        const verify = (certificate: string) =>
            run(
                `${STRICT} -CAfile ${files.authority.certificateFile} -untrusted ${files.middle.certificateFile} FILE`,
                certificate,
            ).status;
        commandsRun.push(STRICT);
        expect(verify(leaf.certificate)).not.toBe(0);
        expect(verify(files.service.certificate)).toBe(0);
    });
});

describe("the command of the advice", () => {
    it("removes bytes after a certificate and keeps its chain", () => {
        const der = Buffer.concat([leafDer(), Buffer.alloc(3)]).toString("base64");
        const longer = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n${files.middle.certificate}`;
        const judged = (certificate: string) =>
            judgeServingCertificate({ certificate, hostnames: ["score.contoso.test"] }, new Date()).findings;
        const finding = judged(longer).find(({ code }) => code === "trailing-data");
        expect(finding?.advice).toContain(COMMANDS.rewriteCertificates);
        expect(run(COMMANDS.rewriteCertificates, longer).status).toBe(0);
        expect(read("certificate", files.bytesOf("new"))).toMatchObject({ contents: files.chain, codes: [] });
        expect(judged(files.bytesOf("new").toString()).map(({ code }) => code)).not.toContain(
            "trailing-data",
        );
    });
});

const STRICT = "openssl verify -x509_strict";
/** Commands in messages outside of commands.ts, which the tests above run, or verdict.test.ts. */
const OTHERS: readonly string[] = [STRICT, "openssl asn1parse -in"];

describe("the messages", () => {
    it("advise no command that this file does not run", () => {
        const parts = Object.values(COMMANDS).filter(part => !commandsRun.some(line => contains(line, part)));
        expect(parts).toEqual([]);
    });

    it("have their commands from components/pki/commands.ts", () => {
        const sources = ["components/pki", "components/certificate", "cli"].flatMap(folder =>
            readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(name =>
                path.join(folder, name),
            ),
        );
        const found = sources
            .filter(file => file.endsWith(".ts") && file !== path.join("components", "pki", "commands.ts"))
            .flatMap(file => readFileSync(path.join(ROOT, file), "utf8").split("\n"))
            .filter(line => !/^\s*(\*|\/\/|\/\*)/.test(line))
            .flatMap(
                line =>
                    line.match(
                        /\b(?:openssl|keytool|iconv|ssh-keygen|puttygen|certutil|jq) -?[a-z0-9]+(?: -[\w-]+)*/g,
                    ) ?? [],
            );
        expect(found.filter(one => !OTHERS.includes(one) && !NO_COMMANDS.has(one))).toEqual([]);
    });
});

/** Names of encodings in messages. */
const NO_COMMANDS = new Set(["certutil -encode"]);

/** Whether the command line has the part; `-in FILE` and `-out NEW` can be elsewhere in it. */
function contains(line: string, part: string): boolean {
    return line.includes(part) || line.includes(part.replace(/ -out NEW$/, ""));
}
