import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { execa } from "execa";
import { cached } from "../../../machine/cache";

/** What a client reports about its connections. */
export interface Resumption {
    connections: number;
    resumed: number;
    seconds: number;
}

interface Target {
    address: string;
    port: number;
    name: string;
    /** File with the authorities that the client trusts. */
    authority: string;
    version: "1.2" | "1.3";
}

/** The command of Python's client: its connections follow one another, and each offers the session of the one before. */
export function pythonClient({ address, port, name, authority, version }: Target, connections: number) {
    const script = path.join(__dirname, "python.py");
    return ["python3", script, address, String(port), name, authority, version, String(connections)];
}

interface Work {
    /** Connections of each worker. */
    connections: number;
    /** Path of the requests. @default "/" */
    path?: string;
    /** Concurrent clients, each with its own sessions. @default 1 */
    workers?: number;
}

/** The same in Go, whose TLS is not OpenSSL's. */
export async function goClient(target: Target, { connections, path: requested = "/", workers = 1 }: Work) {
    return [
        await program(),
        `-path=${requested}`,
        ...[`-address=${target.address}:${target.port}`, `-name=${target.name}`],
        ...[`-authority=${target.authority}`, `-version=${target.version}`],
        ...[`-connections=${connections}`, `-workers=${workers}`],
    ];
}

/** Builds the program once. It uses only the standard library. */
async function program(): Promise<string> {
    const source = path.join(__dirname, "go");
    const hash = createHash("sha256").update((await execa("go", ["env", "GOVERSION"])).stdout);
    for (const file of ["main.go", "go.mod"]) hash.update(readFileSync(path.join(source, file)));
    const key = `tls-client-${hash.digest("hex").slice(0, 16)}-${process.arch}`;
    const folder = await cached(path.join("test", key), async target => {
        await execa("go", ["build", "-trimpath", "-o", path.join(target, "tls-client"), "."], {
            cwd: source,
            env: { CGO_ENABLED: "0" },
        });
    });
    return path.join(folder, "tls-client");
}
