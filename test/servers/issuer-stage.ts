import { X509Certificate } from "node:crypto";
import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import * as path from "node:path";
import * as tls from "node:tls";
import { execa, type ResultPromise } from "execa";
import { CERTIFICATES_FOLDER, type FrontSettings, STORE_FOLDER } from "../../components/front";
import {
    certificateName,
    EXTERNAL_ACCOUNT_KEY_VARIABLE,
    issuerContainerCommand,
    issuerEnvironment,
    type IssuerSettings,
} from "../../components/issuer";
import { eventually } from "../../sandbox/processes/wait";
import { frontRoot } from "../../sandbox/images";
import { commandInRoot } from "../../sandbox/images/command";
import { legoProgram } from "../../sandbox/images/lego";
import { debianPackages } from "../../machine/debian";
import { iris, overTls } from "../support/front-settings";
import { FrontStage, HOST } from "../support/front-stage";
import { OWN_ADDRESS, unusedPort } from "../../sandbox/testing/own-address";
import { Pebble, type PebbleOptions } from "../../sandbox/testing/pebble";
import { type TestNames, testNames } from "../../sandbox/testing/pebble-names";

/** The shells that the issuer supports: that of the official image, and Debian's. */
export type Shell = "busybox" | "dash";

/** Shorter than the defaults, in seconds. */
const PACE = { longest: 3, firstRetry: 1, lease: 4, challengeDelay: 4 };

const ISSUED_MS = 240_000;

/** A running issuer. */
export interface Issuer {
    /** Its log so far. */
    log(): string;
    /** The first process of the container. */
    pid: number;
    stop(): Promise<{ exitCode: number | undefined; seconds: number }>;
    kill(): Promise<void>;
}

export interface StoreReport {
    state: "valid" | "incomplete" | "failing";
    names: string;
    missing: string;
    expires: string;
    failures: number;
    reason: string;
}

/** A certificate store, a front that serves from it, an authority that sends challenges to the front, and issuers. */
export class IssuerStage {
    readonly front = new FrontStage();
    pebble!: Pebble;
    #names!: TestNames;
    #forwarder: ResultPromise | undefined;
    #ports = { http: 0, https: 0 };
    #program = "";
    readonly #roots = new Map<Shell, string>();
    readonly #issuers = new Set<Issuer>();

    async open(options: Partial<PebbleOptions> = {}): Promise<void> {
        await this.front.openWithPlaceholder();
        await this.#forwardPorts();
        this.#names = await testNames({ [HOST]: OWN_ADDRESS });
        this.#program = await legoProgram();
        this.#roots.set("busybox", await this.#busyboxRoot());
        this.#roots.set("dash", await frontRoot());
        await this.startPebble(options);
    }

    async close(): Promise<void> {
        await this.clear();
        await this.pebble.stop();
        await this.#names.close();
        this.#forwarder?.kill("SIGKILL");
        await this.#forwarder;
        await this.front.close();
    }

    /** Replaces the authority by a new one without accounts. */
    async startPebble(options: Partial<PebbleOptions> = {}): Promise<void> {
        await (this.pebble as Pebble | undefined)?.stop();
        this.pebble = await Pebble.start({
            dnsServer: this.#names.server,
            httpPort: this.#ports.http,
            ...options,
        });
        writeFileSync(this.rootFile, this.pebble.root);
    }

    /** Restarts the authority without its accounts and certificates. */
    async restartPebble(): Promise<void> {
        const { port } = new URL(this.pebble.directoryUrl);
        await this.startPebble({ port: Number(port) });
    }

    /** Ends all issuers, and empties the store. */
    async clear(): Promise<void> {
        for (const issuer of this.#issuers) await issuer.kill();
        for (const entry of readdirSync(this.store)) {
            rmSync(path.join(this.store, entry), { recursive: true });
        }
    }

    get store(): string {
        return this.front.store;
    }

    /** The root certificate of the issued chains. */
    get rootFile(): string {
        return this.front.file("pebble-root.pem");
    }

    settings(changes: Partial<IssuerSettings> = {}): IssuerSettings {
        return {
            hostnames: [HOST],
            directoryUrl: this.pebble.directoryUrl,
            certificateAuthority: this.pebble.authority,
            pace: PACE,
            ...changes,
        };
    }

    frontSettings(settings: IssuerSettings = this.settings()): FrontSettings {
        const storedCertificate = certificateName(settings);
        return overTls({
            tls: { minimumVersion: "1.2", hstsMaxAgeSeconds: 31_536_000, storedCertificate },
            // High limits, because a busy machine must not fail the test.
            model: iris({ maxConcurrentRequests: 50, maxQueueWaitMs: 10_000, maxQueuedRequests: 1_000 }),
        });
    }

    start(settings: IssuerSettings = this.settings(), shell: Shell = "busybox", hmacKey?: string): Issuer {
        const [program = "", ...args] = commandInRoot(
            {
                root: this.#roots.get(shell) ?? "",
                mounts: {
                    [STORE_FOLDER]: this.store,
                    ...(shell === "dash" && { "/usr/local/bin": path.dirname(this.#program) }),
                },
            },
            issuerContainerCommand,
        );
        const issuing = execa(program, args, {
            env: {
                PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                ...issuerEnvironment(settings),
                ...(hmacKey !== undefined && { [EXTERNAL_ACCOUNT_KEY_VARIABLE]: hmacKey }),
            },
            extendEnv: false,
            reject: false,
            stdin: "ignore",
            all: true,
        });
        let log = "";
        issuing.all.on("data", (chunk: Buffer) => (log += chunk.toString()));
        const issuer: Issuer = {
            log: () => log,
            pid: issuing.pid ?? 0,
            stop: async () => {
                const before = process.hrtime.bigint();
                issuing.kill("SIGTERM");
                const { exitCode } = await issuing;
                this.#issuers.delete(issuer);
                return { exitCode, seconds: Number(process.hrtime.bigint() - before) / 1e9 };
            },
            kill: async () => {
                const { pid = 0 } = issuing;
                const { stdout } = await execa("ps", ["-o", "pid=", "--ppid", String(pid)], {
                    reject: false,
                });
                issuing.kill("SIGKILL");
                for (const child of stdout.split("\n").map(Number).filter(Boolean)) {
                    try {
                        process.kill(child, "SIGKILL");
                    } catch {
                        // It has already ended.
                    }
                }
                await issuing;
                this.#issuers.delete(issuer);
            },
        };
        this.#issuers.add(issuer);
        return issuer;
    }

    /** Waits until the store has a certificate for these settings that `wanted` accepts. */
    async stored(
        settings: IssuerSettings = this.settings(),
        wanted: (certificate: X509Certificate) => boolean = () => true,
    ): Promise<X509Certificate> {
        let found: X509Certificate | undefined;
        const there = await eventually(() => {
            found = this.certificate(settings);
            return found !== undefined && wanted(found);
        }, ISSUED_MS);
        if (!there || !found) throw new Error(`The store has no such certificate:\n${this.logs()}`);
        return found;
    }

    certificate(settings: IssuerSettings = this.settings()): X509Certificate | undefined {
        const file = this.certificateFile(settings);
        return existsSync(file) ? new X509Certificate(readFileSync(file)) : undefined;
    }

    certificateFile(settings: IssuerSettings = this.settings()): string {
        return path.join(this.store, CERTIFICATES_FOLDER, `${certificateName(settings)}.pem`);
    }

    report(settings: IssuerSettings = this.settings()): StoreReport | undefined {
        const file = path.join(this.store, CERTIFICATES_FOLDER, `${certificateName(settings)}.json`);
        return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as StoreReport) : undefined;
    }

    async reported(
        wanted: (report: StoreReport) => boolean,
        settings = this.settings(),
    ): Promise<StoreReport> {
        let found: StoreReport | undefined;
        const there = await eventually(() => {
            found = this.report(settings);
            return found !== undefined && wanted(found);
        }, ISSUED_MS);
        if (!there || !found)
            throw new Error(`The store has no such report:\n${JSON.stringify(found)}\n${this.logs()}`);
        return found;
    }

    /** Serial number of the certificate that the front serves. */
    served(): Promise<string | undefined> {
        return new Promise(resolve => {
            const at = { host: OWN_ADDRESS, port: this.#ports.https, servername: HOST };
            const socket = tls.connect({ ...at, rejectUnauthorized: false }, () => {
                resolve(socket.getPeerX509Certificate()?.serialNumber);
                socket.destroy();
            });
            socket.on("error", () => resolve(undefined)).on("close", () => resolve(undefined));
        });
    }

    async serving({ serialNumber }: X509Certificate): Promise<void> {
        const there = await eventually(async () => (await this.served()) === serialNumber, 15_000);
        if (!there) throw new Error(`The front does not serve ${serialNumber}, but ${await this.served()}`);
    }

    /** Port of OWN_ADDRESS that is forwarded to the front's HTTPS port. */
    get httpsPort(): number {
        return this.#ports.https;
    }

    /** Changes the DNS record of a name to an address without a server, until `mendName`. */
    breakName(name = HOST): void {
        this.#names.set(name, "A", ["127.0.0.254"]);
    }

    /** Creates or corrects the DNS record of a name. */
    mendName(name = HOST): void {
        this.#names.set(name, "A", [OWN_ADDRESS]);
    }

    logs(): string {
        return (
            [...this.#issuers].map(issuer => issuer.log()).join("\n---\n") +
            `\n---\n${this.pebble.log().slice(-3_000)}`
        );
    }

    /** Forwards ports of the host to the front, which is in a network namespace. For the authority and the load clients. */
    async #forwardPorts(): Promise<void> {
        this.#ports = { http: unusedPort(), https: unusedPort() };
        const file = this.front.file("forward.cfg");
        const forward = (port: number, to: number) =>
            `listen :${to}\n bind ${OWN_ADDRESS}:${port}\n server front 127.0.0.1:${to} namespace ${this.front.namespace}\n`;
        writeFileSync(
            file,
            "defaults\n mode tcp\n timeout connect 5s\n timeout client 1m\n timeout server 1m\n" +
                forward(this.#ports.http, 80) +
                forward(this.#ports.https, 443),
        );
        const tools = await debianPackages(["haproxy"]);
        this.#forwarder = execa(tools.path("usr/sbin/haproxy"), ["-db", "-f", file], {
            env: tools.environment,
            reject: false,
            stdin: "ignore",
        });
    }

    /** The files of the official image: busybox, and lego outside of PATH. */
    async #busyboxRoot(): Promise<string> {
        const root = this.front.file("busybox-root");
        for (const folder of ["bin", "sbin", "usr/bin", "usr/sbin", "tmp", "run", "dev", "proc"]) {
            mkdirSync(path.join(root, folder), { recursive: true });
        }
        const busybox = path.join(root, "bin", "busybox");
        const tools = await debianPackages(["busybox-static"]);
        copyFileSync(tools.path("bin/busybox"), busybox);
        chmodSync(busybox, 0o755);
        await execa("chroot", [root, "/bin/busybox", "--install", "-s"]);
        copyFileSync(this.#program, path.join(root, "lego"));
        return root;
    }
}
