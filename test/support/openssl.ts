import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";

/** A certificate and its key, as PEM text and as files for openssl commands. */
export interface Issued {
    subject: string;
    certificate: string;
    key: string;
    certificateFile: string;
    keyFile: string;
}

export interface CertificateOptions {
    subject: string;
    /** Default: self-signed. */
    issuer?: Issued;
    /** Lines of an openssl extension section. */
    extensions: string[];
    notBefore?: Date;
    notAfter?: Date;
    /** Arguments of `openssl genpkey`; default: EC P-256. */
    key?: string[];
    digest?: string;
    /** A certificate whose key is used instead of a new one. */
    keyOf?: Issued;
}

export const DAY = 24 * 60 * 60 * 1000;
export const CA_EXTENSIONS = [
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
];
export const leafExtensions = (...names: string[]) => [
    "basicConstraints=critical,CA:FALSE",
    "keyUsage=critical,digitalSignature",
    "extendedKeyUsage=serverAuth",
    "authorityKeyIdentifier=keyid",
    ...(names.length > 0 ? [`subjectAltName=${names.join(",")}`] : []),
];
export const rsaKey = (bits: number) => ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`];
export const ecKey = (curve: string) => ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`];

/** A temporary folder in which openssl commands create and verify certificates, independently of the code under test. */
export class OpensslWorkspace {
    readonly folder = mkdtempSync(path.join(tmpdir(), "pki-"));
    private issuedCount = 0;

    close(): void {
        rmSync(this.folder, { recursive: true });
    }

    run(...args: string[]): string {
        return execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe", encoding: "utf8" });
    }

    write(name: string, text: string | Buffer): string {
        const file = path.join(this.folder, name);
        writeFileSync(file, text, { mode: 0o600 });
        return file;
    }

    issue(options: CertificateOptions): Issued {
        const name = `${++this.issuedCount}`;
        const keyFile = options.keyOf?.keyFile ?? path.join(this.folder, `${name}.key`);
        if (!options.keyOf) this.run("genpkey", "-out", keyFile, ...(options.key ?? ecKey("P-256")));
        this.run("req", "-new", "-key", keyFile, "-subj", options.subject, "-out", `${name}.csr`);
        this.write("index.txt", "");
        const configuration = this.write(
            `${name}.cnf`,
            [
                "[ca]\ndefault_ca=test_ca",
                "[test_ca]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\npolicy=any\nunique_subject=no",
                "[any]\ncommonName=optional\norganizationName=optional",
                `[extensions]\n${options.extensions.join("\n")}`,
            ].join("\n"),
        );
        const signer = options.issuer
            ? ["-cert", options.issuer.certificateFile, "-keyfile", options.issuer.keyFile]
            : ["-selfsign", "-keyfile", keyFile];
        const certificateFile = path.join(this.folder, `${name}.pem`);
        this.run(
            ...[
                "ca",
                "-batch",
                "-notext",
                "-preserveDN",
                "-config",
                configuration,
                "-extensions",
                "extensions",
            ],
            ...["-md", options.digest ?? "sha256", "-in", `${name}.csr`, "-out", certificateFile],
            ...["-startdate", generalizedTime(options.notBefore ?? new Date(Date.now() - DAY))],
            ...["-enddate", generalizedTime(options.notAfter ?? new Date(Date.now() + 89 * DAY))],
            ...signer,
        );
        return {
            subject: options.subject,
            certificate: this.run("x509", "-in", certificateFile),
            key: this.run("pkey", "-in", keyFile),
            certificateFile,
            keyFile,
        };
    }

    root(subject = "/CN=Test root", options: Partial<CertificateOptions> = {}): Issued {
        return this.issue({ subject, extensions: CA_EXTENSIONS, ...options });
    }

    intermediate(issuer: Issued, options: Partial<CertificateOptions> = {}): Issued {
        return this.issue({
            subject: "/CN=Test intermediate",
            issuer,
            extensions: CA_EXTENSIONS,
            ...options,
        });
    }

    leaf(issuer: Issued | undefined, names: string[], options: Partial<CertificateOptions> = {}): Issued {
        return this.issue({
            subject: "/CN=Test leaf",
            issuer,
            extensions: leafExtensions(...names),
            ...options,
        });
    }

    /** Returns the result of `openssl verify`: "OK" or the first error. */
    verify(leaf: string, intermediates: string[], root: string, ...args: string[]): string {
        const file = this.write("verify-leaf.pem", leaf);
        const untrusted = this.write("verify-untrusted.pem", intermediates.join(""));
        const trusted = this.write("verify-root.pem", root);
        try {
            this.run(
                ...["verify", "-purpose", "sslserver", "-CAfile", trusted, "-no-CApath", "-no-CAstore"],
                ...(intermediates.length > 0 ? ["-untrusted", untrusted] : []),
                ...args,
                file,
            );
            return "OK";
        } catch (error) {
            const { stderr } = error as { stderr: string };
            return /error \d+ at \d+ depth lookup: ?(.*)/.exec(stderr)?.[1] ?? stderr;
        }
    }
}

function generalizedTime(date: Date): string {
    return `${date.toISOString().replace(/[-:T]|\.\d+/g, "")}`;
}
