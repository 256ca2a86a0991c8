import { randomInt } from "node:crypto";
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

export interface PebbleOptions {
    /** Who answers for the names that certificates are asked for, `address:port`. Asked over TCP. */
    dnsServer: string;
    /** Where the directory is. @default "127.0.0.1" */
    address?: string;
    /** The directory's port, when it has to be known before. @default a free one */
    port?: number;
    /** Other addresses and names that clients know the directory by: its certificate carries them. */
    alsoKnownAs?: readonly string[];
    /** Where HTTP-01 challenges are fetched. @default 80 */
    httpPort?: number;
    /** Lifetime of the certificates, in seconds. @default 90 days */
    lifetimeSeconds?: number;
    /** Keys (Base64, URL form) by their ids. With any, accounts have to be bound to one. */
    externalAccounts?: Readonly<Record<string, string>>;
    /** How many of the good nonces are refused, which every client has to cope with. @default 0 */
    refusedNoncesPercent?: number;
}

/** The options with what they are when they are left out. */
type PebbleSettings = Required<Omit<PebbleOptions, "port">>;

/** What the server has done so far. */
export interface PebbleCounts {
    accounts: number;
    orders: number;
    /** Orders whose client said which certificate they replace (RFC 9773, 5). */
    replacements: number;
    certificates: number;
    /** Authorizations whose challenge failed. */
    failedAuthorizations: number;
}

/** What is counted, by the line that the server logs for it. */
const LOGGED: Record<keyof PebbleCounts, RegExp> = {
    accounts: /There are now \d+ accounts in memory/,
    orders: /Added order "/,
    replacements: /ARI: order ".*" is a replacement of/,
    certificates: /Issued certificate serial/,
    failedAuthorizations: /authz .* set INVALID/,
};

const START_MS = 20_000;
/** What the files of the directory's own certificate are called. */
const DIRECTORY = "directory";
const NINETY_DAYS_S = 7_776_000;

/**
 * Pebble, the ACME server that Let's Encrypt has for tests (RFC 8555, renewal information of RFC 9773 too). What it knows
 * is in memory: accounts and certificates are gone with the process.
 */
export class Pebble {
    /** Authorities of the directory's own certificate (PEM): what a client has to trust to talk to it. */
    readonly authority: string;
    /** File with `authority`. */
    readonly authorityFile: string;
    readonly directoryUrl: string;
    /** The root above the certificates that it issues (PEM). */
    root = "";

    private readonly lines: string[] = [];
    private door: Door | undefined;
    private turnsAway = false;

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
            address: "127.0.0.1",
            alsoKnownAs: [],
            httpPort: 80,
            lifetimeSeconds: NINETY_DAYS_S,
            externalAccounts: {},
            refusedNoncesPercent: 0,
            ...options,
        };
        const { address } = settings;
        const folder = await mkdtemp(path.join(os.tmpdir(), "pebble-"));
        const ports = {
            directory: options.port ?? (await keptPort(address)),
            inner: await freePort(address),
            management: await freePort(address),
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
            await pebble.comeBack();
        } catch (error) {
            await pebble.stop();
            throw error;
        }
        return pebble;
    }

    /** What happened since the start, or since counts that were taken before. */
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

    /** What the server has logged. */
    log(): string {
        return this.lines.join("\n");
    }

    /** From now on nobody gets through to the server, which keeps what it knows. lego tries for half a minute then. */
    async goAway(): Promise<void> {
        await this.door?.close();
        this.door = undefined;
        this.turnsAway = false;
    }

    /** From now on everybody is told that they are not wanted, for which lego does not try again. */
    async turnAway(): Promise<void> {
        await this.goAway();
        this.turnsAway = true;
        this.door = await closedDoor(this.settings.address, this.ports.directory, this.folder);
    }

    /** Ends `goAway` and `turnAway`. */
    async comeBack(): Promise<void> {
        if (this.turnsAway) await this.goAway();
        const { address } = this.settings;
        this.door ??= await openDoor(address, this.ports.directory, this.ports.inner);
    }

    /** Has the server suggest when a certificate (PEM) that it issued should be renewed. */
    async suggestRenewal(certificate: string, start: Date, end: Date): Promise<void> {
        const suggestedWindow = { start: start.toISOString(), end: end.toISOString() };
        const ARIResponse = JSON.stringify({ suggestedWindow });
        await this.manage("/set-renewal-info/", JSON.stringify({ certificate, ARIResponse }));
    }

    async stop(): Promise<void> {
        await this.goAway();
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

    /** Answers of the management interface. */
    private manage(at: string, body?: string): Promise<string> {
        const { address: host } = this.settings;
        const request = {
            host,
            port: this.ports.management,
            path: at,
            method: body === undefined ? "GET" : "POST",
            // Without one it refuses to answer.
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

/** The server's own file, and its certificate by an authority that lives as long as the server. */
async function writeConfiguration(
    folder: string,
    settings: PebbleSettings,
    ports: { inner: number; management: number },
): Promise<string> {
    const { address, alsoKnownAs, httpPort, lifetimeSeconds, externalAccounts } = settings;
    const authority = await CertificateAuthority.open(folder, "Pebble's own authority");
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
        // TLS-ALPN-01, which nobody here asks for.
        tlsPort: 443,
        keyAlgorithm: "ecdsa",
        profiles: { default: { description: "Of this test", validityPeriod: lifetimeSeconds } },
        // In seconds, and as short as clients take it: nothing here needs longer.
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
        // Otherwise it waits up to 15 seconds before it looks at a challenge, ...
        PEBBLE_VA_NOSLEEP: "1",
        // ... and spares clients half of the challenges when it has seen the name before.
        PEBBLE_AUTHZREUSE: "0",
        PEBBLE_WFE_NONCEREJECT: String(refusedNoncesPercent),
    };
}

/** Where clients come in. The server behind it goes on while it is closed. */
interface Door {
    close(): Promise<void>;
}

async function openDoor(address: string, port: number, inner: number): Promise<Door> {
    const open = new Set<Socket>();
    const server: Server = createServer(client => {
        const behind = connect(inner, address);
        for (const [one, other] of [
            [client, behind],
            [behind, client],
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

/** One with nobody behind it, which shows the certificate of the directory. */
async function closedDoor(address: string, port: number, folder: string): Promise<Door> {
    const pem = (file: string) => readFileSync(path.join(folder, `${file}.pem`));
    const problem = {
        type: "urn:ietf:params:acme:error:unauthorized",
        detail: "Nobody is wanted",
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

/** A free one that the kernel gives to no connection (`ip_local_port_range`): it stays free while the server is away. */
async function keptPort(address: string): Promise<number> {
    for (;;) {
        const port = randomInt(10_000, 32_768);
        const server = createServer();
        try {
            await listening(server, address, port);
        } catch {
            continue;
        }
        await new Promise(resolve => server.close(resolve));
        return port;
    }
}

async function freePort(address: string): Promise<number> {
    const server = createServer();
    await listening(server, address, 0);
    const found = server.address();
    await new Promise(resolve => server.close(resolve));
    if (found === null || typeof found === "string") throw new Error("A server has no port.");
    return found.port;
}

/** The program, built when it is not in the cache. */
export function pebbleProgram(): Promise<string> {
    return goProgram("pebble", "pebble", "github.com/letsencrypt/pebble/v2/cmd/pebble");
}
