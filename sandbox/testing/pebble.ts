import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as https from "node:https";
import { connect, createServer, type Server, type Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { execa, type ResultPromise } from "execa";
import { eventually } from "../processes/wait";
import { CertificateAuthority } from "../node/authority";
import { goProgram } from "./go-program";
import { OWN_ADDRESS, unusedPort } from "./own-address";

export interface PebbleOptions {
    /** DNS server for challenges, `address:port`. Queried over TCP. */
    dnsServer: string;
    /** Address of the directory. @default the address of this process */
    address?: string;
    /** Port of the directory. @default an unused one */
    port?: number;
    /** Additional addresses and names in the certificate of the directory. */
    alsoKnownAs?: readonly string[];
    /** Port of HTTP-01 challenges. @default 80 */
    httpPort?: number;
    /** Lifetime of the certificates, in seconds. @default 90 days */
    lifetimeSeconds?: number;
    /** Keys (base64url) by key ID. If not empty, accounts need an external account binding. */
    externalAccounts?: Readonly<Record<string, string>>;
    /** Share of valid nonces that are rejected; clients must retry. @default 0 */
    refusedNoncesPercent?: number;
}

/** The options with their defaults. */
type PebbleSettings = Required<Omit<PebbleOptions, "port">>;

/** Numbers of events since the start of the server. */
export interface PebbleCounts {
    accounts: number;
    orders: number;
    /** Orders with a `replaces` field (RFC 9773, 5). */
    replacements: number;
    certificates: number;
    /** Authorizations whose challenge failed. */
    failedAuthorizations: number;
}

/** The log line of each counted event. */
const LOGGED: Record<keyof PebbleCounts, RegExp> = {
    accounts: /There are now \d+ accounts in memory/,
    orders: /Added order "/,
    replacements: /ARI: order ".*" is a replacement of/,
    certificates: /Issued certificate serial/,
    failedAuthorizations: /authz .* set INVALID/,
};

const START_MS = 20_000;
/** File name of the directory's certificate. */
const DIRECTORY = "directory";
const NINETY_DAYS_S = 7_776_000;

/**
 * Pebble, Let's Encrypt's ACME server for tests (RFC 8555, renewal information of RFC 9773). Accounts and certificates are in
 * memory and are lost when the process ends.
 */
export class Pebble {
    /** Authority of the directory's certificate (PEM), which clients must trust. */
    readonly authority: string;
    /** File with `authority`. */
    readonly authorityFile: string;
    readonly directoryUrl: string;
    /** Root of the issued certificates (PEM). */
    root = "";

    private readonly lines: string[] = [];
    private listener: Listener | undefined;
    private rejects = false;

    private constructor(
        private readonly folder: string,
        private readonly settings: PebbleSettings,
        private readonly ports: { directory: number; inner: number; management: number },
        private readonly process: ResultPromise,
    ) {
        this.authorityFile = path.join(folder, "ca.pem");
        this.authority = readFileSync(this.authorityFile, "utf8");
        this.directoryUrl = `https://${settings.address}:${ports.directory}/dir`;
        if (process.stdout === null) throw new Error("Pebble has no output.");
        createInterface({ input: process.stdout }).on("line", line => this.lines.push(line));
    }

    static async start(options: PebbleOptions): Promise<Pebble> {
        const settings = {
            address: OWN_ADDRESS,
            alsoKnownAs: [],
            httpPort: 80,
            lifetimeSeconds: NINETY_DAYS_S,
            externalAccounts: {},
            refusedNoncesPercent: 0,
            ...options,
        };
        const folder = await mkdtemp(path.join(os.tmpdir(), "pebble-"));
        const ports = {
            directory: options.port ?? unusedPort(),
            inner: unusedPort(),
            management: unusedPort(),
        };
        const configuration = await writeConfiguration(folder, settings, ports);
        const process = execa(
            await pebbleProgram(),
            ["-config", configuration, "-dnsserver", settings.dnsServer, "-strict"],
            { env: environment(settings), reject: false, buffer: false, stdin: "ignore", stderr: "inherit" },
        );
        const pebble = new Pebble(folder, settings, ports, process);
        try {
            await pebble.untilReady();
            await pebble.reconnect();
        } catch (error) {
            await pebble.stop();
            throw error;
        }
        return pebble;
    }

    /** Counts since the start, or since earlier counts. */
    counts(since?: PebbleCounts): PebbleCounts {
        const count = (name: keyof PebbleCounts) =>
            this.lines.filter(line => LOGGED[name].test(line)).length - (since?.[name] ?? 0);
        return {
            accounts: count("accounts"),
            orders: count("orders"),
            replacements: count("replacements"),
            certificates: count("certificates"),
            failedAuthorizations: count("failedAuthorizations"),
        };
    }

    /** The log of the server. */
    log(): string {
        return this.lines.join("\n");
    }

    /** Closes the port of the directory. The server keeps its state. lego retries for half a minute. */
    async disconnect(): Promise<void> {
        await this.listener?.close();
        this.listener = undefined;
        this.rejects = false;
    }

    /** Answers every request with 403 `unauthorized`, after which lego does not retry. */
    async rejectRequests(): Promise<void> {
        await this.disconnect();
        this.rejects = true;
        this.listener = await rejectAll(this.settings.address, this.ports.directory, this.folder);
    }

    /** Ends `disconnect` and `rejectRequests`. */
    async reconnect(): Promise<void> {
        if (this.rejects) await this.disconnect();
        const { address } = this.settings;
        this.listener ??= await forwardTo(address, this.ports.directory, this.ports.inner);
    }

    /** Sets the suggested renewal window of an issued certificate (PEM). */
    async suggestRenewal(certificate: string, start: Date, end: Date): Promise<void> {
        const suggestedWindow = { start: start.toISOString(), end: end.toISOString() };
        const ARIResponse = JSON.stringify({ suggestedWindow });
        await this.manage("/set-renewal-info/", JSON.stringify({ certificate, ARIResponse }));
    }

    async stop(): Promise<void> {
        await this.disconnect();
        this.process.kill("SIGKILL");
        await this.process;
        await rm(this.folder, { recursive: true, force: true });
    }

    private async untilReady(): Promise<void> {
        let ended = false;
        void this.process.then(() => (ended = true));
        await eventually(async () => {
            this.root = await this.manage("/roots/0").catch(() => "");
            return this.root !== "" || ended;
        }, START_MS);
        if (this.root === "") throw new Error(`Pebble does not answer:\n${this.log()}`);
    }

    /** A request to the management interface. */
    private manage(at: string, body?: string): Promise<string> {
        const { address: host } = this.settings;
        const request = {
            host,
            port: this.ports.management,
            path: at,
            method: body === undefined ? "GET" : "POST",
            // Pebble rejects requests without this header.
            headers: { "user-agent": "test" },
            ca: this.authority,
            agent: false as const,
        };
        return new Promise((resolve, reject) => {
            https
                .request(request, response => {
                    let text = "";
                    response.setEncoding("utf8");
                    response.on("data", (chunk: string) => (text += chunk));
                    response.on("end", () =>
                        response.statusCode === 200
                            ? resolve(text)
                            : reject(new Error(`Pebble answers ${response.statusCode}: ${text}`)),
                    );
                })
                .on("error", reject)
                .end(body);
        });
    }
}

/** Writes the configuration file and the certificate of the directory. */
async function writeConfiguration(
    folder: string,
    settings: PebbleSettings,
    ports: { inner: number; management: number },
): Promise<string> {
    const { address, alsoKnownAs, httpPort, lifetimeSeconds, externalAccounts } = settings;
    const authority = await CertificateAuthority.open(folder, "Pebble's authority");
    const isAddress = (name: string) => /^[\d.]+$/.test(name);
    const { certificate, key } = await authority.issue({
        file: DIRECTORY,
        commonName: "Pebble",
        use: "server",
        names: ["localhost", ...alsoKnownAs.filter(name => !isAddress(name))],
        addresses: [address, ...alsoKnownAs.filter(isAddress)],
    });
    const configuration = {
        listenAddress: `${address}:${ports.inner}`,
        managementListenAddress: `${address}:${ports.management}`,
        certificate,
        privateKey: key,
        httpPort,
        // TLS-ALPN-01 is not used.
        tlsPort: 443,
        keyAlgorithm: "ecdsa",
        profiles: { default: { description: "Profile of the test", validityPeriod: lifetimeSeconds } },
        // Polling interval of clients in seconds; the minimum keeps tests short.
        retryAfter: { authz: 1, order: 1 },
        externalAccountBindingRequired: Object.keys(externalAccounts).length > 0,
        externalAccountMACKeys: externalAccounts,
    };
    const file = path.join(folder, "pebble.json");
    await writeFile(file, JSON.stringify({ pebble: configuration }), { mode: 0o600 });
    return file;
}

function environment({ refusedNoncesPercent }: { refusedNoncesPercent: number }): NodeJS.ProcessEnv {
    return {
        // By default, Pebble waits up to 15 seconds before it validates a challenge, ...
        PEBBLE_VA_NOSLEEP: "1",
        // ... and reuses half of the valid authorizations of a name.
        PEBBLE_AUTHZREUSE: "0",
        PEBBLE_WFE_NONCEREJECT: String(refusedNoncesPercent),
    };
}

/** The listener on the port of the directory. Pebble continues to run while it is closed. */
interface Listener {
    close(): Promise<void>;
}

async function forwardTo(address: string, port: number, inner: number): Promise<Listener> {
    const open = new Set<Socket>();
    const server: Server = createServer(client => {
        const upstream = connect(inner, address);
        for (const [one, other] of [
            [client, upstream],
            [upstream, client],
        ] as const) {
            open.add(one);
            one.on("error", () => other.destroy());
            one.on("close", () => {
                open.delete(one);
                other.destroy();
            });
            one.pipe(other);
        }
    });
    await listening(server, address, port);
    return {
        async close() {
            const closed = new Promise(resolve => server.close(resolve));
            for (const socket of open) socket.destroy();
            await closed;
        },
    };
}

/** Answers all requests with 403 instead of Pebble, with the certificate of the directory. */
async function rejectAll(address: string, port: number, folder: string): Promise<Listener> {
    const pem = (file: string) => readFileSync(path.join(folder, `${file}.pem`));
    const problem = {
        type: "urn:ietf:params:acme:error:unauthorized",
        detail: "All requests are rejected",
        status: 403,
    };
    const server = https.createServer(
        { cert: pem(DIRECTORY), key: pem(`${DIRECTORY}-key`) },
        (_, response) => {
            response
                .writeHead(403, { "content-type": "application/problem+json" })
                .end(JSON.stringify(problem));
        },
    );
    await listening(server, address, port);
    return {
        async close() {
            const closed = new Promise(resolve => server.close(resolve));
            server.closeAllConnections();
            await closed;
        },
    };
}

function listening(server: Server, address: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
        server.once("error", reject).listen(port, address, resolve);
    });
}

/** Path of Pebble. Builds it if it is not in the cache. */
export function pebbleProgram(): Promise<string> {
    return goProgram("pebble", "pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble");
}
