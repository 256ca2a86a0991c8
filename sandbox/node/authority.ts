import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);

/** Lifetime of the certificates. Long, because they are not renewed; they are used on this machine only. */
const LIFETIME_DAYS = 3650;
const DAY_MS = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Paths of a certificate and its private key, both PEM. */
export interface CertificateFiles {
    certificate: string;
    key: string;
}

/** A certificate to be issued. */
export interface CertificateRequest {
    /** Base name of the two files. */
    file: string;
    commonName: string;
    /** Kubernetes uses the organization of a client certificate as the user's group. */
    organization?: string;
    use: "server" | "client";
    names?: readonly string[];
    addresses?: readonly string[];
}

/** A certificate authority whose key and issued certificates are stored in a folder. */
export class CertificateAuthority {
    private constructor(
        private readonly folder: string,
        readonly files: CertificateFiles,
        private readonly certificate: x509.X509Certificate,
        private readonly key: webcrypto.CryptoKey,
    ) {}

    /** Opens the authority of a folder. The first call creates it. */
    static async open(folder: string, commonName: string): Promise<CertificateAuthority> {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const files = filesOf(folder, "ca");
        if (!existsSync(files.certificate)) await createAuthority(files, commonName);
        const pkcs8 = x509.PemConverter.decodeFirst(readFileSync(files.key, "utf8"));
        const key = await webcrypto.subtle.importKey("pkcs8", pkcs8, ALGORITHM, false, ["sign"]);
        const certificate = new x509.X509Certificate(readFileSync(files.certificate, "utf8"));
        return new CertificateAuthority(folder, files, certificate, key);
    }

    /** Issues a certificate, or returns the one that was issued before for the same file name. */
    async issue(request: CertificateRequest): Promise<CertificateFiles> {
        const files = filesOf(this.folder, request.file);
        if (existsSync(files.certificate)) return files;
        const keys = await generateKeys();
        const alternatives = [
            ...(request.names ?? []).map(value => ({ type: "dns" as const, value })),
            ...(request.addresses ?? []).map(value => ({ type: "ip" as const, value })),
        ];
        const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
        const certificate = await x509.X509CertificateGenerator.create({
            ...validity(),
            subject: [
                ...(request.organization ? [{ O: [request.organization] }] : []),
                { CN: [request.commonName] },
            ],
            issuer: this.certificate.subject,
            publicKey: keys.publicKey,
            signingKey: this.key,
            signingAlgorithm: ALGORITHM,
            extensions: [
                new x509.BasicConstraintsExtension(false, undefined, true),
                new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
                new x509.ExtendedKeyUsageExtension([request.use === "server" ? serverAuth : clientAuth]),
                ...(alternatives.length > 0 ? [new x509.SubjectAlternativeNameExtension(alternatives)] : []),
                await x509.AuthorityKeyIdentifierExtension.create(this.certificate.publicKey),
            ],
        });
        await write(files, certificate, keys.privateKey);
        return files;
    }
}

/** Creates a key pair (P-256) as two PEM files, unless they exist. */
export async function createKeyPair(privateFile: string, publicFile: string): Promise<void> {
    if (existsSync(privateFile)) return;
    const keys = await generateKeys();
    const spki = await webcrypto.subtle.exportKey("spki", keys.publicKey);
    writeFileSync(publicFile, x509.PemConverter.encode(spki, "PUBLIC KEY"), { mode: 0o600 });
    replaceFile(privateFile, await privatePem(keys.privateKey));
}

async function createAuthority(files: CertificateFiles, commonName: string): Promise<void> {
    const keys = await generateKeys();
    const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
        ...validity(),
        name: [{ CN: [commonName] }],
        keys,
        signingAlgorithm: ALGORITHM,
        extensions: [
            new x509.BasicConstraintsExtension(true, undefined, true),
            new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        ],
    });
    await write(files, certificate, keys.privateKey);
}

function validity() {
    const now = Date.now();
    return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + LIFETIME_DAYS * DAY_MS) };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
    return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
    return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** Writes the certificate last: if it exists, both files are complete. */
async function write(
    files: CertificateFiles,
    certificate: x509.X509Certificate,
    key: webcrypto.CryptoKey,
): Promise<void> {
    replaceFile(files.key, await privatePem(key));
    replaceFile(files.certificate, certificate.toString("pem"));
}

function replaceFile(file: string, contents: string): void {
    writeFileSync(`${file}.new`, `${contents.trimEnd()}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
}

function filesOf(folder: string, file: string): CertificateFiles {
    return { certificate: path.join(folder, `${file}.pem`), key: path.join(folder, `${file}-key.pem`) };
}
