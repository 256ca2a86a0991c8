import { createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";

/** Settings by key and path, e.g. `{ "azure-secure-inference:tls.mode": "Auto" }`. `undefined` removes a setting. */
export type ConfigurationChanges = Record<string, unknown>;

/** A value that is encrypted in the stack's configuration, as `pulumi config set --secret` does. */
export class SecretValue {
    constructor(readonly plaintext: string) {}
}

export function secret(plaintext: string): SecretValue {
    return new SecretValue(plaintext);
}

/** The key derivation of Pulumi's passphrase secrets provider. */
const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/**
 * A stack's configuration file, changed without `pulumi config set`: that command takes a process and most of a second per
 * setting.
 */
export class StackConfiguration {
    private key: Buffer | undefined;

    constructor(
        private readonly file: string,
        private readonly passphrase: string,
    ) {}

    change(changes: ConfigurationChanges): void {
        const document = this.read();
        const config = (document.config ??= {});
        for (const [at, value] of Object.entries(changes)) this.set(config, at, value, document);
        writeFileSync(this.file, stringify(document));
    }

    /** Replaces all settings. */
    replace(config: Record<string, unknown>): void {
        writeFileSync(this.file, stringify({ ...this.read(), config }));
    }

    private read(): StackFile {
        return parse(readFileSync(this.file, "utf8")) as StackFile;
    }

    private set(config: Record<string, unknown>, at: string, value: unknown, document: StackFile): void {
        const [first = "", ...path] = at.split(".");
        const keys = [first, ...path];
        const last = keys.pop() ?? "";
        let parent = config;
        for (const key of keys) parent = (parent[key] ??= {}) as Record<string, unknown>;
        if (value === undefined) delete parent[last];
        else parent[last] = value instanceof SecretValue ? { secure: this.encrypt(value, document) } : value;
    }

    /** `v1:<nonce>:<AES-256-GCM ciphertext and tag>`, both in Base64. */
    private encrypt({ plaintext }: SecretValue, { encryptionsalt }: StackFile): string {
        const [, salt = ""] = encryptionsalt.split(":");
        this.key ??= pbkdf2Sync(
            this.passphrase,
            Buffer.from(salt, "base64"),
            ITERATIONS,
            KEY_BYTES,
            "sha256",
        );
        const nonce = randomBytes(NONCE_BYTES);
        const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
        const ciphertext = Buffer.concat([
            cipher.update(plaintext, "utf8"),
            cipher.final(),
            cipher.getAuthTag(),
        ]);
        return `v1:${nonce.toString("base64")}:${ciphertext.toString("base64")}`;
    }
}

interface StackFile {
    encryptionsalt: string;
    config?: Record<string, unknown>;
}
