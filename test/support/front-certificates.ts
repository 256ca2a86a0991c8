import {
    chmodSync,
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    renameSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import * as path from "node:path";
import { execa } from "execa";

/** A root and an intermediate authority, created with openssl in a folder. Clients trust `authority.pem`. */
export class TestAuthority {
    constructor(readonly folder: string) {}

    async open(): Promise<void> {
        // Strict clients require it of authorities (RFC 5280, 4.2.1.3).
        const signs = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        await this.#issue("authority", "/CN=Test authority", signs);
        await this.#issue("intermediate", "/CN=Test intermediate", [
            ...["-CA", "authority.pem", "-CAkey", "authority.key"],
            ...["-addext", "basicConstraints=critical,CA:TRUE"],
            ...signs,
        ]);
    }

    /** A certificate chain (leaf first) for these names, and its key. */
    async leaf(...hosts: readonly string[]): Promise<{ chain: string; key: string }> {
        await this.#issue("leaf", `/CN=${hosts[0]}`, [
            ...["-addext", `subjectAltName=${hosts.map(host => `DNS:${host}`).join(",")}`],
            ...["-addext", "basicConstraints=critical,CA:FALSE"],
            ...["-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=serverAuth"],
            ...["-CA", "intermediate.pem", "-CAkey", "intermediate.key"],
        ]);
        const read = (name: string) => readFileSync(path.join(this.folder, name), "utf8");
        return { chain: read("leaf.pem") + read("intermediate.pem"), key: read("leaf.key") };
    }

    async #issue(name: string, subject: string, more: readonly string[] = []): Promise<void> {
        await execa(
            "openssl",
            [
                ...[
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-noenc",
                    "-days",
                    "2",
                ],
                ...["-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", subject, ...more],
            ],
            { cwd: this.folder },
        );
    }
}

/** Changes files of a mounted Secret as Kubernetes does: atomically, by replacing a symbolic link. */
export function exchange(folder: string, files: Record<string, string>): void {
    const version = mkdtempSync(path.join(folder, "..version-"));
    const data = path.join(folder, "..data");
    if (existsSync(data)) cpSync(data, version, { recursive: true, dereference: true });
    for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(version, name)), { recursive: true });
        writeFileSync(path.join(version, name), text);
    }
    chmodSync(version, 0o755);
    symlinkSync(path.basename(version), `${data}-new`);
    renameSync(`${data}-new`, data);
    for (const name of new Set(Object.keys(files).map(file => file.split("/")[0] ?? ""))) {
        const link = path.join(folder, name);
        if (!existsSync(link)) symlinkSync(path.join("..data", name), link);
    }
}
