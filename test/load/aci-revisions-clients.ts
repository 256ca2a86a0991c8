/** Clients of a service whose revisions change: constant load, and an observer of the certificate. */
import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxInstance } from "../../sandbox/instance";
import { type Load, type LoadOptions, type LoadReport, startLoad } from "../../sandbox/testing/load";

export interface ClientOptions {
    instance: SandboxInstance;
    hostname: string;
    /** How long the clients cache an address, as the TTL of the record allows. */
    ttlSeconds: number;
    /** The authority to trust. */
    authority: { certificate: string; certificateFile: string };
}

export interface Seen {
    requests: number;
    /** Requests and observations that failed. */
    failures: string[];
    versions: string[];
    /** Changes of the served certificate, in order. */
    certificates: { fingerprint: string; at: Date }[];
}

/** Requests per second over kept connections (HTTP/1.1 and HTTP/2) and over a new connection each: 60 in total. */
const KEPT_RATE = 30;
const HTTP2_RATE = 10;
const NEW_RATE = 20;
const KINDS = ["kept connections", "HTTP/2", "new connections"];
/** Longer than any change. */
const SECONDS = 500;
const OBSERVATION_INTERVAL_MS = 100;

export class RevisionClients {
    private constructor(
        private readonly loads: Load[],
        private readonly observer: CertificateObserver,
    ) {}

    static async start(options: ClientOptions): Promise<RevisionClients> {
        const { instance, hostname, ttlSeconds, authority } = options;
        const common: Omit<LoadOptions, "rate"> = {
            url: `https://${hostname}/score`,
            seconds: SECONDS,
            ca: authority.certificateFile,
            body: "{}",
            dns: { server: `${instance.dns.address}:${instance.dns.port}`, ttlSeconds },
        };
        return new RevisionClients(
            [
                await startLoad({ ...common, rate: KEPT_RATE }),
                await startLoad({ ...common, rate: HTTP2_RATE, http2: true }),
                await startLoad({ ...common, rate: NEW_RATE, keepAlive: false }),
            ],
            CertificateObserver.start(options),
        );
    }

    async stop(): Promise<Seen> {
        const [reports, observed] = await Promise.all([
            Promise.all(this.loads.map(load => load.stop())),
            this.observer.stop(),
        ]);
        const bodies = reports.flatMap(({ bodies }) => [...bodies.keys()]);
        const versions = bodies.map(body => (JSON.parse(body) as { version: string }).version);
        return {
            requests: reports.reduce((sum, { requests }) => sum + requests, 0),
            failures: [
                ...reports.flatMap((report, index) => failures(KINDS[index]!, report)),
                ...observed.failures,
            ],
            versions: [...new Set(versions)].sort(),
            certificates: observed.certificates,
        };
    }
}

/** The number of failures and the first of them. */
function failures(kind: string, { failed, firstFailures, requests }: LoadReport): string[] {
    return failed.length === 0 ? [] : [`${kind}: ${failed.length} of ${requests} failed`, ...firstFailures];
}

/** Reads the served certificate about ten times a second, each time over a new connection. */
class CertificateObserver {
    private ended = false;
    private readonly failures: string[] = [];
    private readonly certificates: Seen["certificates"] = [];
    private readonly running: Promise<void>;
    private known: { address: string; until: number } | undefined;

    private constructor(
        private readonly options: ClientOptions,
        private readonly resolver: Resolver,
    ) {
        this.running = this.run();
    }

    static start(options: ClientOptions): CertificateObserver {
        const resolver = new Resolver();
        resolver.setServers([`${options.instance.dns.address}:${options.instance.dns.port}`]);
        return new CertificateObserver(options, resolver);
    }

    async stop(): Promise<Pick<Seen, "failures" | "certificates">> {
        this.ended = true;
        await this.running;
        return { failures: this.failures, certificates: this.certificates };
    }

    private async run(): Promise<void> {
        while (!this.ended) {
            try {
                const { fingerprint256 } = await this.observe();
                if (this.certificates.at(-1)?.fingerprint !== fingerprint256) {
                    this.certificates.push({ fingerprint: fingerprint256, at: new Date() });
                }
            } catch (error) {
                this.failures.push(`${new Date().toISOString()} observation: ${String(error)}`);
            }
            await sleep(OBSERVATION_INTERVAL_MS);
        }
    }

    private async observe(): Promise<X509Certificate> {
        const { hostname, authority } = this.options;
        const host = await this.address();
        return await new Promise((resolve, reject) => {
            const headers = { host: hostname };
            const ca = authority.certificate;
            https
                .get({ host, headers, servername: hostname, ca, agent: false, timeout: 5_000 }, response => {
                    const certificate = (response.socket as TLSSocket).getPeerX509Certificate();
                    response.resume();
                    response.on("end", () => {
                        if (response.statusCode === 200 && certificate) resolve(certificate);
                        else reject(new Error(`status ${response.statusCode}`));
                    });
                })
                .on("timeout", () => reject(new Error("no answer in time")))
                .on("error", reject);
        });
    }

    private async address(): Promise<string> {
        if (this.known && Date.now() < this.known.until) return this.known.address;
        const [address = ""] = await this.resolver.resolve4(this.options.hostname);
        this.known = { address, until: Date.now() + this.options.ttlSeconds * 1000 };
        return address;
    }
}
