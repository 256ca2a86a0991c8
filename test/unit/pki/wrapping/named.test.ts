import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WrappedFiles, read } from "./files";

const files = new WrappedFiles();
const shell = (command: string) =>
    execFileSync("bash", ["-c", command], { cwd: files.folder, stdio: "pipe" });

beforeAll(() => {
    files.write("chain.pem", files.chain);
    shell(
        'zip -q score.zip chain.pem && tar cf score.tar chain.pem && ssh-keygen -q -t ed25519 -N "" -C score -f ssh',
    );
});
afterAll(() => files.close());

const crl = (...args: string[]) => {
    files.write(
        "crl.cnf",
        "[ca]\ndefault_ca=a\n[a]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=9\n",
    );
    const authority = ["-cert", files.authority.certificateFile, "-keyfile", files.authority.keyFile];
    files.run("ca", "-gencrl", "-config", "crl.cnf", ...authority, "-out", "list.crl");
    return files.run("crl", "-in", "list.crl", ...args);
};
const crlDer = () => {
    crl("-outform", "DER", "-out", "list.der");
    return files.bytesOf("list.der");
};
const publicKey = (...args: string[]) => files.run("pkey", "-in", files.service.keyFile, "-pubout", ...args);
const request = () => files.run("req", "-new", "-key", files.service.keyFile, "-subj", "/CN=x");

/** Files that are neither a certificate, nor a key, nor a PFX. */
const FILES: Array<[string, string, RegExp, () => Buffer | string]> = [
    ["a ZIP archive", "zip", /ZIP/, () => files.bytesOf("score.zip")],
    [
        "a ZIP archive in Base64",
        "zip",
        /ZIP archive \(inside Base64\)/,
        () => files.base64(files.bytesOf("score.zip")),
    ],
    ["a ZIP archive that was read as text", "zip", /ZIP/, () => files.bytesOf("score.zip").toString("utf8")],
    ["a TAR archive", "archive", /archive/, () => files.bytesOf("score.tar")],
    ["a compressed file", "archive", /compressed/, () => gzipSync(files.chain)],
    [
        "the HTML page of an error",
        "html",
        /HTML page/,
        () => "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n",
    ],
    ["an HTML page without a type", "html", /HTML page/, () => "\r\n<html>\r\n<body>Sign in</body></html>"],
    [
        "an error of a storage account",
        "xml",
        /XML/,
        () => '\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code></Error>',
    ],
    [
        "an error of Key Vault",
        "json",
        /JSON/,
        () => '{"error":{"code":"SecretNotFound","message":"A secret was not found"}}',
    ],
    ["an empty JSON object", "json", /JSON/, () => "{}"],
    [
        "a JSON Web Key",
        "jwk",
        /JSON Web Key/,
        () => '{\n "kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "d" }',
    ],
    ["a key of PuTTY", "putty-key", /PuTTY/, () => "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"],
    ["a public key of SSH", "ssh-key", /SSH/, () => files.bytesOf("ssh.pub")],
    ["a public key of SSH in RFC 4716", "ssh-key", /SSH/, () => shell("ssh-keygen -e -m RFC4716 -f ssh.pub")],
    [
        "a key of PGP",
        "pgp",
        /PGP/,
        () => "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n",
    ],
    ["a PDF document", "document", /document/, () => "%PDF-1.7\n"],
    ["a revocation list", "crl", /revocation list/, () => crl()],
    ["a revocation list in DER", "crl", /revocation list/, crlDer],
    ["a certificate request", "request", /CSR/, request],
    [
        "a certificate request with the label CERTIFICATE",
        "request",
        /CSR/,
        () => request().replaceAll(" REQUEST", ""),
    ],
    ["a certificate request in Base64", "request", /CSR/, () => files.base64(request())],
    ["a public key", "public-key", /public key/, () => publicKey()],
    [
        "a public key in PKCS#1",
        "public-key",
        /public key/,
        () => files.run("rsa", "-in", files.service.keyFile, "-RSAPublicKey_out"),
    ],
];

describe.each(["certificate", "key", "pfx"] as const)("instead of a %s", kind => {
    it.each(FILES)("%s is named", (_, name, words, make) => {
        const { contents, codes, messages } = read(kind, Buffer.from(make()));
        expect({ contents, codes }).toEqual({ contents: undefined, codes: [`error ${kind}-is-${name}`] });
        expect(messages).toMatch(words);
        expect(messages.split("\n")[1]).not.toBe("");
    });
});

it.each([
    ["certificate", "error certificate-is-openssh-key"],
    ["key", "error key-is-openssh-key"],
    ["pfx", "error pfx-is-openssh-key"],
] as const)("a key of OpenSSH instead of a %s is named", (kind, code) => {
    expect(read(kind, files.bytesOf("ssh")).codes).toEqual([code]);
});
