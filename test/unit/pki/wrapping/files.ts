import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { decodeFile, readCertificates, readPfx, readPrivateKey } from "../../../../components/pki";
import { rsaKey } from "../../../support/openssl";
import { PfxWorkspace } from "../../../support/pfx-workspace";

/**
 * A chain with an RSA key and a PFX of it. openssl and other programs wrap them; none of the files comes from our own code. Each test file
 * has its own workspace and closes it.
 */
export class WrappedFiles extends PfxWorkspace {
    readonly authority = this.root();
    readonly middle = this.intermediate(this.authority);
    readonly service = this.leaf(this.middle, ["DNS:score.contoso.test"], { key: rsaKey(2048) });
    readonly chain = this.service.certificate + this.middle.certificate;
    readonly key = this.service.key;
    readonly pkcs1 = this.run("rsa", "-traditional", "-in", this.service.keyFile);
    readonly pfx = this.export(this.service, [this.middle], "-passout", "pass:");

    /** Runs a program with the bytes as standard input. */
    pipe(bytes: Buffer | string, command: string, ...args: string[]): Buffer {
        return execFileSync(command, args, {
            cwd: this.folder,
            input: bytes,
            stdio: ["pipe", "pipe", "pipe"],
        });
    }

    utf16(bytes: Buffer | string, order: "LE" | "BE", mark: "with mark" | "without mark"): Buffer {
        const encoded = this.pipe(bytes, "iconv", "-f", "UTF-8", "-t", `UTF-16${order}`);
        const marks = { LE: Buffer.from([0xff, 0xfe]), BE: Buffer.from([0xfe, 0xff]) };
        return mark === "with mark" ? Buffer.concat([marks[order], encoded]) : encoded;
    }

    base64(bytes: Buffer | string): Buffer {
        return this.pipe(bytes, "openssl", "base64");
    }

    base64Line(bytes: Buffer | string): Buffer {
        return this.pipe(bytes, "openssl", "base64", "-A");
    }

    /** What certutil -encode writes: lines of 64 characters with CRLF. */
    certutil(bytes: Buffer): Buffer {
        const lines = this.base64(bytes).toString().replace(/\n/g, "\r\n");
        return Buffer.from(`-----BEGIN CERTIFICATE-----\r\n${lines}-----END CERTIFICATE-----\r\n`);
    }

    /** Whether openssl finds as many certificates or keys as the plain file has. */
    isReadByOpenssl(kind: "certificate" | "key" | "pfx", bytes: Buffer): boolean {
        const file = this.write("judged", bytes);
        const args =
            kind === "certificate"
                ? ["storeutl", "-noout", "-certs", file]
                : kind === "key"
                  ? ["pkey", "-noout", "-inform", "PEM", "-in", file]
                  : ["pkcs12", "-in", file, "-noout", "-passin", "pass:"];
        const { status, stdout } = spawnSync("openssl", args, { encoding: "utf8" });
        return kind === "certificate" ? stdout.includes("Total found: 2") : status === 0;
    }

    bytesOf(name: string): Buffer {
        return readFileSync(path.join(this.folder, name));
    }
}

export interface Read {
    contents?: string;
    codes: string[];
    messages: string;
}

/** Reads a file as `certificate check` does. */
export function read(kind: "certificate" | "key" | "pfx", bytes: Buffer, password?: string): Read {
    const text = decodeFile(bytes);
    if (kind === "certificate") {
        const { certificates, findings } = readCertificates(text);
        const contents = certificates.length > 0 ? certificates.map(({ pem }) => pem).join("") : undefined;
        return { contents, ...summary(findings) };
    }
    if (kind === "key") {
        const { pem, findings } = readPrivateKey(text);
        return { contents: pem, ...summary(findings) };
    }
    const { certificate, privateKey, findings } = readPfx(bytes, password);
    return {
        contents: certificate && privateKey ? certificate + privateKey : undefined,
        ...summary(findings),
    };
}

function summary(findings: ReturnType<typeof readPfx>["findings"]): Pick<Read, "codes" | "messages"> {
    return {
        codes: findings.map(({ code, severity }) => `${severity} ${code}`),
        messages: findings.map(({ message, advice }) => `${message}\n${advice}`).join("\n"),
    };
}
